#!/usr/bin/env python3
"""Audits what a Hourbook ledger publishes, or a party's statement, with nothing but a verifier key.

    audit.py PUBLICATION --vkey VKEY|@FILE [--state FILE] [--balances]
    audit.py --statement FILE --vkey VKEY|@FILE

Exit codes: 0 sound, 3 unsound, 1 could not check, 2 wrong use. Needs Python 3.11 alone, shares no code with
Hourbook, was written from ledger/format/FORMAT.md and the C2SP texts. It checks the signature, every tile
and bundle, each entry's hash, index and link to the one before it, the root, the order of recorded_at, each
account's links, that each post and void names an open hold, and, with --state, that the ledger goes on from
what it showed the last time. Memory grows with accounts and open holds, not with entries. It leaves out what
`hourbook audit` replays: ids used twice, overlaps, caps, tariffs, budgets, accounts below zero, closed
parties, what a reversal mirrors, who may do what; and cosignatures of witnesses.
"""
import argparse
import base64
import hashlib
import heapq
import os
import re
import struct
import sys

MAX_NOTE, MAX_SIGNATURES, MAX_STATEMENT, LEAF, HASH, WIDE = 1_000_000, 64, 1 << 30, 224, 32, 256
ENTRY = struct.Struct("<16s16s16s16s16s16s32sQqqQQQHHHHII")
OPEN, POST, VOID, LAST, PENDING, ZERO, MOVES = 2, 10, 11, 22, 2, bytes(16), {*range(4, 12), *range(16, 22)}
KEY_NAME = r"([^\s\x00-\x1f\x7f+]+)"  # no space of Unicode's, no control character, no plus
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # of Ed25519, as D is
D, ROOT_OF_MINUS_1 = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)

class Unsound(Exception):
    """What is shown is not what a sound ledger shows; the message says what is wrong, and where."""

def require(holds, *message):
    if not holds:
        raise Unsound("".join(map(str, message)))

def add(a, b):
    k, x, y = D * a[0] * b[0] * a[1] * b[1] % P, a[0] * b[1] + a[1] * b[0], a[1] * b[1] + a[0] * b[0]
    inverse = pow(1 - k * k, -1, P)
    return x * (1 - k) * inverse % P, y * (1 + k) * inverse % P

def times(scalar, point):
    if scalar == 0:
        return 0, 1
    rest = times(scalar >> 1, add(point, point))
    return add(rest, point) if scalar & 1 else rest

def decompress(data):
    """RFC 8032, section 5.1.3: the point of which these 32 bytes are the one encoding."""
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT_OF_MINUS_1 % P
    require(y < P and (x * x - square) % P == 0 and (x or not sign), "a public key is none of Ed25519")
    return (x if x & 1 == sign else P - x), y

def verifies(public, text, signature):
    """RFC 8032, section 5.1.7, by R = [s]B - [k]A, whose encoding is compared."""
    r, s, (x, y) = signature[:32], int.from_bytes(signature[32:], "little"), decompress(public)
    k = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little") % ORDER
    base = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    x, y = add(times(s % ORDER, base), times(k, (P - x, y)))
    return len(signature) == 64 and s < ORDER and r == (y | (x & 1) << 255).to_bytes(32, "little")

def unbase64(text, what):
    data = base64.b64decode(text if len(text) % 4 == 0 and re.fullmatch("[A-Za-z0-9+/]*={0,2}", text) else "")
    require(base64.b64encode(data).decode() == text, what, " is not base64, padded and strict")
    return data

def parse_vkey(text):
    match = re.fullmatch(KEY_NAME + r"\+([0-9a-f]{8})\+(.+)", text)
    require(match, "a vkey is NAME+HEX8+BASE64")
    key = unbase64(match[3], "the vkey's key")
    require(len(key) == 33 and key[0] == 1 and decompress(key[1:]), "the vkey's key is not one of Ed25519")
    identity = hashlib.sha256(match[1].encode() + b"\n" + key).digest()[:4]
    require(identity.hex() == match[2], "the vkey's id is not that of its name and key")
    return match[1], identity, key[1:]

def open_note(note, vkey):
    """The text of a note that the key signed."""
    require(len(note) <= MAX_NOTE and all(byte >= 32 or byte == 10 for byte in note),
            "the note has more than ", MAX_NOTE, " bytes, or a control character")
    text, empty, signatures = note.decode().rpartition("\n\n")
    text, (*lines, end), found = text + "\n", signatures.split("\n"), False
    require(empty and not end and 1 <= len(lines) <= MAX_SIGNATURES,
            "a note is a text, an empty line, and 1 to ", MAX_SIGNATURES, " lines of signatures")
    for line in lines:
        match = re.fullmatch(f"\u2014 {KEY_NAME} (.+)", line)
        signature = unbase64(match[2], f"the signature of {match[1]}") if match else b""
        require(len(signature) > 4, "a line of signature is not an em dash, a name and base64")
        if (match[1], signature[:4]) == vkey[:2]:
            found = True
            require(verifies(vkey[2], text.encode(), signature[4:]), "the signature does not verify")
    require(found, "the note is not signed by ", vkey[0])
    return text

def open_checkpoint(note, vkey):
    """(size, root) of a ledger."""
    lines = open_note(note, vkey).split("\n")
    require(len(lines) > 3 and "" not in lines[:-1] and lines[0] == vkey[0], "not a checkpoint of ", vkey[0])
    root = unbase64(lines[2], "the root")
    require(re.fullmatch("[1-9][0-9]{0,18}", lines[1]) and len(root) == HASH, "the size or root is none")
    return int(lines[1]), root

def sha256(data):
    return hashlib.sha256(data).digest()

def tree_root(hashes):
    """RFC 6962, section 2.1, over leaves, or full subtrees of one size and perhaps a smaller last."""
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + tree_root(hashes[:left]) + tree_root(hashes[left:]))

def proved_root(leaf, index, size, proof):
    """RFC 6962, section 2.1.1, read backwards."""
    require(bool(proof) == (size > 1), "an inclusion proof is too short or too long")
    if size == 1:
        return leaf
    (*rest, node), left = proof, 1 << (size - 1).bit_length() - 1
    if index < left:
        return sha256(b"\1" + proved_root(leaf, index, left, rest) + node)
    return sha256(b"\1" + node + proved_root(leaf, index - left, size - left, rest))

def check_genesis(e, origin):
    require(e[:96] == b"hourbook genesis" + origin.encode().ljust(80, b"\0"), "entry 0 is not of this origin")
    require(e[128:136] == b"\1" + bytes(7) and e[176:178] == b"\1\0", "entry 0 is not a genesis of version 1")
    require(e[136:144] == e[144:152] and not any(e[152:160] + e[178:184] + e[188:])
            and b"\0" not in e[96:128].rstrip(b"\0"), "entry 0 has something where a genesis has zeros")
    return ENTRY.unpack(e)[9]

def unpacked(entry):
    """The fields of an entry other than the genesis."""
    e = ENTRY.unpack(entry)
    require(e[0] != ZERO and OPEN <= e[13] <= LAST and e[14] < 128 and not 3 < e[15] < 16 and not e[18],
            "entry ", e[10], ": its id, kind, flags, unit or reserved bytes are none that there are")
    return e

class State:
    """What the entries so far left of each account (party, unit): its last entry and balance; open holds."""
    def __init__(self):
        self.accounts, self.holds, self.lapses, self.recorded_at = {}, {}, [], 0

    def take(self, index, entry):
        e, where = unpacked(entry), f"entry {index}: "
        (id_, debit, credit, ref), amount, now, (kind, flags, unit) = e[:4], e[7], e[9], e[13:16]
        moves, named = kind in MOVES, 11 < kind < 15 or credit not in (ZERO, debit)
        require(e[10] == index and named and moves == (debit != ZERO) == (unit != 0), where,
                "its index, debit, credit or unit is wrong")
        require(now > self.recorded_at, where, "it was not recorded after the one before it")
        self.recorded_at = now
        while self.lapses and self.lapses[0][0] <= now:
            self.holds.pop(heapq.heappop(self.lapses)[1], None)
        if not moves:
            return require(e[11] == e[12] == 0, where, "it touches no account, and has the link of one")
        if kind in (POST, VOID):
            *held, most = self.holds.pop(ref, (None, 0))
            require(held == [debit, credit, unit] and (amount == most or kind == POST and amount < most),
                    where, "it names no open hold of its two accounts, or another amount than was held")
        if flags & PENDING:
            self.holds[id_] = debit, credit, unit, amount
            if e[17]:
                heapq.heappush(self.lapses, (now + e[17] * 10**9, id_))
        moved = 0 if flags & PENDING or kind == VOID else amount
        for account, previous, change in ((debit, unit), e[11], -moved), ((credit, unit), e[12], moved):
            last, balance = self.accounts.get(account, (0, 0))
            require(last == previous, where, "in account ", account[0].hex(), ", unit ", unit,
                    ", it follows entry ", previous, ", and the last one there is ", last)
            self.accounts[account] = index, balance + change

def read(path, least, most):
    """The bytes of a file, which must have so many."""
    require(least <= os.stat(path).st_size <= most and os.path.isfile(path), path, " is no file of its size")
    with open(path, "rb") as file:
        return file.read(most)

def read_tile(folder, level, n, width, each):
    path = f"{n % 1000:03d}"
    while n := n // 1000:
        path = f"x{n % 1000:03d}/{path}"
    path = f"{folder}/tile/{level}/{path}"
    for name, items in ((f"{path}.p/{width}", width), (path, WIDE))[width == WIDE:]:
        try:
            return read(name, items * each, items * each)[:width * each]
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise Unsound(f"{path} is missing, or of {width} items")

class Publication:
    def __init__(self, folder, vkey, old):
        self.folder, self.old, self.origin = folder, old, vkey[0]
        self.note = read(f"{folder}/checkpoint", 1, MAX_NOTE)
        self.size, self.root = open_checkpoint(self.note, vkey)
        require(self.size >= old[0], "there are ", self.size, " entries, and once there were ", old[0])
        self.tiles, self.state, self.last_leaf = [[]], State(), bytes(HASH)

    def check_tile(self, level, n):
        shown = read_tile(self.folder, level, n, len(self.tiles[level]), HASH)
        require(shown == b"".join(self.tiles[level]), "tile ", level, "/", n, " is not of the entries")
        if len(shown) == WIDE * HASH:
            self.tiles += [[]] if level + 1 == len(self.tiles) else []
            self.tiles[level + 1].append(tree_root(self.tiles[level]))
            self.tiles[level] = []
            if len(self.tiles[level + 1]) == WIDE:
                self.check_tile(level + 1, n // WIDE)

    def take(self, index, length, leaf_data):
        require(length == b"\0\xe0", "entry ", index, ": its length is not ", LEAF)
        require(leaf_data[:HASH] == self.last_leaf, "entry ", index, ": it links to another entry before it")
        self.last_leaf = sha256(b"\0" + leaf_data)
        self.tiles[0].append(self.last_leaf)
        if index:
            self.state.take(index, leaf_data[HASH:])
        else:
            self.state.recorded_at = check_genesis(leaf_data[HASH:], self.origin)
        if index + 1 == self.old[0]:
            require(self.edge_root() == self.old[1], "its first ", index + 1, " entries have changed")

    def edge_root(self):
        under = []
        for tile in self.tiles:
            under = [tree_root(tile + under)] if tile or under else []
        return under[0]

    def check(self):
        for n in range((self.size + WIDE - 1) // WIDE):
            bundle = read_tile(self.folder, "entries", n, min(WIDE, self.size - n * WIDE), LEAF + 2)
            for at in range(0, len(bundle), LEAF + 2):
                self.take(n * WIDE + at // (LEAF + 2), bundle[at:at + 2], bundle[at + 2:at + LEAF + 2])
            if len(bundle) == WIDE * (LEAF + 2):
                self.check_tile(0, n)
        for level, hashes in enumerate(self.tiles):
            if hashes:
                self.check_tile(level, self.size >> 8 * (level + 1))
        require(self.edge_root() == self.root, "the entries have not the checkpoint's root")

def check_publication(folder, vkey, state, balances):
    try:
        old = open_checkpoint(read(state, 1, MAX_NOTE), vkey) if os.path.lexists(state or "") else (0, b"")
    except Unsound as error:
        raise ValueError(f"{state} is not what an audit of this ledger left: {error}") from error
    publication = Publication(folder, vkey, old)
    publication.check()
    if state:
        with open(state + ".new", "wb") as file:
            file.write(publication.note)
        os.replace(state + ".new", state)
    accounts, held = publication.state.accounts, {}
    for debit, _, unit, amount in publication.state.holds.values():
        held[debit, unit] = held.get((debit, unit), 0) + amount
    for (party, unit), (_, balance) in sorted(accounts.items()) if balances else ():
        print(party.hex(), unit, balance, held.get((party, unit), 0))
    print(f"Sound: {publication.size:,} entries, {len(accounts):,} accounts, root {publication.root.hex()}.")

def check_statement(path, vkey):
    head, _, note = read(path, 1, MAX_STATEMENT).partition(b"\n\n")
    match = re.fullmatch(r"hourbook-statement@v1\nparty ([0-9a-f]{32})((?s:\nentry .+))", head.decode())
    require(match, "a statement begins with hourbook-statement@v1, its party and an entry")
    (size, root), party, last, before = open_checkpoint(note, vkey), bytes.fromhex(match[1]), {}, 0
    blocks = match[2].split("\nentry ")[1:]
    for block in blocks:
        leaf_data, *proof = [unbase64(line, "an entry or hash") for line in block.split("\n")]
        require(len(leaf_data) == LEAF and {len(node) for node in proof} <= {HASH}, "an entry or hash is cut")
        e = unpacked(leaf_data[HASH:])
        index, unit, where = e[10], e[15], f"entry {e[10]}: "
        placed = before < index < size and party in e[1:3] and len({*last, unit, 0}) < 66
        require(placed, where, "it is out of order, not of this party, or of an account too many")
        require(proved_root(sha256(b"\0" + leaf_data), index, size, proof) == root, where, "it is not proved")
        previous, before = e[11] if e[1] == party else e[12], index
        require(unit == 0 or last.get(unit, previous) == previous < index, where, "one before it is left out")
        last[unit] = index
    print(f"Sound: {len(blocks):,} entries of {party.hex()}, in a ledger of {size:,}.")

def main():
    parser = argparse.ArgumentParser(usage=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("publication", nargs="?")
    for option in ("--statement", "--vkey", "--state"):
        parser.add_argument(option, required=option == "--vkey")
    parser.add_argument("--balances", action="store_true")
    given = parser.parse_args()
    if bool(given.publication) == bool(given.statement) or given.statement and given.state:
        parser.error("give a publication, or a statement and its --vkey alone")
    try:
        vkey = parse_vkey(given.vkey)
    except Unsound as error:
        parser.error(str(error))
    try:
        if given.statement:
            check_statement(given.statement, vkey)
        else:
            check_publication(given.publication, vkey, given.state, given.balances)
    except (Unsound, UnicodeDecodeError) as error:
        print(f"Unsound: {error}", file=sys.stderr)
        sys.exit(3)
    except (OSError, ValueError) as error:
        sys.exit(f"Could not check: {error}")  # with 1

if __name__ == "__main__":
    main()

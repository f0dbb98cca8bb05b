"""Publications and statements made by plain means, sound or not, as FORMAT.md says; nothing is shared with
those who audit them. Signing is left to the openssl command."""
import base64
import hashlib
import pathlib
import struct
import subprocess

OFFSETS = {"id": (0, "16s"), "debit": (16, "16s"), "credit": (32, "16s"), "ref": (48, "16s"),
           "amount": (128, "<Q"), "occurred_at": (136, "<q"), "recorded_at": (144, "<q"),
           "index": (152, "<Q"), "prev_debit": (160, "<Q"), "prev_credit": (168, "<Q"),
           "kind": (176, "<H"), "flags": (178, "<H"), "unit": (180, "<H"), "timeout": (184, "<I"),
           "reserved": (188, "<I"), "version": (128, "<Q"), "origin": (16, "80s"), "zone": (96, "32s")}


def get(entry, field):
    offset, form = OFFSETS[field]
    return struct.unpack_from(form, entry, offset)[0]


def put(entry, **fields):
    """The entry with other values in these fields."""
    changed = bytearray(entry)
    for field, value in fields.items():
        struct.pack_into(OFFSETS[field][1], changed, OFFSETS[field][0], value)
    return bytes(changed)


def sha256(data):
    return hashlib.sha256(data).digest()


def base64_of(data):
    return base64.b64encode(data).decode()


def relinked(entries):
    """The same entries with the indexes and the links of accounts that their order asks for."""
    last, result = {}, []
    for index, entry in enumerate(entries):
        entry, unit = put(entry, index=index), get(entry, "unit")
        for side in ("debit", "credit") if index and unit else ():
            account = get(entry, side), unit
            entry = put(entry, **{f"prev_{side}": last.get(account, 0)})
            last[account] = index
        result.append(entry)
    return result


def chained(entries):
    """Their leaf data."""
    prev, result = bytes(32), []
    for entry in entries:
        result.append(prev + entry)
        prev = sha256(b"\0" + result[-1])
    return result


def root_of(hashes):
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\1" + root_of(hashes[:split]) + root_of(hashes[split:]))


def proof_of(hashes, index):
    """The leaf's sibling first."""
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return proof_of(hashes[:split], index) + [root_of(hashes[split:])]
    return proof_of(hashes[split:], index - split) + [root_of(hashes[:split])]


class Key:
    """A key file: a line with the vkey, then the private key as PEM, which openssl finds past that line."""

    def __init__(self, path, vkey):
        self.path, self.vkey = pathlib.Path(path), vkey
        self.name = self.vkey.split("+")[0]

    def sign(self, text, name=None):
        """A line of signature, perhaps under another's name."""
        message = self.path.with_suffix(".message")
        message.write_bytes(text.encode())
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", message],
                                   check=True, capture_output=True).stdout
        identity = bytes.fromhex(self.vkey.split("+")[1])
        return f"\u2014 {name or self.name} {base64_of(identity + signature)}\n"

    def note(self, text):
        return text + "\n" + self.sign(text)

    def checkpoint(self, hashes, size=None, origin=None):
        size = len(hashes) if size is None else size
        return self.note(f"{origin or self.name}\n{size}\n{base64_of(root_of(hashes))}\n")


def path_of(n, width):
    parts, rest = [f"{n % 1000:03d}"], n // 1000
    while rest:
        parts.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    return "/".join(parts) + ("" if width == 256 else f".p/{width}")


def write_rows(folder, level, rows):
    for n in range(0, len(rows), 256):
        path = folder / "tile" / level / path_of(n // 256, len(rows[n:n + 256]))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(rows[n:n + 256]))


def write(folder, leaves, key, checkpoint=None):
    """A publication of this leaf data, consistent in itself whatever the entries are."""
    write_rows(folder, "entries", [struct.pack(">H", len(leaf)) + leaf for leaf in leaves])
    hashes = [sha256(b"\0" + leaf) for leaf in leaves]
    (folder / "checkpoint").write_text(checkpoint or key.checkpoint(hashes), encoding="utf-8")
    level = 0
    while hashes:
        write_rows(folder, str(level), hashes)
        hashes = [root_of(hashes[n:n + 256]) for n in range(0, len(hashes) - 255, 256)]
        level += 1


def entries_of(folder):
    """The entries, 192 bytes each, of a sound publication."""
    size = int((folder / "checkpoint").read_text(encoding="utf-8").split("\n")[1])
    entries = []
    for n in range(0, size, 256):
        bundle = (folder / "tile" / "entries" / path_of(n // 256, min(256, size - n))).read_bytes()
        entries += [bundle[at + 34:at + 226] for at in range(0, len(bundle), 226)]
    return entries


def statement_lines(leaves, indexes):
    hashes = [sha256(b"\0" + leaf) for leaf in leaves]
    for index in indexes:
        yield "entry " + base64_of(leaves[index])
        yield from map(base64_of, proof_of(hashes, index))


def statement(leaves, party, indexes, checkpoint):
    return "\n".join(["hourbook-statement@v1", "party " + party.hex(), *statement_lines(leaves, indexes), "",
                      checkpoint])

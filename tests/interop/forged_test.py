"""Has both auditors judge what the operator itself forged: everything above the change is computed and signed
anew, so that nothing but the change can be found.

usage: forged_test.py HOURBOOK"""
import base64

import ledger_case
from checkers import COULD_NOT, SOUND, UNSOUND, USAGE, CheckersCase, by_audit_py, by_program
from ledger_case import main
from publication import base64_of, chained, entries_of, get, put, relinked, sha256, write

OPEN, SERVICE, REDEEM, POST, VOID = 2, 4, 6, 10, 11
PENDING = 2
SIZE = 331


class ForgedCase(CheckersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.publication = cls.published(SIZE)
        cls.entries = entries_of(cls.publication)
        cls.leaves = chained(cls.entries)
        cls.hashes = [sha256(b"\0" + leaf) for leaf in cls.leaves]

    def forged(self, entries, **more):
        return self.forged_leaves(chained(entries), **more)

    def forged_leaves(self, leaves, **more):
        path = self.copy(self.publication).parent / "forged"
        write(path, leaves, self.key, **more)
        return path

    def changed(self, at, **fields):
        return self.entries[:at] + [put(self.entries[at], **fields)] + self.entries[at + 1:]

    def of_kind(self, *kinds):
        return [index for index, entry in enumerate(self.entries) if get(entry, "kind") in kinds]


class Forged(ForgedCase):
    def test_what_this_builds_is_what_was_published(self):
        built = self.forged(relinked(self.entries))
        for path in self.publication.rglob("*"):
            if path.is_file():
                self.assertEqual(path.read_bytes(), (built / path.relative_to(self.publication)).read_bytes(), path)

    def test_a_link_of_an_account_is_cut(self):
        cut = 0
        for index, entry in enumerate(self.entries[1:], 1):
            for side in ("prev_debit", "prev_credit"):
                if get(entry, side):
                    cut += 1
                    self.check(UNSOUND, self.forged(self.changed(index, **{side: 0})), f"entry {index}: no {side}")
        self.assertGreater(cut, 15)
        award = self.of_kind(5)[1]
        for value in (award, award + 1, 1, 2**64 - 1):
            self.check(UNSOUND, self.forged(self.changed(award, prev_debit=value)), f"prev_debit {value}")
        for index in (1, 10, 28):  # an open, a policy, an anchor
            self.check(UNSOUND, self.forged(self.changed(index, prev_credit=index - 1 or 5)), f"entry {index}")

    def test_times_of_recording_are_swapped(self):
        for first, second in ((1, 2), (20, 21), (100, 300), (0, 1), (329, 330)):
            times = [get(self.entries[index], "recorded_at") for index in (first, second)]
            entries = list(self.entries)
            entries[first] = put(entries[first], recorded_at=times[1])
            entries[second] = put(entries[second], recorded_at=times[0])
            self.check(UNSOUND, self.forged(entries), f"recorded_at of {first} and {second}")
        same = get(self.entries[200], "recorded_at")
        self.check(UNSOUND, self.forged(self.changed(201, recorded_at=same)), "recorded at the same time")
        self.check(UNSOUND, self.forged(self.changed(201, recorded_at=-1)), "recorded before 1970")

    def test_fields_that_no_entry_has(self):
        for index in (1, 16, 200, 330):
            for fields in ({"index": index + 1}, {"index": 0}, {"id": bytes(16)}, {"kind": 0}, {"kind": 1},
                           {"kind": 23}, {"kind": 65535}, {"flags": 128}, {"flags": 65535}, {"reserved": 1},
                           {"reserved": 1 << 31}):
                self.check(UNSOUND, self.forged(self.changed(index, **fields)), f"entry {index}: {fields}")
        service = self.of_kind(SERVICE)[0]
        for fields in ({"unit": 0}, {"debit": bytes(16)}, {"credit": bytes(16)},
                       {"credit": get(self.entries[service], "debit")}):
            self.check(UNSOUND, self.forged(relinked(self.changed(service, **fields))), f"service: {fields}")
        opened = self.of_kind(OPEN)[-1]
        for fields in ({"unit": 2}, {"debit": b"d" * 16}, {"credit": bytes(16)}):
            self.check(UNSOUND, self.forged(relinked(self.changed(opened, **fields))), f"open: {fields}")

    def test_another_genesis(self):
        for fields in ({"version": 0}, {"version": 2}, {"version": 1 << 63}, {"kind": 2},
                       {"id": b"hourbook-genesis"}, {"origin": b"town.example/hourz"},
                       {"origin": b"town.example/hours\0x"}, {"origin": b""},
                       {"zone": b"Asia\0Shanghai"}, {"index": 1},
                       {"flags": 4}, {"unit": 1}, {"reserved": 1}, {"recorded_at": 1}):
            self.check(UNSOUND, self.forged(self.changed(0, **fields)), f"genesis: {fields}")
        self.check(UNSOUND, self.forged(relinked(self.entries[1:])), "no genesis")
        self.check(UNSOUND, self.forged(relinked(self.entries[:1] + self.entries)), "two of them")

    def test_holds_that_are_not_open(self):
        post, void = self.of_kind(POST)[0], self.of_kind(VOID)[0]
        held = get(self.entries[void], "amount")
        for index, fields in ((post, {"ref": b"?" * 16}), (post, {"ref": get(self.entries[void], "ref")}),
                              (post, {"amount": 61}), (post, {"amount": 2**64 - 1}), (post, {"kind": VOID}),
                              (void, {"amount": held - 1}), (void, {"amount": held + 1}), (void, {"unit": 1}),
                              (void, {"credit": b"\3" * 16}), (void, {"ref": get(self.entries[post], "ref")})):
            self.check(UNSOUND, self.forged(relinked(self.changed(index, **fields))), f"entry {index}: {fields}")
        lapsing = next(index for index in self.of_kind(REDEEM) if get(self.entries[index], "timeout"))
        late = put(self.entries[void], ref=get(self.entries[lapsing], "id"), id=b"late" * 4)
        at = get(self.entries[lapsing], "recorded_at") + get(self.entries[lapsing], "timeout") * 10**9
        for expected, when in ((SOUND, at - 1), (UNSOUND, at), (UNSOUND, at + 1)):
            entries = list(self.entries)
            entries.insert(lapsing + 1, put(late, recorded_at=when, occurred_at=when))
            self.check(expected, self.forged(relinked(entries)), f"voided {when - at} ns after it lapsed")

    def test_a_chain_that_is_cut(self):
        for index in (1, 15, 256, 330):
            for prev in (bytes(32), self.hashes[index], self.hashes[index - 2]):
                leaves = list(self.leaves)
                leaves[index] = prev + leaves[index][32:]
                self.check(UNSOUND, self.forged_leaves(leaves), f"entry {index} on {prev.hex()}")
        first = [b"\1" * 32 + self.entries[0]]
        self.check(UNSOUND, self.forged_leaves(first + self.leaves[1:]), "something before the genesis")

    def test_leaf_data_of_another_length(self):
        for change in (lambda leaf: leaf[:-1], lambda leaf: leaf + b"\0", lambda leaf: b""):
            leaves = self.leaves[:-1] + [change(self.leaves[-1])]
            self.check(UNSOUND, self.forged_leaves(leaves), f"{len(leaves[-1])} bytes")

    def test_a_fork_wherever_it_begins(self):
        seen = self.saw_before(self.publication)
        for index in (30, 100, 255, 256, 257, 300, 328):  # parties that join, and do nothing else
            for what, fork in (("dropped", self.entries[:index] + self.entries[index + 1:]),
                               ("renamed", self.changed(index, id=b"another id, fork"))):
                grown = fork + [put(self.entries[index], id=bytes([n]) * 16, credit=bytes([100 + n]) * 16,
                                    recorded_at=get(self.entries[-1], "recorded_at") + n) for n in (1, 2)]
                publication = self.forged(relinked(grown))
                self.check(SOUND, publication, f"{what} {index}: sound by itself")
                self.check(UNSOUND, publication, f"{what} {index}: a fork", seen=seen)
        fork = self.forged(relinked(self.changed(300, id=b"another id, fork")))
        self.check(UNSOUND, fork, "of one size", seen=seen)
        self.check(SOUND, self.forged(self.entries), "the same, signed again", seen=seen)


class Checkpoints(ForgedCase):
    """Signed as it should be, and its text or form is what is wrong."""

    def check_checkpoint(self, expected, checkpoint, what):
        path = self.publication / "checkpoint"
        whole = path.read_bytes()
        path.write_bytes(checkpoint if isinstance(checkpoint, bytes) else checkpoint.encode())
        self.check(expected, self.publication, what)
        path.write_bytes(whole)

    def test_texts(self):
        root = (self.publication / "checkpoint").read_text(encoding="utf-8").split("\n")[2]
        start = ledger_case.ORIGIN + "\n"
        self.check_checkpoint(SOUND, self.key.note(f"{start}{SIZE}\n{root}\nmore\n"), "an extension line")
        for what, text in (
                ("an empty line more", f"{start}{SIZE}\n{root}\n\n"),
                ("two lines", f"{start}{SIZE}\n"),
                ("one line", start),
                ("an empty first line", f"\n{start}{SIZE}\n{root}\n"),
                ("another origin", f"other.example\n{SIZE}\n{root}\n"),
                *((f"size {size!r}", f"{start}{size}\n{root}\n") for size in (
                    "", "0", f"0{SIZE}", f"+{SIZE}", f"-{SIZE}", f" {SIZE}", f"{SIZE} ", f"{SIZE}.0", "0x14b", "330",
                    "332", "1", "9223372036854775807", "9223372036854775808", "18446744073709551615",
                    "18446744073709551616", "9" * 40, "\u0663\u0663\u0661", "3_31")),
                *((f"root {text!r}", f"{start}{SIZE}\n{text}\n") for text in (
                    "", root[:-1], root + "=", root[:-2] + chr(ord(root[-2]) + 1) + "=", root.replace("=", ""),
                    base64_of(base64.b64decode(root)[:-1]), base64_of(base64.b64decode(root) + b"\0"), f" {root}",
                    f"{root} ", base64_of(bytes(32)), "!" + root[1:])),
                ("size 0 and its root", f"{start}0\n{base64_of(sha256(b''))}\n")):
            self.check_checkpoint(UNSOUND, self.key.note(text), what)

    def test_notes(self):
        note = (self.publication / "checkpoint").read_text(encoding="utf-8")
        text, good = note.split("\n\n")
        text += "\n"
        other = self.make_key("note-key", "witness.example/one")
        unknown, namesake = other.sign(text), self.make_key("same-name", ledger_case.ORIGIN)
        bad = self.key.sign(text + "x")
        short = f"\u2014 w.example {base64_of(b'12345')}\n"
        rest = 1_000_000 - len((text + "\n" + good + "\u2014 w.example \n").encode())
        filler = lambda size: f"\u2014 w.example {base64_of(bytes(size // 4 * 3))}\n"
        for expected, what, signatures in (
                (SOUND, "a witness before", unknown + good), (SOUND, "a witness after", good + unknown),
                (SOUND, "twice", good + good), (SOUND, "the shortest", good + short),
                (SOUND, "a namesake", good + namesake.sign(text)),
                (UNSOUND, "a namesake alone", namesake.sign(text)),
                (UNSOUND, "a witness alone", unknown), (UNSOUND, "a good and a bad one", good + bad),
                (UNSOUND, "a bad and a good one", bad + good), (UNSOUND, "a bad one", bad),
                (SOUND, "64 of them", unknown * 63 + good), (UNSOUND, "65 of them", unknown * 64 + good),
                (UNSOUND, "none", ""), (UNSOUND, "an empty line", good + "\n"), (UNSOUND, "no end", good[:-1]),
                (UNSOUND, "a hyphen", good + short.replace("\u2014", "-")),
                (UNSOUND, "two spaces", good + short.replace(" ", "  ")),
                (UNSOUND, "no name", good + short.replace("w.example ", "")),
                (UNSOUND, "a plus", good + short.replace("w.", "w+")),
                (UNSOUND, "a space of Unicode's", good + short.replace("w.", "w\u00a0")),
                (UNSOUND, "a wide space", good + short.replace("w.", "w\u3000")),
                (UNSOUND, "a next line", good + short.replace("w.", "w\u0085")),
                (SOUND, "a name of other letters", good + short.replace("w.", "\u76d0.")),
                (UNSOUND, "a tab", good + short.replace("w.", "w\t")),
                (UNSOUND, "a carriage return", good.replace("\n", "\r\n")),
                (UNSOUND, "a zero byte", good + short.replace("w.", "w\0")),
                (UNSOUND, "a delete byte", good + short.replace("w.", "w\x7f")),
                (UNSOUND, "no base64", good + short.replace("=", "")),
                (UNSOUND, "loose base64", good + short.replace("U=", "V=")),
                (UNSOUND, "4 bytes", good + f"\u2014 w.example {base64_of(b'1234')}\n"),
                (UNSOUND, "a space after", good.replace("\n", " \n")),
                (UNSOUND, "a word after", good.replace("\n", " x\n")),
                (SOUND, "as large as may be", good + filler(rest)),
                (UNSOUND, "larger", good + filler(rest + 8))):
            self.check_checkpoint(expected, text + "\n" + signatures, what)
        for what, data in (("no empty line", (text + good).encode()),
                           ("two empty lines", (text + "\n\n" + good).encode()),
                           ("no text", good.encode()), ("an empty text", ("\n" + good).encode()),
                           ("a byte order mark", ("\ufeff" + note).encode()), ("UTF-16", note.encode("utf-16")),
                           ("not UTF-8", note.encode() + b"\xe2\x80\x94 \xff w 1234\n"),
                           ("a surrogate", note.encode() + b"\xe2\x80\x94 \xed\xa0\x80 MTIzNDU=\n"),
                           ("an overlong byte", note.encode() + b"\xe2\x80\x94 \xc1\x81 MTIzNDU=\n")):
            self.check_checkpoint(UNSOUND, data, what)

    def test_a_signature_that_is_not_the_one_form(self):
        order = 2**252 + 27742317777372353535851937790883648493
        note = (self.publication / "checkpoint").read_text(encoding="utf-8")
        start, signature = note.rstrip("\n").rsplit(" ", 1)
        raw = base64.b64decode(signature)
        scalar = int.from_bytes(raw[36:], "little")
        for what, changed in (("s and the order", raw[:36] + (scalar + order).to_bytes(32, "little")),
                              ("s of zero", raw[:36] + bytes(32)),
                              ("no point", raw[:4] + b"\xff" * 32 + raw[36:]),
                              ("a byte less", raw[:-1]),
                              ("a byte more", raw + b"\0"),
                              ("its id alone", raw[:5]),
                              ("zeros", raw[:4] + bytes(64))):
            self.check_checkpoint(UNSOUND, f"{start} {base64_of(changed)}\n", what)

    def test_another_key(self):
        other = self.make_key("another-key", ledger_case.ORIGIN)
        self.check(UNSOUND, self.publication, "the wrong key, the right name", vkey=other.vkey)
        forged = self.forged(self.entries)
        (forged / "checkpoint").write_text(other.checkpoint(self.hashes), encoding="utf-8")
        self.check(UNSOUND, forged, "signed by the wrong key")
        self.check(SOUND, forged, "by its own key", vkey=other.vkey)
        name, identity, _ = self.key.vkey.split("+", 2)
        mine, theirs = self.key.vkey.split("+", 2)[2], other.vkey.split("+", 2)[2]
        for vkey in ("", "x", f"{name}+{identity}+{theirs}", f"{name}+{identity}",
                     f"{name}+{identity.upper()}+{mine}", f"{name}+{identity}+{mine}=", f"{name[1:]}+{identity}+{mine}",
                     self.key.vkey + "\n"):
            self.check_refused(vkey)

    def check_refused(self, vkey):
        """That is no vkey, and nobody takes it for a verdict on the publication."""
        for by in (by_program, by_audit_py):
            command = ["audit"] if by is by_program else []
            self.assertIn(by(*command, self.publication, "--vkey", vkey)[0], (COULD_NOT, USAGE), vkey)


if __name__ == "__main__":
    main(__doc__)

"""Has the program and tools/audit.py judge the same statements, made by the program and by hand, damaged and
forged.

usage: statement_interop_test.py HOURBOOK"""
from checkers import SOUND, UNSOUND, flips
from forged_test import ForgedCase
from ledger_case import SMALL, main, make, run
from publication import base64_of, chained, get, proof_of, relinked, sha256, statement

FLIPS = 24 if SMALL else 96
VOLUNTEER, OTHER, TEAM = (bytes.fromhex(party) for party in (make.VOLUNTEER, make.OTHER, make.TEAM))


class Statements(ForgedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.note = (cls.publication / "checkpoint").read_text(encoding="utf-8")
        cls.indexes = cls.of(VOLUNTEER)
        cls.text = statement(cls.leaves, VOLUNTEER, cls.indexes, cls.note)

    @classmethod
    def of(cls, party, *units):
        """Where the party's entries are, those of these units or of any."""
        return [index for index, entry in enumerate(cls.entries)
                if index and party in (get(entry, "debit"), get(entry, "credit"))
                and get(entry, "unit") in (units or range(4))]

    def stated(self, indexes, party=VOLUNTEER, leaves=None, note=None):
        return statement(leaves or self.leaves, party, indexes, note or self.note)

    def signed(self, entries, indexes, party=VOLUNTEER):
        """A statement of forged entries, signed as if they were sound."""
        leaves = chained(entries)
        return statement(leaves, party, indexes, self.key.checkpoint([sha256(b"\0" + leaf) for leaf in leaves]))

    def test_what_the_program_makes(self):
        ledger = self.publication.with_suffix(".ledger")
        for party in (VOLUNTEER, OTHER, TEAM):
            for more in ((), ("--unit", "minute"), ("--unit", "point")):
                made = run("prove-statement", ledger, party.hex(), *more, check=None)
                if made.returncode == SOUND:
                    self.check_statement(SOUND, made.stdout, f"{party.hex()} {more}")
        self.check_statement(SOUND, run("prove-statement", ledger, VOLUNTEER.hex()).stdout, "of the volunteer")

    def test_made_by_hand(self):
        self.assertGreater(len(self.indexes), 8)
        self.check_statement(SOUND, self.text, "all of it")
        for unit in (0, 1, 2):
            self.check_statement(SOUND, self.stated(self.of(VOLUNTEER, unit)), f"unit {unit}")
        for first in range(len(self.indexes)):
            self.check_statement(SOUND, self.stated(self.indexes[first:]), f"from {first} on")
            self.check_statement(SOUND, self.stated(self.indexes[:first + 1]), f"to {first}")

    def test_one_entry_is_left_out(self):
        for unit in (1, 2):
            account = self.of(VOLUNTEER, unit)
            for n in range(1, len(account) - 1):
                indexes = [index for index in self.indexes if index != account[n]]
                self.check_statement(UNSOUND, self.stated(indexes), f"without entry {account[n]}")

    def test_other_entries_or_another_order(self):
        for what, indexes in (("the genesis", [0] + self.indexes), ("another's", self.indexes + [330]),
                              ("twice", self.indexes[:1] + self.indexes), ("backwards", self.indexes[::-1]),
                              ("none", [])):
            self.check_statement(UNSOUND, self.stated(indexes), what)
        self.check_statement(UNSOUND, self.stated(self.indexes, OTHER), "as another party's")
        self.check_statement(UNSOUND, self.stated([16], b"0" * 16), "as nobody's")

    def test_each_byte(self):
        data = self.text.encode()
        for at, changed in flips(data, FLIPS):
            self.check_statement(UNSOUND, changed, f"byte {at}")
        for at, changed in flips(self.note.encode(), FLIPS):
            self.check_statement(UNSOUND, self.text.split("\n\n")[0].encode() + b"\n\n" + changed,
                                 f"byte {at} of the checkpoint")

    def test_cut_and_other_forms(self):
        lines = self.text.split("\n")
        party = lines[1]
        for what, text in (
                ("empty", ""),
                ("a newline", "\n"),
                ("zeros", "\0" * 5000),
                ("no checkpoint", "\n".join(lines[:-6])),
                ("half", self.text[:len(self.text) // 2]), ("no last newline", self.text[:-1]),
                ("a line more", self.text + "\n"), ("no head", "\n".join(lines[1:])),
                ("another version", self.text.replace("@v1", "@v2")),
                ("no party", "\n".join(lines[:1] + lines[2:])),
                ("an upper-case party", self.text.replace(party, party.replace("party ", "party 0A")[:38])),
                ("a short party", self.text.replace(party, party[:-1])),
                ("a long party", self.text.replace(party, party + "0")),
                ("lines that end otherwise", self.text.replace("\n", "\r\n")),
                ("an empty line first", "\n" + self.text),
                ("an empty line within", self.text.replace("\nentry", "\n\nentry", 1)),
                ("no word", self.text.replace("entry ", "")),
                ("another word", self.text.replace("entry ", "entries ")),
                ("two spaces", self.text.replace("entry ", "entry  ")),
                ("not UTF-8", self.text.encode().replace(b"entry", b"entr\xff", 1)),
                ("no padding", "\n".join(line.rstrip("=") for line in lines[:4]) + "\n" + "\n".join(lines[4:])),
                ("a hash gone", "\n".join(lines[:3] + lines[4:])),
                ("a hash more", "\n".join(lines[:4] + lines[3:])),
                ("a hash of 31 bytes", "\n".join(lines[:3] + [base64_of(bytes(31))] + lines[4:])),
                ("an entry of 223 bytes", self.text.replace(lines[2], "entry " + base64_of(self.leaves[2][:-1]))),
                ("an empty entry", self.text.replace(lines[2], "entry ")),
                ("a proof of 65 hashes", "\n".join(lines[:3] + [lines[3]] * 65 + lines[3:]))):
            self.check_statement(UNSOUND, text, what)

    def test_another_checkpoint(self):
        other = self.make_key("statement-key", self.key.name)
        self.check_statement(UNSOUND, self.text, "another key", vkey=other.vkey)
        cosigned = self.stated(self.indexes, note=self.note + other.sign("x\n"))
        self.check_statement(SOUND, cosigned, "an unknown signature more")
        smaller = self.key.checkpoint(self.hashes[:300])
        self.check_statement(UNSOUND, self.stated(self.indexes, note=smaller), "of another size")
        mine = [index for index in self.indexes if index < 20]
        proved = statement(self.leaves[:20], VOLUNTEER, mine, self.key.checkpoint(self.hashes[:20]))
        self.check_statement(SOUND, proved, "of an earlier checkpoint")
        for size in (200, 513, 2**62):  # one nearby has the same shape left of its last entries
            wrong = self.key.checkpoint(self.hashes, size=size)
            self.check_statement(UNSOUND, self.stated(self.indexes, note=wrong), f"size {size}")

    def test_forged(self):
        first = self.of(VOLUNTEER, 1)
        for index in first[1:]:
            side = "prev_debit" if get(self.entries[index], "debit") == VOLUNTEER else "prev_credit"
            for value in (0, index, first[0] - 1):
                text = self.signed(self.changed(index, **{side: value}), self.indexes)
                self.check_statement(UNSOUND, text, f"entry {index}: {side} is {value}")
        for fields in ({"kind": 0}, {"kind": 1}, {"kind": 23}, {"flags": 128}, {"unit": 4}, {"unit": 15},
                       {"reserved": 1}, {"id": bytes(16)}):
            text = self.signed(relinked(self.changed(16, **fields)), [16])
            self.check_statement(UNSOUND, text, f"entry 16: {fields}")

    def test_the_smallest_tree_that_can_be(self):
        leaves = self.leaves[:2]
        hashes = [sha256(b"\0" + leaf) for leaf in leaves]
        self.assertEqual(proof_of(hashes, 1), hashes[:1])
        party = get(self.entries[1], "credit")
        self.check_statement(SOUND, statement(leaves, party, [1], self.key.checkpoint(hashes)), "two entries")


if __name__ == "__main__":
    main(__doc__)

"""Has the program and tools/audit.py, which share nothing, judge the same publications, sound and damaged.

usage: audit_py_test.py HOURBOOK"""
import ast
import json
import os
import sys

import ledger_case
from checkers import AUDIT, COULD_NOT, SOUND, UNSOUND, CheckersCase, by_audit_py, flips, replaced
from ledger_case import SMALL, main, run
from publication import path_of

BORDERS = (1, 2, 255, 256, 257, 512)
FLIPS = 6 if SMALL else 24
HUGE = 1 << 40


class AuditPyItself(CheckersCase):
    def test_it_is_short_and_needs_nothing_else(self):
        lines = AUDIT.read_text(encoding="utf-8").splitlines()
        self.assertLessEqual(len(lines), 300)
        self.assertLessEqual(max(map(len, lines)), 110)
        for node in ast.walk(ast.parse("\n".join(lines))):
            self.assertNotIsInstance(node, ast.ImportFrom)
            if isinstance(node, ast.Import):
                self.assertLessEqual({name.name for name in node.names}, sys.stdlib_module_names)


class Sound(CheckersCase):
    def assert_balances(self, publication):
        """Those that audit.py derives are those that the ledger has."""
        derived = {}
        code, out = by_audit_py(publication, "--vkey", self.key.vkey, "--balances")
        self.assertEqual(code, SOUND, out)
        for line in out.splitlines()[:-1]:
            party, unit, balance, held = line.split()
            derived[party, int(unit)] = int(balance), int(held)
        for line in run("parties", publication.with_suffix(".ledger"), "--json").stdout.splitlines():
            party = json.loads(line)
            for name, has in party.items():
                if not isinstance(has, dict):
                    continue
                unit = {"minute": 1, "point": 2, "bank-minute": 3}.get(name) or int(name)
                self.assertEqual(derived.pop((party["id"], unit), (0, 0)),
                                 (has["credits_posted"] - has["debits_posted"], has["debits_pending"]), line)
        self.assertEqual(derived, {})

    def test_every_size_around_the_borders_of_tiles_and_each_after_those_before(self):
        ledger, publication = self.init("borders.ledger"), self.scratch / "borders"
        entries = ledger_case.history(512)
        seen, had = [], 1
        for size in BORDERS:
            if size > had:
                self.append(ledger, entries[had - 1:size - 1])
            self.publish(ledger, publication)
            self.check(SOUND, publication, f"{size} entries")
            for states in seen:
                self.check(SOUND, publication, f"{size} entries, seen before", seen=states)
            seen.append(self.saw_before(publication))
            self.assert_balances(publication)
            had = size

    def test_more_than_a_full_tile_of_level_one(self):
        if not SMALL:
            self.check(SOUND, self.published(65536 + 300), "65,836 entries")

    def test_a_town(self):
        publication = self.town()
        self.check(SOUND, publication, "the town")
        self.assert_balances(publication)
        full, part = publication / "tile" / "1" / "000.p", publication / "tile" / "entries" / path_of(77, 256)
        for path in [*full.iterdir(), part]:
            for at, changed in flips(path.read_bytes(), 2):
                with replaced(path, changed):
                    self.check(UNSOUND, publication, f"{path}, byte {at}")


class Damaged(CheckersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.publication, cls.later = cls.published(331), cls.published(600)
        cls.files = sorted(path for path in cls.publication.rglob("*") if path.is_file())

    def assert_unsound_with(self, path, data, what):
        with replaced(path, data):
            self.check(UNSOUND, self.publication, f"{path.relative_to(self.publication)}: {what}")

    def test_there_is_a_file_of_each_sort(self):
        self.assertEqual([str(path.relative_to(self.publication)) for path in self.files],
                         ["checkpoint", "tile/0/000", "tile/0/001.p/75", "tile/1/000.p/1", "tile/entries/000",
                          "tile/entries/001.p/75"])
        self.check(SOUND, self.publication)

    def test_each_byte_of_the_checkpoint(self):
        checkpoint = self.files[0].read_bytes()
        for at, changed in flips(checkpoint, 40 if SMALL else len(checkpoint)):
            self.assert_unsound_with(self.files[0], changed, f"byte {at}")

    def test_bytes_of_each_other_file(self):
        for path in self.files[1:]:
            for at, changed in flips(path.read_bytes(), FLIPS):
                self.assert_unsound_with(path, changed, f"byte {at}")

    def test_files_of_another_length(self):
        for path in self.files:
            whole = path.read_bytes()
            half = len(whole) // 2
            for what, data in (("empty", b""), ("a byte less", whole[:-1]), ("a byte more", whole + b"\n"),
                               ("half", whole[:half]), ("twice", whole * 2), ("zeros", bytes(len(whole))),
                               ("its first byte gone", whole[1:])):
                self.assert_unsound_with(path, data, what)

    def test_what_is_not_a_file(self):
        for path in self.files:
            self.assert_unsound_with(path, os.mkdir, "a directory")
            self.assert_unsound_with(path, os.mkfifo, "a pipe that nobody writes to")

    def test_a_huge_file(self):
        def sparse(path):
            with open(path, "wb") as file:
                file.truncate(HUGE)
        for path in self.files:
            self.assert_unsound_with(path, sparse, "a huge file")

    def test_a_file_that_is_missing(self):
        for path in self.files[1:]:
            self.assert_unsound_with(path, None, "gone")
        with replaced(self.files[0], None):
            self.check(COULD_NOT, self.publication, "no checkpoint, so nothing was published")
        self.check(COULD_NOT, self.scratch / "nowhere", "no directory")
        self.check(COULD_NOT, self.files[0], "a file in place of a directory")

    def test_files_in_each_others_place(self):
        for level in ("0", "entries"):
            first, second = (self.later / "tile" / level / name for name in ("000", "001"))
            with replaced(first, second.read_bytes()), replaced(second, first.read_bytes()):
                self.check(UNSOUND, self.later, f"swapped at {level}")
            with replaced(first, second.read_bytes()):
                self.check(UNSOUND, self.later, f"repeated at {level}")

    def test_entries_dropped_repeated_and_swapped(self):
        bundle = self.publication / "tile" / "entries" / "001.p" / "75"
        rows = [bundle.read_bytes()[at:at + 226] for at in range(0, 75 * 226, 226)]
        for what, changed in (("dropped", rows[:10] + rows[11:]), ("repeated", rows[:11] + rows[10:]),
                              ("repeated, the last dropped", rows[:11] + rows[10:-1]),
                              ("swapped", rows[:10] + [rows[11], rows[10]] + rows[12:])):
            self.assert_unsound_with(bundle, b"".join(changed), what)

    def test_the_full_file_in_place_of_the_part(self):
        part = self.copy(self.publication)
        for level in ("0", "entries"):
            full = (self.later / "tile" / level / "001").read_bytes()
            (part / "tile" / level / "001").write_bytes(full)
            self.check(SOUND, part, "both are there")
            (part / "tile" / level / "001.p" / "75").unlink()
            self.check(SOUND, part, "the full one alone")
            with replaced(part / "tile" / level / "001", full[:-1]):
                self.check(UNSOUND, part, "the full one is cut")
            with replaced(part / "tile" / level / "001", full[:40] + b"?" + full[41:]):
                self.check(UNSOUND, part, "the full one is another")

    def test_an_older_checkpoint_than_was_seen(self):
        ledger, publication = self.init("older.ledger"), self.scratch / "older"
        self.append(ledger, ledger_case.history(300))
        old = self.copy(self.publish(ledger, publication))
        seen_old = self.saw_before(publication)
        self.append(ledger, ledger_case.history(310)[299:])
        seen = self.saw_before(self.publish(ledger, publication))
        self.check(SOUND, publication, "it goes on", seen=seen_old)
        self.check(SOUND, publication, "the same again", seen=seen)
        self.check(SOUND, old, "the old one by itself")
        self.check(UNSOUND, old, "the old one after the new", seen=seen)

    def test_a_state_file_that_is_none(self):
        other = self.make_key("state-key", "other.example/hours")
        for data in (b"", b"\0" * 100, self.files[0].read_bytes()[:-1], other.note("other.example/hours\n").encode()):
            broken = self.scratch / "broken-state"
            broken.write_bytes(data)
            self.check(COULD_NOT, self.publication, f"state {data!r}", seen=[broken, broken])


if __name__ == "__main__":
    main(__doc__)

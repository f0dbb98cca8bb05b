"""Lets the Go project's library for transparency logs read what the program publishes, whole and damaged.

usage: go_test.py HOURBOOK"""
import os
import shutil
import subprocess

import ledger_case
from ledger_case import HERE, SMALL, LedgerCase, main, run

BORDERS = (1, 2, 255, 256, 257, 512)


class GoReads(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.scratch / "read_publication"
        environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="",
                           GOCACHE=str(cls.scratch / "go-cache"))
        subprocess.run(["go", "build", "-o", cls.program, HERE / "read_publication.go"], check=True,
                       env=environment)

    def read(self, publication, *earlier, vkey=None):
        return subprocess.run([self.program, publication, vkey or self.key.vkey, *earlier], capture_output=True,
                              text=True, timeout=300)

    def assert_sound(self, publication, *earlier):
        done = self.read(publication, *earlier)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_unsound(self, publication, *more, **options):
        done = self.read(publication, *more, **options)
        self.assertEqual(done.returncode, 3, (publication, done.stdout, done.stderr))

    def test_every_size_around_the_borders_of_tiles_and_how_they_follow(self):
        ledger, publication = self.init("borders.ledger"), self.scratch / "borders"
        entries = ledger_case.history(512)
        earlier = []
        for size in BORDERS:
            done = earlier and int(earlier[-1].suffix[1:]) or 1
            if size > done:
                self.append(ledger, entries[done - 1:size - 1])
            self.publish(ledger, publication)
            self.assertIn(f"{size} entries", self.assert_sound(publication))
            for old in earlier:
                self.assert_sound(publication, old)
            earlier.append(self.scratch / f"checkpoint.{size}")
            shutil.copy(publication / "checkpoint", earlier[-1])

    def test_more_than_a_full_tile_of_level_one(self):
        publication = self.town() if SMALL else self.published(65536 + 300)
        root = run("root", publication.with_suffix(".ledger")).stdout.strip()
        self.assertIn(ledger_case.base64_of_hex(root), self.assert_sound(publication))

    def test_each_file_flipped_cut_or_gone(self):
        publication = self.published(300)
        files = [path for path in publication.rglob("*") if path.is_file()]
        self.assertEqual(len(files), 6, files)  # the checkpoint, two bundles, tiles: two of level 0, one of 1
        for path in files:
            whole = path.read_bytes()
            for at in range(0, len(whole), max(1, len(whole) // 24)):
                # Not the lowest bits: Go's base64 passes over those that pad the last digit.
                path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
                self.assert_unsound(publication)
            path.write_bytes(whole[:-1])
            self.assert_unsound(publication)
            path.unlink()
            self.assert_unsound(publication)
            path.write_bytes(whole)
        self.assert_sound(publication)

    def test_a_fork_and_another_key(self):
        other = self.make_key("other-key", ledger_case.ORIGIN)
        publication, fork = self.published(257, "trunk"), self.init("fork.ledger")
        changed = ledger_case.history(257)
        changed[200]["credit"] = f"{0xf0f0:032x}"
        self.append(fork, changed)
        run("publish", fork, self.scratch / "fork", "--key", self.key.path)
        self.assert_sound(self.scratch / "fork")
        self.assert_unsound(self.scratch / "fork", publication / "checkpoint")
        self.assert_unsound(publication, vkey=other.vkey)


if __name__ == "__main__":
    main(__doc__)

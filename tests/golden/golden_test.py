#!/usr/bin/env python3
"""Every golden ledger reads, re-hashes and verifies as on the day it was made, and can be gone on with.

The bytes and hashes are made here anew from FORMAT.md, in another language than the ledger.

usage: golden_test.py HOURBOOK
"""
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = None
HERE = pathlib.Path(__file__).resolve().parent

KINDS = ("genesis open close service award redeem settle transfer reverse post void policy anchor").split()
UNITS = {None: 0, "minute": 1, "point": 2, "bank-minute": 3}
FLAGS = {"linked": 1, "pending": 2, "imported": 4}


def nanoseconds(text):
    """Unix nanoseconds of an RFC 3339 text, to the last digit."""
    whole, offset = text[:-6], text[-6:]
    seconds, _, decimals = whole.partition(".")
    moment = datetime.datetime.fromisoformat(seconds + offset)
    return int(moment.timestamp()) * 10**9 + int(decimals.ljust(9, "0") or 0)


def entry_bytes(entry):
    """An entry's 192 bytes, as FORMAT.md lays them out."""
    blob = lambda name, size: bytes.fromhex(entry[name] or "00" * size)
    data = b"".join(blob(name, 16) for name in ("id", "debit", "credit", "ref", "activity", "recorder"))
    data += blob("evidence", 32)
    data += struct.pack("<QqqQQQ", entry["amount"], nanoseconds(entry["occurred_at"]),
                        nanoseconds(entry["recorded_at"]), entry["index"], entry["prev_debit"] or 0,
                        entry["prev_credit"] or 0)
    flags = sum(FLAGS[flag] for flag in entry["flags"])
    data += struct.pack("<HHHHII", KINDS.index(entry["kind"]) + 1, flags, UNITS[entry["unit"]], entry["code"],
                        entry["timeout"], 0)
    assert len(data) == 192
    return data


def sha256(data):
    return hashlib.sha256(data).digest()


def tree_root(leaves):
    """MTH of RFC 6962, section 2.1, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:]))


class GoldenTest(unittest.TestCase):
    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="hourbook-golden-"))
        self.addCleanup(shutil.rmtree, self.scratch)

    def run_(self, *arguments, stdin=None):
        done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def copies(self):
        versions = sorted(HERE.glob("v*"))
        self.assertTrue(versions)
        for version in versions:
            ledger = self.scratch / version.name
            ledger.mkdir()
            shutil.copy(version / "data.mdb", ledger)
            yield version, ledger

    def test_reads_as_it_did(self):
        for version, ledger in self.copies():
            with self.subTest(version.name):
                self.assertEqual(self.run_("entries", ledger, "--json"),
                                 (version / "entries.jsonl").read_text(encoding="utf-8"))
                self.run_("verify", ledger)

    def test_hashes_as_it_did(self):
        for version, ledger in self.copies():
            with self.subTest(version.name):
                entries = [json.loads(line) for line in (version / "entries.jsonl").read_text().splitlines()]
                self.assertEqual({entry["kind"] for entry in entries}, set(KINDS))
                leaves, previous = [], bytes(32)
                for entry in entries:
                    previous = sha256(b"\x00" + previous + entry_bytes(entry))
                    leaves.append(previous)
                self.assertEqual(tree_root(leaves).hex(), (version / "root.txt").read_text().strip())
                for size in (1, 2, 3, 255, 256, 257, len(leaves)):
                    self.assertEqual(self.run_("root", ledger, "--size", size).strip(),
                                     tree_root(leaves[:size]).hex(), size)
                for index in (0, 1, 17, len(leaves) - 1):
                    entry = json.loads(self.run_("entry", ledger, index))
                    self.assertEqual(entry["leaf_hash"], leaves[index].hex())

    def test_can_be_gone_on_with(self):
        for version, ledger in self.copies():
            with self.subTest(version.name):
                entry = {"id": "f" * 32, "kind": "open", "credit": "f" * 32, "party_kind": "volunteer"}
                self.run_("append", ledger, stdin=json.dumps(entry) + "\n")
                self.run_("verify", ledger)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()

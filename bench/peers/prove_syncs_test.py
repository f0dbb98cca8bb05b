#!/usr/bin/env python3
"""prove_syncs.py must see a batch that is answered before a sync, and nothing else."""
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "prove_syncs.py")
PEERS = ("hourbook", "sqlite", "postgres", "raw_lmdb", "raw_file")


def run(batches, calls):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("batches", "calls.1")]
        for path, text in zip(paths, (batches, calls)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return subprocess.run([sys.executable, PROGRAM, *paths], capture_output=True, text=True, check=False)


def batch_lines(peers=PEERS):
    """A batch for each, from 100.000010 s to 100.000090 s."""
    return "".join(f"{peer} 100000010000 100000090000\n" for peer in peers)


def call(peer, begin="100.000020", took="0.000030", name="fdatasync", result="0"):
    return f"{begin} {name}(3</x/{peer}/file>) = {result} <{took}>\n"


class ProveSyncs(unittest.TestCase):
    def outcome(self, batches, calls):
        return run(batches, calls).returncode

    def test_a_sync_in_every_batch_is_sound(self):
        result = run(batch_lines(), "".join(call(peer) for peer in PEERS))
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("sqlite: 1 batches, 1 syncs within them, 0 without one", result.stdout)

    def test_each_peer_needs_its_own(self):
        for missing in PEERS:
            calls = "".join(call(peer) for peer in PEERS if peer != missing)
            self.assertNotEqual(0, self.outcome(batch_lines(), calls), missing)

    def test_a_sync_that_is_early_late_or_failed_does_not_count(self):
        others = "".join(call(peer) for peer in PEERS if peer != "sqlite")
        for bad in (call("sqlite", begin="100.000009"), call("sqlite", took="0.000071"),
                    call("sqlite", result="-1 EIO (Input/output error)"), call("sqlite", name="msync"),
                    call("sqlite.other")):
            self.assertNotEqual(0, self.outcome(batch_lines(), others + bad), bad)

    def test_a_peer_that_took_no_part_is_told(self):
        calls = "".join(call(peer) for peer in PEERS)
        self.assertNotEqual(0, self.outcome(batch_lines(PEERS[:-1]), calls))


if __name__ == "__main__":
    unittest.main()

"""What the tests of the import share: a ledger and the town's sheets in a folder of each test's own."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import oracle

PROGRAM = None
TOWN = pathlib.Path(__file__).resolve().parent.parent / "data" / "town"
KILL_TRIALS = int(os.environ.get("HOURBOOK_KILL_TRIALS", 8))  # more for a long run; at least 1


def run(*arguments, check=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{arguments}: exit {done.returncode}, not {check}\n{done.stdout}{done.stderr}")
    return done


class TownCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.expected = oracle.judge(TOWN)

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="hourbook-import-"))
        self.addCleanup(shutil.rmtree, self.scratch)
        self.ledger = self.scratch / "ledger"
        self.sheets = TOWN

    def init(self, ledger=None, time_zone="Asia/Shanghai"):
        run("init", ledger or self.ledger, "--origin", "town.example/hours", "--time-zone", time_zone,
            "--created-at", "2025-01-01T00:00:00+08:00")

    def arguments(self, command, ledger=None):
        return [command, ledger or self.ledger, "--mapping", self.sheets / "town.toml", "--secret",
                TOWN / "demo.secret"]

    def import_(self, *more, ledger=None, check=0):
        done = run(*self.arguments("import", ledger), "--json", *more, check=check)
        return json.loads(done.stdout) if done.returncode == 0 else done

    def root(self, ledger=None):
        return run("root", ledger or self.ledger).stdout.strip()

    def size(self, ledger=None):
        return json.loads(run("stat", ledger or self.ledger, "--json").stdout)["size"]

    def report(self):
        return json.loads(run(*self.arguments("report"), "--json", "--all").stdout)

    def copy_of_sheets(self):
        self.sheets = self.scratch / "sheets"
        shutil.copytree(TOWN, self.sheets)

    def edit(self, name, encoding, change):
        path = self.sheets / name
        text = path.read_bytes().decode(encoding)
        changed = change(text)
        self.assertNotEqual(text, changed)
        path.write_bytes(changed.encode(encoding))

    def failure(self, *more):
        """What a failing import says; nothing may have been written."""
        before = self.root()
        done = self.import_(*more, check=1)
        self.assertEqual(self.root(), before)
        return done.stderr

    def kill_when_grown_to(self, ledger, target):
        """Runs the import until the data file has so many bytes, that is in the middle of a commit."""
        process = subprocess.Popen([PROGRAM, *map(str, self.arguments("import", ledger)), "--json"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and (ledger / "data.mdb").stat().st_size < target:
            time.sleep(0.0002)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def main(doc):
    global PROGRAM
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(doc)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")

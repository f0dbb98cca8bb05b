"""What the tests of the command line share: a program, a scratch folder, and running the one in the other."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ORIGIN = "town.example/hours"


def program():
    """The program under test."""
    return main.program


def entry_id(number):
    return f"{number:032x}"


def opening(number, party, kind):
    return {"id": entry_id(number), "kind": "open", "credit": party, "party_kind": kind}


def volunteer(number):
    """The opening of a volunteer that has this number too."""
    return opening(number, entry_id(number + 1000), "volunteer")


class CliCase(unittest.TestCase):
    """`ledger`, `site` and `key` are paths at which nothing is at first."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="hourbook-cli-"))
        self.addCleanup(shutil.rmtree, self.scratch)
        self.ledger, self.site, self.key = (self.scratch / name for name in ("ledger", "site", "town.key"))

    def run_(self, *arguments, code=0, stdin="", env=None):
        done = subprocess.run([program(), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                              timeout=60, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}{done.stderr}")
        self.assertNotIn("Sanitizer", done.stderr)  # which exits with 1 too
        return done

    def json_(self, *arguments):
        return json.loads(self.run_(*arguments, "--json").stdout)

    def lines(self, *arguments):
        return [json.loads(line) for line in self.run_(*arguments, "--json").stdout.splitlines()]

    def send(self, entries, code=0):
        return self.run_("append", self.ledger, code=code, stdin="".join(json.dumps(e) + "\n" for e in entries))

    def append(self, entries, code=0):
        """What is answered to each."""
        return [json.loads(line) for line in self.send(entries, code).stdout.splitlines()]

    def write(self, name, text):
        path = self.scratch / name
        path.write_text(text, encoding="utf-8")
        return path

    def init(self, time_zone="Asia/Shanghai"):
        self.run_("init", self.ledger, "--origin", ORIGIN, "--time-zone", time_zone)

    def keygen(self):
        """Sets `vkey` to that of a new key."""
        self.vkey = self.run_("keygen", self.key, "--name", ORIGIN).stdout.rstrip("\n")

    def publish(self, *more, **how):
        return self.run_("publish", self.ledger, self.site, "--key", self.key, *more, **how)


def main(doc):
    """Runs the tests of the script, whose first argument is the program."""
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(doc)
    main.program = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")

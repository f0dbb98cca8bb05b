"""What the tests of interoperation share: ledgers and publications made by the command line itself."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from publication import Key, base64_of

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))
import make  # noqa: E402  one of every kind of entry

ORIGIN = "town.example/hours"
TOWN = HERE.parent / "data" / "town"
SMALL = bool(os.environ.get("HOURBOOK_INTEROP_SMALL"))  # where the program is a slow one
PROGRAM = None


def run(*arguments, check=0, **more):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300, **more)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{arguments}: exit {done.returncode}, not {check}\n{done.stdout}{done.stderr}")
    return done


def base64_of_hex(text):
    return base64_of(bytes.fromhex(text))


def history(size):
    """What makes a ledger of this size: every kind of entry, then parties that join. A genesis is there."""
    entries = make.make()
    for number in range(len(entries) + 1, size):
        entries.append({"id": f"{number:032x}", "kind": "open", "credit": f"{0x100000 + number:032x}",
                        "party_kind": "volunteer", "occurred_at": make.START + 1000 * make.MINUTE,
                        "recorded_at": make.START + 1000 * make.MINUTE + number, "flags": ["imported"]})
    return entries[:size - 1]


class LedgerCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="hourbook-interop-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        cls.key = cls.make_key("key", ORIGIN)

    @classmethod
    def make_key(cls, file, name):
        return Key(cls.scratch / file, run("keygen", cls.scratch / file, "--name", name).stdout.strip())

    @classmethod
    def init(cls, name):
        run("init", cls.scratch / name, "--origin", ORIGIN, "--time-zone", "Asia/Shanghai", "--created-at",
            "2025-01-01T00:00:00+08:00")
        return cls.scratch / name

    @classmethod
    def append(cls, ledger, entries):
        run("append", ledger, input="".join(json.dumps(entry) + "\n" for entry in entries))

    @classmethod
    def publish(cls, ledger, publication):
        run("publish", ledger, publication, "--key", cls.key.path)
        return publication

    @classmethod
    def published(cls, size, name=None):
        """A publication of a ledger of this size; the ledger is beside it, with .ledger to its name."""
        name = name or f"size-{size}"
        ledger = cls.init(f"{name}.ledger")
        if size > 1:
            cls.append(ledger, history(size))
        return cls.publish(ledger, cls.scratch / name)

    @classmethod
    def town(cls):
        ledger = cls.init("town.ledger")
        run("import", ledger, "--mapping", TOWN / "town.toml", "--secret", TOWN / "demo.secret")
        return cls.publish(ledger, cls.scratch / "town")

    def copy(self, publication):
        target = pathlib.Path(tempfile.mkdtemp(dir=self.scratch)) / "publication"
        shutil.copytree(publication, target)
        return target


def main(doc):
    global PROGRAM
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(doc)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")

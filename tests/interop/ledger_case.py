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


def beyond_golden(entries):
    """What the golden ledger, which is never made again, has no entry of."""
    book = make.Book()
    book.entries = entries
    days = 24 * 60
    book.add("policy", 905, topic="unit", key=16, name="演出", amount=1)
    book.add("policy", 905, topic="expiry_days", key=2, amount=1)
    book.add("policy", 905, topic="relative", credit=make.VOLUNTEER, ref=make.OTHER, amount=5)
    for kind in ("training", "legacy", "inspection", "distribution"):
        book.add(kind, 910, debit=make.TEAM, credit=make.VOLUNTEER, recorder=make.RECORDER, unit=16, amount=3)
    given = book.add("contribution", 910, debit=make.VOLUNTEER, credit=make.TEAM, recorder=make.RECORDER, unit=16,
                     amount=2, flags=[])
    book.add("reverse", 911, debit=make.TEAM, credit=make.VOLUNTEER, ref=given, unit=16, amount=2, code=1)
    book.add("freeze", 912, credit=make.OTHER, amount=1, code=7)
    book.add("freeze", 913, credit=make.OTHER, amount=0, code=7)
    book.add("link", 914, credit=make.VOLUNTEER, ref=f"{0x1001:032x}", recorder=make.RECORDER, code=1)
    book.add("expire", 905 + 2 * days, debit=make.VOLUNTEER, credit=make.PROGRAMME, unit="point", amount=20)
    entries[-1]["occurred_at"] = make.START + 905 * make.MINUTE
    return book.entries


def history(size):
    """What makes a ledger of this size: every kind of entry, then parties that join. A genesis is there."""
    entries = beyond_golden(make.make())
    for number in range(len(entries) + 1, size):
        entries.append({"id": f"{number:032x}", "kind": "open", "credit": f"{0x100000 + number:032x}",
                        "party_kind": "volunteer", "occurred_at": make.START + 5000 * make.MINUTE,
                        "recorded_at": make.START + 5000 * make.MINUTE + number, "flags": ["imported"]})
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

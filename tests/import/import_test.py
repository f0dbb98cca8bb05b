#!/usr/bin/env python3
"""The import of a town's sheets, judged by an oracle; killed and completed; mended and run again.

usage: import_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import collections
import hashlib
import hmac
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import oracle

PROGRAM = None
TOWN = pathlib.Path(__file__).resolve().parent.parent / "data" / "town"


def run(*arguments, check=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{arguments}: exit {done.returncode}, not {check}\n{done.stdout}{done.stderr}")
    return done


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.expected = oracle.judge(TOWN)

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="hourbook-import-"))
        self.addCleanup(shutil.rmtree, self.scratch)
        self.ledger = self.scratch / "ledger"
        self.sheets = TOWN

    def init(self, ledger=None):
        run("init", ledger or self.ledger, "--origin", "town.example/hours", "--time-zone", "Asia/Shanghai",
            "--created-at", "2025-01-01T00:00:00+08:00")

    def arguments(self, command, ledger=None):
        return [command, ledger or self.ledger, "--mapping", self.sheets / "town.toml", "--secret",
                TOWN / "demo.secret"]

    def import_(self, *more, ledger=None, check=0):
        done = run(*self.arguments("import", ledger), "--json", *more, check=check)
        return json.loads(done.stdout) if done.returncode == 0 else done

    def root(self, ledger=None):
        return run("root", ledger or self.ledger).stdout.strip()

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

    def test_every_count_reject_and_balance_agrees_with_the_oracle(self):
        self.init()
        rejects = self.scratch / "rejects.jsonl"
        report = self.import_("--rejects", rejects)
        expected = self.expected
        rows = {sheet["file"]: sheet["rows"] for sheet in report["sheets"]}
        self.assertEqual({name: rows[name] for name in expected["rows"]}, expected["rows"])
        self.assertEqual(report["accepted"], expected["accepted"])
        self.assertEqual(report["exists"], expected["exists"])
        self.assertEqual(report["refused"], expected["refused"])
        lines = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([{k: line[k] for k in ("file", "row", "reason")} for line in lines], expected["rejects"])

        parties = collections.defaultdict(dict)
        for party in self.report()["parties"]:
            parties[party["kind"]][party["number"]] = party
        self.assertEqual({n: p["minute"]["debits_posted"] for n, p in parties["team"].items()},
                         expected["team_minutes"])
        self.assertEqual({n: p["point"]["credits_posted"] for n, p in parties["station"].items()},
                         expected["station_points"])
        volunteers = {
            n: {"minutes": p["minute"]["credits_posted"], "earned": p["point"]["credits_posted"],
                "spent": p["point"]["debits_posted"]}
            for n, p in parties["volunteer"].items()
        }
        self.assertEqual(volunteers, expected["volunteers"])
        self.assertEqual(parties["programme"]["town"]["point"]["debits_posted"], expected["issued"])
        run("verify", self.ledger)

    def test_every_unit_sums_to_zero(self):
        self.init()
        self.import_()
        parties = [json.loads(line) for line in run("parties", self.ledger, "--json").stdout.splitlines()]
        for unit in ("minute", "point"):
            for kind in ("posted", "pending"):
                debits = sum(party[unit][f"debits_{kind}"] for party in parties)
                credits = sum(party[unit][f"credits_{kind}"] for party in parties)
                self.assertEqual(debits, credits, f"{unit} {kind}")
        self.assertGreater(sum(party["minute"]["debits_posted"] for party in parties), 0)

    def test_importing_again_changes_nothing_and_refuses_the_same(self):
        self.init()
        first, second = self.scratch / "first.jsonl", self.scratch / "second.jsonl"
        report = self.import_("--rejects", first)
        root = self.root()
        again = self.import_("--rejects", second)
        self.assertEqual(self.root(), root)
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.assertEqual(again["refused"], report["refused"])
        self.assertEqual(again["entries"], 0)
        self.assertEqual(again["accepted"], {})
        self.assertEqual(again["exists"], report["exists"] + sum(report["accepted"].values()))

    def test_two_ledgers_get_the_same_root(self):
        roots = set()
        for name in ("a", "b"):
            ledger = self.scratch / name
            self.init(ledger)
            self.import_(ledger=ledger)
            roots.add(self.root(ledger))
        self.assertEqual(len(roots), 1)

    def test_a_dry_run_says_the_same_and_writes_nothing(self):
        self.init()
        before = self.root()
        dry = self.import_("--dry-run")
        self.assertEqual(self.root(), before)
        wet = self.import_()
        self.assertEqual(dry, wet)
        root = self.root()
        self.assertEqual(self.import_("--dry-run")["entries"], 0)
        self.assertEqual(self.root(), root)

    def kill_when_grown_to(self, ledger, target):
        """Runs the import until the data file has so many bytes, that is in the middle of a commit."""
        process = subprocess.Popen([PROGRAM, *map(str, self.arguments("import", ledger)), "--json"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and (ledger / "data.mdb").stat().st_size < target:
            pass
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def test_killed_at_any_moment_and_run_again_it_ends_the_same(self):
        self.init()
        begin = (self.ledger / "data.mdb").stat().st_size
        whole = self.import_()
        end = (self.ledger / "data.mdb").stat().st_size
        root = self.root()
        chance = random.Random(20250305)
        killed = 0
        sizes = set()
        for trial in range(8):
            ledger = self.scratch / f"killed{trial}"
            self.init(ledger)
            for target in sorted(chance.uniform(begin, end) for _ in range(3)):
                killed += self.kill_when_grown_to(ledger, target)
                sizes.add(json.loads(run("stat", ledger, "--json").stdout)["size"])
            again = self.import_(ledger=ledger)
            self.assertEqual(self.root(ledger), root)
            self.assertEqual(again["refused"], whole["refused"])
            run("verify", ledger)
        self.assertGreater(killed, 12, "the kills came too late to show anything")
        self.assertGreater(len(sizes), 6, f"killed at too few different places: {sizes}")

    def test_no_name_is_in_any_file_of_the_ledger(self):
        self.init()
        self.import_()
        names = [row["姓名"] for _, row in oracle.read(TOWN, "volunteers.csv", "utf-8-sig")]
        self.assertGreater(len(names), 200)
        for file in self.ledger.iterdir():
            data = file.read_bytes()
            for name in names:
                for encoding in ("utf-8", "gb18030", "utf-16-le"):
                    self.assertNotIn(name.encode(encoding), data, f"{name} as {encoding} in {file}")
            for number in ("V0001", "Q2025000001", "W202500002", "D2025010001"):
                self.assertNotIn(number.encode(), data, f"{number} in {file}")

    def test_a_pseudonym_is_what_the_documentation_says(self):
        self.init()
        self.import_()
        key = bytes.fromhex((TOWN / "demo.secret").read_text().strip())
        party = hmac.new(key, b"volunteer\x00V0281", hashlib.sha256).hexdigest()[:32]
        balance = json.loads(run("balance", self.ledger, party, "--json").stdout)
        self.assertEqual(balance["units"]["minute"]["credits_posted"], self.expected["volunteers"]["V0281"]["minutes"])
        same = run("balance", self.ledger, "volunteer:V0281", "--secret", TOWN / "demo.secret", "--json").stdout
        self.assertEqual(json.loads(same), balance)

    def test_a_mended_row_is_recorded_by_the_next_import(self):
        self.copy_of_sheets()
        self.init()
        report = self.import_()
        root = self.root()
        # The first row without a sign-out gets one; its key was never used.
        line = next(r["row"] for r in self.expected["rejects"] if r["reason"] == "malformed")

        def mend(text):
            rows = text.split("\r\n")
            fields = rows[line - 1].split(",")
            fields[5:8] = ["2025-12-31", "03:00", "03:30"]
            rows[line - 1] = ",".join(fields)
            return "\r\n".join(rows)

        self.edit("signin-2025.csv", "gb18030", mend)
        again = self.import_()
        self.assertNotEqual(self.root(), root)
        self.assertEqual(again["accepted"], {"service": 1})
        self.assertEqual(again["refused"]["malformed"], report["refused"]["malformed"] - 1)
        others = {reason: count for reason, count in report["refused"].items() if reason != "malformed"}
        self.assertEqual({r: c for r, c in again["refused"].items() if r != "malformed"}, others)
        mended = self.root()
        self.assertEqual(self.import_()["entries"], 0)
        self.assertEqual(self.root(), mended)
        run("verify", self.ledger)

    # Regression: a hold that timed out moved the import's clock past the present, and every row after it
    # was refused as recorded in the future.
    def test_past_events_can_be_imported_into_a_ledger_of_today(self):
        self.copy_of_sheets()
        def few(text):
            lines = text.splitlines(keepends=True)
            return "".join(lines[:40] + [line for line in lines[40:] if "超时" in line][:4] + lines[-40:])

        self.edit("redemptions-2025.csv", "utf-8-sig", few)
        expected = oracle.judge(self.sheets)
        self.assertGreater(expected["accepted"]["redemption_timed_out"], 0)
        run("init", self.ledger, "--origin", "today", "--time-zone", "Asia/Shanghai")
        report = self.import_()
        self.assertEqual(report["accepted"], expected["accepted"])
        self.assertEqual(report["refused"], expected["refused"])
        root = self.root()
        self.assertEqual(self.import_()["entries"], 0)
        self.assertEqual(self.root(), root)

    def test_a_changed_row_is_refused(self):
        self.copy_of_sheets()
        self.init()
        self.import_()
        self.edit("redemptions-2025.csv", "utf-8-sig",
                  lambda text: text.replace("D2025010002,V0243,S10,食用油,80", "D2025010002,V0243,S10,食用油,70"))
        again = self.import_()
        self.assertEqual(again["refused"]["exists_with_different"],
                         self.expected["refused"]["exists_with_different"] + 1)

    def failure(self, *more):
        """What a failing import says; nothing may have been written."""
        before = self.root()
        done = self.import_(*more, check=1)
        self.assertEqual(self.root(), before)
        return done.stderr

    def test_what_is_wrong_with_a_mapping_is_said_with_its_place(self):
        self.copy_of_sheets()
        self.init()
        original = (self.sheets / "town.toml").read_text(encoding="utf-8")
        for old, new, message in (
            ('programme = "town"', 'programme = "town', "town.toml:5:"),
            ('programme = "town"', "programme = 3", "'programme' must be a text"),
            ('programme = "town"', "", "[town] needs the key 'programme'"),
            ('programme = "town"', 'programme = "town"\nbugdet = 3', "the key 'bugdet' is unknown"),
            ("budget = 1_000_000", "budget = -1", "'budget' must be 0 to"),
            ('utc_offset = "+08:00"', 'utc_offset = "8"', "'utc_offset' must be like"),
            ('kind = "team"', 'kind = "club"', "'kind' must be one of: volunteer"),
            ('encoding = "GB18030"', 'encoding = "GB18031"', "the encoding 'GB18031' is unknown"),
            ('encoding = "GB18030"', 'encoding = "UTF-16"', "is none that holds ASCII"),
            ('key = "流水号"', 'key = "号"', "no column is called '号'; there are: 流水号"),
            ('file = "tariff.csv"', 'file = "tarif.csv"', "tarif.csv: cannot open"),
        ):
            self.assertIn(old, original)
            (self.sheets / "town.toml").write_text(original.replace(old, new, 1), encoding="utf-8")
            self.assertIn(message, self.failure())

    def test_what_is_wrong_with_a_sheet_is_said_with_its_place(self):
        self.copy_of_sheets()
        self.init()
        original = (self.sheets / "redemptions-2025.csv").read_bytes()
        for change, message in (
            (lambda data: data.replace(b"D2025010001,", b'D2025"010001,', 1), "redemptions-2025.csv:2:6: this is no CSV"),
            (lambda data: data + b'"never ends\n', "does not end"),
            (lambda data: b"", "there is no header"),
            (lambda data: data.replace("站点编号".encode(), "物品".encode(), 1), "two columns are called"),
        ):
            (self.sheets / "redemptions-2025.csv").write_bytes(change(original))
            self.assertIn(message, self.failure())

    def test_bytes_of_another_encoding_refuse_their_row_alone(self):
        self.copy_of_sheets()
        self.init()
        path = self.sheets / "redemptions-2025.csv"
        lines = path.read_bytes().split(b"\n")
        lines[4] = lines[4][:12] + b"\xff\xff" + lines[4][12:]
        lines[9] += b",one,field,more"
        path.write_bytes(b"\n".join(lines))
        rejects = self.scratch / "rejects.jsonl"
        report = self.import_("--rejects", rejects)
        self.assertEqual(report["refused"]["malformed"], self.expected["refused"]["malformed"] + 2)
        found = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
        where = [(r["row"], r["message"]) for r in found if r["file"] == path.name and r["reason"] == "malformed"]
        self.assertEqual([row for row, _ in where], [5, 10])
        self.assertIn("encoding", where[0][1])
        self.assertIn("it has 10 fields, not 7", where[1][1])

    def test_the_secret_stays_in_its_file(self):
        self.init()
        mine = self.scratch / "secret"
        arguments = ["import", self.ledger, "--mapping", TOWN / "town.toml", "--secret", mine]
        self.assertIn("--new-secret", run(*arguments, check=1).stderr)
        run(*arguments, "--new-secret")
        self.assertEqual(mine.stat().st_mode & 0o777, 0o600)
        self.assertIn("cannot make the secret", run(*arguments, "--new-secret", check=1).stderr)
        key = bytes.fromhex(mine.read_text().strip())
        self.assertEqual(len(key), 32)
        for file in self.ledger.iterdir():
            self.assertNotIn(key, file.read_bytes())
        mine.write_text("no secret\n")
        self.assertIn("64 hexadecimal digits", run(*arguments, check=1).stderr)

    def test_strict_says_with_its_exit_code_that_rows_were_refused(self):
        self.init()
        run(*self.arguments("import"), "--strict", check=4)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()

#!/usr/bin/env python3
"""The same sheets imported again, after a kill, and after they were mended and had grown.

usage: [HOURBOOK_KILL_TRIALS=N] reimport_test.py HOURBOOK  (the program; other arguments go to
unittest; each of N trials, 8 when not given, kills an import three times)
"""
import random
import shutil

import oracle
from town_case import KILL_TRIALS, TOWN, TownCase, main, run

SHEETS = (  # name, encoding, end of line
    ("signin-2025.csv", "gb18030", "\r\n"),
    ("reports-2025.csv", "utf-8-sig", "\n"),
    ("redemptions-2025.csv", "utf-8-sig", "\n"),
)


def month(name, fields):
    """The month of a row's event, near enough to cut a year in two."""
    return {"signin-2025.csv": fields[5], "reports-2025.csv": fields[5] or fields[3],
            "redemptions-2025.csv": fields[5]}[name][:7]


class ReimportTest(TownCase):
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

    def test_killed_at_any_moment_and_run_again_it_ends_the_same(self):
        self.init()
        begin = (self.ledger / "data.mdb").stat().st_size
        whole = self.import_()
        end = (self.ledger / "data.mdb").stat().st_size
        root = self.root()
        chance = random.Random(20250305)
        killed = 0
        sizes = set()
        for trial in range(KILL_TRIALS):
            ledger = self.scratch / f"killed{trial}"
            self.init(ledger)
            for target in sorted(chance.uniform(begin, end) for _ in range(3)):
                killed += self.kill_when_grown_to(ledger, target)
                sizes.add(self.size(ledger))
            again = self.import_(ledger=ledger)
            self.assertEqual(self.root(ledger), root)
            self.assertEqual(again["refused"], whole["refused"])
            run("verify", ledger)
        self.assertGreater(killed, KILL_TRIALS * 3 // 2, "the kills came too late to show anything")
        self.assertGreater(len(sizes), KILL_TRIALS * 3 // 4, f"killed at too few different places: {sizes}")

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

    def test_a_volunteer_registered_later_gets_the_hours_that_were_refused(self):
        self.copy_of_sheets()
        self.init()
        report = self.import_()
        self.edit("volunteers.csv", "utf-8-sig", lambda text: text + "V9999,何某,1980,T01,2024-01-01\n")
        again = self.import_()
        self.assertNotIn("unknown_party", again["refused"])
        self.assertEqual(again["accepted"], {"service": report["refused"]["unknown_party"]})
        balance = run("balance", self.ledger, "volunteer:V9999", "--secret", TOWN / "demo.secret").stdout
        self.assertIn("minute", balance)
        root = self.root()
        self.assertEqual(self.import_()["entries"], 0)
        self.assertEqual(self.root(), root)

    def write_rows(self, name, encoding, end, *rows):
        """Puts the rows in the place of a sheet's own."""
        self.edit(name, encoding, lambda text: end.join([text.split(end)[0], *rows, ""]))

    # A redemption of February, mended after the points were spent in March, comes too late; and is no
    # less late on the next run, though April has brought new points since.
    def test_a_mended_row_that_is_refused_stays_refused(self):
        signin, reports, redemptions = SHEETS
        january = "Q1,V0001,T01,T01-0101,关爱帮扶,2025-01-10,08:00,10:00,R06,R13"  # 24 points
        april = "Q2,V0001,T01,T01-0101,关爱帮扶,2025-04-10,08:00,10:00,R06,R13"
        february, march = (f"{key},V0001,S07,牙膏,20,2025-0{month}-15 09:00,已领取" for key, month in (("D1", 2), ("D2", 3)))
        self.copy_of_sheets()
        self.init()
        self.write_rows(*signin, january)
        self.write_rows(*reports)
        self.write_rows(*redemptions, february.replace("20,", "?,"), march)
        self.assertEqual(self.import_()["refused"], {"malformed": 1})
        self.write_rows(*signin, january, april)
        self.write_rows(*redemptions, february, march)
        grown = self.import_()
        self.assertEqual(grown["accepted"], {"service": 1})
        self.assertEqual(grown["refused"], {"insufficient": 1})
        root = self.root()
        again = self.import_()
        self.assertEqual((again["entries"], again["refused"]), (0, grown["refused"]))
        self.assertEqual(self.root(), root)

    def spoil(self, keep):
        """Sheets of which only the rows of some months are there, and some of them cannot be read."""
        for name, encoding, end in SHEETS:
            def change(text):
                header, *rows = text.split(end)
                rows = [row.split(",") for row in rows if row]
                rows = [fields for fields in rows if keep(month(name, fields))]
                for fields in rows[5::41]:
                    fields[5 if name == "signin-2025.csv" else 3] = "?"  # its date or time
                    fields[-1 if name == "reports-2025.csv" else 4] = "?"  # its points or category
                return end.join([header, *map(",".join, rows), ""])

            self.edit(name, encoding, change)

    # The first sheets lack the second half of the year and one volunteer, and many of their rows cannot
    # be read, redemptions that time out among them; the second are whole.
    def half_then_whole(self):
        whole = TOWN
        self.copy_of_sheets()
        self.spoil(lambda month_of_row: month_of_row < "2025-07")
        self.init()
        half = self.import_()
        self.sheets = self.scratch / "grown"
        shutil.copytree(whole, self.sheets)
        self.edit("volunteers.csv", "utf-8-sig", lambda text: text + "V9999,何某,1980,T01,2024-01-01\n")
        return half

    def test_mended_and_grown_sheets_end_the_same_however_often_they_are_killed(self):
        half = self.half_then_whole()
        self.assertGreater(half["refused"]["malformed"], 150)
        before = self.scratch / "before"
        shutil.copytree(self.ledger, before)
        begin = (self.ledger / "data.mdb").stat().st_size
        rejects = self.scratch / "rejects.jsonl"
        grown = self.import_("--rejects", rejects)
        end = (self.ledger / "data.mdb").stat().st_size
        root = self.root()
        self.assertGreater(grown["accepted"]["service"], 6000)
        for kind in ("grant", "redemption_posted", "redemption_timed_out"):
            self.assertGreater(grown["accepted"][kind], 5)
        self.assertNotIn("unknown_party", grown["refused"])

        again = self.import_("--rejects", self.scratch / "again.jsonl")
        self.assertEqual(again["entries"], 0)
        self.assertEqual(self.root(), root)
        self.assertEqual((self.scratch / "again.jsonl").read_bytes(), rejects.read_bytes())

        chance = random.Random(20250306)
        killed = 0
        for trial in range(KILL_TRIALS):
            ledger = self.scratch / f"killed{trial}"
            shutil.copytree(before, ledger)
            for target in sorted(chance.uniform(begin, end) for _ in range(3)):
                killed += self.kill_when_grown_to(ledger, target)
            self.import_("--rejects", self.scratch / "again.jsonl", ledger=ledger)
            self.assertEqual(self.root(ledger), root)
            self.assertEqual((self.scratch / "again.jsonl").read_bytes(), rejects.read_bytes())
        self.assertGreater(killed, KILL_TRIALS, "the kills came too late to show anything")
        run("verify", self.ledger)


if __name__ == "__main__":
    main(__doc__)

#!/usr/bin/env python3
"""The import of a town's sheets, judged by an oracle; and what it says of sheets that are wrong.

usage: import_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import collections
import hashlib
import hmac
import json

import oracle
from town_case import TOWN, TownCase, main, run


class ImportTest(TownCase):
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

    def test_a_row_of_a_year_to_come_is_refused_alone(self):
        self.copy_of_sheets()
        self.init()
        self.edit("redemptions-2025.csv", "utf-8-sig",
                  lambda text: text + "D2052010001,V0186,S07,洗衣液,35,2052-01-15 16:50,已领取\n")
        report = self.import_()
        self.assertEqual(report["refused"], {**self.expected["refused"], "recorded_in_future": 1})
        self.assertEqual(report["accepted"], self.expected["accepted"])
        last = json.loads(run("entries", self.ledger, "--json", "--kind", "anchor").stdout.splitlines()[-1])
        self.assertEqual(last["index"], self.size() - 1)

    def test_a_ledger_of_other_local_days_is_refused(self):
        self.init(time_zone="UTC")
        message = self.failure()
        self.assertIn("2025-01-01T07:15:00+08:00 by the mapping, but at 2024-12-31T23:15:00+00:00", message)
        self.assertIn("--time-zone", message)

    def test_a_mapping_may_name_a_time_zone(self):
        self.init()
        root = self.import_() and self.root()
        self.copy_of_sheets()
        self.edit("town.toml", "utf-8", lambda text: text.replace('utc_offset = "+08:00"', 'time_zone = "Asia/Shanghai"'))
        other = self.scratch / "other"
        self.init(other)
        self.import_(ledger=other)
        self.assertEqual(self.root(other), root)

    def test_another_secret_is_refused(self):
        self.init()
        mine = self.scratch / "secret"
        arguments = [self.ledger, "--mapping", TOWN / "town.toml", "--secret", mine]
        self.import_()
        root = self.root()
        self.assertIn("knows nobody of these", run("import", *arguments, "--new-secret", check=1).stderr)
        self.assertEqual(self.root(), root)
        self.assertIn("knows no programme 'town'", run("report", *arguments, check=1).stderr)

    def test_a_policy_that_the_ledger_refuses_stops_the_import_before_any_row(self):
        self.copy_of_sheets()
        self.init()
        self.edit("tariff.csv", "utf-8", lambda text: text.replace(",10,", ",9223372036854775808,", 1))
        done = self.import_(check=1)
        self.assertIn("the ledger refuses to be set up with 'tariff 1", done.stderr)
        kinds = {json.loads(line)["kind"] for line in run("entries", self.ledger, "--json").stdout.splitlines()}
        self.assertLessEqual(kinds, {"genesis", "policy", "open"})

    def test_the_report_tells_hours_and_points_and_no_names_of_people(self):
        self.init()
        self.import_()
        expected = self.expected
        report = json.loads(run(*self.arguments("report"), "--json", "--top", 3).stdout)
        spent = sum(volunteer["spent"] for volunteer in expected["volunteers"].values())
        self.assertEqual(report["points"], {"issued": expected["issued"], "outstanding": expected["issued"] - spent})
        busiest = sorted(expected["volunteers"], key=lambda v: (-expected["volunteers"][v]["minutes"], v))[:3]
        self.assertEqual([line["number"] for line in report["top_volunteers"]], busiest)
        text = run(*self.arguments("report")).stdout
        for team, minutes in expected["team_minutes"].items():
            self.assertRegex(text, rf"(?m)^{team} .* {minutes // 60}:{minutes % 60:02}$")
        for station, points in expected["station_points"].items():
            self.assertRegex(text, rf"(?m)^{station} .* {points:,}$")
        self.assertIn(f"Points issued: {expected['issued']:,}\nPoints not spent yet: {expected['issued'] - spent:,}\n", text)
        everything = text + run(*self.arguments("report"), "--json", "--all").stdout
        for _, row in oracle.read(TOWN, "volunteers.csv", "utf-8-sig"):
            self.assertNotIn(row["姓名"], everything)


if __name__ == "__main__":
    main(__doc__)

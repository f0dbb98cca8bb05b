#!/usr/bin/env python3
"""The command line, as its users meet it: every command, its JSON, its exit codes, its errors.

usage: cli_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import json
import os
import pty
import re
import select
import subprocess
import unittest

from cli_case import CliCase, entry_id, main, opening, program

TEAM, VOLUNTEER, PROGRAMME, STATION = "01" * 16, "02" * 16, "03" * 16, "04" * 16
RECORDER, VERIFIER = "05" * 16, "06" * 16

FOUNDING = [
    opening(1, TEAM, "team"),
    opening(2, VOLUNTEER, "volunteer"),
    opening(3, PROGRAMME, "programme"),
    opening(4, STATION, "station"),
    opening(5, RECORDER, "recorder"),
    opening(6, VERIFIER, "recorder"),
    {"id": entry_id(7), "kind": "policy", "topic": "tariff", "credit": PROGRAMME, "ref": "0100" + "00" * 14,
     "amount": 10, "occurred_at": "2025-01-01T00:00:00+08:00"},
    {"id": entry_id(8), "kind": "policy", "topic": "budget", "credit": PROGRAMME, "amount": 2**64 - 1},
    {"id": entry_id(9), "kind": "service", "debit": TEAM, "credit": VOLUNTEER, "ref": VERIFIER,
     "recorder": RECORDER, "unit": "minute", "amount": 90, "code": 1,
     "occurred_at": "2025-03-01T09:00:00+08:00"},
    {"id": entry_id(10), "kind": "award", "debit": PROGRAMME, "credit": VOLUNTEER, "ref": entry_id(9),
     "unit": "point", "amount": 15, "code": 1},
    {"id": entry_id(11), "kind": "redeem", "debit": VOLUNTEER, "credit": STATION, "unit": "point", "amount": 4},
]


class CliTest(CliCase):
    def found(self):
        self.init()
        answers = self.append(FOUNDING)
        self.assertEqual([answer["status"] for answer in answers], ["ok"] * len(FOUNDING))
        return answers

    def test_help_tells_enough_to_work_from(self):
        text = self.run_("--help").stdout
        for command in ("init", "import", "append", "balance", "statement", "entries", "entry", "parties", "stat",
                        "root", "report", "verify", "replay", "backup"):
            self.assertRegex(text, rf"\n\s+{command}\b")
            own = self.run_(command, "--help").stdout
            self.assertIn("Example: ", own)
            self.assertIn("DIR", own)
        self.assertIn("Exit codes:", text)
        self.assertRegex(self.run_("--version").stdout, r"^hourbook \d+\.\d+\.\d+$")

    def test_wrong_command_lines_are_usage_errors(self):
        self.run_("init", self.ledger, "--origin", "x")
        for arguments in ((), ("frobnicate",), ("stat",), ("stat", self.ledger, "--wrong"), ("init", self.ledger),
                          ("root", self.ledger, "--size", "x"), ("root", self.ledger, "--size", "-1"), ("balance", self.ledger, "xyz"),
                          ("balance", self.ledger, TEAM, "--unit", "hours"),
                          ("statement", self.ledger, TEAM, "--unit", "hours"),
                          ("entries", self.ledger, "--kind", "gift"), ("entries", self.ledger, "--from", "yesterday"),
                          ("entry", self.ledger, "zzz"),
                          ("init", self.scratch / "new", "--origin", "two words"),
                          ("init", self.scratch / "new", "--origin", "x", "--time-zone", "Mars/Olympus"),
                          ("init", self.scratch / "new", "--origin", "x", "--created-at", "yesterday")):
            done = self.run_(*arguments, code=2)
            self.assertTrue(done.stderr.strip(), arguments)
            self.assertFalse((self.scratch / "new").exists())

    def test_append_answers_with_balances_once_it_is_durable(self):
        answers = self.found()
        self.assertEqual([answer["index"] for answer in answers], list(range(1, 12)))
        self.assertEqual(answers[8]["credit"], {"debits_posted": 0, "credits_posted": 90, "debits_pending": 0,
                                                "credits_pending": 0})
        self.assertEqual(answers[10]["debit"]["credits_posted"], 15)
        self.assertEqual(answers[10]["debit"]["debits_posted"], 4)
        self.assertRegex(answers[0]["recorded_at"], r"\+08:00$")

    def test_append_again_answers_exists(self):
        self.found()
        root = self.run_("root", self.ledger).stdout
        again = self.append(FOUNDING)
        self.assertEqual({answer["status"] for answer in again}, {"exists"})
        self.assertEqual(self.run_("root", self.ledger).stdout, root)

    def test_refused_entries_are_told_and_the_rest_stands(self):
        self.found()
        size = self.json_("stat", self.ledger)["size"]
        answers = self.append([dict(FOUNDING[10], id=entry_id(20), amount=12), dict(FOUNDING[10], id=entry_id(21), amount=1),
                               dict(FOUNDING[10], id="0" * 32), dict(FOUNDING[8], amount=91)], code=4)
        self.assertEqual([answer["status"] for answer in answers],
                         ["insufficient", "ok", "id_zero", "exists_with_different_amount"])
        self.assertIn("less than this", answers[0]["message"])
        self.assertEqual(self.json_("stat", self.ledger)["size"], size + 1)

    def test_linked_entries_stand_or_fall_together(self):
        self.found()
        chain = [dict(FOUNDING[10], id=entry_id(30), amount=1, flags=["linked"]),
                 dict(FOUNDING[10], id=entry_id(31), amount=1000)]
        self.assertEqual([a["status"] for a in self.append(chain, code=4)], ["linked_entry_failed", "insufficient"])
        chain[1]["amount"] = 2
        self.assertEqual([a["status"] for a in self.append(chain)], ["ok", "ok"])

    def test_more_than_one_batch_and_a_chain_over_its_end(self):
        self.found()
        many = [dict(opening(1000 + i, f"{i + 1:032x}", "volunteer"), flags=["linked"] if 8190 <= i < 8200 else [])
                for i in range(9000)]
        answers = self.append(many)
        self.assertEqual({answer["status"] for answer in answers}, {"ok"})
        self.assertEqual([answer["line"] for answer in answers], list(range(1, 9001)))

    def test_malformed_json_is_told_with_line_and_column(self):
        self.found()
        size = self.json_("stat", self.ledger)["size"]
        good = json.dumps(opening(40, "40" * 16, "volunteer"))
        for bad, message in (
            ("{", r"standard input:2:\d+: this is no JSON"),
            ('{"id":"00"}', r"standard input:2:10: \"id\" must be 32 hexadecimal digits"),
            (json.dumps(dict(FOUNDING[8], id=entry_id(50), unit="hours")), r"2:\d+: \"unit\" must be one of: minute"),
            (json.dumps(dict(FOUNDING[8], id=entry_id(50), amount=2**64)), r"2:\d+: \"amount\" must be a whole number"),
            (json.dumps(dict(FOUNDING[8], id=entry_id(50), amount=1.5)), r"2:\d+: \"amount\" must be a whole number"),
            (json.dumps(dict(FOUNDING[8], id=entry_id(50), colour="red")), r"2:\d+: the key \"colour\" is unknown"),
            ("x" * 70_000, r"standard input:2:65536: the line has more than 65536 bytes"),
            ("\0", r"standard input:2:1: this is no JSON"),
        ):
            done = self.run_("append", self.ledger, code=1, stdin=good + "\n" + bad + "\n")
            self.assertRegex(done.stderr, message)
            self.assertIn("nothing from line 1 on was sent", done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertEqual(self.json_("stat", self.ledger)["size"], size)

    def test_empty_input_is_no_error(self):
        self.found()
        self.assertEqual(self.run_("append", self.ledger, stdin="").stdout, "")
        self.assertEqual(self.run_("append", self.ledger, stdin="\n  \n").stdout, "")

    def test_amounts_at_the_limits(self):
        self.found()
        most = 2**64 - 1
        answers = self.append([dict(FOUNDING[10], id=entry_id(60), amount=most),
                               dict(FOUNDING[10], id=entry_id(61), amount=str(most)),
                               dict(FOUNDING[10], id=entry_id(62), amount=0)], code=4)
        self.assertEqual([a["status"] for a in answers], ["insufficient", "insufficient", "zero_amount"])

    def test_balance(self):
        self.found()
        balance = self.json_("balance", self.ledger, VOLUNTEER)
        self.assertEqual(balance["units"]["minute"]["credits_posted"], 90)
        self.assertEqual(balance["units"]["point"], {"debits_posted": 4, "credits_posted": 15, "debits_pending": 0,
                                                     "credits_pending": 0})
        self.assertEqual(list(self.json_("balance", self.ledger, TEAM, "--unit", "minute")["units"]), ["minute"])
        text = self.run_("balance", self.ledger, TEAM).stdout
        self.assertRegex(text, r"minute +-90 .*-1:30")
        self.assertIn("not_found", self.run_("balance", self.ledger, "ff" * 16, code=1).stderr)

    def test_statement_is_newest_first(self):
        self.found()
        entries = self.lines("statement", self.ledger, VOLUNTEER, "--unit", "point")
        self.assertEqual([(e["index"], e["kind"], e["amount"]) for e in entries], [(11, "redeem", 4), (10, "award", 15)])
        self.assertEqual(len(self.lines("statement", self.ledger, VOLUNTEER, "--unit", "point", "--limit", 1)), 1)
        self.assertEqual(len(self.lines("statement", self.ledger, VOLUNTEER, "--unit", "point", "--kind", "award")), 1)

    def test_entries_and_their_filters(self):
        self.found()
        entries = self.lines("entries", self.ledger)
        self.assertEqual([e["index"] for e in entries], list(range(12)))
        self.assertEqual(entries[0]["kind"], "genesis")
        self.assertEqual(entries[8]["amount"], 2**64 - 1)
        self.assertEqual([e["index"] for e in self.lines("entries", self.ledger, "--first", 10)], [10, 11])
        self.assertEqual([e["index"] for e in self.lines("entries", self.ledger, "--kind", "service")], [9])
        self.assertEqual([e["index"] for e in self.lines("entries", self.ledger, "--from", "2025-03-01", "--until", "2025-03-02")], [9])
        self.assertEqual(len(self.run_("entries", self.ledger, "--limit", 3).stdout.splitlines()), 4)

    def test_what_entries_prints_append_takes(self):
        self.found()
        given = ("index", "recorded_at", "prev_debit", "prev_credit")
        again = []
        for entry in self.lines("entries", self.ledger)[1:]:
            again.append({key: value for key, value in entry.items() if key not in given})
        self.assertEqual({a["status"] for a in self.append(again)}, {"exists"})

    def test_entry_by_index_and_id(self):
        self.found()
        by_index = self.json_("entry", self.ledger, 9)
        self.assertEqual(by_index["id"], entry_id(9))
        self.assertEqual(by_index["occurred_at"], "2025-03-01T09:00:00+08:00")
        self.assertRegex(by_index["leaf_hash"], "^[0-9a-f]{64}$")
        self.assertEqual(self.json_("entry", self.ledger, entry_id(9)), by_index)
        self.assertIn("not_found", self.run_("entry", self.ledger, 99, code=1).stderr)
        self.assertIn("not_found", self.run_("entry", self.ledger, entry_id(99), code=1).stderr)

    def test_parties(self):
        self.found()
        parties = self.lines("parties", self.ledger)
        self.assertEqual([p["kind"] for p in parties], ["team", "volunteer", "programme", "station", "recorder", "recorder"])
        self.assertEqual(parties[3]["point"]["credits_posted"], 4)
        self.assertEqual(len(self.run_("parties", self.ledger, "--kind", "recorder").stdout.splitlines()), 3)

    def test_stat_and_root(self):
        self.found()
        stat = self.json_("stat", self.ledger)
        self.assertEqual(stat["origin"], "town.example/hours")
        self.assertEqual((stat["size"], stat["parties"], stat["format_version"]), (12, 6, 1))
        self.assertEqual(self.run_("root", self.ledger).stdout.strip(), stat["root"])
        first = self.json_("root", self.ledger, "--size", 1)["root"]
        self.assertEqual(first, self.json_("entry", self.ledger, 0)["leaf_hash"])
        self.assertIn("not_found", self.run_("root", self.ledger, "--size", 13, code=1).stderr)
        self.assertIn("town.example/hours", self.run_("stat", self.ledger).stdout)

    def test_a_zone_with_summer_time_brings_its_changes(self):
        self.run_("init", self.ledger, "--origin", "x", "--time-zone", "Europe/Berlin", "--created-at",
                  "2025-01-01T00:00:00+01:00")
        policies = self.lines("entries", self.ledger, "--kind", "policy")
        self.assertEqual(len(policies), 2 * 75)
        self.assertEqual(policies[0]["occurred_at"], "2025-03-30T03:00:00+02:00")
        self.assertEqual(policies[0]["amount"], 7200)
        self.run_("verify", self.ledger)

    def test_verify_and_what_it_finds(self):
        self.found()
        verified = self.json_("verify", self.ledger)
        self.assertEqual((verified["verified"], verified["size"]), (True, 12))
        data = bytearray((self.ledger / "data.mdb").read_bytes())
        at = data.find(bytes.fromhex(VERIFIER), 4096)
        self.assertGreater(at, 0)
        while at >= 0:
            data[at] ^= 1
            at = data.find(bytes.fromhex(VERIFIER), at + 1)
        (self.ledger / "data.mdb").write_bytes(data)
        self.assertIn("corrupt", self.run_("verify", self.ledger, code=3).stderr)

    def test_replay_changes_nothing_that_is_told(self):
        self.found()
        before = self.json_("stat", self.ledger)["root"]
        self.assertIn("Replayed 12 entries", self.run_("replay", self.ledger).stdout)
        self.assertEqual(self.json_("verify", self.ledger)["root"], before)
        self.assertIn("not_found", self.run_("replay", self.scratch / "nowhere", code=1).stderr)

    def test_a_file_that_crashes_its_reader_is_reported_and_no_crash(self):
        self.found()
        original = (self.ledger / "data.mdb").read_bytes()
        outcomes = set()
        for page in range(2, len(original) // 4096):
            damaged = bytearray(original)
            for at in range(page * 4096 + 10, page * 4096 + 40):
                damaged[at] ^= 0x55
            (self.ledger / "data.mdb").write_bytes(damaged)
            done = subprocess.run([program(), "verify", str(self.ledger)], capture_output=True, text=True, timeout=60)
            outcomes.add(done.returncode)
            # A page that is free may be damaged without harm.
            self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        self.assertIn(3, outcomes)

    def test_backup_is_a_ledger_with_the_same_root(self):
        self.found()
        copy = self.scratch / "copy"
        self.run_("backup", self.ledger, copy)
        self.assertEqual(self.run_("root", copy).stdout, self.run_("root", self.ledger).stdout)
        self.run_("verify", copy)
        self.assertIn("ledger_exists", self.run_("backup", self.ledger, copy, code=1).stderr)

    def test_what_is_no_ledger_is_told(self):
        self.assertIn("not_found", self.run_("stat", self.scratch / "nowhere", code=1).stderr)
        self.assertIn("not_found", self.run_("stat", self.scratch, code=1).stderr)
        other = self.scratch / "other"
        other.mkdir()
        (other / "data.mdb").write_bytes(b"x" * 8192)
        self.assertIn("not_a_ledger", self.run_("stat", other, code=1).stderr)
        self.found()
        self.assertIn("ledger_exists", self.run_("init", self.ledger, "--origin", "x", code=1).stderr)

    def test_a_truncated_file_is_told(self):
        self.found()
        data = (self.ledger / "data.mdb").read_bytes()
        (self.ledger / "data.mdb").write_bytes(data[: len(data) // 2])
        for command in (("stat", self.ledger), ("verify", self.ledger)):
            self.assertIn("truncated", self.run_(*command, code=3).stderr)

    def test_a_newer_format_is_told(self):
        self.found()
        data = bytearray((self.ledger / "data.mdb").read_bytes())
        at = data.find(b"HBK1")
        while at >= 0:
            data[at + 4] = 2
            at = data.find(b"HBK1", at + 1)
        (self.ledger / "data.mdb").write_bytes(data)
        self.assertIn("newer_format", self.run_("stat", self.ledger, code=1).stderr)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become another user")
    def test_no_right_to_read_or_write_is_told(self):
        self.found()
        self.scratch.chmod(0o755)
        self.ledger.chmod(0o755)

        def as_nobody(*arguments, stdin=""):
            return subprocess.run([program(), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                                  user=65534, group=65534, extra_groups=[], timeout=60)

        done = as_nobody("append", self.ledger, stdin=json.dumps(FOUNDING[0]) + "\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("permission_denied", done.stderr)
        (self.ledger / "data.mdb").chmod(0o600)
        done = as_nobody("stat", self.ledger)
        self.assertEqual(done.returncode, 1)
        self.assertIn("permission_denied", done.stderr)

    def test_a_read_only_file_system_can_be_read_and_refuses_writing(self):
        self.found()
        mount = self.scratch / "mount"
        mount.mkdir()
        line = json.dumps(opening(40, "40" * 16, "volunteer"))
        script = f'''
            mount -t tmpfs none {mount} && cp -r {self.ledger} {mount}/ledger && rm {mount}/ledger/*lock* &&
            mount -o remount,ro {mount} || exit 77
            echo mounted
            {program()} verify {mount}/ledger || exit 1
            echo '{line}' | {program()} append {mount}/ledger; [ $? = 1 ] || exit 2
            {program()} init {mount}/new --origin x; [ $? = 1 ] || exit 3
            {program()} backup {mount}/ledger {mount}/copy; [ $? = 1 ] || exit 4
        '''
        done = subprocess.run(["unshare", "--mount", "bash", "-c", script], capture_output=True, text=True, timeout=60)
        if "mounted" not in done.stdout:
            self.skipTest(f"cannot mount here, so a read-only file system was NOT tried: {done.stderr}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Verified 12 entries", done.stdout)
        self.assertEqual(done.stderr.count("Read-only file system"), 3, done.stderr)
        self.assertEqual(done.stderr.count("permission_denied"), 3, done.stderr)

    def test_a_reader_that_goes_away_is_no_error(self):
        self.found()
        self.append([opening(1000 + i, f"{i + 1:032x}", "volunteer") for i in range(5000)])
        done = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" entries "$1" --json | head -1', program(),
                               str(self.ledger)], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run(["bash", "-c", '"$0" stat "$1" >/dev/full', program(), str(self.ledger)],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write", done.stderr)

    def test_progress_shows_on_a_terminal_alone(self):
        self.found()
        self.append([opening(1000 + i, f"{i + 1:032x}", "volunteer") for i in range(50)])
        main, side = pty.openpty()
        process = subprocess.Popen([program(), "verify", str(self.ledger)], stdout=subprocess.PIPE, stderr=side)
        out, _ = process.communicate(timeout=60)
        os.close(side)
        try:
            shown = os.read(main, 4096) if select.select([main], [], [], 0)[0] else b""
        except OSError:  # the other side is closed, and there was nothing
            shown = b""
        os.close(main)
        self.assertIn(b"Verified", out)
        self.assertEqual(shown, b"", "short work needs no bar")
        self.assertEqual(self.run_("verify", self.ledger).stderr, "")

    def test_tables_line_up(self):
        self.found()
        lines = self.run_("entries", self.ledger).stdout.splitlines()
        column = lines[0].index("kind")
        self.assertTrue(all(re.match(r"[a-z]", line[column]) for line in lines), lines)


if __name__ == "__main__":
    main(__doc__)

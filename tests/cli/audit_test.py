#!/usr/bin/env python3
"""hourbook audit: what it says of a sound log, of a changed one, and of one that it cannot check.

usage: audit_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import json
import os
import random
import subprocess

from cli_case import CliCase, ORIGIN, main, opening, program

TEAM, VOLUNTEER, VERIFIER, RECORDER = "01" * 16, "02" * 16, "03" * 16, "04" * 16
SERVICES = 20


def service(number):
    return {"id": f"{number:032x}", "kind": "service", "debit": TEAM, "credit": VOLUNTEER, "ref": VERIFIER,
            "recorder": RECORDER, "unit": "minute", "amount": 60, "code": 1,
            "occurred_at": f"2025-03-{number:02}T09:00:00+08:00"}


class AuditTest(CliCase):
    def setUp(self):
        super().setUp()
        self.state = self.scratch / "seen"
        self.init()
        self.keygen()
        self.append([opening(1, TEAM, "team"), opening(2, VOLUNTEER, "volunteer"), opening(3, VERIFIER, "recorder"),
                     opening(90, RECORDER, "recorder")])
        self.append([service(4 + i) for i in range(SERVICES)])
        self.publish()

    def audit(self, *arguments, code=0, directory=None):
        return self.run_("audit", directory or self.site, "--vkey", self.vkey, *arguments, code=code)

    def audit_json(self, *arguments, code=0, directory=None):
        return json.loads(self.audit(*arguments, "--json", code=code, directory=directory).stdout)


class SoundTest(AuditTest):
    def test_says_what_was_shown_and_what_was_not(self):
        said = self.audit().stdout
        self.assertIn("Sound: ", said)
        self.assertIn("4 parties, 2 accounts", said)
        self.assertIn("not that what was recorded is true", said)
        self.assertIn("--state FILE", said)
        report = self.audit_json()
        stat = json.loads(self.run_("stat", self.ledger, "--json").stdout)
        self.assertEqual((report["verdict"], report["size"], report["root"]),
                         ("sound", stat["size"], stat["root"]))

    def test_ends_in_every_balance(self):
        accounts = {(a["party"], a["unit"]): a for a in self.audit_json("--balances")["balances"]}
        self.assertEqual(len(accounts), 2)
        self.assertEqual(accounts[VOLUNTEER, "minute"]["credits_posted"], 60 * SERVICES)
        self.assertEqual(accounts[TEAM, "minute"]["debits_posted"], 60 * SERVICES)
        self.assertIn(VOLUNTEER, self.audit("--balances").stdout)

    def test_remembers_what_it_was_shown(self):
        self.audit("--state", self.state)
        self.assertEqual(self.state.read_bytes(), (self.site / "checkpoint").read_bytes())
        before = self.audit_json()["size"]
        self.append([service(4 + SERVICES)])
        self.publish()
        report = self.audit_json("--state", self.state)
        self.assertEqual((report["seen_size"], report["size"]), (before, before + 1))
        self.assertIn("all still there", self.audit("--state", self.state).stdout)

    def test_a_ledger_is_audited_where_it_lies(self):
        self.append([service(4 + SERVICES)])  # not signed yet
        report = self.audit_json("--ledger", directory=self.ledger)
        self.assertEqual((report["verdict"], report["size"]), ("sound", self.audit_json()["size"]))

    def test_the_chain_alone(self):
        report = self.audit_json("--chain-only")
        self.assertEqual((report["verdict"], report["replayed"]), ("sound", False))
        self.assertIn("not replayed", self.audit("--chain-only").stdout)

    def test_the_policy_of_whom_to_trust(self):
        witness = self.run_("keygen", self.scratch / "w.key", "--name", "w.example", "--witness").stdout.strip()
        (self.scratch / "w.state").mkdir()
        policy = self.write("policy", f"log {self.vkey}\nwitness w {witness}\nquorum w\n")
        report = self.audit_json("--policy", policy, code=3)
        self.assertEqual(report["finding"], "witnesses")
        self.run_("prove", self.ledger, "--from", 0, "--out", self.scratch / "request")
        self.run_("witness", "cosign", self.scratch / "request", "--key", self.scratch / "w.key", "--policy", policy,
                  "--state", self.scratch / "w.state", "--out", self.scratch / "lines")
        self.run_("add-cosignatures", self.site, self.scratch / "lines", "--policy", policy)
        self.assertEqual(self.audit_json("--policy", policy)["verdict"], "sound")
        policy.write_text("quorum nobody\n")
        self.assertEqual(self.audit_json("--policy", policy, code=1)["verdict"], "could_not_check")


class UnsoundTest(AuditTest):
    def change(self, path, offset):
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)

    def test_a_changed_record_is_found_with_its_place_and_meaning(self):
        bundle = next((self.site / "tile/entries").glob("000.p/*"))
        self.change(bundle, 10 * 226 + 2 + 32 + 128)  # the amount of entry 10
        report = self.audit_json(code=3)
        self.assertEqual((report["verdict"], report["finding"], report["index"]), ("unsound", "tile", 10))
        self.assertIn("changed after they were published", report["meaning"])
        said = self.audit(code=3).stdout
        for words in ("Unsound (tile)", "What it means: ", "Entry: 10"):
            self.assertIn(words, said)

    def test_nobody_listening_does_not_make_it_sound(self):
        bundle = next((self.site / "tile/entries").glob("000.p/*"))
        self.change(bundle, 300)
        for more in ((), ("--json",)):
            reading, writing = os.pipe()
            os.close(reading)
            done = subprocess.run([program(), "audit", self.site, "--vkey", self.vkey, *more], stdout=writing,
                                  stderr=subprocess.PIPE, timeout=60)
            os.close(writing)
            self.assertEqual(done.returncode, 3, done.stderr)

    def test_entries_taken_back_are_found(self):
        self.run_("backup", self.ledger, self.scratch / "backup")
        self.append([service(4 + SERVICES)])
        self.publish()
        self.audit("--state", self.state)
        self.run_("forget-publication", self.scratch / "backup", "--yes")
        self.run_("publish", self.scratch / "backup", self.scratch / "old", "--key", self.key)
        report = self.audit_json("--state", self.state, code=3, directory=self.scratch / "old")
        self.assertEqual(report["finding"], "rewound")

    def test_a_damaged_ledger_is_found_and_crashes_nobody(self):
        """A bit in any page: unsound, or a byte that carries nothing, where verify agrees."""
        data = self.ledger / "data.mdb"
        sound = data.read_bytes()
        unsound = 0
        for offset in random.Random(20250305).sample(range(len(sound)), 30):
            self.change(data, offset)
            audited = subprocess.run([program(), "audit", self.ledger, "--ledger", "--vkey", self.vkey],
                                     capture_output=True, text=True, timeout=60)
            verified = subprocess.run([program(), "verify", self.ledger], capture_output=True, text=True, timeout=60)
            self.assertIn(audited.returncode, (0, 1, 3), audited.stderr)
            if 0 in (audited.returncode, verified.returncode):
                self.assertEqual(audited.returncode, verified.returncode, audited.stdout + verified.stderr)
            if audited.returncode == 1:  # such as a data file that no longer looks like one
                self.assertEqual(verified.returncode, 1, audited.stderr)
            unsound += audited.returncode == 3
            data.write_bytes(sound)
        self.assertGreater(unsound, 0)
        self.audit("--ledger", directory=self.ledger)


class CouldNotCheckTest(AuditTest):
    def test_nothing_to_check_is_neither_sound_nor_unsound(self):
        report = self.audit_json(code=1, directory=self.scratch)
        self.assertEqual(report["verdict"], "could_not_check")
        self.assertIn("not_found", self.audit(code=1, directory=self.scratch / "none").stderr)

    def test_a_ledger_never_published_has_nothing_signed(self):
        other = self.scratch / "other"
        self.run_("init", other, "--origin", ORIGIN)
        self.assertIn("never published", self.audit("--ledger", code=1, directory=other).stderr)
        self.audit("--ledger", code=1, directory=self.scratch / "none")

    def test_a_state_file_of_another_log_is_not_used(self):
        self.state.write_text("nonsense")
        self.assertEqual(self.audit_json("--state", self.state, code=1)["verdict"], "could_not_check")
        self.assertEqual(self.state.read_text(), "nonsense")

    def test_no_key_no_audit(self):
        self.run_("audit", self.site, code=2)
        self.run_("audit", self.site, "--vkey", "town.example/hours+00000000+AQ==", code=1)


if __name__ == "__main__":
    main(__doc__)

#!/usr/bin/env python3
"""Statements, evidence and erasure on the command line: what is shown, proved, refused, gone.

usage: statement_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import base64
import hashlib
import hmac
import json
import shutil

from cli_case import CliCase, ORIGIN, entry_id, main, opening

TEAM, VOLUNTEER, PROGRAMME, STATION = "01" * 16, "02" * 16, "03" * 16, "04" * 16
RECORDER, VERIFIER = "05" * 16, "06" * 16
PAYLOAD = "王芳 signed in at 09:00, +86 138 0000 0000".encode()


def service(number, day):
    return {"id": entry_id(number), "kind": "service", "debit": TEAM, "credit": VOLUNTEER, "ref": VERIFIER,
            "recorder": RECORDER, "unit": "minute", "amount": 60, "code": 1,
            "occurred_at": f"2025-03-{day:02}T09:00:00+08:00"}


FOUNDING = [opening(1, TEAM, "team"), opening(2, VOLUNTEER, "volunteer"), opening(3, PROGRAMME, "programme"),
            opening(4, STATION, "station"), opening(5, RECORDER, "recorder"), opening(6, VERIFIER, "recorder"),
            {"id": entry_id(7), "kind": "policy", "topic": "grant", "credit": PROGRAMME, "ref": "0200" + "00" * 14,
             "amount": 50, "occurred_at": "2025-01-01T00:00:00+08:00"},
            {"id": entry_id(8), "kind": "policy", "topic": "budget", "credit": PROGRAMME, "amount": 1000},
            service(9, 1), service(10, 2), service(11, 3), service(12, 4),
            {"id": entry_id(13), "kind": "award", "debit": PROGRAMME, "credit": VOLUNTEER, "ref": "cc" * 16,
             "unit": "point", "amount": 50, "code": 2, "occurred_at": "2025-03-05T09:00:00+08:00"},
            {"id": entry_id(14), "kind": "redeem", "debit": VOLUNTEER, "credit": STATION, "unit": "point", "amount": 20}]


class Case(CliCase):
    def setUp(self):
        super().setUp()
        self.store = self.scratch / "store"
        self.init()
        self.append(FOUNDING)

    def size(self):
        return self.json_("stat", self.ledger)["size"]

    def entries(self):
        return self.lines("entries", self.ledger)


class HelpTest(Case):
    def test_tells_enough_to_work_from(self):
        text = self.run_("--help").stdout
        for command in ("prove-statement", "check-statement", "evidence", "erase"):
            self.assertRegex(text, rf"\n\s+{command}\b")
            self.assertIn("Example: hourbook ", self.run_(command, "--help").stdout)
        for command in ("keep", "show", "check"):
            self.assertIn("Example: hourbook evidence ", self.run_("evidence", command, "--help").stdout)


class StatementTest(Case):
    def setUp(self):
        super().setUp()
        self.vkey = self.run_("keygen", self.scratch / "key", "--name", ORIGIN).stdout.rstrip("\n")
        self.publish()
        self.file = self.scratch / "statement"

    def publish(self):
        self.run_("publish", self.ledger, self.site, "--key", self.scratch / "key")

    def prove(self, *more):
        return self.run_("prove-statement", self.ledger, VOLUNTEER, "--out", self.file, *more)

    def check(self, *more, code=0):
        return self.run_("check-statement", self.file, "--vkey", self.vkey, *more, code=code)

    def checked(self):
        return json.loads(self.check("--json").stdout)

    def test_shows_and_proves_what_is_the_partys(self):
        self.assertEqual(self.prove().stderr, "")
        found = self.checked()
        self.assertEqual(found["party"], VOLUNTEER)
        self.assertEqual(found["party_kind"], "volunteer")
        self.assertFalse(found["closed"])
        self.assertEqual(found["size"], self.size())
        mine = [entry for entry in self.entries()
                if VOLUNTEER in (entry["debit"], entry["credit"]) and entry["kind"] != "genesis"]
        self.assertEqual([entry["id"] for entry in found["entries"]], [entry["id"] for entry in mine])
        minute, point = found["accounts"]
        self.assertEqual((minute["unit"], minute["entries"], minute["credits"], minute["debits"], minute["from_start"]),
                         ("minute", 4, 240, 0, True))
        self.assertEqual((point["unit"], point["entries"], point["credits"], point["debits"]), ("point", 2, 50, 20))

    def test_says_in_words_what_was_proved_and_what_not(self):
        self.prove()
        text = self.check().stdout
        self.assertIn("service", text)
        self.assertIn("the volunteer " + VOLUNTEER, text)
        self.assertRegex(text, r"minute: all 4 entries from \d+ to \d+, where the account begins with the first; "
                               r"credits 240, debits 0")
        self.assertIn("Not proved: that nothing came after", text)

    def test_narrowed_to_a_unit_and_a_period(self):
        self.prove("--unit", "minute", "--from", "2025-03-02", "--until", "2025-03-04")
        found = self.checked()
        self.assertEqual([account["unit"] for account in found["accounts"]], ["minute"])
        self.assertEqual(found["accounts"][0]["entries"], 2)
        self.assertFalse(found["accounts"][0]["from_start"])
        self.assertIn("earlier ones are not shown", self.check().stdout)

    def test_what_the_checkpoint_does_not_cover_is_told(self):
        old = (self.site / "checkpoint").read_text(encoding="utf-8")
        self.append([service(20, 9), service(21, 10)])
        self.assertIn("2 of its entries were recorded after the checkpoint", self.prove().stderr)
        self.assertEqual(self.checked()["accounts"][0]["entries"], 4)
        self.publish()
        self.assertEqual(self.prove().stderr, "")
        self.assertEqual(self.checked()["accounts"][0]["entries"], 6)
        (self.scratch / "old").write_text(old, encoding="utf-8")
        self.prove("--checkpoint", self.scratch / "old")
        self.assertEqual(self.checked()["accounts"][0]["entries"], 4)

    def test_a_forged_statement_is_refused_with_the_line(self):
        self.prove()
        lines = self.file.read_text(encoding="utf-8").split("\n")
        starts = [i for i, line in enumerate(lines) if line.startswith("entry ")]
        end = lines.index("")
        second, third = starts[2], starts[3]  # services, after the open entry and the first
        self.file.write_text("\n".join(lines[:second] + lines[third:]), encoding="utf-8")
        self.assertRegex(self.check(code=3).stderr, rf"line {second + 1}: entry \d+: .*left out")
        data = bytearray(base64.b64decode(lines[second][6:]))
        data[32 + 128] += 1  # the amount
        changed = lines[:second] + ["entry " + base64.b64encode(data).decode()] + lines[second + 1:]
        self.file.write_text("\n".join(changed), encoding="utf-8")
        self.assertRegex(self.check(code=3).stderr, rf"line {second + 1}: entry \d+: .*not proved")
        self.file.write_text("\n".join(lines[:end]), encoding="utf-8")
        self.assertIn("line ", self.check(code=3).stderr)
        self.file.write_text("", encoding="utf-8")
        self.assertIn("line 1", self.check(code=3).stderr)

    def test_another_key_of_the_same_name_is_refused(self):
        self.prove()
        other = self.run_("keygen", self.scratch / "other", "--name", ORIGIN).stdout.rstrip("\n")
        self.run_("check-statement", self.file, "--vkey", other, code=3)
        self.run_("check-statement", self.file, "--vkey", "no key", code=2)

    def test_needs_a_checkpoint_that_the_ledger_holds(self):
        other = self.scratch / "other"
        self.run_("init", other, "--origin", ORIGIN)
        done = self.run_("prove-statement", other, VOLUNTEER, code=1)
        self.assertIn("not_found", done.stderr)
        done = self.run_("prove-statement", other, VOLUNTEER, "--checkpoint", self.site / "checkpoint", code=1)
        self.assertIn("behind", done.stderr)
        self.run_("prove-statement", self.ledger, "09" * 16, code=1)
        self.run_("prove-statement", self.ledger, VOLUNTEER, "--unit", "hours", code=2)


class EvidenceTest(Case):
    def setUp(self):
        super().setUp()
        self.sheet = self.scratch / "sheet"
        self.sheet.write_bytes(PAYLOAD)
        self.shown = self.scratch / "opening"

    def keep(self):
        return self.run_("evidence", "keep", self.store, self.sheet).stdout.rstrip("\n")

    def recorded(self):
        """A service that has the sheet as its evidence."""
        evidence = self.keep()
        self.append([dict(service(30, 20), evidence=evidence)])
        return evidence

    def erase(self, *more, code=0):
        return self.run_("erase", self.ledger, "--store", self.store, "--recorder", RECORDER, *more, code=code)

    def show(self, evidence, code=0):
        return self.run_("evidence", "show", self.store, evidence, "--out", self.shown, code=code)

    def bytes_below(self, directory):
        return b"".join(str(path).encode() + path.read_bytes() for path in directory.rglob("*") if path.is_file())

    def test_what_is_kept_is_shown_and_checked(self):
        evidence = self.recorded()
        self.show(evidence)
        header, salt, rest = self.shown.read_bytes().split(b"\n", 2)
        self.assertEqual(header, b"hourbook-evidence@v1")
        self.assertEqual(rest, b"\n" + PAYLOAD)
        key = base64.b64decode(salt.removeprefix(b"salt "), validate=True)
        self.assertEqual(hmac.new(key, PAYLOAD, hashlib.sha256).hexdigest(), evidence)
        out = self.scratch / "out"
        self.run_("evidence", "check", self.shown, "--evidence", evidence, "--out", out)
        self.assertEqual(out.read_bytes(), PAYLOAD)
        self.run_("evidence", "check", self.shown, "--ledger", self.ledger, "--entry", entry_id(30))
        self.run_("evidence", "check", self.shown, "--ledger", self.ledger, "--entry", entry_id(9), code=3)
        self.run_("evidence", "check", self.shown, "--evidence", "00" * 32, code=3)
        self.run_("evidence", "check", self.shown, code=2)
        self.shown.write_bytes(self.shown.read_bytes()[:-1])
        self.run_("evidence", "check", self.shown, "--evidence", evidence, code=3)
        self.run_("evidence", "show", self.store, "11" * 32, code=1)

    def test_its_owner_alone_may_read_a_payload(self):
        evidence = self.keep()
        self.assertEqual(self.store.stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.store / evidence).stat().st_mode & 0o777, 0o600)

    def test_erasing_leaves_nothing_of_it_and_the_ledger_valid(self):
        self.sheet.write_bytes(b"another")
        other = self.keep()
        self.sheet.write_bytes(PAYLOAD)
        evidence = self.recorded()
        self.show(evidence)
        salt = self.shown.read_bytes().split(b"\n")[1].removeprefix(b"salt ")
        size, root = self.size(), self.run_("root", self.ledger).stdout
        self.assertIn(PAYLOAD, self.bytes_below(self.store))
        done = self.erase("--entry", entry_id(30), "--reason", "2")
        self.assertEqual(done.stdout, f"Erased; entry {size} tells of it.\n")
        for directory in (self.store, self.ledger):
            found = self.bytes_below(directory)
            for secret in (PAYLOAD, salt, base64.b64decode(salt)):
                self.assertNotIn(secret, found)
        self.run_("verify", self.ledger)
        self.assertEqual(self.run_("root", self.ledger, "--size", size).stdout, root)
        told = self.entries()[-1]
        self.assertEqual((told["kind"], told["ref"], told["evidence"], told["recorder"], told["code"]),
                         ("erase", entry_id(30), evidence, RECORDER, 2))
        self.assertIn("erased", self.run_("evidence", "show", self.store, evidence, code=1).stderr)
        self.run_("evidence", "show", self.store, other)
        # What was handed out is out of reach.
        self.run_("evidence", "check", self.shown, "--evidence", evidence)

    def test_erasing_again_records_nothing_more(self):
        evidence = self.recorded()
        self.erase("--evidence", evidence)
        size = self.size()
        for which in (("--evidence", evidence), ("--entry", entry_id(30))):
            self.assertIn("told of it before", self.erase(*which).stdout)
        self.assertEqual(self.size(), size)

    def test_a_run_that_was_cut_off_is_mended_by_another(self):
        evidence = self.recorded()
        # As a crash between the two steps leaves it.
        (self.store / f"{evidence}.erased").touch()
        (self.store / evidence).unlink()
        self.assertIn("tells of it", self.erase("--entry", entry_id(30)).stdout)

    def test_a_payload_that_no_entry_has_goes_without_one(self):
        size = self.size()
        self.assertIn("nothing to record", self.erase("--evidence", self.keep()).stdout)
        self.assertEqual(self.size(), size)
        self.assertNotIn(PAYLOAD, self.bytes_below(self.store))

    def test_nothing_goes_where_the_rules_would_not_have_it_told(self):
        evidence = self.recorded()
        size = self.size()
        done = self.run_("erase", self.ledger, "--store", self.store, "--recorder", "09" * 16, "--entry", entry_id(30),
                         code=4)
        self.assertIn("unknown_party", done.stderr)
        self.show(evidence)
        self.assertEqual(self.size(), size)

    def test_nothing_goes_by_a_ledger_that_is_behind(self):
        evidence = self.recorded()
        self.keygen()
        self.publish()
        self.run_("backup", self.ledger, self.scratch / "backup")
        self.append([service(31, 21)])
        self.publish()
        shutil.rmtree(self.ledger)
        shutil.copytree(self.scratch / "backup", self.ledger)
        self.assertIn("behind", self.erase("--entry", entry_id(30), code=1).stderr)
        self.show(evidence)

    def test_nothing_is_told_that_was_not_done(self):
        evidence = self.recorded()
        size = self.size()
        wrong = self.scratch / "elsewhere"
        arguments = ("erase", self.ledger, "--store", wrong, "--recorder", RECORDER, "--entry", entry_id(30))
        self.run_(*arguments, code=1)
        wrong.mkdir()
        self.run_(*arguments, code=1)
        self.erase("--entry", entry_id(9), code=1)
        self.erase("--entry", "zz", code=2)
        self.erase("--entry", entry_id(999), code=1)
        self.erase(code=2)
        self.assertEqual(self.size(), size)
        self.show(evidence)

    def test_a_statement_made_before_still_checks(self):
        evidence = self.recorded()
        vkey = self.run_("keygen", self.scratch / "key", "--name", ORIGIN).stdout.rstrip("\n")
        self.run_("publish", self.ledger, self.site, "--key", self.scratch / "key")
        statement = self.scratch / "statement"
        self.run_("prove-statement", self.ledger, VOLUNTEER, "--out", statement)
        self.erase("--evidence", evidence)
        self.run_("publish", self.ledger, self.site, "--key", self.scratch / "key")
        self.run_("check-statement", statement, "--vkey", vkey)
        self.run_("prove-statement", self.ledger, VOLUNTEER, "--out", statement)
        self.run_("check-statement", statement, "--vkey", vkey)


if __name__ == "__main__":
    main(__doc__)

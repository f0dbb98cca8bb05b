#!/usr/bin/env python3
"""The rules of value on the command line: policy by authorities, points that expire, stations that are settled.

usage: value_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import hashlib
import hmac
import json

from cli_case import CliCase, ORIGIN, entry_id, main, opening

PROGRAMME, VOLUNTEER, OTHER, STATION, AUTHORITY = ("03" * 16, "02" * 16, "07" * 16, "04" * 16, "09" * 16)
YEAR_1, YEAR_2 = "2024-03-01T10:00:00+08:00", "2025-03-01T10:00:00+08:00"


class ValueTest(CliCase):
    def setUp(self):
        super().setUp()
        self.run_("init", self.ledger, "--origin", ORIGIN, "--time-zone", "Asia/Shanghai", "--created-at",
                  "2024-01-01T00:00:00+08:00")
        self.next = 0
        self.ok(opening(1, PROGRAMME, "programme"), opening(2, VOLUNTEER, "volunteer"),
                opening(3, OTHER, "volunteer"), opening(4, STATION, "station"), opening(5, AUTHORITY, "recorder"),
                self.policy("grant", 2000, key=7, credit=PROGRAMME), self.policy("budget", 9000, credit=PROGRAMME))

    def entry(self, kind, at=None, **fields):
        self.next += 1
        entry = {"id": entry_id(0x100 + self.next), "kind": kind, "occurred_at": YEAR_2, **fields}
        if at:
            entry |= {"occurred_at": at, "recorded_at": at, "flags": [*fields.get("flags", []), "imported"]}
        return entry

    def policy(self, topic, amount, **fields):
        return self.entry("policy", topic=topic, amount=amount, occurred_at="2024-01-01T00:00:00+08:00", **fields)

    def award(self, points, at=None, party=VOLUNTEER):
        return self.entry("award", at, debit=PROGRAMME, credit=party, ref=f"{0xaa000 + self.next:032x}", unit="point",
                          amount=points, code=7)

    def redeem(self, points, **fields):
        return self.entry("redeem", debit=VOLUNTEER, credit=STATION, unit="point", amount=points, **fields)

    def ok(self, *entries):
        # Imported as of the founding, so that a test may record what came later in its own time.
        for entry in entries:
            if "recorded_at" not in entry and entry["kind"] in ("open", "policy"):
                entry |= {"recorded_at": "2024-01-01T00:00:00+08:00", "flags": ["imported"]}
        answers = self.append(entries)
        self.assertEqual([answer["status"] for answer in answers], ["ok"] * len(entries), answers)
        return answers

    def points(self, party=VOLUNTEER):
        return self.json_("balance", self.ledger, party)["units"]["point"]


class PolicyTest(ValueTest):
    def test_only_an_authority_writes_policy(self):
        self.ok(self.policy("authority", 1, credit=AUTHORITY))
        refused = self.append([self.policy("most_held", 50, key=2)], code=4)
        self.assertEqual(refused[0]["status"], "no_authority")
        self.assertIn("authorities", refused[0]["message"])
        self.ok(self.policy("most_held", 50, key=2, recorder=AUTHORITY))
        self.assertEqual(self.append([self.award(51)], code=4)[0]["status"], "most_held")

    def test_a_ledger_that_begins_with_its_authority(self):
        for zone in ("Asia/Shanghai", "Europe/Berlin"):
            ledger = self.scratch / zone.replace("/", "-")
            self.run_("init", ledger, "--origin", ORIGIN, "--time-zone", zone, "--authority", AUTHORITY)
            self.assertEqual(self.json_("stat", ledger)["authority"], AUTHORITY)
            first = self.lines("entries", ledger)
            self.assertEqual([first[0][key] for key in ("kind", "origin", "time_zone", "authority")],
                             ["genesis", ORIGIN, zone, AUTHORITY])
            self.assertIn(AUTHORITY, self.run_("entry", ledger, 0).stdout)
            self.assertEqual((first[1]["kind"], first[1]["credit"]), ("open", AUTHORITY))
            self.assertTrue(all(e["recorder"] == AUTHORITY for e in first[2:]), "the zone's offsets")
            cap = {"id": entry_id(1), "kind": "policy", "topic": "daily_cap_minutes", "amount": 480}
            done = self.run_("append", ledger, stdin=json.dumps(cap) + "\n", code=4)
            self.assertIn("no_authority", done.stdout)
            self.run_("append", ledger, stdin=json.dumps({**cap, "recorder": AUTHORITY}) + "\n")
        self.run_("init", self.scratch / "none", "--origin", ORIGIN, "--authority", "x", code=2)
        self.assertFalse((self.scratch / "none").exists())

    def test_a_unit_of_the_programmes_own(self):
        self.ok(opening(9, "01" * 16, "team"), self.policy("unit", 1, key=16, name="演出"))
        self.ok(self.entry("legacy", debit="01" * 16, credit=VOLUNTEER, recorder=AUTHORITY, unit=16, amount=7000))
        units = self.json_("balance", self.ledger, VOLUNTEER)["units"]
        self.assertEqual((units["16"]["credits_posted"], units["minute"]["credits_posted"]), (7000, 0))
        self.assertIn("7,000", self.run_("balance", self.ledger, VOLUNTEER, "--unit", 16).stdout)
        named = [e for e in self.lines("entries", self.ledger, "--kind", "policy") if e["topic"] == "unit"]
        self.assertEqual((named[0]["name"], named[0]["ref"][:4]), ("演出", "1000"))
        self.assertEqual(self.lines("statement", self.ledger, VOLUNTEER, "--unit", 16)[0]["unit"], "16")

    def test_names_are_short(self):
        done = self.send([self.policy("unit", 1, key=16, name="二十一个字节的名字")], code=1)
        self.assertIn('"name" must be at most 16 bytes', done.stderr)

    def test_who_is_frozen_is_shown(self):
        self.ok(self.entry("freeze", credit=VOLUNTEER, amount=1, code=3))
        standing = {party["id"]: party["standing"] for party in self.lines("parties", self.ledger)}
        self.assertEqual((standing[VOLUNTEER], standing[OTHER]), ("frozen", "open"))
        self.assertEqual(self.append([self.award(5)], code=4)[0]["status"], "party_frozen")
        # Nothing says why: a reason is a number.
        data = (self.ledger / "data.mdb").read_bytes().lower()
        for word in (b"deceased", b"special care", b"moved away", b"tenant", "死亡".encode(), b"red", b"yellow"):
            self.assertNotIn(word, data)

    def test_a_statement_spans_the_ids_of_one_person(self):
        self.ok(self.award(50), self.award(30, party=OTHER), self.award(20))
        self.ok(self.entry("link", ref=OTHER, credit=VOLUNTEER, recorder=AUTHORITY, code=1))
        move = self.entry("transfer", debit=OTHER, credit=VOLUNTEER, unit="point", amount=30)
        self.ok(move, self.award(5))
        shown = self.lines("statement", self.ledger, VOLUNTEER, "--unit", "point")
        self.assertEqual([entry["amount"] for entry in shown], [5, 30, 20, 30, 50])  # the transfer once
        self.assertEqual([e["amount"] for e in self.lines("statement", self.ledger, OTHER, "--unit", "point")], [30, 30])
        standing = {party["id"]: party["standing"] for party in self.lines("parties", self.ledger)}
        self.assertEqual((standing[VOLUNTEER], standing[OTHER]), ("open", "linked"))
        self.assertEqual(self.append([self.award(5, party=OTHER)], code=4)[0]["status"], "party_linked")
        self.run_("verify", self.ledger)

    def test_an_amount_left_out_is_the_ledgers(self):
        self.ok(opening(9, "01" * 16, "team"), self.policy("tariff", 10, key=1, credit=PROGRAMME))
        service = self.entry("service", debit="01" * 16, credit=VOLUNTEER, recorder=AUTHORITY, ref=OTHER,
                             unit="minute", amount=90, code=1, flags=["checked-in"], occurred_at=YEAR_2)
        self.ok(service, self.entry("award", debit=PROGRAMME, credit=VOLUNTEER, ref=service["id"], unit="point",
                                    code=1, amount=0))
        self.assertEqual(self.points()["credits_posted"], 15)
        self.assertEqual(self.lines("entries", self.ledger, "--kind", "service")[0]["flags"], ["checked-in"])

    def test_a_late_service_is_marked(self):
        self.ok(opening(9, "01" * 16, "team"), self.policy("backdating_days", 10))
        late = self.entry("service", debit="01" * 16, credit=VOLUNTEER, recorder=AUTHORITY, unit="minute", amount=90,
                          code=1, flags=["pending", "administered"], occurred_at=YEAR_1)
        self.ok(late, self.entry("post", ref=late["id"], recorder=OTHER))
        shown = self.lines("statement", self.ledger, VOLUNTEER, "--unit", "minute")[1]
        self.assertEqual(shown["flags"], ["pending", "administered", "late"])
        self.assertIn("pending administered late", self.run_("statement", self.ledger, VOLUNTEER, "--unit", "minute").stdout)
        self.assertEqual(self.append([late])[0]["status"], "exists")


class ExpireTest(ValueTest):
    def setUp(self):
        super().setUp()
        self.ok(self.policy("expiry_days", 365, key=2))
        self.ok(self.award(100, YEAR_1), self.award(30, YEAR_1, OTHER), self.award(20, YEAR_2), self.redeem(40),
                self.redeem(25, flags=["pending"]))
        self.arguments = ["expire", self.ledger, "--until", "2025-01-01", "--to", PROGRAMME]

    def status(self):
        lines = self.run_(*self.arguments, "--json").stdout.splitlines()
        return {(line["party"], line["amount"], line["status"]) for line in map(json.loads, lines)}

    def test_a_dry_run_tells_what_a_run_does(self):
        size = self.json_("stat", self.ledger)["size"]
        dry = self.run_(*self.arguments, "--dry-run").stdout
        self.assertIn("Would expire: 65 of 2 parties", dry)  # 100 - 40 - 25, and 30
        self.assertEqual(self.json_("stat", self.ledger)["size"], size)
        done = self.run_(*self.arguments).stdout
        self.assertEqual(done, dry.replace("Would expire", "Expired"))
        self.assertEqual(self.points(OTHER)["debits_posted"], 30)
        self.run_("verify", self.ledger)

    def test_nothing_goes_twice_nor_from_under_a_hold(self):
        self.assertEqual(self.status(), {(VOLUNTEER, 35, "ok"), (OTHER, 30, "ok")})
        size = self.json_("stat", self.ledger)["size"]
        self.assertEqual(self.status(), set())  # 20 of the next year are left
        self.assertEqual(self.json_("stat", self.ledger)["size"], size)
        self.assertEqual(self.points(), {"credits_posted": 120, "debits_posted": 75, "credits_pending": 0,
                                         "debits_pending": 25})

    def test_what_a_hold_gives_back_goes_with_the_next_run(self):
        held = self.lines("entries", self.ledger, "--kind", "redeem")[-1]
        self.status()
        self.ok(self.entry("void", ref=held["id"]))
        self.assertEqual(self.status(), {(VOLUNTEER, 25, "ok")})

    def test_a_run_that_was_cut_off_is_completed(self):
        self.append([{**self.entry("expire"), "debit": OTHER, "credit": PROGRAMME, "unit": "point",
                      "occurred_at": "2025-01-01T00:00:00+08:00"}])
        self.assertEqual(self.status(), {(VOLUNTEER, 35, "ok")})

    def test_who_cannot_lose_is_told(self):
        self.ok(self.entry("freeze", credit=OTHER, amount=1, code=3))
        done = self.run_(*self.arguments, code=4)
        self.assertIn("party_frozen", done.stdout)
        self.assertIn("Expired: 35 of 1 parties; 0 had expired before, 1 were refused", done.stdout)

    def test_only_as_policy_lets_it(self):
        self.arguments[3] = "2026-11-01"
        self.assertIn("Expired: 0 of 0 parties", self.run_(*self.arguments).stdout)
        self.run_("expire", self.ledger, "--until", "never", "--to", PROGRAMME, code=2)
        self.run_("expire", self.ledger, "--until", "2025-01-01", "--to", "x", code=2)


class SettleTest(ValueTest):
    """25 holds of 30: 22 are collected, 2 released, one is left."""

    def setUp(self):
        super().setUp()
        self.ok(self.award(1140))
        holds = [self.redeem(30, flags=["pending"]) for _ in range(25)]
        self.ok(*holds)
        self.collected = [self.entry("post", ref=hold["id"]) for hold in holds[:22]]
        self.ok(*self.collected, *[self.entry("void", ref=hold["id"]) for hold in holds[22:24]])
        self.arguments = ["settle", self.ledger, STATION, "--to", PROGRAMME]

    def test_the_sheets_lines_are_the_entries_and_sum_to_what_is_owed(self):
        sheet = self.json_(*self.arguments, "--dry-run")
        self.assertEqual([line["id"] for line in sheet["lines"]], [post["id"] for post in self.collected])
        self.assertEqual((sum(line["points"] for line in sheet["lines"]), sheet["owed"]), (660, "660"))
        settled = self.json_(*self.arguments)
        self.assertEqual({**settled, "dry_run": True}, sheet)
        told = self.lines("entries", self.ledger, "--kind", "settle")
        self.assertEqual([(e["amount"], e["evidence"], e["index"]) for e in told],
                         [(660, sheet["evidence"], settled["index"])])
        # The sheet is what the entry commits to: whoever has the log makes it again.
        rows = b"row" + b"".join(len(line["id"]).to_bytes(4, "little") + line["id"].encode() for line in sheet["lines"])
        self.assertEqual(hmac.new(bytes(32), rows, hashlib.sha256).hexdigest(), sheet["evidence"])
        self.assertIn("Nothing is owed", self.run_(*self.arguments).stdout)

    def test_a_sheet_says_what_was_redeemed(self):
        self.run_(*self.arguments)
        item = "1e" * 16
        held = self.redeem(40, flags=["pending"], ref=item, code=2)
        at_once = self.redeem(10, ref=item, code=1)
        post = self.entry("post", ref=held["id"], amount=20)
        self.ok(held, at_once, post, self.entry("reverse", debit=STATION, credit=VOLUNTEER, ref=post["id"], unit="point",
                                                amount=20, code=1))
        sheet = self.json_(*self.arguments, "--dry-run")
        self.assertEqual([(line["item"], line["quantity"], line["points"], line["debit"]) for line in sheet["lines"]],
                         [(item, 1, 10, False), (item, None, 20, False), (item, None, 20, True)])
        self.assertIn(item, self.run_(*self.arguments).stdout)
        # Of what is collected in part only the post can say how many that were.
        held = self.redeem(40, flags=["pending"], ref=item, code=4)
        self.ok(held, self.entry("post", ref=held["id"], amount=30, code=3))
        held = self.redeem(40, flags=["pending"], ref=item, code=4)
        self.ok(held, self.entry("post", ref=held["id"]))
        self.assertEqual([line["quantity"] for line in self.json_(*self.arguments, "--dry-run")["lines"]], [3, 4])

    def test_a_claim_beyond_what_was_collected_is_refused(self):
        claim = self.entry("settle", debit=STATION, credit=PROGRAMME, unit="point", amount=690)
        self.assertEqual(self.append([claim], code=4)[0]["status"], "insufficient")

    def test_the_next_sheet_begins_where_this_one_ends(self):
        self.run_(*self.arguments)
        self.ok(self.redeem(10))
        sheet = self.json_(*self.arguments)
        self.assertEqual((len(sheet["lines"]), sheet["owed"], sheet["carried"]), (1, "10", "0"))

    def test_a_settlement_in_part_carries_over(self):
        last = self.lines("entries", self.ledger, "--kind", "post")[-1]["recorded_at"]
        part = self.entry("settle", debit=STATION, credit=PROGRAMME, unit="point", amount=600, occurred_at=last)
        self.ok(part)
        sheet = self.json_(*self.arguments)
        self.assertEqual((sheet["lines"], sheet["owed"], sheet["carried"]), ([], "60", "60"))
        self.ok(self.entry("reverse", debit=PROGRAMME, credit=STATION, ref=part["id"], unit="point", amount=600, code=1))
        self.assertEqual(self.json_(*self.arguments)["owed"], "600")

    def test_a_period_that_is_settled_late_loses_no_line_and_pays_none_twice(self):
        posts = self.lines("entries", self.ledger, "--kind", "post")
        june = ["--until", posts[12]["recorded_at"]]  # 12 collected before
        self.assertEqual(self.json_(*self.arguments, *june)["owed"], "360")
        self.assertEqual(self.json_(*self.arguments, *june)["owed"], "0")
        july = self.json_(*self.arguments)
        self.assertEqual([line["id"] for line in july["lines"]], [post["id"] for post in posts[12:]])
        self.assertEqual((july["owed"], july["carried"]), ("300", "0"))
        self.assertEqual(self.json_(*self.arguments)["owed"], "0")

    def test_a_redemption_reversed_is_a_line_against_it(self):
        post = self.collected[0]
        self.ok(self.entry("reverse", debit=STATION, credit=VOLUNTEER, ref=post["id"], unit="point", amount=30, code=1))
        self.assertIn("-30", self.run_(*self.arguments, "--dry-run").stdout)
        self.assertIn("Nothing is owed", self.run_(*self.arguments, "--until", "2024-01-01").stdout)
        self.assertEqual(self.json_(*self.arguments)["owed"], "630")


if __name__ == "__main__":
    main(__doc__)

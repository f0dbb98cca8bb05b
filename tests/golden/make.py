#!/usr/bin/env python3
"""Makes a golden ledger: one of every kind of entry, and enough to begin a tile. Run once for each
version of the format; what it made is kept for ever and never made again.

usage: make.py HOURBOOK NEW-DIRECTORY
"""
import json
import pathlib
import subprocess
import sys

TEAM, VOLUNTEER, OTHER, PROGRAMME, STATION, SPONSOR, RECORDER, VERIFIER = (f"{n:02x}" * 16 for n in range(1, 9))
START = 1735660800 * 10**9  # 2025-01-01T00:00:00+08:00
MINUTE = 60 * 10**9


class Book:
    def __init__(self):
        self.entries = []

    def add(self, kind, at, **fields):
        number = len(self.entries) + 1
        entry = {"id": f"{number:032x}", "kind": kind, "occurred_at": START + at * MINUTE,
                 "recorded_at": START + at * MINUTE, "flags": ["imported"] + fields.pop("flags", [])}
        entry.update(fields)
        self.entries.append(entry)
        return entry["id"]


def make():
    book = Book()
    for party, kind in ((TEAM, "team"), (VOLUNTEER, "volunteer"), (OTHER, "volunteer"), (PROGRAMME, "programme"),
                        (STATION, "station"), (SPONSOR, "sponsor"), (RECORDER, "recorder"), (VERIFIER, "recorder")):
        book.add("open", 0, credit=party, party_kind=kind)
    key = lambda number: f"{number:02x}00" + "00" * 14
    book.add("policy", 0, topic="max_service_minutes", amount=720)
    book.add("policy", 0, topic="daily_cap_minutes", amount=480)
    book.add("policy", 0, topic="tariff", credit=PROGRAMME, ref=key(1), amount=10)
    book.add("policy", 0, topic="budget", credit=PROGRAMME, amount=1000)
    book.add("policy", 0, topic="grant", credit=PROGRAMME, ref=key(2), amount=50)
    book.add("policy", 0, topic="transfer", ref=key(2), amount=20)
    book.add("policy", 1, topic="utc_offset", amount=9 * 3600)
    service = book.add("service", 90, debit=TEAM, credit=VOLUNTEER, ref=VERIFIER, recorder=RECORDER, unit="minute",
                       amount=90, code=1, activity="aa" * 16, evidence="bb" * 32, flags=["linked"])
    book.entries[-1]["occurred_at"] = START
    award = book.add("award", 90, debit=PROGRAMME, credit=VOLUNTEER, ref=service, unit="point", amount=15, code=1)
    pending = book.add("service", 200, debit=TEAM, credit=VOLUNTEER, recorder=RECORDER, unit="minute", amount=60,
                       code=1, flags=["pending"])
    book.add("post", 210, ref=pending, recorder=VERIFIER, amount=45)
    book.add("award", 220, debit=PROGRAMME, credit=VOLUNTEER, ref="cc" * 16, unit="point", amount=50, code=2)
    book.add("redeem", 300, debit=VOLUNTEER, credit=STATION, ref="dd" * 16, unit="point", amount=10)
    held = book.add("redeem", 301, debit=VOLUNTEER, credit=STATION, unit="point", amount=5, flags=["pending"])
    book.add("void", 302, ref=held, code=1)
    book.add("redeem", 303, debit=VOLUNTEER, credit=STATION, unit="point", amount=5, flags=["pending"], timeout=60)
    book.add("transfer", 400, debit=VOLUNTEER, credit=OTHER, unit="point", amount=20)
    book.add("settle", 500, debit=STATION, credit=SPONSOR, unit="point", amount=10)
    book.add("reverse", 600, debit=VOLUNTEER, credit=PROGRAMME, ref=award, unit="point", amount=15, code=3)
    book.add("anchor", 700, code=1, evidence="ee" * 32)
    for number in range(300):
        book.add("open", 800, credit=f"{0x1000 + number:032x}", party_kind="volunteer")
    book.add("close", 900, credit=f"{0x1000:032x}", code=1)
    return book.entries


def main():
    if len(sys.argv) != 3 or pathlib.Path(sys.argv[2]).exists():
        sys.exit(__doc__)
    program, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    run = lambda *arguments, **more: subprocess.run([program, *map(str, arguments)], check=True, text=True,
                                                    stdout=subprocess.PIPE, **more).stdout
    run("init", directory, "--origin", "golden.example/v1", "--time-zone", "Asia/Shanghai", "--created-at",
        "2025-01-01T00:00:00+08:00")
    answers = run("append", directory, input="".join(json.dumps(entry) + "\n" for entry in make()))
    for line in answers.splitlines():
        assert json.loads(line)["status"] == "ok", line
    (directory / "entries.jsonl").write_text(run("entries", directory, "--json"), encoding="utf-8")
    (directory / "root.txt").write_text(run("root", directory), encoding="utf-8")
    for lock in directory.glob("*lock*"):
        lock.unlink()


if __name__ == "__main__":
    main()

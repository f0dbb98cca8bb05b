#!/usr/bin/env python3
"""What importing the town's sheets must come to, worked out from the town's rules alone.

Written from tests/data/town/README.md, in another language than the ledger and with none of its
ideas: no chain, no accounts, no undo; dictionaries and sums. Prints JSON.

usage: oracle.py DIRECTORY-OF-SHEETS
"""
import csv
import datetime
import io
import json
import pathlib
import sys
from collections import Counter, defaultdict

MAX_MINUTES = 720
CAP_MINUTES = 480


def read(directory, name, encoding):
    """Rows as (line, dict), the header being line 1."""
    text = (directory / name).read_bytes().decode(encoding)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [(number, row) for number, row in enumerate(rows, 2)]


def instant(date, time):
    """A moment, or None where it cannot be read."""
    try:
        return datetime.datetime.strptime(f"{date} {time}", "%Y-%m-%d %H:%M")
    except (TypeError, ValueError):
        return None


def moment(text):
    date, _, time = text.partition(" ")
    return instant(date, time)


class Town:
    def __init__(self, directory):
        self.volunteers = {row["志愿者编号"] for _, row in read(directory, "volunteers.csv", "utf-8-sig")}
        self.teams = [row["队伍编号"] for _, row in read(directory, "teams.csv", "utf-8-sig")]
        self.stations = [row["站点编号"] for _, row in read(directory, "stations.csv", "utf-8-sig")]
        self.rates = defaultdict(list)
        for _, row in read(directory, "tariff.csv", "utf-8-sig"):
            self.rates[row["类别"]].append((row["生效日期"], int(row["每小时积分"])))
        self.sheets = {
            "signin-2025.csv": read(directory, "signin-2025.csv", "gb18030"),
            "reports-2025.csv": read(directory, "reports-2025.csv", "utf-8-sig"),
            "redemptions-2025.csv": read(directory, "redemptions-2025.csv", "utf-8-sig"),
        }
        self.seen = {}  # (sheet, key): the row that was accepted
        self.services = defaultdict(list)  # volunteer: (start, end, minutes)
        self.team_minutes = Counter()
        self.volunteer_minutes = Counter()
        self.earned = Counter()
        self.spent = Counter()
        self.taken_in = Counter()  # by station
        self.accepted = Counter()
        self.exists = 0
        self.rejects = []

    def rate(self, category, day):
        """The rate whose date is the latest not after the day."""
        dates = [entry for entry in self.rates[category] if entry[0] <= day]
        return max(dates)[1] if dates else 0

    def refuse(self, sheet, line, reason):
        self.rejects.append({"file": sheet, "row": line, "reason": reason})

    def known(self, sheet, line, key, row):
        """Whether the key was accepted before: told, and done with."""
        before = self.seen.get((sheet, key))
        if before is None:
            return False
        if before == row:
            self.exists += 1
        else:
            self.refuse(sheet, line, "exists_with_different")
        return True

    def run(self):
        events = []
        for line, row in self.sheets["signin-2025.csv"]:
            start, end = instant(row["日期"], row["签到"]), instant(row["日期"], row["签退"])
            if start is None or end is None:
                self.refuse("signin-2025.csv", line, "malformed")
                continue
            if end < start:
                end += datetime.timedelta(days=1)
            events.append((end, 0, line, self.service, (line, row, start, end)))
        for line, row in self.sheets["reports-2025.csv"]:
            at = moment(row["反馈时间"] or row["上报时间"])
            if at is None or not row["积分"].isdigit():
                self.refuse("reports-2025.csv", line, "malformed")
                continue
            events.append((at, 1, line, self.report, (line, row)))
        for line, row in self.sheets["redemptions-2025.csv"]:
            at = moment(row["兑换时间"])
            if at is None or not row["积分"].isdigit():
                self.refuse("redemptions-2025.csv", line, "malformed")
                continue
            events.append((at, 2, line, self.redemption, (line, row)))
        for _, _, _, judge, arguments in sorted(events, key=lambda event: event[:3]):
            judge(*arguments)

    def service(self, line, row, start, end):
        sheet, key, who = "signin-2025.csv", row["流水号"], row["志愿者编号"]
        minutes = int((end - start).total_seconds()) // 60
        if self.known(sheet, line, key, row):
            return
        before = self.services[who]
        reason = None
        if who not in self.volunteers:
            reason = "unknown_party"
        elif minutes == 0:
            reason = "zero_duration"
        elif minutes > MAX_MINUTES:
            reason = "too_long"
        elif row["记录人"] == row["核实人"]:
            reason = "self_verified"
        elif any(start < other_end and other_start < end for other_start, other_end, _ in before):
            reason = "overlap"
        elif minutes + sum(m for s, _, m in before if s.date() == start.date()) > CAP_MINUTES:
            reason = "daily_cap"
        if reason:
            self.refuse(sheet, line, reason)
            return
        self.seen[(sheet, key)] = row
        before.append((start, end, minutes))
        self.team_minutes[row["队伍编号"]] += minutes
        self.volunteer_minutes[who] += minutes
        self.earned[who] += minutes * self.rate(row["类别"], row["日期"]) // 60
        self.accepted["service"] += 1

    def report(self, line, row):
        sheet, key, who = "reports-2025.csv", row["工单号"], row["上报人"]
        if row["状态"] != "已办结":
            self.refuse(sheet, line, "not_closed_out")
            return
        if self.known(sheet, line, key, row):
            return
        if who not in self.volunteers:
            self.refuse(sheet, line, "unknown_party")
            return
        self.seen[(sheet, key)] = row
        self.earned[who] += int(row["积分"])
        self.accepted["grant"] += 1

    def redemption(self, line, row):
        sheet, key, who = "redemptions-2025.csv", row["兑换单号"], row["志愿者编号"]
        points = int(row["积分"])
        if self.known(sheet, line, key, row):
            return
        if who not in self.volunteers:
            self.refuse(sheet, line, "unknown_party")
            return
        # A hold that is not collected is gone before the next event, so nothing is ever on hold here.
        if self.earned[who] - self.spent[who] < points:
            self.refuse(sheet, line, "insufficient")
            return
        self.seen[(sheet, key)] = row
        if row["结果"] == "已领取":
            self.spent[who] += points
            self.taken_in[row["站点编号"]] += points
            self.accepted["redemption_posted"] += 1
        elif row["结果"] == "已取消":
            self.accepted["redemption_voided"] += 1
        else:
            self.accepted["redemption_timed_out"] += 1

    def result(self):
        order = list(self.sheets)
        return {
            "rows": {name: len(rows) for name, rows in self.sheets.items()},
            "accepted": dict(sorted(self.accepted.items())),
            "exists": self.exists,
            "refused": dict(sorted(Counter(r["reason"] for r in self.rejects).items())),
            "rejects": sorted(self.rejects, key=lambda r: (order.index(r["file"]), r["row"])),
            "team_minutes": {team: self.team_minutes[team] for team in self.teams},
            "volunteers": {
                who: {"minutes": self.volunteer_minutes[who], "earned": self.earned[who], "spent": self.spent[who]}
                for who in sorted(self.volunteers)
            },
            "station_points": {station: self.taken_in[station] for station in self.stations},
            "issued": sum(self.earned.values()),
        }


def judge(directory):
    town = Town(pathlib.Path(directory))
    town.run()
    return town.result()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    json.dump(judge(sys.argv[1]), sys.stdout, ensure_ascii=False, indent=1)
    print()

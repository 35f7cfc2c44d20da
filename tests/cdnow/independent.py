#!/usr/bin/env python3
"""The win-back over CDNOW, worked out a second time without any of Wayline: entries, letters and goals by month.

usage: independent.py CDNOW_master.txt.gz      prints month,entered,sent,goals and a line of totals

The journey in words: a customer lapses 90 days after a purchase when no other came until then (one at that very
moment counts). A lapse enters the journey unless the last entry is less than 180 days ago; an entry sends one letter
at once; a purchase within 30 days of the entry (the last moment included) is a goal. All purchases are at 12:00 UTC,
so whole days are enough.
"""
import datetime
import gzip
import sys
from collections import defaultdict

END = datetime.date(1998, 6, 30)
DAY = datetime.timedelta(days=1)


def purchases(path):
    days = defaultdict(set)
    with gzip.open(path, "rt", encoding="ascii") as lines:
        next(lines)  # the header
        for line in lines:
            customer, day, _units, _usd = line.split()
            days[customer].add(datetime.datetime.strptime(day, "%Y%m%d").date())
    return {customer: sorted(found) for customer, found in days.items()}


def main():
    entered, goals = defaultdict(int), defaultdict(int)
    for days in purchases(sys.argv[1]).values():
        last_entry = None
        for day, following in zip(days, days[1:] + [None]):
            lapse = day + 90 * DAY
            if lapse > END or (following is not None and following <= lapse):
                continue
            if last_entry is not None and lapse < last_entry + 180 * DAY:
                continue
            last_entry = lapse
            entered[lapse.strftime("%Y-%m")] += 1
            if following is not None and following <= lapse + 30 * DAY:
                goals[following.strftime("%Y-%m")] += 1
    months = [f"{1997 + m // 12}-{m % 12 + 1:02}" for m in range(18)]
    print("month,entered,sent,goals")
    for month in months:
        print(f"{month},{entered[month]},{entered[month]},{goals[month]}")
    print(f"total,{sum(entered.values())},{sum(entered.values())},{sum(goals.values())}")


main()

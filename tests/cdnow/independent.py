#!/usr/bin/env python3
"""The win-back over CDNOW, worked out a second time without any of Wayline: entries, letters and goals by month.

usage: independent.py CDNOW_master.txt.gz      prints month,entered,sent,goals and a line of totals

The journey in words: a customer lapses at the moment at which the latest purchase is 90 days old. What time brings about
comes before what happens at the same moment, so that a purchase at that very moment is too late to prevent it. A lapse
enters the journey unless the last entry is less than 180 days ago; an entry sends one letter at once. A purchase after
the entry and less than 30 days later is a goal, once for each entry. Entries come last at a moment, so that the first
purchase of the moment of the entry is before it; a second one at that moment is after it.
All purchases are at 12:00 UTC, so whole days are enough.
"""
import datetime
import gzip
import sys
from collections import Counter, defaultdict

END = datetime.date(1998, 6, 30)
DAY = datetime.timedelta(days=1)


def purchases(path):
    days = defaultdict(Counter)
    with gzip.open(path, "rt", encoding="ascii") as lines:
        next(lines)  # the header
        for line in lines:
            customer, day, _units, _usd = line.split()
            days[customer][datetime.datetime.strptime(day, "%Y%m%d").date()] += 1
    return days


def goal(bought, entry):
    if bought[entry] > 1:
        return entry
    return min((day for day in bought if entry < day < entry + 30 * DAY), default=None)


def main():
    entered, goals = Counter(), Counter()
    for bought in purchases(sys.argv[1]).values():
        days = sorted(bought)
        last_entry = None
        for day, following in zip(days, days[1:] + [None]):
            lapse = day + 90 * DAY
            if lapse > END or (following is not None and following < lapse):
                continue
            if last_entry is not None and lapse < last_entry + 180 * DAY:
                continue
            last_entry = lapse
            entered[lapse.strftime("%Y-%m")] += 1
            reached = goal(bought, lapse)
            if reached is not None:
                goals[reached.strftime("%Y-%m")] += 1
    months = [f"{1997 + m // 12}-{m % 12 + 1:02}" for m in range(18)]
    print("month,entered,sent,goals")
    for month in months:
        print(f"{month},{entered[month]},{entered[month]},{goals[month]}")
    print(f"total,{sum(entered.values())},{sum(entered.values())},{sum(goals.values())}")


main()

#!/usr/bin/env python3
"""Do Wayline and the SimPy peer of the "cart + onboarding" model count the same?

usage: agree.py WAYLINE SIM_PY [CUSTOMERS] [SEED ...]

WAYLINE is the built command, SIM_PY the peer's program (it needs SimPy: `pip install simpy`, run this with the same
Python). Both run CUSTOMERS (100,000) people for 30 days with each SEED (1 2 3). Counts per kind are pooled over the
seeds; z is their difference by the square root of their sum, so that |z| < 3 is sampling error. Exits with 1 otherwise.
"""
import collections
import csv
import json
import math
import subprocess
import sys
import tempfile

EXAMPLE = __file__.rsplit("/benches/", 1)[0] + "/examples/cart_onboarding"
SAME_MESSAGE = {"nudge_push": "nudge", "nudge_sms": "nudge", "reminder_sms": "reminder2"}
REACTIONS = {"opened": "open", "clicked": "click", "unsubscribed": "unsub"}
SUPPRESSED = {"no_consent": "consent", "no_address": "consent", "capped": "cap"}


def kinds(row):
    """The kinds of the peer's log that a row of the decision log is."""
    kind = row["kind"]
    if kind == "event":
        yield row["detail"]
    elif kind == "reaction":
        yield REACTIONS[row["detail"]]
    elif kind == "enter":
        yield "enter:" + row["journey"]
    elif kind == "exit":
        yield "exit:goal" if row["reason"] == "leave_rule" else "exit:completed"
    elif kind == "send" and row["verdict"] == "sent":
        yield "send"
        yield f"send:{row['channel']}:{SAME_MESSAGE.get(row['message'], row['message'])}"
    elif kind == "send" and row["verdict"] == "dropped" and row["reason"] != "left":
        yield "suppressed:" + SUPPRESSED[row["reason"]]


def ours(wayline, customers, seed):
    counts = collections.Counter()
    with tempfile.NamedTemporaryFile("r", suffix=".csv", encoding="utf-8") as log:
        run = [wayline, "simulate", EXAMPLE, "--personas", str(customers), "--seed", str(seed), "--log", log.name]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        with open(log.name, encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                counts.update(kinds(row))
    return counts


def theirs(peer, customers, seed):
    run = [sys.executable, peer, str(customers), str(seed), "--nogc"]
    return collections.Counter(json.loads(subprocess.run(run, check=True, capture_output=True).stdout)["kinds"])


def main():
    wayline, peer = sys.argv[1:3]
    customers = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    seeds = [int(seed) for seed in sys.argv[4:]] or [1, 2, 3]
    a, b = collections.Counter(), collections.Counter()
    for seed in seeds:
        a.update(ours(wayline, customers, seed))
        b.update(theirs(peer, customers, seed))
    worst = 0.0
    print(f"{'kind':26} {'wayline':>9} {'simpy':>9} {'differs':>8} {'z':>6}")
    for kind in sorted(set(a) | set(b)):
        z = (a[kind] - b[kind]) / math.sqrt(max(a[kind] + b[kind], 1))
        worst = max(worst, abs(z))
        print(f"{kind:26} {a[kind]:9} {b[kind]:9} {100 * (a[kind] - b[kind]) / max(b[kind], 1):+7.2f}% {z:+6.2f}")
    print(f"largest |z| of {len(set(a) | set(b))} kinds: {worst:.2f}")
    sys.exit(worst >= 3)


main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.bench [--quick] [--only two,scan,…]``: prints Markdown; exit status 0 also where a target is missed."""

from __future__ import annotations

import argparse
import sys

from tests.bench import backup, bulk, database, export, listing, measure, probes, records, rollback, scan, short_line, task
from tests.sandbox.launch import Sandbox

PARTS = ("two", "fleet", "task", "probes", "export", "bulk", "records", "listing", "scan", "short", "database", "backup")
FLEET, QUICK_FLEET = 200, 40
QUICK_PROBES = 200
# Of customers at Stripe: a hundred thousand instead of a million.
QUICK_SCALE = 50


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"fewer rounds, and a fleet of {QUICK_FLEET} components instead of {FLEET}")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas: %(default)s")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of each comparison (5, or 3 with --quick)")
    parser.add_argument("--megabytes", type=int, default=0, help="size of the database (1024, or 100 with --quick)")
    given = parser.parse_args()
    wanted = given.only.split(",")
    rounds = given.rounds or (3 if given.quick else 5)
    if set(wanted) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(set(wanted) - set(PARTS)))}: {', '.join(PARTS)}")
    print(f"{rollback.cores()} cores, Python {sys.version.split()[0]}, load {measure.load()} at the beginning. Ratios count, seconds do not.\n", flush=True)
    with Sandbox(scenario="bad-release", clock="real") as sandbox:
        if "two" in wanted:
            for table in rollback.two_components(sandbox, rounds):
                print(table.markdown() + "\n", flush=True)
        if "task" in wanted:
            print(task.one_task(sandbox, rounds).markdown() + "\n", flush=True)
        if "probes" in wanted:
            print(probes.thousand(sandbox, rounds, QUICK_PROBES if given.quick else probes.ENDPOINTS).markdown() + "\n", flush=True)
        if "export" in wanted:
            print(export.large(sandbox, rounds).markdown() + "\n", flush=True)
        if "bulk" in wanted:
            print(bulk.million(sandbox, rounds).markdown() + "\n", flush=True)
        if "records" in wanted:
            # Each round takes minutes, most of them the sandbox's.
            print(records.million(sandbox, 1, QUICK_SCALE if given.quick else records.SCALE).markdown() + "\n", flush=True)
        if "listing" in wanted:
            print(listing.ten_thousand(sandbox, rounds).markdown() + "\n", flush=True)
        if "scan" in wanted:
            print(scan.large(rounds, scan.MEGABYTES // 10 if given.quick else scan.MEGABYTES).markdown() + "\n", flush=True)
        if "short" in wanted:
            print(short_line.startup(sandbox, rounds).markdown() + "\n", flush=True)
        if "database" in wanted:
            megabytes = given.megabytes or (database.QUICK_MEGABYTES if given.quick else database.MEGABYTES)
            for table in database.there_and_back(rounds, megabytes):
                print(table.markdown() + "\n", flush=True)
        if "backup" in wanted:
            print(backup.six_components(sandbox, rounds).markdown() + "\n", flush=True)
        if "fleet" in wanted:
            print(rollback.fleet(sandbox, QUICK_FLEET if given.quick else FLEET, 1 if given.quick else 2).markdown() + "\n", flush=True)


if __name__ == "__main__":
    main()

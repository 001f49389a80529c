# SPDX-License-Identifier: GPL-3.0-or-later
"""A million records out of Stripe's pages into a compressed file: ``stripe_export`` beside a script that asks for the same pages.

Both read ten thousand pages of a hundred customers, one after the other, and write a line for each record into a file of gzip at its fastest. The
module checks every page besides, hashes what it writes, and has the next page come meanwhile.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import typing as t

from tests.bench import measure
from tests.bench.measure import BenchError, Memory, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

# So many times the usual 2,000 customers.
SCALE, USUAL, PAGE = 500, 2000, 100
OURS = """
import json, sys
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.modules import stripe_export
result = outcome(stripe_export.execute, json.load(open(sys.argv[1])), False)
if result.get("failed"):
    sys.exit(result["msg"])
one = result["export"]["resources"][0]
print(one["records"], one["requests"])
"""
PLAIN = """
import gzip, json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.headers["Authorization"] = f"Bearer {given['api_key']}"
count = asked = 0
after = {}
with gzip.open(given["dest"], "wt", compresslevel=1) as file:
    while True:
        answer = session.get(given["api_url"] + "/v1/customers", params={"limit": 100, "created[lt]": given["created_lt"], **after}, timeout=60)
        answer.raise_for_status()
        page = answer.json()
        asked += 1
        for item in page["data"]:
            file.write(json.dumps(item, separators=(",", ":")) + "\\n")
        count += len(page["data"])
        if not page["has_more"]:
            break
        after = {"starting_after": page["data"][-1]["id"]}
print(count, asked)
"""


def million(sandbox: Sandbox, rounds: int, scale: int = SCALE) -> Table:
    sandbox.scenario("bad-release", scale=scale)
    records = USUAL * scale
    before, memory = measure.load(), Memory()
    known = {"api_key": sandbox.run["stripe"]["api_key"], "api_url": sandbox.run["stripe"]["url"], "created_lt": 2_000_000_000}
    samples: dict[str, list[Sample]] = {"stripe_export": [], "plain requests": []}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        options = {"overwrite": True, "resources": ["customers"], "created_gte": None, "parallel": 1, "requests_per_second": 1000}
        module = {**known, **options, "dest": str(world.folder / "ours"), "request_timeout": "60s", "deadline": "1h"}
        plain = {**known, "dest": str(world.folder / "plain.jsonl.gz")}
        for number in range(rounds):
            for name, script, given in (("stripe_export", OURS, module), ("plain requests", PLAIN, plain)):
                # Watching the memory looks ten times in a second, which costs next to nothing of minutes.
                watched = memory if name == "stripe_export" and number == 0 else None
                samples[name].append(_run(script, given, world, watched))
                # The journal of so many requests is memory of the sandbox's.
                sandbox.clear_journal()
                if samples[name][-1].output.split() != [str(records), str(records // PAGE)]:
                    raise BenchError(f"{name} wrote {samples[name][-1].output.strip()} (records, requests) instead of {records} and {records // PAGE}")
    speeds = {name: records / median(sample.wall for sample in found) for name, found in samples.items()}
    told = "one round" if rounds == 1 else f"medians of {rounds} rounds"
    return Table(
        f"{records:,} records of Stripe into a compressed file, {told}, load {before} to {measure.load()}",
        ["way", "requests", "records a second", "CPU seconds"],
        [Row(name, [f"{records // PAGE}", f"{speeds[name]:.0f}", f"{median(sample.cpu for sample in found):.1f}"]) for name, found in samples.items()],
        [
            ratio("throughput of stripe_export / of plain requests", speeds["stripe_export"] / speeds["plain requests"], 0.6, at_least=True),
            ratio("stripe_export: megabytes of memory at most", memory.main / measure.MEGABYTE, 120.0),
        ],
    )


def _run(script: str, given: dict[str, t.Any], world: World, memory: Memory | None = None) -> Sample:
    options = world.folder / "given.json"
    options.write_text(json.dumps(given), encoding="utf-8")
    return measure.run([sys.executable, "-c", script, str(options)], world.environment(), world.folder, memory)

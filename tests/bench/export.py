# SPDX-License-Identifier: GPL-3.0-or-later
"""A large snapshot of Convex on its way into a file: ``convex_export`` beside a streamed ``requests``.

The export is made beforehand, and both fetch it, so that what is compared is the transfer. The module looks the file through besides: its
length, its SHA-256, and every entry of the archive.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import typing as t

import requests

from tests.bench import measure
from tests.bench.measure import BenchError, Memory, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

MEGABYTES = 1024
OURS = """
import json, sys
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.modules import convex_export
result = outcome(convex_export.execute, json.load(open(sys.argv[1])), False)
sys.exit(result["msg"] if result.get("failed") else 0)
"""
PLAIN = """
import json, sys, requests
given = json.load(open(sys.argv[1]))
key = {"Authorization": f"Convex {given['deploy_key']}"}
with requests.get(given["address"], headers=key, stream=True, timeout=60) as answer, open(given["dest"], "wb") as file:
    answer.raise_for_status()
    for chunk in answer.iter_content(1 << 20):
        file.write(chunk)
"""


def large(sandbox: Sandbox, rounds: int, megabytes: int = MEGABYTES) -> Table:
    sandbox.scenario("bad-release", convex_export_mb=megabytes, convex_export_seconds=0, convex_export_lag=0)
    before, samples, memory = measure.load(), {"convex_export": [], "plain requests": []}, Memory()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        convex = sandbox.run["convex"]
        known = {"deploy_key": convex["deploy_key"], "url": convex["url"], "deployment": convex["deployment"]}
        options = {"include_storage": True, "in_progress": "adopt", "max_age": "1h", "overwrite": True, "allow": "change"}
        module = {**known, **options, "dest": str(world.folder / "ours.zip"), "request_timeout": "60s", "deadline": "10m"}
        _run(OURS, module, world)  # makes the export that is then shared
        address = f"{convex['url']}/api/export/zip/{_newest(convex)}"
        plain = {**known, "address": address, "dest": str(world.folder / "plain.zip")}
        for _round in range(rounds):
            for name, script, given in (("convex_export", OURS, module), ("plain requests", PLAIN, plain)):
                # Both write into memory that was just given back: fresh pages of a virtual machine cost more than the transfer.
                pathlib.Path(given["dest"]).unlink(missing_ok=True)
                samples[name].append(_run(script, given, world))
        _run(OURS, module, world, memory)
        if not (world.folder / "ours.zip").stat().st_size == (world.folder / "plain.zip").stat().st_size > megabytes * measure.MEGABYTE:
            raise BenchError("the two files differ")
    speeds = {name: megabytes / median(sample.wall for sample in found) for name, found in samples.items()}
    return Table(
        f"A snapshot of {megabytes} MB into a file, medians of {rounds} rounds, load {before} to {measure.load()}",
        ["way", "MB a second", "CPU seconds"],
        [Row(name, [f"{speeds[name]:.0f}", f"{median(sample.cpu for sample in found):.2f}"]) for name, found in samples.items()],
        [
            ratio("throughput of convex_export / of plain requests", speeds["convex_export"] / speeds["plain requests"], 0.6, at_least=True),
            ratio("megabytes of memory at most", memory.main / measure.MEGABYTE, 120.0),
        ],
    )


def _run(script: str, given: dict[str, t.Any], world: World, memory: Memory | None = None) -> Sample:
    options = world.folder / "given.json"
    options.write_text(json.dumps(given), encoding="utf-8")
    return measure.run([sys.executable, "-c", script, str(options)], world.environment(), world.folder, memory)


def _newest(convex: dict[str, t.Any]) -> str:
    asked = {"path": "_system/cli/exports:getLatest", "args": {}, "format": "json"}
    answer = requests.post(f"{convex['url']}/api/query", json=asked, headers={"Authorization": f"Convex {convex['deploy_key']}"}, timeout=60).json()
    return str(answer["value"]["_id"])

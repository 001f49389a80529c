# SPDX-License-Identifier: GPL-3.0-or-later
"""A million objects of a shop on their way into a compressed file: ``shopify_bulk_export`` beside a streamed ``requests``.

The bulk operation is made beforehand, and both fetch its result and compress it with the same effort, so that what is compared is the
transfer. The module counts besides, what it writes is hashed, and it looks for the operation first.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import time
import typing as t

import requests

from tests.bench import measure
from tests.bench.measure import BenchError, Memory, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

# So large a sandbox has a million customers.
SCALE, OBJECTS = 500, 1_000_000
QUERY = "{ customers { edges { node { id displayName state tags updatedAt defaultEmailAddress { emailAddress } } } } }"
BEGIN = "mutation($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { message } } }"
POLL = "query($id: ID!) { bulkOperation(id: $id) { status objectCount url } }"
LONGEST = 600.0
OURS = """
import json, sys
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.modules import shopify_bulk_export
result = outcome(shopify_bulk_export.execute, json.load(open(sys.argv[1])), False)
sys.exit(result["msg"] if result.get("failed") else 0)
"""
PLAIN = """
import gzip, json, sys, requests
given = json.load(open(sys.argv[1]))
with requests.get(given["address"], stream=True, timeout=60) as answer, gzip.open(given["dest"], "wb", compresslevel=1) as file:
    answer.raise_for_status()
    for chunk in answer.iter_content(1 << 20):
        file.write(chunk)
"""


def million(sandbox: Sandbox, rounds: int, scale: int = SCALE, objects: int = OBJECTS) -> Table:
    sandbox.scenario("bad-release", scale=scale, shopify_bulk_seconds=0.1)
    address = _made(sandbox.run["shopify"], objects)
    before, samples, memory = measure.load(), {"shopify_bulk_export": [], "plain requests": []}, Memory()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        facts = sandbox.run["shopify"]
        known = {"shop": facts["shop"], "token": facts["token"], "api_url": facts["url"], "api_version": "2026-10", "api_version_mismatch": "fail"}
        options = {"query": QUERY, "operation": None, "in_progress": "adopt", "max_age": "1h", "stalled_after": "30m", "cancel_on_timeout": False}
        given = {**known, **options, "overwrite": True, "allow": "change", "dest": str(world.folder / "ours.gz"), "request_timeout": "60s", "deadline": "10m"}
        plain = {"address": address, "dest": str(world.folder / "plain.gz")}
        for _round in range(rounds):
            for name, script, what in (("shopify_bulk_export", OURS, given), ("plain requests", PLAIN, plain)):
                pathlib.Path(str(what["dest"])).unlink(missing_ok=True)
                samples[name].append(_run(script, what, world))
        _run(OURS, given, world, memory)
        manifest = json.loads((world.folder / "ours.gz.manifest.json").read_text(encoding="utf-8"))
        if manifest["records"] != objects:
            raise BenchError(f"{manifest['records']} of {objects} objects came")
        megabytes = manifest["bytes"] / measure.MEGABYTE
    speeds = {name: objects / median(sample.wall for sample in found) for name, found in samples.items()}
    return Table(
        f"{objects:,} objects of Shopify into a compressed file ({megabytes:.0f} MB of lines), medians of {rounds} rounds, load {before} to {measure.load()}",
        ["way", "objects a second", "CPU seconds"],
        [Row(name, [f"{speeds[name]:,.0f}", f"{median(sample.cpu for sample in found):.2f}"]) for name, found in samples.items()],
        [
            ratio("throughput of shopify_bulk_export / of plain requests", speeds["shopify_bulk_export"] / speeds["plain requests"], 0.6, at_least=True),
            ratio("megabytes of memory at most", memory.main / measure.MEGABYTE, 120.0),
        ],
    )


def _made(facts: dict[str, t.Any], objects: int) -> str:
    """The address of a result that is complete."""

    def ask(document: str, **variables: t.Any) -> dict[str, t.Any]:
        answer = requests.post(
            f"{facts['url']}/admin/api/2026-10/graphql.json",
            json={"query": document, "variables": variables},
            headers={"X-Shopify-Access-Token": facts["token"]},
            timeout=60,
        )
        return t.cast("dict[str, t.Any]", answer.json()["data"])

    identity, until = ask(BEGIN, query=QUERY)["bulkOperationRunQuery"]["bulkOperation"]["id"], time.monotonic() + LONGEST
    while time.monotonic() < until:
        it = ask(POLL, id=identity)["bulkOperation"]
        if it["status"] == "COMPLETED" and it["objectCount"] == str(objects):
            return str(it["url"])
        time.sleep(1)
    raise BenchError(f"the bulk operation is not complete: {it['status']}, {it['objectCount']} objects")


def _run(script: str, given: dict[str, t.Any], world: World, memory: Memory | None = None) -> Sample:
    options = world.folder / "given.json"
    options.write_text(json.dumps(given), encoding="utf-8")
    return measure.run([sys.executable, "-c", script, str(options)], world.environment(), world.folder, memory)

# SPDX-License-Identifier: GPL-3.0-or-later
"""One set of six components that are read side by side, beside a set of the slowest of them alone.

Each gives its export at a pace of its own, as vendors do: what is measured is that none waits for another, not how fast a disk is.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile

import yaml

from tests.bench import measure
from tests.bench.measure import Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness import restic
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

# Seconds that the export of each takes.
PACES = {"first": 4, "second": 6, "third": 8, "fourth": 10, "fifth": 15, "slowest": 20}
MEGABYTES = 4
EXPORT = """
import os, sys, time
seconds, megabytes = float(sys.argv[1]), int(sys.argv[2])
for number in range(megabytes):
    time.sleep(seconds / megabytes)
    sys.stdout.buffer.write(os.urandom(1024 * 1024))
"""


def six_components(sandbox: Sandbox, rounds: int) -> Table:
    before = measure.load()
    sandbox.scenario("healthy")
    whole: list[Sample] = []
    alone: list[Sample] = []
    for _round in range(rounds):
        for made, components in ((whole, list(PACES)), (alone, ["slowest"])):
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                made.append(_stored(World(pathlib.Path(folder), sandbox, sandbox.run), components))
    walls = {f"{len(PACES)} components": whole, "the slowest alone": alone}
    return Table(
        f"A set of {len(PACES)} components whose exports take {min(PACES.values())} to {max(PACES.values())} s, medians of {rounds} rounds, "
        f"load {before} to {measure.load()}",
        ["set", "seconds", "CPU seconds"],
        [Row(name, [f"{median(s.wall for s in found):.1f}", f"{median(s.cpu for s in found):.1f}"]) for name, found in walls.items()],
        [ratio("a set of six / its slowest part alone", median(s.wall for s in whole) / median(s.wall for s in alone), 1.2)],
    )


def _stored(world: World, components: list[str]) -> Sample:
    script = world.folder / "export.py"
    script.write_text(EXPORT, encoding="utf-8")
    place = restic.repository(world.folder / "repository")
    hosts = {
        name: {
            "component_vendor": "other",
            "component_folder": str(world.folder),
            "component_backup": {"command": {"argv": [sys.executable, str(script), str(PACES[name]), str(MEGABYTES)]}},
        }
        for name in components
    }
    shared = {**world.variables(), "backup_repository": str(place), "backup_password": restic.PASSWORD}
    inventory = world.folder / "six.yml"
    inventory.write_text(yaml.safe_dump({"components": {"vars": shared, "hosts": hosts}}), encoding="utf-8")
    return measure.run(world.command("backup", "--forks", str(len(PACES)), inventory=inventory), world.environment(), world.folder)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``saasops`` costs before Ansible begins: the same look at the same world by the short line, and by the line that it prints."""

from __future__ import annotations

import pathlib
import shlex
import shutil
import sys
import tempfile

from tests.bench import measure
from tests.bench.measure import BenchError, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

# Ansible reads the playbook and ends: a whole look takes seconds, which differ by more than what is measured here.
SHORT = ["saasops", "health", "shop/production", "probes=1", "--", "--syntax-check"]
# Of tenths of a second several fit into the time of one other comparison.
EACH = 4


def startup(sandbox: Sandbox, rounds: int) -> Table:
    sandbox.scenario("healthy")
    before = measure.load()
    found: dict[str, list[Sample]] = {"saasops": [], "ansible-playbook": []}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        inventory = world.folder / "inventories/shop/production.yml"
        inventory.parent.mkdir(parents=True)
        shutil.copy(world.inventory, inventory)
        if not (pathlib.Path(sys.executable).parent / "saasops").exists():
            raise BenchError("saasops is not installed: pip install -e . makes it")
        environment = world.environment()
        first = measure.run(SHORT, environment, world.folder)
        plain = shlex.split(first.output.splitlines()[0])
        for _number in range(rounds * EACH):
            found["saasops"].append(measure.run(SHORT, environment, world.folder))
            found["ansible-playbook"].append(measure.run(plain, environment, world.folder))
    differences = [one.wall - other.wall for one, other in zip(found["saasops"], found["ansible-playbook"], strict=True)]
    return Table(
        f"The short line beside the line that it prints, read and not run, medians of {rounds * EACH} rounds, load {before} to {measure.load()}",
        ["way", "seconds", "CPU seconds"],
        [Row(name, [f"{median(s.wall for s in samples):.2f}", f"{median(s.cpu for s in samples):.2f}"]) for name, samples in found.items()],
        [ratio("seconds that saasops adds", median(differences), 0.15)],
    )

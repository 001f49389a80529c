# SPDX-License-Identifier: GPL-3.0-or-later
"""What one warm task of a vendor module costs in CPU: in-process, and as an ordinary module."""

from __future__ import annotations

import json
import pathlib
import tempfile

from tests.bench import measure
from tests.bench.measure import Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

TASKS = 30


def one_task(sandbox: Sandbox, rounds: int) -> Table:
    sandbox.scenario("bad-release")
    before = measure.load()
    ways = {"empty": (0, True), "in-process": (TASKS, True), "as a module": (TASKS, False)}
    samples: dict[str, list[Sample]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        for _round in range(rounds):
            for name, (number, direct) in ways.items():
                playbook = _playbook(world.folder / "task.yml", number)
                command = ["ansible-playbook", str(playbook), "-i", str(world.inventory), "-e", json.dumps({"saasops_direct": direct}), "-vv"]
                samples[name].append(measure.run(command, world.environment(), world.folder))
                _went(samples[name][-1], "in-process" if direct else "as a module", number)
    costs = {
        name: [(sample.cpu - empty.cpu) / TASKS * 1000 for sample, empty in zip(samples[name], samples["empty"], strict=True)]
        for name in ("in-process", "as a module")
    }
    return Table(
        f"One task of vercel_deployment_info, milliseconds of CPU: (playbook of {TASKS} tasks - empty playbook) / {TASKS}, "
        f"medians of {rounds} rounds, load {before} to {measure.load()}",
        ["way", "CPU ms"],
        [Row(name, [f"{median(found):.0f}"]) for name, found in costs.items()],
        [
            ratio("CPU milliseconds in-process", median(costs["in-process"]), 60.0),
            ratio("as a module / in-process", median(costs["as a module"]) / median(costs["in-process"]), None),
        ],
    )


def _playbook(path: pathlib.Path, tasks: int) -> pathlib.Path:
    task = {"name": "Look", "saasops.runbooks.vercel_deployment_info": {}}
    play = {
        "hosts": "app",
        "gather_facts": False,
        "connection": "local",
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [task] * tasks,
    }
    path.write_text(json.dumps([play]), encoding="utf-8")
    return path


def _went(sample: Sample, way: str, number: int) -> None:
    """Ansible shows at -vv which way each task took: what is measured must be what is named."""
    found = sample.output.count(f"vercel_deployment_info: {way}")
    if found != number:
        raise measure.BenchError(f"{found} of {number} tasks went {way}:\n{sample.output[-2000:]}")

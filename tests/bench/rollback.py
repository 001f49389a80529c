# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback beside plain Python and beside ``uri`` tasks that make the same calls, read from the journal of a first run."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import pathlib
import statistics
import sys
import tempfile
import typing as t

from tests.bench import calls, measure, uri
from tests.bench.measure import BenchError, Memory, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

HERE = pathlib.Path(__file__).parent
# Jobs are done at the first look, so that what is compared is the way of asking, not the vendor. The same ids every time.
AT_ONCE = {"alias_seconds": 0, "deploy_seconds": 0, "drain_seconds": 0, "seed": 20}
FORKS = 20


class Subject:
    """One sandbox on the real clock, one scenario, and the three ways to do the same in it."""

    def __init__(self, sandbox: Sandbox, scenario: str, **settings: t.Any) -> None:
        self.sandbox = sandbox
        self.scenario, self.settings = scenario, {**AT_ONCE, **settings}
        with self.fresh() as world:
            self.ours(world)
            self.journal = sandbox.journal()
        self.steps = calls.steps(self.journal)
        self.effects = self.changes()

    @contextlib.contextmanager
    def fresh(self) -> t.Iterator[World]:
        """The scenario from its beginning, and a folder without a ledger."""
        self.sandbox.scenario(self.scenario, **self.settings)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            yield World(pathlib.Path(folder), self.sandbox, self.sandbox.run)

    def changes(self) -> collections.Counter[str]:
        return collections.Counter(f"{entry['component']} {entry['operation']}" for entry in self.sandbox.journal(changes=True) if entry["effect"])

    # -- the three ways
    def ours(self, world: World, memory: Memory | None = None, **environment: str) -> Sample:
        command = world.command("rollback", "-e", "rollback_probe_interval=0", "--forks", str(FORKS))
        return measure.run(command, world.environment(**environment), world.folder, memory)

    def plain(self, world: World, pauses: bool = True) -> Sample:
        plan = world.folder / "plan.json"
        calls.write_plan(plan, world.sandbox_run, self.steps, FORKS, pauses)
        return measure.run([sys.executable, str(HERE / "plain.py"), str(plan)], world.environment(), world.folder)

    def uri(self, world: World, memory: Memory | None = None) -> Sample:
        playbook, inventory = uri.write(world.folder, world.sandbox_run, self.steps)
        command = ["ansible-playbook", str(playbook), "-i", str(inventory), "--forks", str(FORKS)]
        return measure.run(command, world.environment(), world.folder, memory)

    def in_turns(self, rounds: int, ways: dict[str, t.Callable[[World], Sample]]) -> dict[str, list[Sample]]:
        """Every way once in each round. All of them must have had the same effects."""
        samples: dict[str, list[Sample]] = {name: [] for name in ways}
        for _round in range(rounds):
            for name, way in ways.items():
                with self.fresh() as world:
                    samples[name].append(way(world))
                if self.changes() != self.effects:
                    raise BenchError(f"{name} had other effects: {dict(self.changes())} instead of {dict(self.effects)}")
        return samples


def two_components(sandbox: Sandbox, rounds: int) -> tuple[Table, Table]:
    subject = Subject(sandbox, "bad-release", latency_ms=50)
    before = measure.load()
    samples = subject.in_turns(
        rounds,
        {
            "rollback.yml": subject.ours,
            "plain Python": subject.plain,
            "plain Python without the pause between two polls": lambda world: subject.plain(world, pauses=False),
            "uri tasks": subject.uri,
        },
    )
    ours = samples["rollback.yml"]
    rows = [Row(name, [f"{median(s.wall for s in found):.2f}", f"{median(s.cpu for s in found):.2f}"]) for name, found in samples.items()]
    number = calls.count(subject.steps)
    table = Table(
        f"Rollback of two components, 50 ms for each vendor call, {number} requests ({calls.count(subject.steps, apps=False)} to vendors), "
        f"medians of {rounds} rounds, load {before} to {measure.load()}",
        ["way", "seconds", "CPU seconds"],
        rows,
        [
            ratio("rollback.yml / plain Python", _paired(ours, samples["plain Python"]), 2.5),
            ratio("rollback.yml / plain Python without the pause", _paired(ours, samples["plain Python without the pause between two polls"]), None),
            ratio("uri tasks / rollback.yml", _paired(samples["uri tasks"], ours), 3.0, at_least=True),
        ],
    )
    return table, _requests(subject)


def fleet(sandbox: Sandbox, components: int, rounds: int) -> Table:
    subject = Subject(sandbox, "fleet", components=components)
    before = measure.load()
    # The long one stands in the middle, so that what changes on the machine meanwhile weighs on both.
    quick: dict[str, t.Callable[[World], Sample]] = {"rollback.yml": subject.ours, "plain Python": subject.plain}
    samples = subject.in_turns(rounds, quick)
    samples |= subject.in_turns(1, {"uri tasks": subject.uri})
    for name, found in subject.in_turns(rounds, quick).items():
        samples[name] += found
    ours = median(sample.wall for sample in samples["rollback.yml"])
    memory = Memory()
    with subject.fresh() as world:
        counted = world.folder / "host_tasks.json"
        subject.ours(world, memory, ANSIBLE_CALLBACK_PLUGINS=str(HERE / "callback"), ANSIBLE_CALLBACKS_ENABLED="host_tasks", BENCH_HOST_TASKS=str(counted))
        tasks = json.loads(counted.read_text(encoding="utf-8"))
    # A task that runs once for all counts for the host that Ansible chose; the others tell what a component costs.
    each = statistics.mode(number for host, number in tasks.items() if host != "localhost")
    rows = [Row(name, [f"{median(s.wall for s in found):.1f}", f"{median(s.cpu for s in found):.1f}"]) for name, found in samples.items()]
    return Table(
        f"Rollback of {components} components, {FORKS} forks, {calls.count(subject.steps)} requests, no latency, "
        f"medians of {2 * rounds} runs, one of the uri tasks, load {before} to {measure.load()}",
        ["way", "seconds", "CPU seconds"],
        rows,
        [
            ratio("uri tasks / rollback.yml", samples["uri tasks"][0].wall / ours, 8.0, at_least=True),
            ratio("uri tasks / rollback.yml, CPU", samples["uri tasks"][0].cpu / median(sample.cpu for sample in samples["rollback.yml"]), None),
            ratio("rollback.yml / plain Python", ours / median(sample.wall for sample in samples["plain Python"]), None),
            ratio("megabytes of the controller's process", memory.main / measure.MEGABYTE, 300.0),
            ratio("megabytes of the whole tree of processes", memory.tree / measure.MEGABYTE, 300.0),
            ratio("host-tasks for each component", each, 4.0),
            ratio("tasks for all components together", sum(tasks.values()) - components * each, None),
        ],
    )


def _requests(subject: Subject) -> Table:
    """What one component costs in calls to its vendor, beside a careful script: one that reads, decides, changes and polls, and asks
    nothing twice before it changes."""
    rows, findings = [], []
    for component in sorted(subject.steps["verify"]):
        chains = {step: [call for call in chains.get(component, []) if call.vendor != calls.APP] for step, chains in subject.steps.items()}
        whole = sum(len(chain) for chain in chains.values())
        before, after = _around_the_change([call for chain in chains.values() for call in chain])
        careful = len({(call.path, json.dumps(call.body, sort_keys=True)) for call in before}) + len(after)
        name = f"{component} ({next(call.vendor for chain in chains.values() for call in chain)})"
        counts = [len(chains.get(step, [])) for step in ("look 1", "look 2")]
        rows.append(Row(name, [str(number) for number in (*counts, whole - sum(counts), whole, careful)]))
        findings.append(ratio(f"{name}: rollback.yml / a careful script", whole / careful, 1.0))
    return Table(
        "Requests to the vendor for each component; the plain script above makes the same ones, a careful script asks nothing twice before the change",
        ["component", "admit", "plan", "apply", "rollback.yml", "a careful script"],
        rows,
        findings,
    )


def _around_the_change(chain: list[calls.Call]) -> tuple[list[calls.Call], list[calls.Call]]:
    first = next(number for number, call in enumerate(chain) if call.changes)
    return chain[:first], chain[first:]


def _paired(over: list[Sample], under: list[Sample]) -> float:
    return median(one.wall / other.wall for one, other in zip(over, under, strict=True))


def cores() -> int:
    return len(os.sched_getaffinity(0))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Something goes wrong at one request, once or from there on; the same command again ends it, with no effect doubled or lost.

A sample, another one in each session, always runs; every point runs as ``soak``.
"""

from __future__ import annotations

import dataclasses
import random
import typing as t

import pytest

from tests.harness.faults import CHANGE_FOR_EVER, CHANGE_ONCE, GRAPHQL_ONCE, PATIENCE, READ_FOR_EVER, READ_ONCE, REST_ONCE
from tests.harness.launcher import Launcher
from tests.harness.matrix import (
    FORWARD,
    NEW,
    OLD,
    ROLLBACK,
    UNDO,
    Point,
    Story,
    check_point,
    open_sagas,
    places,
    quiet,
    reads,
    rerun,
    sample,
    seed,
)
from tests.harness.world import World
from tests.scenarios.conftest import NewWorld


def change_points() -> t.Iterator[Point]:
    for story in (ROLLBACK, FORWARD):
        for number, effect in enumerate(story.effects, start=1):
            within = GRAPHQL_ONCE if effect.startswith("api") else REST_ONCE
            for kind, options in (*CHANGE_ONCE, *within):
                fault = {"kind": kind, "changes": True, "skip": number - 1, **options}
                yield Point(f"{named(kind, options)} at change {number}", story, "done", fault, arguments=hasty(story, kind))
            # The effect happens each time; it is seen, and nothing is sent twice.
            yield Point(f"lost from change {number} on", story, "done", {"kind": "lost", "changes": True, "skip": number - 1, "times": 0})
            for kind, options in CHANGE_FOR_EVER:
                fault = {"kind": kind, "changes": True, "skip": number - 1, "times": 0, **options}
                yield Point(f"{named(kind, options)} from change {number} on", story, "trouble", fault)
    # While what was done is being undone: that is change 3, after Vercel's rollback and Railway's refusal.
    for kind, options in (*CHANGE_ONCE, *REST_ONCE, *CHANGE_FOR_EVER):
        times = {"times": 0} if (kind, options) in CHANGE_FOR_EVER[2:] else {}
        fault = {"kind": kind, "changes": True, "skip": 2, **options, **times}
        yield Point(f"{named(kind, options)} at the undo{', for ever' if times else ''}", UNDO, "trouble", fault, arguments=hasty(UNDO, kind))


def named(kind: str, options: dict[str, t.Any]) -> str:
    return " ".join([kind, *(str(options[name]) for name in ("status", "mb") if name in options)])


def hasty(story: Story, kind: str) -> tuple[str, ...]:
    """A hanging peer hangs in real time, so the client must give up quickly."""
    return ("-e", f"{story.verb}_request_timeout={PATIENCE}") if kind.startswith("timeout") else ()


@dataclasses.dataclass(frozen=True)
class Reading:
    """A fault at reading requests of one vendor; where, is said by ``at``."""

    vendor: str
    kind: str
    options: dict[str, t.Any]
    for_ever: bool

    def __str__(self) -> str:
        return f"{named(self.kind, self.options)} {'from then on' if self.for_ever else 'once'} from {self.vendor}"

    def at(self, number: int) -> Point:
        fault = {"kind": self.kind, "vendor": self.vendor, "changes": False, "skip": number - 1, "times": 0 if self.for_ever else 1, **self.options}
        first = "done" if not self.for_ever else "either" if self.kind == "unknown_status" else "trouble"
        return Point(f"{self} at its read {number}", ROLLBACK, first, fault, arguments=hasty(ROLLBACK, self.kind))


READINGS = [
    *(Reading(vendor, kind, options, False) for vendor in ("vercel", "railway") for kind, options in READ_ONCE),
    *(Reading("railway", kind, options, False) for kind, options in GRAPHQL_ONCE),
    *(Reading(vendor, kind, options, True) for vendor in ("vercel", "railway") for kind, options in READ_FOR_EVER),
    Reading("railway", "graphql_error", {}, True),
    # The component's own pages: a single bad or missing answer is no verdict.
    *(Reading("app", kind, options, False) for kind, options in READ_ONCE if kind != "big"),
]
CHANGES = list(change_points())


@pytest.fixture(scope="session")
def counted() -> dict[str, int]:
    return {}


def numbers(counted: dict[str, int], new_world: NewWorld, launcher: Launcher) -> dict[str, int]:
    """How many requests of each vendor a rollback reads; found out once."""
    if not counted:
        counted.update(reads(new_world, launcher, ROLLBACK))
    return counted


@pytest.mark.parametrize("point", sample(CHANGES, 8), ids=str)
def test_a_sample_of_faults_at_changing_requests(point: Point, world: World, launcher: Launcher) -> None:
    check_point(point, world, launcher)


@pytest.mark.parametrize("reading", sample(READINGS, 10), ids=str)
def test_a_sample_of_faults_at_reading_requests(reading: Reading, new_world: NewWorld, launcher: Launcher, counted: dict[str, int]) -> None:
    most = numbers(counted, new_world, launcher)[reading.vendor]
    check_point(reading.at(random.Random(f"{seed()} {reading}").randint(1, most)), new_world(), launcher)


@pytest.mark.soak
@pytest.mark.parametrize("point", CHANGES, ids=str)
def test_every_fault_at_every_changing_request(point: Point, world: World, launcher: Launcher) -> None:
    check_point(point, world, launcher)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_every_fault_all_along_the_reading_requests(reading: Reading, new_world: NewWorld, launcher: Launcher, counted: dict[str, int]) -> None:
    for number in places(numbers(counted, new_world, launcher)[reading.vendor]):
        point = reading.at(number)
        print(point)  # which one of them, when it fails
        check_point(point, new_world(), launcher)


def test_a_lasting_failure_is_a_declared_split_which_the_same_command_resumes(world: World, launcher: Launcher) -> None:
    world.sandbox.fault("status", operation="^deploymentRollback$", times=0, status=503)
    for _number in range(2):
        split = launcher.play(world, "rollback")
        assert split.code > 0 and "SPLIT" in split.headline, split.output
        assert split.stats["outcomes"] == {"app": "done", "api": "failed"}
        assert all(name in split.headline for name in ("app", "api")), split.headline
        assert "Run the same command again" in split.summary
        assert quiet(world) == {"app": OLD, "api": NEW}
        assert world.effects() == [ROLLBACK.effects[0]], "the second run went back further, or there again"
        assert open_sagas(world) == 1
    world.sandbox.clear_faults()
    whole = launcher.play(world, "rollback")
    assert whole.code == 0 and "ROLLED BACK" in whole.headline, whole.output
    # Where each came from is not computed again from a half-changed production.
    rows = {line.split()[0]: line for line in whole.summary.splitlines() if line[1:4] in ("app", "api") and "->" not in line and ":" in line}
    assert all(NEW in rows[name] and OLD in rows[name] for name in ("app", "api")), whole.summary
    assert world.effects() == list(ROLLBACK.effects) and open_sagas(world) == 0


def test_a_lasting_failure_is_undone_where_that_was_asked_for(world: World, launcher: Launcher) -> None:
    UNDO.prepare(world, launcher)
    undone = launcher.play(world, "rollback", *UNDO.arguments)
    assert undone.code > 0 and "UNDONE" in undone.headline, undone.output
    assert quiet(world) == {"app": NEW, "api": NEW}
    assert "The image is being moved" in undone.summary, "it does not say why"
    assert world.sandbox.state("app")["auto_assign"] is True
    assert open_sagas(world) == 0
    world.sandbox.clear_faults()
    assert "ROLLED BACK" in rerun(world, launcher, UNDO).headline
    assert quiet(world) == {"app": OLD, "api": OLD}

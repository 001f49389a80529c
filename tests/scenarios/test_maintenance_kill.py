# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance is killed at each of its changes, in every way that there is: whoever comes next ends it, all is as it was, and it is never off while
something is unwell."""

from __future__ import annotations

import signal
import typing as t

import pytest

from tests.harness.launcher import Launcher
from tests.harness.maintained import COMMAND, HELD_BACK, WAYS, Application, NewWorld, Place, Way, told
from tests.harness.matrix import doubled, sample

# What comes after the kill: the same again; what is looked at by schedule when its time is over; the other state, asked for by a person.
THENS = ("again", "check", "other")
OTHER = {"on": "off", "off": "on"}


class Point(t.NamedTuple):
    way: Way
    state: str
    number: int
    when: str
    then: str

    def __str__(self) -> str:
        return f"{self.way}: {self.state}, change {self.number}, {self.when}, then {self.then}"


def points() -> t.Iterator[Point]:
    for way in WAYS:
        for state, most in (("on", way.on), ("off", way.off)):
            for number in range(1, most + 1):
                for when in ("before", "after", *(() if way is COMMAND else ("lost",))):
                    yield from (Point(way, state, number, when, then) for then in THENS)


POINTS = list(points())
# A pause is tried at its end: out of it, its domains put back, and into it again where its pages are unwell.
UNWELL = [Point(HELD_BACK, "off", number, when, then) for number in (1, 2, 3) for when in ("before", "after", "lost") for then in ("again", "check")]


@pytest.fixture
def application() -> t.Iterator[Application]:
    made = Application()
    yield made
    made.close()


def check_point(point: Point, launcher: Launcher, new_world: NewWorld, application: Application) -> None:
    place = Place(new_world, application, point.way)
    if point.state == "off":
        on = place.play(launcher, "on")
        assert on.code == 0, on.summary
    first = place.killed(launcher, point.state, point.number, point.when)
    assert first.code == (0 if point.when == "lost" else -signal.SIGKILL), first.output
    if point.then == "check":
        place.world.sandbox.advance(7200)
    follows = {"again": [point.state], "check": ["check"], "other": [OTHER[point.state]]}[point.then]
    for state in [*follows, *(["off"] if follows == ["on"] else [])]:
        run = place.play(launcher, state)
        assert run.code == 0, run.output
        if state == "on":
            assert place.is_on(), run.output
    assert place.looks() == place.before, run.output
    last = place.play(launcher, "off")
    assert (last.code, last.changed, last.stats["word"]) == (0, 0, "nothing"), last.output
    assert doubled(place.world) == []
    assert len(place.effects()) <= 2 * (point.way.on + point.way.off)


@pytest.mark.parametrize("point", sample(POINTS, 3), ids=str)
def test_a_sample_of_kills(point: Point, launcher: Launcher, new_world: NewWorld, application: Application) -> None:
    check_point(point, launcher, new_world, application)


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_every_kill(point: Point, launcher: Launcher, new_world: NewWorld, application: Application) -> None:
    check_point(point, launcher, new_world, application)


def check_unwell(point: Point, launcher: Launcher, new_world: NewWorld, application: Application) -> None:
    """Never off while the verdict is bad, whoever was killed where; and when all is well, as it was."""
    place = Place(new_world, application, point.way, "bad-release")
    assert place.play(launcher, "on").code == 0
    closed = place.looks()
    first = place.killed(launcher, "off", point.number, point.when)
    assert first.code == (2 if point.when == "lost" else -signal.SIGKILL), first.output
    if point.then == "check":
        place.world.sandbox.advance(7200)
    still = place.play(launcher, "off" if point.then == "again" else "check")
    assert (still.code == 0, still.stats["word"]) == (False, "still_on"), still.output
    assert place.looks() == closed, still.output
    assert told(place.world)[-1] == ("raised", "critical", "maintenance of app needs you")
    forced = ("-e", "maintenance_force=true", "-e", "saasops_confirm=production")
    run = launcher.play(place.world, "maintenance", *place.words("off"), *forced)
    assert run.code == 0 and place.looks() == place.before, run.output


@pytest.mark.parametrize("point", sample(UNWELL, 1), ids=str)
def test_a_sample_of_kills_while_it_is_unwell(point: Point, launcher: Launcher, new_world: NewWorld, application: Application) -> None:
    check_unwell(point, launcher, new_world, application)


@pytest.mark.soak
@pytest.mark.parametrize("point", UNWELL, ids=str)
def test_every_kill_while_it_is_unwell(point: Point, launcher: Launcher, new_world: NewWorld, application: Application) -> None:
    check_unwell(point, launcher, new_world, application)

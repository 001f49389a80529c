# SPDX-License-Identifier: GPL-3.0-or-later
"""Every change that a module can make, with something going wrong at each of its requests: nothing is doubled, nothing is lost.

A sample, another one in each session, always runs; every point runs as ``soak``. Every kill always runs.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import pathlib
import random
import re
import traceback
import typing as t

import pytest

from tests.harness.faults import CHANGE_FOR_EVER, CHANGE_ONCE, GRAPHQL_ONCE, PATIENCE, READ_FOR_EVER, READ_ONCE, Kind
from tests.harness.matrix import places, seed
from tests.harness.writes import LOOKS, WRITES, Act, Child, Json, Write, play
from tests.sandbox.bending import HOWS
from tests.sandbox.launch import Sandbox

# Of the points of a write, how many a sample takes.
SAMPLE = 3
MOST_RERUNS = 2
# What follows is polling.
MOST_BENT = 12
# What somebody asked for as it is stored, and gets so. Ansible shows it as JSON, in which control characters are spelt out.
DATA = frozenset({"function", "variables", "env", "config_items", "deploy_key", "diff", "data"})
LONGEST_TEXT = 100_000
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclasses.dataclass
class Place:
    """A sandbox where a write is played again and again, each time in a fresh world."""

    sandbox: Sandbox
    folder: pathlib.Path

    def begin(self, write: Write) -> None:
        self.sandbox.scenario("bad-release", seed=7)
        for step in write.before:
            if isinstance(step, Act):
                done = self.play(step)
                assert not done.get("failed"), done["msg"]
            else:
                step(self.sandbox)
        self.sandbox.clear_journal()

    def play(self, act: Act, **more: t.Any) -> Json:
        result = play(self.sandbox, act, self.folder, **more)
        check_told(result)
        return result

    def effects(self, write: Write) -> collections.Counter[str]:
        """How often what was done, without what was taken back."""
        found = collections.Counter(entry["operation"] for entry in self.sandbox.journal(changes=True) if entry["effect"])
        back, taken = write.takes_back
        found[taken] -= found.pop(back, 0)
        return +found


@pytest.fixture
def place(sandbox_process: Sandbox, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    sandbox_process.scenario("bad-release")
    monkeypatch.setenv("SAASOPS_CLOCK_URL", str(sandbox_process.run["clock_url"]))
    (tmp_path / "rooms.jsonl").write_text('{"name": "room-1"}\n{"name": "room-2"}\n', encoding="utf-8")
    return Place(sandbox_process, tmp_path)


def check_told(result: Json) -> None:
    """It can be written down, and what went wrong is told in a few plain words, with what to do next."""
    json.dumps(result)
    if result.get("failed"):
        assert result["failure"]["hint"] and len(result["msg"]) < 2000, result["msg"]
        assert result["failure"]["code"] != "unforeseen", result["msg"]
    for text in texts({name: value for name, value in result.items() if name not in DATA}):
        assert not CONTROL_CHARACTER.search(text) and len(text) < LONGEST_TEXT, text[:300]


def texts(node: t.Any) -> t.Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for value in node.values() if isinstance(node, dict) else node:
            yield from texts(value)


# -- when all goes well
@dataclasses.dataclass
class Clean:
    """What a write asks and does when nothing goes wrong."""

    effects: collections.Counter[str]
    changes: int
    reads: int


def clean(place: Place, write: Write) -> Clean:
    place.begin(write)
    done = place.play(write.act)
    assert not done.get("failed"), done["msg"]
    assert done["changed"] and done["changes"]
    return Clean(place.effects(write), len(place.sandbox.journal(changes=True)), len(place.sandbox.journal(changes=False)))


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_every_write_is_made_once(write: Write, place: Place) -> None:
    effects = clean(place, write).effects
    assert effects
    check_that_it_stands(place, write, effects)


def check_that_it_stands(place: Place, write: Write, effects: collections.Counter[str]) -> None:
    if write.acts:
        return
    again = place.play(write.act)
    assert (again.get("failed"), again["changed"], again["changes"]) == (None, False, []), again.get("msg")
    assert place.effects(write) == effects


# -- what goes wrong
@dataclasses.dataclass(frozen=True)
class Point:
    """A fault at the request of a number, among those that change or among those that read."""

    kind: str
    options: tuple[tuple[str, t.Any], ...]
    number: int
    changes: bool
    for_ever: bool

    def __str__(self) -> str:
        return f"{self.kind} {dict(self.options)} at {'change' if self.changes else 'read'} {self.number}{' and ever after' if self.for_ever else ''}"


def points(write: Write, normal: Clean) -> list[Point]:
    def of(kinds: t.Iterable[Kind], numbers: t.Iterable[int], changes: bool, for_ever: bool) -> list[Point]:
        return [Point(kind, tuple(options.items()), number, changes, for_ever) for number in numbers for kind, options in kinds]

    once = (*CHANGE_ONCE, *(GRAPHQL_ONCE if write.act.module.startswith(("railway", "shopify")) else ()))
    changes, reads = range(1, normal.changes + 1), places(normal.reads)
    found = [*of(once, changes, True, False), *of(CHANGE_FOR_EVER, changes, True, True)]
    return [*found, *of(READ_ONCE, reads, False, False), *of(READ_FOR_EVER, reads, False, True)]


def check_point(place: Place, write: Write, normal: Clean, point: Point) -> None:
    place.begin(write)
    place.sandbox.fault(point.kind, changes=point.changes, skip=point.number - 1, times=0 if point.for_ever else 1, **dict(point.options))
    first = place.play(write.act, **({"request_timeout": f"{PATIENCE}s"} if point.kind.startswith("timeout") else {}))
    assert place.sandbox.ask("GET", "/faults")["faults"][0]["struck"], "the fault met no request"
    assert place.effects(write) <= normal.effects, first.get("msg")
    place.sandbox.clear_faults()
    if not first.get("failed"):
        assert place.effects(write) == normal.effects
        check_that_it_stands(place, write, normal.effects)
    elif not write.acts:
        place.sandbox.advance(write.hidden)
        check_rerun(place, write, normal)


def check_rerun(place: Place, write: Write, normal: Clean) -> None:
    """The same again comes through, and what had been done is not done once more."""
    for _number in range(MOST_RERUNS):
        done = place.play(write.act)
        if not done.get("failed"):
            break
    assert not done.get("failed"), done["msg"]
    assert place.effects(write) == normal.effects
    check_that_it_stands(place, write, normal.effects)


def check_points(place: Place, write: Write, normal: Clean, chosen: t.Iterable[Point]) -> None:
    troubles = []
    for point in chosen:
        try:
            check_point(place, write, normal, point)
        except Exception as error:
            troubles.append(f"{point}: {type(error).__name__}: {str(error).splitlines()[0]}")
    assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_a_sample_of_faults(write: Write, place: Place) -> None:
    normal = clean(place, write)
    check_points(place, write, normal, random.Random(f"{seed()} {write}").sample(points(write, normal), SAMPLE))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("write", WRITES, ids=str)
def test_every_fault_at_every_request(write: Write, place: Place) -> None:
    normal = clean(place, write)
    check_points(place, write, normal, points(write, normal))


# -- kills
@pytest.mark.parametrize("write", [write for write in WRITES if not write.acts], ids=str)
def test_every_kill_at_every_change(write: Write, place: Place) -> None:
    normal = clean(place, write)
    for number in range(1, normal.changes + 1):
        for when in ("before", "after"):
            check_kill(place, write, normal, number, when)


def check_kill(place: Place, write: Write, normal: Clean, number: int, when: str) -> None:
    place.begin(write)
    child = Child(place.sandbox, write.act, place.folder)
    place.sandbox.arm_kill(child.pid, number, when)
    assert child.go() == -9, f"not killed {when} change {number}: {place.sandbox.kill_report()}"
    assert place.effects(write) <= normal.effects
    place.sandbox.advance(write.hidden)
    check_rerun(place, write, normal)


# -- answers that nobody expects
@dataclasses.dataclass(frozen=True)
class Bent:
    """One value of the answer to one request, replaced."""

    number: int
    how: str
    seed: int


def bents(write: Write, requests: int, number: int) -> list[Bent]:
    chance = random.Random(f"{seed()} {write}")
    return [Bent(chance.randint(1, min(requests, MOST_BENT)), chance.choice(list(HOWS)), chance.randrange(10**6)) for _number in range(number)]


def check_bent(place: Place, write: Write, bent: Bent) -> None:
    """It ends, with a result or a failure that can be read."""
    place.begin(write)
    place.sandbox.fault("bent", skip=bent.number - 1, how=bent.how, seed=bent.seed)
    place.play(write.act)


def check_bents(place: Place, write: Write, number: int) -> None:
    place.begin(write)
    done = place.play(write.act)
    assert not done.get("failed"), done["msg"]
    troubles = []
    for bent in bents(write, len(place.sandbox.journal()), number):
        try:
            check_bent(place, write, bent)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            troubles.append(f"{bent}: {type(error).__name__}: {str(error)[:200]!r} ({where.filename.rpartition('/')[2]}:{where.lineno})")
    assert not troubles, "\n".join(troubles)


EVERYTHING = [*WRITES, *(Write("look", act) for act in LOOKS)]


@pytest.mark.parametrize("write", EVERYTHING, ids=str)
def test_a_sample_of_bent_answers(write: Write, place: Place) -> None:
    check_bents(place, write, 5)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("write", EVERYTHING, ids=str)
def test_many_bent_answers(write: Write, place: Place) -> None:
    check_bents(place, write, 150)

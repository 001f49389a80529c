# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault or kill at one request of one run, the reruns after it, and what must hold at the end of each.

A *story* is a command whose changing requests are known; a *point* is what goes wrong in it, and where. ``check_point`` runs a point.
"""

from __future__ import annotations

import collections
import dataclasses
import os
import random
import typing as t

from tests.harness.launcher import Launcher
from tests.harness.world import Run, World

OLD, NEW, NEXT = "v1.4.1", "v1.4.2", "v1.4.3"
MOST_RERUNS = COUNTED_RUNS = 3
# Longer than anything that may still be on its way at a vendor.
QUIET = 900
Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Story:
    """``effects``: what the command changes when all goes well, in order. ``serves``: the release on both components then."""

    name: str
    verb: str
    effects: tuple[str, ...]
    serves: str
    before: str
    arguments: tuple[str, ...] = ()
    prepare: t.Callable[[World, Launcher], None] = lambda _world, _launcher: None


def _rolled_back(world: World, launcher: Launcher) -> None:
    """Rolled back by name where automatic assignment was off before, with a fix at hand on both vendors."""
    world.sandbox.patch("app", auto_assign=False)
    done = launcher.play(world, "rollback", "-e", f"rollback_to={OLD}")
    assert done.code == 0, done.output
    for component in ("app", "api"):
        world.sandbox.add(component, tag=NEXT, commit="5" * 40)
    world.sandbox.clear_journal()


def _refused_by_railway(world: World, _launcher: Launcher) -> None:
    world.sandbox.fault("graphql_error", operation="^deploymentRollback$", times=0, message="The image is being moved", code="BAD_USER_INPUT")


ROLLBACK = Story("rollback", "rollback", ("app POST /v1/projects/{id}/rollback/{id}", "api deploymentRollback"), OLD, NEW)
FORWARD = Story(
    "roll_forward",
    "roll_forward",
    ("api deploymentRollback", "app POST /v10/projects/{id}/promote/{id}", "app PATCH /v9/projects/{id}"),
    NEXT,
    OLD,
    prepare=_rolled_back,
)
# Railway refuses, so Vercel is put back; once Railway has come to its senses the same command goes through.
UNDO = Story("undo", "rollback", ROLLBACK.effects, OLD, NEW, ("-e", "rollback_on_partial=undo"), _refused_by_railway)


@dataclasses.dataclass(frozen=True)
class Point:
    """``fault``: options of ``Control.fault``. ``kill``: (at which changing request, before or after its effect).

    ``first``: how the run ends that meets it: ``done``, ``killed``, ``trouble`` (not 0, and it says how things stand), or ``either``
    of done and trouble, where the vendor may not need what was spoilt.
    """

    name: str
    story: Story
    first: str
    fault: Json | None = None
    kill: tuple[int, str] | None = None
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.story.name}: {self.name}"


# -- looking at the world
def serving(world: World) -> dict[str, str]:
    """Which release the two components serve, dashboard left out."""
    components = world.sandbox.state()["components"]
    return {name: components[name]["serving"]["tag"] for name in ("app", "api")}


def quiet(world: World) -> dict[str, str]:
    """What they serve when nothing is on its way any more."""
    world.sandbox.advance(QUIET)
    return serving(world)


def doubled(world: World) -> list[str]:
    """Requests that changed twice in a row what had been changed by the same request before."""
    last: dict[str, t.Any] = {}
    found = []
    for entry in world.changes():
        if not entry["effect"]:
            continue
        what = (entry["operation"], entry["path"], (entry["body"] or {}).get("variables", entry["body"]))
        if last.get(entry["component"]) == what:
            found.append(f"{entry['component']} {entry['operation']}")
        last[entry["component"]] = what
    return found


def open_sagas(world: World) -> int:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import sagas

    engine = sa.create_engine(world.ledger_url or f"sqlite:///{world.state}/saasops/shop-production.sqlite3")
    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.func.count()).select_from(sagas).where(sagas.c.closed_at.is_(None))).scalar_one()
    engine.dispose()
    return int(found)


def check_what_it_says(run: Run, world: World, before: str, after: str) -> None:
    """A run that ended in trouble: what its summary says of each component is so, also when all has come to rest."""
    now = quiet(world)
    told = run.stats["outcomes"] if "CUSTOM STATS" in run.output and "saasops" in run.output else {}
    told = told or {}
    if "nothing was changed" in run.headline:
        assert now == {"app": before, "api": before}, f"{now}, but it says: {run.summary}"
    for name, outcome in told.items():
        if outcome in ("done", "unhealthy"):
            assert now[name] == after, f"{name} serves {now[name]}, but it says: {run.summary}"
        elif outcome in ("failed", "waiting", "undone", "refused"):
            assert now[name] == before, f"{name} serves {now[name]}, but it says: {run.summary}"
    if run.headline.split()[2] == "SPLIT":
        assert open_sagas(world) == 1, "a split that nobody could resume"


# -- playing a point out
def check_point(point: Point, world: World, launcher: Launcher) -> None:
    """Run the story into its trouble, then the same command again until it ends with 0; check what must hold."""
    story = point.story
    story.prepare(world, launcher)
    first = meet(point, world, launcher)
    if point.fault:
        assert any(fault["struck"] for fault in world.sandbox.ask("GET", "/faults")["faults"]), "the fault met no request"
    if point.first == "killed":
        assert first.code == -9, first.output
    elif point.first == "done" or (point.first == "either" and first.code == 0):
        assert first.code == 0, first.output
        assert world.effects() == list(story.effects), first.summary
    else:
        assert first.code > 0, first.output
        check_what_it_says(first, world, story.before, story.serves)
    assert doubled(world) == [], first.output
    world.sandbox.clear_faults()
    last = rerun(world, launcher, story) if first.code else first
    assert "ROLLED" in last.headline or "NOTHING TO DO" in last.headline, last.output
    assert doubled(world) == [], last.output
    assert quiet(world) == {"app": story.serves, "api": story.serves}, last.output
    if story is not UNDO:
        assert sorted(world.effects()) == sorted(story.effects), last.output
    assert open_sagas(world) == 0, last.output
    again = launcher.play(world, story.verb, *story.arguments)
    assert again.code == 0 and "NOTHING TO DO" in again.headline and again.changed == 0, again.output


def meet(point: Point, world: World, launcher: Launcher) -> Run:
    run = launcher.start(world, point.story.verb, *point.story.arguments, *point.arguments)
    if point.fault:
        world.sandbox.fault(**point.fault)
    if point.kill:
        world.sandbox.arm_kill(run.pid, *point.kill)
    done = run.go().wait()
    if point.kill:
        assert world.sandbox.kill_report()["fired"], f"no changing request number {point.kill[0]} in:\n{done.output}"
    return done


def rerun(world: World, launcher: Launcher, story: Story) -> Run:
    for _number in range(MOST_RERUNS):
        run = launcher.play(world, story.verb, *story.arguments)
        if run.code == 0:
            return run
    raise AssertionError(f"not through after {MOST_RERUNS} reruns:\n{run.output}")


# -- where in the run
def reads(new_world: t.Callable[[], World], launcher: Launcher, story: Story) -> dict[str, int]:
    """vendor -> how many of its requests the story reads at least when nothing goes wrong; a slow run reads again what is no longer fresh."""
    least: dict[str, int] = {}
    for _number in range(COUNTED_RUNS):
        world = new_world()
        story.prepare(world, launcher)
        world.sandbox.clear_journal()
        done = launcher.play(world, story.verb, *story.arguments)
        assert done.code == 0, done.output
        found = collections.Counter(entry["vendor"] for entry in world.sandbox.journal(changes=False))
        least = {vendor: min(number, least.get(vendor, number)) for vendor, number in found.items()}
    return least


def places(most: int) -> list[int]:
    """Where in so many reading requests a point is played: at each of the first, then thinner, for what follows is polling; and at the last."""
    return sorted({*range(1, min(most, 8) + 1), *range(9, most, 3), *([most] if most else [])})


# -- a sample, another one each time
def seed() -> int:
    """The seed of this process's samples: a new one, or that which ``SAASOPS_SEED`` repeats."""
    os.environ.setdefault("SAASOPS_SEED", str(random.randrange(10**6)))
    return int(os.environ["SAASOPS_SEED"])


Entry = t.TypeVar("Entry")


def sample(entries: t.Sequence[Entry], number: int) -> list[Entry]:
    return random.Random(seed()).sample(entries, number)

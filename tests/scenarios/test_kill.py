# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is killed: its whole tree of processes at a request, or its main process alone while the worker goes on.

The same command again must end what was begun, with no effect doubled and none lost.
"""

from __future__ import annotations

import random
import signal
import time
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from tests.harness.launcher import Launcher, Started, hold
from tests.harness.ledgers import ledger
from tests.harness.matrix import FORWARD, NEXT, OLD, ROLLBACK, UNDO, Point, Story, check_point, doubled, open_sagas, places, quiet, reads, rerun, sample, seed
from tests.harness.world import TIMEOUT, World
from tests.sandbox.kill import kill_tree
from tests.scenarios.conftest import NewWorld

# Real seconds, longer than any test waits: who hangs so long is killed before.
HANGING = 600


def kill_points() -> t.Iterator[Point]:
    for story in (ROLLBACK, FORWARD):
        for number in range(1, len(story.effects) + 1):
            for when in ("before", "after"):
                yield Point(f"killed {when} change {number}", story, "killed", kill=(number, when))
    # Vercel's rollback, Railway's refusal (which has no effect to be killed after), and Vercel put back.
    for number, when in ((1, "before"), (1, "after"), (2, "before"), (3, "before"), (3, "after")):
        yield Point(f"killed {when} change {number}", UNDO, "killed", kill=(number, when))


KILLS = list(kill_points())


@pytest.mark.parametrize("point", sample(KILLS, 7), ids=str)
def test_a_sample_of_kills_at_changing_requests(point: Point, world: World, launcher: Launcher) -> None:
    check_point(point, world, launcher)


@pytest.mark.soak
@pytest.mark.parametrize("point", KILLS, ids=str)
def test_every_kill_at_every_changing_request(point: Point, world: World, launcher: Launcher) -> None:
    check_point(point, world, launcher)


# -- between the changes
def check_killed_while_reading(world: World, launcher: Launcher, story: Story, vendor: str, number: int) -> None:
    world.sandbox.fault("timeout", vendor=vendor, changes=False, skip=number - 1, seconds=HANGING)
    run = launcher.start(world, story.verb, *story.arguments, "-e", f"{story.verb}_request_timeout={HANGING}").go()
    wait_until(run, lambda: any(entry["fault"] == "timeout" for entry in world.sandbox.journal(vendor=vendor)))
    kill_tree(run.pid)
    assert run.wait().code == -signal.SIGKILL
    done = rerun(world, launcher, story)
    assert doubled(world) == [] and world.effects() == list(story.effects), done.output
    assert quiet(world) == {"app": story.serves, "api": story.serves}
    assert open_sagas(world) == 0


def wait_until(run: Started, reached: t.Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT
    while not reached():
        assert not run.ended() and time.monotonic() < end, f"it did not come so far:\n{run.output.read_text()}"
        time.sleep(0.01)


@pytest.mark.parametrize("vendor", ["vercel", "railway"])
def test_a_run_killed_while_it_reads(vendor: str, new_world: NewWorld, launcher: Launcher) -> None:
    most = reads(new_world, launcher, ROLLBACK)[vendor]
    check_killed_while_reading(new_world(), launcher, ROLLBACK, vendor, random.Random(f"{seed()} {vendor}").randint(1, most))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("vendor", ["vercel", "railway", "app"])
def test_every_kill_all_along_the_reading_requests(vendor: str, new_world: NewWorld, launcher: Launcher) -> None:
    for number in places(reads(new_world, launcher, ROLLBACK)[vendor]):
        print(vendor, number)
        check_killed_while_reading(new_world(), launcher, ROLLBACK, vendor, number)


# -- by a fresh command line
@pytest.mark.parametrize(("number", "when"), [(1, "after"), (2, "before"), (2, "after")])
def test_killed_and_run_again_as_an_operator_does(number: int, when: str, world: World) -> None:
    run = hold(world, "rollback")
    world.sandbox.arm_kill(run.pid, number, when)
    assert run.stdin
    run.stdin.write("go\n")
    run.stdin.flush()
    assert run.wait(TIMEOUT) == -signal.SIGKILL
    again = world.play("rollback")
    assert again.code == 0 and "ROLLED BACK" in again.headline, again.output
    assert world.effects() == list(ROLLBACK.effects)
    assert quiet(world) == {"app": OLD, "api": OLD}


# -- the main process alone
def journal(world: World, kind: str) -> list[dict[str, t.Any]]:
    with ledger(world) as store:
        return [{"run": entry["run"], **entry["data"]} for entry in chain.entries(store) if entry["kind"] == kind]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_orphaned_worker_beside_the_rerun_doubles_nothing(number: int, when: str, world: World, launcher: Launcher) -> None:
    run = launcher.start(world, "rollback")
    world.sandbox.arm_kill(run.pid, number, when, tree=False)
    assert run.go().wait().code == -signal.SIGKILL
    again = rerun(world, launcher, ROLLBACK)
    assert "ROLLED BACK" in again.headline and doubled(world) == [], again.output
    assert world.effects() == list(ROLLBACK.effects)
    assert quiet(world) == {"app": OLD, "api": OLD} and open_sagas(world) == 0


def test_an_orphan_does_not_send_again_what_was_lost(world: World, launcher: Launcher) -> None:
    """Its request never arrived. It looks for the effect, finds none, and must leave it at that: its run is gone."""
    hurried = ("-e", "rollback_request_timeout=1")
    world.sandbox.fault("reset", changes=True)
    run = launcher.start(world, "rollback", *hurried)
    world.sandbox.arm_kill(run.pid, 1, "before", tree=False)
    assert run.go().wait().code == -signal.SIGKILL
    # Only then the rerun: an orphan that looks late would take the effect of the rerun for its own, and rightly.
    end = time.monotonic() + TIMEOUT
    while not (refused := orphaned(world)) and time.monotonic() < end:
        time.sleep(0.05)
    assert refused == ["request_rollback"]
    assert len(world.changes()) == 1, "what was lost was not sent again"
    again = launcher.play(world, "rollback", *hurried)
    assert again.code == 0, again.output
    assert world.effects() == list(ROLLBACK.effects)
    assert len(world.changes()) == 3, "one was lost, two had an effect"


def orphaned(world: World) -> list[str]:
    """What an orphan meant to send, and was refused."""
    return [entry["operation"] for entry in journal(world, "outcome") if (entry["failure"] or {}).get("code") == "orphan"]


def test_an_orphan_makes_no_further_change(world: World, launcher: Launcher) -> None:
    """Vercel's promote switches automatic assignment on; the worker that would switch it off again has lost its run by then."""
    FORWARD.prepare(world, launcher)
    run = launcher.start(world, "roll_forward")
    world.sandbox.arm_kill(run.pid, 2, "after", tree=False)
    assert run.go().wait().code == -signal.SIGKILL
    world.sandbox.advance(60)
    again = rerun(world, launcher, FORWARD)
    assert again.code == 0 and doubled(world) == [], again.output
    assert world.effects() == list(FORWARD.effects)
    assert world.sandbox.state("app")["auto_assign"] is False
    assert quiet(world) == {"app": NEXT, "api": NEXT}
    # The orphan was first to get there, by seven seconds, and did not even mean to send it.
    assert [entry["run"] for entry in journal(world, "intent") if entry["operation"] == "update_project"] == [again.stats["run"]]

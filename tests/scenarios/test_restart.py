# SPDX-License-Identifier: GPL-3.0-or-later
"""restart as an operator and as cron run it: once, never in a loop, and never twice for having been killed."""

from __future__ import annotations

import pathlib
import signal
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, remediations, store
from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World

Json = dict[str, t.Any]
BREACHED = ("--limit", "api", "-e", "restart_when=breached")
REMEDY = {"when": "memory_percent > 90", "breaches": 3, "cooldown": "15m", "most_per_hour": 2, "do": "restart"}


@pytest.fixture
def healthy(world: World) -> World:
    world.sandbox.scenario("healthy")
    return world


def ledger(world: World) -> store.Store:
    opened = store.Store(f"sqlite:///{world.state}/saasops/shop-production.sqlite3", "shop/production")
    opened.prepare()
    return opened


def restarts(world: World) -> int:
    return sum(world.sandbox.state("api")["effects"]["restarts"].values())


def states(world: World) -> list[str]:
    """Of all acts: the clock of the tests is not the sandbox's."""
    return [row["state"] for row in remediations.acts(ledger(world), "api", 1e10)]


def measure(world: World, *values: float, every: float = 60.0) -> None:
    """As health would have written it, one look after the other; time goes on meanwhile."""
    for number, value in enumerate(values):
        if number:
            world.sandbox.advance(every)
        history.note(ledger(world), f"look-{number}", world.sandbox.clock()["now"], [check("memory_percent", "api", "fail", "", value, "%")])
    world.sandbox.advance(1)


def with_remedy(world: World, **more: t.Any) -> pathlib.Path:
    return world.write_inventory("remedy.yml", {"api": {"component_remedies": [{**REMEDY, **more}]}}, **slack(world))


def slack(world: World) -> Json:
    known = world.sandbox_run["slack"]
    return {"notify_routes": [{"name": "Slack", "kind": "slack", "channel": "#incidents", "token": known["token"], "api_url": known["api_url"]}]}


def the_check(run: Run) -> Json:
    return t.cast(Json, next(one for one in run.stats["checks"] if one["component"] == "api"))


# -- asked
def test_it_is_restarted_once_and_healthy_and_nothing_is_built(healthy: World, launcher: Launcher) -> None:
    before = healthy.sandbox.state("api")["serving"]
    plan = launcher.play(healthy, "restart", "--limit", "api", "--check")
    assert plan.code == 0 and restarts(healthy) == 0 and healthy.changes() == [], plan.output
    run = launcher.play(healthy, "restart", "--limit", "api", "-e", "restart_reason=prices")
    assert run.code == 0 and "restart OK" in run.headline and "1 changes" in run.headline, run.output
    assert "restarted in" in said(run) and "healthy, 3 of 3 probes" in said(run) and "Told: nobody (no routes)" in said(run)
    assert healthy.effects() == ["api deploymentRestart"] and run.changed == 1
    assert plan.stats["changes"] == run.stats["changes"]
    assert healthy.sandbox.state("api")["serving"]["id"] == before["id"]
    check_fits(run)
    again = launcher.play(healthy, "restart", "--limit", "api")
    assert again.code == 0 and again.changed == 0 and restarts(healthy) == 1, again.output
    assert "-e restart_force=true restarts it once more" in said(again)
    forced = launcher.play(healthy, "restart", "--limit", "api", "-e", "restart_force=true")
    assert forced.code == 0 and restarts(healthy) == 2, forced.output


def test_what_cannot_be_restarted_says_what_to_do_instead(healthy: World, launcher: Launcher) -> None:
    run = launcher.play(healthy, "restart", "--limit", "app")
    assert run.code != 0 and healthy.changes() == [], run.output
    assert "vercel has nothing to restart: functions start anew with each deployment: go back with rollback.yml" in said(run)
    every = launcher.play(healthy, "restart")
    assert every.code == 0 and healthy.effects() == ["api deploymentRestart"], every.output
    assert "NOT CHECKED" in every.summary


def test_it_runs_again_and_is_not_well(healthy: World, launcher: Launcher) -> None:
    healthy.sandbox.patch("api", healthy=False)
    run = launcher.play(healthy, "restart", "--limit", "api", "-e", "restart_verify_deadline=20s")
    assert run.code != 0 and "restart FAIL" in run.headline, run.output
    assert "A restart did not help: look at the logs, or go back with rollback.yml" in said(run)


@pytest.mark.parametrize("fault", [("lost", {}), ("status", {"status": 503})])
def test_a_lost_answer_restarts_it_once(healthy: World, launcher: Launcher, fault: tuple[str, Json]) -> None:
    healthy.sandbox.fault(fault[0], operation="^deploymentRestart$", **fault[1])
    run = launcher.play(healthy, "restart", "--limit", "api")
    assert run.code == 0 and restarts(healthy) == 1, run.output


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_the_restart_and_run_again_it_is_restarted_once(when: str, healthy: World, launcher: Launcher) -> None:
    run = launcher.start(healthy, "restart", "--limit", "api")
    healthy.sandbox.arm_kill(run.pid, 1, when)
    assert run.go().wait().code == -signal.SIGKILL
    assert states(healthy) == ["asked"]
    again = launcher.play(healthy, "restart", "--limit", "api")
    assert again.code == 0 and restarts(healthy) == 1, again.output
    assert ("looked for instead of asked again" in said(again)) == (when == "after")
    assert states(healthy) == ["done"]


def test_killed_and_long_ago_is_the_past(healthy: World, launcher: Launcher) -> None:
    run = launcher.start(healthy, "restart", "--limit", "api")
    healthy.sandbox.arm_kill(run.pid, 1, "after")
    assert run.go().wait().code == -signal.SIGKILL
    healthy.sandbox.advance(3600)
    again = launcher.play(healthy, "restart", "--limit", "api")
    assert again.code == 0 and restarts(healthy) == 2, again.output


def test_bad_input_is_refused_before_the_first_request(healthy: World, launcher: Launcher) -> None:
    check_refused(healthy, launcher.play(healthy, "restart", "-e", "restart_when=sometimes"), "restart_when")
    check_refused(healthy, launcher.play(healthy, "restart", "-e", "restart_forse=true"), "restart_force")
    wrong = healthy.write_inventory("wrong.yml", {"api": {"component_remedies": [{"when": "memory_percent is high"}]}})
    run = launcher.play(healthy, "restart", *BREACHED, inventory=wrong)
    assert run.code != 0 and "write it as memory_percent > 90" in said(run) and healthy.changes() == [], run.output


# -- by a remedy
def test_a_remedy_that_is_not_due_explains_itself(healthy: World, launcher: Launcher) -> None:
    path = with_remedy(healthy)
    measure(healthy, 95, 89, 95, 95)
    run = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert run.code == 0 and run.changed == 0 and healthy.changes() == [], run.output
    assert "memory_percent is 95, beyond 90 2 of 3 times in a row" in said(run) and "Told" not in run.summary


def test_a_remedy_is_done_then_waits_and_then_a_person_is_called(healthy: World, launcher: Launcher) -> None:
    path = with_remedy(healthy)
    measure(healthy, 95, 95, 95)
    first = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert first.code == 0 and restarts(healthy) == 1, first.output
    assert "memory_percent > 90 3 times in a row, now 95" in said(first) and "Told: Slack." in said(first)
    # What was measured before the restart does not count; within the cooldown nothing is done.
    idle = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert idle.code == 0 and restarts(healthy) == 1 and "nor since the last act" in said(idle), idle.output
    measure(healthy, 96, 96, 96)
    waits = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert waits.code == 0 and the_check(waits)["verdict"] == "warn" and restarts(healthy) == 1, waits.output
    healthy.sandbox.advance(900)
    measure(healthy, 97)
    second = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert second.code == 0 and restarts(healthy) == 2, second.output
    healthy.sandbox.advance(900)
    measure(healthy, 98, 98, 98)
    called = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert called.code != 0 and restarts(healthy) == 2 and the_check(called)["verdict"] == "fail", called.output
    assert "done 2 times within the last hour, and it did not help: a person is needed" in said(called) and "Told: Slack." in said(called)
    check_fits(called)
    # The person is called once, not at every look.
    once = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert once.code != 0 and restarts(healthy) == 2 and "Told before: Slack." in said(once), once.output
    # What comes up meanwhile somewhere else is told all the same.
    both = healthy.write_inventory("both.yml", {name: {"component_remedies": [REMEDY]} for name in ("api", "app")}, **slack(healthy))
    other = launcher.play(healthy, "restart", *BREACHED, "--limit", "api:app", inventory=both)
    assert other.code != 0 and restarts(healthy) == 2 and "Told: Slack." in said(other), other.output


def test_a_remedy_plans_what_it_does(healthy: World, launcher: Launcher) -> None:
    path = with_remedy(healthy)
    measure(healthy, 95, 95, 95)
    plan = launcher.play(healthy, "restart", *BREACHED, "--check", inventory=path)
    assert plan.code == 0 and restarts(healthy) == 0 and "would be restarted: memory_percent > 90" in said(plan), plan.output
    made = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert plan.stats["changes"] == made.stats["changes"] and len(made.stats["changes"]) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_remedy_that_was_killed_is_no_loop(when: str, healthy: World, launcher: Launcher) -> None:
    path = with_remedy(healthy, most_per_hour=1)
    measure(healthy, 95, 95, 95)
    run = launcher.start(healthy, "restart", *BREACHED, inventory=path)
    healthy.sandbox.arm_kill(run.pid, 1, when)
    assert run.go().wait().code == -signal.SIGKILL
    for _time in range(3):
        last = launcher.play(healthy, "restart", *BREACHED, inventory=path)
        assert last.code == 0 and restarts(healthy) == 1, last.output
    measure(healthy, 99, 99, 99)
    assert launcher.play(healthy, "restart", *BREACHED, inventory=path).code != 0 and restarts(healthy) == 1


def test_two_launchers_at_once_restart_it_once(healthy: World, launcher: Launcher) -> None:
    path = with_remedy(healthy)
    measure(healthy, 95, 95, 95)
    runs = [launcher.start(healthy, "restart", *BREACHED, inventory=path) for _number in range(2)]
    done = [run.wait() for run in [run.go() for run in runs]]
    assert restarts(healthy) == 1, [run.output for run in done]
    assert 0 in {run.code for run in done}
    assert all(run.code == 0 or "is at work here" in said(run) for run in done), [run.output for run in done]


def test_without_the_ledger_no_remedy_is_done(healthy: World, launcher: Launcher) -> None:
    path = healthy.write_inventory("none.yml", {"api": {"component_remedies": [REMEDY]}}, saasops_ledger_url="sqlite:////proc/none/l.sqlite3")
    run = launcher.play(healthy, "restart", *BREACHED, inventory=path)
    assert run.code != 0 and "cannot be known without the ledger" in said(run) and healthy.changes() == [], run.output

# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/maintenance.yml: on for a limited time, off when all is well; what a killed run leaves on is found, ended when healthy, and told when not.

Kills at each of its changes: test_maintenance_kill.py.
"""

from __future__ import annotations

import os
import signal
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders, leases, maintenances
from tests.harness import restic, systems
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.maintained import FORKS, QUICK, flag, told
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World
from tests.sandbox import postgresql as programs

Json = dict[str, t.Any]
NewWorld = t.Callable[..., World]
FLAG: Json = {"app": {"component_maintenance": {"how": "vercel_global_config", "config": "shop-flags"}}}
VARIABLE: Json = {"api": {"component_maintenance": {"how": "railway_variable", "variable": "MAINTENANCE_MODE", "read_only": "readers"}}}
PATCH = "app PATCH /v1/global-config/{id}/items"


def world_of(new_world: NewWorld, hosts: Json, scenario: str = "healthy", **variables: t.Any) -> World:
    world = new_world(scenario)
    routes = [{"name": "own", "kind": "http", "url": f"{world.sandbox_run['receiver_url']}/told"}]
    place = restic.repository(world.folder / "repository")
    kept: Json = {"backup_repository": str(place), "backup_password": restic.PASSWORD, "backup_programs": str(programs.programs())}
    items = [{"name": "left on", "tags": ["daily"], "do": "maintenance"}]
    runs = [{"tags": ["daily"], "cron": "*/5 * * * *"}]
    world.inventory = world.write_inventory(hosts=hosts, notify_routes=routes, scheduled_items=items, schedule_runs=runs, **kept, **variables)
    return world


def play(launcher: Launcher, world: World, state: str, *arguments: str) -> Run:
    return launcher.play(world, "maintenance", *FORKS, "-e", f"maintenance_state={state}", *QUICK, *arguments)


def killed(launcher: Launcher, world: World, *arguments: str) -> None:
    """Switched on by a run that does not live to tell of it."""
    run = launcher.start(world, "maintenance", *FORKS, "-e", "maintenance_state=on", "-e", "maintenance_for=10m", *arguments)
    world.sandbox.arm_kill(run.pid, when="after")
    assert run.go().wait().code == -signal.SIGKILL and world.sandbox.kill_report()["fired"]
    assert flag(world) is True


def test_on_for_a_while_and_off_when_all_is_well(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG)
    plan = play(launcher, world, "on", "--check", "--diff")
    assert (plan.code, plan.stats["word"], flag(world), world.effects()) == (0, "plan", False, []), plan.output
    run = play(launcher, world, "on", "-e", "maintenance_reason=restore of the orders", "-e", "maintenance_for=30m")
    assert (run.code, run.changed, run.stats["word"], flag(world)) == (0, 1, "on", True), run.output
    assert plan.stats["changes"] == run.stats["changes"]
    assert "MAINTENANCE ON until 03:32 UTC" in run.headline
    check_fits(run)
    again = play(launcher, world, "on")
    assert (again.code, again.changed, again.stats["word"]) == (0, 0, "on")
    assert "until 03:32 UTC" in again.headline, "asked for again without a time, it keeps its own"
    health = launcher.play(world, "health", *FORKS)
    assert "open maintenance of app on until 03:32 UTC" in said(health) and "restore of the orders" in said(health), health.summary
    off = play(launcher, world, "off")
    assert (off.code, off.stats["word"], flag(world)) == (0, "off", False), off.output
    assert "MAINTENANCE OFF - healthy" in off.headline
    check_fits(off)
    assert world.effects() == [PATCH, PATCH]
    assert told(world) == [("raised", "warning", "app in maintenance"), ("resolved", "warning", "maintenance of app is over")]


# What ends it, and what that says.
NEXT = {
    "rollback": (("-e", "rollback_probe_interval=0"), "bad-release"),
    "restart": ((), "healthy"),
    "backup": ((), "healthy"),
    "scheduled": (("--tags", "daily"), "healthy"),
}
# Of a schedule people hear by its own message.
NEEDS_YOU = {"scheduled": ("error", "shop/production: scheduled daily FAIL (1)")}


@pytest.mark.parametrize("verb", NEXT)
def test_what_a_killed_run_has_left_on_is_ended_by_whoever_comes_next(verb: str, launcher: Launcher, new_world: NewWorld) -> None:
    arguments, scenario = NEXT[verb]
    world = world_of(new_world, FLAG, scenario)
    killed(launcher, world)
    world.sandbox.advance(660)
    run = launcher.play(world, verb, *FORKS, *arguments)
    assert run.code == 0 and flag(world) is False, run.output
    if verb == "scheduled":
        assert [one["verdict"] for one in run.stats["checks"] if one["component"] == "app"] == ["pass"]
    else:
        assert "maintenance of app: off - healthy" in said(run), run.summary
    check_fits(run)
    with ledger(world) as store:
        assert maintenances.every(store) == []
        assert [held for purpose in leases.PURPOSES if (held := leases.current(store, purpose))] == [], "no lease is left"


def test_what_is_over_and_not_well_stays_on_whoever_comes_and_people_are_told(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG, "bad-release")
    killed(launcher, world)
    looks = launcher.play(world, "logs", *FORKS)
    assert "maintenance of app is on until 03:12 UTC" in said(looks) and "It should be over" not in said(looks)
    world.sandbox.advance(660)
    world.sandbox.clear_journal()
    elsewhere = launcher.play(world, "restart", *FORKS, "--limit", "api")
    assert "It should be over: its time was over at 03:12 UTC; this run leaves app alone" in said(elsewhere), elsewhere.output
    assert not [title for _state, _severity, title in told(world) if "maintenance" in title]
    assert not [entry for entry in world.sandbox.journal(vendor="vercel") if "global-config" in entry["path"]], "not even asked"
    for verb, arguments in (("restart", ()), ("backup", ()), ("scheduled", ("--tags", "daily"))):
        before = len(told(world))
        run = launcher.play(world, verb, *FORKS, *arguments)
        assert flag(world) is True, run.output
        assert "STILL ON - " in said(run), run.output
        assert ("raised", *NEEDS_YOU.get(verb, ("critical", "maintenance of app needs you"))) in told(world)[before:], (verb, told(world))
    still = play(launcher, world, "off")
    assert (still.code == 0, still.stats["word"], flag(world)) == (False, "still_on", True), still.output
    assert "MAINTENANCE STILL ON - " in still.headline and "/health" in still.headline
    check_fits(still)
    refused = play(launcher, world, "off", "-e", "maintenance_force=true")
    assert refused.code != 0 and "saasops_confirm=production" in said(refused) and flag(world) is True
    forced = play(launcher, world, "off", "-e", "maintenance_force=true", "-e", "saasops_confirm=production")
    assert (forced.code, flag(world)) == (0, False) and "MAINTENANCE OFF - forced" in forced.headline


def test_a_backup_ends_nothing_while_another_run_changes_things(launcher: Launcher, new_world: NewWorld) -> None:
    """Its own lease keeps no rollback waiting, so that the one of changes has to be free for this."""
    world = world_of(new_world, FLAG)
    killed(launcher, world)
    world.sandbox.advance(660)
    with ledger(world) as store:
        leases.acquire(store, "change", "r42", holders.describe(os.getpid()), "rollback")
    run = launcher.play(world, "backup", *FORKS)
    assert run.code == 0 and flag(world) is True, run.output
    assert "maintenance is left to who changes things now: run r42" in said(run), run.summary
    with ledger(world) as store:
        assert leases.current(store, "change")["run"] == "r42"  # type: ignore[index]


def test_a_person_who_switches_by_hand_is_respected(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG, "bad-release")
    assert play(launcher, world, "on", "-e", "maintenance_for=10m").code == 0
    flag(world, False)
    world.sandbox.advance(660)
    run = play(launcher, world, "check")
    assert (run.code, run.changed, flag(world), world.effects()) == (0, 0, False, []), run.output
    assert "somebody has set it to off by hand" in said(run)
    flag(world, "beta")
    odd = play(launcher, world, "on")
    check_refused(world, odd, 'is "beta", which stands for none of')


def test_what_the_way_cannot_do_is_refused_with_what_it_can(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG)
    check_refused(world, play(launcher, world, "read_only", "--limit", "app"), "cannot do read_only; it can do on")
    check_refused(world, play(launcher, world, "on", "--limit", "api"), "No component of this run declares component_maintenance")
    elsewhere = launcher.play(world, "rollback", "-e", "maintenance_state=on", *FORKS)
    assert elsewhere.code != 0 and "maintenance_state" in said(elsewhere) and world.changes() == []


def test_a_variable_and_the_deployment_that_has_it(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, VARIABLE)
    plan = play(launcher, world, "read_only", "--check")
    run = play(launcher, world, "read_only")
    assert run.code == 0 and "MAINTENANCE READ-ONLY until" in run.headline, run.output
    assert plan.stats["changes"] == run.stats["changes"]
    assert world.effects() == ["api variableCollectionUpsert", "api deploymentRedeploy"]
    off = play(launcher, world, "off")
    assert off.code == 0 and len(world.effects()) == 4, off.output


@pytest.mark.parametrize(
    ("name", "asked", "effects"),
    [("betaskill", ["system:maintenance-mode", "deployment:normal-mode"], []), ("derrimut", [], [PATCH, PATCH])],
)
def test_a_system_is_switched_as_its_runbook_says(name: str, asked: list[str], effects: list[str], launcher: Launcher, new_world: NewWorld) -> None:
    world = new_world("healthy")
    system = systems.on_sandbox(world, name)
    environment = {**world.environment(), "PATH": f"{world.folder / 'programs'}:{world.environment()['PATH']}"}

    def switch(state: str) -> Run:
        words = [*system.arguments, *FORKS, "-e", f"maintenance_state={state}", *QUICK, "--limit", "app"]
        return launcher.play(world, "maintenance", *words, inventory=system.inventory, environment=environment)

    on, off = switch("on"), switch("off")
    assert [(run.code, run.stats["word"]) for run in (on, off)] == [(0, "on"), (0, "off")], on.output + off.output
    assert (system.asked(), world.effects(), flag(world)) == (asked, effects, False)

# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/maintenance.yml: on for a limited time, off when all is well; what a killed run leaves on is found, ended when healthy, and told when not."""

from __future__ import annotations

import json
import signal
import typing as t

import pytest
import requests

from tests.harness import systems
from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World

Json = dict[str, t.Any]
NewWorld = t.Callable[..., World]
FORKS = ("--forks", "10")
QUICK = ("-e", "maintenance_verify_deadline=20s")
FLAG: Json = {"app": {"component_maintenance": {"how": "vercel_global_config", "config": "shop-flags"}}}
PAUSE: Json = {"app": {"component_maintenance": {"how": "vercel_pause"}}}
VARIABLE: Json = {"api": {"component_maintenance": {"how": "railway_variable", "variable": "MAINTENANCE_MODE", "read_only": "readers"}}}
PATCH = "app PATCH /v1/global-config/{id}/items"


def world_of(new_world: NewWorld, hosts: Json, scenario: str = "healthy", **variables: t.Any) -> World:
    world = new_world(scenario)
    told = [{"name": "own", "kind": "http", "url": f"{world.sandbox_run['receiver_url']}/told"}]
    world.inventory = world.write_inventory(hosts=hosts, notify_routes=told, **variables)
    return world


def play(launcher: Launcher, world: World, state: str, *arguments: str) -> Run:
    return launcher.play(world, "maintenance", *FORKS, "-e", f"maintenance_state={state}", *QUICK, *arguments)


def flag(world: World, value: t.Any = None) -> t.Any:
    """What the application reads; or what somebody sets it to by hand."""
    vercel = world.sandbox_run["vercel"]
    asked: Json = {"headers": {"Authorization": f"Bearer {vercel['token']}"}, "params": {"slug": vercel["team"]}, "timeout": 10}
    (config,) = (one["id"] for one in requests.get(f"{vercel['url']}/v1/global-config", **asked).json() if one["slug"] == "shop-flags")
    address = f"{vercel['url']}/v1/global-config/{config}/items"
    if value is not None:
        body = {"items": [{"operation": "upsert", "key": "maintenance", "value": value}]}
        assert requests.patch(address, json=body, **asked).status_code == 200
        world.sandbox.clear_journal()
    return {one["key"]: one["value"] for one in requests.get(address, **asked).json()}["maintenance"]


def told(world: World) -> list[tuple[str, str, str]]:
    bodies = [json.loads(one["body"]) for one in world.sandbox.received()]
    return [(body["state"], body["severity"], body["title"]) for body in bodies]


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
    nothing = play(launcher, world, "off")
    assert (nothing.code, nothing.changed, nothing.stats["word"]) == (0, 0, "nothing")
    assert world.effects() == [PATCH, PATCH]
    assert told(world) == [("raised", "warning", "app in maintenance"), ("resolved", "warning", "maintenance of app is over")]


def test_never_off_while_the_verdict_is_bad(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG, "bad-release")
    assert play(launcher, world, "on").code == 0
    still = play(launcher, world, "off")
    assert (still.code == 0, still.stats["word"], flag(world)) == (False, "still_on", True), still.output
    assert "MAINTENANCE STILL ON - " in still.headline and "/health" in still.headline
    check_fits(still)
    refused = play(launcher, world, "off", "-e", "maintenance_force=true")
    assert refused.code != 0 and "saasops_confirm=production" in said(refused) and flag(world) is True
    plan = play(launcher, world, "off", "-e", "maintenance_force=true", "-e", "saasops_confirm=production", "--check")
    assert (plan.code, plan.stats["word"], flag(world)) == (0, "plan", True)
    forced = play(launcher, world, "off", "-e", "maintenance_force=true", "-e", "saasops_confirm=production")
    assert (forced.code, flag(world)) == (0, False) and "MAINTENANCE OFF - forced" in forced.headline
    assert ("raised", "critical", "maintenance of app needs you") in told(world)


def test_what_is_over_is_ended_by_whoever_comes_next_when_all_is_well(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG, "bad-release")
    assert play(launcher, world, "on", "-e", "maintenance_for=10m").code == 0
    soon = play(launcher, world, "check")
    assert (soon.code, soon.stats["word"], flag(world)) == (0, "on", True)
    world.sandbox.advance(660)
    late = play(launcher, world, "check")
    assert (late.code == 0, late.stats["word"], flag(world)) == (False, "still_on", True) and "its time was over" in said(late), late.output
    looks = launcher.play(world, "logs", *FORKS)
    assert "maintenance of app is on until 03:12 UTC" in said(looks) and "It should be over" in said(looks)
    back = launcher.play(world, "rollback", "-e", "rollback_probe_interval=0", *FORKS)
    assert back.code == 0 and flag(world) is False, back.output
    assert "maintenance of app: off - healthy" in said(back) and "Told: own" in said(back)
    check_fits(back)
    assert ("resolved", "warning", "maintenance of app is over") in told(world)
    assert play(launcher, world, "check").stats["word"] == "nothing"


def test_what_is_over_and_not_well_stays_on_and_people_are_told(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG, "bad-release")
    assert play(launcher, world, "on", "-e", "maintenance_for=10m").code == 0
    world.sandbox.advance(660)
    run = launcher.play(world, "monitors", *FORKS)
    assert run.code == 0 and flag(world) is True, run.output
    assert "! maintenance of app: STILL ON" in said(run)
    assert told(world)[-1] == ("raised", "critical", "maintenance of app needs you")


def test_a_person_who_switches_by_hand_is_respected(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG, "bad-release")
    assert play(launcher, world, "on", "-e", "maintenance_for=10m").code == 0
    flag(world, False)
    world.sandbox.advance(660)
    run = play(launcher, world, "check")
    assert (run.code, run.changed, flag(world), world.effects()) == (0, 0, False, []), run.output
    assert "somebody has set it to off by hand" in said(run)
    assert play(launcher, world, "check").stats["word"] == "nothing"
    flag(world, "beta")
    odd = play(launcher, world, "on")
    check_refused(world, odd, 'is "beta", which stands for none of')


def test_what_the_way_cannot_do_is_refused_with_what_it_can(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, {**FLAG, "dashboard": {"component_maintenance": {"how": "by hand"}}})
    check_refused(world, play(launcher, world, "read_only", "--limit", "app"), "cannot do read_only; it can do on")
    check_refused(world, play(launcher, world, "on", "--limit", "dashboard"), "vercel_global_config, vercel_pause")
    check_refused(world, play(launcher, world, "on", "--limit", "api"), "No component of this run declares component_maintenance")
    check_refused(world, play(launcher, world, "on", "--limit", "app", "-e", "maintenance_for=9d"), "from 1m to 7d")
    elsewhere = launcher.play(world, "rollback", "-e", "maintenance_state=on", *FORKS)
    assert elsewhere.code != 0 and "maintenance_state" in said(elsewhere) and world.changes() == []


def test_a_pause_is_tried_at_its_end_and_put_back_as_it_was(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, PAUSE)
    world.sandbox.patch("app", auto_assign=False)
    on = play(launcher, world, "on")
    assert on.code == 0 and world.sandbox.state("app")["paused"] is True, on.output
    off = play(launcher, world, "off")
    app = world.sandbox.state("app")
    assert (off.code, app["paused"], app["auto_assign"]) == (0, False, False), off.output
    assert play(launcher, world, "off").changed == 0


def test_a_pause_goes_on_when_its_pages_are_not_well(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, PAUSE, "bad-release")
    on = play(launcher, world, "on", "--limit", "app")
    still = play(launcher, world, "off", "--limit", "app")
    assert (on.code, still.code == 0, world.sandbox.state("app")["paused"]) == (0, False, True), still.output
    assert "STILL ON - it was off for" in still.headline and "/health" in said(still)


def test_a_variable_and_the_deployment_that_has_it(launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, VARIABLE)
    plan = play(launcher, world, "read_only", "--check")
    run = play(launcher, world, "read_only")
    assert run.code == 0 and "MAINTENANCE READ-ONLY until" in run.headline, run.output
    assert plan.stats["changes"] == run.stats["changes"]
    assert world.effects() == ["api variableCollectionUpsert", "api deploymentRedeploy"]
    assert play(launcher, world, "read_only").changed == 0
    off = play(launcher, world, "off")
    assert off.code == 0 and len(world.effects()) == 4, off.output


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("state", ["on", "off"])
def test_a_run_that_is_killed_is_continued(state: str, when: str, launcher: Launcher, new_world: NewWorld) -> None:
    world = world_of(new_world, FLAG)
    if state == "off":
        assert play(launcher, world, "on").code == 0
    world.sandbox.clear_journal()
    run = launcher.start(world, "maintenance", *FORKS, "-e", f"maintenance_state={state}", *QUICK)
    world.sandbox.arm_kill(run.pid, at=1, when=when)
    assert run.go().wait().code == -signal.SIGKILL and world.sandbox.kill_report()["fired"]
    seen = launcher.play(world, "logs", *FORKS)
    assert "maintenance of app is on until" in said(seen), seen.output
    again = play(launcher, world, state)
    assert again.code == 0 and flag(world) is (state == "on"), again.output
    assert world.effects() == [PATCH], "switched once, by the run that was killed or by the next one"
    world.sandbox.advance(7200)
    ended = play(launcher, world, "check")
    assert ended.code == 0 and flag(world) is False, ended.output


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

    on, again, off = switch("on"), switch("on"), switch("off")
    assert [run.stats["word"] for run in (on, again, off)] == ["on", "on", "off"], on.output + off.output
    assert (on.code, again.changed, off.code) == (0, 0, 0)
    assert (system.asked(), world.effects(), flag(world)) == (asked, effects, False)


def test_a_schedule_ends_what_is_over(launcher: Launcher, new_world: NewWorld) -> None:
    items = [{"name": "left on", "tags": ["daily"], "do": "maintenance"}]
    world = world_of(new_world, FLAG, scheduled_items=items, schedule_runs=[{"tags": ["daily"], "cron": "*/5 * * * *"}])
    assert play(launcher, world, "on", "-e", "maintenance_for=10m").code == 0
    world.sandbox.advance(660)
    run = launcher.play(world, "scheduled", *FORKS, "--tags", "daily")
    assert run.code == 0 and flag(world) is False, run.output
    assert [one["verdict"] for one in run.stats["checks"] if one["component"] == "app"] == ["pass"]

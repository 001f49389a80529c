# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/monitors.yml: monitors are as declared, once each; what they say is told; alerts are never held back silently."""

from __future__ import annotations

import typing as t

import pytest

from tests.harness.launcher import Launcher
from tests.harness.world import Run, World

Json = dict[str, t.Any]
FORKS = ("--forks", "10")
API: Json = {
    "component_monitors": [
        {"name": "api page", "url": "https://api.example.com/", "interval": "1m", "alert_contacts": [{"id": 7, "threshold": 5}]},
        {"name": "api health", "interval": "5m"},
    ]
}
NIGHT: Json = {"component_monitors": [{"name": "nightly backup", "type": "heartbeat", "interval": "24h", "grace": "1h"}]}
# As they are in every world.
THERE: Json = {"component_monitors": [{"name": "api health", "interval": "5m"}, {"name": "storefront"}]}


def watch(launcher: Launcher, world: World, *arguments: str, without: tuple[str, ...] = (), **hosts: Json) -> Run:
    return launcher.play(world, "monitors", *FORKS, *arguments, inventory=world.write_inventory(hosts=hosts or {"api": API, "app": NIGHT}, without=without))


def set_world(world: World, **facts: t.Any) -> None:
    world.sandbox.ask("POST", "/world", {"vendor": "uptimerobot", "set": facts})


def made(world: World) -> list[str]:
    return [entry["operation"] for entry in world.sandbox.journal(changes=True, vendor="uptimerobot") if entry["effect"]]


def checks(run: Run) -> dict[tuple[str, str], str]:
    return {(one["component"], one["name"]): one["verdict"] for one in run.stats["checks"] if one["verdict"] != "skipped"}


def test_monitors_are_made_once_as_the_plan_says(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    plan = watch(launcher, world, "--check")
    assert made(world) == [] and plan.code == 0 and "monitors WARN (2)" in plan.headline, plan.summary
    assert checks(plan) == {("api", "api page"): "warn", ("app", "nightly backup"): "warn"} and "is not there yet" in plan.summary
    run = watch(launcher, world)
    planned, sent = ([(one["component"], one["operation"], one["target"]) for one in each.stats["changes"]] for each in (plan, run))
    assert sorted(sent) == sorted(planned) and sorted(made(world)) == ["PATCH /monitors/{id}", "POST /monitors"]
    assert run.code == 0 and "2 changes" in run.headline and run.changed == 2
    # Of one that is just made nothing is known yet.
    assert checks(run) == {("api", "api page"): "inconclusive", ("api", "api health"): "pass", ("app", "nightly backup"): "pass"}
    world.sandbox.clear_journal()
    set_world(world, status={"api page": "UP"})
    again = watch(launcher, world)
    assert again.code == 0 and again.changed == 0 and made(world) == [] and "monitors OK" in again.headline, again.summary


def test_exactly_what_is_down_is_named(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    set_world(world, status={"api health": "DOWN", "storefront": "PAUSED"})
    run = watch(launcher, world, api=THERE)
    assert run.code != 0 and checks(run) == {("api", "api health"): "fail", ("api", "storefront"): "warn"}
    assert "HTTP 503 - Service Unavailable" in run.summary and "nobody would be told" in " ".join(run.summary.split())
    assert made(world) == [] and run.recap("api")["failed"] == 1 and "NOT CHECKED" in run.summary
    lines = run.summary.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80


def test_alerts_that_are_held_back_are_told_and_come_back_by_themselves(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    for _time in range(2):
        muted = watch(launcher, world, "-e", "monitors_mute=30m", api=THERE)
        assert muted.code == 0 and checks(muted)["api", "muted"] == "warn" and "monitors_mute=off" in muted.summary, muted.summary
    assert made(world) == ["POST /maintenance-windows"], "a second run opens no second window"
    # Whoever looks later is told, although nothing was asked of the window.
    assert checks(watch(launcher, world, api=THERE))["api", "muted"] == "warn"
    world.sandbox.advance(3600)
    later = watch(launcher, world, api=THERE)
    assert ("api", "muted") not in checks(later) and "monitors OK" in later.headline
    assert watch(launcher, world, "-e", "monitors_mute=1h", api=THERE).changed == 1
    ended = watch(launcher, world, "-e", "monitors_mute=off", api=THERE)
    assert ("api", "muted") not in checks(ended)
    assert made(world) == ["POST /maintenance-windows", "PATCH /maintenance-windows/{id}", "DELETE /maintenance-windows/{id}"]


def test_what_cannot_be_asked_is_never_well(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    without = watch(launcher, world, without=("uptimerobot_api_key",))
    assert without.code != 0 and "there is no UptimeRobot key" in " ".join(without.summary.split())
    world.sandbox.fault("status", vendor="uptimerobot", times=0, status=401)
    refused = watch(launcher, world, api=THERE)
    assert refused.code != 0 and set(checks(refused).values()) == {"error"}, refused.summary
    world.sandbox.clear_faults()
    wrong = watch(launcher, world, api={"component_monitors": [{"name": "a", "ulr": "https://a.example.com"}]})
    assert wrong.code != 0 and "component_monitors of api" in " ".join(wrong.summary.split()) and made(world) == []


@pytest.mark.parametrize("mute", ["soon", "10s", "9d"])
def test_a_length_of_time_that_cannot_be_changes_nothing(launcher: Launcher, new_world: t.Callable[..., World], mute: str) -> None:
    world = new_world("healthy")
    run = watch(launcher, world, "-e", f"monitors_mute={mute}", api=THERE)
    assert run.code != 0 and made(world) == [] and "Give" in run.summary, run.summary


def test_a_run_that_is_killed_doubles_nothing(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    inventory = world.write_inventory(hosts={"api": API})
    started = launcher.start(world, "monitors", *FORKS, inventory=inventory)
    world.sandbox.arm_kill(started.pid, at=1, when="after")
    assert started.go().wait().code != 0 and world.sandbox.kill_report()["fired"]
    run = launcher.play(world, "monitors", *FORKS, inventory=inventory)
    assert made(world) == ["POST /monitors"] and checks(run)["api", "api page"] == "inconclusive", run.summary

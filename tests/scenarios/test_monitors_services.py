# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/monitors.yml with Datadog and Sentry: as with UptimeRobot, and each tells what it sees although another one is down."""

from __future__ import annotations

import datetime
import typing as t

import pytest
import yaml

from tests.harness.launcher import Launcher
from tests.harness.world import ROOT, Run, World

Json = dict[str, t.Any]
FORKS = ("--forks", "10")
THERE: Json = {"component_monitors": [{"name": "checkout errors", "provider": "datadog"}, {"name": "queue is long", "provider": "datadog"}]}
ERRORS: Json = {"component_monitors": [{"name": "errors", "provider": "sentry"}]}


def declared(system: str, host: str) -> Json:
    """What the inventory of one of the five systems declares."""
    inventory = yaml.safe_load((ROOT / "inventories" / system / "production.yml").read_text(encoding="utf-8"))
    return {"component_monitors": inventory["components"]["hosts"][host]["component_monitors"]}


def watch(launcher: Launcher, world: World, *arguments: str, without: tuple[str, ...] = (), **hosts: Json) -> Run:
    return launcher.play(world, "monitors", *FORKS, *arguments, inventory=world.write_inventory(hosts=hosts, without=without))


def set_world(world: World, vendor: str, **facts: t.Any) -> None:
    world.sandbox.ask("POST", "/world", {"vendor": vendor, "set": facts})


def made(world: World, vendor: str = "datadog") -> list[str]:
    return [entry["operation"] for entry in world.sandbox.journal(changes=True, vendor=vendor) if entry["effect"]]


def checks(run: Run) -> dict[tuple[str, str], str]:
    return {(one["component"], one["name"]): one["verdict"] for one in run.stats["checks"] if one["verdict"] != "skipped"}


def words(run: Run) -> str:
    return " ".join(run.summary.split())


def test_what_tokpulse_declares_is_made_once_at_both_services(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    api = declared("tokpulse", "api")
    plan = watch(launcher, world, "--check", api=api)
    assert plan.code == 0 and made(world) == made(world, "uptimerobot") == [] and "monitors WARN (2)" in plan.headline, plan.summary
    run = watch(launcher, world, api=api)
    planned, sent = ([(one["operation"], one["target"]) for one in each.stats["changes"]] for each in (plan, run))
    assert sorted(sent) == sorted(planned) and made(world) == ["POST /api/v1/monitor"] and made(world, "uptimerobot") == ["POST /monitors"]
    # Of one that is just made nothing is known yet.
    assert checks(run) == {("api", "TokPulse API"): "inconclusive", ("api", "TokPulse Performance"): "inconclusive"}
    (body,) = [entry["body"] for entry in world.sandbox.journal(changes=True, vendor="datadog")]
    assert body["query"] == "avg(last_5m):avg:tokpulse.api_response_time{*} > 500" and body["options"]["thresholds"] == {"critical": 500.0, "warning": 200.0}
    set_world(world, "datadog", status={"TokPulse Performance": "OK"})
    set_world(world, "uptimerobot", status={"TokPulse API": "UP"})
    again = watch(launcher, world, api=api)
    assert again.code == 0 and again.changed == 0 and "monitors OK" in again.headline, again.summary
    # What is not declared any more is named, and never deleted unasked.
    fewer = watch(launcher, world, api={"component_monitors": [api["component_monitors"][0], *THERE["component_monitors"]]})
    assert checks(fewer)["api", "TokPulse Performance"] == "warn" and "not declared any more" in words(fewer)
    assert "DELETE /api/v1/monitor/{id}" not in made(world)


def test_exactly_what_alerts_is_named_and_no_data_is_never_well(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    assert checks(watch(launcher, world, api=THERE)) == {("api", "checkout errors"): "pass", ("api", "queue is long"): "pass"}
    world.sandbox.clear_journal()
    set_world(world, "datadog", status={"checkout errors": "Alert", "queue is long": "No Data"}, held={"message": "by hand"})
    both = {**THERE, "component_monitors": [*THERE["component_monitors"], {"name": "storefront"}]}
    run = watch(launcher, world, api=both)
    assert run.code != 0 and made(world) == []
    assert checks(run) == {
        ("api", "checkout errors"): "fail",
        ("api", "queue is long"): "inconclusive",
        ("api", "storefront"): "pass",
        ("api", "muted"): "warn",
    }
    assert "alerts for 12 min (host:web-1)" in words(run) and "for ever by 'by hand'" in words(run)
    lines = run.summary.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80
    world.sandbox.fault("status", vendor="datadog", times=0, status=403, message="Forbidden")
    looked = watch(launcher, world, api=both)
    assert checks(looked)["api", "storefront"] == "pass" and "error" in checks(looked).values() and "both keys" in words(looked)


def test_alerts_are_held_back_until_a_moment_also_when_the_run_is_killed(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    watch(launcher, world, api=THERE)
    until = datetime.datetime.fromtimestamp(world.sandbox.state()["now"] + 3600, datetime.UTC).isoformat()
    inventory = world.write_inventory(hosts={"api": THERE})
    started = launcher.start(world, "monitors", *FORKS, "-e", f"monitors_mute={until}", inventory=inventory)
    world.sandbox.clear_journal()
    world.sandbox.arm_kill(started.pid, at=1, when="after")
    assert started.go().wait().code != 0 and world.sandbox.kill_report()["fired"]
    # What was opened has its end already.
    (opened,) = world.sandbox.journal(changes=True, vendor="datadog")
    assert opened["body"]["data"]["attributes"]["schedule"]["end"]
    muted = launcher.play(world, "monitors", *FORKS, "-e", f"monitors_mute={until}", inventory=inventory)
    assert made(world) == ["POST /api/v2/downtime"] and checks(muted)["api", "muted"] == "warn" and "monitors_mute=off" in muted.summary
    ended = launcher.play(world, "monitors", *FORKS, "-e", "monitors_mute=off", inventory=inventory)
    assert ("api", "muted") not in checks(ended) and made(world)[1:] == ["DELETE /api/v2/downtime/{id}"]
    assert launcher.play(world, "monitors", *FORKS, "-e", "monitors_mute=30m", inventory=inventory).changed == 1
    world.sandbox.advance(3600)
    later = launcher.play(world, "monitors", *FORKS, inventory=inventory)
    assert ("api", "muted") not in checks(later) and "monitors OK" in later.headline, later.summary


@pytest.mark.parametrize("mute", ["10s", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00"])
def test_a_mute_that_cannot_be_changes_nothing(launcher: Launcher, new_world: t.Callable[..., World], mute: str) -> None:
    world = new_world("healthy")
    run = watch(launcher, world, "-e", f"monitors_mute={mute}", api={"component_monitors": []}, app=THERE)
    assert run.code != 0 and "POST /api/v2/downtime" not in made(world) and "Give" in run.summary, run.summary


def test_what_sentry_counts_is_told_by_type_and_urgency(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    app = declared("derrimut", "app")
    set_world(world, "sentry", quiet=True)
    well = watch(launcher, world, app=app)
    assert well.code == 0 and well.changed == 0 and "monitors OK" in well.headline and "no open issue in 24 h" in words(well), well.summary
    assert "sentry (it makes nothing: a plan does not ask it)" in words(watch(launcher, world, "--check", app=app))
    now = world.sandbox.state()["now"] // 60 * 60
    flood = {"from": now - 7200, "to": now - 600, "per_minute": 30}
    set_world(world, "sentry", quiet=False, spikes={"SHOP-2": 40}, first_seen={"SHOP-2": 3600}, flood=flood)
    rolled_back = datetime.datetime.fromtimestamp(now - 600, datetime.UTC)
    run = watch(launcher, world, "-e", f"monitors_fewer_since={rolled_back.isoformat()}", app=app)
    assert run.code != 0 and checks(run) == {
        ("app", "errors new issues"): "warn",
        ("app", "errors TypeError"): "fail",
        ("app", "errors TimeoutError"): "warn",
        ("app", "errors ValidationError"): "pass",
        ("app", "errors count"): "warn",
        ("app", f"errors after {rolled_back:%H:%M} UTC"): "pass",
    }
    told = words(run)
    assert "P0: fix it now" in told and "P1: fix it within 24 h" in told and "spike" in told and "2.0 errors in a minute, 30.0 before" in told, run.summary
    assert "1 in 24 h (1 error), such as SHOP-2" in told
    lines = run.summary.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80
    set_world(world, "sentry", flood={"from": now - 600, "to": now + 600, "per_minute": 30})
    worse = watch(launcher, world, "-e", "monitors_fewer_since=10m", app=app)
    assert "they have not become fewer" in words(worse)
    quiet: Json = {"component_monitors": [{"name": "errors", "provider": "sentry", "fail_on": [], "warn_on": [], "errors": {"warn": 10, "fail": 100}}]}
    limited = watch(launcher, world, app=quiet)
    assert checks(limited)["app", "errors count"] == "fail" and "(limit 100)" in words(limited)


def test_without_a_key_nothing_is_well_and_what_is_misspelt_is_refused(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    without = watch(launcher, world, without=("sentry_token", "datadog_app_key"), api=THERE, app=ERRORS)
    assert without.code != 0 and "there is no Datadog application key" in words(without) and ("app", "errors count") not in checks(without)
    assert "no key: set sentry_token" in words(without)
    for wrong in ({"name": "a", "provider": "datadgo"}, {"name": "a", "provider": "sentry", "url": "https://a.example.com"}):
        refused = watch(launcher, world, api={"component_monitors": [wrong]})
        assert refused.code != 0 and "component_monitors of api" in words(refused) and made(world) == []

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells people, and that a run ends as it would have ended, whoever could be told."""

from __future__ import annotations

import json
import pathlib
import typing as t
import urllib.request

import pytest

from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, said
from tests.harness.world import World

Json = dict[str, t.Any]


def routes(world: World) -> list[Json]:
    run = world.sandbox_run
    return [
        {"name": "Slack #incidents", "kind": "slack", "channel": "#incidents", "token": run["slack"]["token"], "api_url": run["slack"]["api_url"]},
        {"name": "on call", "kind": "pagerduty", "severities": ["critical"], **{name: run["pagerduty"][name] for name in ("routing_key", "api_url")}},
        {"name": "status page", "kind": "statuspage", "page": run["statuspage"]["page"], "severities": ["critical", "warning"]},
    ]


def inventory(world: World, **more: t.Any) -> pathlib.Path:
    return world.write_inventory("told.yml", **{"notify_routes": routes(world), **more})


def messages(world: World) -> list[Json]:
    with urllib.request.urlopen(f"{world.sandbox_run['slack']['url']}/history") as answer:
        return t.cast("list[Json]", json.load(answer)["messages"])


def test_a_rollback_and_the_way_forward_are_one_incident(world: World, launcher: Launcher) -> None:
    path = inventory(world)
    back = launcher.play(world, "rollback", "-e", 'rollback_reason="checkout 500s"', inventory=path)
    assert back.code == 0, back.output
    assert "Told: Slack #incidents. NOT told: status page (no key: neither api_key nor STATUSPAGE_API_KEY is set)." in said(back)
    check_fits(back)
    (message,) = messages(world)
    assert message["text"].startswith("[WARNING] shop/production: ROLLED BACK - healthy again")
    assert "checkout 500s" in message["text"] and "v1.4.1" in message["text"]
    assert back.changed == 2, "that somebody was told is no change of the environment"
    # Nothing to do is no news.
    again = launcher.play(world, "rollback", inventory=path)
    assert again.code == 0 and "Told" not in again.summary and len(messages(world)) == 1
    for component in ("app", "api"):
        world.sandbox.add(component, tag="v1.4.3", commit="5" * 40)
    forward = launcher.play(world, "roll_forward", inventory=path)
    assert forward.code == 0 and "Told: Slack #incidents" in said(forward), forward.output
    first, end = messages(world)
    assert first["text"].startswith("[RESOLVED]") and end["thread_ts"] == first["ts"]
    stored = world.state / "saasops" / "shop-production.sqlite3"
    assert world.sandbox_run["slack"]["token"].encode() not in stored.read_bytes()


@pytest.mark.scenario("stuck")
def test_what_is_critical_reaches_whoever_is_on_call(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=inventory(world))
    assert run.code != 0 and "Told: Slack #incidents, on call. NOT told: status page" in said(run), run.output
    with urllib.request.urlopen(f"{world.sandbox_run['pagerduty']['url']}/alerts") as answer:
        (alert,) = json.load(answer)["alerts"]
    assert (alert["severity"], alert["dedup_key"]) == ("critical", "shop/production/release")


def test_nobody_who_can_be_told_changes_how_a_run_ends(world: World, launcher: Launcher) -> None:
    world.sandbox.fault("status", vendor="slack", status=503, times=0)
    broken = [*routes(world), {"name": "misspelt", "kind": "slak"}, "no route at all"]
    run = launcher.play(world, "rollback", inventory=inventory(world, notify_routes=broken, notify_quiet_hours={"from": "night"}))
    assert run.code == 0, run.output
    assert "ROLLED BACK" in run.headline and "NOT told: Slack #incidents (refused: internal_error)" in said(run)
    assert "misspelt (kind is 'slak'" in said(run) and run.recap("app")["failed"] == 0
    check_fits(run)


def test_a_variable_that_cannot_be_read_changes_nothing_of_it_either(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=inventory(world, notify_window="soon"))
    assert run.code == 0 and "ROLLED BACK" in run.headline, run.output
    assert "NOT told: anybody (window is 'soon')." in said(run) and messages(world) == []


def test_a_plan_tells_nobody_and_without_routes_nobody_is_told(world: World, launcher: Launcher) -> None:
    plan = launcher.play(world, "rollback", "--check", inventory=inventory(world))
    assert plan.code == 0 and messages(world) == [] and "Told" not in plan.summary
    run = launcher.play(world, "rollback")
    assert run.code == 0 and "Told: nobody (no routes)." in said(run)


def test_whoever_is_told_of_a_misspelt_variable(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=inventory(world, notify_rutes=[]))
    assert run.code != 0 and "there is no inventory variable notify_rutes" in said(run) and "notify_routes" in said(run)
    assert messages(world) == []


def test_who_would_be_told_is_asked_before_it_matters(world: World, launcher: Launcher) -> None:
    good = routes(world)[:2]
    who = launcher.play(world, "notify_test", inventory=inventory(world, notify_routes=good))
    assert who.code == 0, who.output
    assert "WHO WOULD BE TOLD - nothing was sent" in who.headline and messages(world) == []
    lines = [line.split(maxsplit=1) for line in who.summary.splitlines()]
    assert ["critical", "Slack #incidents, on call"] in lines and ["info", "Slack #incidents"] in lines
    assert "2 of 2 routes can be used." in said(who)
    check_fits(who)
    bad = launcher.play(world, "notify_test", inventory=inventory(world))
    assert bad.code != 0 and "2 of 3 routes can be used. NOT: status page (no key" in said(bad)


def test_a_test_message_arrives_and_says_that_it_is_one(world: World, launcher: Launcher) -> None:
    path = inventory(world, notify_routes=routes(world)[:2])
    plan = launcher.play(world, "notify_test", "-e", "notify_send=true", "--check", inventory=path)
    assert plan.code == 0 and "TEST MESSAGES PLANNED" in plan.headline and messages(world) == [], plan.output
    run = launcher.play(world, "notify_test", "-e", "notify_send=true", inventory=path)
    assert run.code == 0 and "TEST MESSAGES SENT" in run.headline and "Told: Slack #incidents, on call." in said(run), run.output
    assert "TEST - nothing is wrong" in messages(world)[0]["text"]
    none = launcher.play(world, "notify_test")
    assert none.code == 0 and "Told: nobody (no routes)." in said(none)

# SPDX-License-Identifier: GPL-3.0-or-later
"""health as an operator runs it every morning: exactly what is wrong is named, and nothing is changed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, releases, store
from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World

Json = dict[str, t.Any]
DECLARED: Json = {
    "component_parts": {"database": "checks[?name=='database'].status | [0]"},
    "component_journeys": ["/prices"],
    "component_limits": {"memory_percent": 90, "response_ms": {"warn": 20000, "fail": 30000}, "queue": {"warn": 50}},
    "component_metrics": {"path": "/metrics", "values": {"queue": "jobs_waiting", "slow": "p95(api_response_time)"}},
}
QUICK = ("-e", "health_probe_interval=0s", "-e", "health_probes=1")
AT_ONCE = (*QUICK, "-e", "health_recheck_after=0s")


@pytest.fixture
def healthy(world: World) -> World:
    """One component with everything declared, beside two with nothing but an address."""
    needs = [{"name": "payments", "url": f"{world.sandbox_run['stripe']['url']}/v1/balance"}]
    world.sandbox.scenario("healthy")
    world.inventory = world.write_inventory(hosts={"api": {**DECLARED, "component_needs": needs}})
    return world


def ledger(world: World) -> store.Store:
    return store.Store(f"sqlite:///{world.state}/saasops/shop-production.sqlite3", "shop/production")


def bad(run: Run) -> dict[tuple[str, str], str]:
    """(component, check): verdict of everything that is not well."""
    return {(one["component"], one["name"]): one["verdict"] for one in run.stats["checks"] if one["verdict"] not in ("pass", "skipped")}


def of(run: Run, component: str, name: str) -> Json:
    return t.cast(Json, next(one for one in run.stats["checks"] if (one["component"], one["name"]) == (component, name)))


def test_a_healthy_morning(healthy: World, launcher: Launcher) -> None:
    run = launcher.play(healthy, "health")
    assert run.code == 0, run.output
    assert "health OK" in run.headline and "0 changes" in run.headline
    assert bad(run) == {}
    looked_at = {one["name"] for one in run.stats["checks"] if one["component"] == "api"}
    assert looked_at == {"/health", "/prices", "database", "queue", "slow", "needs payments", "memory_percent", "release", "rollback", "rollback_window"}
    # The image of the one is kept for some days by its plan, what the other vendor keeps for a year is not worth a word.
    acts = "app yes -> v1.4.1 77ab310; api yes -> v1.4.1 77ab310, window closes in 4 d; dashboard yes -> v0.8.0 b81f6a2"
    assert "COULD YOU ACT RIGHT NOW?" in run.summary and acts in said(run), run.summary
    assert of(run, "app", "rollback_window")["value"] > 300 * 24
    assert "railway no incident posted" in said(run)
    assert "token app ends in 40 d; dashboard ends in 40 d" in said(run)
    assert run.stats["seconds"] < 10
    assert (run.changed, healthy.changes()) == (0, [])
    check_fits(run)


PLANTED: dict[str, tuple[t.Callable[[World], object], dict[tuple[str, str], str], int]] = {
    "a bad release": (lambda world: world.sandbox.patch("app", healthy=False), {("app", "/health"): "fail"}, 2),
    "a database that is down": (
        lambda world: world.sandbox.patch("api", database_down=True),
        # Whatever it serves answers 503, its journeys too.
        {("api", "/health"): "fail", ("api", "/prices"): "fail", ("api", "database"): "fail"},
        2,
    ),
    "a journey that breaks": (
        lambda world: world.sandbox.fault("status", vendor="app", component="api", operation="/prices", status=500, times=0),
        {("api", "/prices"): "fail"},
        2,
    ),
    "what only warns": (
        lambda world: [
            world.sandbox.patch("api", parts={"database": "degraded"}, metrics='jobs_waiting 51\napi_response_time{quantile="0.95"} 0.2\n'),
            world.sandbox.patch("app", word="degraded"),
            world.sandbox.status_page("vercel", {"name": "Builds fail"}),
        ],
        {("api", "database"): "warn", ("api", "queue"): "warn", ("app", "/health"): "warn", ("vendors", "vercel status page"): "warn"},
        0,
    ),
    "a metric that vanished": (
        lambda world: world.sandbox.patch("api", metrics="up 1\n"),
        {("api", "queue"): "inconclusive", ("api", "slow"): "inconclusive"},
        0,
    ),
    "a status page that is down": (lambda world: world.sandbox.status_page("railway", down=True), {("vendors", "railway status page"): "error"}, 2),
    "a token that ends soon": (
        lambda world: world.sandbox.patch("app", token_facts={"expiresAt": (world.sandbox.clock()["now"] + 9.5 * 86400) * 1000}),
        {("app", "token"): "warn", ("dashboard", "token"): "warn"},
        0,
    ),
    "a token that leaked": (
        lambda world: world.sandbox.patch("app", token_facts={"leakedAt": 1763521320000}),
        {("app", "token"): "fail", ("dashboard", "token"): "fail"},
        2,
    ),
    "a vendor that does not let us in": (
        lambda world: world.sandbox.fault("status", vendor="railway", status=403, times=0),
        {("api", "release"): "error"},
        2,
    ),
    "nothing to go back to": (
        lambda world: [world.sandbox.patch("api", tag, can_rollback=False) for tag in ("v1.4.0", "v1.4.1")],
        {("api", "rollback"): "warn"},
        0,
    ),
}


def test_a_window_that_closes_soon_is_shouted(healthy: World, launcher: Launcher) -> None:
    healthy.sandbox.scenario("healthy", railway_plan="hobby")
    healthy.sandbox.advance(62 * 3600)
    run = launcher.play(healthy, "health", "--limit", "api", *AT_ONCE)
    assert (run.code, bad(run)) == (0, {}), run.output
    assert "api yes -> v1.4.1 77ab310, WINDOW CLOSES IN 9 h" in said(run), run.summary
    row = of(run, "api", "rollback_window")
    assert 9 <= row["value"] < 10 and row["unit"] == "h"
    check_fits(run)


@pytest.mark.parametrize("planted", PLANTED)
def test_exactly_what_is_planted_is_named(planted: str, healthy: World, launcher: Launcher) -> None:
    plant, wrong, code = PLANTED[planted]
    plant(healthy)
    run = launcher.play(healthy, "health", *AT_ONCE)
    assert bad(run) == wrong, run.summary
    assert run.code == code
    for component, name in wrong:
        assert component in said(run) and name.split(" ")[0] in said(run)
    check_fits(run)
    assert healthy.changes() == []


def test_an_endpoint_that_hangs_holds_nobody_up(healthy: World, launcher: Launcher) -> None:
    healthy.sandbox.fault("timeout", vendor="app", component="api", operation="/prices", seconds=30, times=0)
    run = launcher.play(healthy, "health", "-e", "health_recheck_after=0s", "-e", "health_request_timeout=0.5", "-e", "health_probe_interval=0s")
    assert bad(run) == {("api", "/prices"): "fail"}
    assert of(run, "api", "/prices")["reason"] == "no answer within 0.5 s"
    assert [entry["operation"] for entry in healthy.sandbox.journal(vendor="app")].count("GET production/prices") == 1


@pytest.mark.parametrize(("times", "verdict", "words"), [(1, "warn", "well again after 60 s: temporary"), (0, "fail", "still so after 60 s")])
def test_what_failed_is_asked_once_more(times: int, verdict: str, words: str, healthy: World, launcher: Launcher) -> None:
    healthy.sandbox.fault("status", vendor="app", component="api", operation="/prices", status=502, times=times)
    run = launcher.play(healthy, "health", *QUICK)
    assert bad(run) == {("api", "/prices"): verdict}
    assert words in said(run)


def test_check_mode_looks_and_writes_nothing(healthy: World, launcher: Launcher) -> None:
    run = launcher.play(healthy, "health", "--check", *AT_ONCE)
    assert run.code == 0, run.output
    assert bad(run) == {}
    assert not healthy.state.exists(), "check mode wrote something"


@pytest.mark.parametrize(
    ("store", "wrong", "code"),
    [
        ({}, {}, 0),
        ({"shopify_api_version": "2026-01"}, {("store", "api_version"): "warn"}, 0),
        ({"shopify_api_version": "2025-10"}, {("store", "api_version"): "fail"}, 2),
        ({"component_limits": {"api_points_percent": 0}}, {("store", "api_points_percent"): "fail"}, 2),
        ({"shopify_token": "shpat_nobody"}, {("store", "api"): "fail"}, 2),
    ],
    ids=["well", "a version that ends soon", "a version that has ended", "points that are used", "a token that is dead"],
)
def test_a_shop_is_asked_who_it_is_and_how_long_the_version_is_served(
    store: Json, wrong: dict[tuple[str, str], str], code: int, healthy: World, launcher: Launcher
) -> None:
    inventory = healthy.write_inventory("store.yml", hosts={"store": {"component_vendor": "shopify", **store}})
    run = launcher.play(healthy, "health", "--limit", "store", *AT_ONCE, inventory=inventory)
    assert (run.code, bad(run)) == (code, wrong), run.output
    # Who is not let in learns nothing of the rest.
    asked = {"api"} if "shopify_token" in store else {"api", "api_version", "api_points_percent"}
    assert {one["name"] for one in run.stats["checks"] if one["component"] == "store" and one["verdict"] != "skipped"} == asked
    assert len(healthy.sandbox.journal(vendor="shopify")) == 1
    check_fits(run)


def test_a_release_that_holds_for_the_watch_time_is_proved(healthy: World, launcher: Launcher) -> None:
    first = launcher.play(healthy, "health", *AT_ONCE)
    assert "seen well" in of(first, "api", "release")["reason"]
    healthy.sandbox.advance(600)
    assert "seen well for 10 min" in of(launcher.play(healthy, "health", *AT_ONCE), "api", "release")["reason"]
    healthy.sandbox.advance(301)
    third = launcher.play(healthy, "health", *AT_ONCE)
    assert of(third, "api", "release")["reason"].endswith("proved")
    rows = releases.about(ledger(healthy), "api")["releases"]
    assert [row["version"] for row in rows.values() if row["proved_at"]] == ["v1.4.2"]
    assert healthy.changes() == []


def test_an_unwell_component_proves_nothing(healthy: World, launcher: Launcher) -> None:
    healthy.sandbox.patch("api", parts={"database": "degraded"})
    for _look in range(2):
        run = launcher.play(healthy, "health", "-e", "health_watch=1s", *AT_ONCE)
        healthy.sandbox.advance(60)
    assert of(run, "api", "release")["reason"].endswith("not well")
    assert releases.about(ledger(healthy), "api")["releases"] == {}


def test_trends_are_judged_from_what_is_remembered(healthy: World, launcher: Launcher) -> None:
    rule = {"name": "usual queue", "kind": "growth", "metric": "queue", "window": "1h", "baseline": "10d", "warn": "> 50%"}
    inventory = healthy.write_inventory("trend.yml", hosts={"api": {**DECLARED, "component_rules": [rule]}})
    first = launcher.play(healthy, "health", *AT_ONCE, inventory=inventory)
    assert (first.code, bad(first)) == (0, {("api", "usual queue"): "inconclusive"}), "without a past there is no growth"
    known, now = ledger(healthy), healthy.sandbox.clock()["now"]
    assert [sample["value"] for sample in history.samples(known, "api", "queue")] == [7]
    for days in range(1, 5):
        history.note(known, f"r{days}", now - 86400 * days, [{"component": "api", "name": "queue", "verdict": "pass", "value": 4.0}])
    second = launcher.play(healthy, "health", *AT_ONCE, inventory=inventory)
    assert bad(second) == {("api", "usual queue"): "warn"}
    assert "+75%" in said(second)


def test_without_a_vendors_token_its_part_is_not_checked_and_not_called_well(healthy: World, launcher: Launcher) -> None:
    inventory = healthy.write_inventory("no-token.yml", without=("railway_token",))
    run = launcher.play(healthy, "health", *AT_ONCE, inventory=inventory)
    assert (run.code, bad(run)) == (0, {})
    assert "NOT CHECKED api release (there is no Railway token) - not counted as ok" in said(run)


@pytest.mark.parametrize("direct", ["true", "false"])
def test_a_header_that_opens_a_page_is_shown_nowhere(direct: str, healthy: World, launcher: Launcher) -> None:
    secret = "health-test-7Kq2Vn9Xd4Zt8Wm3Bj6"
    page = {"path": "/metrics", "headers": {"Authorization": f"Bearer {secret}"}, "values": {"queue": "jobs_waiting"}}
    admin = {"path": "/admin", "headers": {"X-Admin": secret}, "status": 418}
    inventory = healthy.write_inventory("closed.yml", hosts={"api": {"component_metrics": page, "component_endpoints": [admin]}})
    run = launcher.play(healthy, "health", "-vvv", "--limit", "api", "-e", f"saasops_direct={direct}", *AT_ONCE, inventory=inventory)
    assert bad(run) == {("api", "/admin"): "fail"}
    assert secret not in run.output
    written = [file for file in healthy.state.rglob("*") if file.is_file()]
    assert written and not [file for file in written if secret.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("-e", "health_prob=1"), "Did you mean health_probes"),
        (("-e", "health_recheck_after=soon"), "health_recheck_after"),
        (("-e", "health_probes=0"), "health_probes is 0"),
    ],
)
def test_a_slip_of_the_pen_is_refused(arguments: tuple[str, ...], reason: str, healthy: World, launcher: Launcher) -> None:
    run = launcher.play(healthy, "health", *arguments)
    check_refused(healthy, run, reason)
    assert healthy.sandbox.journal() == []


def test_a_declaration_that_cannot_be_right_is_an_error_of_that_component_alone(healthy: World, launcher: Launcher) -> None:
    inventory = healthy.write_inventory("wrong.yml", hosts={"api": {"component_limits": {"response_ms": {"wran": 1}}}})
    run = launcher.play(healthy, "health", *AT_ONCE, inventory=inventory)
    assert run.code == 2
    assert bad(run) == {("api", "verify"): "error"}
    assert "component_limits: response_ms says 'wran'" in said(run)


def test_limits_are_suggested_on_the_screen_and_not_set(healthy: World, launcher: Launcher) -> None:
    before = healthy.inventory.read_text(encoding="utf-8")
    assert launcher.play(healthy, "health", *AT_ONCE).code == 0
    known = ledger(healthy)
    for number in range(25):
        history.note(known, f"r{number}", healthy.sandbox.clock()["now"] - 3600 * number, [{**of_health(), "value": 100 + number}])
    run = launcher.play(healthy, "health", "-e", "health_suggest=true", *AT_ONCE)
    assert run.code == 0, run.output
    assert "SUGGESTED from history" in said(run) and "api /health: warn 160, fail 320 ms" in said(run)
    assert healthy.inventory.read_text(encoding="utf-8") == before


def of_health() -> Json:
    return {"component": "api", "name": "/health", "verdict": "pass", "unit": "ms"}

# SPDX-License-Identifier: GPL-3.0-or-later
"""uptimerobot_monitor, its info and uptimerobot_maintenance_window against the sandbox: made once, never doubled, and never muted for ever."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import uptimerobot_maintenance_window, uptimerobot_monitor, uptimerobot_monitor_info
from tests.integration.tasks import Json, asked, sent
from tests.integration.uptimerobot_shop import check_planned_and_done, effects, run, set_world

HEALTH: Json = {
    "name": 'api "health" & more',
    "type": "keyword",
    "url": "https://api.example.com/health",
    "keyword": '"status":"ok"',
    "alert_when": "missing",
    "method": "GET",
    "interval": "1m",
    "tags": ["production", "api"],
    "alert_contacts": [{"id": 7, "threshold": 5, "recurrence": 30}, {"id": 3}],
}
NIGHT: Json = {"name": "migration", "start": "now", "duration": "30m", "all_monitors": True}


def monitor(sandbox: t.Any, **options: t.Any) -> Json:
    return run(sandbox, uptimerobot_monitor, **options)


def window(sandbox: t.Any, **options: t.Any) -> Json:
    return run(sandbox, uptimerobot_maintenance_window, **options)


def names(sandbox: t.Any) -> list[str]:
    return [one["name"] for one in run(sandbox, uptimerobot_monitor_info)["monitors"]]


# -- monitors
def test_a_monitor_is_made_once_as_planned_and_changed_as_planned(sandbox: t.Any) -> None:
    made = check_planned_and_done(sandbox, uptimerobot_monitor, **HEALTH)["monitor"]
    assert (made["keyword_case"], made["timeout"], made["tags"]) == (False, 30.0, ["api", "production"])
    assert made["name"] == HEALTH["name"] and made["keyword"] == HEALTH["keyword"], "as it was written, without HTML entities"
    changed = check_planned_and_done(sandbox, uptimerobot_monitor, **{**HEALTH, "interval": "10m", "keyword_case": True, "tags": []})
    assert changed["monitor"]["id"] == made["id"] and changed["diff"]["before"]["interval"] == 60.0
    paused = check_planned_and_done(sandbox, uptimerobot_monitor, name=HEALTH["name"], type="keyword", paused=True)
    assert sent(paused) == ["pause_monitor"] and paused["monitor"]["paused"]
    assert sent(check_planned_and_done(sandbox, uptimerobot_monitor, name=HEALTH["name"], paused=False)) == ["start_monitor"]
    assert sent(check_planned_and_done(sandbox, uptimerobot_monitor, name=HEALTH["name"], state="absent", allow="destroy")) == ["delete_monitor"]
    assert effects(sandbox) == [
        *("POST /monitors", "PATCH /monitors/{id}", "POST /monitors/{id}/pause", "POST /monitors/{id}/start", "DELETE /monitors/{id}"),
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"name": "a page", "url": "https://app.example.com/"},
        {"name": "a host", "type": "ping", "url": "https://db.example.com"},
        {"name": "a port", "type": "port", "url": "db.example.com", "port": 5432, "timeout": "10s"},
        {"name": "a heartbeat", "type": "heartbeat", "interval": "24h", "grace": "1h"},
        {"name": "paused from the beginning", "url": "https://old.example.com", "paused": True},
        {"name": "certificate", "url": "https://c.example.com", "check_certificate": True, "certificate_reminder": True, "domain_reminder": True},
        {"name": "codes", "url": "https://c.example.com/2", "success_codes": ["200", "204"], "follow_redirects": False, "method": "HEAD"},
    ],
    ids=lambda options: options["name"],
)
def test_every_kind_of_monitor_is_made_once(sandbox: t.Any, options: Json) -> None:
    done = check_planned_and_done(sandbox, uptimerobot_monitor, **options)
    assert names(sandbox).count(options["name"]) == 1 and done["monitor"]["paused"] == options.get("paused", False)


def test_a_monitor_of_the_same_address_gets_the_name_and_is_not_doubled(sandbox: t.Any) -> None:
    before = len(names(sandbox))
    done = check_planned_and_done(sandbox, uptimerobot_monitor, name="shop window", url="https://www0.example.com/")
    assert sent(done) == ["update_monitor"] and len(names(sandbox)) == before and "storefront" not in names(sandbox)


def test_two_of_a_name_are_never_chosen_from(sandbox: t.Any) -> None:
    set_world(sandbox, twin="storefront")
    result = monitor(sandbox, name="storefront", interval="1m")
    assert result["failed"] and result["failure"]["code"] == "two_of_a_name" and "800100001, 80010000" in result["msg"]
    assert effects(sandbox) == []


@pytest.mark.parametrize("kind", ["lost", "truncated"])
@pytest.mark.parametrize(
    ("options", "before"),
    [
        (HEALTH, None),
        ({**HEALTH, "interval": "10m"}, HEALTH),
        ({"name": "storefront", "paused": True}, None),
        ({"name": "storefront", "state": "absent", "allow": "destroy"}, None),
    ],
    ids=["create", "update", "pause", "delete"],
)
def test_a_lost_answer_is_looked_for_and_nothing_is_done_twice(sandbox: t.Any, kind: str, options: Json, before: Json | None) -> None:
    if before:
        assert monitor(sandbox, **before)["changed"]
    sandbox.clear_journal()
    sandbox.fault(kind, vendor="uptimerobot", changes=True)
    result = monitor(sandbox, **options)
    assert not result.get("failed") and result["changed"], result.get("msg")
    assert len(effects(sandbox)) == 1 and monitor(sandbox, **options)["changed"] is False


def test_a_change_that_never_arrived_is_sent_again(sandbox: t.Any) -> None:
    sandbox.fault("reset", vendor="uptimerobot", changes=True)
    assert monitor(sandbox, **HEALTH)["changed"] and names(sandbox).count(HEALTH["name"]) == 1


def test_a_limit_of_the_plan_is_waited_for(sandbox: t.Any) -> None:
    sandbox.fault("rate_limited", vendor="uptimerobot", retry_after=45, times=2)
    before = sandbox.state()["now"]
    result = monitor(sandbox, **HEALTH)
    assert result["changed"] and sandbox.state()["now"] - before >= 90
    sandbox.fault("rate_limited", vendor="uptimerobot", retry_after=45, times=0)
    refused = monitor(sandbox, **HEALTH, deadline="30s")
    assert refused["failure"]["kind"] == "rate_limited" and "10 requests in a minute" in refused["msg"]


def test_what_the_plan_does_not_keep_is_a_failure_and_not_sent_for_ever(sandbox: t.Any) -> None:
    set_world(sandbox, plan="free")
    result = monitor(sandbox, **HEALTH)
    assert result["failure"]["kind"] == "plan" and "did not keep: alert_contacts" in result["msg"] and result["changed"]
    assert not monitor(sandbox, **{**HEALTH, "alert_contacts": [{"id": 3}, {"id": 7}]}).get("failed")


@pytest.mark.scenario("bad-release", scale=90)
def test_every_page_is_read(sandbox: t.Any) -> None:
    sandbox.scenario("bad-release", scale=90)
    found = run(sandbox, uptimerobot_monitor_info)
    assert len({one["id"] for one in found["monitors"]}) == 270 and asked(found) == ["list_monitors"] * 2
    assert found["counts"] == {"UP": 270}
    assert sent(check_planned_and_done(sandbox, uptimerobot_monitor, name="nightly backup 90", type="heartbeat", grace="2h")) == ["update_monitor"]


def test_what_is_down_is_told_with_the_reason(sandbox: t.Any) -> None:
    set_world(sandbox, status={"api health": "DOWN", "nightly backup": "PAUSED"})
    down = run(sandbox, uptimerobot_monitor_info, status=["down", "looks_down"])
    assert [one["name"] for one in down["monitors"]] == ["api health"]
    assert down["monitors"][0]["last_incident"]["reason"] == "HTTP 503 - Service Unavailable"
    tagged = run(sandbox, uptimerobot_monitor_info, tags=["production"], names=["api health", "storefront"])
    assert [one["name"] for one in tagged["monitors"]] == ["api health"] and tagged["counts"] == {"DOWN": 1}
    assert not [key for one in tagged["monitors"] for key in one if "key" in key.lower() and not key.startswith("keyword")]


WRONG: list[tuple[Json, str]] = [
    ({"name": " "}, "name is"),
    ({"name": "a", "url": "app.example.com"}, "url is 'app.example.com'"),
    ({"name": "a", "type": "heartbeat", "url": "https://a.example.com"}, "none for a heartbeat"),
    ({"name": "a", "interval": "10s"}, "interval is 10"),
    ({"name": "a", "timeout": "2m"}, "timeout is 120"),
    ({"name": "a", "port": 70000}, "port is 70000"),
    ({"name": "a"}, "a new one needs url"),
    ({"name": "a", "type": "keyword", "url": "https://a.example.com"}, "needs keyword, alert_when"),
    ({"name": "storefront", "state": "absent"}, "saasops_allow: destroy"),
    ({"name": "a", "api_key": "wrong-key-of-a-test-4Kd9"}, "Unauthorized"),
    ({"name": "a", "api_key": ""}, "there is no UptimeRobot key"),
    ({"name": "a", "api_url": "http://api.example.com"}, "plain http"),
]


@pytest.mark.parametrize(("options", "words"), WRONG)
def test_what_cannot_be_is_refused_with_what_to_do(sandbox: t.Any, options: Json, words: str) -> None:
    result = monitor(sandbox, **options)
    assert result["failed"] and words in result["msg"] and result["failure"]["hint"] and effects(sandbox) == []


def test_a_read_only_key_looks_and_changes_nothing(sandbox: t.Any) -> None:
    key = sandbox.run["uptimerobot"]["read_key"]
    assert len(run(sandbox, uptimerobot_monitor_info, api_key=key)["monitors"]) == 3
    refused = monitor(sandbox, **HEALTH, api_key=key)
    assert (refused["failure"]["kind"], effects(sandbox)) == ("permission", []) and "main API key" in refused["msg"]
    missing = run(sandbox, uptimerobot_monitor_info, names=["storefrnt"])
    assert missing["failure"]["kind"] == "not_found" and "storefront" in missing["msg"]


def test_an_answer_that_is_none_is_never_believed(sandbox: t.Any) -> None:
    sandbox.fault("garbage", vendor="uptimerobot", changes=False, times=0)
    assert monitor(sandbox, name="storefront", interval="1m")["failure"]["kind"] == "protocol" and effects(sandbox) == []
    for seed in range(12):
        sandbox.clear_faults()
        sandbox.fault("bent", vendor="uptimerobot", changes=False, times=0, how="null", seed=seed)
        result = monitor(sandbox, name="storefront", interval=f"{seed + 1}m")
        assert result.get("failure", {}).get("kind", "protocol") in ("protocol", "unknown"), result["msg"]
    assert "POST /monitors" not in effects(sandbox), "what cannot be read is never taken for a monitor that is not there"


# -- maintenance windows
def test_a_window_opens_now_ends_by_itself_and_opens_again_under_its_name(sandbox: t.Any) -> None:
    made = check_planned_and_done(sandbox, uptimerobot_maintenance_window, **NIGHT)["maintenance_window"]
    assert made["open"] and made["ends_at"] - made["starts_at"] == 1800
    assert all(one["maintenance_windows"] for one in run(sandbox, uptimerobot_monitor_info)["monitors"])
    sandbox.advance(3600)
    again = check_planned_and_done(sandbox, uptimerobot_maintenance_window, **NIGHT)
    assert sent(again) == ["update_maintenance_window"] and again["maintenance_window"]["id"] == made["id"]
    longer = check_planned_and_done(sandbox, uptimerobot_maintenance_window, **{**NIGHT, "duration": "2h"})
    assert longer["maintenance_window"]["ends_at"] > again["maintenance_window"]["ends_at"]
    assert check_planned_and_done(sandbox, uptimerobot_maintenance_window, name="migration", state="absent")["maintenance_window"] is None
    assert not any(one["maintenance_windows"] for one in run(sandbox, uptimerobot_monitor_info)["monitors"])


@pytest.mark.parametrize(
    "options",
    [
        {"name": "by name", "start": "2026-12-01T02:00:00+01:00", "duration": "45m", "monitors": ["storefront", "api health"], "zone": "Europe/Berlin"},
        {"name": "every night", "repeat": "daily", "time": "03:15", "duration": "1h", "all_monitors": True},
        {"name": "mondays", "repeat": "weekly", "time": "03:15:30", "days": [1, 4], "duration": "20m", "monitors": ["storefront"]},
        {"name": "month's end", "repeat": "monthly", "time": "23:00", "days": [-1], "duration": "1h"},
    ],
    ids=lambda options: options["name"],
)
def test_every_kind_of_window_is_made_once(sandbox: t.Any, options: Json) -> None:
    done = check_planned_and_done(sandbox, uptimerobot_maintenance_window, **options)["maintenance_window"]
    assert done["monitor_ids"] == ([800100001, 800100002] if options["name"] == "by name" else [800100001] if options["name"] == "mondays" else [])
    if options["name"] == "by name":
        assert (done["date"], done["time"]) == ("2026-12-01", "02:00:00")


@pytest.mark.parametrize("kind", ["lost", "truncated"])
def test_a_lost_answer_makes_no_second_window(sandbox: t.Any, kind: str) -> None:
    for options in (NIGHT, {**NIGHT, "duration": "3h"}, {"name": "migration", "state": "absent"}):
        sandbox.clear_journal()
        sandbox.fault(kind, vendor="uptimerobot", changes=True)
        result = window(sandbox, **options)
        assert not result.get("failed") and result["changed"], result.get("msg")
        assert len(effects(sandbox)) == 1 and window(sandbox, **options)["changed"] is False


WRONG_WINDOWS: list[tuple[Json, str]] = [
    ({"name": "ab"}, "name is 'ab'"),
    ({"name": "night", "duration": "8d"}, "duration is"),
    ({"name": "night", "duration": "10s"}, "duration is 10"),
    ({"name": "night", "start": "soon", "duration": "1h"}, "start is 'soon'"),
    ({"name": "night", "repeat": "daily", "start": "now", "duration": "1h"}, "start has no meaning"),
    ({"name": "night", "time": "03:00", "duration": "1h"}, "time is '03:00'"),
    ({"name": "night", "repeat": "weekly", "time": "03:00", "days": [0], "duration": "1h"}, "days are [0]"),
    ({"name": "night", "repeat": "weekly", "time": "03:00", "duration": "1h"}, "needs days"),
    ({"name": "night", "start": "now"}, "needs duration"),
    ({"name": "night", "start": "now", "duration": "1h", "monitors": ["nothing"]}, "there is no monitor 'nothing'"),
    ({"name": "night", "start": "now", "duration": "1h", "zone": "Nowhere/City"}, "zone is 'Nowhere/City'"),
]


@pytest.mark.parametrize(("options", "words"), WRONG_WINDOWS)
def test_a_window_that_cannot_be_is_refused(sandbox: t.Any, options: Json, words: str) -> None:
    result = window(sandbox, **options)
    assert result["failed"] and words in result["msg"] and result["failure"]["hint"] and effects(sandbox) == []

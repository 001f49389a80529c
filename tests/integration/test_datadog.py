# SPDX-License-Identifier: GPL-3.0-or-later
"""datadog_monitor, its info and datadog_downtime against the sandbox: made once, never doubled, and never muted for ever."""

from __future__ import annotations

import functools
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import datadog_downtime, datadog_monitor, datadog_monitor_info
from tests.integration import tasks
from tests.integration.tasks import Json, asked, sent

SLOW: Json = {
    "name": "slow answers",
    "type": "metric alert",
    "query": "avg(last_5m):avg:shop.response{*} > 500",
    "notification_message": "Answers are slow \n@slack-incidents",
    "thresholds": {"critical": 500, "warning": 200},
    "tags": ["Service:shop", "team:web"],
    "renotify_interval": "1h",
    "evaluation_delay": "90s",
    "priority": 2,
}
NIGHT: Json = {"name": "migration", "duration": "30m", "monitor_tags": ["service:shop"]}


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["datadog"]
    return tasks.run(module, {"api_key": known["api_key"], "app_key": known["app_key"], "api_url": known["url"], **options}, check)


def monitor(sandbox: t.Any, **options: t.Any) -> Json:
    return run(sandbox, datadog_monitor, **options)


def downtime(sandbox: t.Any, **options: t.Any) -> Json:
    return run(sandbox, datadog_downtime, **options)


def named(sandbox: t.Any, name: str) -> list[Json]:
    return [one for one in run(sandbox, datadog_monitor_info)["monitors"] if one["name"] == name]


planned_and_done = functools.partial(tasks.planned_and_done, run)


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "datadog", "set": facts})


def effects(world: t.Any) -> list[str]:
    return [entry["operation"] for entry in world.journal(changes=True, vendor="datadog") if entry["effect"]]


# -- monitors
def test_a_monitor_is_made_once_as_planned_and_changed_as_planned(sandbox: t.Any) -> None:
    made = planned_and_done(sandbox, datadog_monitor, **SLOW)["monitor"]
    assert (made["type"], made["status"], made["renotify_interval"], made["evaluation_delay"]) == ("query alert", "No Data", 3600.0, 90.0)
    assert (made["tags"], made["notification_message"]) == (["service:shop", "team:web"], "Answers are slow\n@slack-incidents")
    other: Json = {"name": "slow answers", "thresholds": {"warning": 250}, "tags": [], "notify_no_data": True, "no_data_timeframe": "10m"}
    changed = planned_and_done(sandbox, datadog_monitor, **other)
    after = changed["monitor"]
    assert after["id"] == made["id"] and changed["diff"]["before"]["thresholds"] == {"critical": 500.0, "warning": 200.0}
    # Of the options, what was not named stays, although Datadog replaces them all.
    assert after["thresholds"] == {"critical": 500.0, "warning": 250.0} and (after["renotify_interval"], after["evaluation_delay"]) == (3600.0, 90.0)
    assert effects(sandbox) == ["POST /api/v1/monitor", "PUT /api/v1/monitor/{id}"]


def test_a_plan_is_refused_for_what_datadog_would_not_take(sandbox: t.Any) -> None:
    wrong = {**SLOW, "thresholds": {"critical": 400}}
    for options in (wrong, {"name": "checkout errors", "query": "avg(last_5m):avg:shop.checkout.errors{*} > 20"}):
        plan, done = run(sandbox, datadog_monitor, check=True, **options), monitor(sandbox, **options)
        assert plan["failure"]["kind"] == done["failure"]["kind"] == "invalid" and "does not match that used in the query" in plan["msg"]
    assert effects(sandbox) == []


def test_a_monitor_is_deleted_where_that_is_allowed(sandbox: t.Any) -> None:
    refused = monitor(sandbox, name="checkout errors", state="absent")
    assert refused["failure"]["kind"] == "refused" and effects(sandbox) == []
    assert planned_and_done(sandbox, datadog_monitor, name="checkout errors", state="absent", allow="destroy")["monitor"] is None
    assert not named(sandbox, "checkout errors")


def test_two_of_a_name_are_never_chosen_from(sandbox: t.Any) -> None:
    set_world(sandbox, twin="checkout errors")
    result = monitor(sandbox, name="checkout errors", priority=1)
    assert result["failure"]["code"] == "two_of_a_name" and "910000001, 91000000" in result["msg"] and effects(sandbox) == []


@pytest.mark.parametrize("kind", ["lost", "truncated"])
@pytest.mark.parametrize(
    ("options", "before"),
    [
        (SLOW, None),
        ({**SLOW, "priority": 1}, SLOW),
        ({"name": "checkout errors", "mute": "30m"}, None),
        ({"name": "checkout errors", "mute": "off"}, {"name": "checkout errors", "mute": "30m"}),
        ({"name": "checkout errors", "state": "absent", "allow": "destroy"}, None),
    ],
    ids=["create", "update", "mute", "unmute", "delete"],
)
def test_a_lost_answer_is_looked_for_and_nothing_is_done_twice(sandbox: t.Any, kind: str, options: Json, before: Json | None) -> None:
    if before:
        assert monitor(sandbox, **before)["changed"]
    sandbox.clear_journal()
    sandbox.fault(kind, vendor="datadog", changes=True)
    result = monitor(sandbox, **options)
    assert not result.get("failed") and result["changed"], result.get("msg")
    assert len(effects(sandbox)) == 1 and monitor(sandbox, **options)["changed"] is False


def test_a_change_that_never_arrived_is_sent_again(sandbox: t.Any) -> None:
    sandbox.fault("reset", vendor="datadog", changes=True)
    assert monitor(sandbox, **SLOW)["changed"] and len(named(sandbox, "slow answers")) == 1


def test_what_is_taken_and_not_kept_is_a_failure_and_not_sent_for_ever(sandbox: t.Any) -> None:
    set_world(sandbox, forgets=["evaluation_delay"])
    result = monitor(sandbox, **SLOW)
    assert result["failure"]["kind"] == "failed" and "did not keep: evaluation_delay" in result["msg"] and result["changed"]


@pytest.mark.scenario("bad-release", scale=510)
def test_every_page_is_read(sandbox: t.Any) -> None:
    sandbox.scenario("bad-release", scale=510)
    found = run(sandbox, datadog_monitor_info)
    assert len({one["id"] for one in found["monitors"]}) == 1020 and asked(found) == ["list_monitors"] * 2
    assert sent(planned_and_done(sandbox, datadog_monitor, name="queue is long 510", priority=3)) == ["update_monitor"]


def test_what_alerts_is_told_with_its_groups(sandbox: t.Any) -> None:
    set_world(sandbox, status={"checkout errors": "Alert"})
    found = run(sandbox, datadog_monitor_info, status=["Alert", "No Data"], tags=["service:shop"])
    assert [(one["name"], one["alerting"]) for one in found["monitors"]] == [("checkout errors", ["host:web-1"])] and found["counts"] == {"Alert": 1}
    assert sandbox.state()["now"] - found["monitors"][0]["alerting_since"] == pytest.approx(720, abs=2)


def test_a_limit_is_waited_for_as_datadog_says(sandbox: t.Any) -> None:
    sandbox.fault("rate_limited", vendor="datadog", retry_after=45)
    before = sandbox.state()["now"]
    assert monitor(sandbox, **SLOW)["changed"] and sandbox.state()["now"] - before >= 45


# -- keys
WRONG: list[tuple[Json, str]] = [
    ({"api_key": ""}, "there is no Datadog API key"),
    ({"app_key": ""}, "there is no Datadog application key"),
    ({"app_key": "two words"}, "application key has blanks"),
    ({"api_url": "https://datadog.example.com"}, "none of Datadog's"),
    ({"api_url": "http://api.datadoghq.com"}, "plain http"),
    ({"name": "a" * 501}, "name is"),
    ({"renotify_interval": "90s"}, "in whole minutes"),
    ({"priority": 6}, "priority is 6"),
    ({"query": " "}, "query is empty"),
    ({}, "a new one needs type, query"),
    ({"name": "checkout errors", "type": "log alert"}, "cannot become 'log alert'"),
    ({"mute": "8d"}, "mute is '8d'"),
]


@pytest.mark.parametrize(("options", "words"), WRONG)
def test_what_cannot_be_is_refused_with_what_to_do(sandbox: t.Any, options: Json, words: str) -> None:
    result = monitor(sandbox, **{"name": "a", **options})
    assert result["failed"] and words in result["msg"] and result["failure"]["hint"] and effects(sandbox) == []


def test_both_keys_go_with_every_request_and_one_alone_is_not_enough(sandbox: t.Any) -> None:
    for name in ("api_key", "app_key"):
        refused = monitor(sandbox, **SLOW, **{name: "ddWrongKeyOfTheTests7Wm2Zr"})
        assert refused["failure"]["kind"] == "permission" and "both keys" in refused["msg"] and "ddWrongKey" not in str(refused)
    read = sandbox.run["datadog"]["read_key"]
    assert len(run(sandbox, datadog_monitor_info, app_key=read)["monitors"]) == 2
    assert monitor(sandbox, **SLOW, app_key=read)["failure"]["kind"] == "permission" and effects(sandbox) == []


@pytest.mark.parametrize(("fault", "options"), [("garbage", {}), ("body", {"body": {"monitors": []}}), ("body", {"body": [{"name": "a"}]})])
def test_an_answer_that_is_none_is_never_believed(sandbox: t.Any, fault: str, options: Json) -> None:
    sandbox.fault(fault, vendor="datadog", changes=False, times=0, **options)
    assert monitor(sandbox, **SLOW, deadline="20s")["failure"]["kind"] == "protocol" and effects(sandbox) == []


# -- downtimes
def test_a_downtime_opens_now_ends_by_itself_and_another_one_follows(sandbox: t.Any) -> None:
    made = planned_and_done(sandbox, datadog_downtime, **NIGHT)["downtime"]
    assert made["open"] and made["ends_at"] - made["starts_at"] == pytest.approx(1800, abs=1) and made["monitor_tags"] == ["service:shop"]
    longer = planned_and_done(sandbox, datadog_downtime, **{**NIGHT, "duration": "2h"})
    assert sent(longer) == ["update_downtime"] and longer["downtime"]["id"] == made["id"]
    one: Json = {"name": "migration", "duration": "2h", "monitor": "checkout errors"}
    assert planned_and_done(sandbox, datadog_downtime, **one)["downtime"]["monitor_id"] == 910000001
    sandbox.advance(3 * 3600)
    again = planned_and_done(sandbox, datadog_downtime, **NIGHT)
    assert sent(again) == ["create_downtime"] and again["downtime"]["id"] != made["id"]
    assert planned_and_done(sandbox, datadog_downtime, name="migration", state="absent")["downtime"] is None


def test_a_downtime_to_come_is_made_once_and_moved(sandbox: t.Any) -> None:
    coming: Json = {"name": "sunday", "start": "2027-12-05T02:00:00+01:00", "duration": "45m", "monitor": "checkout errors", "scope": "env:production"}
    made = planned_and_done(sandbox, datadog_downtime, **coming)["downtime"]
    assert (made["status"], made["open"], made["scope"]) == ("scheduled", False, "env:production")
    moved = planned_and_done(sandbox, datadog_downtime, **{**coming, "start": "2027-12-05T03:00:00+01:00"})["downtime"]
    assert (moved["id"], moved["starts_at"] - made["starts_at"], moved["ends_at"] - made["ends_at"]) == (made["id"], 3600, 3600)


def test_a_downtime_without_an_end_is_given_one(sandbox: t.Any) -> None:
    set_world(sandbox, held={"message": "migration"})
    assert sent(planned_and_done(sandbox, datadog_downtime, **NIGHT)) == ["update_downtime"]


def test_every_page_of_downtimes_is_read(sandbox: t.Any) -> None:
    for number in range(105):
        set_world(sandbox, held={"message": f"held {number}"})
    found = downtime(sandbox, name="held 104", state="absent")
    assert asked(found) == ["list_downtimes", "list_downtimes", "cancel_downtime"]


WRONG_DOWNTIMES: list[tuple[Json, str]] = [
    ({"name": "ab", "duration": "1h"}, "name is 'ab'"),
    ({"name": "night"}, "there is no duration"),
    ({"name": "night", "duration": "8d"}, "duration is '8d'"),
    ({"name": "night", "duration": "10s"}, "duration is '10s'"),
    ({"name": "night", "duration": "1h", "start": "2027-01-01T00:00:00"}, "start is"),
    ({"name": "night", "duration": "1h", "start": "2020-01-01T00:00:00Z"}, "over already"),
    ({"name": "night", "duration": "1h", "monitor": "nothing"}, "there is no monitor 'nothing'"),
]


@pytest.mark.parametrize(("options", "words"), WRONG_DOWNTIMES)
def test_a_downtime_that_cannot_be_is_refused(sandbox: t.Any, options: Json, words: str) -> None:
    result = downtime(sandbox, **options)
    assert result["failed"] and words in result["msg"] and result["failure"]["hint"] and effects(sandbox) == []

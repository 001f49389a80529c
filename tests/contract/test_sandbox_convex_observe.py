# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Convex: logs, the audit log, metrics, usage limits."""

from __future__ import annotations

import json
import threading
import time
import typing as t

import jsonschema
import pytest

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex, Json
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

LOGS = "/api/stream_function_logs"
AUDIT = "/api/v1/list_audit_log_events"


def window(start: float, end: float, buckets: int) -> str:
    def moment(seconds: float) -> Json:
        return {"secs_since_epoch": int(seconds), "nanos_since_epoch": 0}

    return json.dumps({"start": moment(start), "end": moment(end), "num_buckets": buckets})


# -- logs


def test_logs_are_read_from_the_beginning_and_then_onwards(convex: Convex) -> None:
    convex.value("health:check")
    convex.call("query", "reports:broken")
    first = convex.get(LOGS, cursor=0)
    assert [(entry["identifier"], entry["error"] is None) for entry in first["entries"]] == [("health.js:check", True), ("reports.js:broken", False)]
    assert first["entries"][1]["logLines"] == ["[ERROR] 'about to fail'"]
    again = convex.get(LOGS, cursor=first["newCursor"])
    assert again == {"entries": [], "newCursor": first["newCursor"]}
    convex.value("notifications:send", kind="action")
    assert [entry["udfType"] for entry in convex.get(LOGS, cursor=first["newCursor"])["entries"]] == ["Action"]


def test_every_entry_is_valid_and_structured_for_the_vendor_s_clients(convex: Convex) -> None:
    convex.call("query", "reports:broken")
    convex.session.headers["Convex-Client"] = "npm-cli-1.48.0"
    (entry,) = convex.get(LOGS, cursor=0)["entries"]
    schemas = vendor_schemas.convex().logs
    jsonschema.Draft202012Validator({"$ref": "#/components/schemas/FunctionExecutionJson", "components": {"schemas": schemas}}).validate(entry)
    jsonschema.Draft202012Validator({"$ref": "#/components/schemas/LogLineJson", "components": {"schemas": schemas}}).validate(entry["logLines"][0])
    assert entry["logLines"][0]["messages"] == ["about to fail"]
    del convex.session.headers["Convex-Client"]
    assert convex.get("/api/stream_udf_execution", cursor=0)["entries"] == [entry]


def test_a_poll_ends_when_something_happens(control: Sandbox, convex: Convex) -> None:
    control.scenario("bad-release", convex_poll_ms=20_000)
    found: list[Json] = []
    reader = Convex(control.run)
    poll = threading.Thread(target=lambda: found.append(reader.get(LOGS, cursor=0)))
    began = time.monotonic()
    poll.start()
    while not control.journal(vendor="convex"):
        time.sleep(0.02)
    convex.value("maintenance:cleanup", {"olderThan": 9}, "mutation")
    poll.join(10)
    assert [entry["identifier"] for entry in found[0]["entries"]] == ["maintenance.js:cleanup"] and time.monotonic() - began < 10
    # The change is the mutation's, not the poll's that waited beside it.
    assert [entry["effect"] for entry in control.journal(vendor="convex")] == [False, True]


def test_a_cursor_is_a_number(convex: Convex) -> None:
    assert convex.refused("GET", LOGS) == (400, "BadQueryArgs")
    assert convex.refused("GET", LOGS, cursor="x") == (400, "BadQueryArgs")


def test_the_buffer_is_small(control: Sandbox, convex: Convex) -> None:
    queries = [{"path": "health:check", "args": {}}] * 300
    for _batch in range(4):
        convex.post("/api/query_batch", {"queries": queries})
    assert len(convex.get(LOGS, cursor=0)["entries"]) == 1000


# -- audit log


def test_the_audit_log_tells_who_did_what_in_pages(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    began = int(clock.now() * 1000)
    convex.post("/api/v1/pause_deployment")
    clock.sleep(60)
    convex.post("/api/v1/unpause_deployment")
    convex.key = convex.run["admin_key"]
    convex.post("/api/export/request/zip")
    seen: list[t.Any] = []
    query: Json = {"limit": 2}
    while True:
        answer = convex.get(AUDIT, **{"from": began, **query})
        seen += answer["items"]
        if not answer["pagination"]["hasMore"]:
            break
        query["cursor"] = answer["pagination"]["nextCursor"]
    assert [event["action"] for event in seen] == ["pause_deployment", "unpause_deployment", "request_export"]
    assert [event["actor"]["kind"] for event in seen] == ["token", "token", "system"]
    later = convex.get(AUDIT, **{"from": began + 30_000})
    assert [event["action"] for event in later["items"]] == ["unpause_deployment", "request_export"]
    assert convex.refused("GET", AUDIT) == (400, "BadQueryArgs")


# -- metrics


def test_rates_have_a_value_for_each_bucket_and_nothing_for_the_future(convex: Convex, clock: ClockMember) -> None:
    start = int(clock.now())
    convex.call("query", "reports:broken")
    clock.sleep(70)
    for _three in range(3):
        convex.value("health:check")
    clock.sleep(30)
    query = {"path": "health:check", "metric": "invocations", "window": window(start, start + 240, 4)}
    assert [value for _moment, value in convex.get("/api/app_metrics/udf_rate", **query)] == [0, 3, None, None]
    errors = convex.get("/api/app_metrics/udf_rate", **{**query, "path": "reports.js:broken", "metric": "errors"})
    assert [value for _moment, value in errors][:2] == [1, 0] and errors[1][0]["secs_since_epoch"] == start + 60
    worst = convex.get("/api/app_metrics/failure_percentage_top_k", window=query["window"], k=1)
    assert (worst[0][0], worst[0][1][0][1]) == ("reports:broken", 100)
    latency = dict(convex.get("/api/app_metrics/latency_percentiles", path="health:check", percentiles="[50,99]", window=query["window"]))
    assert latency[50][1][1] < latency[99][1][1] and latency[50][0][1] is None


@pytest.mark.parametrize("bad", ["", "{}", window(0, 60, 0), window(0, 60, 10_001), window(60, 0, 5)])
def test_a_window_that_makes_no_sense_is_refused(convex: Convex, bad: str) -> None:
    assert convex.refused("GET", "/api/app_metrics/udf_rate", path="health:check", metric="errors", window=bad)[0] == 400


# -- usage


def test_usage_limits_are_made_changed_and_deleted(control: Sandbox, convex: Convex) -> None:
    wish = {"metric": "functionCalls", "window": "day", "limitType": "disable", "limit": 1000, "enabled": True}
    made = convex.post("/api/v1/create_usage_limit", wish)["usageLimit"]
    assert convex.get("/api/v1/list_usage_limits") == {"usageLimits": [made]} and made == {"id": made["id"], **wish}
    changed = convex.post(f"/api/v1/update_usage_limit/{made['id']}", {**wish, "limit": 2000})["usageLimit"]
    assert changed["limit"] == 2000
    assert convex.ask("POST", f"/api/v1/delete_usage_limit/{made['id']}") == (200, None)
    assert convex.refused("POST", f"/api/v1/delete_usage_limit/{made['id']}") == (404, "UsageLimitNotFound")
    assert convex.refused("POST", "/api/v1/create_usage_limit", {**wish, "metric": "tea"}) == (400, "BadJsonBody")


def test_usage_says_whether_it_is_complete(control: Sandbox, convex: Convex) -> None:
    convex.value("health:check")
    usage = convex.get("/api/v1/get_current_usage")
    assert (usage["seedStatus"], usage["metrics"]["functionCalls"]["usage"]["current_day"]) == ("complete", 1)
    control.patch("functions", seed_status="partial")
    assert convex.get("/api/v1/get_current_usage")["seedStatus"] == "partial"

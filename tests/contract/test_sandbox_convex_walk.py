# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the sandbox's Convex once, against the vendor's documents; log streams; kills."""

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex, Json
from ansible_collections.saasops.runbooks.tests.sandbox.convex.routes import MANAGER, Route, table
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

WINDOW = (
    '{"start": {"secs_since_epoch": 1795143000, "nanos_since_epoch": 0}, "end": {"secs_since_epoch": 1795143600, "nanos_since_epoch": 0}, "num_buckets": 2}'
)
LIMIT = {"metric": "functionCalls", "window": "day", "limitType": "warning", "limit": 10, "enabled": True}
WEBHOOK = {"logStreamType": "webhook", "url": "https://logs.example.com/in", "format": "json"}
QUERY = {"path": "health:check", "args": {}, "format": "json"}
DEFAULTS = {"changes": [{"name": "A", "deploymentType": "dev", "value": "1"}]}
# What a call needs to be answered well: its query, or its body.
QUERIES: dict[str, Json] = {
    "/api/query": {"path": "health:check", "args": "{}"},
    "/api/stream_function_logs": {"cursor": 0},
    "/api/stream_udf_execution": {"cursor": 0},
    "/api/v1/list_audit_log_events": {"from": 0},
    "/api/app_metrics/udf_rate": {"path": "health:check", "metric": "errors", "window": WINDOW},
    "/api/app_metrics/latency_percentiles": {"path": "health:check", "percentiles": "[50]", "window": WINDOW},
    "/api/app_metrics/failure_percentage_top_k": {"window": WINDOW},
    "/api/app_metrics/table_rate": {"name": "users", "metric": "rowsRead", "window": WINDOW},
    "/api/app_metrics/scheduled_job_lag": {"window": WINDOW},
    "/v1/projects/{project}/deployment": {"defaultProd": "true"},
    "/v1/teams/{team}/projects/{project}/deployment": {"defaultDev": "true"},
    "/api/import/upload_part": {"uploadToken": "{upload}", "partNumber": 1},
}
BODIES: dict[str, Json] = {
    "/api/query": QUERY,
    "/api/query_at_ts": {**QUERY, "ts": "AAAAAAAAAAA="},
    "/api/query_batch": {"queries": [QUERY]},
    "/api/mutation": {"path": "maintenance:cleanup", "args": {"olderThan": 9}},
    "/api/action": {"path": "notifications:send", "args": {}},
    "/api/function": QUERY,
    "/api/run/{function:.+}": {"args": {}},
    "/api/cancel_all_jobs": {"udfPath": None},
    "/api/v1/update_canonical_url": {"requestDestination": "convexCloud", "url": "https://api.example.com"},
    "/api/v1/update_environment_variables": {"changes": [{"name": "A", "value": "1"}]},
    "/api/v1/create_usage_limit": LIMIT,
    "/api/v1/update_usage_limit/{id}": LIMIT,
    "/api/v1/create_log_stream": {**WEBHOOK, "logStreamType": "sentry", "dsn": "https://key@logs.example.com/1"},
    "/api/v1/update_log_stream/{id}": {"logStreamType": "webhook", "format": "jsonl"},
    "/api/export/set_expiration/{id}": {"expirationTsNs": 1795200000000000000},
    "/api/import/finish_upload": {"import": {"tableName": "new", "format": "jsonLines"}, "uploadToken": "{upload}", "partTokens": ["part-1"]},
    "/api/perform_import": {"importId": "{import}"},
    "/api/cancel_import": {"importId": "{import}"},
    "/v1/teams/{team}/create_access_token": {"name": "new"},
    "/v1/teams/{team}/delete_access_token": {"id": "ansible"},
    "/v1/create_personal_access_token": {"name": "new"},
    "/v1/delete_personal_access_token": {"id": "laptop"},
    "/v1/projects/{project}/create_deployment": {"type": "preview"},
    "/v1/projects/{project}/create_preview_deploy_key": {"name": "new"},
    "/v1/projects/{project}/delete_preview_deploy_key": {"id": "previews"},
    "/v1/projects/{project}/update_default_environment_variables": DEFAULTS,
    "/v1/deployments/{deployment}": {"reference": "other"},
    "/v1/deployments/{deployment}/create_deploy_key": {"name": "new", "allowedActions": ["deployment:deploy"]},
    "/v1/deployments/{deployment}/delete_deploy_key": {"id": "ci"},
}
DOCUMENTED = [route for route in table() if vendor_schemas.convex().find(route.method, route.path) is not None]


def filled(value: t.Any, names: dict[str, str]) -> t.Any:
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    return names.get(value.strip("{}"), value) if isinstance(value, str) and value.startswith("{") else value


def prepared(convex: Convex, clock: ClockMember, route: Route) -> dict[str, str]:
    """What must be there before the call, and how its parts are called."""
    names = {"team": "4001", "project": "5001" if "/teams/" not in route.path else "shop", "deployment": "happy-otter-123", "function:.+": "health/check"}
    if "usage_limit/" in route.path:
        names["id"] = convex.post("/api/v1/create_usage_limit", LIMIT)["usageLimit"]["id"]
    elif "log_stream/" in route.path or "webhook" in route.path:
        names["id"] = convex.post("/api/v1/create_log_stream", WEBHOOK)["id"]
    elif "/api/export/" in route.path and "{id}" in route.path:
        convex.post("/api/export/request/zip")
        clock.sleep(1.5 if "cancel" in route.path else 30)
        names["id"] = convex.value("_system/cli/exports:getLatest")["_id"]
    elif route.path.endswith("delete_preview_deploy_key"):
        convex.post("/v1/projects/5001/create_preview_deploy_key", {"name": "previews"})
    elif route.path.endswith("unpause_deployment"):
        convex.post("/api/v1/pause_deployment")
    elif "import" in route.path and not route.path.endswith("start_upload"):
        names["upload"] = convex.post("/api/import/start_upload")["uploadToken"]
        if not route.path.endswith("upload_part"):
            convex.send("POST", "/api/import/upload_part", None, b'{"a": 1}\n', uploadToken=names["upload"], partNumber=1)
        if route.path.endswith("_import"):
            body = filled(BODIES["/api/import/finish_upload"], names)
            names["import"] = convex.post("/api/import/finish_upload", body)["importId"]
            clock.sleep(3)
    return names


@pytest.mark.parametrize("route", DOCUMENTED, ids=lambda route: f"{route.method} {route.path}")
def test_every_call_answers_as_its_document_says(control: Sandbox, convex: Convex, clock: ClockMember, route: Route) -> None:
    names = prepared(convex, clock, route)
    path = route.path
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    query = filled(QUERIES.get(route.path, {}) if route.method == "GET" or "upload_part" in path else {}, names)
    body = filled(BODIES.get(route.path), names) if route.method != "GET" else None
    status, _document = convex.ask(route.method, path, body, **query)
    assert status in (200, 201)
    assert control.journal(vendor="convex")[-1]["changes"] == (route.changes or route.path in ("/api/mutation", "/api/action"))


@pytest.mark.parametrize("route", [route for route in DOCUMENTED if route.changes], ids=lambda route: f"{route.method} {route.path}")
def test_every_change_is_an_effect(control: Sandbox, convex: Convex, clock: ClockMember, route: Route) -> None:
    if route.path == "/api/cancel_all_jobs":
        rows = convex.value("_system/cli/tableData", {"table": "bookings", "order": "asc", "paginationOpts": {"numItems": 1, "cursor": None}})["page"]
        convex.value("bookings:confirm", {"id": rows[0]["_id"]}, "mutation")
    names = prepared(convex, clock, route)
    path = route.path
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    body = filled(BODIES.get(route.path), names)
    if "update_usage_limit" in path:
        body = {**body, "limit": 11}
    convex.ask(route.method, path, body)
    assert control.journal(vendor="convex")[-1]["effect"] is True


def test_management_calls_are_those_below_its_address() -> None:
    # The vendor's client, logged in, has addresses of its own.
    assert {route.path.startswith(("/v1/", "/api/deployment/")) for route in table() if route.needs == MANAGER} == {True}
    assert {route.needs for route in table() if route.path.startswith("/v1/")} == {MANAGER}


# -- log streams


def test_a_webhook_s_secret_is_replaced(control: Sandbox, convex: Convex) -> None:
    made = convex.post("/api/v1/create_log_stream", WEBHOOK)
    assert convex.refused("POST", "/api/v1/create_log_stream", WEBHOOK) == (400, "LogStreamAlreadyExists")
    rotated = convex.post(f"/api/v1/rotate_webhook_secret/{made['id']}")["hmacSecret"]
    (stream,) = convex.get("/api/v1/list_log_streams")
    assert (stream["hmacSecret"], stream["url"]) == (rotated, WEBHOOK["url"]) and rotated != made["hmacSecret"]
    axiom = {"logStreamType": "axiom", "apiKey": "secret", "datasetName": "logs", "attributes": []}
    other = convex.post("/api/v1/create_log_stream", axiom)["id"]
    assert "apiKey" not in convex.get(f"/api/v1/get_log_stream/{other}")
    assert convex.refused("POST", f"/api/v1/rotate_webhook_secret/{other}")[0] == 400
    convex.post(f"/api/v1/delete_log_stream/{made['id']}")
    assert convex.refused("POST", f"/api/v1/rotate_webhook_secret/{made['id']}") == (404, "LogStreamNotFound")
    assert control.state("functions")["audit"] == ["create_integration", "update_integration", "create_integration", "delete_integration"]


def test_the_vendor_s_own_backups_are_no_exports_of_ours(control: Sandbox, convex: Convex) -> None:
    control.patch("functions", cloud_backup="5h")
    assert convex.value("_system/cli/exports:getLatest") is None
    assert convex.value("_system/frontend/latestExport:latestCloudExport")["requestor"] == "cloudBackup"


# -- kills


@pytest.mark.parametrize(("when", "there"), [("before", False), ("after", True)])
def test_a_run_can_be_killed_at_a_change(control: Sandbox, convex: Convex, when: str, there: bool) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        control.arm_kill(victim.pid, at=1, when=when)
        convex.get("/api/v1/list_environment_variables")
        with pytest.raises(requests.ConnectionError):
            convex.post("/api/v1/update_environment_variables", {"changes": [{"name": "KILLED", "value": "1"}]})
        assert victim.wait(10) < 0
    finally:
        victim.kill()
        victim.wait()
    assert control.kill_report()["at_operation"] == "POST /api/v1/update_environment_variables"
    assert ("KILLED" in control.state("functions")["variables"]) is there

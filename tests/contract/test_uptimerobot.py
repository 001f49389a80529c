# SPDX-License-Identifier: GPL-3.0-or-later
"""UptimeRobot's calls, as declared and as really sent, and the sandbox's answers, against the vendor's OpenAPI document."""

from __future__ import annotations

import functools
import json
import re
import typing as t

import jsonschema
import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.operations import OPERATIONS
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.harness import writes
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]


@functools.cache
def document() -> Json:
    path = vendor_schemas.folder() / "uptimerobot" / "openapi.json"
    # Patterns are written as JavaScript writes them, between slashes.
    return t.cast(Json, json.loads(re.sub(r'"pattern": ?"/(.*?)/"', r'"pattern": "\1"', path.read_text(encoding="utf-8"))))


def described(operation: Operation) -> Json:
    """The vendor's description of the call; an operation that is in no document fails here."""
    return t.cast(Json, document()["paths"][operation.path][operation.method.lower()])


def body_schemas(operation: Operation) -> list[Json]:
    schema = described(operation).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found = [document()["components"]["schemas"][one["$ref"].split("/")[-1]] for one in schema.get("oneOf", [schema]) if "$ref" in one]
    return [t.cast(Json, one) for one in found]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    named = [parameter["name"] for parameter in described(operation).get("parameters", []) if parameter["in"] == "query"]
    assert set(operation.query) <= set(named)
    assert set(operation.body) <= {field for schema in body_schemas(operation) for field in schema["properties"]}
    assert operation.changes == (operation.method != "GET")
    assert operation.destroys == (operation.name == "delete_monitor")


def test_what_is_sent_is_what_is_declared_and_documented(sandbox: Sandbox, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAASOPS_CLOCK_URL", sandbox.run["clock_url"])
    acts = [
        writes.Act("uptimerobot_monitor", {"name": "keyword", "type": "keyword", "url": "https://a.example.com", "keyword": "ok", "alert_when": "missing"}),
        writes.Act("uptimerobot_monitor", {"name": "keyword", "type": "keyword", "keyword_case": True, "method": "GET", "success_codes": ["200"]}),
        writes.Act("uptimerobot_monitor", {"name": "night", "type": "heartbeat", "interval": "24h", "grace": "1h"}),
        writes.Act("uptimerobot_monitor", {"name": "port", "type": "port", "url": "db.example.com", "port": 5432}),
        writes.Act("uptimerobot_monitor", {"name": "ping", "type": "ping", "url": "db.example.com", "tags": ["a"]}),
        writes.Act("uptimerobot_maintenance_window", {"name": "weekly", "repeat": "weekly", "days": [1], "time": "03:00", "duration": "1h"}),
        *(act for write in writes.UPTIMEROBOT for act in (*write.before, write.act) if isinstance(act, writes.Act)),
    ]
    for act in acts:
        result = writes.play(sandbox, act, tmp_path)
        assert not result.get("failed"), result["msg"]
    seen = set()
    for entry in sandbox.journal(vendor="uptimerobot"):
        (operation,) = (one for one in OPERATIONS.values() if f"{one.method} {re.sub('{[^}]*}', '{id}', one.path)}" == entry["operation"])
        seen.add(operation.name)
        assert set(entry["query"]) <= set(operation.query)
        body = entry["body"] or {}
        assert set(body) <= set(operation.body)
        schemas = [{**vendor_schemas._json_schema(one), "components": vendor_schemas._json_schema(document()["components"])} for one in body_schemas(operation)]
        fitting = [schema for schema in schemas if not body.get("type") or body["type"] in schema["properties"].get("type", {}).get("enum", [body["type"]])]
        problems = [error.message for schema in fitting for error in jsonschema.Draft202012Validator(schema).iter_errors(body)]
        assert not problems and bool(fitting) == bool(body_schemas(operation)), (entry["operation"], body, problems)
    assert seen == set(OPERATIONS)


def test_the_sandbox_answers_as_the_vendor_documents(sandbox: Sandbox) -> None:
    known = sandbox.run["uptimerobot"]
    vendor = vendor_schemas.uptimerobot()

    def ask(method: str, path: str, body: Json | None = None) -> t.Any:
        content = body or ({} if method == "POST" else None)
        answer = requests.request(method, known["url"] + path, json=content, headers={"Authorization": f"Bearer {known['api_key']}"}, timeout=10)
        document = answer.json() if answer.content else None
        vendor.check_answer(method, path.partition("?")[0], answer.status_code, document)
        return document

    page = {"type": "HTTP", "friendlyName": "page", "interval": 60, "timeout": 30, "url": "https://a.example.com", "tagNames": ["a & b"]}
    made = ask("POST", "/monitors", {**page, "assignedAlertContacts": [{"alertContactId": 7, "threshold": 5, "recurrence": 0}]})
    assert made["tags"][0]["name"] == "a &amp; b" and made["status"] == "PENDING"
    ask("POST", "/monitors", {**page, "type": "KEYWORD", "keywordType": "ALERT_EXISTS", "keywordCaseType": "CaseSensitive", "keywordValue": "ok"})
    sandbox.ask("POST", "/world", {"vendor": "uptimerobot", "set": {"status": {"storefront": "DOWN"}}})
    first = ask("GET", "/monitors?limit=2")
    assert len(first["data"]) == 2 and "cursor=" in first["nextLink"]
    assert ask("PATCH", f"/monitors/{made['id']}", {"interval": 120})["interval"] == 120
    assert ask("POST", f"/monitors/{made['id']}/pause")["status"] == ask("GET", f"/monitors/{made['id']}")["status"] == "PAUSED"
    assert ask("POST", f"/monitors/{made['id']}/start")["status"] == "STARTED"
    window = {"name": "night", "interval": "once", "date": "2026-12-01", "time": "02:00:00", "duration": 30, "monitorIds": [made["id"]]}
    opened = ask("POST", "/maintenance-windows", window)
    assert ask("GET", f"/monitors/{made['id']}")["maintenanceWindows"][0]["id"] == opened["id"]
    assert ask("PATCH", f"/maintenance-windows/{opened['id']}", {"duration": 60})["duration"] == 60
    assert ask("GET", "/maintenance-windows")["nextLink"] is None
    assert ask("DELETE", f"/maintenance-windows/{opened['id']}") is None and ask("DELETE", f"/monitors/{made['id']}") is None

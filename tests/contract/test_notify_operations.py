# SPDX-License-Identifier: GPL-3.0-or-later
"""Slack, PagerDuty and Statuspage: every call against the vendor's document, as it is declared, as it is sent, and as the sandbox answers it."""

from __future__ import annotations

import functools
import json
import typing as t
import urllib.error
import urllib.request

import jsonschema
import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.pagerduty import operations as pagerduty
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.slack import operations as slack
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.statuspage import operations as statuspage
from ansible_collections.saasops.runbooks.plugins.modules import notify
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.integration.tasks import run
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
FILES = {"slack": "openapi.json", "pagerduty": "events-v2.json", "statuspage": "openapi.json"}
TABLES = {"slack": slack.OPERATIONS, "pagerduty": pagerduty.OPERATIONS, "statuspage": statuspage.OPERATIONS}
EVERY = [(vendor, operation) for vendor, table in TABLES.items() for operation in table.values()]
# Sent by Slack's own clients, and not in its document, which is of 2021.
UNDOCUMENTED = {"client_msg_id"}


@functools.cache
def document(vendor: str) -> Json:
    return t.cast(Json, json.loads((vendor_schemas.folder() / vendor / FILES[vendor]).read_text(encoding="utf-8")))


def resolved(vendor: str, node: Json) -> Json:
    while "$ref" in node:
        found: t.Any = document(vendor)
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def described(vendor: str, operation: Operation) -> Json:
    return t.cast(Json, document(vendor)["paths"][operation.path][operation.method.lower()])


def body_schema(vendor: str, operation: Operation) -> Json:
    return resolved(vendor, described(vendor, operation)["requestBody"]["content"]["application/json"]["schema"])


@pytest.mark.parametrize(("vendor", "operation"), EVERY, ids=[f"{vendor} {operation.name}" for vendor, operation in EVERY])
def test_the_vendor_documents_the_call(vendor: str, operation: Operation) -> None:
    about = described(vendor, operation)
    parameters = {one["name"] for one in about["parameters"] if one["in"] in ("query", "formData")}
    fields = parameters if vendor == "slack" else set(body_schema(vendor, operation)["properties"]) if operation.body else set()
    assert set(operation.body) - UNDOCUMENTED <= fields
    assert set(operation.query) <= parameters
    assert operation.changes == (operation.method != "GET")


@pytest.fixture
def told(sandbox: Sandbox, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """What the module sends in one incident, from its beginning to its end."""
    monkeypatch.setenv("SAASOPS_CLOCK_URL", sandbox.run["clock_url"])
    known = sandbox.run
    routes = [
        {"name": "bot", "kind": "slack", "channel": "#incidents", **{name: known["slack"][name] for name in ("token", "api_url")}},
        {"name": "pager", "kind": "pagerduty", **{name: known["pagerduty"][name] for name in ("routing_key", "api_url")}},
        {"name": "page", "kind": "statuspage", **{name: known["statuspage"][name] for name in ("page", "api_key", "api_url")}},
    ]
    routes[2]["components"] = {known["statuspage"]["components"][0]: "major_outage"}
    about = {"environment": "shop/production", "ledger_url": f"sqlite:///{tmp_path}/l.sqlite3", "routes": routes, "severity": "critical", "title": "down"}
    for more in ({}, {"acknowledged": True}, {"resolved": True}):
        result = run(notify, {**about, **more})
        assert {row["state"] for row in result["routes"]} == {"sent"}, result
    return sandbox.journal()


def test_what_is_sent_is_what_the_vendors_take(told: list[Json]) -> None:
    sent = [entry for entry in told if entry["vendor"] in TABLES and entry["changes"]]
    seen = set()
    for entry in sent:
        vendor, path = entry["vendor"], entry["path"].removeprefix("/api").removeprefix("/v2").removeprefix("/v1")
        operation = next(one for one in TABLES[vendor].values() if one.method == entry["method"] and one.path.count("/") == path.count("/") and same(one, path))
        seen.add((vendor, operation.name))
        assert set(entry["body"]) <= set(operation.body)
        if vendor != "slack":
            # The credential is not in the journal.
            jsonschema.Draft202012Validator({**body_schema(vendor, operation), "components": document(vendor)["components"]}).validate(entry["body"])
    assert seen == {(vendor, operation.name) for vendor, operation in EVERY if operation.changes}


def same(operation: Operation, path: str) -> bool:
    return all(one == other or one.startswith("{") for one, other in zip(operation.path.split("/"), path.split("/"), strict=True))


def ask(url: str, body: Json | None = None, method: str = "POST", **headers: str) -> tuple[int, t.Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def check_answer(vendor: str, operation: Operation, status: int, body: t.Any, response: str = "") -> None:
    about = resolved(vendor, described(vendor, operation)["responses"][response or str(status)])
    schema = about["schema"] if vendor == "slack" else about["content"]["application/json"]["schema"]
    whole = {**schema, **{name: document(vendor).get(name, {}) for name in ("components", "definitions")}}
    jsonschema.Draft202012Validator(whole).validate(body)


def test_the_sandbox_answers_as_slack_does(sandbox: Sandbox) -> None:
    known = sandbox.run["slack"]
    bearer = {"Authorization": f"Bearer {known['token']}"}
    status, posted = ask(f"{known['api_url']}/chat.postMessage", {"channel": "#incidents", "text": "x"}, **bearer)
    check_answer("slack", slack.POST, status, posted)
    status, updated = ask(f"{known['api_url']}/chat.update", {"channel": posted["channel"], "ts": posted["ts"], "text": "y"}, **bearer)
    check_answer("slack", slack.UPDATE, status, updated)
    for body, headers in (({"channel": "#nowhere", "text": "x"}, bearer), ({"channel": "#incidents", "text": "x"}, {})):
        status, refused = ask(f"{known['api_url']}/chat.postMessage", body, **headers)
        check_answer("slack", slack.POST, status, refused, "default")
        assert status == 200 and refused["ok"] is False


def test_the_sandbox_answers_as_pagerduty_does(sandbox: Sandbox) -> None:
    known = sandbox.run["pagerduty"]
    payload = {"summary": "x", "source": "shop", "severity": "error"}
    event = {"routing_key": known["routing_key"], "event_action": "trigger", "payload": payload}
    status, taken = ask(f"{known['api_url']}/enqueue", event)
    check_answer("pagerduty", pagerduty.ENQUEUE, status, taken)
    assert status == 202
    assert ask(f"{known['api_url']}/enqueue", {**event, "routing_key": "other"})[0] == 400
    assert ask(f"{known['api_url']}/enqueue", {**event, "payload": {**payload, "severity": "bad"}})[0] == 400


def test_the_sandbox_answers_as_statuspage_does(sandbox: Sandbox) -> None:
    known = sandbox.run["statuspage"]
    oauth, pages = {"Authorization": f"OAuth {known['api_key']}"}, f"{known['api_url']}/pages/{known['page']}/incidents"
    status, made = ask(pages, {"incident": {"name": "x", "status": "investigating"}}, **oauth)
    check_answer("statuspage", statuspage.CREATE, status, made)
    assert ask(f"{pages}/unresolved", None, "GET", **oauth)[0] == 420, "one request in a second"
    sandbox.advance(1)
    status, listed = ask(f"{pages}/unresolved", None, "GET", **oauth)
    check_answer("statuspage", statuspage.LIST_UNRESOLVED, status, listed)
    sandbox.advance(1)
    status, changed = ask(f"{pages}/{made['id']}", {"incident": {"status": "resolved"}}, "PATCH", **oauth)
    check_answer("statuspage", statuspage.UPDATE, status, changed)
    status, refused = ask(pages, {"incident": {"name": "x"}}, Authorization="OAuth other")
    check_answer("statuspage", statuspage.CREATE, status, refused)
    assert status == 401

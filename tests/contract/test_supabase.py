# SPDX-License-Identifier: GPL-3.0-or-later
"""Supabase's calls, as declared and as really sent, and the sandbox's answers, against the vendor's OpenAPI document."""

from __future__ import annotations

import re
import typing as t

import jsonschema
import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import restores
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import SILENT
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.operations import GET_PROJECT, OPERATIONS
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.harness import writes
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]


def described(operation: Operation) -> Json:
    """The vendor's description of the call; an operation that is in no document fails here."""
    return t.cast(Json, vendor_schemas.supabase().paths[operation.path][operation.method.lower()])


def body_schema(operation: Operation) -> Json:
    content = described(operation).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return vendor_schemas.supabase()._resolved(content)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    named = {parameter["name"] for parameter in described(operation).get("parameters", []) if parameter["in"] == "query"}
    assert set(operation.query) <= named
    assert set(operation.body) == set(body_schema(operation).get("properties", {}))
    assert operation.changes == (operation.method != "GET")
    answers = [told for status, told in described(operation)["responses"].items() if status.startswith("2")]
    assert operation.destroys == (operation.name in SILENT) == (not any("content" in told for told in answers))
    wanted = {name for one in described(operation)["security"] for name in one.get("fga_permissions", [])}
    assert set(operation.needs) == wanted


def test_what_is_sent_is_what_is_declared_and_documented(sandbox: Sandbox, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAASOPS_CLOCK_URL", sandbox.run["clock_url"])
    for act in (writes.Act("supabase_backup_info", {}), *(step for write in writes.SUPABASE for step in (*write.before, write.act))):
        if not isinstance(act, writes.Act):
            act(sandbox)
            continue
        result = writes.play(sandbox, act, tmp_path)
        assert not result.get("failed"), result["msg"]
    seen = set()
    for entry in sandbox.journal(vendor="supabase"):
        (operation,) = (one for one in OPERATIONS.values() if f"{one.method} {re.sub('{[^}]*}', '{id}', one.path)}" == entry["operation"])
        seen.add(operation.name)
        assert set(entry["query"]) <= set(operation.query) and set(entry["body"] or {}) == set(operation.body)
        assert not list(jsonschema.Draft202012Validator(body_schema(operation)).iter_errors(entry["body"] or {}))
    assert seen == set(OPERATIONS)


def test_the_sandbox_answers_as_the_vendor_documents(sandbox: Sandbox) -> None:
    known, vendor = sandbox.run["supabase"], vendor_schemas.supabase()
    place = f"/v1/projects/{known['project']}"

    def ask(method: str, path: str, body: Json | None = None) -> t.Any:
        answer = requests.request(method, known["url"] + path, json=body, headers={"Authorization": f"Bearer {known['token']}"}, timeout=10)
        told = answer.json() if answer.content else None
        # A body is checked where the vendor documents one.
        if told is not None:
            vendor.check_answer(method, path.partition("?")[0], answer.status_code, told)
        return told

    assert ask("GET", place)["status"] == "ACTIVE_HEALTHY"
    assert len(ask("GET", f"{place}/database/backups")["backups"]) == 7
    assert ask("POST", f"{place}/database/backups/restore-point", {"name": "by-hand"})["status"] == "PENDING"
    assert ask("GET", f"{place}/database/backups/restore-point?name=by-hand")["name"] == "by-hand"
    assert ask("PATCH", f"{place}/database/backups/schedule", {"schedule_for": "03:00:00"})["schedule_for"] == "03:00:00"
    assert ask("GET", f"{place}/database/backups/schedule")["updated_at"]
    assert ask("POST", f"{place}/database/backups/restore-pitr", {"recovery_time_target_unix": int(sandbox.clock()["now"]) - 60}) is None
    assert ask("GET", place)["status"] == "RESTORING"
    sandbox.advance(200)
    assert ask("GET", place)["status"] == "ACTIVE_HEALTHY"
    sandbox.ask("POST", "/world", {"vendor": "supabase", "set": {"plan": "free"}})
    assert ask("GET", f"{place}/database/backups")["pitr_enabled"] is False


def test_every_status_that_the_vendor_documents_is_known_here(sandbox: Sandbox) -> None:
    enum = set(vendor_schemas.supabase()._components["schemas"]["V1RestorePointResponse"]["properties"]["status"]["enum"])
    assert enum == {"AVAILABLE", "PENDING", "FAILED", "REMOVED"}
    project = vendor_schemas.supabase()._resolved(described(GET_PROJECT)["responses"]["200"]["content"]["application/json"]["schema"])
    states = set(project["properties"]["status"]["enum"])
    assert {*restores.BEFORE, *restores.UNDER_WAY, restores.RESTORING, restores.FAILED} <= states

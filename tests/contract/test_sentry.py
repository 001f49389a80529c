# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentry's calls, as declared and as really sent, and the sandbox's answers, against the vendor's OpenAPI document."""

from __future__ import annotations

import functools
import re
import typing as t

import jsonschema
import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.operations import OPERATIONS
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.harness import writes
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox


@functools.cache
def document() -> vendor_schemas.OpenApi:
    return vendor_schemas.OpenApi(vendor_schemas.folder() / "sentry" / "openapi.json")


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    described = document().paths[operation.path][operation.method.lower()]
    named = {parameter["name"] for parameter in described["parameters"]}
    assert set(operation.query) <= named and set(re.findall(r"{(\w+)}", operation.path)) <= named
    assert not operation.changes and operation.method == "GET"


def test_what_is_sent_is_declared_and_what_is_answered_is_documented(sandbox: Sandbox, tmp_path: t.Any) -> None:
    options = {"projects": [1], "environments": ["production"]}
    around = {"start": "2026-11-20T02:00:00Z", "end": "2026-11-20T03:00:00Z"}
    acts = [writes.Act("sentry_issue_info", {**options, "limit": 3}), writes.Act("sentry_error_rate_info", options)]
    for act in (*acts, writes.Act("sentry_issue_info", around), writes.Act("sentry_error_rate_info", around)):
        result = writes.play(sandbox, act, tmp_path)
        assert not result.get("failed"), result["msg"]
    known, seen = sandbox.run["sentry"], set()
    for entry in sandbox.journal(vendor="sentry"):
        (operation,) = (one for one in OPERATIONS.values() if entry["path"] == one.path.format(organization_id_or_slug=known["organization"]))
        seen.add(operation.name)
        assert set(entry["query"]) <= set(operation.query)
        for parameter in document().paths[operation.path]["get"]["parameters"]:
            value = entry["query"].get(parameter["name"])
            if value is not None and parameter["schema"]["type"] in ("integer", "string"):
                jsonschema.validate(int(value) if parameter["schema"]["type"] == "integer" else value, parameter["schema"])
        headers = {"Authorization": f"Bearer {known['token']}"}
        answer = requests.get(known["url"] + entry["path"], params=entry["query"], headers=headers, timeout=10)
        document().check_answer("GET", entry["path"], answer.status_code, answer.json())
    assert seen == set(OPERATIONS)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Atlas's calls, as declared and as really sent, and the sandbox's answers, against the vendor's OpenAPI document."""

from __future__ import annotations

import json
import re
import typing as t

import jsonschema
import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import API_URL, MEDIA_TYPE
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.operations import ACCESS_TOKEN, OPERATIONS, RESTORE
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.harness import writes
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
CALLS = [operation for operation in OPERATIONS.values() if operation is not ACCESS_TOKEN]


def described(operation: Operation) -> Json:
    """The vendor's description of the call; an operation that is in no document fails here."""
    return t.cast(Json, vendor_schemas.atlas().paths[operation.path][operation.method.lower()])


def body_schema(operation: Operation) -> Json:
    return vendor_schemas.atlas()._resolved(described(operation).get("requestBody", {}).get("content", {}).get(MEDIA_TYPE, {}).get("schema", {}))


@pytest.mark.parametrize("operation", CALLS, ids=[operation.name for operation in CALLS])
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    assert set(operation.query) <= vendor_schemas.atlas().parameters(operation.method, operation.path)
    assert set(operation.body) <= set(body_schema(operation).get("properties", {}))
    assert MEDIA_TYPE in described(operation)["responses"]["200"]["content"]
    assert operation.changes == (operation.method != "GET") and operation.destroys == (operation is RESTORE)


def test_a_token_is_had_where_the_vendor_says() -> None:
    document = json.loads((vendor_schemas.folder() / "mongodb-atlas" / "openapi.json").read_text(encoding="utf-8"))
    flow = document["components"]["securitySchemes"]["ServiceAccounts"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == f"{API_URL}{ACCESS_TOKEN.path}"


def test_what_is_sent_is_what_is_declared_and_documented(sandbox: Sandbox, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAASOPS_CLOCK_URL", sandbox.run["clock_url"])
    for act in (writes.Act("atlas_snapshot_info", {}), *(step for write in writes.ATLAS for step in (*write.before, write.act))):
        assert isinstance(act, writes.Act)
        result = writes.play(sandbox, act, tmp_path)
        assert not result.get("failed"), result["msg"]
    seen: dict[str, set[str]] = {}
    for entry in sandbox.journal(vendor="atlas"):
        (operation,) = (one for one in OPERATIONS.values() if f"{one.method} {re.sub('{[^}]*}', '{id}', one.path)}" == entry["operation"])
        # The body of the question for a token is a form.
        sent = set(operation.body if operation is ACCESS_TOKEN else entry["body"] or {})
        seen[operation.name] = seen.get(operation.name, set()) | sent
        assert set(entry["query"]) <= set(operation.query)
        if operation is not ACCESS_TOKEN:
            assert sent == set(operation.body) or (operation is RESTORE and sent < set(operation.body))
            assert not list(jsonschema.Draft202012Validator({"properties": body_schema(operation).get("properties", {})}).iter_errors(entry["body"] or {}))
    # A restore job is of a snapshot or of a moment.
    assert seen == {name: set(operation.body) for name, operation in OPERATIONS.items()}


def test_the_sandbox_answers_as_the_vendor_documents(sandbox: Sandbox) -> None:
    known, vendor = sandbox.run["atlas"], vendor_schemas.atlas()
    place = f"/api/atlas/v2/groups/{known['project']}/clusters/{known['cluster']}/backup/snapshots"
    granted = requests.post(
        f"{known['url']}/api/oauth/token", data={"grant_type": "client_credentials"}, auth=(known["client_id"], known["client_secret"]), timeout=10
    ).json()

    def ask(method: str, path: str, body: Json | None = None) -> t.Any:
        headers = {"Authorization": f"Bearer {granted['access_token']}", "Accept": MEDIA_TYPE}
        answer = requests.request(method, known["url"] + path, json=body, headers=headers, timeout=10)
        vendor.check_answer(method, path.partition("?")[0], answer.status_code, answer.json(), MEDIA_TYPE)
        return answer.json()

    made = ask("POST", place, {"description": "by hand", "retentionInDays": 3})
    assert made["status"] == "queued" and ask("GET", f"{place}/{made['id']}")["description"] == "by hand"
    assert len(ask("GET", f"{place}?itemsPerPage=2&pageNum=2")["results"]) == 2

    jobs = place.replace("snapshots", "restoreJobs")
    kept = next(one for one in ask("GET", place)["results"] if one["status"] == "completed")
    target = {"targetGroupId": known["project"], "targetClusterName": "shop-scratch"}
    job = ask("POST", jobs, {"deliveryType": "automated", "snapshotId": kept["id"], **target})
    assert "finishedAt" not in ask("GET", f"{jobs}/{job['id']}")
    sandbox.advance(300)
    assert ask("GET", f"{jobs}/{job['id']}")["finishedAt"] and len(ask("GET", jobs)["results"]) == 1
    at = ask("POST", jobs, {"deliveryType": "pointInTime", "pointInTimeUTCSeconds": int(sandbox.clock()["now"]) - 3600, **target})
    assert at["pointInTimeUTCSeconds"] and "snapshotId" not in at

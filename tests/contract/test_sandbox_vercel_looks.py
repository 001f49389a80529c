# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's logs, domains, certificates and tokens at Vercel against the vendor's documents, and their quirks one by one."""

from __future__ import annotations

import json

import pytest

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control
from ansible_collections.saasops.runbooks.tests.sandbox.vercel import domains, logs


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _operation in domains.ROUTES])
def test_every_operation_answers_as_the_vendor_s_document_says(sandbox: Control, vercel: Vercel, method: str, path: str) -> None:
    sandbox.patch("app", unverified=["app.example.com"], token_facts={"leakedAt": 1763521320000})
    assert vercel.ask(method, path.format(project="hydrogen", domain="app.example.com", token="current"))[0] == 200


@pytest.mark.parametrize("old", [True, False])
def test_events_of_a_build_have_two_shapes_and_two_forms(sandbox: Control, vercel: Vercel, old: bool) -> None:
    sandbox.patch("app", "v1.4.2-rc1", old_log=old)
    path = f"/v3/deployments/{vercel.tagged('v1.4.2-rc1')}/events"
    found = vercel.get(path)
    assert [("payload" in it, it["type"]) for it in found] == [(old, kind) for kind in ("command", "stdout", "stdout", "stderr")]
    assert [it["created"] for it in vercel.get(path, direction="backward", limit=2)] == [it["created"] for it in reversed(found[-2:])]
    answer = vercel.raw("GET", path, follow=1)
    assert answer.headers["Content-Type"].startswith(logs.STREAM)
    first, *lines = [json.loads(line) for line in answer.text.splitlines()]
    # What only keeps the connection open has no time.
    assert (lines, "created" in first) == (found, False)


def test_a_runtime_log_is_one_document_a_line_and_ends_by_a_delimiter(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", "v1.4.2", runtime_log=[{"message": "one", "level": "error"}])
    path = f"/v1/projects/hydrogen/deployments/{vercel.tagged('v1.4.2')}/runtime-logs"
    answer = vercel.raw("GET", path)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["source"] for line in lines] == ["serverless", "delimiter"]
    for line in lines:
        vendor_schemas.vercel().check_answer("GET", path, 200, line, "application/stream+json")


def test_what_is_wrong_with_a_domain_is_told(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", unverified=["www.example.com"], misconfigured=["www.example.com"])
    listed = vercel.get("/v9/projects/hydrogen/domains")["domains"]
    assert [(it["name"], it["verified"], "verification" in it) for it in listed] == [("app.example.com", True, False), ("www.example.com", False, True)]
    wrong = vercel.get("/v6/domains/www.example.com/config")
    assert (wrong["misconfigured"], wrong["configuredBy"]) == (True, None)
    assert vercel.ask("GET", "/v6/domains/elsewhere.example.com/config")[0] == 403


def test_domains_are_paged(vercel: Vercel) -> None:
    page = vercel.get("/v9/projects/hydrogen/domains", limit=1)
    rest = vercel.get("/v9/projects/hydrogen/domains", limit=1, until=page["pagination"]["next"])
    assert ([it["name"] for it in page["domains"] + rest["domains"]], rest["pagination"]["next"]) == (["app.example.com", "www.example.com"], None)


def test_certificates_end_in_milliseconds(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    sandbox.patch("app", certificate_days={"app.example.com": 3, "www.example.com": None})
    found = {it["cns"][0]: it["expiresAt"] for it in vercel.get("/v8/certs")["certs"]}
    assert found["app.example.com"] == round((member.now() + 3 * 86400) * 1000) and "www.example.com" not in found


def test_a_token_is_known_by_its_id_and_as_current(vercel: Vercel) -> None:
    current = vercel.get("/v5/user/tokens/current")["token"]
    assert vercel.get(f"/v5/user/tokens/{current['id']}")["token"]["name"] == current["name"]
    assert vercel.ask("GET", "/v5/user/tokens/none")[0] == 404

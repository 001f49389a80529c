# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault: what the client meets, and whether the effect has happened."""

from __future__ import annotations

import time
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.sandbox.launch import ControlError, Sandbox

if t.TYPE_CHECKING:
    from .conftest import Vendors


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500, 502, 503, 504])
def test_a_status_comes_in_the_vendor_s_shape_and_nothing_happens(sandbox: Sandbox, vendors: Vendors, status: int) -> None:
    sandbox.fault("status", changes=True, times=0, status=status, message="try later")
    answer = vendors.rollback_app()
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, "try later")
    answer = vendors.rollback_api()
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (status, "try later")
    assert vendors.effects("app") == vendors.effects("api") == {}
    assert [(entry["status"], entry["effect"], entry["fault"]) for entry in sandbox.journal(changes=True)] == [(status, False, "status")] * 2


def test_a_status_can_be_a_page_and_can_say_when_to_come_again(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("status", status=503, retry_after=7, body_html=True)
    answer = vendors.vercel()
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Content-Type"]) == (503, "7", "text/html; charset=utf-8")
    assert vendors.vercel().status_code == 200


def test_rate_limited(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("rate_limited", vendor="vercel", retry_after=3)
    answer = vendors.vercel()
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["error"]["code"]) == (429, "3", "rate_limited")


@pytest.mark.parametrize(("kind", "happens"), [("reset", False), ("lost", True)])
def test_a_connection_that_is_cut(sandbox: Sandbox, vendors: Vendors, kind: str, happens: bool) -> None:
    sandbox.fault(kind, changes=True, times=0)
    with pytest.raises(requests.ConnectionError):
        vendors.rollback_app()
    with pytest.raises(requests.ConnectionError):
        vendors.rollback_api()
    assert [list(vendors.effects(name).values()) for name in ("app", "api")] == ([[1], [1]] if happens else [[], []])
    assert [(entry["status"], entry["effect"]) for entry in sandbox.journal(changes=True)] == [(None, happens)] * 2


@pytest.mark.parametrize(("kind", "happens"), [("timeout", False), ("timeout_after", True)])
def test_a_request_that_hangs(sandbox: Sandbox, vendors: Vendors, kind: str, happens: bool) -> None:
    sandbox.fault(kind, changes=True, seconds=5)
    began = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        vendors.rollback_app(timeout=0.3)
    assert time.monotonic() - began < 2
    assert list(vendors.effects("app").values()) == ([1] if happens else [])


def test_half_a_body(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("truncated", times=0)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        vendors.vercel()
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        vendors.rollback_app()
    assert list(vendors.effects("app").values()) == [1]


@pytest.mark.parametrize(("kind", "happens"), [("graphql_error", False), ("graphql_error_after", True)])
def test_errors_inside_a_200(sandbox: Sandbox, vendors: Vendors, kind: str, happens: bool) -> None:
    sandbox.fault(kind, vendor="railway", operation="deploymentRollback", message="Not today")
    answer = vendors.rollback_api()
    assert answer.status_code == 200
    assert (answer.json()["data"], answer.json()["errors"][0]["message"]) == (None, "Not today")
    assert list(vendors.effects("api").values()) == ([1] if happens else [])


def test_slow(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("slow", delay_ms=300)
    answer = vendors.rollback_app()
    assert answer.status_code == 201 and answer.elapsed.total_seconds() > 0.25
    assert sandbox.journal(changes=True)[0]["ms"] >= 250


def test_a_page_where_json_was_expected(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("garbage")
    answer = vendors.vercel()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_body_without_end(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("big", mb=3)
    assert len(vendors.vercel().content) > 3_000_000


def test_exactly_this_body(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("body", body={"id": None}, status=200)
    assert vendors.vercel().json() == {"id": None}


def test_states_that_nobody_has_heard_of(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("unknown_status", times=0)
    assert vendors.vercel(path="/v7/deployments").json()["deployments"][0]["readyState"] == "HIBERNATING"
    document = "query($i: DeploymentListInput!) { deployments(input: $i, first: 1) { edges { node { status } } } }"
    listed = vendors.railway(document, i={"serviceId": sandbox.run["components"]["api"]["service_id"]}).json()
    assert listed["data"]["deployments"]["edges"][0]["node"]["status"] == "HIBERNATING"


def test_a_fault_meets_only_what_it_is_meant_for(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("status", vendor="vercel", operation=r"^GET /v9/projects", component="app", skip=1, times=2, status=500)
    assert vendors.vercel(path="/v7/deployments").status_code == 200
    assert vendors.vercel(path="/v9/projects/dashboard").status_code == 200
    assert [vendors.vercel().status_code for _turn in range(4)] == [200, 500, 500, 200]
    assert vendors.railway("{ platformStatus { isStable } }").status_code == 200
    assert [(fault["seen"], fault["struck"]) for fault in sandbox.ask("GET", "/faults")["faults"]] == [(3, 2)]
    sandbox.clear_faults()
    assert sandbox.ask("GET", "/faults")["faults"] == []


def test_faults_of_the_app(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("status", vendor="app", component="dashboard", status=502)
    assert [vendors.app("dashboard").status_code for _turn in range(2)] == [502, 200]


@pytest.mark.parametrize(
    "wish",
    [{"kind": "explode"}, {"kind": "status", "stauts": 500}, {"kind": "slow", "operation": "("}, {"kind": "reset", "status": 500}],
)
def test_a_misspelt_fault_is_refused(sandbox: Sandbox, wish: dict[str, t.Any]) -> None:
    with pytest.raises(ControlError):
        sandbox.ask("POST", "/faults", wish)
    assert sandbox.ask("GET", "/faults")["faults"] == []

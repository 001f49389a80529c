# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel's client: which credential goes where, and what each of the vendor's errors becomes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployment_info, operations, projects
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import (
    API,
    BAD,
    COMMON,
    LOST,
    TEAM,
    TOKEN,
    UNREACHED,
    Time,
    Vercel,
    error,
    of_module,
    of_project,
    project,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
PATH = "/v9/projects/hydrogen"


def read(vercel: Vercel, *answers: t.Any) -> dict[str, t.Any]:
    vercel.on("GET", PATH, *answers)
    result = of_project(lambda place: projects.read(place).name)
    return result.get("failure") or result


def test_token_and_team_go_with_every_call(vercel: Vercel) -> None:
    assert read(vercel, project())["seen"] == "hydrogen"
    request = vercel.request(0)
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.params == {"slug": TEAM}


def test_a_team_id_is_sent_as_such(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMON, "team", "team_example")
    assert read(vercel, project())["seen"] == "hydrogen"
    assert vercel.request(0).params == {"teamId": "team_example"}


def test_a_project_of_another_team_is_refused(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMON, "team", "team_other")
    failure = read(vercel, project())
    assert (failure["kind"], failure["code"]) == ("refused", "team")


def test_without_a_team_none_is_sent(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMON, "team", None)
    assert read(vercel, project())["seen"] == "hydrogen"
    assert vercel.request(0).params == {}


@pytest.mark.parametrize("token", [None, "", "two words-4mQx8ZrT1vKc9LsW", "line\nend-5nRy9AsU2wLd0MtX", "ümlaut-6pSz0BtV3xMe1NuY77"])
def test_an_unusable_token_is_refused_before_anything_is_sent(vercel: Vercel, monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    monkeypatch.setitem(COMMON, "token", token)
    result = of_module(deployment_info.execute, limit=1, target=None, state=None, commit=None)
    assert result["failure"]["kind"] == "auth"
    assert result["failure"]["hint"]
    assert vercel.asked == []
    assert not token or token not in str(result)


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://api.example.com", "https://user:word@api.example.com", "https://", "https://h:99999"])
def test_an_address_that_could_leak_the_token_is_refused(vercel: Vercel, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setitem(COMMON, "api_url", url)
    failure = of_project(projects.read)["failure"]
    assert (failure["kind"], vercel.asked) == ("invalid", [])
    assert "api_url" in failure["message"]


@pytest.mark.parametrize(
    ("status", "body", "kind", "word"),
    [
        (400, error("bad_request", "Invalid request"), "invalid", "options"),
        (401, error("unauthorized", "No"), "auth", "VERCEL_TOKEN"),
        (403, error("forbidden", "Not authorized", invalidToken=True), "auth", "VERCEL_TOKEN"),
        (403, error("forbidden", "Not authorized"), "permission", "team"),
        (403, error("forbidden", "Single sign-on", saml=True), "permission", "single sign-on"),
        (403, error("challenge_required", "Confirm"), "auth", "browser"),
        (402, error("payment_required", "Upgrade"), "plan", "Hobby"),
        (409, error("conflict", "Busy"), "conflict", "again"),
        (410, error("gone", "Retired"), "protocol", "update the collection"),
        (418, error("teapot", "No"), "invalid", "options"),
        (422, error("unprocessable_entity", "No"), "conflict", "again"),
        (428, error("precondition", "No"), "plan", "add-on"),
        (404, error("not_found", "Project not found"), "not_found", "team"),
        (200, error("strange", "An error inside a success"), "protocol", "again"),
        (403, "<html>login</html>", "protocol", "proxy"),
        (200, "<html>login</html>", "protocol", "proxy"),
        (200, [], "protocol", "proxy"),
        (200, None, "protocol", "proxy"),
        (302, None, "protocol", "redirect"),
    ],
)
def test_each_error_becomes_one_kind_with_a_next_step(vercel: Vercel, status: int, body: t.Any, kind: str, word: str) -> None:
    vercel.on("GET", "/v10/projects", (500, None))
    failure = read(vercel, (status, body))
    assert (failure["kind"], failure["status"], failure["vendor"], failure["operation"]) == (kind, status, "vercel", "get_project")
    assert word in failure["hint"]
    assert TOKEN not in str(failure)


def test_the_request_is_told_by_its_id(vercel: Vercel) -> None:
    vercel.on("GET", PATH, (403, error("forbidden", "No")), headers={"x-vercel-id": "cpt1::example-0001"})
    assert of_project(projects.read)["failure"]["request_id"] == "cpt1::example-0001"


@pytest.mark.parametrize("fault", [(500, None), (503, "<html>"), (429, error("rate_limited", "Slow down")), LOST, UNREACHED])
def test_a_read_is_tried_again(vercel: Vercel, vercel_time: Time, fault: t.Any) -> None:
    before = vercel_time.now
    assert read(vercel, fault, project())["seen"] == "hydrogen"
    assert len(vercel.asked) == 2
    assert vercel_time.now > before


def test_a_read_waits_as_long_as_it_is_told(vercel: Vercel, vercel_time: Time) -> None:
    before = vercel_time.now
    vercel.on("GET", PATH, (429, error("rate_limited", "Slow down")), headers={"Retry-After": "20"})
    vercel.on("GET", PATH, project())
    assert of_project(lambda place: projects.read(place).name)["seen"] == "hydrogen"
    assert vercel_time.now - before >= 20


def test_a_limit_that_outlasts_the_deadline_is_told(vercel: Vercel) -> None:
    vercel.on("GET", PATH, (429, error("rate_limited", "Slow down")), headers={"Retry-After": "600"})
    failure = of_project(projects.read)["failure"]
    assert (failure["kind"], failure["retryable"]) == ("rate_limited", True)


def test_text_of_the_vendor_is_data(vercel: Vercel) -> None:
    nasty = "{{ lookup('pipe', 'id') }}\x1b[2J\u202eevil\nline"
    failure = read(vercel, (400, error("bad_request", nasty)))
    assert failure["message"] == "{{ lookup('pipe', 'id') }}?[2J?evil line"


def test_a_misspelt_project_names_the_near_ones(vercel: Vercel) -> None:
    vercel.on("GET", "/v10/projects", {"projects": [{"name": "hydrogen-shop"}, {"name": "dashboard"}, "strange"]})
    failure = read(vercel, (404, error("not_found", "Project not found")))
    assert "there is no project hydrogen" in failure["message"]
    assert "hydrogen-shop" in failure["hint"]
    assert "dashboard" not in failure["hint"]


def test_an_unnamed_project_is_refused(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMON, "project", " ")
    assert of_project(projects.read)["failure"]["kind"] == "invalid"
    assert vercel.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        {"name": "hydrogen"},
        {"id": 1, "name": "hydrogen"},
        project(last={"type": "rollback"}),
        project({**BAD, "createdAt": None, "created": None}),
        project({**BAD, "uid": ""}),
    ],
)
def test_a_project_without_what_decides_is_an_error(vercel: Vercel, answer: t.Any) -> None:
    assert read(vercel, answer)["kind"] == "protocol"


def test_no_path_can_reach_another_resource(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMON, "project", "../../v2/user?x=")
    vercel.on("GET", "/v9/projects/..%2F..%2Fv2%2Fuser%3Fx%3D", project())
    assert of_project(lambda place: projects.read(place).name)["seen"] == "hydrogen"


def test_the_table_names_every_operation_once() -> None:
    declared = [value.name for value in vars(operations).values() if isinstance(value, Operation)]
    assert sorted(declared) == sorted(operations.OPERATIONS)
    assert all(operation.changes for operation in operations.OPERATIONS.values() if operation.destroys)
    assert API == "https://api.vercel.com"

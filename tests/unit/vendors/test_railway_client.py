# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's client: which credential goes where, and what each of the vendor's errors becomes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import client, deployment_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    ACCOUNT_TOKEN,
    HANGING,
    LOST,
    PRODUCTION,
    PROJECT,
    PROJECT_TOKEN,
    UNREACHED,
    Json,
    Railway,
    Raw,
    Time,
    connection,
    of_component,
    of_module,
    project_token,
    refusal,
    service,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]


def read(railway: Railway, *answers: t.Any, **given: t.Any) -> Json:
    """The failure of reading a service whose answers are these, or the whole result."""
    railway.on("serviceInstance", *answers)
    result = of_component(lambda room: room.read()["where"], **given)
    return result.get("failure") or result


def test_a_project_token_has_a_header_of_its_own(railway: Railway) -> None:
    assert read(railway, service())["seen"] == "api (Railway, example-shop/production)"
    for _name, _variables, headers in railway.requests:
        assert headers["Project-Access-Token"] == PROJECT_TOKEN
        assert "Authorization" not in headers


def test_an_account_token_is_a_bearer(railway: Railway) -> None:
    found = {
        "id": PROJECT,
        "name": "example-shop",
        "environments": connection([{"id": PRODUCTION, "name": "production"}]),
        "services": connection([{"id": "s-1", "name": "api"}]),
    }
    railway.on("project", {"project": found})
    assert read(railway, service(), token={"api_token": ACCOUNT_TOKEN}, railway_project=PROJECT)["seen"] == "api (Railway, example-shop/production)"
    for _name, _variables, headers in railway.requests:
        assert headers["Authorization"] == f"Bearer {ACCOUNT_TOKEN}"
        assert "Project-Access-Token" not in headers


def test_two_tokens_are_refused_by_name_before_any_request(railway: Railway) -> None:
    failure = read(railway, service(), token={"token": PROJECT_TOKEN, "api_token": ACCOUNT_TOKEN})
    assert (failure["kind"], failure["code"]) == ("refused", "two_tokens")
    assert "RAILWAY_TOKEN" in failure["message"] and "RAILWAY_API_TOKEN" in failure["message"]
    assert not railway.requests


def test_no_token_says_which_to_set(railway: Railway) -> None:
    failure = read(railway, service(), token={})
    assert failure["kind"] == "auth" and "RAILWAY_TOKEN" in failure["hint"]
    assert not railway.requests


def test_tokens_of_the_process_environment_come_last_and_leave_no_trace(railway: Railway, monkeypatch: pytest.MonkeyPatch) -> None:
    from_environment = "railway-environment-2Lm8vQs4Xz6cBn1kJw9tRy7p"
    monkeypatch.setenv("RAILWAY_TOKEN", from_environment)
    assert read(railway, service(), token={"token": None, "api_token": None})["seen"]
    assert railway.requests[0][2]["Project-Access-Token"] == from_environment
    railway.on("projectToken", refusal(f"Project Token not found: {from_environment}"))
    failure = read(railway, service(), token={})
    assert from_environment not in str(failure) and "********" in failure["message"]
    # What the inventory says is complete: a second token of the environment is not added to it.
    monkeypatch.setenv("RAILWAY_API_TOKEN", ACCOUNT_TOKEN)
    railway.on("projectToken", project_token())
    assert read(railway, service())["seen"]
    assert railway.requests[-1][2]["Project-Access-Token"] == PROJECT_TOKEN


def test_two_tokens_in_the_process_environment_are_refused(railway: Railway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILWAY_TOKEN", PROJECT_TOKEN)
    monkeypatch.setenv("RAILWAY_API_TOKEN", ACCOUNT_TOKEN)
    assert read(railway, service(), token={})["code"] == "two_tokens"


def test_the_line_end_of_a_token_file_is_dropped(railway: Railway) -> None:
    assert read(railway, service(), token={"token": f" {PROJECT_TOKEN}\n"})["seen"]
    assert railway.requests[0][2]["Project-Access-Token"] == PROJECT_TOKEN


@pytest.mark.parametrize("junk", ["two words of it", "with\nline-end", "möhre-Qw4zT8xLr2Nc6Vb0"])
def test_an_impossible_token_is_refused_without_being_shown(railway: Railway, junk: str) -> None:
    failure = read(railway, service(), token={"token": junk})
    assert failure["kind"] == "auth" and junk not in str(failure)
    assert not railway.requests


@pytest.mark.parametrize(
    "url", ["http://railway.example.com/graphql/v2", "backboard.railway.com", "https://user:word@example.com", "https://example.com:99999"]
)
def test_an_address_that_cannot_be_right_is_refused_before_any_request(railway: Railway, url: str) -> None:
    failure = read(railway, service(), railway_api_url=url)
    assert failure["kind"] == "invalid" and "api_url" in failure["message"]
    assert not railway.requests


@pytest.mark.parametrize(
    ("message", "code", "kind"),
    [
        ("Not Authorized", "INTERNAL_SERVER_ERROR", "auth"),
        ("You are NOT AUTHORIZED to do this", "INTERNAL_SERVER_ERROR", "auth"),
        ("Project Token not found", "INTERNAL_SERVER_ERROR", "auth"),
        ("Two Factor Authentication Required", "INTERNAL_SERVER_ERROR", "permission"),
        ("Service not found", "INTERNAL_SERVER_ERROR", "not_found"),
        ("Rate limit exceeded", "", "rate_limited"),
        ("Problem processing request", "INTERNAL_SERVER_ERROR", "vendor_down"),
        ("something that nobody has seen yet", "", "vendor_down"),
        ("Cannot roll back to this", "BAD_USER_INPUT", "invalid"),
        ('Cannot query field "x"', "GRAPHQL_VALIDATION_FAILED", "protocol"),
        ("Syntax Error", "GRAPHQL_PARSE_FAILED", "protocol"),
    ],
)
def test_errors_inside_a_200(railway: Railway, message: str, code: str, kind: str) -> None:
    failure = read(railway, refusal(message, code))
    assert (failure["kind"], failure["message"], failure["code"], failure["status"]) == (kind, message, code, 200)
    assert failure["hint"]


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (("Not Authorized", "INTERNAL_SERVER_ERROR"), False),
        (("Commit not found", "BAD_USER_INPUT"), False),
        (("bad input", "BAD_USER_INPUT"), False),
        (("no such field", "GRAPHQL_VALIDATION_FAILED"), False),
        (("Problem processing request", "INTERNAL_SERVER_ERROR"), True),
        (("never heard of", ""), True),
    ],
)
def test_only_a_known_refusal_proves_that_nothing_happened(error: tuple[str, str], sent: bool) -> None:
    with pytest.raises(Failure) as caught:
        client.interpret(op.ROLLBACK, Reply(200, {}, refusal(*error), ""))
    assert caught.value.maybe_sent is sent


@pytest.mark.parametrize("answer", [False, None, "true", 1, {"id": "x"}])
def test_a_boolean_that_is_not_true_is_no_success(answer: t.Any) -> None:
    with pytest.raises(Failure) as caught:
        client.interpret(op.ROLLBACK, Reply(200, {}, {"data": {"deploymentRollback": answer}}, ""))
    assert (caught.value.kind, caught.value.maybe_sent) == ("protocol", True)


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": []}, {"data": "x"}, {"errors": [], "data": None}])
def test_an_answer_without_data_is_no_success(body: t.Any) -> None:
    with pytest.raises(Failure) as caught:
        client.interpret(op.STOP, Reply(200, {}, body, ""))
    assert (caught.value.kind, caught.value.maybe_sent) == ("protocol", True)


@pytest.mark.parametrize("errors", ["a text", {"message": "x"}, ["a text"], [{"message": None}], [{"message": "x", "extensions": "y", "path": "z"}]])
def test_malformed_errors_are_errors_too(errors: t.Any) -> None:
    with pytest.raises(Failure) as caught:
        client.interpret(op.SERVICE, Reply(200, {}, {"data": {"serviceInstance": {}}, "errors": errors}, ""))
    assert caught.value.message


@pytest.mark.parametrize(
    ("status", "body", "kind", "sent"),
    [
        (400, refusal("Variable $id", "BAD_USER_INPUT"), "invalid", False),
        (400, refusal("Syntax Error", "GRAPHQL_PARSE_FAILED"), "protocol", False),
        (400, None, "protocol", False),
        (401, None, "auth", False),
        (403, None, "permission", False),
        (404, None, "protocol", False),
        (418, None, "protocol", False),
        (429, None, "rate_limited", False),
        (500, None, "vendor_down", True),
        (503, refusal("down"), "vendor_down", True),
    ],
)
def test_statuses(status: int, body: t.Any, kind: str, sent: bool) -> None:
    with pytest.raises(Failure) as caught:
        client.interpret(op.ROLLBACK, Reply(status, {"Retry-After": "7"}, body, "request-1"))
    failure = caught.value
    assert (failure.kind, failure.maybe_sent, failure.retry_after, failure.status) == (kind, sent, 7.0, status)
    assert failure.hint


@pytest.mark.parametrize("place", [{"traceId": "trace-42"}, {"extensions": {"code": "X", "traceId": "trace-42"}}])
def test_the_trace_id_is_found_in_both_places(railway: Railway, place: Json) -> None:
    assert read(railway, refusal("Not Authorized", **place))["request_id"] == "trace-42"


def test_a_passing_error_inside_a_200_is_asked_again(railway: Railway) -> None:
    assert read(railway, refusal("Problem processing request", path=["deployments"]), refusal("?", path=["deployments"]), service())["seen"]
    assert railway.asked.count("serviceInstance") == 3


def test_a_passing_error_is_not_asked_for_ever(railway: Railway, railway_time: Time) -> None:
    begun = railway_time.now
    assert read(railway, refusal("Problem processing request", path=["deployments"]))["kind"] == "vendor_down"
    assert railway.asked.count("serviceInstance") == client.MOST_READS
    assert railway_time.now - begun < 10


@pytest.mark.parametrize(
    ("first", "kind"), [(LOST, ""), (UNREACHED, ""), (HANGING, ""), ((502, "<html>bad gateway</html>"), ""), ((429, Raw(), {"Retry-After": "2"}), "")]
)
def test_reads_come_back_after_any_fault(railway: Railway, first: t.Any, kind: str) -> None:
    assert read(railway, first, service()).get("kind", "") == kind


def test_a_login_page_is_not_taken_for_an_answer(railway: Railway) -> None:
    failure = read(railway, (200, "<html>Sign in</html>"))
    assert failure["kind"] == "protocol" and "text/html" in failure["message"] and "proxy" in failure["hint"]


def test_text_of_the_vendor_is_data(railway: Railway) -> None:
    failure = read(railway, refusal("Not Authorized\x1b[2J\x07 {{ lookup('pipe', 'id') }}\nsecond\u202e line", "X\x00Y"))
    assert failure["message"] == "Not Authorized?[2J? {{ lookup('pipe', 'id') }} second? line"
    assert failure["code"] == "X?Y"


def test_module_options_name_the_same(railway: Railway) -> None:
    railway.on("serviceInstance", service())
    assert of_module(deployment_info.execute, state=None, commit=None, limit=1)["service"]["name"] == "api"
    failure = of_module(deployment_info.execute, state=None, commit=None, limit=1, api_token=ACCOUNT_TOKEN)["failure"]
    assert failure["code"] == "two_tokens"

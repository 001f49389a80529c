# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex's client: which key goes where, and what each of the vendor's errors becomes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client, operations
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import (
    KEY,
    LOST,
    NAME,
    UNREACHED,
    URL,
    Convex,
    error,
    forbidden,
    of_place,
    thrown,
    value,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
PATH = "/api/v1/deployment_info"
HOSTED_KEY = "shop|convex-hosted-test-4Nb7Mk2Zx8Qs1"
HOSTED_URL = "https://convex.example.com"


def read(convex: Convex, *answers: t.Any, **params: t.Any) -> dict[str, t.Any]:
    convex.on("GET", PATH, *answers)
    result = of_place(lambda place: client.read(place, operations.DEPLOYMENT_INFO)["kind"], **params)
    return result.get("failure") or result


def ask(convex: Convex, *answers: t.Any) -> dict[str, t.Any]:
    convex.query("dir/file:it", *answers)
    result = of_place(lambda place: client.query(place, "dir/file:it", {"of": 1}))
    return result.get("failure") or result


# -- the key
def test_the_whole_key_goes_with_every_call(convex: Convex) -> None:
    assert read(convex, {"kind": "cloud"})["seen"] == "cloud"
    assert convex.request(0).headers["Authorization"] == f"Convex {KEY}"
    assert "Convex-Client" not in convex.request(0).headers


@pytest.mark.parametrize("key", ["prod:happy-animal-123", "prod:happy-animal-123|", "dev:x", "preview:team:project", "preview:team:project|", "local:x"])
def test_a_key_that_was_cut_off_is_told(convex: Convex, key: str) -> None:
    failure = of_place(lambda place: place.name, deploy_key=key)["failure"]
    assert (failure["kind"], failure["code"], convex.asked) == ("auth", "truncated_key", [])
    assert "single quotes" in failure["hint"]


@pytest.mark.parametrize("key", ["two words|4mQx8ZrT1vKc9LsW", "prod:a|line\nend-5nRy9AsU2wLd0MtX", "ümlaut|6pSz0BtV3xMe1NuY77"])
def test_an_unusable_key_is_refused_before_anything_is_sent(convex: Convex, key: str) -> None:
    result = of_place(lambda place: place.name, deploy_key=key)
    assert (result["failure"]["kind"], convex.asked) == ("auth", [])
    assert key not in str(result)


@pytest.mark.parametrize(
    ("key", "name"),
    [(KEY, NAME), ("dev:calm-cow-4|ey", "calm-cow-4"), ("shop|01c2", "shop"), ("preview:team:project|ey", ""), ("project:team:project|ey", ""), ("opaque", "")],
)
def test_a_key_tells_its_deployment(convex: Convex, key: str, name: str) -> None:
    assert of_place(lambda place: place.name, deploy_key=key)["seen"] == name
    named = of_place(lambda place: place.name, deploy_key=key, deployment="calm-cow-4")
    assert named["seen"] == "calm-cow-4" if name in ("", "calm-cow-4") else named["failure"]["code"] == "deployment"


def test_the_deployment_may_carry_its_type(convex: Convex) -> None:
    assert of_place(lambda place: place.name, deployment=f"prod:{NAME}")["seen"] == NAME


# -- where key and address come from
def refused(**params: t.Any) -> t.Any:
    return of_place(lambda place: place.url, **params)["failure"]


def taken(convex: Convex, **params: t.Any) -> str:
    """The key that was really sent."""
    url = params.get("url") or HOSTED_URL
    convex.on("GET", PATH, {"kind": "cloud"}, base=url)
    result = of_place(lambda place: client.read(place, operations.DEPLOYMENT_INFO), **params)
    assert not result.get("failed"), result
    return str(convex.request(-1).headers["Authorization"]).removeprefix("Convex ")


@pytest.mark.parametrize("variable", client.KEY_VARIABLES)
def test_the_key_may_come_from_the_environment(convex: Convex, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, KEY)
    assert taken(convex, deploy_key=None, url=URL) == KEY


def test_a_self_hosted_pair_may_come_from_the_environment(convex: Convex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(client.SELF_HOSTED_KEY, HOSTED_KEY)
    monkeypatch.setenv(client.SELF_HOSTED_URL, HOSTED_URL)
    assert taken(convex, deploy_key=None, url=None) == HOSTED_KEY
    assert taken(convex, deploy_key=None, url=f"{HOSTED_URL}/") == HOSTED_KEY
    # An option wins, and its key goes nowhere but to its address.
    assert taken(convex, url=URL) == KEY
    assert refused(deploy_key=None, url=URL)["kind"] == "auth"
    assert refused(url=None)["kind"] == "invalid"


def test_two_keys_of_the_environment_are_refused(convex: Convex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(client.SELF_HOSTED_KEY, HOSTED_KEY)
    monkeypatch.setenv(client.SELF_HOSTED_URL, HOSTED_URL)
    monkeypatch.setenv(client.KEY_VARIABLES[0], KEY)
    assert refused(deploy_key=None, url=None)["code"] == "two_keys"
    assert taken(convex, deploy_key=None, url=URL) == KEY
    assert taken(convex, deploy_key=None, url=HOSTED_URL) == HOSTED_KEY


def test_without_key_or_address_nothing_is_sent(convex: Convex) -> None:
    assert refused(deploy_key=None)["kind"] == "auth"
    address = refused(url=None)
    assert (address["kind"], convex.asked) == ("invalid", [])
    assert "convex_url" in address["hint"]


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://api.example.com", "https://user:word@api.example.com", "https://", NAME])
def test_an_address_that_could_leak_the_key_is_refused(convex: Convex, url: str) -> None:
    failure = refused(url=url)
    assert (failure["kind"], convex.asked) == ("invalid", [])


# -- errors
@pytest.mark.parametrize(
    ("status", "body", "kind", "word"),
    [
        (400, error("SomethingInvalid", "No"), "invalid", "options"),
        (400, error("ExportInProgress", "One runs"), "conflict", "one export"),
        (400, error("BadJsonBody", "What?"), "protocol", "update"),
        (400, error("BackendIsNotRunning", "Paused"), "conflict", "unpause"),
        (401, error("Unauthenticated", "No"), "auth", "CONVEX_DEPLOY_KEY"),
        (403, error("BadDeployKey", "Other deployment"), "auth", "url"),
        (*forbidden("deployment:env:view"), "permission", "deployment:env:view"),
        (403, error("Forbidden", "No"), "permission", "dashboard"),
        (404, error("NoSuchThing", "No"), "not_found", "name"),
        (409, error("Busy", "No"), "conflict", "again"),
        (418, error("Teapot", "No"), "invalid", "options"),
        (403, "<html>login</html>", "protocol", "proxy"),
        (200, "<html>login</html>", "protocol", "proxy"),
        (302, None, "protocol", "redirect"),
    ],
)
def test_each_error_becomes_one_kind_with_a_next_step(convex: Convex, status: int, body: t.Any, kind: str, word: str) -> None:
    failure = read(convex, (status, body))
    assert (failure["kind"], failure["status"], failure["vendor"], failure["operation"]) == (kind, status, "convex", "deployment_info")
    assert word in failure["hint"]
    assert KEY not in str(failure)


@pytest.mark.parametrize(
    "fault", [(500, None), (503, error("Overloaded", "Later")), (429, error("RateLimited", "Slow down")), (404, None), (404, {}), LOST, UNREACHED]
)
def test_a_read_is_tried_again(convex: Convex, convex_time: Time, fault: t.Any) -> None:
    before = convex_time.now
    assert read(convex, fault, {"kind": "cloud"})["seen"] == "cloud"
    assert len(convex.asked) == 2
    assert convex_time.now > before


def test_what_stays_away_is_not_found(convex: Convex) -> None:
    assert read(convex, (404, None))["kind"] == "not_found"
    assert len(convex.asked) == 3


def test_text_of_the_vendor_is_data(convex: Convex) -> None:
    nasty = "{{ lookup('pipe', 'id') }}\x1b[2J\u202eevil\nline"
    assert read(convex, (400, error("Bad", nasty)))["message"] == "{{ lookup('pipe', 'id') }}?[2J?evil line"


# -- functions
def test_a_query_names_its_format(convex: Convex) -> None:
    assert ask(convex, value([1]))["seen"] == [1]
    assert convex.sent() == {"path": "dir/file:it", "args": {"of": 1}, "format": "json"}


@pytest.mark.parametrize(
    ("answer", "kind", "code", "words"),
    [
        (thrown("Cannot run functions while this deployment is paused. Resume it"), "conflict", "paused", "convex_deployment"),
        (thrown("Could not find function for 'dir/file:it'"), "not_found", "function_not_found", "dir/file:export"),
        (thrown("You do not have permission (deployment:data:view)."), "permission", "permission", "deployment:data:view"),
        (thrown("Uncaught Error: no"), "failed", "function_error", "logs"),
        ({"status": "maybe", "value": 1}, "protocol", "missing_field", "update"),
        ({"status": "success"}, "protocol", "missing_field", "update"),
        ({"status": "error"}, "protocol", "missing_field", "update"),
        ([], "protocol", "missing_field", "update"),
        (None, "protocol", "missing_field", "update"),
    ],
)
def test_an_error_inside_a_200_is_an_error(convex: Convex, answer: t.Any, kind: str, code: str, words: str) -> None:
    failure = ask(convex, answer)
    assert (failure["kind"], failure["code"]) == (kind, code)
    assert words in failure["hint"]


def test_what_the_app_threw_on_purpose_is_told(convex: Convex) -> None:
    assert ask(convex, thrown("Uncaught ConvexError", {"code": "TOO_MANY", "most": 3}))["message"] == 'Uncaught ConvexError ({"code": "TOO_MANY", "most": 3})'


def test_the_id_of_the_request_is_told_apart_from_the_error(convex: Convex) -> None:
    failure = ask(convex, thrown("[Request ID: 34083ccbd338788a] Server Error\nUncaught Error: no"))
    assert (failure["message"], failure["request_id"]) == ("Uncaught Error: no", "34083ccbd338788a")


def test_a_visitor_is_told_nothing_but_that_it_failed(convex: Convex) -> None:
    assert ask(convex, thrown("[Request ID: 34083ccbd338788a] Server Error"))["message"] == "Server Error"


def test_the_table_names_every_operation_once() -> None:
    assert {name for name, operation in operations.OPERATIONS.items() if operation.changes} == {
        "create_deploy_key",
        "delete_deploy_key",
        "pause_deployment",
        "perform_import",
        "replace_by_import",
        "request_export",
        "run_action",
        "run_mutation",
        "unpause_deployment",
        "update_environment_variables",
    }

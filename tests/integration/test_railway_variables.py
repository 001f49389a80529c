# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_variables against the sandbox: one request for all that differ, sealed ones never read, nothing lost that was not named."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import railway_variables, railway_variables_info
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json
from tests.integration.test_railway_modules import FAULTS

SECRET = "variables-test-5Hx8Qm2Rv7Lk4Zd9Wn3Tb6"
UPSERT, COMMIT, DELETE = "variableCollectionUpsert", "environmentPatchCommit", "variableDelete"
READ = "variables environment"


def states(shop: Shop, check: bool = False, **options: t.Any) -> Json:
    result = shop.run(railway_variables, check, **options)
    # Whatever happens, no value is told.
    assert SECRET not in json.dumps(result)
    return result


def listed(shop: Shop, no_log: bool = False, **options: t.Any) -> Json:
    return shop.run(railway_variables_info, no_log=no_log, **options)


def names(shop: Shop, **options: t.Any) -> dict[str, Json]:
    return {one["name"]: one for one in listed(shop, **options)["variables"]}


@pytest.fixture
def sealed(shop: Shop) -> Shop:
    """The service has a sealed variable that nobody declares."""
    shop.sandbox.patch("api", sealed=["JWT_SECRET"])
    return shop


# -- the ordinary way


def test_plan_apply_see_and_repeat(shop: Shop) -> None:
    wanted = {"RATE_LIMIT_MAX": "300", "NEW_TOKEN": SECRET, "NODE_ENV": "production", "PORT": 8080}
    plan = states(shop, check=True, variables=wanted)
    assert plan["changed"] and shop.changes == []
    done = states(shop, variables=wanted)
    assert {**plan, "steps": []} == {**done, "steps": []}
    # One request for all that differ, and what did not differ is not in it.
    assert shop.changes == [(UPSERT, True)] and done["written"] == ["NEW_TOKEN", "PORT", "RATE_LIMIT_MAX"]
    assert shop.state["stored"] | {"NEW_TOKEN": SECRET, "RATE_LIMIT_MAX": "300", "PORT": "8080"} == shop.state["stored"]
    assert shop.state["effects"]["configured"] == 0 and done["needs_deployment"] and "redeployed" in done["notes"][0]
    shop.sandbox.clear_journal()
    for check in (True, False):
        again = states(shop, check, variables=wanted)
        assert (again["changed"], again["written"], again["needs_deployment"], again["notes"]) == (False, [], False, [])
    assert shop.asked == ["projectToken", READ] * 2


def test_the_diff_tells_what_differs_and_no_value(shop: Shop) -> None:
    diff = states(shop, check=True, variables={"RATE_LIMIT_MAX": "300", "NODE_ENV": "production", "NEW": SECRET})["diff"]
    assert set(diff["before"]) == {"RATE_LIMIT_MAX", "NODE_ENV"} and set(diff["after"]) == {"RATE_LIMIT_MAX", "NODE_ENV", "NEW"}
    assert diff["before"]["NODE_ENV"] == diff["after"]["NODE_ENV"] != "production"
    assert diff["before"]["RATE_LIMIT_MAX"] != diff["after"]["RATE_LIMIT_MAX"]
    states(shop, variables={"NEW": SECRET})
    assert names(shop)["NEW"]["fingerprint"] == diff["after"]["NEW"]


def test_many_variables_make_one_deployment_when_asked_for(shop: Shop) -> None:
    wanted = {f"NAME_{number}": str(number) for number in range(150)}
    done = states(shop, variables=wanted, skip_deploys=False)
    assert not done["needs_deployment"] and done["notes"] == []
    assert shop.state["effects"]["configured"] == 1
    shop.sandbox.clear_journal()
    assert not states(shop, variables=wanted)["changed"]
    # More than a hundred variables are read in pages.
    assert shop.asked == ["projectToken", READ, READ]


def test_a_reference_is_compared_as_it_is_written(shop: Shop) -> None:
    states(shop, shared=True, variables={"HOST": "cache.example.com"})
    wanted = {"CACHE_URL": "redis://${{shared.HOST}}:6379"}
    assert states(shop, variables=wanted)["changed"]
    assert not states(shop, variables=wanted)["changed"]
    assert names(shop)["CACHE_URL"]["references"] == ["shared.HOST"]
    assert {one["name"]: one["value"] for one in listed(shop, no_log=True, values="rendered")["variables"]}["CACHE_URL"] == "redis://cache.example.com:6379"


def test_shared_variables_belong_to_the_environment(shop: Shop) -> None:
    done = states(shop, shared=True, service=None, variables={"HOST": "cache.example.com"}, sealed={"KEY": SECRET})
    assert done["changed"] and [change["target"].split(":")[0] for change in done["changes"]] == ["example/production (Railway)"] * 2
    assert not states(shop, shared=True, variables={"HOST": "cache.example.com"}, sealed={"KEY": SECRET})["changed"]
    assert sorted(names(shop, shared=True)) == ["HOST", "KEY"] and "HOST" not in names(shop)
    assert names(shop, shared=True)["KEY"]["sealed"]


@pytest.mark.parametrize("kind", ["account_token", "workspace_token"])
def test_a_broad_token_finds_the_environment_by_name(shop: Shop, kind: str) -> None:
    broad = {"token": None, "api_token": shop.facts[kind], "project": "example", "environment": "staging"}
    assert states(shop, shared=True, variables={"HOST": "a.example.com"}, **broad)["changed"]
    assert sorted(names(shop, shared=True, **broad)) == ["HOST"]
    assert names(shop, shared=True) == {}
    failure = listed(shop, shared=True, **{**broad, "environment": "stagin"})["failure"]
    assert (failure["kind"], failure["hint"]) == ("not_found", "Did you mean staging?")


# -- sealed ones


def test_a_sealed_variable_is_written_once_and_never_drifts(shop: Shop) -> None:
    plan = states(shop, check=True, sealed={"KEY": SECRET})
    done = states(shop, sealed={"KEY": SECRET})
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and done["sealed"] == ["KEY"]
    assert shop.changes == [(COMMIT, True)] and names(shop)["KEY"] == {"name": "KEY", "sealed": True, "references": [], "fingerprint": None}
    for value in (SECRET, "another value"):
        assert not states(shop, sealed={"KEY": value})["changed"]
    again = states(shop, sealed={"KEY": SECRET}, update_sealed="always")
    assert again["changed"] and again["diff"]["before"] == {"KEY": "sealed"} != again["diff"]["after"]
    assert shop.state["effects"]["configured"] == 2


def test_a_plain_variable_becomes_sealed(shop: Shop) -> None:
    assert states(shop, sealed={"JWT_SECRET": SECRET})["sealed"] == ["JWT_SECRET"]
    assert names(shop)["JWT_SECRET"]["sealed"]


def test_a_plain_value_for_a_sealed_one_is_refused(sealed: Shop) -> None:
    failure = states(sealed, variables={"JWT_SECRET": SECRET, "A": "1"})["failure"]
    assert (failure["kind"], failure["code"]) == ("refused", "sealed") and "JWT_SECRET" in failure["message"]
    assert sealed.changes == []


def test_what_is_stored_together_needs_no_further_deployment(shop: Shop) -> None:
    done = states(shop, variables={"A": "1"}, sealed={"KEY": SECRET})
    assert shop.changes == [(UPSERT, True), (COMMIT, True)]
    assert not done["needs_deployment"] and done["notes"] == ["Railway deploys when a sealed variable is written"]


# -- deleting


def test_absent_ones_are_deleted_when_that_is_allowed(sealed: Shop) -> None:
    wanted: Json = {"absent": ["FEATURE_CHECKOUT", "JWT_SECRET", "NEVER_THERE"], "variables": {"A": "1"}}
    failure = states(sealed, **wanted)["failure"]
    assert failure["code"] == "allow" and "FEATURE_CHECKOUT, JWT_SECRET" in failure["message"] and sealed.changes == []
    plan, done = (states(sealed, check, allow="destroy", **wanted) for check in (True, False))
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"]
    assert done["deleted"] == ["FEATURE_CHECKOUT", "JWT_SECRET"] and set(done["diff"]["after"]) == {"A"}
    assert sealed.changes == [(UPSERT, True), (DELETE, True), (DELETE, True)]
    # Needs no permission any more, since nothing is left to delete.
    assert not states(sealed, **wanted)["changed"]


def test_purge_names_what_goes_and_is_one_request(shop: Shop) -> None:
    wanted: Json = {"variables": {"NODE_ENV": "production", "A": "1"}, "purge": True}
    surplus = ["DATABASE_PASSWORD", "FEATURE_CHECKOUT", "JWT_SECRET", "RATE_LIMIT_MAX"]
    failure = states(shop, **wanted)["failure"]
    assert failure["code"] == "allow" and ", ".join(surplus) in failure["message"]
    plan, done = (states(shop, check, allow="destroy", **wanted) for check in (True, False))
    assert plan["changes"] == done["changes"] and plan["deleted"] == done["deleted"] == surplus
    assert done["changes"][0]["operation"] == "variableCollectionReplace" and ", ".join(surplus) in done["changes"][0]["target"]
    assert shop.changes == [(UPSERT, True)] and shop.state["stored"] == {"NODE_ENV": "production", "A": "1"}
    assert shop.state["effects"]["configured"] == 0 and done["needs_deployment"]
    assert not states(shop, **wanted)["changed"]


def test_purge_keeps_sealed_ones_unless_told_otherwise(sealed: Shop) -> None:
    wanted: Json = {"variables": {"NODE_ENV": "production"}, "purge": True, "allow": "destroy"}
    failure = states(sealed, **wanted)["failure"]
    assert failure["code"] == "purge_sealed" and "JWT_SECRET" in failure["message"] and sealed.changes == []
    # A replacement would take the sealed one too: the others are deleted one by one.
    done = states(sealed, **wanted, sealed={"JWT_SECRET": SECRET})
    assert done["deleted"] == ["DATABASE_PASSWORD", "FEATURE_CHECKOUT", "RATE_LIMIT_MAX"]
    assert sealed.changes == [(DELETE, True)] * 3 and sealed.state["stored"] == {"NODE_ENV": "production", "JWT_SECRET": None}
    done = states(sealed, **wanted, purge_sealed=True)
    assert done["deleted"] == ["JWT_SECRET"] and sealed.state["stored"] == {"NODE_ENV": "production"}


def test_purge_of_everything(shop: Shop) -> None:
    assert states(shop, purge=True, allow="destroy")["changed"]
    assert shop.state["stored"] == {}


# -- values on request


def test_values_are_shown_to_a_task_that_hides_them(sealed: Shop) -> None:
    for values in ("stored", "rendered"):
        failure = listed(sealed, values=values)["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", "no_log")
    assert sealed.asked == []
    shown = {one["name"]: one["value"] for one in listed(sealed, no_log=True, values="stored")["variables"]}
    assert (shown["RATE_LIMIT_MAX"], shown["JWT_SECRET"]) == ("200", None)
    assert all("value" not in one for one in listed(sealed)["variables"])


# -- what is refused before the first request


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "no variable"),
        ({"variables": {"A": None}}, "absent"),
        ({"variables": {"A": True}}, "true or false"),
        ({"variables": {"A": 1.5}}, "float"),
        ({"sealed": {"A": ["x"]}}, "to_json"),
        ({"variables": {"A B": "1"}}, "'A B'"),
        ({"variables": {"A=B": "1"}}, "without ="),
        ({"absent": [""]}, "cannot be the name"),
        ({"variables": {"RAILWAY_PUBLIC_DOMAIN": "x"}}, "provided by Railway"),
        ({"variables": {"A": "1"}, "absent": ["A"]}, "more than once"),
        ({"variables": {"A": "1"}, "purge_sealed": True}, "without purge"),
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(shop: Shop, options: Json, says: str) -> None:
    failure = states(shop, **options)["failure"]
    assert failure["kind"] == "invalid" and says in f"{failure['message']} {failure['hint']}"
    assert shop.asked == []


# -- what can go wrong


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
@pytest.mark.parametrize("operation", [UPSERT, COMMIT, DELETE])
def test_whatever_becomes_of_the_answer_it_ends_well(shop: Shop, kind: str, options: Json, operation: str) -> None:
    options = {"body": {"data": {operation: False}}} if kind == "body" else options
    shop.sandbox.fault(kind, vendor="railway", operation=operation, **options)
    wanted: Json = {
        UPSERT: {"variables": {"A": SECRET}},
        COMMIT: {"sealed": {"A": SECRET}},
        DELETE: {"absent": ["NODE_ENV"], "allow": "destroy"},
    }[operation]
    done = states(shop, request_timeout="0.7s", **wanted)
    assert done.get("failure") is None and done["changed"]
    assert ("A" in shop.state["stored"]) is (operation != DELETE) and ("NODE_ENV" in shop.state["stored"]) is (operation != DELETE)
    assert shop.state["effects"]["configured"] == (0 if operation == UPSERT else 1)
    assert not states(shop, **wanted)["changed"]


def test_a_value_in_the_vendor_s_words_is_masked(shop: Shop) -> None:
    shop.sandbox.fault("graphql_error", vendor="railway", operation=UPSERT, message=f"Invalid value {SECRET} for A", code="BAD_USER_INPUT")
    failure = states(shop, variables={"A": SECRET})["failure"]
    assert failure["message"] == "Invalid value ******** for A" and failure["kind"] == "invalid"


@pytest.mark.parametrize(
    "body",
    [
        {"variables": ["A"], "environment": {"variables": {"edges": [], "pageInfo": {"hasNextPage": False}}}},
        {"variables": {"A": 1}, "environment": {"variables": {"edges": [], "pageInfo": {"hasNextPage": False}}}},
        {"variables": {"A": "1"}, "environment": None},
        {"variables": {"A": "1"}, "environment": {"variables": {"edges": [{"node": {"name": "A"}}], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}}},
    ],
)
def test_an_answer_of_another_shape_changes_nothing(shop: Shop, body: Json) -> None:
    shop.sandbox.fault("body", vendor="railway", operation="^variables", body={"data": body}, times=0)
    failure = states(shop, variables={"A": "2"})["failure"]
    assert failure["kind"] == "protocol" and shop.changes == []


def test_a_list_that_repeats_itself_is_an_error(shop: Shop) -> None:
    page = {"edges": [], "pageInfo": {"hasNextPage": True, "endCursor": "again"}}
    shop.sandbox.fault("body", vendor="railway", operation="^variables", body={"data": {"variables": {}, "environment": {"variables": page}}}, times=0)
    assert "repeats" in states(shop, variables={"A": "2"})["failure"]["message"]


def test_what_a_vendor_calls_a_variable_is_only_text(shop: Shop) -> None:
    strange = "{{ lookup('pipe', 'id') }}\x1b[2J"
    shop.sandbox.patch("api", variables={strange: "1", "A": "1"})
    assert [one["name"] for one in listed(shop)["variables"]] == ["A", "{{ lookup('pipe', 'id') }}?[2J"]
    done = states(shop, variables={"A": "1"}, purge=True, allow="destroy")
    assert done["deleted"] == ["{{ lookup('pipe', 'id') }}?[2J"] and shop.state["stored"] == {"A": "1"}


def test_a_token_that_may_not_changes_nothing(shop: Shop) -> None:
    failure = states(shop, token=shop.facts["other"]["token"], environment="production", variables={"A": "1"})["failure"]
    assert failure["code"] == "environment" and shop.changes == []

# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables of a Convex deployment: only what differs is sent, and no value is ever shown."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import environment
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import ENV, LOST, NAME, Convex, Json, error, forbidden, of_module

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
NEW = "convex-env-test-5Jd7Qs2Lx9Pv"
LIST, UPDATE = "GET /api/v1/list_environment_variables", "POST /api/v1/update_environment_variables"


def env(check: bool = False, variables: Json | None = None, absent: t.Sequence[str] = (), **params: t.Any) -> Json:
    return of_module(environment.execute, check, variables=variables, absent=list(absent), **params)


def info(no_log: bool = False, values: bool = False) -> Json:
    return of_module(environment.execute_info, no_log=no_log, values=values)


def test_what_is_so_already_costs_one_request(convex: Convex) -> None:
    convex.env(ENV)
    result = env(variables=dict(ENV), absent=["NOT_THERE"])
    assert (result["changed"], result["changes"], convex.asked) == (False, [], [LIST])
    assert result["env"]["set"] == result["env"]["removed"] == []
    assert result["diff"]["before"] == result["diff"]["after"] == result["env"]["fingerprints"]


def test_only_what_differs_is_sent_in_one_batch(convex: Convex) -> None:
    convex.env(ENV)
    convex.update_env()
    result = env(variables={"NEW_ONE": NEW, "COUNT": 100, "RATE_LIMIT_MAX": ENV["RATE_LIMIT_MAX"]}, absent=["FEATURE_CHECKOUT"])
    assert convex.asked == [LIST, UPDATE]
    sent = [{"name": "COUNT", "value": "100"}, {"name": "FEATURE_CHECKOUT", "value": None}, {"name": "NEW_ONE", "value": NEW}]
    assert convex.sent() == {"changes": sent}
    assert (result["changed"], result["env"]["set"], result["env"]["removed"]) == (True, ["COUNT", "NEW_ONE"], ["FEATURE_CHECKOUT"])
    assert result["changes"][0]["target"] == f"{NAME} set COUNT, NEW_ONE; remove FEATURE_CHECKOUT"
    assert set(result["diff"]["before"]) == {"FEATURE_CHECKOUT", "RATE_LIMIT_MAX"}
    assert set(result["diff"]["after"]) == {"COUNT", "NEW_ONE", "RATE_LIMIT_MAX"}


def test_a_plan_is_what_would_be_done(convex: Convex) -> None:
    convex.env(ENV)
    convex.update_env()
    wish: Json = {"variables": {"NEW_ONE": NEW}, "absent": ["FEATURE_CHECKOUT"]}
    plan = env(check=True, **wish)
    assert convex.asked == [LIST]
    done = env(**wish)
    assert {key: plan[key] for key in ("changed", "changes", "diff", "env")} == {key: done[key] for key in ("changed", "changes", "diff", "env")}


def test_no_value_is_ever_shown(convex: Convex) -> None:
    convex.env(ENV)
    convex.update_env((400, error("EnvironmentVariableValueTooLarge", f"{NEW} is too large")))
    shown = str([env(True, {"NEW_ONE": NEW}), env(False, {"NEW_ONE": NEW}), info()])
    assert not [value for value in (NEW, *ENV.values()) if value in shown]
    assert "******** is too large" in shown


def test_a_lost_answer_is_looked_for_and_not_sent_again(convex: Convex) -> None:
    convex.env(ENV, {**ENV, "NEW_ONE": NEW})
    convex.update_env(LOST)
    assert env(variables={"NEW_ONE": NEW})["changed"]
    assert convex.asked == [LIST, UPDATE, LIST]


def test_a_request_that_was_lost_is_sent_again(convex: Convex) -> None:
    convex.env(ENV)
    convex.update_env((503, error("Overloaded", "Later")), None)
    assert env(variables={"NEW_ONE": NEW})["changed"]
    assert convex.asked.count(UPDATE) == 2


@pytest.mark.parametrize(
    ("variables", "absent", "word"),
    [
        ({}, [], "neither"),
        ({"A": "x"}, ["A"], "in variables and in absent"),
        ({"1A": "x"}, [], "cannot be the name"),
        ({"A-B": "x"}, [], "cannot be the name"),
        ({}, [""], "cannot be the name"),
        ({"A\n": "x"}, [], "cannot be the name"),
        ({"CONVEX_SITE_URL": "x"}, [], "given by Convex"),
        ({"A": True}, [], "no text"),
        ({"A": None}, [], "no text"),
        ({"A": 1.10}, [], "no text"),
        ({"A": ["x"]}, [], "no text"),
        ({"A": "ü" * 4097}, [], "larger than 8 KiB"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(convex: Convex, variables: Json, absent: list[str], word: str) -> None:
    failure = env(variables=variables, absent=absent)["failure"]
    assert (failure["kind"], convex.asked) == ("invalid", [])
    assert word in failure["message"]
    assert failure["hint"]


def test_a_value_may_be_as_large_as_convex_takes(convex: Convex) -> None:
    convex.env({})
    convex.update_env()
    assert env(variables={"A": "x" * 8192, "B": ""})["env"]["set"] == ["A", "B"]


@pytest.mark.parametrize("answer", [{"environmentVariables": []}, {"environmentVariables": {"A": 1}}, {"environmentVariables": {"A": None}}, {}, [], None])
def test_a_list_that_is_none_changes_nothing(convex: Convex, answer: t.Any) -> None:
    convex.on("GET", "/api/v1/list_environment_variables", answer)
    assert env(variables={"A": "x"})["failure"]["kind"] == "protocol"
    assert convex.asked == [LIST]


def test_a_key_that_may_not_read_says_what_it_lacks(convex: Convex) -> None:
    convex.env(forbidden("deployment:env:view"))
    failure = env(variables={"A": "x"})["failure"]
    assert (failure["kind"], failure["hint"]) == ("permission", "Make a deploy key that has the permission deployment:env:view")


def test_a_list_shows_names_and_fingerprints(convex: Convex) -> None:
    convex.env(ENV)
    seen = info()["env"]
    assert (seen["deployment"], seen["names"], set(seen["fingerprints"])) == (NAME, sorted(ENV), set(ENV))
    assert "variables" not in seen
    assert convex.asked == [LIST]


def test_values_are_returned_only_where_they_are_hidden(convex: Convex) -> None:
    convex.env(ENV)
    refused = info(values=True)["failure"]
    assert (refused["kind"], refused["code"], convex.asked) == ("refused", "no_log", [])
    assert info(no_log=True, values=True)["env"]["variables"] == ENV

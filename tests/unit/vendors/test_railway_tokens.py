# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_project_token against scripted answers: which token is the new one, and what a lost answer means."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import tokens
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    ACCOUNT_TOKEN,
    API,
    LIMITS,
    LOST,
    PRODUCTION,
    PROJECT,
    STAGING,
    Json,
    Railway,
    connection,
    identity,
    refusal,
    when,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
SECRET = "unit-test-token-2Lk8Vd5Wq9Rz3Tn7Hx4Gb6"
NAME = "deploy 2026-11"


def row(one: str, name: str = NAME, environment: str = PRODUCTION, age: float = 0) -> Json:
    said = {"id": identity(one), "name": name, "displayToken": "2Lk8****", "environmentId": environment, "createdAt": when(1000 - age)}
    return {**said, "environment": {"name": "production" if environment == PRODUCTION else "staging"}}


def rows(*listed: Json) -> Json:
    return {"projectTokens": connection(listed)}


def do(check: bool = False, no_log: bool = True, **params: t.Any) -> Json:
    given = {"api_token": ACCOUNT_TOKEN, "api_url": API, "project": PROJECT, "environment": PRODUCTION, "name": NAME, "token_id": None, "state": "present"}
    return transaction.outcome(tokens.execute, {**LIMITS, "allow": "change", **given, **params}, check, no_log)


def test_with_ids_it_takes_three_requests(railway: Railway) -> None:
    railway.on("projectTokens", rows(row("old", "another")), rows(row("new"), row("old", "another")))
    railway.on("projectTokenCreate", {"projectTokenCreate": SECRET})
    result = do()
    assert result["secret"] == SECRET and result["token"]["id"] == identity("new")
    assert railway.asked == ["projectTokens", "projectTokenCreate", "projectTokens"]
    assert railway.sent("projectTokenCreate") == [{"input": {"projectId": PROJECT, "environmentId": PRODUCTION, "name": NAME}}]


def test_one_of_another_environment_is_another_one(railway: Railway) -> None:
    railway.on("projectTokens", rows(row("other", environment=STAGING)), rows(row("other", environment=STAGING), row("new")))
    railway.on("projectTokenCreate", {"projectTokenCreate": SECRET})
    assert do()["token"]["id"] == identity("new")


def test_two_new_ones_of_a_name_cannot_be_told_apart(railway: Railway) -> None:
    railway.on("projectTokens", rows(), rows(row("one"), row("two")))
    railway.on("projectTokenCreate", {"projectTokenCreate": SECRET})
    result = do()
    assert (result["secret"], result["token"]["id"], result["token"]["display"]) == (SECRET, None, None)


def test_a_lost_answer_makes_no_second_one(railway: Railway) -> None:
    railway.on("projectTokens", rows(), rows(row("lost")))
    railway.on("projectTokenCreate", LOST)
    result = do()
    assert result["failure"]["code"] == "secret_lost" and identity("lost") in result["failure"]["hint"]
    assert railway.asked.count("projectTokenCreate") == 1


@pytest.mark.parametrize("answer", [None, "", 7])
def test_an_answer_without_a_token_is_none(railway: Railway, answer: t.Any) -> None:
    railway.on("projectTokens", rows(), rows(row("lost")))
    railway.on("projectTokenCreate", {"projectTokenCreate": answer})
    assert do()["failure"]["code"] == "secret_lost"


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_refusal_says_which_token_it_takes(railway: Railway, state: str) -> None:
    railway.on("projectTokens", refusal("Not Authorized"))
    failure = do(state=state)["failure"]
    assert failure["kind"] == "auth" and failure["hint"].startswith("Set api_token (RAILWAY_API_TOKEN) to an account or workspace token")


def test_the_newest_comes_first(railway: Railway) -> None:
    railway.on("projectTokens", rows(row("old", age=100), row("new", age=1), row("mid", age=50)))
    given = {"api_token": ACCOUNT_TOKEN, "api_url": API, "project": PROJECT, "environment": None, "name": None}
    result = transaction.outcome(tokens.information, {**LIMITS, **given}, False)
    assert [one["id"] for one in result["tokens"]] == [identity(one) for one in ("new", "mid", "old")]

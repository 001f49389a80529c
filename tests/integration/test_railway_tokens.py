# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_project_token against the sandbox: shown once and to nobody else, never made twice, deleted by name or id."""

from __future__ import annotations

import json
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.modules import railway_project_token, railway_project_token_info, railway_variables_info
from tests.harness.both_ways import WAYS, Step, play
from tests.harness.world import World
from tests.integration import tasks
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json
from tests.integration.test_railway_modules import FAULTS

CREATE, DELETE = "projectTokenCreate", "projectTokenDelete"
NAME = "deploy 2026-11"


def run(shop: Shop, module: t.Any, check: bool = False, no_log: bool = True, **options: t.Any) -> Json:
    place = {"api_token": shop.facts["account_token"], "api_url": shop.facts["url"], "project": "example", "environment": "production"}
    return tasks.run(module, {**place, **options}, check, no_log)


def token(shop: Shop, check: bool = False, **options: t.Any) -> Json:
    return run(shop, railway_project_token, check, **{"name": NAME, **options})


def listed(shop: Shop, **options: t.Any) -> list[Json]:
    return t.cast("list[Json]", run(shop, railway_project_token_info, no_log=False, **options)["tokens"])


def works(shop: Shop, secret: str) -> bool:
    return "failure" not in shop.run(railway_variables_info, token=secret)


def test_plan_make_use_and_repeat(shop: Shop) -> None:
    plan = token(shop, check=True)
    assert plan["changed"] and plan["secret"] == {"known_after": CREATE} and shop.changes == []
    shop.sandbox.clear_journal()
    made = token(shop)
    assert plan["changes"] == made["changes"] and plan["diff"] == made["diff"] and set(plan["token"]) == set(made["token"])
    assert shop.asked == ["projects", "project", "projectTokens", CREATE, "projectTokens"]
    assert works(shop, made["secret"])
    # Nobody else is told.
    assert made["secret"] not in json.dumps({**made, "secret": None}) and made["secret"] not in json.dumps(listed(shop))
    assert listed(shop, name=NAME) == [made["token"]]
    shop.sandbox.clear_journal()
    for check in (True, False):
        again = token(shop, check)
        assert (again["changed"], again["secret"], again["token"]) == (False, None, made["token"])
    assert shop.asked == ["projects", "project", "projectTokens"] * 2


def test_a_task_that_shows_its_result_is_refused(shop: Shop) -> None:
    failure = token(shop, no_log=False)["failure"]
    assert (failure["kind"], failure["code"]) == ("refused", "no_log") and shop.asked == []
    # What returns no secret needs not hide it.
    assert not token(shop, no_log=False, state="absent")["changed"]


def test_deleted_by_name_and_by_id(shop: Shop) -> None:
    made = token(shop)
    plan, done = (token(shop, check, state="absent") for check in (True, False))
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and done["token"] is None
    assert not works(shop, made["secret"]) and not token(shop, state="absent")["changed"]
    made = token(shop)
    wanted: Json = {"state": "absent", "token_id": made["token"]["id"]}
    refused = token(shop, **wanted, name="another")["failure"]
    assert refused["code"] == "name" and NAME in refused["message"]
    assert token(shop, **wanted, name=None)["changed"] and not token(shop, **wanted, name=None)["changed"]


def test_two_of_a_name_are_an_error_that_lists_their_ids(shop: Shop) -> None:
    token(shop)
    first = listed(shop, name=NAME)[0]["id"]
    url, headers = shop.facts["url"], {"Authorization": f"Bearer {shop.facts['account_token']}"}
    ids = {"projectId": shop.facts["project_id"], "environmentId": shop.facts["environment_id"], "name": NAME}
    document = "mutation($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }"
    requests.post(url, json={"query": document, "variables": {"input": ids}}, headers=headers, timeout=20)
    assert len(listed(shop, name=NAME)) == 2
    for state in ("present", "absent"):
        failure = token(shop, state=state)["failure"]
        assert failure["code"] == "two_of_a_name" and first in failure["hint"]
    token(shop, state="absent", token_id=first)
    assert token(shop)["token"]["id"] != first


def test_another_environment_has_its_own(shop: Shop) -> None:
    token(shop)
    assert token(shop, environment="staging")["changed"]
    assert sorted(one["environment"] for one in listed(shop, environment=None, name=NAME)) == ["production", "staging"]
    assert [one["name"] for one in listed(shop, environment="staging")] == [NAME, "staging runbooks"]


# -- tokens and input


def test_a_project_token_is_no_use(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILWAY_TOKEN", shop.facts["token"])
    failure = token(shop, api_token=None)["failure"]
    assert failure["kind"] == "auth" and "account or workspace token" in failure["message"] and shop.asked == []
    for module in (railway_project_token, railway_project_token_info):
        failure = run(shop, module, api_token=shop.facts["token"], name=NAME)["failure"]
        assert failure["kind"] == "auth" and "account or workspace token" in failure["hint"]
    assert token(shop, api_token=shop.facts["workspace_token"])["changed"]


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"name": " "}, "invalid", "empty"),
        ({"token_id": "x"}, "invalid", "leave token_id out"),
        ({"environment": "productoin"}, "not_found", "Did you mean production?"),
        ({"project": "exampel"}, "not_found", "Did you mean example?"),
    ],
)
def test_bad_input_gets_one_clear_message(shop: Shop, options: Json, kind: str, says: str) -> None:
    failure = token(shop, **options)["failure"]
    assert failure["kind"] == kind and says in f"{failure['message']} {failure['hint']}" and shop.changes == []


# -- what can go wrong


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
def test_a_token_is_never_made_twice(shop: Shop, kind: str, options: Json) -> None:
    options = {"body": {"data": {CREATE: None}}} if kind == "body" else options
    shop.sandbox.fault(kind, vendor="railway", operation=CREATE, **options)
    done = token(shop, request_timeout="0.7s")
    found = listed(shop, name=NAME)
    assert len(found) == 1
    if kind in ("lost", "timeout_after", "truncated", "graphql_error_after"):
        # It is there, and nobody knows it.
        assert done["failure"]["code"] == "secret_lost" and found[0]["id"] in done["failure"]["hint"]
        assert token(shop, state="absent", token_id=found[0]["id"])["changed"]
        done = token(shop)
    assert works(shop, done["secret"])


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
def test_whatever_becomes_of_the_answer_it_is_deleted(shop: Shop, kind: str, options: Json) -> None:
    token(shop)
    options = {"body": {"data": {DELETE: False}}} if kind == "body" else options
    shop.sandbox.fault(kind, vendor="railway", operation=DELETE, **options)
    done = token(shop, request_timeout="0.7s", state="absent")
    assert done.get("failure") is None and done["changed"] and listed(shop, name=NAME) == []


@pytest.mark.parametrize(
    "page",
    [
        None,
        {"edges": [{"node": {"id": "1", "name": NAME}}], "pageInfo": {"hasNextPage": False}},
        {
            "edges": [{"node": {"id": "1", "name": "x", "environmentId": "2", "environment": {"name": "y"}, "displayToken": "z", "createdAt": "soon"}}],
            "pageInfo": {"hasNextPage": False},
        },
        {"edges": [], "pageInfo": {"hasNextPage": True, "endCursor": "again"}},
    ],
)
def test_an_answer_of_another_shape_changes_nothing(shop: Shop, page: Json | None) -> None:
    shop.sandbox.fault("body", vendor="railway", operation="^projectTokens$", body={"data": {"projectTokens": page}}, times=0)
    assert token(shop)["failure"]["kind"] == "protocol" and shop.changes == []


@pytest.mark.every_pair
@pytest.mark.parametrize(("name", "direct"), WAYS.items())
def test_the_token_reaches_the_task_that_asked_and_no_screen(world: World, name: str, direct: bool) -> None:
    run = world.sandbox_run["railway"]
    place = {"api_token": run["account_token"], "project": "example", "environment": "production", "name": NAME}
    values = {"service": "api", "values": "stored"}
    steps = [
        Step("shown", "railway_project_token", place),
        Step("make", "railway_project_token", place, {"no_log": True, "diff": True}),
        Step("values shown", "railway_variables_info", values),
        Step("values", "railway_variables_info", values, {"no_log": True}),
    ]
    # With no_target_syslog Ansible tells every module that its result is hidden, which it is not.
    way = play(world, world.folder / "tokens", steps, direct, "-vvvv", ANSIBLE_NO_TARGET_SYSLOG="true", ANSIBLE_INJECT_INVOCATION="true")
    secrets = [way.results["make"]["secret"], *(one["value"] for one in way.results["values"]["variables"] if len(one["value"]) > 20)]
    assert len(secrets) == 3 and not [secret for secret in secrets if secret in way.output]
    for refused in ("shown", "values shown"):
        assert way.results[refused]["failure"]["code"] == "no_log"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Pausing and unpausing a Convex deployment, and what is told of it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import deploy_keys, deployment
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import (
    LOST,
    NAME,
    PERMISSIONS,
    URL,
    Convex,
    Json,
    backend,
    error,
    forbidden,
    of_module,
    thrown,
    value,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
PAUSE, UNPAUSE = "/api/v1/pause_deployment", "/api/v1/unpause_deployment"
STATE = f"query {deployment.STATE_QUERY}"
CLOUD = {"kind": "cloud", "teamId": 42, "projectId": 7, "projectSlug": "shop", "id": 1, "deploymentType": "prod", "reference": "production"}
URLS = {"convexCloudUrl": "https://data.example.com", "convexSiteUrl": "https://actions.example.com"}


def ensure(state: str, check: bool = False) -> Json:
    return of_module(deployment.execute, check, state=state)


@pytest.mark.parametrize(("wish", "user"), [("running", "none"), ("paused", "paused")])
def test_what_is_so_already_costs_one_request(convex: Convex, wish: str, user: str) -> None:
    convex.state(backend(user))
    result = ensure(wish)
    assert (result["changed"], result["changes"], convex.asked) == (False, [], [STATE])
    assert result["deployment"]["state"] == wish
    assert bool(result["deployment"]["notes"]) == (wish == "paused")


@pytest.mark.parametrize(("wish", "user", "path"), [("running", "paused", UNPAUSE), ("paused", "none", PAUSE)])
def test_a_change_is_planned_and_made(convex: Convex, wish: str, user: str, path: str) -> None:
    convex.state(backend(user))
    convex.on("POST", path, None)
    plan, done = ensure(wish, check=True), ensure(wish)
    assert convex.asked == [STATE, STATE, f"POST {path}"]
    assert plan["changes"] == done["changes"] != []
    assert plan["diff"] == done["diff"] == {"before": {"state": "paused" if user == "paused" else "running"}, "after": {"state": wish}}
    assert plan["deployment"] == done["deployment"]


def test_a_lost_answer_is_looked_for(convex: Convex) -> None:
    convex.state(backend(), backend("paused"))
    convex.on("POST", PAUSE, LOST)
    assert ensure("paused")["changed"]
    assert convex.asked == [STATE, f"POST {PAUSE}", STATE]


def test_a_refusal_because_it_is_so_already_is_none(convex: Convex) -> None:
    convex.state(backend("paused"), backend())
    convex.on("POST", UNPAUSE, (400, error("UnpauseDeploymentFailed", "Deployment is not currently paused.")))
    assert ensure("running")["deployment"]["state"] == "running"


def test_a_refusal_for_another_reason_stays_one(convex: Convex) -> None:
    convex.state(backend())
    convex.on("POST", PAUSE, (400, error("PauseDeploymentFailed", "No")))
    assert ensure("paused")["failure"]["code"] == "PauseDeploymentFailed"


@pytest.mark.parametrize(
    ("state", "wish", "words"),
    [
        (backend(system="suspended"), "running", "system: suspended"),
        (backend(system="disabled"), "paused", "system: disabled"),
        (backend("paused", usage_limit="disabled"), "running", "usage_limit: disabled"),
        (backend(usage_limit="disabled"), "running", "usage_limit: disabled"),
        (backend(system="strange"), "running", "system: strange"),
    ],
)
def test_what_convex_has_stopped_is_refused(convex: Convex, state: Json, wish: str, words: str) -> None:
    convex.state(state)
    failure = ensure(wish)["failure"]
    assert (failure["kind"], failure["code"], convex.asked) == ("refused", "stopped", [STATE])
    assert words in failure["message"]


def test_what_is_paused_and_stopped_can_stay_so(convex: Convex) -> None:
    convex.state(backend("paused", "suspended"))
    assert ensure("paused")["deployment"]["state"] == "stopped"


@pytest.mark.parametrize("answer", [value(None), value({"user": "none"}), value({"user": 1, "system": "none", "usage_limit": "none"}), backend("asleep")])
def test_a_state_that_is_not_known_changes_nothing(convex: Convex, answer: Json) -> None:
    convex.state(answer)
    assert ensure("paused")["failure"]["kind"] == "protocol"
    assert convex.asked == [STATE]


# -- what is told
# The check of a key speaks in the backend's words.
WORDS = ["ViewEnvironmentVariables", "Deploy"]


def info() -> Json:
    result = of_module(deployment.execute_info)
    return t.cast(Json, result.get("deployment") or result["failure"])


def told(convex: Convex, facts: t.Any = None, urls: t.Any = None, version: t.Any = None, words: t.Any = None) -> Json:
    facts, urls, words = (usual if given is None else given for given, usual in ((facts, CLOUD), (urls, URLS), (words, WORDS)))
    convex.on("GET", "/api/check_admin_key", {"success": True, "allowedOps": words, "isReadOnly": False})
    convex.on("GET", "/api/v1/deployment_info", facts)
    convex.on("GET", "/api/v1/get_canonical_urls", urls)
    convex.query(deployment.VERSION_QUERY, version or value("1.48.0"))
    convex.state(backend())
    return info()


def test_everything_is_told(convex: Convex) -> None:
    seen = told(convex)
    assert (seen["name"], seen["url"], seen["state"], seen["type"], seen["project"], seen["team_id"]) == (NAME, URL, "running", "prod", "shop", 42)
    assert (seen["canonical_url"], seen["site_url"], seen["version"]) == (*URLS.values(), "1.48.0")
    assert seen["key"] == {"permissions": sorted(PERMISSIONS), "read_only": False}
    assert len(convex.asked) == 5


def test_an_empty_list_of_actions_is_all_of_them(convex: Convex) -> None:
    assert told(convex, words=[])["key"]["permissions"] == sorted(deployment.PERMISSIONS.values())
    assert set(deployment.PERMISSIONS.values()) == set(deploy_keys.PERMISSIONS)


def test_an_action_that_is_not_known_keeps_its_word(convex: Convex) -> None:
    assert told(convex, words=["ReadMinds\x1b[31m", "Deploy"])["key"]["permissions"] == ["ReadMinds?[31m", "deployment:deploy"]


def test_a_self_hosted_one_has_no_project(convex: Convex) -> None:
    seen = told(convex, {"kind": "selfHosted"})
    assert (seen["kind"], seen["type"], seen["project"]) == ("selfHosted", None, None)


def test_what_the_key_may_not_see_is_null(convex: Convex) -> None:
    seen = told(convex, forbidden("deployment:data:view"), forbidden("deployment:data:view"), thrown("You do not have permission (deployment:data:view)"))
    assert (seen["kind"], seen["type"], seen["canonical_url"], seen["version"], seen["state"]) == (None, None, None, None, "running")


@pytest.mark.parametrize("broken", [{"facts": []}, {"facts": {}}, {"urls": [1]}])
def test_answers_of_other_shapes_are_errors(convex: Convex, broken: Json) -> None:
    assert told(convex, **broken)["kind"] == "protocol"


def test_a_key_of_another_deployment_is_told_first(convex: Convex) -> None:
    convex.on("GET", "/api/check_admin_key", (403, error("BadDeployKey", "Other")))
    assert info()["kind"] == "auth"
    assert len(convex.asked) == 1

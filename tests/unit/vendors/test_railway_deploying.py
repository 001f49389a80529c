# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_deployment: deploying a commit or the newest one, approving, cancelling."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployment
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    BAD,
    GOOD,
    LOST,
    Json,
    Railway,
    became,
    connection,
    identity,
    node,
    of_module,
    refusal,
    service,
    sha,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
NEW = node("new", "v1.5.0", 0, "SUCCESS")
WAITING = node("waiting", "v1.5.0", 10, "NEEDS_APPROVAL")


def do(check: bool = False, **params: t.Any) -> Json:
    result = of_module(deployment.execute, check, **params)
    return t.cast(Json, result.get("failure") or {**result, "changes": [change["operation"] for change in result["changes"]]})


@pytest.fixture
def running(railway: Railway) -> Railway:
    railway.on("serviceInstance", service([BAD], GOOD), service([BAD], became(NEW, "BUILDING"), GOOD), service([NEW], BAD, GOOD))
    railway.on("serviceInstanceDeployV2", {"serviceInstanceDeployV2": NEW["id"]})
    for operation in ("deploymentApprove", "deploymentCancel"):
        railway.on(operation, {operation: True})
    return railway


# --- deployed -----------------------------------------------------------------------------------------------------------


def test_a_commit_is_deployed_and_waited_for_by_its_id(running: Railway) -> None:
    result = do(state="deployed", commit=sha("v1.5.0"))
    assert (result["changes"], result["how"], result["deployment"]["id"]) == (["serviceInstanceDeployV2"], "deploy", NEW["id"])
    assert running.sent("serviceInstanceDeployV2")[0]["commitSha"] == sha("v1.5.0")


def test_the_newest_commit_is_deployed_without_naming_it(running: Railway) -> None:
    assert do(state="deployed")["deployment"]["id"] == NEW["id"]
    assert "commitSha" not in running.sent("serviceInstanceDeployV2")[0]


def test_what_serves_already_is_left_alone(running: Railway) -> None:
    for commit in (sha("v1.4.2"), sha("v1.4.2").upper(), sha("v1.4.2")[:7]):
        running.on("serviceInstance", service([BAD], GOOD))
        assert (do(state="deployed", commit=commit)["how"], running.changes) == ("already", [])


def test_what_was_stopped_is_started_again(running: Railway) -> None:
    stopped, up = became(BAD, "SUCCESS", deploymentStopped=True), became(BAD, "SUCCESS", instances=[{"id": "other", "status": "RUNNING"}])
    running.on("deploymentRestart", {"deploymentRestart": True})
    running.on("serviceInstance", service([stopped]), service([up]))
    assert do(state="deployed", commit=sha("v1.4.2"))["how"] == "restart"


@pytest.mark.parametrize("commit", [sha("v1.5.0"), None])
def test_a_deployment_of_it_that_is_under_way_is_adopted(running: Railway, commit: str | None) -> None:
    running.on("serviceInstance", service([BAD], became(NEW, "BUILDING"), GOOD), service([NEW], BAD, GOOD))
    result = do(state="deployed", commit=commit)
    assert (result["changes"], result["changed"], result["deployment"]["id"]) == ([], False, NEW["id"])
    running.on("serviceInstance", service([BAD], became(NEW, "BUILDING"), GOOD))
    assert do(check=True, state="deployed", commit=commit)["changes"] == []
    assert do(state="deployed", commit=commit, wait=False)["deployment"]["state"] == "BUILDING"


def test_one_that_waits_for_an_approval_is_not_doubled(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], WAITING))
    failure = do(state="deployed", commit=sha("v1.5.0"))
    assert (failure["code"], running.changes) == ("NEEDS_APPROVAL", []) and "approved" in failure["hint"]


@pytest.mark.parametrize("commit", [sha("v9.9.9"), None])
def test_another_deployment_under_way_is_a_conflict(running: Railway, commit: str | None) -> None:
    # Without a commit, a rollback is another one: it leads backwards.
    going_back = became(node("back", "v1.4.1", 5), "DEPLOYING")
    running.on("serviceInstance", service([BAD], going_back, GOOD))
    assert (do(state="deployed", commit=commit)["code"], running.changes) == ("busy", [])


def test_the_plan_says_what_only_the_apply_can_tell(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD))
    one, other = do(check=True, state="deployed", commit=sha("v1.4.1")), do(check=True, state="deployed")
    told = {"known_after": "serviceInstanceDeployV2"}
    assert (one["deployment"]["version"], one["deployment"]["id"]) == ("v1.4.1", told)
    assert (other["deployment"]["commit"], other["deployment"]["version"], other["deployment"]["state"]) == (told, told, "SUCCESS")
    assert one["changes"] == other["changes"] == ["serviceInstanceDeployV2"] and running.changes == []
    assert set(one["deployment"]) == set(other["deployment"])


def test_a_lost_answer_is_looked_up(running: Railway) -> None:
    running.on("serviceInstanceDeployV2", LOST)
    result = do(state="deployed", commit=sha("v1.5.0"))
    assert (result["deployment"]["id"], running.changes) == (NEW["id"], ["serviceInstanceDeployV2"])


def test_without_waiting_it_ends_when_railway_has_accepted(running: Railway) -> None:
    result = do(state="deployed", wait=False, commit=sha("v1.5.0"))
    assert (result["deployment"]["id"], result["deployment"]["state"]) == (NEW["id"], "BUILDING")
    running.on("serviceInstance", service([BAD], GOOD))
    assert do(state="deployed", wait=False)["deployment"]["id"] == NEW["id"]


def test_a_commit_that_railway_does_not_know_is_told(running: Railway) -> None:
    running.on("serviceInstanceDeployV2", refusal("Commit not found", "BAD_USER_INPUT"))
    assert do(state="deployed", commit="0" * 40)["kind"] == "not_found"


def test_a_shortened_commit_is_completed_or_refused(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD), service([BAD], GOOD), service([NEW], BAD, GOOD))
    running.on("deployments", {"deployments": connection([])})
    do(state="deployed", commit="77AB310", wait=False)
    assert running.sent("serviceInstanceDeployV2")[0]["commitSha"] == sha("v1.4.1")
    assert do(state="deployed", commit="1234567")["code"] == "commit"
    twin = node("twin", "v0", meta={"commitHash": sha("v1.4.1")[:39] + "0"})
    running.on("serviceInstance", service([BAD], GOOD, twin))
    assert (do(state="deployed", commit="77ab310")["kind"], len(running.changes)) == ("invalid", 1)


@pytest.mark.parametrize(
    "params",
    [
        {"state": "deployed", "commit": "77ab31"},
        {"state": "deployed", "commit": "main"},
        {"state": "deployed", "commit": "a" * 41},
        {"state": "deployed", "deployment": "v1.4.1"},
        {"state": "active", "deployment": "v1.4.1", "commit": "77ab310"},
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_first_request(running: Railway, params: Json) -> None:
    assert (do(**params)["kind"], running.asked) == ("invalid", [])


def test_a_service_that_runs_nothing_can_be_deployed(running: Railway) -> None:
    running.on("serviceInstance", service([], GOOD), service([NEW], GOOD))
    result = do(state="deployed", commit=sha("v1.5.0"))
    assert (result["diff"]["before"], result["deployment"]["id"]) == ({}, NEW["id"])


# --- approved -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [WAITING["id"], "v1.5.0", None])
def test_what_waits_is_approved_and_comes_up(running: Railway, name: str | None) -> None:
    up = became(WAITING, "SUCCESS")
    running.on("serviceInstance", service([BAD], WAITING, GOOD), service([BAD], became(WAITING, "BUILDING")), service([up], BAD))
    result = do(state="approved", deployment=name)
    assert (result["changes"], result["how"], result["deployment"]["state"]) == (["deploymentApprove"], "approve", "SUCCESS")
    assert result["diff"]["before"]["state"] == "NEEDS_APPROVAL"
    assert running.sent("deploymentApprove") == [{"id": WAITING["id"]}]


def test_an_approval_can_be_planned_and_need_not_be_waited_for(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], WAITING))
    running.on("deployment", {"deployment": became(WAITING, "QUEUED")})
    plan = do(check=True, state="approved")
    assert (plan["changes"], plan["deployment"]["state"], running.changes) == (["deploymentApprove"], "SUCCESS", [])
    assert do(state="approved", wait=False)["deployment"]["state"] == "QUEUED"


def test_a_lost_approval_is_looked_up(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], WAITING), service([became(WAITING, "SUCCESS")], BAD))
    running.on("deploymentApprove", LOST)
    running.on("deployment", {"deployment": WAITING}, {"deployment": became(WAITING, "QUEUED")})
    assert (do(state="approved")["changed"], running.asked.count("deploymentApprove")) == (True, 1)


def test_what_does_not_wait_needs_no_approval(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD))
    for name in (None, "v1.4.2"):
        result = do(state="approved", deployment=name)
        assert (result["how"], result["deployment"]["id"], result["changes"]) == ("already", BAD["id"], [])
    assert do(state="approved", deployment="v1.4.1")["code"] == "not_waiting"
    running.on("serviceInstance", service([BAD], became(NEW, "BUILDING")), service([NEW], BAD))
    assert (do(state="approved", deployment="v1.5.0")["deployment"]["state"], running.asked.count("deploymentApprove")) == ("SUCCESS", 0)


# --- cancelled ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["v1.5.0", None])
@pytest.mark.parametrize("state", ["BUILDING", "NEEDS_APPROVAL", "QUEUED"])
def test_what_is_being_made_is_cancelled(running: Railway, state: str, name: str | None) -> None:
    running.on("serviceInstance", service([BAD], became(NEW, state)))
    running.on("deployment", {"deployment": became(NEW, state)}, {"deployment": became(NEW, "REMOVED")})
    result = do(state="cancelled", deployment=name)
    assert (result["changes"], result["how"], result["deployment"]["state"]) == (["deploymentCancel"], "cancel", "REMOVED")
    assert do(check=True, state="cancelled", deployment=name)["deployment"]["state"] == "REMOVED"


def test_what_runs_is_not_taken_down_by_cancelling(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD))
    assert (do(state="cancelled", deployment="v1.4.2", allow="destroy")["code"], running.changes) == ("not_cancellable", [])


def test_nothing_to_cancel_is_nothing_to_do(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD))
    for name in (None, "v1.4.1"):
        assert (do(state="cancelled", deployment=name)["how"], running.changes) == ("already", [])
    running.on("serviceInstance", service([]))
    assert do(state="cancelled")["deployment"] is None


def test_one_that_came_up_meanwhile_is_told(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], became(NEW, "DEPLOYING")))
    running.on("deployment", {"deployment": NEW})
    assert (do(state="cancelled")["kind"], identity("new")) == ("failed", NEW["id"])

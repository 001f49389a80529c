# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_deployment and railway_deployment_info: their states, their refusals, and what they return."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployment, deployment_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    BAD,
    DAY,
    GOOD,
    LOST,
    NOW,
    OLD,
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
    variables,
    when,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
UP = node("new", "v1.4.1", 0, "SUCCESS")
BUILDING = node("push", "v1.4.3", 10, "BUILDING")
STOPPED = became(BAD, "SUCCESS", deploymentStopped=True)
FRESH = {"instances": [{"id": identity("another-instance"), "status": "RUNNING"}], "statusUpdatedAt": when(NOW)}
RESTARTED = became(BAD, "SUCCESS", **FRESH)


def do(check: bool = False, **params: t.Any) -> Json:
    """The result with the names of its ``changes``, or the failure."""
    result = of_module(deployment.execute, check, **params)
    return t.cast(Json, result.get("failure") or {**result, "changes": [change["operation"] for change in result["changes"]]})


def info(**params: t.Any) -> Json:
    result = of_module(deployment_info.execute, **{"state": None, "commit": None, "limit": 20, **params})
    return t.cast(Json, result.get("failure") or result)


@pytest.fixture
def running(railway: Railway) -> Railway:
    railway.on("serviceInstance", service([BAD], GOOD, OLD))
    railway.on("deploymentSnapshot", variables({"A": "1"}, {"A": "2"}))
    for operation in ("deploymentRollback", "deploymentRestart", "deploymentStop", "deploymentRemove", "deploymentCancel"):
        railway.on(operation, {operation: True})
    return railway


# --- active -------------------------------------------------------------------------------------------------------------


def test_active_returns_to_the_deployment(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD), service([UP], BAD, GOOD))
    result = do(deployment="v1.4.1")
    assert result["changed"] and result["changes"] == ["deploymentRollback"]
    assert (result["deployment"]["id"], result["how"]) == (UP["id"], "image")
    assert result["diff"]["before"]["version"] == "v1.4.2" and result["diff"]["after"]["version"] == "v1.4.1"
    assert result["link"].startswith("https://railway.com/")


def test_active_twice_changes_nothing(running: Railway) -> None:
    result = do(deployment="9c1e2f0")
    assert not result["changed"] and result["how"] == "already" and result["diff"]["before"] == result["diff"]["after"]
    assert not running.changes


def test_active_in_check_mode_sends_nothing(running: Railway) -> None:
    result = do(check=True, deployment=GOOD["id"])
    assert result["changed"] and result["changes"] == ["deploymentRollback"] and not running.changes
    assert result["diff"]["after"]["id"] == {"known_after": "deploymentRollback"}


def test_active_without_waiting_ends_when_it_is_accepted(running: Railway) -> None:
    coming = became(UP, "INITIALIZING")
    running.on("serviceInstance", service([BAD], GOOD), service([BAD], coming, GOOD))
    result = do(deployment="v1.4.1", wait=False)
    assert (result["deployment"]["id"], result["deployment"]["state"]) == (UP["id"], "INITIALIZING")
    running.on("serviceInstance", service([BAD], GOOD))
    assert do(deployment="v1.4.1", wait=False)["deployment"]["id"] == {"known_after": "deploymentRollback"}


def test_active_starts_what_was_stopped(running: Railway) -> None:
    running.on("serviceInstance", service([STOPPED], GOOD), service([STOPPED], GOOD), service([RESTARTED], GOOD))
    result = do(deployment="v1.4.2")
    assert (result["how"], result["changes"], result["deployment"]["stopped"]) == ("restart", ["deploymentRestart"], False)


@pytest.mark.parametrize("state", [service([STOPPED], cron="0 3 * * *"), service([became(STOPPED, "SLEEPING")])])
def test_active_leaves_alone_what_rests_by_nature(running: Railway, state: Json) -> None:
    running.on("serviceInstance", state)
    assert do(deployment="v1.4.2")["how"] == "already"


def test_active_does_not_race_a_build(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], BUILDING, GOOD))
    failure = do(deployment="v1.4.1")
    assert (failure["kind"], failure["code"]) == ("conflict", "busy")
    assert BUILDING["id"] in failure["message"] and "cancelled" in failure["hint"] and not running.changes


def test_active_takes_over_what_is_under_way(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], became(UP, "DEPLOYING"), GOOD), service([UP], BAD, GOOD))
    running.on("deploymentSnapshot", variables({"A": "1"}, {"A": "1"}))
    result = do(deployment=GOOD["id"])
    assert result["changes"] == [] and result["deployment"]["id"] == UP["id"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (node("t", "v2", 60, "FAILED"), "not_ready"),
        (node("t", "v2", 60, "CRASHED"), "not_ready"),
        (node("t", "v2", 60, "HIBERNATING"), "not_ready"),
        (node("t", "v2", DAY, canRollback=False), "not_restorable"),
        ({key: value for key, value in node("t", "v2", DAY).items() if key != "canRollback"}, "not_restorable"),
    ],
)
def test_active_refuses_what_cannot_run(running: Railway, target: Json, code: str) -> None:
    running.on("serviceInstance", service([BAD], target))
    failure = do(deployment="v2")
    assert (failure["kind"], failure["code"]) == ("refused", code)
    assert failure["hint"] and not running.changes


def test_active_can_build_again(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], became(GOOD, "REMOVED", canRollback=False)), service([UP], BAD))
    running.on("serviceInstanceDeployV2", {"serviceInstanceDeployV2": UP["id"]})
    assert do(deployment="v1.4.1", rebuild=True)["changes"] == ["serviceInstanceDeployV2"]


def test_an_unknown_deployment_names_what_is_near(running: Railway) -> None:
    running.on("deployments", {"deployments": connection([BAD, GOOD])})
    failure = do(deployment="v1.4.7")
    assert (failure["kind"], failure["code"]) == ("not_found", "deployment")
    assert "v1.4.1 77ab310" in failure["hint"] and not running.changes


def test_a_read_only_run_may_not_change(running: Railway) -> None:
    assert do(deployment="v1.4.1", allow="read")["code"] == "allow"
    assert not running.changes


# --- restarted, redeployed ----------------------------------------------------------------------------------------------


def test_restarted_is_proved_by_new_containers(running: Railway) -> None:
    coming = became(BAD, "DEPLOYING", statusUpdatedAt=when(NOW))
    running.on("serviceInstance", service([BAD]), service([BAD]), service([], coming), service([RESTARTED]))
    result = do(state="restarted")
    assert (result["changes"], result["how"]) == (["deploymentRestart"], "restart")
    assert result["deployment"]["id"] == BAD["id"] and result["deployment"]["instances"][0]["id"] == FRESH["instances"][0]["id"]


def test_restarted_is_done_every_time(running: Railway) -> None:
    again = became(RESTARTED, "SUCCESS", instances=[{"id": "third", "status": "RUNNING"}], statusUpdatedAt=when(NOW + 60))
    running.on("serviceInstance", service([BAD]), service([RESTARTED]))
    assert do(state="restarted")["changed"]
    running.on("serviceInstance", service([RESTARTED]), service([again]))
    assert do(state="restarted")["changed"] and running.changes == ["deploymentRestart"] * 2


def test_a_lost_restart_is_looked_up(running: Railway) -> None:
    running.on("deploymentRestart", LOST)
    running.on("serviceInstance", service([BAD]), service([RESTARTED]))
    assert do(state="restarted")["changed"] and running.changes == ["deploymentRestart"]


def test_a_restart_that_crashes_is_a_failure(running: Railway) -> None:
    running.on("serviceInstance", service([BAD]), service([became(RESTARTED, "CRASHED")]))
    running.on("deploymentEvents", {"deploymentEvents": connection([])})
    assert do(state="restarted")["code"] == "CRASHED"


@pytest.mark.parametrize(("state", "wait"), [("restarted", False), ("stopped", False), ("removed", False)])
def test_without_waiting_the_deployment_is_shown_as_it_is(running: Railway, state: str, wait: bool) -> None:
    running.on("deployment", {"deployment": became(BAD, "DEPLOYING")})
    result = do(state=state, wait=wait, deployment="v1.4.2", allow="destroy")
    assert result["changed"] and result["deployment"]["state"] == "DEPLOYING"


def test_only_what_ran_can_be_restarted(running: Railway) -> None:
    assert do(state="restarted", deployment="v1.4.1")["code"] == "not_ready"
    assert not running.changes


def test_redeployed_waits_for_the_new_deployment(running: Railway) -> None:
    new = node("redeployed", "v1.4.2", 0, "SUCCESS")
    running.on("serviceInstance", service([BAD]), service([BAD], became(new, "BUILDING")), service([new], BAD))
    running.on("deploymentRedeploy", {"deploymentRedeploy": {"id": new["id"], "status": "INITIALIZING"}})
    result = do(state="redeployed", use_previous_image_tag=True)
    assert (result["deployment"]["id"], result["how"]) == (new["id"], "redeploy")
    assert running.sent("deploymentRedeploy") == [{"id": BAD["id"], "usePreviousImageTag": True}]
    running.on("serviceInstance", service([BAD]), service([BAD], became(new, "BUILDING")))
    assert do(state="redeployed", wait=False)["deployment"]["state"] == "BUILDING"
    assert running.sent("deploymentRedeploy")[1] == {"id": BAD["id"]}


def test_a_lost_redeployment_is_looked_up(running: Railway) -> None:
    new = node("redeployed", "v1.4.2", 0, "SUCCESS")
    running.on("serviceInstance", service([BAD]), service([new], BAD))
    running.on("deploymentRedeploy", LOST)
    assert do(state="redeployed")["deployment"]["id"] == new["id"]
    assert running.changes == ["deploymentRedeploy"]


def test_what_cannot_be_redeployed_is_refused(running: Railway) -> None:
    running.on("serviceInstance", service([became(BAD, "SUCCESS", canRedeploy=False)]))
    assert do(state="redeployed")["code"] == "not_redeployable"


# --- stopped, removed ---------------------------------------------------------------------------------------------------


def test_stopped_is_a_state(running: Railway) -> None:
    running.on("deployment", {"deployment": BAD}, {"deployment": STOPPED})
    result = do(state="stopped")
    assert (result["changes"], result["deployment"]["stopped"]) == (["deploymentStop"], True)
    running.on("serviceInstance", service([STOPPED]))
    assert not do(state="stopped")["changed"]


def test_a_lost_stop_is_looked_up(running: Railway) -> None:
    running.on("deploymentStop", LOST)
    running.on("deployment", {"deployment": STOPPED})
    assert do(state="stopped")["changed"] and running.changes == ["deploymentStop"]


def test_what_does_not_run_is_stopped_already(running: Railway) -> None:
    assert not do(state="stopped", deployment="v1.4.1")["changed"]
    running.on("serviceInstance", service([BAD], BUILDING))
    assert do(state="stopped", deployment="v1.4.3")["code"] == "not_ready"


def test_removed_needs_the_right_to_destroy(running: Railway) -> None:
    failure = do(state="removed", deployment="v1.4.2")
    assert failure["code"] == "allow" and not running.changes
    running.on("deployment", {"deployment": became(BAD, "REMOVING")}, {"deployment": became(BAD, "REMOVED")})
    result = do(state="removed", deployment="v1.4.2", allow="destroy")
    assert (result["changes"], result["deployment"]["state"], result["how"]) == (["deploymentRemove"], "REMOVED", "remove")


@pytest.mark.parametrize("state", ["BUILDING", "QUEUED", "NEEDS_APPROVAL"])
def test_removed_cancels_what_is_still_being_made(running: Railway, state: str) -> None:
    running.on("serviceInstance", service([BAD], became(BUILDING, state)))
    running.on("deployment", {"deployment": became(BUILDING, "REMOVED")})
    result = do(state="removed", deployment="v1.4.3")
    assert (result["changes"], result["how"]) == (["deploymentCancel"], "cancel")


def test_removed_is_a_state(running: Railway) -> None:
    assert not do(state="removed", deployment="v1.4.1")["changed"]
    running.on("serviceInstance", service([UP], became(BAD, "REMOVING")))
    running.on("deployment", {"deployment": became(BAD, "REMOVING")}, refusal("Deployment not found"))
    result = do(state="removed", deployment="v1.4.2")
    assert not result["changed"] and result["deployment"]["state"] == "REMOVED"


@pytest.mark.parametrize(
    ("state", "operation"),
    [("restarted", "deploymentRestart"), ("redeployed", "deploymentRedeploy"), ("stopped", "deploymentStop"), ("removed", "deploymentRemove")],
)
def test_every_act_can_be_planned(running: Railway, state: str, operation: str) -> None:
    result = do(check=True, state=state, deployment="v1.4.2", allow="destroy")
    assert result["changed"] and result["changes"] == [operation] and not running.changes
    assert set(result["deployment"]) == set(info(deployment="v1.4.2")["deployments"][0])


def test_nothing_to_act_on_is_a_refusal(running: Railway) -> None:
    running.on("serviceInstance", service([], GOOD))
    assert do(state="restarted")["code"] == "no_serving"


# --- info ---------------------------------------------------------------------------------------------------------------


def test_info_lists_with_the_state_of_the_service(running: Railway) -> None:
    result = info(limit=2)
    assert [one["version"] for one in result["deployments"]] == ["v1.4.2", "v1.4.1"]
    assert [one["active"] for one in result["deployments"]] == [True, False]
    assert result["service"]["serving"] == BAD["id"] and result["service"]["auto_deploy"] is True
    assert running.asked == ["projectToken", "serviceInstance"]


def test_info_finds_one(running: Railway) -> None:
    assert [one["id"] for one in info(deployment="77ab310")["deployments"]] == [GOOD["id"]]
    running.on("deployments", {"deployments": connection([])})
    assert info(deployment="v9.9.9")["deployments"] == []


def test_info_filters_by_state_at_the_vendor(running: Railway) -> None:
    running.on("deployments", {"deployments": connection([node("f", "v1", status="FAILED")])})
    assert [one["state"] for one in info(state=["FAILED", "CRASHED"])["deployments"]] == ["FAILED"]
    assert running.sent("deployments")[0]["input"]["status"] == {"in": ["FAILED", "CRASHED"]}


def test_info_pages_and_keeps_the_order(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], GOOD, cursor="c0"))
    running.on("deployments", {"deployments": connection([OLD, BAD], "c1")}, {"deployments": connection([GOOD])})
    assert [one["version"] for one in info(limit=50)["deployments"]] == ["v1.4.2", "v1.4.1", "v1.4.0"]


def test_info_gets_what_it_wants_however_small_the_pages_are(running: Railway) -> None:
    """Railway may give less than it is asked for; an active deployment that is older than the page does not count as one of it."""
    older = [node(f"old-{number}", f"v1.0.{number}", 9 * DAY + number) for number in range(4)]
    running.on("serviceInstance", {**service([OLD], cursor="c0"), "deployments": connection([BAD, GOOD], "c0")})
    running.on("deployments", {"deployments": connection(older[:1], "c1")}, {"deployments": connection(older[1:], "c2")})
    assert len(info(limit=5)["deployments"]) == 5
    assert [running.sent("serviceInstance")[0]["first"], *(given["first"] for given in running.sent("deployments"))] == [20, 3, 2]


def test_info_compares_commits_itself(running: Railway) -> None:
    running.on("deployments", {"deployments": connection([BAD, GOOD, OLD])})
    assert [one["id"] for one in info(commit=sha("v1.4.1")[:10].upper())["deployments"]] == [GOOD["id"]]


def test_info_notices_a_list_that_never_ends(running: Railway) -> None:
    running.on("serviceInstance", service([BAD], cursor="c0"))
    running.on("deployments", {"deployments": connection([OLD], "c1")})
    assert info(limit=500)["kind"] == "protocol"


@pytest.mark.parametrize("bad", [{"limit": 0}, {"limit": -3}, {"commit": "abc"}, {"request_timeout": -1.0}, {"deadline": 0.0}])
def test_info_refuses_bad_input_before_any_request(running: Railway, bad: Json) -> None:
    assert info(**bad)["kind"] == "invalid"
    assert not running.requests

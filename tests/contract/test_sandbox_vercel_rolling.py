# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's rolling releases: each answer as the vendor documents it, and the rules one by one, in virtual time."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Json, Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control

HERE = "/v1/projects/hydrogen/rolling-release"
PROJECT = "/v9/projects/hydrogen"
MANUAL: Json = {"enabled": True, "advancementType": "manual-approval", "stages": [{"targetPercentage": it} for it in (10, 50, 100)]}
TIMED: Json = {
    "enabled": True,
    "advancementType": "automatic",
    "stages": [{"targetPercentage": 10, "duration": 5}, {"targetPercentage": 50, "duration": 15}, {"targetPercentage": 100}],
}


def configure(vercel: Vercel, wish: Json) -> tuple[int, t.Any]:
    return vercel.ask("PATCH", f"{HERE}/config", wish)[:2]


def act(vercel: Vercel, verb: str, canary: str, **more: t.Any) -> tuple[int, t.Any]:
    status, document = vercel.ask("POST", f"{HERE}/{verb}", {"canaryDeploymentId": canary, **more})[:2]
    return status, document.get("rollingRelease") if status == 200 else document["error"]["code"]


def release(vercel: Vercel, **query: t.Any) -> t.Any:
    return vercel.get(HERE, **query)["rollingRelease"]


def rolled(sandbox: Control, vercel: Vercel, config: Json) -> str:
    """A canary that rolls."""
    assert configure(vercel, config)[0] == 200
    canary = sandbox.add("app", tag="v1.5.0")
    assert act(vercel, "start", canary)[0] == 200
    return canary


# -- settings


def test_settings_are_read_in_another_shape_than_they_are_written(vercel: Vercel) -> None:
    assert vercel.get(f"{HERE}/config") == {"rollingRelease": None}
    assert configure(vercel, MANUAL)[0] == 200
    read = vercel.get(f"{HERE}/config")["rollingRelease"]
    wanted = [{"targetPercentage": 10, "requireApproval": True}, {"targetPercentage": 50, "requireApproval": True}, {"targetPercentage": 100}]
    assert read == {"target": "production", "stages": wanted}
    assert vercel.get(PROJECT)["rollingRelease"] == read
    assert configure(vercel, TIMED)[0] == 200
    assert vercel.get(f"{HERE}/config")["rollingRelease"]["stages"] == TIMED["stages"]
    assert vercel.ask("DELETE", f"{HERE}/config")[0] == 200
    assert vercel.get(f"{HERE}/config") == {"rollingRelease": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"advancementType": "automatic"},
        {"stages": [{"targetPercentage": 100}]},
        {"stages": [{"targetPercentage": 50}, {"targetPercentage": 10}, {"targetPercentage": 100}]},
        {"stages": [{"targetPercentage": 10}, {"targetPercentage": 50}]},
        {"stages": [{"targetPercentage": 10, "duration": 5}, {"targetPercentage": 100}]},
        {"stages": None},
        {"enabled": None},
    ],
)
def test_settings_that_cannot_be_are_refused(vercel: Vercel, wrong: Json) -> None:
    assert configure(vercel, {**MANUAL, **wrong})[0] == 400
    assert vercel.get(f"{HERE}/config") == {"rollingRelease": None}


def test_settings_may_keep_their_stages_when_they_are_written_over(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", sticky_rolling_config=True)
    configure(vercel, MANUAL)
    assert configure(vercel, TIMED)[0] == 200
    assert vercel.get(f"{HERE}/config")["rollingRelease"]["stages"][0]["requireApproval"] is True
    configure(vercel, {"enabled": False})
    configure(vercel, {**TIMED, "enabled": False})
    configure(vercel, TIMED)
    assert vercel.get(f"{HERE}/config")["rollingRelease"]["stages"] == TIMED["stages"]


@pytest.mark.parametrize(
    ("patch", "reason", "status"),
    [
        ({"plan": "hobby"}, "plan_not_supported", 402),
        ({"rolling_slots": 0}, "no_available_slots", 402),
        ({}, "available_slots", 200),
        ({"plan": "enterprise"}, "unlimited_slots", 200),
    ],
)
def test_the_plan_decides(sandbox: Control, vercel: Vercel, patch: Json, reason: str, status: int) -> None:
    if patch:
        sandbox.patch("app", **patch)
    assert vercel.get(f"{HERE}/billing")["reason"] == reason
    assert configure(vercel, MANUAL)[0] == status


# -- releases


def test_a_start_is_done_once_and_serves_a_share(sandbox: Control, vercel: Vercel) -> None:
    assert act(vercel, "start", sandbox.add("app", tag="v1.4.9")) == (422, "rolling_release_not_enabled")
    canary = rolled(sandbox, vercel, MANUAL)
    now = release(vercel)
    assert (now["state"], now["activeStage"]["index"], now["nextStage"]["index"], now["currentCanaryPercentage"]) == ("ACTIVE", 0, 1, 10)
    assert (now["canaryDeployment"]["id"], now["currentDeployment"]["id"]) == (canary, vercel.tagged("v1.4.2"))
    assert vercel.get(f"/v13/deployments/{canary}")["readySubstate"] == "ROLLING"
    assert vercel.get(PROJECT)["targets"]["production"]["id"] == vercel.tagged("v1.4.2")
    assert act(vercel, "start", canary) == (200, now)
    assert act(vercel, "start", sandbox.add("app", tag="v1.5.1")) == (409, "conflict")
    assert release(vercel, state="COMPLETE") is None


@pytest.mark.parametrize("tag", ["v1.4.2-rc1", "next", "v1.4.2"])
def test_what_is_not_a_ready_production_build_beside_the_serving_one_does_not_roll(vercel: Vercel, tag: str) -> None:
    configure(vercel, MANUAL)
    assert act(vercel, "start", vercel.tagged(tag)) == (422, "unprocessable_entity")


def test_approvals_go_one_stage_at_a_time_and_the_last_completes(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    canary = rolled(sandbox, vercel, MANUAL)
    member.sleep(86_400)
    assert release(vercel)["activeStage"]["index"] == 0
    assert act(vercel, "approve-stage", canary, nextStageIndex=2) == (400, "bad_request")
    assert act(vercel, "approve-stage", "dpl_another", nextStageIndex=1) == (400, "bad_request")
    assert act(vercel, "approve-stage", canary, nextStageIndex=1)[1]["currentCanaryPercentage"] == 50
    assert act(vercel, "approve-stage", canary, nextStageIndex=1) == (400, "bad_request")
    assert act(vercel, "approve-stage", canary, nextStageIndex=2)[1]["state"] == "COMPLETE"
    member.sleep(4)
    assert vercel.get(PROJECT)["targets"]["production"]["id"] == canary
    assert release(vercel, state="ACTIVE") is None


def test_automatic_stages_last_minutes(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    canary = rolled(sandbox, vercel, TIMED)
    seen = []
    for seconds in (299, 2, 898, 2):
        member.sleep(seconds)
        seen.append((release(vercel)["state"], (release(vercel)["activeStage"] or {}).get("index")))
    assert seen == [("ACTIVE", 0), ("ACTIVE", 1), ("ACTIVE", 1), ("COMPLETE", None)]
    member.sleep(4)
    assert vercel.get("/v4/aliases/app.example.com")["deploymentId"] == canary


def test_the_gate_holds_a_release_where_it_is(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    canary = rolled(sandbox, vercel, TIMED)
    sandbox.patch("app", rolling_release={"substate": "PAUSED"})
    member.sleep(3600)
    assert (release(vercel)["substate"], release(vercel)["activeStage"]["index"]) == ("PAUSED", 0)
    assert act(vercel, "complete", canary)[1]["state"] == "COMPLETE"


def test_a_rollback_to_what_serves_aborts_and_switches_auto_assign_off(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    canary, bad = rolled(sandbox, vercel, MANUAL), vercel.tagged("v1.4.2")
    assert vercel.rollback(canary)[0] == 422
    assert vercel.rollback(bad)[0] == 201
    assert (release(vercel)["state"], release(vercel, state="ACTIVE")) == ("ABORTED", None)
    request = vercel.get(PROJECT)["lastAliasRequest"]
    assert (request["type"], request["toDeploymentId"]) == ("rollback", bad)
    assert "fromRollingReleaseId" in request
    member.sleep(4)
    project = vercel.get(PROJECT)
    assert (project["targets"]["production"]["id"], project["autoAssignCustomDomains"]) == (bad, False)
    assert vercel.get(f"/v13/deployments/{canary}")["readySubstate"] == "STAGED"


def test_a_promote_of_the_canary_completes_and_one_of_another_waits_for_the_end(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    canary, queued = rolled(sandbox, vercel, MANUAL), vercel.tagged("v1.4.1")
    assert vercel.promote(queued) == (202, None)
    assert release(vercel)["queuedDeploymentId"] == queued
    assert vercel.promote(canary) == (201, None)
    assert release(vercel)["state"] == "COMPLETE"
    member.sleep(3.5)
    assert vercel.get(PROJECT)["targets"]["production"]["id"] == canary
    member.sleep(4)
    assert vercel.get(PROJECT)["targets"]["production"]["id"] == queued


def test_a_push_rolls_by_itself_and_another_one_meanwhile_stays_staged(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    configure(vercel, TIMED)
    first, second = (sandbox.push("app", tag=tag, build_seconds=10) for tag in ("v1.5.0", "v1.5.1"))
    member.sleep(20)
    assert release(vercel)["canaryDeployment"]["id"] == first
    single = vercel.get(f"/v13/deployments/{first}")
    assert (single["readyState"], single["readySubstate"], single["aliasAssigned"]) == ("READY", "ROLLING", False)
    assert vercel.get(f"/v13/deployments/{second}")["readySubstate"] == "STAGED"


@pytest.mark.parametrize(("action", "state"), [(None, "ABORTED"), ("abort", "ABORTED"), ("complete", "COMPLETE")])
def test_switching_off_ends_the_active_release(sandbox: Control, vercel: Vercel, action: str | None, state: str) -> None:
    rolled(sandbox, vercel, MANUAL)
    configure(vercel, {"enabled": False, **({"disableRolloutAction": action} if action else {})})
    assert release(vercel)["state"] == state

# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling releases: settings as people write and Vercel reads them, and a release that is looked at before and after."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import rolling_config, rolling_releases
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, GOOD, LOST, PROJECT, STAGED, Json, Vercel, error, job, project, single
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_rolling_answers import CANARY, HERE, MANUAL, OFF, TIMED, WANTED, config, do, release

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
ON = project(rollingRelease=config()["rollingRelease"])


# --- settings -----------------------------------------------------------------------------------------------------------


def test_durations_become_whole_minutes() -> None:
    timed = rolling_config.wanted_stages([{"percentage": 10, "duration": "5m"}, {"percentage": 50, "duration": "1h30m"}, {"percentage": 100}])
    assert (timed.advancement, timed.stages) == ("automatic", ((10, 5), (50, 90), (100, None)))
    assert timed.as_dict()["stages"][1] == {"percentage": 50, "seconds": 5400}
    assert rolling_config.wanted_stages([{"percentage": 10, "duration": "300"}, {"percentage": 100}]).stages[0] == (10, 5)
    manual = rolling_config.wanted_stages(WANTED)
    assert (manual.advancement, manual.stages) == ("manual-approval", ((10, None), (50, None), (100, None)))


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([(100, None)], "1 entries"),
        ([(share, None) for share in range(1, 11)] + [(100, None)], "11 entries"),
        ([(50, None), (10, None), (100, None)], "50, 10, 100"),
        ([(10, None), (10, None), (100, None)], "10, 10, 100"),
        ([(0, None), (100, None)], "0, 100"),
        ([(10, None), (50, None)], "10, 50"),
        ([(10, None), (101, None)], "10, 101"),
        ([(10, "5m"), (100, "5m")], "last stage has a duration"),
        ([(10, "5m"), (50, None), (100, None)], "some stages have a duration"),
        ([(10, "90s"), (100, None)], "1.5 minutes"),
        ([(10, "5"), (100, None)], "0.0833333 minutes"),
        ([(10, "0m"), (100, None)], "0 minutes"),
        ([(10, "7d"), (100, None)], "10080 minutes"),
        ([(10, "soon"), (100, None)], "duration of stage 0 is 'soon'"),
    ],
)
def test_stages_that_cannot_be_are_refused_by_name(stages: list[tuple[int, str | None]], words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        rolling_config.wanted_stages([{"percentage": share, "duration": length} for share, length in stages])
    assert caught.value.kind == "invalid"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (OFF, None),
        (config(MANUAL), rolling_config.wanted_stages(WANTED)),
        (config(TIMED), rolling_config.Config("automatic", ((10, 5), (50, 60), (100, None)))),
        # A duration beside an approval, or on the last stage, means nothing.
        (config([{"targetPercentage": 10, "requireApproval": True, "duration": 5}, {"targetPercentage": 100, "duration": 7}]), None),
        (config([]), rolling_config.Config("automatic", ())),
    ],
)
def test_settings_are_understood(answer: Json, wanted: rolling_config.Config | None) -> None:
    manual = rolling_config.Config("manual-approval", ((10, None), (100, None)))
    assert rolling_config.parse(answer) == (manual if wanted is None and answer != OFF else wanted)


@pytest.mark.parametrize(
    "answer", [{}, {"rollingRelease": "on"}, {"rollingRelease": {"stages": "many"}}, config([{"targetPercentage": "10"}]), config(t.cast(t.Any, [10]))]
)
def test_settings_that_are_no_settings_are_told(answer: Json) -> None:
    with pytest.raises(Failure) as caught:
        rolling_config.parse(answer)
    assert caught.value.kind == "protocol"


def test_settings_that_hold_take_one_request(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    result = do(stages=WANTED)
    assert (result["changed"], len(vercel.asked)) == (False, 1)


def test_settings_are_stored_switched_off_and_then_on(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, OFF)
    vercel.on("GET", f"{HERE}/config", OFF, config(TIMED))
    vercel.on("PATCH", f"{HERE}/config", OFF)
    result = do(stages=[{"percentage": 10, "duration": "5m"}, {"percentage": 50, "duration": "1h"}, {"percentage": 100}])
    assert result["changes"] == ["update_rolling_release_config"] * 2
    bodies = [json.loads(vercel.request(index).body) for index, request in enumerate(vercel.asked) if request.startswith("PATCH")]
    assert bodies == [{"enabled": on, "advancementType": "automatic", "stages": [*TIMED[:2], {"targetPercentage": 100}]} for on in (False, True)]


def test_a_gate_that_is_lost_is_told(vercel: Vercel) -> None:
    gate = {"enabled": True, "action": "pause", "dryRun": False, "checks": []}
    vercel.on("GET", "/v9/projects/hydrogen", project(rollingRelease=config(TIMED, gate=gate)["rollingRelease"]))
    vercel.on("GET", HERE, OFF)
    vercel.on("GET", f"{HERE}/config", OFF, config(MANUAL))
    vercel.on("PATCH", f"{HERE}/config", OFF)
    result = do(stages=WANTED)
    assert "gate" in result["rolling_release"]["notes"][1]


@pytest.mark.parametrize("reason", ["plan_not_supported", "no_available_slots", "a_new_reason", None])
def test_only_a_plan_that_is_known_to_include_it_is_good(vercel: Vercel, reason: str | None) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.on("GET", HERE, OFF)
    vercel.on("GET", f"{HERE}/billing", {"reason": reason, "availableSlots": 0, "message": "No"})
    failure = do(stages=WANTED)
    assert (failure["kind"], failure["code"]) == ("plan", reason or "unknown")
    assert not vercel.changes


# --- the release --------------------------------------------------------------------------------------------------------


def test_a_release_is_understood() -> None:
    found = rolling_releases.parse(release(1, stages=TIMED, substate="PAUSED", queuedDeploymentId="dpl_q"))
    assert found is not None
    shown = found.as_dict()
    assert (shown["state"], shown["held"], shown["stage"], shown["percentage"], shown["queued"]) == ("ACTIVE", "PAUSED", 1, 50, "dpl_q")
    assert [stage["seconds"] for stage in shown["stages"]] == [300, 3600, None]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"rollingRelease": "x"},
        release(0, stages=None, activeStage=None),
        release(0, canaryDeployment=None),
        release(0, activeStage={"index": 9}),
        release(0, state="ACTIVE", activeStage={"index": True}),
    ],
)
def test_a_release_that_is_none_is_told(answer: Json) -> None:
    with pytest.raises(Failure) as caught:
        rolling_releases.parse(answer)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("state", ["active", "complete", "aborted"])
def test_a_state_that_nobody_knows_is_no_good_one(vercel: Vercel, state: str) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(0, "HIBERNATING"))
    assert do(deployment=CANARY, state=state)["code"] == "state"
    assert not vercel.changes


def approving(vercel: Vercel, *after: t.Any, answer: t.Any = None) -> Json:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(0), *after)
    vercel.on("POST", f"{HERE}/approve-stage", answer or release(1))
    return do(deployment=CANARY, state="active", stage=1)


def test_an_approval_names_the_stage_and_is_read_back(vercel: Vercel) -> None:
    result = approving(vercel, release(1))
    assert json.loads(vercel.request(2).body) == {"nextStageIndex": 1, "canaryDeploymentId": CANARY}
    assert (result["rolling_release"]["how"], len(vercel.asked)) == ("approved", 4)


def test_an_approval_that_shows_late_is_waited_for(vercel: Vercel) -> None:
    assert approving(vercel, release(0), release(0), release(1))["rolling_release"]["release"]["stage"] == 1
    assert len(vercel.changes) == 1


def test_an_approval_whose_answer_was_lost_is_not_given_twice(vercel: Vercel) -> None:
    assert approving(vercel, release(0), release(1), answer=LOST)["rolling_release"]["release"]["stage"] == 1
    assert len(vercel.changes) == 1


@pytest.mark.parametrize(
    ("after", "kind", "code"),
    [
        (release(2), "conflict", "overtaken"),
        (release(None, "COMPLETE"), "conflict", "overtaken"),
        (release(None, "ABORTED"), "failed", "aborted"),
        (release(None, "HIBERNATING"), "failed", "aborted"),
        (release(0, substate="PAUSED"), "refused", "held"),
        (OFF, "unknown", "gone"),
        (release(0), "timeout", ""),
    ],
)
def test_an_approval_that_ends_otherwise_is_told(vercel: Vercel, after: Json, kind: str, code: str) -> None:
    failure = approving(vercel, after)
    assert (failure["kind"], failure["code"]) == (kind, code)
    assert len(vercel.changes) == 1


def test_a_stage_that_is_not_there_is_refused(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(0))
    assert do(deployment=CANARY, state="active", stage=3)["kind"] == "invalid"
    assert do(deployment=CANARY, state="active", stage=-1)["kind"] == "invalid"


def starting(vercel: Vercel, answer: t.Any, *after: Json, whole: Json = ON) -> Json:
    vercel.on("GET", "/v9/projects/hydrogen", whole)
    vercel.on("GET", HERE, OFF, *after)
    vercel.on("GET", f"/v13/deployments/{CANARY}", single(STAGED))
    vercel.listed(STAGED)
    vercel.on("POST", f"{HERE}/start", answer)
    return do(deployment=CANARY, state="active")


def test_a_start_is_never_a_promote(vercel: Vercel) -> None:
    assert starting(vercel, release(0))["rolling_release"]["how"] == "started"
    assert vercel.changes == [f"POST {HERE}/start"]


def test_a_start_whose_answer_was_lost_is_looked_for(vercel: Vercel) -> None:
    assert starting(vercel, LOST, release(0))["rolling_release"]["how"] == "started"
    assert len(vercel.changes) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (OFF, "failed"),
        (release(0, canaryDeployment={"id": "dpl_other"}), "failed"),
        ((409, error("conflict", "Another one")), "conflict"),
        ((422, error("unprocessable_entity", "No")), "conflict"),
        ((402, error("payment_required", "Pay")), "plan"),
    ],
)
def test_a_start_that_did_not_start_is_told(vercel: Vercel, answer: t.Any, kind: str) -> None:
    assert starting(vercel, answer)["kind"] == kind


def test_a_start_waits_for_no_job_of_somebody_else(vercel: Vercel) -> None:
    failure = starting(vercel, release(0), whole={**ON, "lastAliasRequest": job(GOOD["uid"], "in-progress")})
    assert (failure["kind"], failure["code"], vercel.changes) == ("conflict", "busy", [])


def test_a_release_that_completes_leaves_the_way_to_what_waited(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(1, queuedDeploymentId=GOOD["uid"]))
    vercel.on("POST", f"{HERE}/complete", release(None, "COMPLETE"))
    vercel.on("GET", f"/v9/projects/{PROJECT}", ON, project(GOOD))
    result = do(deployment=CANARY, state="complete")
    assert GOOD["uid"] in result["rolling_release"]["notes"][0]


def test_a_release_that_is_rolled_back_while_it_completes_is_told(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(1))
    vercel.on("POST", f"{HERE}/complete", release(None, "COMPLETE"))
    vercel.on("GET", f"/v9/projects/{PROJECT}", {**ON, "lastAliasRequest": job(BAD["uid"], age=-3)})
    assert do(deployment=CANARY, state="complete")["code"] == "overtaken"


def test_an_abort_goes_to_what_most_visitors_meet(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(1), OFF)
    vercel.rollback(BAD["uid"])
    vercel.on("GET", f"/v9/projects/{PROJECT}", ON, project(auto=False, last=job(BAD["uid"], age=-3)))
    result = do(deployment=CANARY, state="aborted", description="because")
    assert result["changes"] == ["request_rollback"]
    assert result["rolling_release"]["auto_assign"] is False
    assert vercel.request(2).params["description"] == "because"


def test_an_abort_that_came_too_late_is_told(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(1), OFF)
    vercel.rollback(BAD["uid"], (409, error("conflict", "Already")))
    vercel.on("GET", f"/v9/projects/{PROJECT}", project(STAGED))
    assert do(deployment=CANARY, state="aborted")["code"] == "overtaken"


def test_an_abort_by_vercel_s_own_gate_is_as_good(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", ON)
    vercel.on("GET", HERE, release(1), OFF)
    vercel.rollback(BAD["uid"], (409, error("conflict", "Already")))
    vercel.on("GET", f"/v9/projects/{PROJECT}", ON)
    assert do(deployment=CANARY, state="aborted")["rolling_release"]["how"] == "aborted"

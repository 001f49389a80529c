# SPDX-License-Identifier: GPL-3.0-or-later
"""What production serves: looked at first, moved once, waited for, and refused where it would not do what was asked."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import REBUILD_MARK
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.production import execute
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import (
    BAD,
    BROKEN_OFF,
    GOOD,
    LOST,
    OLD,
    PROJECT,
    STAGED,
    STALE,
    UNREACHED,
    Json,
    Time,
    Vercel,
    error,
    item,
    job,
    of_module,
    project,
    single,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
ROLLBACK = f"POST /v1/projects/{PROJECT}/rollback/dpl_good"
PROMOTE = f"POST /v10/projects/{PROJECT}/promote/dpl_staged"
PATCH = f"PATCH /v9/projects/{PROJECT}"
DONE = project(GOOD, False, job("dpl_good"))


def production(check: bool = False, deployment: str | None = "v1.4.1", **params: t.Any) -> Json:
    return of_module(execute, check, deployment=deployment, **params)


def operations(result: Json) -> list[tuple[str, str]]:
    return [(change["operation"], change["target"]) for change in result["changes"]]


# -- the ordinary way
def test_a_rollback_moves_production_and_says_what_follows(vercel: Vercel, vercel_time: Time) -> None:
    vercel.project(project(last=STALE), project(last=STALE), project(last=job("dpl_good", "pending")), project(last=job("dpl_good", "in-progress")), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    began = vercel_time.now
    result = production(description="checkout answers 500")
    assert result["changed"]
    told = result["production"]
    assert (told["deployment"]["id"], told["auto_assign"], told["how"]) == ("dpl_good", False, "domains")
    assert told["notes"][0] == "pushes to main build but do NOT go live (Vercel auto-assign is off)"
    assert told["seconds"] == vercel_time.now - began == 3
    assert all(len(note) <= 70 for note in told["notes"])
    assert result["diff"] == {"before": {"deployment": "dpl_bad", "auto_assign": True}, "after": {"deployment": "dpl_good", "auto_assign": False}}
    assert vercel.changes == [ROLLBACK]
    sent = vercel.request(2)
    assert (sent.params["description"], json.loads(sent.body)) == ("checkout answers 500", {})
    assert operations(result) == [("request_rollback", "hydrogen production -> dpl_good")]


def test_the_plan_is_the_apply(vercel: Vercel) -> None:
    vercel.project(project(last=STALE), project(last=STALE), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    plan = production(check=True)
    assert vercel.changes == []
    done = production()
    assert plan["changes"] == done["changes"]
    assert plan["diff"] == done["diff"]
    assert plan["production"] | {"seconds": 0} == done["production"] | {"seconds": 0}
    assert plan["changed"] and done["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_what_serves_already_is_left(vercel: Vercel, check: bool) -> None:
    vercel.project(DONE)
    result = production(check)
    assert not result["changed"]
    assert (result["production"]["how"], result["changes"]) == ("already", [])
    assert vercel.asked == ["GET /v9/projects/hydrogen"]


def test_a_staged_build_is_promoted(vercel: Vercel) -> None:
    vercel.project(project(), project(STAGED, True, job("dpl_staged", kind="promote")))
    vercel.listed(STAGED, BAD)
    vercel.promote("dpl_staged")
    result = production(deployment="v1.5.0")
    assert (result["production"]["deployment"]["id"], result["production"]["auto_assign"], result["production"]["notes"]) == ("dpl_staged", True, [])
    assert vercel.changes == [PROMOTE]


@pytest.mark.parametrize("wish", [None, False])
def test_what_a_promote_switches_on_is_put_back(vercel: Vercel, wish: bool | None) -> None:
    vercel.project(project(auto=False), project(STAGED, True, job("dpl_staged", kind="promote")))
    vercel.listed(STAGED, BAD)
    vercel.promote("dpl_staged")
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(STAGED, False))
    plan = production(check=True, deployment="v1.5.0", auto_assign=wish)
    result = production(deployment="v1.5.0", auto_assign=wish)
    assert operations(plan) == operations(result)
    assert vercel.changes == [PROMOTE, PATCH]
    assert json.loads(vercel.request(-1).body) == {"autoAssignCustomDomains": False}
    assert result["production"]["auto_assign"] is plan["production"]["auto_assign"] is False


def test_a_rollback_may_leave_new_builds_live(vercel: Vercel) -> None:
    vercel.project(project(), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(GOOD, True))
    result = production(auto_assign=True)
    assert vercel.changes == [ROLLBACK, PATCH]
    assert result["production"]["auto_assign"] is True
    assert operations(result) == operations(production(check=True, auto_assign=True))


@pytest.mark.parametrize(("before", "wish", "changed"), [(False, True, True), (True, True, False), (True, False, True), (False, False, False)])
def test_only_the_assignment_may_be_wanted(vercel: Vercel, before: bool, wish: bool, changed: bool) -> None:
    vercel.project(project(auto=before))
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(auto=wish))
    result = production(deployment=None, auto_assign=wish)
    assert (result["changed"], result["production"]["auto_assign"], result["production"]["how"]) == (changed, wish, "already")
    assert vercel.changes == ([PATCH] if changed else [])


def test_an_assignment_that_does_not_hold_is_told(vercel: Vercel) -> None:
    vercel.project(project(auto=False))
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(auto=False))
    assert production(deployment=None, auto_assign=True)["failure"]["kind"] == "failed"


def test_a_lost_answer_about_the_assignment_is_looked_for(vercel: Vercel) -> None:
    vercel.project(project(auto=False), project(auto=True))
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", LOST)
    assert production(deployment=None, auto_assign=True)["production"]["auto_assign"] is True
    assert vercel.changes == [PATCH]


# -- answers that do not come, or say no
@pytest.mark.parametrize("answer", [LOST, BROKEN_OFF, (500, None), (503, "<html>"), (201, "<html>")])
def test_a_change_without_an_answer_is_not_sent_twice(vercel: Vercel, answer: t.Any) -> None:
    vercel.project(project(last=STALE), project(last=STALE), project(last=job("dpl_good", "pending")), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", answer)
    assert production()["production"]["deployment"]["id"] == "dpl_good"
    assert vercel.changes == [ROLLBACK]


def test_a_change_that_left_no_trace_is_sent_again(vercel: Vercel, vercel_time: Time) -> None:
    began = vercel_time.now
    vercel.project(project(last=STALE), *[project(last=STALE)] * 6, DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (502, None), (201, None))
    assert production()["changed"]
    assert vercel.changes == [ROLLBACK] * 2
    assert vercel_time.now - began >= 5


def test_a_change_that_never_shows_is_told(vercel: Vercel) -> None:
    vercel.project(project(last=STALE))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", LOST)
    result = production()
    assert (result["failure"]["kind"], vercel.changes) == ("vendor_down", [ROLLBACK] * 3)
    assert "looks before it acts" in result["failure"]["hint"]


@pytest.mark.parametrize("answer", [UNREACHED, (429, error("rate_limited", "Slow down"))])
def test_what_surely_had_no_effect_is_sent_again(vercel: Vercel, answer: t.Any) -> None:
    vercel.project(project(), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", answer, (201, None))
    assert production()["changed"]
    assert vercel.changes == [ROLLBACK] * 2


@pytest.mark.parametrize(("status", "kind"), [(400, "invalid"), (401, "auth"), (402, "plan"), (403, "permission"), (404, "not_found")])
def test_a_refusal_of_the_vendor_is_told(vercel: Vercel, status: int, kind: str) -> None:
    vercel.project(project())
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (status, error("no", "No")))
    result = production()
    assert (result["failure"]["kind"], result["failure"]["operation"]) == (kind, "request_rollback")
    assert vercel.changes == [ROLLBACK]


def test_a_conflict_because_it_serves_meanwhile_is_no_change_of_ours(vercel: Vercel) -> None:
    vercel.project(project(), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (409, error("conflict", "Already current")))
    assert production()["production"]["deployment"]["id"] == "dpl_good"
    assert vercel.changes == [ROLLBACK]


def test_a_conflict_with_a_job_to_the_same_target_is_waited_for(vercel: Vercel) -> None:
    vercel.project(project(last=STALE), project(last=STALE), project(last=job("dpl_good", "in-progress")), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (409, error("conflict", "Busy")))
    assert production()["production"]["deployment"]["id"] == "dpl_good"
    assert vercel.changes == [ROLLBACK]


def test_a_conflict_with_a_job_to_elsewhere_is_told(vercel: Vercel) -> None:
    vercel.project(project(last=STALE), project(last=job("dpl_old", "in-progress", "promote")))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (409, error("conflict", "Busy")))
    failure = production()["failure"]
    assert (failure["kind"], failure["code"], failure["message"]) == ("conflict", "busy", "a promote to dpl_old is in progress")


def test_a_job_that_only_our_clock_takes_for_stuck_is_waited_for(vercel: Vercel) -> None:
    running = project(last=job("dpl_good", "in-progress", age=4000))
    vercel.project(running, running, running, project(GOOD, False, job("dpl_good", age=4000)))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (409, error("conflict", "Busy")))
    assert production()["production"]["deployment"]["id"] == "dpl_good"
    assert vercel.changes == [ROLLBACK]


@pytest.mark.parametrize(("status", "least"), [(409, 5), (422, 0)])
def test_a_conflict_that_cannot_be_explained_is_told_as_it_came(vercel: Vercel, vercel_time: Time, status: int, least: float) -> None:
    began = vercel_time.now
    vercel.project(project(last=STALE))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good", (status, error("conflict", "Because")))
    failure = production()["failure"]
    assert (failure["kind"], failure["message"], failure["status"]) == ("conflict", "Because", status)
    assert least <= vercel_time.now - began + 1 < least + 3


def test_a_promote_behind_a_rolling_release_is_told(vercel: Vercel) -> None:
    vercel.project(project())
    vercel.listed(STAGED, BAD)
    vercel.promote("dpl_staged", (202, None))
    failure = production(deployment="v1.5.0")["failure"]
    assert (failure["kind"], failure["code"]) == ("conflict", "queued")


# -- jobs
def test_a_job_to_the_same_target_is_adopted(vercel: Vercel) -> None:
    running = project(last=job("dpl_good", "in-progress"))
    vercel.project(running, running, DONE)
    vercel.listed(BAD, GOOD)
    plan = production(check=True)
    result = production()
    assert (plan["changes"], result["changes"], vercel.changes) == ([], [], [])
    assert plan["production"]["deployment"]["id"] == result["production"]["deployment"]["id"] == "dpl_good"
    assert (result["changed"], result["production"]["auto_assign"]) == (True, False)


def test_a_job_that_is_stuck_holds_nobody_up(vercel: Vercel) -> None:
    vercel.project(project(last=job("dpl_old", "in-progress", age=200)), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    assert production()["changed"]
    assert vercel.changes == [ROLLBACK]


@pytest.mark.parametrize("wish", [{"deployment": "v1.4.1"}, {"deployment": "v1.4.2"}, {"deployment": None, "auto_assign": False}])
def test_a_job_to_elsewhere_stops_us_before_anything_is_sent(vercel: Vercel, wish: Json) -> None:
    vercel.project(project(last=job("dpl_old", "pending")))
    vercel.listed(BAD, GOOD)
    failure = production(**wish)["failure"]
    assert (failure["kind"], failure["code"], vercel.changes) == ("conflict", "busy", [])


def test_a_job_of_somebody_else_in_between_is_told(vercel: Vercel) -> None:
    vercel.project(project(last=STALE), project(last=job("dpl_old", "succeeded", "promote")))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    assert production()["failure"]["code"] == "busy"


@pytest.mark.parametrize("status", ["failed", "skipped", "hibernating"])
def test_a_job_that_ends_badly_names_the_domains(vercel: Vercel, status: str) -> None:
    vercel.project(project(), project(last=job("dpl_good", status)))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    vercel.on("GET", f"/v9/projects/{PROJECT}/rollback/aliases", {"aliases": [{"alias": "www.example.com"}], "pagination": {}})
    failure = production()["failure"]
    assert failure["kind"] == ("unknown" if status == "hibernating" else "failed")
    assert failure["message"].endswith(f"ended as {status}; not moved: www.example.com")


def test_domains_that_cannot_be_read_do_not_hide_the_failure(vercel: Vercel) -> None:
    vercel.project(project(), project(last=job("dpl_staged", "failed", "promote")))
    vercel.listed(STAGED, BAD)
    vercel.promote("dpl_staged")
    vercel.on("GET", f"/v1/projects/{PROJECT}/promote/aliases", (403, error("forbidden", "No")))
    assert production(deployment="v1.5.0")["failure"]["message"].endswith("ended as failed")


def test_a_job_that_failed_halfway_is_asked_for_again(vercel: Vercel) -> None:
    halfway = project(GOOD, True, job("dpl_good", "failed", age=60))
    vercel.project(halfway, halfway, DONE)
    vercel.rollback("dpl_good")
    assert production()["production"]["how"] == "domains"
    assert vercel.changes == [ROLLBACK]


def test_a_job_that_failed_halfway_and_cannot_be_repeated_is_told(vercel: Vercel) -> None:
    vercel.project(project(GOOD, True, job("dpl_good", "failed", age=60)))
    vercel.rollback("dpl_good", (409, error("conflict", "Already current")))
    vercel.on("GET", f"/v9/projects/{PROJECT}/rollback/aliases", {"aliases": []})
    assert production()["failure"]["kind"] == "failed"


def test_a_job_that_never_ends_runs_into_the_deadline(vercel: Vercel, vercel_time: Time) -> None:
    vercel.project(project(), project(last=job("dpl_good", "in-progress")))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    began = vercel_time.now
    failure = production(deadline=30.0)["failure"]
    assert (failure["kind"], failure["retryable"]) == ("timeout", True)
    assert 20 < vercel_time.now - began <= 30


def test_without_a_job_what_serves_decides(vercel: Vercel) -> None:
    vercel.project(project(), project(), project(GOOD, False))
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    assert production()["production"]["deployment"]["id"] == "dpl_good"


# -- refusals: nothing is sent
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"readyState": "BUILDING", "readySubstate": None}, "not_ready"),
        ({"readyState": "ERROR"}, "failed"),
        ({"readyState": "CANCELED"}, "failed"),
        ({"readyState": "HIBERNATING"}, "failed"),
        ({"softDeletedByRetention": True}, "failed"),
        ({"isRollbackCandidate": False}, "not_restorable"),
        ({"isRollbackCandidate": None}, "unknown_restorable"),
        ({"isRollbackCandidate": None, "readySubstate": None}, "unknown_restorable"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_be_returned_to_is_refused(vercel: Vercel, facts: Json, code: str, check: bool) -> None:
    vercel.project(project())
    vercel.listed(BAD, {**GOOD, **facts})
    failure = production(check)["failure"]
    assert (failure["kind"], failure["code"], vercel.changes) == ("refused", code, [])
    assert failure["hint"]


def test_an_active_rolling_release_is_in_the_way(vercel: Vercel) -> None:
    vercel.project(project(rollingRelease={"target": "production"}))
    vercel.listed(BAD, GOOD)
    vercel.on(
        "GET",
        f"/v1/projects/{PROJECT}/rolling-release",
        {"rollingRelease": {"state": "ACTIVE", "substate": "PAUSED", "canaryDeployment": {"id": "dpl_canary"}, "currentDeployment": None}},
    )
    failure = production()["failure"]
    assert (failure["code"], vercel.changes) == ("rolling_release", [])
    assert "dpl_canary" in failure["message"]


@pytest.mark.parametrize("answer", [{"rollingRelease": None}, {"rollingRelease": {"state": "COMPLETE", "canaryDeployment": None, "currentDeployment": None}}])
def test_a_rolling_release_that_is_over_is_not(vercel: Vercel, answer: Json) -> None:
    vercel.project(project(rollingRelease={"target": "production"}))
    vercel.listed(BAD, GOOD)
    vercel.on("GET", f"/v1/projects/{PROJECT}/rolling-release", answer)
    assert production(check=True)["changed"]


def test_a_rolling_release_that_is_not_told_stops_us(vercel: Vercel) -> None:
    vercel.project(project(rollingRelease={"target": "production"}))
    vercel.listed(BAD, GOOD)
    vercel.on("GET", f"/v1/projects/{PROJECT}/rolling-release", {})
    assert (production()["failure"]["kind"], vercel.changes) == ("protocol", [])


@pytest.mark.parametrize("wish", [{"deployment": "v1.5.0"}, {"deployment": None, "auto_assign": True}, {"deployment": "v1.4.1", "rebuild": True}])
def test_a_missing_switch_stops_what_would_have_to_put_it_back(vercel: Vercel, wish: Json) -> None:
    vercel.project(project(auto=None))
    vercel.listed(STAGED, BAD, GOOD)
    failure = production(**wish)["failure"]
    assert (failure["code"], vercel.changes) == ("missing_field", [])


def test_a_missing_switch_does_not_stop_a_rollback(vercel: Vercel) -> None:
    vercel.project(project(auto=None), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    assert production()["changed"]


def test_a_name_that_fits_nothing_lists_the_near_ones(vercel: Vercel) -> None:
    vercel.project(project())
    vercel.listed(BAD, GOOD, OLD)
    failure = production(deployment="v1.4.22")["failure"]
    assert (failure["kind"], vercel.changes) == ("not_found", [])
    assert "v1.4.2" in failure["hint"]
    assert "v1.4.1" in production(deployment="nothing like it")["failure"]["hint"]


def test_a_read_only_task_changes_nothing(vercel: Vercel) -> None:
    vercel.project(project())
    vercel.listed(BAD, GOOD)
    assert production(allow="read")["failure"]["code"] == "allow"
    assert vercel.changes == []


def test_a_project_that_never_was_deployed(vercel: Vercel) -> None:
    vercel.project(project(None), project(None))
    vercel.listed()
    assert production()["failure"]["hint"] == "Deploy something first"
    assert production(check=True, deployment=None, auto_assign=False)["production"]["deployment"] is None


# -- a new build instead
BUILD = "POST /v13/deployments"
MARK = {"meta": {**GOOD["meta"], REBUILD_MARK: "dpl_good"}}


def built(state: str = "READY", **facts: t.Any) -> Json:
    return item("dpl_new", "v1.4.1", 10, readyState=state, isRollbackCandidate=False, **{"readySubstate": None, **MARK, **facts})


def expired() -> Json:
    return {**GOOD, "isRollbackCandidate": False}


def test_a_new_build_goes_live_by_itself(vercel: Vercel) -> None:
    vercel.project(project(), project(), project(built()))
    vercel.listed(BAD, expired())
    vercel.on("POST", "/v13/deployments", single(built("QUEUED")))
    vercel.on("GET", "/v13/deployments/dpl_new", single(built("BUILDING")), single(built()))
    plan = production(check=True, rebuild=True)
    assert (plan["production"]["deployment"]["id"], vercel.changes) == ({"known_after": "create_deployment"}, [])
    result = production(rebuild=True)
    told = result["production"]
    assert (told["deployment"]["id"], told["how"], told["auto_assign"]) == ("dpl_new", "rebuild", True)
    assert told["notes"] == ["pushes to main WILL go live (Vercel auto-assign is on)"]
    assert plan["changes"] == result["changes"]
    assert set(plan["production"]["deployment"]) == set(told["deployment"])
    sent = next(vercel.request(index) for index, asked in enumerate(vercel.asked) if asked == BUILD)
    assert sent.params["forceNew"] == "1"
    assert json.loads(sent.body)["deploymentId"] == "dpl_good"
    assert json.loads(sent.body)["target"] == "production"
    assert json.loads(sent.body)["meta"][REBUILD_MARK] == "dpl_good"


def test_a_new_build_of_a_pinned_project_is_promoted_and_pinned_again(vercel: Vercel) -> None:
    staged = built(readySubstate="STAGED")
    after = project(staged, True, job("dpl_new", kind="promote"))
    vercel.project(project(auto=False), project(auto=False), after)
    vercel.listed(BAD, expired())
    vercel.on("POST", "/v13/deployments", single(built("QUEUED")))
    vercel.on("GET", "/v13/deployments/dpl_new", single(staged))
    vercel.promote("dpl_new")
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(staged, False))
    plan = production(check=True, rebuild=True)
    result = production(rebuild=True)
    assert operations(plan) == operations(result)
    assert vercel.changes == [BUILD, f"POST /v10/projects/{PROJECT}/promote/dpl_new", PATCH]
    assert (result["production"]["deployment"]["id"], result["production"]["auto_assign"]) == ("dpl_new", False)


@pytest.mark.parametrize("name", ["dpl_good", "v1.4.1"])
def test_a_build_that_serves_already_is_left(vercel: Vercel, name: str) -> None:
    vercel.project(project(built()))
    vercel.on("GET", "/v13/deployments/dpl_good", single(expired()))
    vercel.listed(expired())
    result = production(deployment=name, rebuild=True)
    assert (result["changed"], result["production"]["how"], vercel.changes) == (False, "already", [])


@pytest.mark.parametrize("state", ["QUEUED", "BUILDING", "READY"])
def test_a_build_that_an_earlier_run_began_is_taken_over(vercel: Vercel, state: str) -> None:
    vercel.project(project(), project(built()))
    vercel.listed(built(state), BAD, expired())
    vercel.on("GET", "/v13/deployments/dpl_new", single(built()))
    vercel.on("GET", "/v13/deployments/dpl_good", single(expired()))
    plan = production(check=True, deployment="dpl_good", rebuild=True)
    result = production(deployment="dpl_good", rebuild=True)
    assert (plan["changes"], result["changes"], vercel.changes) == ([], [], [])
    assert plan["production"]["deployment"]["id"] == result["production"]["deployment"]["id"] == "dpl_new"


def test_a_build_that_failed_before_is_not(vercel: Vercel) -> None:
    failed = {**built("ERROR"), "uid": "dpl_failed"}
    vercel.project(project(), project(built()))
    vercel.listed(failed, BAD, expired())
    vercel.on("GET", "/v13/deployments/dpl_good", single(expired()))
    vercel.on("POST", "/v13/deployments", single(built("QUEUED")))
    vercel.on("GET", "/v13/deployments/dpl_new", single(built()))
    assert production(deployment="dpl_good", rebuild=True)["production"]["deployment"]["id"] == "dpl_new"
    assert vercel.changes == [BUILD]


def test_a_build_whose_answer_was_lost_is_found_by_its_mark(vercel: Vercel) -> None:
    vercel.project(project(), project(built()))
    vercel.on("GET", "/v7/deployments", *[{"deployments": [BAD, expired()]}] * 2, {"deployments": [built("QUEUED"), BAD, expired()]})
    vercel.on("POST", "/v13/deployments", LOST)
    vercel.on("GET", "/v13/deployments/dpl_new", single(built()))
    assert production(rebuild=True)["production"]["deployment"]["id"] == "dpl_new"
    assert vercel.changes == [BUILD]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (single(built("ERROR", errorMessage="exit 1")), "exit 1"),
        (single(built("CANCELED")), "CANCELED"),
        (single(built("HIBERNATING")), "HIBERNATING"),
        (single(built(aliasError={"code": "x", "message": "no domain"})), "no domain"),
        ((404, error("not_found", "No")), "disappeared"),
    ],
)
def test_a_build_that_does_not_work_is_told(vercel: Vercel, answer: t.Any, word: str) -> None:
    vercel.project(project())
    vercel.listed(BAD, expired())
    vercel.on("POST", "/v13/deployments", single(built("QUEUED")))
    vercel.on("GET", "/v13/deployments/dpl_new", answer)
    failure = production(rebuild=True)["failure"]
    assert failure["kind"] == "failed"
    assert word in failure["message"]


def test_nothing_is_built_while_a_job_runs(vercel: Vercel) -> None:
    vercel.project(project(last=job("dpl_old", "pending")))
    vercel.listed(BAD, expired())
    assert (production(rebuild=True)["failure"]["code"], vercel.changes) == ("busy", [])


def test_a_preview_is_built_for_production(vercel: Vercel) -> None:
    preview = {**expired(), "target": None}
    vercel.project(project(), project(built()))
    vercel.on("GET", "/v13/deployments/dpl_good", single(preview))
    vercel.listed(preview)
    assert production(deployment="dpl_good")["failure"]["code"] == "other_project"
    vercel.on("POST", "/v13/deployments", single(built("QUEUED")))
    vercel.on("GET", "/v13/deployments/dpl_new", single(built()))
    assert production(deployment="dpl_good", rebuild=True)["production"]["deployment"]["id"] == "dpl_new"


# -- what is said
def test_a_long_branch_does_not_break_the_note(vercel: Vercel) -> None:
    link = {"productionBranch": "release/the-long-road-to-the-summer-collection"}
    vercel.project(project(link=link, paused=True), {**DONE, "link": link, "paused": True})
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    notes = production()["production"]["notes"]
    assert notes[0] == "new builds do NOT go live (Vercel auto-assign is off)"
    assert "paused" in notes[-1]
    assert all(len(note) <= 70 for note in notes)


def test_text_of_the_vendor_comes_back_as_data(vercel: Vercel) -> None:
    nasty = {"tag": "{{ 7 * 7 }}\x1b[31m", "githubCommitSha": BAD["meta"]["githubCommitSha"]}
    vercel.project(project({**BAD, "meta": nasty}))
    result = production(deployment="9c1e2f0")
    assert result["production"]["deployment"]["version"] == "{{ 7 * 7 }}?[31m"

# SPDX-License-Identifier: GPL-3.0-or-later
"""The release capability at Railway: what is read of a service, and how it comes to run another deployment exactly once."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import service as services
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import normalise
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    BAD,
    DAY,
    GOOD,
    HANGING,
    LOST,
    OLD,
    Json,
    Railway,
    Raw,
    Time,
    became,
    connection,
    identity,
    node,
    of_component,
    project_token,
    refusal,
    service,
    sha,
    variables,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
# What a rollback to GOOD makes, at three moments.
BEGUN = node("new", "v1.4.1", 0, "INITIALIZING")
UP = became(BEGUN, "SUCCESS", canRollback=True)
SILENT = {**BEGUN, "meta": None}
# The secret stands for what the snapshots hold: it must never come out.
SECRET = "snapshot-secret-5Hn2Xc9Kq7Vw1Zr4Ts8MbLpYd"
THEN, TODAY = {"RATE_LIMIT_MAX": "100", "JWT_SECRET": SECRET}, {"RATE_LIMIT_MAX": "200", "JWT_SECRET": SECRET, "RAILWAY_DEPLOYMENT_ID": "x"}


COMING_UP = (service([BAD], GOOD, OLD), service([BAD], BEGUN, GOOD, OLD), service([UP], BAD, GOOD, OLD))


@pytest.fixture
def broken(railway: Railway) -> Railway:
    """The bad release serves, and a rollback to the good one takes two readings to come up."""
    railway.on("serviceInstance", *COMING_UP)
    railway.on("deploymentSnapshot", variables(THEN, TODAY))
    railway.on("deploymentRollback", {"deploymentRollback": True})
    railway.on("deploymentEvents", {"deploymentEvents": connection([])})
    return railway


def read(**given: t.Any) -> Json:
    result = of_component(lambda room: room.read(), **given)
    return t.cast(Json, result.get("failure") or result["seen"])


def ensure(target: Json = GOOD, check: bool = False, **options: t.Any) -> Json:
    """What making the service run ``target`` returned, with ``changes``; or the failure."""

    def do(room: Release) -> Json:
        room.read()
        return room.ensure(normalise(target), "why", **options)

    result = of_component(do, check)
    assert SECRET not in str(result)
    return t.cast(Json, result.get("failure") or {**result["seen"], "changes": [change["operation"] for change in result["changes"]]})


# --- reading ------------------------------------------------------------------------------------------------------------


def test_the_state_takes_two_requests(broken: Railway) -> None:
    state = read()
    assert broken.asked == ["projectToken", "serviceInstance"]
    assert state.pop("serving")["version"] == "v1.4.2"
    assert [one["version"] for one in state.pop("history")] == ["v1.4.2", "v1.4.1", "v1.4.0"]
    assert state.pop("link").startswith("https://railway.com/project/")
    assert state.pop("reading")["scope"]["service"] == "api"
    assert state == {
        "where": "api (Railway, example-shop/production)",
        "pinned": False,
        "busy": None,
        "busy_with": None,
        "busy_rollback": False,
        "rolling_release": None,
        "paused": False,
        "auto_deploy": True,
    }


def test_a_failed_newest_deployment_does_not_serve(railway: Railway) -> None:
    failed = node("failed", "v1.4.3", 60, "FAILED")
    railway.on("serviceInstance", service([BAD], failed, GOOD))
    state = read()
    assert state["serving"]["version"] == "v1.4.2"
    assert [one["version"] for one in state["history"]] == ["v1.4.3", "v1.4.2", "v1.4.1"]


@pytest.mark.parametrize(
    ("active", "listed", "serving"),
    [
        ([BAD, became(GOOD, "REMOVING")], [], "bad"),
        ([became(BAD, "REMOVING"), UP], [], "new"),
        ([BEGUN, became(GOOD, "SUCCESS")], [BAD], "good"),
        ([became(BAD, "CRASHED")], [GOOD], "bad"),
        ([became(BAD, "HIBERNATING")], [GOOD], "bad"),
        ([], [became(BAD, "SLEEPING"), GOOD], "bad"),
        ([BEGUN], [GOOD], None),
        ([], [GOOD], None),
    ],
)
def test_what_serves_is_what_is_active(railway: Railway, active: list[Json], listed: list[Json], serving: str | None) -> None:
    railway.on("serviceInstance", service(active, *listed))
    state = read()
    assert (state["serving"] or {}).get("id") == (identity(serving) if serving else None)


@pytest.mark.parametrize(
    "error", [refusal("Not Authorized", path=["serviceInstanceAutoDeployStatus"]), refusal("Not Authorized"), refusal("Problem processing request")]
)
def test_a_token_that_may_not_see_auto_deploy_sees_the_rest(railway: Railway, error: Raw) -> None:
    passing = [error] * (4 if "Problem" in str(error) else 1)
    railway.on("serviceInstance", *passing, service([BAD], GOOD, auto=None))
    state = read()
    assert state["auto_deploy"] is None and state["serving"]["version"] == "v1.4.2"
    assert [given["withAutoDeploy"] for given in railway.sent("serviceInstance")][-1] is False


def test_an_error_elsewhere_is_an_error(railway: Railway) -> None:
    railway.on("serviceInstance", refusal("Not Authorized", path=["deployments"]))
    assert read()["kind"] == "auth"
    assert railway.asked.count("serviceInstance") == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"serviceInstance": None},
        {"serviceInstance": {}},
        {"serviceInstance": {"activeDeployments": [{}]}, "deployments": connection([])},
        {"serviceInstance": {"activeDeployments": []}, "deployments": None},
        {"serviceInstance": {"activeDeployments": []}, "deployments": connection([{"id": "x"}])},
    ],
)
def test_an_answer_of_another_shape_is_an_error(railway: Railway, answer: Json) -> None:
    railway.on("serviceInstance", answer)
    assert read()["kind"] == "protocol"


def test_older_pages_are_read_only_while_nothing_is_there_to_go_back_to(railway: Railway) -> None:
    failures = [node(f"f{number}", f"v1.{number}", 200 - number, "FAILED") for number in range(3)]
    railway.on("serviceInstance", service([BAD], *failures, cursor="c1"))
    railway.on("deployments", {"deployments": connection([*failures], "c2")}, {"deployments": connection([GOOD], "c3")})
    assert [one["version"] for one in read()["history"]][-1] == "v1.4.1"
    assert [given["after"] for given in railway.sent("deployments")] == ["c1", "c2"]
    railway.on("serviceInstance", service([BAD], GOOD, cursor="c1"))
    railway.requests.clear()
    assert read()["serving"] and "deployments" not in railway.asked


@pytest.mark.parametrize(
    ("made", "text", "leads_to", "is_rollback"),
    [
        (BEGUN, "rollback to v1.4.1 77ab310 is in progress", "good", True),
        (node("push", "v1.4.3", 10, "BUILDING"), "deployment v1.4.3", "push", False),
        (node("again", "v1.4.2", 10, "DEPLOYING"), "deployment v1.4.2", "again", False),
    ],
)
def test_what_is_under_way(railway: Railway, made: Json, text: str, leads_to: str, is_rollback: bool) -> None:
    railway.on("serviceInstance", service([BAD], made, node("older", "v1.4.1", 5 * DAY), GOOD))
    state = read()
    assert state["busy"].startswith(text) and state["busy_rollback"] is is_rollback
    assert state["busy_with"] == identity(leads_to)


# --- making it so -------------------------------------------------------------------------------------------------------


def test_a_rollback_waits_for_the_new_deployment(broken: Railway, railway_time: Time) -> None:
    done = ensure()
    assert broken.sent("deploymentRollback") == [{"id": GOOD["id"]}]
    assert (done["serving"]["id"], done["how"], done["changes"]) == (UP["id"], "image", ["deploymentRollback"])
    assert done["seconds"] > 0
    # Two good readings in a row, beside the two before.
    assert broken.asked.count("serviceInstance") == 1 + 1 + services.GOOD_READS


def test_what_is_true_from_then_on(broken: Railway) -> None:
    notes = ensure()["notes"]
    assert notes == ["the next push to main WILL redeploy (Railway auto-deploy is on)", "runs its variables of 17 Nov; differs today: RATE_LIMIT_MAX"]
    assert max(map(len, notes)) <= 70


def test_many_differences_are_counted(broken: Railway) -> None:
    names = {f"A_RATHER_LONG_NAME_{number}": "old" for number in range(9)}
    broken.on("deploymentSnapshot", variables(names, {}))
    note = ensure()["notes"][1]
    assert len(note) <= 70 and note.endswith(" 9 variables")
    broken.on("serviceInstance", service([BAD], GOOD), service([UP], BAD, GOOD))
    broken.on("deploymentSnapshot", variables({f"V{number}": "old" for number in range(20)}, {}))
    note = ensure()["notes"][1]
    assert len(note) <= 70 and "V0, V1" in note and note.endswith(" more")


def test_without_auto_deploy_and_differences_nothing_is_noted(broken: Railway) -> None:
    broken.on("serviceInstance", service([BAD], GOOD, auto=False), service([UP], BAD, GOOD, auto=False))
    broken.on("deploymentSnapshot", refusal("Not Authorized"))
    assert ensure()["notes"] == []


def test_a_long_branch_is_left_out(broken: Railway) -> None:
    bad = {**BAD, "meta": {**BAD["meta"], "branch": "feature/" + "x" * 60}}
    broken.on("serviceInstance", service([bad], GOOD), service([UP], bad, GOOD))
    assert ensure()["notes"][0] == "the next push WILL redeploy (Railway auto-deploy is on)"


def test_check_mode_decides_the_same_and_sends_nothing(broken: Railway) -> None:
    plan = ensure(check=True)
    assert broken.changes == []
    assert plan["serving"]["id"] == {"known_after": "deploymentRollback"} == plan["serving"]["created_at"]
    assert (plan["how"], plan["changes"], plan["serving"]["commit"]) == ("image", ["deploymentRollback"], sha("v1.4.1"))
    broken.on("serviceInstance", *COMING_UP)
    done = ensure()
    assert done["changes"] == plan["changes"] and set(done) == set(plan) and set(done["serving"]) == set(plan["serving"])
    assert done["notes"] == plan["notes"]


def test_a_plan_rests_on_what_an_earlier_task_has_read(broken: Railway, railway_time: Time) -> None:
    seen = read()
    railway_time.sleep(3600)
    plan = of_component(lambda room: [room.read(), room.ensure(normalise(GOOD), "why")], check=True, before=seen)
    assert broken.asked == ["projectToken", "serviceInstance", "deploymentSnapshot"]
    state, done = plan["seen"]
    assert (state, done["how"]) == (seen, "image")
    assert [change["operation"] for change in plan["changes"]] == ["deploymentRollback"]


@pytest.mark.parametrize(("age", "reads"), [(1.0, 0), (transaction.FRESH + 1, 1)])
def test_a_change_rests_on_it_only_while_it_is_fresh(broken: Railway, railway_time: Time, age: float, reads: int) -> None:
    seen = read()
    railway_time.sleep(age)
    broken.requests.clear()
    broken.on("serviceInstance", *COMING_UP[1 - reads :])
    done = of_component(lambda room: [room.read()["where"], room.ensure(normalise(GOOD), "why")["how"]], before=seen)
    assert done["seen"] == ["api (Railway, example-shop/production)", "image"]
    before = broken.asked[: broken.asked.index("deploymentRollback")]
    assert before.count("serviceInstance") == reads and "projectToken" not in before


def test_what_serves_already_is_left_alone(broken: Railway) -> None:
    done = ensure(BAD)
    assert (done["how"], done["changes"], done["notes"]) == ("already", [], [])


@pytest.mark.parametrize(
    ("snapshots", "how"),
    [
        (variables(THEN, THEN), "already"),
        (variables({**THEN, "SEALED": None, "RAILWAY_DEPLOYMENT_ID": "a"}, {**THEN, "SEALED": None, "RAILWAY_DEPLOYMENT_ID": "b"}), "already"),
        (variables(THEN, TODAY), "image"),
        (variables(THEN, {"JWT_SECRET": SECRET}), "image"),
        (refusal("Not Authorized"), "already"),
        (variables(None, None), "already"),
    ],
)
def test_an_earlier_rollback_to_the_target_serves_it(broken: Railway, snapshots: t.Any, how: str) -> None:
    """The bad release lies in between, so equal content came back; variables that can be read must be equal as well."""
    rolled_back, again = node("rolled-back", "v1.4.1", 60, "SUCCESS"), became(node("again", "v1.4.1", 0), "SUCCESS")
    broken.on("serviceInstance", service([rolled_back], became(BAD, "REMOVED"), GOOD), service([again], rolled_back, BAD, GOOD))
    broken.on("deploymentSnapshot", snapshots)
    done = ensure()
    assert done["how"] == how
    if how == "already":
        assert done["serving"]["id"] == rolled_back["id"] and done["notes"] == ["the next push to main WILL redeploy (Railway auto-deploy is on)"]


def test_the_same_content_that_never_went_away_is_not_a_rollback(broken: Railway) -> None:
    later = node("later", "v1.4.1", 60, "SUCCESS")
    broken.on("serviceInstance", service([later], GOOD), service([UP], later, GOOD))
    broken.on("deploymentSnapshot", refusal("Not Authorized"))
    assert ensure()["how"] == "image"


def test_a_moved_image_tag_proves_nothing(broken: Railway) -> None:
    meta = {"image": "ghcr.io/example/api:latest"}
    serving, target = node("serving", age=60, status="SUCCESS", meta=meta), node("target", age=DAY, meta=meta)
    new = {**UP, "meta": meta}
    broken.on("serviceInstance", service([serving], target), service([new], serving, target))
    broken.on("deploymentSnapshot", variables(THEN, THEN))
    assert ensure(target)["serving"]["id"] == new["id"]


def test_nothing_serving_is_no_obstacle(broken: Railway) -> None:
    broken.on("serviceInstance", service([], GOOD), service([UP], GOOD))
    assert ensure()["serving"]["id"] == UP["id"]


@pytest.mark.parametrize("made", [BEGUN, became(BEGUN, "DEPLOYING"), became(BEGUN, "QUEUED")])
def test_a_rollback_that_is_under_way_is_taken_over(broken: Railway, made: Json) -> None:
    broken.on("serviceInstance", service([BAD], made, GOOD), service([UP], BAD, GOOD))
    broken.on("deploymentSnapshot", variables(THEN, THEN))
    plan = ensure(check=True)
    assert (plan["changes"], plan["serving"]["id"]) == ([], made["id"])
    broken.on("serviceInstance", service([BAD], made, GOOD), service([UP], BAD, GOOD))
    done = ensure()
    assert (done["changes"], done["serving"]["id"], done["how"]) == ([], UP["id"], "image")


def test_a_build_of_the_same_commit_with_other_variables_is_not_taken_for_it(broken: Railway) -> None:
    other = node("other", "v1.4.1", 30, "BUILDING")
    broken.on("serviceInstance", service([BAD], other, GOOD), service([UP], other, BAD, GOOD))
    assert ensure()["changes"] == ["deploymentRollback"]


def test_a_target_that_is_itself_coming_up_is_waited_for(broken: Railway) -> None:
    coming = node("coming", "v1.5.0", 10, "DEPLOYING")
    broken.on("serviceInstance", service([BAD], coming), service([became(coming, "SUCCESS")], BAD))
    assert ensure(coming)["changes"] == []


def test_a_foreign_deployment_is_not_taken_for_ours(broken: Railway) -> None:
    moved = node("maintenance", "v1.4.2", -1, "SUCCESS")
    broken.on("serviceInstance", service([BAD], GOOD), service([moved], BAD, GOOD), service([moved], BEGUN, BAD, GOOD), service([UP], moved, GOOD))
    assert ensure()["serving"]["id"] == UP["id"]


def test_a_new_deployment_that_does_not_say_what_it_runs_is_followed(broken: Railway) -> None:
    broken.on("serviceInstance", service([BAD], GOOD), service([BAD], SILENT, GOOD), service([UP], BAD, GOOD))
    assert ensure()["serving"]["id"] == UP["id"]


def test_one_good_reading_is_not_enough(broken: Railway) -> None:
    not_yet = service([BAD], UP, GOOD)
    broken.on("serviceInstance", service([BAD], GOOD), service([UP], BAD, GOOD), not_yet, service([UP], BAD, GOOD))
    assert ensure()["serving"]["id"] == UP["id"]
    assert broken.asked.count("serviceInstance") == 1 + 2 + services.GOOD_READS


def test_a_sleeping_service_is_there(broken: Railway) -> None:
    asleep = became(BEGUN, "SLEEPING")
    broken.on("serviceInstance", service([BAD], GOOD), service([], asleep, GOOD))
    assert ensure()["serving"]["state"] == "SLEEPING"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("FAILED", "HEALTHCHECK: no answer on /health"),
        ("CRASHED", "HEALTHCHECK: no answer on /health"),
        ("REMOVED", "replaced by another deployment"),
        ("SKIPPED", "replaced by another deployment"),
        ("NEEDS_APPROVAL", "approve"),
        ("HIBERNATING", "not known"),
        ("CANCELLED", "not known"),
    ],
)
def test_a_new_deployment_that_ends_otherwise_is_a_failure(broken: Railway, state: str, says: str) -> None:
    events = [
        {"step": "HEALTHCHECK", "createdAt": "2026-11-20T03:03:00Z", "payload": {"error": "no answer on /health", "reason": None}},
        {"step": "CREATE_CONTAINER", "createdAt": "2026-11-20T03:02:00Z", "payload": {"error": None}},
        {"step": "BUILD_IMAGE", "createdAt": "2026-11-20T03:01:00Z", "payload": None},
    ]
    broken.on("deploymentEvents", {"deploymentEvents": connection(events)})
    broken.on("serviceInstance", service([BAD], GOOD), service([BAD], became(BEGUN, state), GOOD))
    failure = ensure()
    assert (failure["kind"], failure["code"]) == ("unknown" if says == "not known" else "failed", state)
    assert says in failure["message"] and failure["hint"] and BEGUN["id"] in failure["message"]


def test_events_that_cannot_be_read_do_not_hide_the_failure(broken: Railway) -> None:
    broken.on("serviceInstance", service([BAD], GOOD), service([BAD], became(BEGUN, "FAILED"), GOOD))
    broken.on("deploymentEvents", refusal("Not Authorized"))
    assert ensure()["kind"] == "failed"


def test_waiting_has_an_end(broken: Railway, railway_time: Time) -> None:
    broken.on("serviceInstance", service([BAD], GOOD), service([BAD], BEGUN, GOOD))
    failure = ensure()
    assert failure["kind"] == "timeout" and "railway.com" in failure["hint"]
    assert broken.changes == ["deploymentRollback"]


def test_a_failing_poll_does_not_end_the_wait(broken: Railway) -> None:
    passing = [refusal("Problem processing request"), LOST, (502, "<html>")]
    broken.on("serviceInstance", service([BAD], GOOD), service([BAD], BEGUN, GOOD), *passing, service([UP], BAD, GOOD))
    assert ensure()["serving"]["id"] == UP["id"]


# --- lost answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lost", [LOST, HANGING, (502, "<html>"), (500, None), (200, "<html>"), refusal("Problem processing request"), {"deploymentRollback": None}]
)
def test_a_lost_answer_is_looked_up_and_not_sent_again(broken: Railway, lost: t.Any) -> None:
    broken.on("deploymentRollback", lost)
    broken.on("serviceInstance", service([BAD], GOOD), service([BAD], GOOD), service([BAD], BEGUN, GOOD), service([UP], BAD, GOOD))
    assert ensure()["serving"]["id"] == UP["id"]
    assert broken.changes == ["deploymentRollback"]


def test_a_change_without_effect_is_sent_again(broken: Railway) -> None:
    broken.on("deploymentRollback", LOST, {"deploymentRollback": True})
    quiet = [service([BAD], GOOD)] * 8
    broken.on("serviceInstance", *quiet, service([UP], BAD, GOOD))
    assert ensure()["changes"] == ["deploymentRollback"]
    assert broken.changes == ["deploymentRollback"] * 2


def test_a_change_that_cannot_be_looked_up_is_not_sent_again(broken: Railway) -> None:
    broken.on("deploymentRollback", LOST)
    broken.on("serviceInstance", service([BAD], GOOD), refusal("Not Authorized"))
    failure = ensure()
    assert failure["kind"] == "unknown" and "Run the same command" in failure["hint"]
    assert broken.changes == ["deploymentRollback"]


@pytest.mark.parametrize(("answer", "kind"), [(refusal("Not Authorized"), "auth"), (refusal("Deployment not found"), "not_found"), ((400, Raw()), "protocol")])
def test_a_refusal_is_final(broken: Railway, answer: t.Any, kind: str) -> None:
    broken.on("deploymentRollback", answer)
    assert ensure()["kind"] == kind
    assert broken.changes == ["deploymentRollback"]


def test_too_many_requests_are_waited_out(broken: Railway, railway_time: Time) -> None:
    broken.on("deploymentRollback", (429, Raw(), {"Retry-After": "30"}), {"deploymentRollback": True})
    begun = railway_time.now
    assert ensure()["serving"]["id"] == UP["id"]
    assert railway_time.now - begun >= 30 and broken.changes == ["deploymentRollback"] * 2


# --- what cannot be returned to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("restorable", [False, None])
def test_what_is_not_restorable_is_refused(broken: Railway, restorable: bool | None) -> None:
    failure = ensure({**GOOD, "canRollback": restorable})
    assert (failure["kind"], failure["code"]) == ("refused", "not_restorable")
    assert "rebuild" in failure["hint"] and broken.changes == []


def test_a_rebuild_builds_the_commit_with_the_variables_of_today(broken: Railway) -> None:
    broken.on("serviceInstanceDeployV2", {"serviceInstanceDeployV2": UP["id"]})
    expired = {**GOOD, "canRollback": False}
    plan = ensure(expired, check=True, rebuild=True)
    assert plan["serving"]["id"] == {"known_after": "serviceInstanceDeployV2"} and broken.changes == []
    broken.on("serviceInstance", *COMING_UP)
    done = ensure(expired, rebuild=True)
    assert (done["how"], done["serving"]["id"], done["changes"]) == ("rebuild", UP["id"], plan["changes"])
    assert broken.sent("serviceInstanceDeployV2")[0]["commitSha"] == sha("v1.4.1")
    assert done["notes"] == ["the next push to main WILL redeploy (Railway auto-deploy is on)"]


def test_a_rebuild_that_serves_is_left_alone(broken: Railway) -> None:
    broken.on("serviceInstance", service([UP], BAD, GOOD))
    assert ensure(rebuild=True)["how"] == "already"


def test_a_rebuild_under_way_is_taken_over(broken: Railway) -> None:
    broken.on("serviceInstance", service([BAD], became(BEGUN, "BUILDING"), GOOD), service([UP], BAD, GOOD))
    assert ensure(rebuild=True)["changes"] == []


def test_a_lost_rebuild_is_looked_up(broken: Railway) -> None:
    broken.on("serviceInstanceDeployV2", LOST)
    assert ensure(rebuild=True)["serving"]["id"] == UP["id"]
    assert broken.changes == ["serviceInstanceDeployV2"]


def test_without_a_commit_a_rebuild_is_a_redeployment(broken: Railway) -> None:
    target, new = node("target", age=DAY), {**UP, "meta": {}}
    broken.on("serviceInstance", service([BAD], target), service([new], BAD, target))
    broken.on("deploymentRedeploy", {"deploymentRedeploy": {"id": new["id"], "status": "INITIALIZING"}})
    assert ensure(target, rebuild=True)["serving"]["id"] == new["id"]
    assert broken.sent("deploymentRedeploy") == [{"id": target["id"], "usePreviousImageTag": True}]
    broken.on("serviceInstance", service([BAD], target))
    assert ensure({**target, "canRedeploy": False}, rebuild=True)["code"] == "no_commit"


# --- the rest of the capability -----------------------------------------------------------------------------------------


def test_differences_are_names_and_never_values(broken: Railway) -> None:
    def differences(room: Release) -> list[list[str]]:
        target, serving = normalise(GOOD), normalise(BAD)
        return [room.differences(target, serving), room.differences(target, serving), room.differences(target, target)]

    result = of_component(differences)
    assert result["seen"] == [["RATE_LIMIT_MAX"], ["RATE_LIMIT_MAX"], []]
    assert broken.asked.count("deploymentSnapshot") == 1 and SECRET not in str(result)
    broken.on("deploymentSnapshot", refusal("Not Authorized"))
    assert of_component(lambda room: room.differences(normalise(GOOD), normalise(BAD)))["seen"] == []


def undo(target: Json | None) -> Json:
    result = of_component(lambda room: room.undo_pin(normalise(target) if target else None))
    return t.cast(Json, result.get("failure") or {**result["seen"], "changes": [change["operation"] for change in result["changes"]]})


def test_rolling_forward_without_a_target_changes_nothing(broken: Railway) -> None:
    done = undo(None)
    assert (done["how"], done["serving"]["id"], done["changes"]) == ("already", BAD["id"], [])


def test_rolling_forward_to_what_serves_changes_nothing(broken: Railway) -> None:
    assert undo(BAD)["changes"] == []


@pytest.mark.parametrize(("restorable", "operation"), [(True, "deploymentRollback"), (False, "serviceInstanceDeployV2")])
def test_rolling_forward_returns_to_the_image_or_builds_again(broken: Railway, restorable: bool, operation: str) -> None:
    broken.on("serviceInstanceDeployV2", {"serviceInstanceDeployV2": UP["id"]})
    assert undo({**GOOD, "canRollback": restorable})["changes"] == [operation]


def test_what_was_read_long_ago_is_read_again(broken: Railway, railway_time: Time) -> None:
    def do(room: Release) -> t.Any:
        room.read()
        railway_time.sleep(60)
        return room.state().at

    assert of_component(do)["seen"] == railway_time.now
    assert broken.asked.count("serviceInstance") == 2


def test_the_lease_is_renewed_on_every_turn(broken: Railway) -> None:
    turns: list[str] = []

    def do(room: Release) -> t.Any:
        recorder = room.task.gate.recorder
        recorder.turn = lambda: turns.append("turn")  # type: ignore[method-assign]
        return room.ensure(normalise(GOOD), "why")

    assert of_component(do)["seen"]["how"] == "image"
    assert len(turns) >= services.GOOD_READS


def test_text_of_the_vendor_is_data(broken: Railway) -> None:
    bad = {**BAD, "meta": {**BAD["meta"], "branch": "{{ x }}\x1b[2J", "tag": "{{ y }}\x07"}}
    broken.on("serviceInstance", service([bad], GOOD), service([UP], bad, GOOD))
    assert ensure()["notes"][0] == "the next push to {{ x }}?[2J WILL redeploy (Railway auto-deploy is on)"
    assert deployments.label(normalise(bad)) == "{{ y }}? 9c1e2f0"


# --- how long a release can be returned to -------------------------------------------------------------------------------


@pytest.mark.parametrize(("plan", "hours"), [("free", 24), ("trial", 24), ("hobby", 72), ("pro", 120), ("something new", None), (None, None)])
def test_the_plan_says_how_long_an_image_is_kept(broken: Railway, plan: str | None, hours: int | None) -> None:
    broken.on("projectToken", project_token(plan=plan))
    removed_at = normalise(GOOD)["status_updated_at"]
    ends = of_component(lambda room: {"ends": [room.kept_until(normalise(one)) for one in (GOOD, BAD, {**GOOD, "statusUpdatedAt": None})]})["seen"]["ends"]
    # What runs is not on its way out, and of what has no moment of removal nobody knows the end.
    assert ends == [None if hours is None else removed_at + hours * 3600, None, None]

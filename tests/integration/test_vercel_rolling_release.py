# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_rolling_release against the sandbox, in virtual time: plan, do, see, repeat; and everything that can go wrong on the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_production, vercel_rolling_release, vercel_rolling_release_info
from tests.integration.tasks import Json, sent
from tests.integration.vercel_shop import check_planned_and_done, effects, run

MANUAL = [{"percentage": 10}, {"percentage": 50}, {"percentage": 100}]
TIMED = [{"percentage": 10, "duration": "5m"}, {"percentage": 50, "duration": "1h"}, {"percentage": 100}]
FAULTS = [
    {"kind": "lost"},
    {"kind": "truncated"},
    {"kind": "status", "status": 503},
    {"kind": "reset"},
    {"kind": "rate_limited", "retry_after": 2},
    {"kind": "garbage"},
    {"kind": "timeout_after", "seconds": 2},
]


@pytest.fixture
def world(sandbox: t.Any) -> t.Any:
    sandbox.add("app", tag="v1.5.0")
    return sandbox


def rolling(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, vercel_rolling_release, check, **options)


def check_settled(world: t.Any, **options: t.Any) -> Json:
    return check_planned_and_done(world, vercel_rolling_release, **options)


def info(world: t.Any) -> Json:
    return t.cast(Json, run(world, vercel_rolling_release_info)["rolling_release"])


def release(world: t.Any) -> Json:
    return t.cast(Json, world.state()["components"]["app"]["rolling_release"])


def serving(world: t.Any) -> str:
    return str(world.state()["components"]["app"]["serving"]["tag"])


# -- settings


def test_settings_are_planned_written_seen_and_left_alone(world: t.Any) -> None:
    done = check_settled(world, stages=MANUAL)
    assert sent(done) == ["update_rolling_release_config"] * 2
    assert info(world)["config"] == done["rolling_release"]["config"]
    assert done["rolling_release"]["config"]["advancement"] == "manual-approval"
    assert len(run(world, vercel_rolling_release, stages=MANUAL)["steps"]) == 1
    timed = check_settled(world, stages=TIMED)
    assert sent(timed) == ["update_rolling_release_config"] * 2
    assert [stage["seconds"] for stage in timed["rolling_release"]["config"]["stages"]] == [300.0, 3600.0, None]
    assert not rolling(world, enabled=True)["changed"]
    assert sent(check_settled(world, canary_response_header=True)) == ["update_rolling_release_config"] * 2
    assert check_settled(world, stages=MANUAL)["rolling_release"]["config"]["canary_response_header"] is True
    assert sent(check_settled(world, enabled=False)) == ["update_rolling_release_config"]
    assert info(world)["config"] is None


def test_minutes_are_what_the_vendor_gets(world: t.Any) -> None:
    rolling(world, stages=TIMED)
    assert [stage.get("duration") for stage in world.state()["components"]["app"]["rolling_config"]["stages"]] == [5, 60, None]


def test_settings_that_the_vendor_would_not_take_over_others_are_taken(world: t.Any) -> None:
    world.patch("app", sticky_rolling_config=True)
    check_settled(world, stages=MANUAL)
    check_settled(world, stages=TIMED)


def test_settings_that_do_not_hold_are_told(world: t.Any) -> None:
    world.patch("app", raw={"rollingRelease": None})
    rolling(world, stages=MANUAL)
    world.fault("body", vendor="vercel", operation="GET /v1/projects/{id}/rolling-release/config", times=0, body={"rollingRelease": None})
    failure = rolling(world, stages=TIMED)["failure"]
    assert (failure["kind"], failure["code"]) == ("failed", "not_held")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
@pytest.mark.parametrize("skip", [0, 1])
def test_whatever_happens_while_settings_are_written_they_are_as_wanted(world: t.Any, fault: Json, skip: int) -> None:
    rolling(world, stages=MANUAL)
    world.fault(**{"vendor": "vercel", "operation": "rolling-release/config", "changes": True, "skip": skip, **fault})
    done = rolling(world, stages=TIMED, request_timeout=1.0)
    assert not done.get("failed"), done["msg"]
    assert not rolling(world, stages=TIMED)["changed"]


@pytest.mark.parametrize(("plan", "code"), [({"plan": "hobby"}, "plan_not_supported"), ({"rolling_slots": 0}, "no_available_slots")])
def test_what_the_plan_does_not_include_is_refused_before_anything_is_sent(world: t.Any, plan: Json, code: str) -> None:
    world.patch("app", **plan)
    assert info(world)["billing"]["reason"] == code
    for check in (True, False):
        failure = rolling(world, check, stages=MANUAL)["failure"]
        assert (failure["kind"], failure["code"]) == ("plan", code)
    assert world.journal(changes=True) == []


def test_a_402_of_the_vendor_speaks_of_rolling_releases(world: t.Any) -> None:
    world.fault("status", vendor="vercel", operation="rolling-release/config", changes=True, status=402, code="payment_required", message="Upgrade")
    failure = rolling(world, stages=MANUAL)["failure"]
    assert (failure["kind"], failure["code"]) == ("plan", "payment_required")
    assert "vercel_rolling_release_info" in failure["hint"]


# -- a release


def test_a_release_goes_from_stage_to_stage(world: t.Any) -> None:
    check_settled(world, stages=MANUAL)
    started = check_settled(world, deployment="v1.5.0", state="active")
    canary = started["rolling_release"]["release"]["canary"]
    assert sent(started) == ["start_rolling_release"]
    assert (serving(world), info(world)["release"]["percentage"]) == ("v1.4.2", 10)
    approved = check_settled(world, deployment="v1.5.0", state="active", stage=1)
    assert (sent(approved), approved["rolling_release"]["release"]["percentage"]) == (["approve_rolling_release_stage"], 50)
    assert not rolling(world, deployment="v1.5.0", state="active", stage=0)["changed"]
    complete = check_settled(world, deployment=canary, state="complete")
    assert sent(complete) == ["complete_rolling_release"]
    assert (serving(world), info(world)["release"]["state"]) == ("v1.5.0", "COMPLETE")
    assert not rolling(world, deployment="v1.5.0", state="active", stage=2)["changed"]
    assert "nothing to abort" in rolling(world, deployment="v1.5.0", state="aborted")["failure"]["message"]


def test_start_and_repeat_by_id_take_few_requests(world: t.Any) -> None:
    rolling(world, stages=MANUAL)
    found = next(it["id"] for it in world.state()["components"]["app"]["deployments"] if it["tag"] == "v1.5.0")
    counts = [len(rolling(world, deployment=found, **wish)["steps"]) for wish in ({"state": "active"}, {"state": "active"}, {"state": "active", "stage": 1})]
    assert counts == [5, 2, 4]


def test_a_late_approval_does_not_skip_a_stage(world: t.Any) -> None:
    rolling(world, stages=[{"percentage": share} for share in (10, 30, 60, 100)])
    rolling(world, deployment="v1.5.0", state="active")
    assert rolling(world, deployment="v1.5.0", state="active", stage=2)["failure"]["code"] == "skips"
    assert rolling(world, deployment="v1.5.0", state="active", stage=1)["changed"]
    for _again in range(2):
        assert rolling(world, deployment="v1.5.0", state="active", stage=1)["rolling_release"]["how"] == "already"
    assert (release(world)["stage"], effects(world, "approve-stage")) == (1, 1)


def test_a_release_that_has_not_begun_is_not_taken_past_its_first_stage(world: t.Any) -> None:
    for check in (True, False):
        assert rolling(world, check, stages=MANUAL, deployment="v1.5.0", state="active", stage=1)["failure"]["code"] == "skips"
    assert release(world) is None


def test_the_approval_of_the_last_stage_completes(world: t.Any) -> None:
    check_settled(world, stages=MANUAL)
    check_settled(world, deployment="v1.5.0", state="active")
    check_settled(world, deployment="v1.5.0", state="active", stage=1)
    done = check_settled(world, deployment="v1.5.0", state="active", stage=2)
    assert (sent(done), done["rolling_release"]["how"]) == (["approve_rolling_release_stage"], "approved")
    assert (serving(world), release(world)["state"]) == ("v1.5.0", "COMPLETE")


def test_stages_that_go_on_by_themselves_are_waited_for_in_minutes(world: t.Any) -> None:
    check_settled(world, stages=TIMED, deployment="v1.5.0", state="active")
    begun = world.state()["now"]
    waited = check_settled(world, deployment="v1.5.0", state="active", stage=1, deadline="10m")
    assert (sent(waited), waited["rolling_release"]["how"], waited["changed"]) == ([], "waited", True)
    assert 295 <= world.state()["now"] - begun <= 340
    done = check_settled(world, deployment="v1.5.0", state="active", stage=2, deadline="2h")
    assert (serving(world), done["rolling_release"]["release"]["state"]) == ("v1.5.0", "COMPLETE")


def test_a_wait_ends_with_its_deadline(world: t.Any) -> None:
    rolling(world, stages=TIMED)
    failure = rolling(world, deployment="v1.5.0", state="active", stage=1, deadline="2m")["failure"]
    assert failure["kind"] == "timeout"
    assert release(world)["stage"] == 0


def test_an_abort_keeps_what_served_and_is_done_once(world: t.Any) -> None:
    check_settled(world, stages=MANUAL)
    check_settled(world, deployment="v1.5.0", state="active")
    done = check_settled(world, deployment="v1.5.0", state="aborted", description="checkout answers 500")
    assert sent(done) == ["request_rollback"]
    assert "do NOT go live" in done["rolling_release"]["notes"][0]
    assert (serving(world), release(world)["state"]) == ("v1.4.2", "ABORTED")
    state = world.state()["components"]["app"]
    assert (state["auto_assign"], sum(state["effects"]["rollbacks"].values())) == (False, 1)
    assert not run(world, vercel_production, auto_assign=True).get("failed")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
@pytest.mark.parametrize(
    ("wish", "path", "serves"),
    [
        ({"state": "active"}, "start", "v1.4.2"),
        ({"state": "active", "stage": 1}, "approve-stage", "v1.4.2"),
        ({"state": "complete"}, "complete", "v1.5.0"),
        ({"state": "aborted"}, "rollback", "v1.4.2"),
    ],
    ids=["start", "approve", "complete", "abort"],
)
def test_whatever_happens_to_the_request_it_has_one_effect(world: t.Any, wish: Json, path: str, serves: str, fault: Json) -> None:
    rolling(world, stages=MANUAL)
    if path != "start":
        rolling(world, deployment="v1.5.0", state="active")
    world.fault(**{"vendor": "vercel", "operation": path, "changes": True, **fault})
    done = rolling(world, deployment="v1.5.0", request_timeout=1.0, **wish)
    assert not done.get("failed"), done["msg"]
    assert done["changed"]
    assert effects(world, path) == 1
    assert not rolling(world, deployment="v1.5.0", **wish)["changed"]
    assert serving(world) == serves


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "garbage"])
@pytest.mark.parametrize("skip", [0, 1, 2, 3])
def test_a_fault_while_reading_changes_nothing_for_the_worse(world: t.Any, kind: str, skip: int) -> None:
    rolling(world, stages=MANUAL)
    rolling(world, deployment="v1.5.0", state="active")
    world.fault(kind, vendor="vercel", changes=False, skip=skip)
    assert rolling(world, deployment="v1.5.0", state="active", stage=1)["changed"]
    assert effects(world, "approve-stage") == 1


@pytest.mark.parametrize(
    ("state", "code"),
    [("active", "held"), ("complete", "held")],
)
def test_what_the_gate_holds_is_not_taken_further(world: t.Any, state: str, code: str) -> None:
    rolling(world, stages=TIMED, deployment="v1.5.0", state="active")
    world.patch("app", rolling_release={"substate": "PAUSED"})
    wish: Json = {"deployment": "v1.5.0", "state": state, **({"stage": 1} if state == "active" else {})}
    for check in (True, False):
        assert rolling(world, check, **wish)["failure"]["code"] == code
    assert rolling(world, deployment="v1.5.0", state="aborted")["changed"]


def test_a_gate_that_closes_while_it_is_waited_is_noticed(world: t.Any) -> None:
    rolling(world, stages=TIMED, deployment="v1.5.0", state="active")
    body = {"rollingRelease": {**raw_release(world), "substate": "PAUSED"}}
    world.fault("body", vendor="vercel", operation="GET /v1/projects/{id}/rolling-release", skip=2, times=0, body=body)
    assert rolling(world, deployment="v1.5.0", state="active", stage=1, deadline="10m")["failure"]["code"] == "held"


def raw_release(world: t.Any) -> Json:
    return t.cast(Json, world.state()["components"]["app"]["rolling_document"])


def test_another_canary_s_release_is_not_touched(world: t.Any) -> None:
    world.add("app", tag="v1.5.1")
    rolling(world, stages=MANUAL)
    rolling(world, deployment="v1.5.1", state="active")
    for state in ("active", "complete", "aborted"):
        assert rolling(world, deployment="v1.5.0", state=state)["failure"]["code"] == "other_canary"
    assert (release(world)["state"], release(world)["stage"]) == ("ACTIVE", 0)


def test_settings_are_not_changed_under_an_active_release(world: t.Any) -> None:
    rolling(world, stages=MANUAL)
    rolling(world, deployment="v1.5.0", state="active")
    for wish in ({"enabled": False}, {"stages": TIMED}):
        assert rolling(world, **wish)["failure"]["code"] == "rolling_release"
    assert not rolling(world, stages=MANUAL, deployment="v1.5.0", state="active")["changed"]


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"state": "active", "deployment": "v1.5.0"}, "refused", "not_enabled"),
        ({"stages": MANUAL, "state": "active", "deployment": "v1.4.2-rc1"}, "refused", "failed"),
        ({"stages": MANUAL, "state": "active", "deployment": "next"}, "not_found", None),
        ({"stages": MANUAL, "state": "active", "deployment": "v1.5"}, "not_found", None),
        ({"state": "complete", "deployment": "v1.5.0"}, "refused", "no_release"),
        ({"state": "aborted", "deployment": "v1.5.9"}, "not_found", None),
        ({"state": "aborted", "deployment": "dpl_nothing"}, "not_found", None),
        ({"enabled": True}, "invalid", None),
        ({"project": "hydrogem", "enabled": False}, "not_found", "not_found"),
        ({"enabled": False, "stages": MANUAL}, "invalid", None),
        ({"stages": MANUAL, "allow": "read"}, "refused", "allow"),
    ],
)
def test_what_cannot_be_is_refused(world: t.Any, options: Json, kind: str, code: str | None) -> None:
    result = rolling(world, **options)
    assert result["failure"]["kind"] == kind
    assert code in (None, result["failure"]["code"])
    assert result["failure"]["hint"]
    assert release(world) is None


def test_text_of_the_vendor_is_data(world: t.Any) -> None:
    world.fault("body", vendor="vercel", operation="rolling-release/billing", times=0, body={"reason": "{{ lookup('env', 'HOME') }}\x1b[2J", "message": "m"})
    result = rolling(world, stages=MANUAL)
    assert "{{ lookup('env', 'HOME') }}?[2J" in result["msg"]
    assert world.journal(changes=True) == []

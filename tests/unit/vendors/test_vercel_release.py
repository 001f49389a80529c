# SPDX-License-Identifier: GPL-3.0-or-later
"""The release capability on Vercel: what a component's state tells, with how many requests, and how production is moved."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, release
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import (
    BAD,
    COMPONENT,
    DAY,
    GOOD,
    OLD,
    PROJECT,
    STAGED,
    STALE,
    TEAM,
    TOKEN,
    Json,
    Time,
    Vercel,
    error,
    item,
    job,
    of_component,
    project,
    single,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
TARGET = deployments.normalise(GOOD)
DONE = project(GOOD, False, job("dpl_good"))


def read(vercel: Vercel, whole: Json, *listed: Json, **component: t.Any) -> Json:
    vercel.project(whole)
    vercel.listed(*listed)
    return of_component(lambda found: found.read(), **component)["seen"]


def acted(do: t.Callable[[release.VercelRelease], t.Any], check: bool = False) -> Json:
    """``do`` as the capability calls it: after a read, in the same task."""

    def both(found: release.VercelRelease) -> Json:
        found.read()
        return t.cast(Json, do(found))

    return of_component(both, check)


# -- read
def test_the_state_of_a_component_costs_two_requests(vercel: Vercel) -> None:
    state = read(vercel, project(last=STALE), BAD, GOOD, OLD)
    assert vercel.asked == ["GET /v9/projects/hydrogen", "GET /v7/deployments"]
    assert vercel.request(1).params["target"] == "production"
    assert [known["id"] for known in state["history"]] == ["dpl_bad", "dpl_good", "dpl_old"]
    assert state["serving"] == state["history"][0]
    rest = {key: value for key, value in state.items() if key not in ("history", "serving", "reading")}
    assert rest == {
        "where": f"hydrogen (Vercel, team {TEAM})",
        "pinned": False,
        "busy": None,
        "busy_with": None,
        "busy_rollback": False,
        "rolling_release": None,
        "paused": False,
        "link": f"https://vercel.com/{TEAM}/hydrogen/deployments",
        "auto_deploy": True,
    }


@pytest.mark.parametrize(("auto", "pinned", "deploys"), [(True, False, True), (False, True, False), (None, None, None)])
def test_a_pin_is_the_assignment_switched_off(vercel: Vercel, auto: bool | None, pinned: bool | None, deploys: bool | None) -> None:
    state = read(vercel, project(auto=auto), BAD, GOOD)
    assert (state["pinned"], state["auto_deploy"]) == (pinned, deploys)


def test_without_git_nothing_deploys_by_itself(vercel: Vercel) -> None:
    assert read(vercel, project(link=None), BAD, GOOD)["auto_deploy"] is False


def test_a_component_that_serves_nothing(vercel: Vercel) -> None:
    state = read(vercel, project(None))
    assert (state["serving"], state["history"]) == (None, [])
    assert state["link"] == f"https://vercel.com/{TEAM}/hydrogen/deployments"


def test_a_team_id_makes_no_address(vercel: Vercel) -> None:
    state = read(vercel, project(accountId="team_example"), {**BAD, "inspectorUrl": None}, vercel_team="team_example")
    assert state["link"] == "https://vercel.com/dashboard"


def test_own_addresses_follow_the_template(vercel: Vercel) -> None:
    state = read(vercel, project(), BAD, GOOD, vercel_deployment_url="http://127.0.0.1:1/deployments/{id}")
    assert [known["url"] for known in state["history"]] == ["http://127.0.0.1:1/deployments/dpl_bad", "http://127.0.0.1:1/deployments/dpl_good"]
    assert state["serving"]["url"] == "http://127.0.0.1:1/deployments/dpl_bad"


@pytest.mark.parametrize(
    ("last", "busy", "goal", "rollback"),
    [
        (job("dpl_good", "pending"), "rollback to dpl_good is pending", "dpl_good", True),
        (job("dpl_good", "in-progress"), "rollback to dpl_good is in progress", "dpl_good", True),
        (job("dpl_old", "in-progress", "promote"), "promote to dpl_old is in progress", "dpl_old", False),
        (job("dpl_good", "in-progress", age=200), None, None, False),
        (job("dpl_good", "failed"), None, None, False),
        (job("dpl_good", "strange"), None, None, False),
        (None, None, None, False),
    ],
)
def test_a_running_job_keeps_it_busy(vercel: Vercel, last: Json | None, busy: str | None, goal: str | None, rollback: bool) -> None:
    state = read(vercel, project(last=last), BAD, GOOD, OLD)
    assert (state["busy"], state["busy_with"], state["busy_rollback"]) == (busy, goal, rollback)


def test_a_build_that_will_go_live_keeps_it_busy(vercel: Vercel) -> None:
    building = item("dpl_next", "v1.5.0", 30, readyState="BUILDING", readySubstate=None)
    state = read(vercel, project(), building, BAD, GOOD)
    assert (state["busy"], state["busy_with"], state["busy_rollback"]) == ("deployment dpl_next is BUILDING", "dpl_next", False)


def test_a_build_that_will_stay_staged_does_not(vercel: Vercel) -> None:
    building = item("dpl_next", "v1.5.0", 30, readyState="BUILDING", readySubstate=None)
    assert read(vercel, project(auto=False), building, BAD, GOOD)["busy"] is None


def test_a_forgotten_build_does_not(vercel: Vercel) -> None:
    forgotten = item("dpl_lost", "v1.3.0", 30 * DAY, readyState="QUEUED", readySubstate=None)
    assert read(vercel, project(), BAD, GOOD, forgotten)["busy"] is None


def test_a_new_build_of_ours_is_busy_with_what_it_was_made_of(vercel: Vercel) -> None:
    building = item("dpl_new", "v1.4.1", 30, readyState="BUILDING", meta={deployments.REBUILD_MARK: "dpl_good"})
    state = read(vercel, project(), building, BAD, GOOD)
    assert (state["busy_with"], state["busy_rollback"]) == ("dpl_good", True)


def test_pages_are_read_until_something_to_return_to_is_seen(vercel: Vercel) -> None:
    staged = [item(f"dpl_next{number}", f"v2.0.{number}", 100 - number, readySubstate="STAGED", isRollbackCandidate=False) for number in range(20)]
    vercel.project(project())
    vercel.listed(*staged, following=900)
    vercel.listed(BAD, GOOD, following=800)
    vercel.listed(OLD)
    state = of_component(lambda found: found.read())["seen"]
    assert len(state["history"]) == 23
    assert state["serving"] == state["history"][20]
    assert len(vercel.asked) == 4


def test_a_first_page_with_something_to_return_to_is_enough(vercel: Vercel) -> None:
    old = [item(f"dpl_old{number}", f"v1.3.{number}", (10 + number) * DAY) for number in range(18)]
    vercel.project(project())
    vercel.listed(BAD, GOOD, *old, following=900)
    assert len(of_component(lambda found: found.read())["seen"]["history"]) == 20
    assert len(vercel.asked) == 2


def test_the_search_for_something_to_return_to_ends(vercel: Vercel) -> None:
    vercel.project(project())
    for page in range(15):
        items = [item(f"dpl_{page}x{number}", "", 1000 + page, readySubstate="STAGED", isRollbackCandidate=False) for number in range(20)]
        vercel.listed(*items, following=5000 - page)
    assert len(of_component(lambda found: found.read())["seen"]["history"]) == release.MOST_HISTORY


def test_what_serves_is_told_though_the_list_ends_before_it(vercel: Vercel) -> None:
    state = read(vercel, project(OLD), GOOD)
    assert (state["serving"]["id"], state["serving"]["served"], state["serving"]["restorable"]) == ("dpl_old", True, None)


@pytest.mark.parametrize("listed", [[{**BAD, "readySubstate": "ROLLING"}, GOOD], [BAD, GOOD]])
def test_a_rolling_release_is_told(vercel: Vercel, listed: list[Json]) -> None:
    vercel.on(
        "GET",
        f"/v1/projects/{PROJECT}/rolling-release",
        {
            "rollingRelease": {
                "state": "ACTIVE",
                "substate": None,
                "currentDeployment": {"id": "dpl_good"},
                "canaryDeployment": {"id": "dpl_bad"},
                "currentCanaryPercentage": 10,
            }
        },
    )
    configured = {"target": "production"} if listed[0] is BAD else None
    state = read(vercel, project(rollingRelease=configured), *listed)
    assert state["rolling_release"] == {"id": "dpl_bad", "state": "ACTIVE", "substate": None, "current": "dpl_good", "canary": "dpl_bad", "percentage": 10}
    assert len(vercel.asked) == 3


# -- ensure
def test_what_was_just_read_is_not_read_again(vercel: Vercel) -> None:
    vercel.project(project(last=STALE), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    result = acted(lambda found: found.ensure(TARGET, "bad release"))
    assert vercel.asked == [
        "GET /v9/projects/hydrogen",
        "GET /v7/deployments",
        f"POST /v1/projects/{PROJECT}/rollback/dpl_good",
        f"GET /v9/projects/{PROJECT}",
    ]
    done = result["seen"]
    assert (done["serving"]["id"], done["how"]) == ("dpl_good", "domains")
    assert set(done) == {"serving", "how", "seconds", "notes"}


def test_what_was_read_long_ago_is_read_again(vercel: Vercel, vercel_time: Time) -> None:
    def late(found: release.VercelRelease) -> Json:
        vercel_time.sleep(transaction.FRESH + 1)
        return found.ensure(TARGET, "")

    vercel.on("GET", "/v9/projects/hydrogen", project(), DONE)
    vercel.listed(BAD, GOOD)
    assert acted(late)["seen"]["how"] == "already"
    assert vercel.changes == []


def test_a_plan_rests_on_what_an_earlier_task_has_read(vercel: Vercel, vercel_time: Time) -> None:
    seen = read(vercel, project(last=job("dpl_old", "failed")), BAD, GOOD)
    vercel_time.sleep(3600)
    again = of_component(lambda found: [found.read(), found.already(TARGET), found.ensure(TARGET, "")], check=True, before=seen)
    assert len(vercel.asked) == 2, "the plan asked, too"
    state, already, done = again["seen"]
    assert (state, already, done["how"], done["serving"]["id"]) == (seen, False, "domains", "dpl_good")
    assert [change["operation"] for change in again["changes"]] == ["request_rollback"]


@pytest.mark.parametrize(("age", "reads"), [(1.0, 2), (transaction.FRESH + 1, 4)])
def test_a_change_rests_on_it_only_while_it_is_fresh(vercel: Vercel, vercel_time: Time, age: float, reads: int) -> None:
    seen = read(vercel, project(last=STALE), BAD, GOOD)
    vercel_time.sleep(age)
    vercel.on("GET", f"/v9/projects/{PROJECT}", DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    result = of_component(lambda found: [found.read()["serving"]["id"], found.ensure(TARGET, "")["how"]], before=seen)
    assert result["seen"] == ["dpl_bad", "domains"]
    assert next(number for number, request in enumerate(vercel.asked) if request.startswith("POST")) == reads


def test_the_second_act_of_a_task_looks_again(vercel: Vercel) -> None:
    def twice(found: release.VercelRelease) -> list[Json]:
        return [found.ensure(TARGET, ""), found.ensure(TARGET, "")]

    vercel.on("GET", "/v9/projects/hydrogen", project(), DONE)
    vercel.on("GET", f"/v9/projects/{PROJECT}", DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    assert [done["how"] for done in acted(twice)["seen"]] == ["domains", "already"]
    assert len(vercel.changes) == 1


def test_the_plan_has_the_shape_of_the_apply(vercel: Vercel) -> None:
    vercel.project(project(), DONE)
    vercel.listed(BAD, GOOD)
    vercel.rollback("dpl_good")
    plan = acted(lambda found: found.ensure(TARGET, ""), check=True)
    assert vercel.changes == []
    done = acted(lambda found: found.ensure(TARGET, ""))
    assert plan["changes"] == done["changes"]
    assert plan["seen"] == done["seen"]


def test_a_staged_target_is_promoted_and_the_pin_stays(vercel: Vercel) -> None:
    vercel.project(project(auto=False), project(STAGED, True, job("dpl_staged", kind="promote")))
    vercel.listed(STAGED, BAD)
    vercel.promote("dpl_staged")
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(STAGED, False))
    result = acted(lambda found: found.ensure(deployments.normalise(STAGED), ""))
    assert [change["operation"] for change in result["changes"]] == ["request_promote", "update_project"]


# -- undo
def test_undoing_the_pin_goes_forward_by_promote(vercel: Vercel) -> None:
    vercel.project(DONE, project(BAD, True, job("dpl_bad", kind="promote")))
    vercel.listed(BAD, GOOD)
    vercel.promote("dpl_bad")
    result = acted(lambda found: found.undo_pin(deployments.normalise(BAD)))
    assert [change["operation"] for change in result["changes"]] == ["request_promote"]
    assert (result["seen"]["serving"]["id"], result["seen"]["notes"]) == ("dpl_bad", [])


def test_undoing_the_pin_may_keep_the_assignment_off(vercel: Vercel) -> None:
    vercel.project(DONE, project(BAD, True, job("dpl_bad", kind="promote")))
    vercel.listed(BAD, GOOD)
    vercel.promote("dpl_bad")
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(BAD, False))
    result = acted(lambda found: found.undo_pin(deployments.normalise(BAD), auto_assign=False))
    assert [change["operation"] for change in result["changes"]] == ["request_promote", "update_project"]


@pytest.mark.parametrize("target", [None, TARGET])
@pytest.mark.parametrize(("auto", "operations"), [(False, ["update_project"]), (True, [])])
def test_where_the_target_serves_only_the_assignment_is_set(vercel: Vercel, target: Json | None, auto: bool, operations: list[str]) -> None:
    vercel.project(project(GOOD, auto, job("dpl_good")))
    vercel.listed(BAD, GOOD)
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(GOOD, True))
    result = acted(lambda found: found.undo_pin(target))
    assert [change["operation"] for change in result["changes"]] == operations
    assert (result["seen"]["serving"]["id"], result["seen"]["how"]) == ("dpl_good", "already")


# -- find, differences
def test_find_needs_no_second_look_at_the_project(vercel: Vercel) -> None:
    vercel.project(project())
    vercel.listed(BAD)
    vercel.on("GET", "/v13/deployments/dpl_good", single(GOOD))
    assert acted(lambda found: {"id": (found.find("dpl_good") or {}).get("id")})["seen"] == {"id": "dpl_good"}
    assert vercel.asked.count("GET /v9/projects/hydrogen") == 1


@pytest.mark.parametrize("text", ["dpl_none", "v9.9.9", "abcdef0"])
def test_find_knows_what_is_not_there(vercel: Vercel, text: str) -> None:
    vercel.project(project())
    vercel.listed(BAD, GOOD)
    vercel.on("GET", "/v13/deployments/dpl_none", (404, error("not_found", "No")))
    assert of_component(lambda found: found.find(text))["seen"] is None


def test_find_refuses_what_belongs_elsewhere(vercel: Vercel) -> None:
    vercel.project(project())
    vercel.on("GET", "/v13/deployments/dpl_x", single({**GOOD, "uid": "dpl_x", "projectId": "prj_other"}))
    assert of_component(lambda found: found.find("dpl_x"))["failure"]["code"] == "other_project"


def test_no_differences_are_known(vercel: Vercel) -> None:
    assert of_component(lambda found: found.differences(TARGET, TARGET))["seen"] == []
    assert vercel.asked == []


# -- open
def test_a_component_without_a_project_is_refused(vercel: Vercel) -> None:
    failure = of_component(lambda found: found.read(), vercel_project="")["failure"]
    assert failure["kind"] == "invalid"
    assert "vercel_project" in failure["message"]


def _opened(token: Json) -> Json:
    def execute(task: transaction.Task) -> Json:
        return {"seen": release.open(task, COMPONENT, token).read()["where"], "said": f"it was {ENVIRONMENT_TOKEN}"}

    return transaction.outcome(execute, {"request_timeout": 5.0, "deadline": 60.0}, False)


ENVIRONMENT_TOKEN = "vercel-env-9Qk3WxTz7BmRn5LcVs2Gd8Hf4Jy"


def test_the_token_may_come_from_the_process_environment(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERCEL_TOKEN", ENVIRONMENT_TOKEN)
    vercel.project(project())
    vercel.listed(BAD)
    result = _opened({"token": None, "api_token": None})
    assert vercel.request(0).headers["Authorization"] == f"Bearer {ENVIRONMENT_TOKEN}"
    assert result["said"] == "it was ********"
    _opened({"token": TOKEN})
    assert vercel.request(-1).headers["Authorization"] == f"Bearer {TOKEN}"


def test_without_any_token_nothing_is_sent(vercel: Vercel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERCEL_TOKEN", raising=False)
    failure = _opened({})["failure"]
    assert (failure["kind"], vercel.asked) == ("auth", [])
    assert "vercel_token" in failure["hint"]

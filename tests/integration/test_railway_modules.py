# SPDX-License-Identifier: GPL-3.0-or-later
"""The Railway modules against the sandbox: plan, do, see that it is so, do it again; and everything that can go wrong on the way."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import release
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json

FAULTS: list[tuple[str, Json]] = [
    ("reset", {}),
    ("lost", {}),
    ("status", {"status": 500}),
    ("status", {"status": 503, "body_html": True}),
    ("rate_limited", {"retry_after": 3}),
    ("timeout", {"seconds": 1.5}),
    ("timeout_after", {"seconds": 1.5}),
    ("truncated", {}),
    ("graphql_error", {"message": "Problem processing request"}),
    ("graphql_error_after", {"message": "Problem processing request"}),
    ("garbage", {}),
    ("body", {"body": {"data": {"deploymentRollback": False}}}),
]


# --- the ordinary way ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "tag", "commit", "short commit"])
def test_plan_apply_see_and_repeat(shop: Shop, name: str) -> None:
    good = shop.info(deployment="v1.4.1")["deployments"][0]
    wanted = {"id": good["id"], "tag": "v1.4.1", "commit": good["commit"], "short commit": good["commit"][:7]}[name]
    plan = shop.deployment(check=True, deployment=wanted)
    assert plan["changed"] and shop.changes == []
    done = shop.deployment(deployment=wanted)
    assert done["changed"] and plan["changes"] == done["changes"]
    assert set(plan["deployment"]) == set(done["deployment"]) and plan["notes"] == done["notes"]
    assert shop.changes == [("deploymentRollback", True)]
    # A rollback is a deployment of its own.
    assert done["deployment"]["id"] not in (good["id"], plan["diff"]["before"]["id"])
    assert (shop.state["serving"]["tag"], shop.state["serving"]["id"]) == ("v1.4.1", done["deployment"]["id"])
    assert shop.info()["service"]["serving"] == done["deployment"]["id"]
    for check in (True, False):
        again = shop.deployment(check, deployment=wanted)
        assert (again["changed"], again["changes"], again["how"]) == (False, [], "already")
    assert shop.state["effects"]["rollbacks"] == {good["id"]: 1}


def test_what_is_true_from_then_on(shop: Shop) -> None:
    notes = shop.deployment(deployment="v1.4.1")["notes"]
    assert notes == ["the next push to main WILL redeploy (Railway auto-deploy is on)", "runs its variables of 17 Nov; differs today: RATE_LIMIT_MAX"]


def test_a_rollback_costs_few_requests(shop: Shop) -> None:
    shop.deployment(deployment="v1.4.1")
    assert shop.asked[:5] == [
        "projectToken",
        "serviceInstance deployments serviceInstanceAutoDeployStatus",
        "deploymentRollback",
        "serviceInstance deployments serviceInstanceAutoDeployStatus",
        "serviceInstance deployments serviceInstanceAutoDeployStatus",
    ]
    assert shop.asked[-1] == "deploymentSnapshot deploymentSnapshot"
    shop.sandbox.clear_journal()
    shop.deployment(deployment="v1.4.1")
    assert shop.asked == ["projectToken", "serviceInstance deployments serviceInstanceAutoDeployStatus"]


def test_an_expired_image_is_built_again(shop: Shop) -> None:
    shop.sandbox.patch("api", "v1.4.0", can_rollback=False)
    refused = shop.deployment(deployment="v1.4.0")
    assert refused["failure"]["code"] == "not_restorable" and "rebuild" in refused["failure"]["hint"]
    done = shop.deployment(deployment="v1.4.0", rebuild=True)
    assert (done["how"], shop.changes, shop.state["serving"]["tag"]) == ("rebuild", [("serviceInstanceDeployV2", True)], "v1.4.0")
    assert not shop.deployment(deployment="v1.4.0", rebuild=True)["changed"]


def test_the_acts(shop: Shop) -> None:
    serving = shop.state["serving"]["id"]
    for times in (1, 2):
        done = shop.deployment(state="restarted")
        assert (done["deployment"]["id"], shop.state["effects"]["restarts"]) == (serving, {serving: times})
    redeployed = shop.deployment(state="redeployed")
    assert redeployed["deployment"]["id"] != serving and shop.state["serving"]["id"] == redeployed["deployment"]["id"]
    assert [change for change, _effect in shop.changes] == ["deploymentRestart", "deploymentRestart", "deploymentRedeploy"]


def test_stopped_and_started_again(shop: Shop) -> None:
    assert shop.deployment(state="stopped")["deployment"]["stopped"]
    assert not shop.deployment(state="stopped")["changed"]
    assert shop.state["serving"]["stopped"]
    assert shop.deployment(deployment="v1.4.2")["how"] == "restart"
    assert not shop.state["serving"]["stopped"]


def test_removed(shop: Shop) -> None:
    assert shop.deployment(state="removed", deployment="v1.4.2")["failure"]["code"] == "allow"
    assert shop.deployment(state="removed", deployment="v1.4.2", allow="destroy")["deployment"]["state"] == "REMOVED"
    assert not shop.deployment(state="removed", deployment="v1.4.2", allow="destroy")["changed"]
    assert shop.state["serving"] is None


def test_a_build_is_cancelled_and_then_no_longer_in_the_way(shop: Shop) -> None:
    shop.sandbox.push("api", commit="f" * 40, tag="v1.4.3", build_seconds=900)
    assert shop.deployment(deployment="v1.4.1")["failure"]["code"] == "busy"
    assert shop.deployment(state="removed", deployment="v1.4.3")["how"] == "cancel"
    assert shop.deployment(deployment="v1.4.1")["changed"]
    assert shop.changes == [("deploymentCancel", True), ("deploymentRollback", True)]


def test_info_filters(shop: Shop) -> None:
    assert [one["version"] for one in shop.info(state=["FAILED"])["deployments"]] == ["v1.4.2-rc1"]
    assert [one["version"] for one in shop.info(limit=1)["deployments"]] == ["v1.4.2"]
    assert [one["version"] for one in shop.info(commit="77ab310")["deployments"]] == ["v1.4.1"]
    assert shop.info(deployment="nothing-like-it")["deployments"] == []


@pytest.mark.parametrize("count", [19, 45])
def test_a_long_history_is_read_as_far_as_needed(shop: Shop, count: int) -> None:
    for number in range(count):
        shop.sandbox.add("api", commit=f"{number:040x}", tag=f"broken-{number}", set={"status": "FAILED"})
    assert len(shop.info(limit=200)["deployments"]) == count + 4
    assert shop.deployment(deployment="v1.4.1")["changed"]
    assert shop.state["serving"]["tag"] == "v1.4.1"


# --- tokens and names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["account_token", "workspace_token"])
def test_a_broad_token_needs_names_and_finds_them(shop: Shop, kind: str) -> None:
    where = {"project": shop.facts["project"], "environment": shop.facts["environment"]}
    assert shop.info(token=None, api_token=shop.facts[kind], **where)["service"]["name"] == "api"
    assert shop.info(token=None, api_token=shop.facts[kind])["failure"]["kind"] == "invalid"


def test_a_token_of_another_environment_changes_nothing(shop: Shop) -> None:
    failure = shop.deployment(token=shop.facts["other"]["token"], environment="production", deployment="v1.4.1")["failure"]
    assert (failure["kind"], failure["code"]) == ("refused", "environment")
    assert shop.changes == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"token": "railway-wrong-3Vx8Lq5Zn0Tb7Wc2Ry6KdJm"}, "auth"),
        ({"project": "another-shop"}, "refused"),
        ({"service": "apii"}, "not_found"),
        ({"api_url": "http://127.0.0.1:9/graphql/v2"}, "vendor_down"),
        ({"api_url": "http://railway.example.com/graphql/v2"}, "invalid"),
    ],
)
def test_bad_input_gets_one_clear_message(shop: Shop, options: Json, kind: str) -> None:
    result = shop.deployment(deployment="v1.4.1", deadline=20.0, **options)
    assert result["failed"] and result["failure"]["kind"] == kind and result["failure"]["hint"]
    assert shop.changes == []


def test_a_token_in_the_wrong_place_says_so(shop: Shop) -> None:
    failure = shop.info(token=shop.facts["account_token"])["failure"]
    assert failure["kind"] == "auth" and "api_token" in failure["hint"]
    where = {"project": shop.facts["project"], "environment": "production"}
    failure = shop.info(token=None, api_token=shop.facts["token"], **where)["failure"]
    assert failure["kind"] == "auth" and shop.facts["token"] not in str(failure)


def test_a_deployment_of_elsewhere_is_refused(shop: Shop) -> None:
    failure = shop.deployment(deployment="11111111-2222-4333-8444-555555555555")["failure"]
    assert (failure["kind"], failure["code"]) == ("refused", "other_project")


# --- what can go wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
def test_whatever_becomes_of_the_answer_it_happens_once(shop: Shop, kind: str, options: Json) -> None:
    shop.sandbox.fault(kind, vendor="railway", operation="deploymentRollback", **options)
    done = shop.deployment(deployment="v1.4.1", request_timeout=0.7)
    assert done.get("failure") is None and done["changed"]
    assert shop.state["serving"]["tag"] == "v1.4.1"
    assert list(shop.state["effects"]["rollbacks"].values()) == [1]
    assert not shop.deployment(deployment="v1.4.1")["changed"]


@pytest.mark.parametrize("kind", ["reset", "status", "graphql_error", "truncated", "rate_limited"])
def test_a_faulty_poll_does_not_end_the_wait(shop: Shop, kind: str) -> None:
    shop.sandbox.fault(kind, vendor="railway", operation="serviceInstance", skip=2, times=2)
    assert shop.deployment(deployment="v1.4.1")["changed"]
    assert shop.state["serving"]["tag"] == "v1.4.1"


def test_an_unknown_status_is_not_good(shop: Shop) -> None:
    shop.sandbox.fault("unknown_status", vendor="railway", operation="serviceInstance", skip=2, times=1)
    failure = shop.deployment(deployment="v1.4.1")["failure"]
    assert (failure["kind"], failure["code"]) == ("unknown", "HIBERNATING")
    # The same again looks first, finds the rollback under way, and ends well.
    assert shop.deployment(deployment="v1.4.1")["changes"] == []
    assert list(shop.state["effects"]["rollbacks"].values()) == [1]


@pytest.mark.parametrize(("result", "says"), [("FAILED", "Healthcheck failed"), ("CRASHED", "CRASHED"), ("NEEDS_APPROVAL", "approve")])
def test_a_rollback_that_does_not_come_up(shop: Shop, result: str, says: str) -> None:
    shop.sandbox.patch("api", deploy_result=result)
    failure = shop.deployment(deployment="v1.4.1")["failure"]
    assert failure["kind"] == "failed" and says in failure["message"]
    assert shop.state["serving"]["tag"] == "v1.4.2"


def test_railway_moving_the_service_meanwhile_is_not_taken_for_ours(shop: Shop) -> None:
    def do(room: release.Release) -> Json:
        room.read()
        target = room.find("v1.4.1")
        assert target is not None
        shop.sandbox.maintenance("api")
        return room.ensure(target, "meanwhile")

    result = shop.release(do)
    assert result.get("failure") is None and result["seen"]["serving"]["version"] == "v1.4.1"
    assert shop.state["serving"]["tag"] == "v1.4.1"


def test_what_a_killed_run_began_is_taken_over(shop: Shop) -> None:
    begun = shop.deployment(deployment="v1.4.1", wait=False)
    assert begun["deployment"]["in_progress"]
    state = shop.release(lambda room: room.read())["seen"]
    assert (state["busy_rollback"] and state["busy_with"] == shop.versions()["v1.4.1"]) or state["busy_with"]
    done = shop.deployment(deployment="v1.4.1")
    assert (done["changes"], done["deployment"]["id"]) == ([], begun["deployment"]["id"])
    assert list(shop.state["effects"]["rollbacks"].values()) == [1]


def test_a_wait_that_is_too_short_says_that_it_may_still_come(shop: Shop) -> None:
    failure = shop.deployment(deployment="v1.4.1", deadline=5.0)["failure"]
    assert failure["kind"] == "timeout" and failure["retryable"]
    assert shop.deployment(deployment="v1.4.1")["changes"] == []


def test_a_missing_field_that_decides_is_refused(shop: Shop) -> None:
    state = shop.release(lambda room: room.read())["seen"]
    assert all(one["restorable"] is not None for one in state["history"])
    shop.sandbox.patch("api", "v1.4.1", can_rollback=False)
    assert shop.deployment(deployment="v1.4.1")["failure"]["code"] == "not_restorable"
    assert shop.changes == []


# --- the capability -----------------------------------------------------------------------------------------------------


def test_the_capability_rolls_back_and_forward(shop: Shop) -> None:
    def back(room: release.Release) -> Json:
        state = room.read()
        target = room.find("77ab310")
        assert target is not None
        return {"names": room.differences(target, state["serving"]), **room.ensure(target, "bad release")}

    plan, done = shop.release(back, check=True), shop.release(back)
    assert plan["changes"] == done["changes"] and plan["seen"]["names"] == ["RATE_LIMIT_MAX"]
    assert plan["seen"]["serving"]["id"] == {"known_after": "deploymentRollback"}
    shop.sandbox.push("api", commit="f" * 40, tag="v1.4.3", build_seconds=5)
    shop.sandbox.advance(60)
    forward = shop.release(lambda room: room.undo_pin(room.find("v1.4.3")))
    assert forward["changes"] == [] and forward["seen"]["serving"]["version"] == "v1.4.3"


def test_a_broad_token_serves_the_capability_too(shop: Shop) -> None:
    result = shop.release(lambda room: room.read()["where"], token={"api_token": shop.facts["account_token"]})
    assert result["seen"] == f"api (Railway, {shop.facts['project']}/production)"


# Asked with broad tokens, by tests of their own.
BROAD = ("apiToken", "me", "project", "projectTokens", "projects")


def test_every_question_is_understood(shop: Shop) -> None:
    """Each read of the table is answered; those of broad tokens, and the changes, are asked by the tests above."""
    ids = {"projectId": shop.facts["project_id"], "environmentId": shop.facts["environment_id"], "serviceId": shop.info()["service"]["id"]}
    one = shop.versions()["v1.4.1"]
    given: Json = {
        **ids,
        "id": one,
        "one": one,
        "other": one,
        "first": 5,
        "after": None,
        "afterEnvironment": None,
        "afterService": None,
        "input": ids,
        "withAutoDeploy": True,
        "withLimits": True,
        "withRegions": True,
        "withValues": True,
        "unrendered": True,
        "commitSha": None,
        "usePreviousImageTag": False,
        "volumeInstanceId": shop.state["volumes"][0]["instance"],
        "workflowId": one,
        "deploymentId": one,
        "startDate": "2026-01-01T00:00:00Z",
        "endDate": "2026-01-01T01:00:00Z",
        "measurements": ["CPU_USAGE"],
        "withMeasurements": True,
        "withHttp": True,
        "beforeLimit": 1,
    }

    def every(room: release.Release) -> list[str]:
        asked = []
        for operation in op.OPERATIONS.values():
            if not operation.changes and operation.name not in BROAD:
                variables = {name: value for name, value in given.items() if f"${name}" in operation.document}
                assert room.client.call(operation, variables=variables)
                asked.append(operation.name)
        return asked

    reads = [operation.name for operation in op.OPERATIONS.values() if not operation.changes]
    assert sorted([*shop.release(every)["seen"], *BROAD]) == sorted(reads)
    assert {entry["status"] for entry in shop.sandbox.journal()} == {200}

# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_deployment against the sandbox: a commit or the newest one deployed, an approval given, a build cancelled."""

from __future__ import annotations

import pytest

from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json
from tests.integration.test_railway_modules import FAULTS

NEVER_DEPLOYED = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
STATE = "serviceInstance deployments serviceInstanceAutoDeployStatus"


@pytest.fixture
def pushed(shop: Shop) -> Shop:
    """The repository has a commit that no deployment was made of."""
    shop.sandbox.patch("api", auto_deploy=False)
    assert shop.sandbox.push("api", commit=NEVER_DEPLOYED, tag="v1.5.0") == ""
    return shop


def test_a_commit_is_planned_deployed_seen_and_not_deployed_again(pushed: Shop) -> None:
    plan = pushed.deployment(check=True, state="deployed", commit=NEVER_DEPLOYED)
    assert plan["changed"] and pushed.changes == []
    done = pushed.deployment(state="deployed", commit=NEVER_DEPLOYED)
    assert plan["changes"] == done["changes"] and pushed.changes == [("serviceInstanceDeployV2", True)]
    assert set(plan["deployment"]) == set(done["deployment"])
    assert (pushed.state["serving"]["id"], pushed.state["serving"]["tag"]) == (done["deployment"]["id"], "v1.5.0")
    pushed.sandbox.clear_journal()
    for check in (True, False):
        again = pushed.deployment(check, state="deployed", commit=NEVER_DEPLOYED[:7])
        assert (again["changed"], again["changes"], again["how"]) == (False, [], "already")
    assert pushed.asked == ["projectToken", STATE] * 2


def test_an_older_commit_runs_with_the_variables_of_today(shop: Shop) -> None:
    done = shop.deployment(state="deployed", commit="77ab310")
    assert shop.state["serving"]["tag"] == "v1.4.1" and shop.state["effects"]["deploys"] == 1
    shown = shop.info(deployment=done["deployment"]["id"])["deployments"][0]
    assert shown["commit"] == done["deployment"]["commit"] and shown["active"]


def test_the_newest_commit_is_deployed_every_time(pushed: Shop) -> None:
    plan = pushed.deployment(check=True, state="deployed")
    assert plan["deployment"]["commit"] == {"known_after": "serviceInstanceDeployV2"}
    first, second = pushed.deployment(state="deployed"), pushed.deployment(state="deployed")
    assert first["changes"] == plan["changes"] and first["deployment"]["commit"] == NEVER_DEPLOYED == second["deployment"]["commit"]
    assert pushed.state["effects"]["deploys"] == 2


@pytest.mark.parametrize("commit", [NEVER_DEPLOYED, None])
def test_what_a_killed_run_began_is_adopted(pushed: Shop, commit: str | None) -> None:
    begun = pushed.deployment(state="deployed", commit=commit, wait=False)
    assert begun["deployment"]["in_progress"]
    done = pushed.deployment(state="deployed", commit=commit)
    assert (done["changes"], done["deployment"]["id"]) == ([], begun["deployment"]["id"])
    assert pushed.state["effects"]["deploys"] == 1


def test_another_build_is_not_raced(shop: Shop) -> None:
    shop.sandbox.push("api", commit="f" * 40, tag="v1.4.3", build_seconds=900)
    assert shop.deployment(state="deployed", commit="77ab310")["failure"]["code"] == "busy"
    assert shop.changes == []


def test_a_commit_that_is_not_in_the_repository(shop: Shop) -> None:
    failure = shop.deployment(state="deployed", commit="0" * 40)["failure"]
    assert (failure["kind"], failure["message"]) == ("not_found", "Commit not found")
    assert shop.state["effects"]["deploys"] == 0


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
@pytest.mark.parametrize("commit", [NEVER_DEPLOYED, None])
def test_whatever_becomes_of_the_answer_it_is_deployed_once(pushed: Shop, kind: str, options: Json, commit: str | None) -> None:
    # A body of another change holds no id, so the new deployment has to be found by what it is.
    pushed.sandbox.fault(kind, vendor="railway", operation="serviceInstanceDeployV2", **options)
    done = pushed.deployment(state="deployed", commit=commit, request_timeout=0.7)
    assert done.get("failure") is None or (kind == "body" and done["failure"]["kind"] == "timeout")
    assert pushed.deployment(state="deployed", commit=NEVER_DEPLOYED)["deployment"]["version"] == "v1.5.0"
    assert pushed.state["effects"]["deploys"] == 1


@pytest.mark.parametrize(("result", "says"), [("FAILED", "Healthcheck failed"), ("CRASHED", "CRASHED"), ("NEEDS_APPROVAL", "state: approved")])
def test_a_build_that_does_not_come_up(pushed: Shop, result: str, says: str) -> None:
    pushed.sandbox.patch("api", deploy_result=result)
    failed = pushed.deployment(state="deployed", commit=NEVER_DEPLOYED)
    assert failed["failure"]["kind"] == "failed" and says in failed["msg"]
    assert pushed.state["serving"]["tag"] == "v1.4.2"


def test_an_approval_lets_it_go_on(pushed: Shop) -> None:
    pushed.sandbox.patch("api", deploy_result="NEEDS_APPROVAL")
    assert pushed.deployment(state="deployed", commit=NEVER_DEPLOYED)["failure"]["code"] == "NEEDS_APPROVAL"
    # It still waits: asking again makes no second one.
    assert pushed.deployment(state="deployed", commit=NEVER_DEPLOYED)["failure"]["code"] == "NEEDS_APPROVAL"
    pushed.sandbox.patch("api", deploy_result=None)
    plan, done = pushed.deployment(check=True, state="approved"), pushed.deployment(state="approved")
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"]
    assert (done["how"], pushed.state["serving"]["id"], pushed.state["effects"]["deploys"]) == ("approve", done["deployment"]["id"], 1)
    assert pushed.deployment(state="approved", deployment="v1.5.0")["changes"] == []


@pytest.mark.parametrize("kind", ["lost", "reset", "graphql_error_after"])
@pytest.mark.parametrize(("state", "operation"), [("approved", "deploymentApprove"), ("cancelled", "deploymentCancel")])
def test_a_lost_answer_is_looked_up(shop: Shop, kind: str, state: str, operation: str) -> None:
    shop.sandbox.patch("api", deploy_result="NEEDS_APPROVAL")
    waiting = shop.sandbox.push("api", tag="v1.4.3")
    shop.sandbox.patch("api", deploy_result=None)
    shop.sandbox.fault(kind, vendor="railway", operation=operation)
    done = shop.deployment(state=state)
    assert done.get("failure") is None and done["deployment"]["id"] == waiting
    assert [effect for _change, effect in shop.changes].count(True) == 1
    assert not shop.deployment(state=state)["changed"]


def test_a_build_is_cancelled_and_nothing_that_runs(shop: Shop) -> None:
    building = shop.sandbox.push("api", tag="v1.4.3", build_seconds=900)
    plan, done = shop.deployment(check=True, state="cancelled"), shop.deployment(state="cancelled")
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"]
    assert (done["deployment"]["id"], done["deployment"]["state"], done["how"]) == (building, "REMOVED", "cancel")
    assert not shop.deployment(state="cancelled", deployment="v1.4.3")["changed"]
    assert shop.deployment(state="cancelled", deployment="v1.4.2", allow="destroy")["failure"]["code"] == "not_cancellable"
    assert shop.state["serving"]["tag"] == "v1.4.2"

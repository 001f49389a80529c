# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_deployment against the sandbox: a commit is deployed once, whatever happens on the way, and nothing that is needed is deleted."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_deployment, vercel_production, vercel_rolling_release
from tests.integration.tasks import Json, sent
from tests.integration.vercel_shop import check_planned_and_done, effects, run

SHA = "77ab310b2281af3309300aaa0020d161371dbe99"
FAULTS = [
    {"kind": "lost"},
    {"kind": "truncated"},
    {"kind": "status", "status": 503},
    {"kind": "reset"},
    {"kind": "rate_limited", "retry_after": 2},
    {"kind": "garbage"},
    {"kind": "timeout_after", "seconds": 2},
]


def deploy(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, vercel_deployment, check, **options)


def app(world: t.Any) -> Json:
    return t.cast(Json, world.state()["components"]["app"])


def planned_then_done(world: t.Any, **options: t.Any) -> Json:
    plan, done = deploy(world, check=True, **options), deploy(world, **options)
    assert not done.get("failed"), done
    assert (plan["changed"], plan["changes"]) == (done["changed"], done["changes"])
    assert set(plan["deployment"] or {}) == set(done["deployment"] or {})
    return done


def test_a_commit_is_deployed_for_a_target_once(sandbox: t.Any) -> None:
    done = planned_then_done(sandbox, sha=SHA, target="preview")
    assert (done["how"], done["deployment"]["state"], done["deployment"]["serving"]) == ("created", "READY", False)
    again = deploy(sandbox, sha=SHA, target="preview")
    assert (again["how"], again["deployment"]["id"], len(again["steps"])) == ("already", done["deployment"]["id"], 2)
    # Production has been built of this commit before: that is its deployment.
    assert deploy(sandbox, sha=SHA)["deployment"]["version"] == "v1.4.1"
    assert app(sandbox)["effects"]["builds"] == 1


def test_the_newest_of_a_branch_goes_live_once_for_each_key(sandbox: t.Any) -> None:
    done = planned_then_done(sandbox, ref="main", key="pipeline-1")
    assert app(sandbox)["serving"]["id"] == done["deployment"]["id"]
    assert done["deployment"]["serving"] is True
    assert not deploy(sandbox, ref="main", key="pipeline-1")["changed"]
    assert deploy(sandbox, ref="main", key="pipeline-2")["changed"]
    assert app(sandbox)["effects"]["builds"] == 2


def test_after_a_rollback_a_build_is_staged_and_said_to_be(sandbox: t.Any) -> None:
    run(sandbox, vercel_production, deployment="v1.4.0")
    done = deploy(sandbox, ref="main", key="pipeline-1")
    assert "staged" in done["notes"][0]
    assert (app(sandbox)["serving"]["tag"], done["deployment"]["serving"]) == ("v1.4.0", False)


def test_with_rolling_releases_it_rolls_out_and_is_not_waited_for_further(sandbox: t.Any) -> None:
    run(sandbox, vercel_rolling_release, stages=[{"percentage": 10}, {"percentage": 100}])
    done = deploy(sandbox, ref="main", key="pipeline-1")
    assert "rolls out" in done["notes"][0]
    assert app(sandbox)["serving"]["tag"] == "v1.4.2"
    active = run(sandbox, vercel_rolling_release, deployment=done["deployment"]["id"], state="active")
    assert not active.get("failed")
    assert deploy(sandbox, deployment=done["deployment"]["id"], state="absent", allow="destroy")["failure"]["code"] == "rolling_release"


def test_a_redeploy_is_an_act_unless_it_has_a_key(sandbox: t.Any) -> None:
    assert sent(planned_then_done(sandbox, deployment="v1.4.2", state="redeployed", key="rotation")) == ["create_deployment"]
    assert deploy(sandbox, deployment="v1.4.2", state="redeployed", key="rotation")["how"] == "already"
    assert deploy(sandbox, deployment="v1.4.2", state="redeployed")["changed"]
    assert app(sandbox)["effects"]["builds"] == 2


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
@pytest.mark.parametrize("wish", [{"ref": "main"}, {"deployment": "v1.4.2", "state": "redeployed"}], ids=["ref", "redeploy"])
def test_whatever_happens_to_the_request_one_deployment_is_made(sandbox: t.Any, wish: Json, fault: Json) -> None:
    sandbox.fault(**{"vendor": "vercel", "operation": "POST /v13/deployments", "changes": True, **fault})
    done = deploy(sandbox, request_timeout=1.0, **wish)
    assert not done.get("failed"), done["msg"]
    assert app(sandbox)["effects"]["builds"] == 1
    assert app(sandbox)["serving"]["id"] == done["deployment"]["id"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
def test_whatever_happens_to_a_cancellation_or_deletion_it_is_done_once(sandbox: t.Any, fault: Json) -> None:
    building = sandbox.push("app", tag="v1.4.3", build_seconds=600)
    sandbox.fault(**{"vendor": "vercel", "operation": "cancel", "changes": True, **fault})
    assert deploy(sandbox, deployment=building, state="canceled", request_timeout=1.0)["deployment"]["state"] == "CANCELED"
    sandbox.fault(**{"vendor": "vercel", "operation": "DELETE /v13/deployments", "changes": True, **fault})
    assert deploy(sandbox, deployment=building, state="absent", allow="destroy", request_timeout=1.0)["how"] == "deleted"
    assert (effects(sandbox, "cancel"), effects(sandbox, "DELETE")) == (1, 1)


@pytest.mark.parametrize(("result", "code"), [("ERROR", "build"), ("CANCELED", "build"), ("BLOCKED", "blocked")])
def test_a_build_that_ends_badly_is_told(sandbox: t.Any, result: str, code: str) -> None:
    sandbox.patch("app", build_result=result)
    assert deploy(sandbox, ref="main")["failure"]["code"] == code
    assert app(sandbox)["serving"]["tag"] == "v1.4.2"


def test_cancel_and_delete_are_planned_done_and_repeated(sandbox: t.Any) -> None:
    building = sandbox.push("app", tag="v1.4.3", build_seconds=600)
    assert sent(check_planned_and_done(sandbox, vercel_deployment, deployment="v1.4.3", state="canceled")) == ["cancel_deployment"]
    assert sent(check_planned_and_done(sandbox, vercel_deployment, deployment=building, state="absent", allow="destroy")) == ["delete_deployment"]
    assert len(deploy(sandbox, deployment=building, state="absent", allow="destroy")["steps"]) == 2


def test_what_production_may_return_to_stays(sandbox: t.Any) -> None:
    for name, options, code in (
        ("v1.4.2", {}, "serving"),
        ("v1.4.1", {"keep": 1}, "kept"),
        ("v1.4.0", {}, "kept"),
        ("v1.4.0", {"keep": 1, "allow": "change"}, "allow"),
    ):
        assert deploy(sandbox, **{"deployment": name, "state": "absent", "allow": "destroy", **options})["failure"]["code"] == code
    assert deploy(sandbox, deployment="v1.4.0", state="absent", keep=1, allow="destroy")["changed"]
    assert run(sandbox, vercel_production, deployment="v1.4.0")["failure"]["kind"] == "not_found"
    assert run(sandbox, vercel_production, deployment="v1.4.1")["changed"]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"sha": "0" * 40}, "invalid"),
        ({"ref": "nothing"}, "invalid"),
        ({"project": "hydrogem", "ref": "main"}, "not_found"),
        ({"deployment": "v9", "state": "redeployed"}, "not_found"),
        ({"deployment": "v1.4.1", "state": "canceled"}, "refused"),
        ({"ref": "main", "allow": "read"}, "refused"),
    ],
)
def test_what_cannot_be_is_refused(sandbox: t.Any, options: Json, kind: str) -> None:
    result = deploy(sandbox, **options)
    assert result["failure"]["kind"] == kind and result["failure"]["hint"]
    assert app(sandbox)["effects"]["builds"] == 0


def test_text_of_the_vendor_is_data(sandbox: t.Any) -> None:
    sandbox.patch("app", build_result="ERROR")
    nasty = "{{ lookup('env', 'HOME') }}\x1b[2J"
    sandbox.fault("status", vendor="vercel", operation="POST /v13/deployments", status=400, message=nasty)
    assert "{{ lookup('env', 'HOME') }}?[2J" in deploy(sandbox, ref="main")["msg"]

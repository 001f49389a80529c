# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_service against the sandbox: only what differs is sent, to one environment, with its region, and read back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import railway_service, railway_service_info
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json
from tests.integration.test_railway_modules import FAULTS

COMMIT, AUTO, LIMITS = "environmentPatchCommit", "serviceInstanceAutoDeployUpdate", "serviceInstanceLimitsUpdate"
READ = "serviceInstance environment serviceInstanceAutoDeployStatus serviceInstanceLimits"
ALL: Json = {
    "replicas": 3,
    "healthcheck_path": "/ready",
    "healthcheck_timeout": "2m",
    "restart_policy": "ALWAYS",
    "restart_max_retries": 5,
    "overlap": "30s",
    "draining": 45,
    "start_command": "node server.js",
    "auto_deploy": False,
    "vcpus": 2,
    "memory_gb": 1.5,
}


def states(shop: Shop, check: bool = False, **options: t.Any) -> Json:
    return shop.run(railway_service, check, **options)


def seen(shop: Shop, **options: t.Any) -> Json:
    return shop.run(railway_service_info, **options)


def test_plan_apply_see_and_repeat(shop: Shop) -> None:
    before = seen(shop)
    plan = states(shop, check=True, **ALL)
    assert plan["changed"] and shop.changes == [] and plan["running"] == 1
    shop.sandbox.clear_journal()
    done = states(shop, **ALL)
    for key in ("changes", "diff", "settings", "notes", "deploys"):
        assert plan[key] == done[key], key
    assert shop.changes == [(AUTO, True), (LIMITS, True), (COMMIT, True)]
    assert shop.asked == ["projectToken", READ, AUTO, LIMITS, COMMIT, READ]
    after = seen(shop)
    assert after["settings"] == done["settings"] != before["settings"] and (after["replicas"], after["running"]) == (3, 3)
    assert after["settings"]["regions"] == {"us-west2": 3}
    assert not shop.state["auto_deploy"] and shop.state["settings"]["limits"] == {"cpu": 2, "memoryBytes": 1_500_000_000}
    shop.sandbox.clear_journal()
    for check in (True, False):
        again = states(shop, check, **ALL)
        assert (again["changed"], again["notes"], again["deploys"]) == (False, [], False)
    assert shop.asked == ["projectToken", READ] * 2


@pytest.mark.parametrize("option", sorted(ALL))
def test_each_setting_by_itself(shop: Shop, option: str) -> None:
    before = shop.state["settings"] | {"auto_deploy": shop.state["auto_deploy"]}
    assert states(shop, **{option: ALL[option]})["changed"] and len(shop.changes) == 1
    after = shop.state["settings"] | {"auto_deploy": shop.state["auto_deploy"]}
    assert len([name for name in after if after[name] != before.get(name)]) == 1
    assert not states(shop, **{option: ALL[option]})["changed"]


def test_only_this_environment_is_touched(shop: Shop) -> None:
    other = {"token": shop.facts["other"]["token"]}
    before = seen(shop, **other)["settings"]
    states(shop, healthcheck_path="/ready", replicas=2)
    assert seen(shop, **other)["settings"] == before


# -- replicas and regions


def test_replicas_make_no_deployment_and_settings_make_one(shop: Shop) -> None:
    done = states(shop, replicas=3)
    assert (done["running"], done["deploys"], shop.state["effects"]["configured"]) == (3, False, 0)
    assert done["notes"] == ["replicas start from the running image and leave without a deployment"]
    done = states(shop, overlap="40s", draining="5s", replicas=2)
    assert done["deploys"] and shop.state["effects"]["configured"] == 1


def test_regions_are_stated_as_a_whole(shop: Shop) -> None:
    done = states(shop, regions={"europe-west4-drams3a": 2, "us-east4-eqdc4a": "1"})
    assert done["running"] == 3 and shop.state["settings"]["multiRegionConfig"] == {
        "europe-west4-drams3a": {"numReplicas": 2},
        "us-east4-eqdc4a": {"numReplicas": 1},
    }
    assert "regions" in shop.asked
    assert not states(shop, regions={"us-east4-eqdc4a": 1, "europe-west4-drams3a": 2})["changed"]
    # One number does not say where.
    refused = states(shop, replicas=4)["failure"]
    assert refused["code"] == "regions" and "europe-west4-drams3a, us-east4-eqdc4a" in refused["message"]
    assert states(shop, regions={"europe-west4-drams3a": 2})["changed"]
    # The one region that is left is not the usual one, and stays.
    assert states(shop, replicas=1)["settings"]["regions"] == {"europe-west4-drams3a": 1}


@pytest.mark.parametrize(("region", "code", "hint"), [("us-west22", "region", "us-west2"), ("us-west1", "deprecated", "us-west2")])
def test_a_region_must_be_there(shop: Shop, region: str, code: str, hint: str) -> None:
    failure = states(shop, regions={region: 1})["failure"]
    assert failure["code"] == code and hint in failure["hint"] and shop.changes == []


# -- the others


def test_an_empty_text_takes_a_setting_away(shop: Shop) -> None:
    states(shop, start_command="node server.js")
    done = states(shop, healthcheck_path="", start_command=" ")
    assert done["diff"] == {
        "before": {"healthcheck_path": "/health", "start_command": "node server.js"},
        "after": {"healthcheck_path": None, "start_command": None},
    }
    assert not states(shop, healthcheck_path="", start_command="")["changed"]


def test_what_cannot_deploy_by_itself_says_why(shop: Shop) -> None:
    shop.sandbox.patch("api", can_auto_deploy=False, auto_deploy=False)
    failure = states(shop, auto_deploy=True)["failure"]
    assert failure["code"] == "auto_deploy" and "not connected to a repository" in failure["message"]
    assert not states(shop, auto_deploy=False)["changed"] and seen(shop)["can_auto_deploy"] is False


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "no setting"),
        ({"replicas": 0}, "from 1 on"),
        ({"replicas": 51}, "more than the 50"),
        ({"regions": {"us-west2": 30, "us-east4-eqdc4a": 30}}, "more than the 50"),
        ({"regions": {}}, "empty"),
        ({"regions": {"us-west2": "many"}}, "from 1 on"),
        ({"regions": {"us-west2": True}}, "from 1 on"),
        ({"healthcheck_path": "health"}, "begins with /"),
        ({"healthcheck_timeout": "soon"}, "healthcheck_timeout"),
        ({"overlap": "1.5s"}, "whole seconds"),
        ({"restart_max_retries": -1}, "0 or more"),
        ({"vcpus": 0}, "above 0"),
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(shop: Shop, options: Json, says: str) -> None:
    failure = states(shop, **options)["failure"]
    assert failure["kind"] == "invalid" and says in f"{failure['message']} {failure['hint']}"
    assert shop.asked == []


# -- what can go wrong


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
@pytest.mark.parametrize("operation", [COMMIT, AUTO, LIMITS])
def test_whatever_becomes_of_the_answer_it_ends_well(shop: Shop, kind: str, options: Json, operation: str) -> None:
    wanted: Json = {COMMIT: {"overlap": "40s"}, AUTO: {"auto_deploy": False}, LIMITS: {"vcpus": 2}}[operation]
    options = {"body": {"data": {operation: None}}} if kind == "body" and operation != AUTO else options
    if kind == "body" and operation == AUTO:
        options = {"body": {"errors": [{"message": "Problem processing request"}]}}
    shop.sandbox.fault(kind, vendor="railway", operation=operation, **options)
    done = states(shop, request_timeout="0.7s", **wanted)
    assert done.get("failure") is None and done["changed"]
    assert shop.state["effects"]["configured"] == (1 if operation == COMMIT else 0)
    assert not states(shop, **wanted)["changed"]


def test_what_was_accepted_and_not_kept_is_a_failure(shop: Shop) -> None:
    shop.sandbox.fault("body", vendor="railway", operation=COMMIT, body={"data": {COMMIT: "11111111-2222-4333-8444-555555555555"}})
    failure = states(shop, overlap="40s")["failure"]
    assert (failure["kind"], failure["code"]) == ("failed", "not_kept") and "overlap" in failure["message"]


def test_the_plan_s_refusal_is_told(shop: Shop) -> None:
    failure = states(shop, vcpus=64)["failure"]
    assert failure["kind"] == "invalid" and "plan" in failure["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"serviceInstance": None},
        {"serviceInstance": {"activeDeployments": None}},
        {"environment": {"config": "text"}},
        {"environment": {"config": {"services": {"x": 1}}}, "serviceInstance": {"activeDeployments": [], "region": None}},
    ],
)
def test_an_answer_of_another_shape_changes_nothing(shop: Shop, change: Json) -> None:
    service = {"activeDeployments": [], "region": "us-west2", "numReplicas": 1}
    body = {"serviceInstance": service, "environment": {"config": {"services": {}}}, **change}
    shop.sandbox.fault("body", vendor="railway", operation="^serviceInstance ", body={"data": body}, times=0)
    failure = states(shop, replicas=2)["failure"]
    assert failure["kind"] in ("protocol", "refused") and shop.changes == []


def test_limits_of_another_shape_change_nothing(shop: Shop) -> None:
    body = {"serviceInstance": {"activeDeployments": []}, "serviceInstanceLimits": {"cpu": 2}}
    shop.sandbox.fault("body", vendor="railway", operation="^serviceInstance ", body={"data": body}, times=0)
    assert states(shop, vcpus=2)["failure"]["kind"] == "protocol" and shop.changes == []


def test_a_token_that_sees_less_is_told_the_rest(shop: Shop) -> None:
    errors = [{"message": "Not Authorized", "path": ["serviceInstanceLimits"], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]
    shop.sandbox.fault("body", vendor="railway", operation="^serviceInstance ", body={"data": None, "errors": errors})
    told = seen(shop)
    assert told["settings"]["healthcheck_path"] == "/health" and told["settings"]["vcpus"] is None and told["replicas"] is None

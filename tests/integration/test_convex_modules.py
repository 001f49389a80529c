# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables and pause of a Convex deployment against the sandbox: plan, do, see, repeat; and what can go wrong."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import convex_deployment, convex_deployment_info, convex_env, convex_env_info
from tests.integration.convex_shop import FAULTS, changes, named, run, state
from tests.integration.tasks import Json, asked

VALUE = "convex-modules-test-8Vd2Kq7Zx4Ns1"
WISH: Json = {"variables": {"NEW_ONE": VALUE, "APP_ENV": "production"}, "absent": ["MAINTENANCE"]}


# -- environment variables
def test_plan_apply_see_and_repeat(sandbox: t.Any) -> None:
    plan = run(sandbox, convex_env, check=True, **WISH)
    assert (plan["changed"], changes(sandbox)) == (True, [])
    done = run(sandbox, convex_env, **WISH)
    assert (plan["changes"], plan["diff"], plan["env"]) == (done["changes"], done["diff"], done["env"])
    assert asked(done) == ["list_environment_variables", "update_environment_variables"]
    assert changes(sandbox) == [("update_environment_variables", True)]
    assert (done["env"]["set"], done["env"]["removed"]) == (["NEW_ONE"], ["MAINTENANCE"])
    seen = run(sandbox, convex_env_info, no_log=True, values=True)["env"]
    assert seen["variables"]["NEW_ONE"] == VALUE
    assert "MAINTENANCE" not in seen["names"]
    assert {name: seen["fingerprints"][name] for name in done["env"]["fingerprints"]} == done["env"]["fingerprints"]
    for check in (True, False):
        again = run(sandbox, convex_env, check, **WISH)
        assert (again["changed"], again["changes"], asked(again)) == (False, [], ["list_environment_variables"])
    assert state(sandbox)["effects"]["env_updates"] == 1


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_to_the_request_it_has_one_effect(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "convex", "operation": "update_environment", "changes": True, **fault})
    done = run(sandbox, convex_env, request_timeout="1s", **WISH)
    assert done["changed"], done
    assert state(sandbox)["effects"]["env_updates"] == 1
    assert VALUE not in str(done)


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "garbage"])
def test_a_fault_while_reading_changes_nothing_for_the_worse(sandbox: t.Any, kind: str) -> None:
    sandbox.fault(kind, vendor="convex", changes=False)
    assert run(sandbox, convex_env, **WISH)["changed"]
    assert state(sandbox)["effects"]["env_updates"] == 1


@pytest.mark.parametrize("body", [[], {"environmentVariables": [1]}, {"environmentVariables": {"A": 7}}, "text"])
def test_an_answer_of_another_shape_is_told_and_changes_nothing(sandbox: t.Any, body: t.Any) -> None:
    sandbox.fault("body", vendor="convex", changes=False, body=body, times=0)
    assert run(sandbox, convex_env, **WISH)["failure"]["kind"] == "protocol"
    assert changes(sandbox) == []


def test_an_answer_without_an_end_is_refused(sandbox: t.Any) -> None:
    sandbox.fault("big", vendor="convex", changes=False, mb=65, times=0)
    assert run(sandbox, convex_env_info)["failure"]["kind"] == "protocol"


def test_what_the_vendor_refuses_is_told_without_the_value(sandbox: t.Any) -> None:
    many = {f"V{number}": VALUE for number in range(600)}
    failure = run(sandbox, convex_env, variables=many)["failure"]
    assert (failure["kind"], failure["code"]) == ("invalid", "TooManyEnvVars")
    assert state(sandbox)["effects"]["env_updates"] == 0


# -- keys
def test_a_key_that_may_not_is_told_what_it_lacks(sandbox: t.Any) -> None:
    failure = run(sandbox, convex_env, deploy_key=sandbox.run["convex"]["ci_key"], **WISH)["failure"]
    assert (failure["kind"], failure["hint"]) == ("permission", "Make a deploy key that has the permission deployment:env:view")


@pytest.mark.parametrize("holder", ["deploy_key", "admin_key", "team_token"])
def test_each_kind_of_key_is_accepted(sandbox: t.Any, holder: str) -> None:
    assert run(sandbox, convex_env_info, deploy_key=sandbox.run["convex"][holder])["env"]["deployment"] == sandbox.run["convex"]["deployment"]


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"deploy_key": "prod:happy-otter-123"}, "auth", "truncated_key"),
        ({"deploy_key": "prod:happy-otter-123|wrong-9Kd3Vw7Zx1Nq5"}, "auth", "BadAdminKey"),
        ({"deploy_key": "prod:brisk-heron-456|wrong-9Kd3Vw7Zx1Nq5"}, "refused", "deployment"),
        ({"deploy_key": "prod:brisk-heron-456|wrong-9Kd3Vw7Zx1Nq5", "deployment": None}, "auth", "BadDeployKey"),
        ({"deployment": "brisk-heron-456"}, "refused", "deployment"),
        ({"url": "http://127.0.0.1:1"}, "vendor_down", ""),
        ({"url": "not an address"}, "invalid", ""),
        ({"deadline": "0s"}, "invalid", ""),
        ({"allow": "read"}, "refused", "allow"),
    ],
)
def test_bad_input_gets_one_clear_message(sandbox: t.Any, options: Json, kind: str, code: str) -> None:
    result = run(sandbox, convex_env, **{**WISH, **options})
    failure = result["failure"]
    assert (failure["kind"], failure["code"]) == (kind, code)
    assert failure["hint"]
    assert not result["changed"]
    assert changes(sandbox) == []
    assert "wrong-" not in str(result)


def test_text_of_the_vendor_is_data(sandbox: t.Any) -> None:
    nasty = "{{ lookup('env', 'HOME') }}\x1b[2J"
    sandbox.fault("status", vendor="convex", status=400, message=nasty)
    assert "{{ lookup('env', 'HOME') }}?[2J" in run(sandbox, convex_env_info)["msg"]


# -- pause
def test_an_app_is_paused_and_runs_again(sandbox: t.Any) -> None:
    for wish, effect in (("paused", "pauses"), ("running", "unpauses")):
        plan = run(sandbox, convex_deployment, check=True, state=wish)
        done = run(sandbox, convex_deployment, state=wish)
        assert plan["changed"] is done["changed"] is True
        assert (plan["changes"], plan["diff"], plan["deployment"]) == (done["changes"], done["diff"], done["deployment"])
        assert state(sandbox)["effects"][effect] == 1
        assert run(sandbox, convex_deployment_info)["deployment"]["state"] == wish
        again = run(sandbox, convex_deployment, state=wish)
        assert (again["changed"], asked(again)) == (False, ["run_query"])
    assert len(changes(sandbox)) == 2


@pytest.mark.parametrize("wish", ["paused", "running"])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_it_is_paused_or_runs(sandbox: t.Any, fault: Json, wish: str) -> None:
    sandbox.patch("functions", user="none" if wish == "paused" else "paused")
    sandbox.fault(**{"vendor": "convex", "operation": "pause", "changes": True, **fault})
    assert run(sandbox, convex_deployment, state=wish, request_timeout="1s")["deployment"]["state"] == wish
    effects = state(sandbox)["effects"]
    assert effects["pauses"] + effects["unpauses"] == 1


def test_what_convex_has_stopped_is_refused(sandbox: t.Any) -> None:
    sandbox.patch("functions", usage_limit="disabled")
    for check in (True, False):
        assert run(sandbox, convex_deployment, check, state="paused")["failure"]["code"] == "stopped"
    assert changes(sandbox) == []


def test_a_state_that_nobody_has_heard_of_changes_nothing(sandbox: t.Any) -> None:
    sandbox.fault("unknown_status", vendor="convex", changes=False, times=0)
    assert run(sandbox, convex_deployment, state="paused").get("failed")
    assert changes(sandbox) == []


def test_what_is_known_of_it_is_told(sandbox: t.Any) -> None:
    result = run(sandbox, convex_deployment_info)
    convex, told = sandbox.run["convex"], result["deployment"]
    assert (told["name"], told["state"], told["kind"], told["type"]) == (convex["deployment"], "running", "cloud", "prod")
    assert (told["project"], told["project_id"], told["team_id"]) == (convex["project"], convex["project_id"], convex["team_id"])
    assert told["site_url"] == convex["site_url"]
    assert "deployment:env:view" in told["key"]["permissions"]
    assert len(result["steps"]) == 5
    little = run(sandbox, convex_deployment_info, deploy_key=convex["ci_key"])["deployment"]
    assert (little["type"], little["state"], little["key"]["permissions"]) == (None, "running", ["deployment:deploy"])

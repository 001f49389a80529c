# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploy keys and the log of a Convex deployment against the sandbox."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import (
    convex_deploy_key,
    convex_deploy_key_info,
    convex_deployment_info,
    convex_function,
    convex_log_info,
)
from tests.integration.convex_shop import FAULTS, changes, named, run, state
from tests.integration.tasks import Json, asked

CI: Json = {"name": "ci-2026-11", "permissions": ["deployment:deploy"]}


def manage(world: t.Any, module: t.Any, check: bool = False, no_log: bool = True, **options: t.Any) -> Json:
    convex = world.run["convex"]
    ours = {"deploy_key": None, "url": None, "token": convex["team_token"], "api_url": convex["management_url"]}
    return run(world, module, check, no_log, **{**ours, **options})


def ensure(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return manage(world, convex_deploy_key, check, **options)


def names(world: t.Any) -> list[str]:
    return [key["name"] for key in manage(world, convex_deploy_key_info, no_log=False)["deploy_keys"]]


# -- keys
def test_a_key_is_made_used_and_deleted(sandbox: t.Any) -> None:
    plan = ensure(sandbox, check=True, **CI)
    assert (plan["changed"], changes(sandbox)) == (True, [])
    done = ensure(sandbox, **CI)
    assert (plan["changes"], plan["diff"], asked(done)) == (done["changes"], done["diff"], ["list_deploy_keys", "create_deploy_key"])
    made = done["deploy_key"]["value"]
    told = run(sandbox, convex_deployment_info, deploy_key=made)["deployment"]
    assert (told["name"], told["key"]["permissions"]) == (sandbox.run["convex"]["deployment"], ["deployment:deploy"])
    again = ensure(sandbox, **CI)
    assert (again["changed"], again["deploy_key"]["value"], asked(again)) == (False, None, ["list_deploy_keys"])
    assert names(sandbox) == ["ansible", "ci", "ci-2026-11"]
    used = {key["name"]: key["last_used_at"] for key in manage(sandbox, convex_deploy_key_info)["deploy_keys"]}
    assert (used["ci"], used["ci-2026-11"] is not None) == (None, True)
    for check in (True, False):
        assert ensure(sandbox, check, name="ci", state="absent")["changed"]
    assert not ensure(sandbox, name="ci", state="absent")["changed"]
    assert run(sandbox, convex_deployment_info, deploy_key=sandbox.run["convex"]["ci_key"])["failure"]["kind"] == "auth"
    assert names(sandbox) == ["ansible", "ci-2026-11"]


def test_a_key_lives_as_long_as_it_is_told(sandbox: t.Any) -> None:
    made = ensure(sandbox, **CI, lifetime="1h")["deploy_key"]["value"]
    assert not run(sandbox, convex_deployment_info, deploy_key=made).get("failed")
    sandbox.advance(3700)
    assert run(sandbox, convex_deployment_info, deploy_key=made)["failure"]["kind"] == "auth"


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_one_key_is_there_and_its_value_known(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "convex", "operation": "create_deploy_key", **fault})
    done = ensure(sandbox, request_timeout="1s", **CI)
    assert names(sandbox).count("ci-2026-11") == 1
    assert not run(sandbox, convex_deployment_info, deploy_key=done["deploy_key"]["value"]).get("failed"), done


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_the_key_is_gone(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "convex", "operation": "delete_deploy_key", **fault})
    assert ensure(sandbox, request_timeout="1s", name="ci", state="absent")["changed"]
    assert names(sandbox) == ["ansible"]


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"deployment": "happy-oter-123"}, "not_found", None),
        ({"token": "wrong-4Gd8Kw2Zx6Vn"}, "auth", None),
        ({"name": "ci", "permissions": ["deployment:pause"]}, "refused", "permissions"),
        ({"allow": "read"}, "refused", "allow"),
    ],
)
def test_bad_input_gets_one_clear_message(sandbox: t.Any, options: Json, kind: str, code: str | None) -> None:
    result = ensure(sandbox, **{**CI, **options})
    failure = result["failure"]
    assert (failure["kind"], failure["code"]) == (kind, code or failure["code"])
    assert failure["hint"]
    assert changes(sandbox) == []
    assert "wrong-" not in str(result)


def test_near_names_are_told(sandbox: t.Any) -> None:
    hint = ensure(sandbox, **CI, deployment="happy-oter-123")["failure"]["hint"]
    assert sandbox.run["convex"]["deployment"] in hint


def test_a_result_that_would_be_shown_is_refused(sandbox: t.Any) -> None:
    assert manage(sandbox, convex_deploy_key, no_log=False, **CI)["failure"]["code"] == "no_log"
    assert sandbox.journal(vendor="convex") == []


# -- the log
def act(world: t.Any, path: str, kind: str = "query") -> Json:
    return run(world, convex_function, path=path, type=kind)


def test_what_ran_is_told_once(sandbox: t.Any) -> None:
    act(sandbox, "health:check")
    act(sandbox, "reports:broken")
    first = run(sandbox, convex_log_info)
    assert [(each["function"], each["error"] is None) for each in first["entries"]][-2:] == [("health:check", True), ("reports:broken", False)]
    assert "rows that are not there" in first["entries"][-1]["error"]
    assert (asked(first), first["changed"]) == (["stream_function_logs"], False)
    assert [each["function"] for each in run(sandbox, convex_log_info, errors_only=True)["entries"]] == ["reports:broken"]
    assert run(sandbox, convex_log_info, cursor=first["cursor"])["entries"] == []
    act(sandbox, "notifications:send", "action")
    news = run(sandbox, convex_log_info, cursor=first["cursor"])["entries"]
    assert [(each["function"], each["type"], each["log_lines"]) for each in news] == [
        ("notifications:send", "Action", ["[INFO] 'sent a notification for nobody'"])
    ]
    assert state(sandbox)["effects"]["pushes"] == 0


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "garbage"])
def test_a_look_is_taken_again_after_a_fault(sandbox: t.Any, kind: str) -> None:
    sandbox.fault(kind, vendor="convex", operation="stream_function_logs")
    assert not run(sandbox, convex_log_info).get("failed")


def test_a_log_without_an_end_is_refused(sandbox: t.Any) -> None:
    sandbox.fault("big", vendor="convex", mb=65, times=0)
    assert run(sandbox, convex_log_info)["failure"]["kind"] == "protocol"


def test_a_key_may_lack_the_permission(sandbox: t.Any) -> None:
    failure = run(sandbox, convex_log_info, deploy_key=sandbox.run["convex"]["ci_key"])["failure"]
    assert (failure["kind"], failure["hint"]) == ("permission", "Make a deploy key that has the permission deployment:logs:view")

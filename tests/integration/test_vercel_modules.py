# SPDX-License-Identifier: GPL-3.0-or-later
"""The Vercel modules against the sandbox: plan, do, see that it is so, do it again; and everything that can go wrong on the way."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import release
from ansible_collections.saasops.runbooks.plugins.modules import vercel_deployment_info, vercel_production
from tests.integration.tasks import Json
from tests.integration.vercel_shop import TEAM, run

ROLLBACK = "rollback"


@pytest.fixture
def world(sandbox: t.Any) -> t.Any:
    sandbox.scenario("bad-release")
    return sandbox


def production(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, vercel_production, check, **options)


def serving(world: t.Any) -> str:
    found = [it["version"] for it in run(world, vercel_deployment_info, target="production")["deployments"] if it["serving"]]
    assert len(found) == 1
    return str(found[0])


def changes(world: t.Any) -> list[tuple[str, bool]]:
    return [(entry["operation"].rsplit(" ", 1)[-1], entry["effect"]) for entry in world.journal(changes=True)]


def effects(world: t.Any) -> Json:
    return t.cast(Json, world.state()["components"]["app"]["effects"])


# -- the ordinary way
def test_plan_apply_see_and_repeat(world: t.Any) -> None:
    plan = production(world, check=True, deployment="v1.4.1", description="bad release")
    assert (plan["changed"], changes(world)) == (True, [])
    done = production(world, deployment="v1.4.1", description="bad release")
    assert done["changed"]
    assert (plan["changes"], plan["diff"]) == (done["changes"], done["diff"])
    assert set(plan["production"]["deployment"]) == set(done["production"]["deployment"])
    assert changes(world) == [("/v1/projects/{id}/rollback/{id}", True)]
    assert serving(world) == "v1.4.1"
    state = world.state()["components"]["app"]
    assert (state["serving"]["tag"], state["auto_assign"], state["effects"]["domain_switches"]) == ("v1.4.1", False, 1)
    for check in (True, False):
        again = production(world, check, deployment="v1.4.1", description="bad release")
        assert (again["changed"], again["changes"], again["production"]["how"]) == (False, [], "already")
    assert len(changes(world)) == 1


@pytest.mark.parametrize("name", ["id", "address", "tag", "commit", "short commit"])
def test_a_deployment_has_many_names(world: t.Any, name: str) -> None:
    good = next(it for it in run(world, vercel_deployment_info)["deployments"] if it["version"] == "v1.4.1")
    names = {"id": good["id"], "address": good["url"], "tag": "v1.4.1", "commit": good["commit"], "short commit": good["commit"][:7]}
    assert production(world, deployment=names[name])["production"]["deployment"]["id"] == good["id"]
    assert [it["id"] for it in run(world, vercel_deployment_info, deployment=names[name])["deployments"]] == [good["id"]]


def test_the_assignment_alone(world: t.Any) -> None:
    for wish, changed in ((True, False), (False, True), (False, False), (True, True)):
        plan = production(world, check=True, auto_assign=wish)
        done = production(world, auto_assign=wish)
        assert plan["changed"] == done["changed"] == changed
        assert plan["changes"] == done["changes"]
        assert world.state()["components"]["app"]["auto_assign"] is wish


def test_a_staged_build_goes_live_and_the_pin_stays(world: t.Any) -> None:
    production(world, deployment="v1.4.1")
    world.add("app", tag="v1.5.0")
    plan = production(world, check=True, deployment="v1.5.0")
    done = production(world, deployment="v1.5.0")
    assert [change["operation"] for change in done["changes"]] == ["request_promote", "update_project"]
    assert plan["changes"] == done["changes"]
    assert serving(world) == "v1.5.0"
    assert world.state()["components"]["app"]["auto_assign"] is False
    assert not production(world, deployment="v1.5.0")["changed"]


def test_a_new_build_goes_live(world: t.Any) -> None:
    old = next(it for it in run(world, vercel_deployment_info)["deployments"] if it["version"] == "v1.4.0")
    world.patch("app", "v1.4.0", can_rollback=False)
    assert production(world, deployment="v1.4.0")["failure"]["code"] == "not_restorable"
    plan = production(world, check=True, deployment="v1.4.0", rebuild=True)
    done = production(world, deployment="v1.4.0", rebuild=True)
    assert plan["changes"] == done["changes"]
    told = done["production"]["deployment"]
    assert (told["version"], told["rebuild_of"], done["production"]["how"]) == ("v1.4.0", old["id"], "rebuild")
    assert serving(world) == "v1.4.0"
    assert effects(world)["builds"] == 1


def test_the_list_can_be_narrowed(world: t.Any) -> None:
    def versions(**filters: t.Any) -> list[str]:
        return [it["version"] for it in run(world, vercel_deployment_info, **filters)["deployments"]]

    assert versions() == ["v1.4.2", "next", "v1.4.2-rc1", "v1.4.1", "v1.4.0"]
    assert versions(target="production", state=["READY"]) == ["v1.4.2", "v1.4.1", "v1.4.0"]
    assert versions(target="preview") == ["next"]
    assert versions(state=["ERROR"]) == ["v1.4.2-rc1"]
    assert versions(commit="77ab310") == ["v1.4.1"]
    assert versions(limit=2) == ["v1.4.2", "next"]
    assert versions(deployment="v0.0.0") == []
    assert changes(world) == []


# -- what can go wrong on the way
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost"},
        {"kind": "truncated"},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 500, "body_html": True},
        {"kind": "reset"},
        {"kind": "rate_limited", "retry_after": 2},
        {"kind": "garbage"},
        {"kind": "timeout_after", "seconds": 2},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_whatever_happens_to_the_request_it_has_one_effect(world: t.Any, fault: Json) -> None:
    world.fault(**{"vendor": "vercel", "operation": ROLLBACK, "changes": True, **fault})
    done = production(world, deployment="v1.4.1", request_timeout=1.0)
    assert done["changed"]
    assert effects(world)["domain_switches"] == 1
    assert sum(effects(world)["rollbacks"].values()) == 1
    assert serving(world) == "v1.4.1"


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "garbage"])
def test_a_fault_while_reading_changes_nothing_for_the_worse(world: t.Any, kind: str) -> None:
    world.fault(kind, vendor="vercel", changes=False, skip=1)
    result = production(world, deployment="v1.4.1")
    assert not result.get("failed")
    assert effects(world)["domain_switches"] == 1


def test_an_answer_that_stays_somebody_elses_is_told_and_changes_nothing(world: t.Any) -> None:
    world.fault("garbage", vendor="vercel", changes=False, skip=1, times=10)
    assert production(world, deployment="v1.4.1")["failure"]["kind"] == "protocol"
    assert effects(world)["domain_switches"] == 0


def test_domains_that_do_not_move_are_named_and_the_rerun_converges(world: t.Any) -> None:
    world.patch("app", failing_aliases=["www.example.com"])
    failure = production(world, deployment="v1.4.1")["failure"]
    assert failure["kind"] == "failed"
    assert "www.example.com" in failure["message"]
    world.patch("app", failing_aliases=[])
    assert production(world, deployment="v1.4.1")["changed"]
    assert set(world.state()["components"]["app"]["domains"].values()) == {production(world, deployment="v1.4.1")["production"]["deployment"]["id"]}


def test_a_job_of_somebody_else_is_waited_for_when_it_goes_our_way(world: t.Any) -> None:
    old = run(world, vercel_deployment_info, deployment="v1.4.0")["deployments"][0]
    answer = requests.post(
        f"{world.url('vercel')}/v1/projects/{old['project_id']}/rollback/{old['id']}",
        params={"slug": TEAM},
        headers={"Authorization": f"Bearer {world.token('vercel')}"},
        json={},
        timeout=10,
    )
    assert answer.status_code == 201
    assert production(world, check=True, deployment="v1.4.1")["failure"]["code"] == "busy"
    plan = production(world, check=True, deployment="v1.4.0")
    done = production(world, deployment="v1.4.0")
    assert (plan["changes"], done["changes"]) == ([], [])
    assert (plan["diff"], plan["changed"]) == (done["diff"], True)
    assert serving(world) == "v1.4.0"
    assert len(changes(world)) == 1


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"project": "hydrogem"}, "not_found", "not_found"),
        ({"token": "wrong-8Lw2QxVz5CnTj7MbRs4Kd9Gf"}, "auth", "forbidden"),
        ({"team": "example-staging"}, "permission", None),
        ({"team": None}, "not_found", None),
        ({"deployment": "v1.4.2-rc1"}, "refused", "failed"),
        ({"deployment": "next"}, "not_found", None),
        ({"deployment": "nothing"}, "not_found", None),
        ({"api_url": "http://127.0.0.1:1"}, "vendor_down", None),
        ({"api_url": "not an address"}, "invalid", None),
        ({"request_timeout": -1.0}, "invalid", None),
        ({"deadline": 0.0}, "invalid", None),
        ({"allow": "read"}, "refused", "allow"),
    ],
)
def test_bad_input_gets_one_clear_message(world: t.Any, options: Json, kind: str, code: str | None) -> None:
    result = production(world, **{"deployment": "v1.4.1", **options})
    failure = result["failure"]
    assert failure["kind"] == kind
    assert code in (None, failure["code"])
    assert failure["hint"]
    assert result["msg"].count("\n") == 0
    assert not result["changed"]
    assert effects(world)["domain_switches"] == 0
    assert str(options.get("token", "wrong-")) not in result["msg"]


@pytest.mark.parametrize(
    ("target", "patch", "code"),
    [
        ("v1.4.1", {"can_rollback": False}, "not_restorable"),
        ("v1.4.1", {"omit": ["isRollbackCandidate"]}, "unknown_restorable"),
        ("v1.4.1", {"state": "BUILDING"}, "not_ready"),
        ("v1.4.1", {"state": "CANCELED"}, "failed"),
        ("v1.4.1", {"raw": {"readyState": "HIBERNATING"}}, "failed"),
        ("v1.4.1", {"raw": {"softDeletedByRetention": True}}, "failed"),
        (None, {"rolling_release": {"canary": "v1.4.2"}, "rolling_config": {"target": "production"}}, "rolling_release"),
        (None, {"request": {"to": "v1.4.0"}}, "busy"),
    ],
)
def test_what_must_not_pass_is_refused_before_anything_is_sent(world: t.Any, target: str | None, patch: Json, code: str) -> None:
    world.patch("app", target, **patch)
    for check in (True, False):
        failure = production(world, check, deployment="v1.4.1")["failure"]
        assert failure["code"] == code
        assert failure["hint"]
    assert changes(world) == []


def test_a_plan_that_does_not_go_further_back_is_told(world: t.Any) -> None:
    world.patch("app", plan="hobby")
    assert production(world, deployment="v1.4.0")["failure"]["kind"] == "plan"
    assert production(world, deployment="v1.4.1")["changed"]


def test_text_of_the_vendor_is_data(world: t.Any) -> None:
    nasty = "{{ lookup('env', 'HOME') }}\x1b[2J"
    world.fault("status", vendor="vercel", status=400, message=nasty)
    result = production(world, deployment="v1.4.1")
    assert "{{ lookup('env', 'HOME') }}?[2J" in result["msg"]


# -- the capability's side
def of_component(world: t.Any, do: t.Callable[[release.VercelRelease], Json], check: bool = False) -> Json:
    component = {
        "name": "app",
        "component_vendor": "vercel",
        "vercel_project": "hydrogen",
        "vercel_team": TEAM,
        "vercel_api_url": world.url("vercel"),
        "vercel_deployment_url": "http://127.0.0.1:1/deployments/{id}",
    }
    token = {"token": world.token("vercel"), "api_token": None}
    params = {"request_timeout": 5.0, "deadline": 300.0, "allow": "change"}
    return outcome(lambda task: {"seen": do(release.open(task, component, token))}, params, check)


def test_a_release_is_rolled_back_and_the_pin_undone(world: t.Any) -> None:
    bad, *_rest = history = of_component(world, lambda found: found.read())["seen"]["history"]
    good = next(it for it in history if it["version"] == "v1.4.1")
    assert good["url"] == f"http://127.0.0.1:1/deployments/{good['id']}"

    def there(found: release.VercelRelease) -> Json:
        found.read()
        return found.ensure(good, "bad release")

    def back(found: release.VercelRelease) -> Json:
        found.read()
        return found.undo_pin(bad)

    for act, after in ((there, (good["id"], True)), (back, (bad["id"], False))):
        plan = of_component(world, act, check=True)
        done = of_component(world, act)
        again = of_component(world, act)
        assert plan["changes"] == done["changes"] != []
        assert (again["changes"], again["seen"]["how"]) == ([], "already")
        state = of_component(world, lambda found: found.read())["seen"]
        assert (state["serving"]["id"], state["pinned"]) == after
        assert (state["busy"], state["rolling_release"], state["paused"]) == (None, None, False)
    assert effects(world)["domain_switches"] == 2


def test_a_push_during_the_pin_stays_staged_and_is_told(world: t.Any) -> None:
    production(world, deployment="v1.4.1")
    world.push("app", tag="v1.4.3", build_seconds=0)
    state = of_component(world, lambda found: found.read())["seen"]
    newest = state["history"][0]
    assert (newest["version"], newest["served"], state["serving"]["version"], state["busy"]) == ("v1.4.3", False, "v1.4.1", None)

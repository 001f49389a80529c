# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that a rollback may not go to: each is refused with its reason before anything is changed, and what the screen says to do
instead is done here, and works."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import check_fits, check_refused, offers, said
from tests.harness.world import Run, World

NewWorld = t.Callable[..., World]
Act = t.Callable[[World], t.Any]
V140, V141 = "4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1", "77ab310b2281af3309300aaa0020d161371dbe99"


def to(target: str) -> list[str]:
    return ["-e", f"rollback_to={target}"]


def identity(world: World, component: str, tag: str) -> str:
    return next(str(one["id"]) for one in world.sandbox.state(component)["deployments"] if one["tag"] == tag)


@dataclasses.dataclass
class Case:
    """``components`` are what --limit leaves (empty: all). ``then`` is what a person does where the screen names no command."""

    name: str
    components: str
    prepare: Act
    arguments: list[str] | t.Callable[[World], list[str]]
    reasons: tuple[str, ...]
    offer: str = ""
    rebuild: bool = False
    then: Act | None = None
    settings: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    scenario: str = "bad-release"

    def limit(self) -> list[str]:
        return ["--limit", self.components] if self.components else []

    def whole(self, world: World) -> list[str]:
        own = self.arguments(world) if callable(self.arguments) else self.arguments
        return [*self.limit(), *own]


def patched(component: str, deployment: str | None = None, **changes: t.Any) -> Act:
    return lambda world: world.sandbox.patch(component, deployment, **changes)


def added(component: str, tag: str, **changes: t.Any) -> Act:
    return lambda world: world.sandbox.add(component, tag=tag, created="2d", set=changes)


def pushed(component: str) -> Act:
    return lambda world: world.sandbox.push(component, tag="v1.4.3", bad=True, build_seconds=300)


def built(world: World) -> None:
    """The deployment under way has ended, and is as bad as the one before it."""
    world.sandbox.advance(600)


def noted(**facts: t.Any) -> Act:
    """What the ledger knows of v1.4.0 (``bad``), of the serving release (``schema_floor``), or of rotated secrets, on both vendors."""

    def act(world: World) -> None:
        with ledger(world) as store:
            for component in ("app", "api"):
                if "rotated" in facts:
                    releases.rotated(store, "by hand", component, facts["rotated"])
                    continue
                tag = "v1.4.0" if "bad" in facts else "v1.4.2"
                commit = next(one["commit"] for one in world.sandbox.state(component)["deployments"] if one["tag"] == tag)
                about = {"id": identity(world, component, tag), "commit": commit, "version": tag}
                values = {"bad_at": 1.0, "bad_reason": facts["bad"]} if "bad" in facts else facts
                releases.note(store, "by hand", component, about, **values)

    return act


def nothing(_world: World) -> None:
    """The scenario has it already."""


def rollback_at_railway(world: World) -> None:
    """Somebody rolls back in the dashboard: a new deployment of the old image is coming up."""
    import requests

    railway = world.sandbox_run["railway"]
    mutation = {"query": "mutation($id: String!) { deploymentRollback(id: $id) }", "variables": {"id": identity(world, "api", "v1.4.0")}}
    answer = requests.post(railway["url"], json=mutation, headers={"Project-Access-Token": railway["token"]}, timeout=10)
    assert answer.json().get("data") == {"deploymentRollback": True}, answer.text
    world.sandbox.clear_journal()


def elsewhere(world: World) -> list[str]:
    """A deployment of the same service in another environment, as Railway would show it to a token that sees both."""
    railway, foreign = world.sandbox_run["railway"], "11111111-2222-4333-8444-555555555555"
    shown = {
        "id": foreign,
        "status": "SUCCESS",
        "createdAt": "2026-11-18T03:00:00.000Z",
        "projectId": railway["project_id"],
        "environmentId": railway["other"]["environment_id"],
        "serviceId": world.sandbox.state("api")["service_id"],
    }
    world.sandbox.fault("body", vendor="railway", operation="^deployment$", times=0, body={"data": {"deployment": shown}})
    return to(foreign)


CASES = [
    Case("not ready", "app", added("app", "v1.4.1-b", state="BUILDING", substate=None), to("v1.4.1-b"), ("is not ready (BUILDING)",), V141),
    Case("failed", "", nothing, to("v1.4.2-rc1"), ("never became good (ERROR)", "never became good (FAILED)"), V141),
    Case("cancelled on Vercel", "app", added("app", "v1.4.1-c", state="CANCELED", substate=None), to("v1.4.1-c"), ("never became good (CANCELED)",), V141),
    Case("skipped on Railway", "api", added("api", "v1.4.1-c", status="SKIPPED"), to("v1.4.1-c"), ("never became good (SKIPPED)",), V141),
    Case("removed on Vercel", "app", patched("app", "v1.4.0", expired=True), to("v1.4.0"), ("can no longer be returned to (removed",), V140, rebuild=True),
    Case("never served", "app", added("app", "v1.4.1-s"), to("v1.4.1-s"), ("has never served production",), V141),
    Case(
        "of another project on Vercel",
        "app",
        nothing,
        lambda world: to(identity(world, "dashboard", "v0.8.0")),
        ("is not a deployment of hydrogen",),
        V141,
    ),
    Case(
        "of another service on Railway",
        "api-2",
        nothing,
        lambda world: to(identity(world, "api-4", "v1.4.1")),
        ("belongs to service",),
        V141,
        scenario="fleet",
        settings={"components": 4},
    ),
    Case("of another environment on Vercel", "app", nothing, lambda world: to(identity(world, "app", "next")), ("is a preview deployment",), V141),
    Case("of another environment on Railway", "api", nothing, elsewhere, ("belongs to environment",), V141),
    Case("canRollback false", "api", patched("api", "v1.4.0", can_rollback=False), to("v1.4.0"), ("can no longer be returned to",), V140, rebuild=True),
    Case("past the plan's retention", "api", nothing, to("4d20c7e"), ("past the plan's retention",), V140, rebuild=True, settings={"railway_plan": "free"}),
    Case(
        "every image gone, and no target named",
        "api",
        lambda world: [world.sandbox.patch("api", tag, can_rollback=False) for tag in ("v1.4.0", "v1.4.1")],
        [],
        ("no earlier release that the vendor can still return to",),
        V141,
        rebuild=True,
    ),
    Case(
        "isRollbackCandidate missing",
        "app",
        patched("app", "v1.4.0", omit=["isRollbackCandidate"]),
        to("v1.4.0"),
        ("does not say whether",),
        V140,
        rebuild=True,
    ),
    Case("marked bad in the ledger", "", noted(bad="checkout 500s"), to("v1.4.0"), ("v1.4.0 4d20c7e is marked bad: checkout 500s",), V141),
    Case("older than the schema floor", "", noted(schema_floor="v1.4.1"), to("v1.4.0"), ("older than the oldest release that fits today's data",), V141),
    Case("holding a rotated secret", "", noted(rotated=["JWT_SECRET"]), to("v1.4.1"), ("holds the old value of JWT_SECRET",), V141, rebuild=True),
    Case("unknown", "", nothing, to("v9.9.9"), ("there is no deployment v9.9.9 in hydrogen", "there is no deployment v9.9.9 in api"), V141),
    Case(
        "while another rollback is under way on Vercel",
        "app",
        patched("app", request={"to": "v1.4.0", "type": "rollback", "status": "in-progress"}),
        [],
        ("rollback to dpl_", "is in progress", "Wait for it to end"),
        then=patched("app", request={"to": "v1.4.0", "type": "rollback", "status": "failed"}),
    ),
    Case(
        "while another rollback is under way on Railway",
        "api",
        rollback_at_railway,
        to("v1.4.1"),
        ("rollback to v1.4.0 4d20c7e is in progress", "Wait for it to end"),
        then=built,
    ),
    Case("while a deployment is under way on Vercel", "app", pushed("app"), to("v1.4.1"), ("deployment dpl_", "Wait for it to end"), then=built),
    Case("while a deployment is under way on Railway", "api", pushed("api"), to("v1.4.1"), ("deployment v1.4.3", "Wait for it to end"), then=built),
    Case(
        "during a rolling release",
        "app",
        patched("app", rolling_release={"canary": "v1.4.2"}, rolling_config={"target": "production"}),
        [],
        ("a rolling release is active", "Abort it first in the dashboard"),
        then=patched("app", rolling_release=None),
    ),
    Case(
        "when the answer lacks automatic assignment",
        "app",
        patched("app", omit=["autoAssignCustomDomains"]),
        [],
        ("lacks the field that says whether new builds go live", "then try again"),
        then=patched("app", omit=[]),
    ),
    Case("when the project is paused", "app", patched("app", paused=True), [], ("the project is paused", "Unpause it"), then=patched("app", paused=False)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_target_is_refused_and_what_the_screen_offers_works(case: Case, new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world(case.scenario, **case.settings)
    case.prepare(world)
    arguments = case.whole(world)
    refused = launcher.play(world, "rollback", *arguments)
    check_refused(world, refused, *case.reasons)
    check_fits(refused)
    if case.offer:
        expected = [*to(case.offer[:7]), *(["-e", "rollback_rebuild=true"] if case.rebuild else [])]
        assert expected in offers(refused), refused.summary
        for offer in offers(refused):
            assert offer == expected, f"the screen offers {offer}, too:\n{refused.summary}"
        arguments = [*case.limit(), *expected]
    else:
        assert case.then is not None
        case.then(world)
    done = launcher.play(world, "rollback", *arguments)
    assert done.code == 0, done.output
    assert "ROLLED BACK" in done.headline
    acted = sorted(name for name, outcome in done.stats["outcomes"].items() if outcome == "done")
    assert acted == (case.components or "api,app").split(",")
    for component in acted:
        serving = world.sandbox.state(component)["serving"]
        assert serving["commit"] == (case.offer or V141)
        assert not serving["bad"]


def is_renamed(world: World, launcher: Launcher, component: str, variable: str, wrong: str, *reasons: str) -> Run:
    """A misspelt vendor name is refused with the near one; with that one it works."""
    refused = launcher.play(world, "rollback", inventory=world.write_inventory("misspelt.yml", hosts={component: {variable: wrong}}))
    check_refused(world, refused, *reasons)
    meant = world.components()[component][variable]
    assert meant in said(refused).replace(wrong, "")
    done = launcher.play(world, "rollback", inventory=world.write_inventory("right.yml", hosts={component: {variable: meant}}))
    assert done.code == 0, done.output
    return done


def test_a_project_that_is_not_there_is_refused_with_the_near_name(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    done = is_renamed(world, launcher, "app", "vercel_project", "hydrogn", "there is no project hydrogn", "hydrogen")
    assert "ROLLED BACK" in done.headline


def test_a_service_that_is_not_there_is_refused_with_the_near_name(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    done = is_renamed(world, launcher, "api", "railway_service", "apii", "there is no service apii", "Did you mean api?")
    assert "ROLLED BACK" in done.headline


def test_the_hobby_plan_says_what_it_can_and_nothing_moves(new_world: NewWorld, launcher: Launcher) -> None:
    """Vercel alone knows the plan: it refuses the change itself, which then has no effect."""
    world = new_world()
    world.sandbox.patch("app", plan="hobby")
    refused = launcher.play(world, "rollback", "--limit", "app", *to("v1.4.0"))
    assert refused.code != 0
    assert "FAILED - production serves what it served before" in refused.headline
    assert "returns only to its previous production deployment" in said(refused)
    assert world.effects() == []
    check_fits(refused)
    done = launcher.play(world, "rollback", "--limit", "app")
    assert done.code == 0, done.output
    assert world.sandbox.state("app")["serving"]["commit"] == V141


def test_a_person_may_know_better_than_the_ledger(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    noted(bad="checkout 500s")(world)
    done = launcher.play(world, "rollback", *to("v1.4.0"), "-e", "rollback_force=true")
    assert done.code == 0, done.output
    assert world.sandbox.state("api")["serving"]["commit"] == V140


def test_nothing_is_offered_that_would_be_refused_in_its_turn(new_world: NewWorld, launcher: Launcher) -> None:
    """v1.4.1 holds a rotated secret, so it is not the safe choice; its rebuild is."""
    world = new_world()
    noted(rotated=["JWT_SECRET"])(world)
    refused = launcher.play(world, "rollback", "--limit", "api", *to("v1.4.2-rc1"))
    check_refused(world, refused, "never became good")
    assert offers(refused) == [[*to("77ab310"), "-e", "rollback_rebuild=true"]]
    done = launcher.play(world, "rollback", "--limit", "api", *offers(refused)[0])
    assert done.code == 0, done.output


def test_one_refusal_stops_every_component_before_the_first_change(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    world.sandbox.patch("api", "v1.4.1", can_rollback=False)
    refused = launcher.play(world, "rollback", *to("v1.4.1"))
    check_refused(world, refused, "api: v1.4.1 77ab310 can no longer be returned to")
    assert "not begun" in said(refused)

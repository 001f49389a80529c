# SPDX-License-Identifier: GPL-3.0-or-later
"""rollback and roll_forward as an operator runs them, when nothing goes wrong on the way."""

from __future__ import annotations

import subprocess
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases, store
from tests.harness.world import Run, World

NewWorld = t.Callable[..., World]


def test_both_vendors_go_back_once_and_a_second_run_changes_nothing(world: World) -> None:
    first = world.play("rollback")
    assert first.code == 0, first.output
    assert "ROLLED BACK" in first.headline
    assert world.effects() == ["app POST /v1/projects/{id}/rollback/{id}", "api deploymentRollback"]
    second = world.play("rollback")
    assert second.code == 0, second.output
    assert "NOTHING TO DO" in second.headline
    assert second.changed == 0
    assert len(world.effects()) == 2


def test_check_mode_sends_no_change_and_plans_what_the_run_does(world: World) -> None:
    plan = world.play("rollback", "--check", "--diff")
    assert plan.code == 0, plan.output
    assert "PLAN ONLY" in plan.headline
    assert world.changes() == []
    assert not world.state.exists(), "check mode wrote something"
    made = world.play("rollback")
    assert plan.stats["changes"] == made.stats["changes"]
    assert len(made.stats["changes"]) == 2


def test_a_hundred_times_the_data_changes_neither_what_is_done_nor_how_often_is_asked(new_world: NewWorld) -> None:
    counts = []
    for scale in (1, 100):
        world = new_world(scale=scale, alias_seconds=0, deploy_seconds=0, drain_seconds=0)
        run = world.play("rollback", "-e", "rollback_probe_interval=0")
        assert run.code == 0, run.output
        assert "ROLLED BACK" in run.headline
        assert world.effects() == ["app POST /v1/projects/{id}/rollback/{id}", "api deploymentRollback"]
        assert [world.sandbox.state(name)["serving"]["tag"] for name in ("app", "api")] == ["v1.4.1", "v1.4.1"]
        counts.append({vendor: len(world.sandbox.journal(vendor=vendor)) for vendor in ("vercel", "railway")})
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("options", "requests"), [((), {"vercel": 6, "railway": 7}), (("-e", "rollback_probe_interval=0"), {"vercel": 4, "railway": 6})])
def test_what_was_read_is_not_read_twice(world: World, options: tuple[str, ...], requests: dict[str, int]) -> None:
    """The plan rests on what was read to judge; so does the apply, unless probing has taken its time in between."""
    world.sandbox.scenario("bad-release", alias_seconds=0, deploy_seconds=0, drain_seconds=0)
    assert world.play("rollback", "--limit", "app:api", *options).code == 0
    assert {vendor: len(world.sandbox.journal(vendor=vendor)) for vendor in requests} == requests


def test_the_time_to_recovery_is_measured_against_the_budget(world: World) -> None:
    began = world.sandbox.clock()["now"] - 240
    run = world.play("rollback", "-e", f"rollback_incident_started_at={began}")
    assert run.code == 0, run.output
    seconds = run.stats["seconds"]
    assert 0 < seconds < 300
    assert "after the command (budget 5 min)" in run.summary
    assert "5 min 13 s since the incident began" in " ".join(run.summary.split())


def test_a_release_proved_in_the_ledger_is_preferred(world: World) -> None:
    """v1.4.0 is older than v1.4.1, and the only one that is known to be good."""
    for component in ("app", "api"):
        older = next(known for known in world.sandbox.state(component)["deployments"] if known["tag"] == "v1.4.0")
        ledger = f"sqlite:///{world.state}/saasops/shop-production.sqlite3"
        opened = store.Store(ledger, "shop/production")
        opened.prepare()
        releases.note(opened, "test", component, {**older, "version": older["tag"]}, proved_at=1.0)
    run = world.play("rollback", "--check")
    assert run.code == 0, run.output
    assert run.summary.count("v1.4.0") == 2
    assert "v1.4.1" not in run.summary


@pytest.mark.scenario("stuck")
def test_rolled_back_and_still_failing_is_not_success(world: World) -> None:
    run = world.play("rollback")
    assert run.code != 0
    assert "STILL BAD" in run.headline
    again = world.play("rollback")
    assert again.code != 0
    assert "REFUSED" in again.headline
    assert "already rolled back" in again.summary
    assert len(world.effects()) == 2, "a second run went back two releases"


def test_roll_forward_undoes_what_a_rollback_holds_back(world: World) -> None:
    assert world.play("rollback").code == 0
    assert world.sandbox.state("app")["auto_assign"] is False
    world.sandbox.push("app", commit="abcdef1234567890abcdef1234567890abcdef12", tag="v1.4.3", bad=False, build_seconds=1)
    world.sandbox.advance(60)
    plan = world.play("roll_forward", "--check")
    made = world.play("roll_forward")
    assert made.code == 0, made.output
    assert "ROLLED FORWARD" in made.headline
    assert plan.stats["changes"] == made.stats["changes"]
    state = world.sandbox.state("app")
    assert (state["serving"]["tag"], state["auto_assign"]) == ("v1.4.3", True)
    again = world.play("roll_forward")
    assert "NOTHING TO DO" in again.headline
    assert again.changed == 0


def test_a_release_that_is_gone_is_built_again_once(world: World) -> None:
    for component in ("app", "api"):
        world.sandbox.patch(component, "v1.4.1", can_rollback=False)
    again = ("-e", "rollback_to=77ab310", "-e", "rollback_rebuild=true")
    plan = world.play("rollback", *again, "--check")
    made = world.play("rollback", *again)
    assert made.code == 0, made.output
    assert "ROLLED BACK" in made.headline
    assert plan.stats["changes"] == made.stats["changes"]
    effects = world.effects()
    second = world.play("rollback", *again)
    assert second.code == 0, second.output
    assert "NOTHING TO DO" in second.headline
    assert world.effects() == effects


def test_the_installed_name_works_from_any_folder(world: World) -> None:
    command = ["ansible-playbook", "saasops.runbooks.rollback", "-i", str(world.inventory), "--check"]
    environment = {name: value for name, value in world.environment().items() if name != "ANSIBLE_CONFIG"}
    done = subprocess.run(command, cwd=world.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    run = Run(done.returncode, done.stdout)
    assert run.code == 0, done.stdout + done.stderr
    assert "PLAN ONLY" in run.headline
    assert "ansible-playbook saasops.runbooks.rollback -i inventory.yml" in " ".join(run.summary.split())

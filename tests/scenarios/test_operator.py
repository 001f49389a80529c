# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes of the person who types: none of them passes unnoticed, and none of them changes anything."""

from __future__ import annotations

import pathlib
import shlex
import shutil
import subprocess
import typing as t

import pytest

from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import ROOT, TIMEOUT, Run, World
from tests.sandbox.launch import Sandbox

NewWorld = t.Callable[..., World]
V140, V141 = "4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1", "77ab310b2281af3309300aaa0020d161371dbe99"


def serving(world: World, component: str) -> str:
    return str(world.sandbox.state(component)["serving"]["tag"])


def typed(world: World, line: str, folder: pathlib.Path = ROOT) -> Run:
    """What ``bash`` makes of a line, typed in a folder."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=world.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return Run(done.returncode, done.stdout)


# -- 1: the inventory


@pytest.mark.parametrize("content", [None, "", "components:\n  hosts: {}\n", "componets:\n  hosts:\n    app: {component_vendor: vercel}\n"])
@pytest.mark.parametrize("verb", ["rollback", "roll_forward"])
def test_an_inventory_that_is_missing_empty_or_misspelt_ends_badly(world: World, launcher: Launcher, verb: str, content: str | None) -> None:
    path = world.folder / "given.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    run = launcher.play(world, verb, inventory=path)
    check_refused(world, run, "the inventory has no group components", "Check the file after -i")
    check_fits(run, "NO ENVIRONMENT REFUSED")
    assert not world.state.exists()


def test_limit_still_works_and_a_limit_of_nothing_ends_badly(world: World, launcher: Launcher) -> None:
    for pattern, left in (("app", ["app"]), ("app,api", ["api", "app"]), ("components:!app", ["api"]), ("a*", ["api", "app"])):
        plan = launcher.play(world, "rollback", "--check", "--limit", pattern)
        assert plan.code == 0, plan.output
        assert sorted(plan.stats["outcomes"]) == left
    for pattern in ("nosuch", "localhost", "components:!all"):
        run = launcher.play(world, "rollback", "--limit", pattern)
        assert run.code != 0, f"--limit {pattern}: {run.output}"
    assert world.changes() == []


def test_a_misspelt_inventory_variable_is_refused_with_the_name_that_is_meant(world: World, launcher: Launcher) -> None:
    for wrong, right in (("vercel_projet", "vercel_project"), ("component_urls", "component_url"), ("componnet_health", "component_health")):
        run = launcher.play(world, "rollback", inventory=world.write_inventory(**{wrong: "x"}))
        check_refused(world, run, f"there is no inventory variable {wrong}", right)
        check_fits(run)
    kept = world.write_inventory(vault_vercel_token="x", my_railway_token="y", project="z", environment_name="k")
    assert launcher.play(world, "rollback", "--check", inventory=kept).code == 0, "a variable of one's own was taken for a slip"


def test_a_misspelt_vendor_is_refused_with_the_near_one(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=world.write_inventory(hosts={"app": {"component_vendor": "vercell"}}))
    check_refused(world, run, "app: component_vendor is 'vercell'", "Did you mean vercel?")


def test_an_inventory_of_two_environments_is_refused(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=world.write_inventory(hosts={"app": {"saasops_environment": "staging"}}))
    check_refused(world, run, "the inventory mixes environments", "Keep one inventory for each environment")


# -- 2: extra variables


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("rollback_too=v1.4.1", "rollback_to"),
        ("rolback_to=v1.4.1", "rollback_to"),
        ('{"rollback_reson": "x y"}', "rollback_reason"),
        ("roll_forward_to=v1.4.1", "rollback_to"),
        ("saasops_alow=read", "saasops_allow"),
    ],
)
def test_a_misspelt_extra_variable_is_refused_with_the_name_that_is_meant(world: World, launcher: Launcher, given: str, meant: str) -> None:
    run = launcher.play(world, "rollback", "-e", given)
    check_refused(world, run, f"Did you mean {meant}")
    check_fits(run)


def test_a_value_that_cannot_be_is_refused_before_anything_is_asked(world: World, launcher: Launcher) -> None:
    for given, reason in (
        ("rollback_on_partial=maybe", "must be one of: keep, undo"),
        ("rollback_deadline=soon", "rollback_deadline"),
        ("rollback_deadline=-1", "Give rollback_deadline as seconds, or like 90s, 15m"),
        ("saasops_allow=reed", "Give one of: read, change, destroy"),
    ):
        check_refused(world, launcher.play(world, "rollback", "-e", given), reason)
    assert world.sandbox.journal() == []


# -- 3: quoting


def test_a_reason_with_spaces_survives_a_real_shell(world: World) -> None:
    """Every way of quoting that the documentation shows."""
    command = shlex.join(world.command("rollback", "--check"))
    for quoted in (
        "-e 'rollback_reason=\"payments are down\"'",
        """-e '{"rollback_reason": "payments are down"}'""",
    ):
        plan = typed(world, f"{command} {quoted}")
        assert plan.code == 0, plan.output
        assert '"payments are down"' in said(plan), plan.summary
    run = typed(world, f'{shlex.join(world.command("rollback"))} -e rollback_reason="payments are down"')
    assert run.code == 0, run.output
    record = next((world.state / "saasops" / "shop-production").glob("*/journal.jsonl")).read_text(encoding="utf-8")
    assert '"reason": "payments are down"' in record


def test_text_that_ansible_would_cut_is_refused(world: World, launcher: Launcher) -> None:
    for given in ("rollback_reason=pool size=5 was bad", "rollback_rebuild=yes please", "just words"):
        check_refused(world, launcher.play(world, "rollback", "-e", given), "Write -e")


def test_a_list_given_as_bracket_string_is_refused_and_one_with_commas_is_taken(world: World, launcher: Launcher) -> None:
    check_refused(world, launcher.play(world, "rollback", "-e", "component_journeys=[/,/login]"), "not a list", "one,two")
    check_refused(world, launcher.play(world, "rollback", "-e", "rollback_to=[v1.4.1,v1.4.0]"), "there is no deployment [v1.4.1,v1.4.0]")
    world.sandbox.clear_journal()
    plan = launcher.play(world, "rollback", "--check", "-e", "component_journeys=/,/login")
    assert plan.code == 0, plan.output
    asked = {entry["operation"] for entry in world.sandbox.journal(vendor="app")}
    assert {"GET production/", "GET production/login", "GET production/health"} <= asked


# -- 4: the demonstration cannot be taken for the real thing


def test_the_sandbox_says_that_nothing_real_was_touched(world: World, launcher: Launcher, sandbox_process: Sandbox) -> None:
    environment = world.environment(SAASOPS_SANDBOX_FILE=str(sandbox_process.state_file))
    for arguments, headline in ((["--check"], "PLAN ONLY"), (["-e", "rollback_too=x"], "REFUSED"), (["-e", "component_urls=x"], "REFUSED")):
        run = launcher.play(world, "rollback", *arguments, inventory=ROOT / "inventories" / "sandbox.yml", environment=environment)
        assert headline in run.headline, run.output
        check_fits(run, "SANDBOX (nothing real was touched) shop")
    assert world.changes() == []


# -- 5: tokens of another environment


def test_a_railway_token_of_another_environment_is_refused(world: World, launcher: Launcher) -> None:
    other = world.sandbox_run["railway"]["other"]
    wrong = launcher.play(world, "rollback", inventory=world.write_inventory(railway_token=other["token"]))
    check_refused(world, wrong, "the Railway token belongs to environment staging, and environment production was asked for")
    staging = world.write_inventory("staging.yml", saasops_environment="staging")
    check_refused(world, launcher.play(world, "rollback", inventory=staging), "belongs to environment production, and environment staging was asked for")


def test_a_vercel_token_of_another_team_is_refused(world: World, launcher: Launcher) -> None:
    other = world.sandbox_run["vercel"]["other"]
    wrong = launcher.play(world, "rollback", inventory=world.write_inventory(vercel_token=other["token"]))
    check_refused(world, wrong, "Not authorized", "reaches this team and project")
    staging = world.write_inventory("staging.yml", saasops_environment="staging", vercel_team=other["team"])
    run = launcher.play(world, "rollback", "--limit", "app", inventory=staging)
    check_refused(world, run, "Not authorized", "reaches this team and project")
    check_fits(run, "STAGING shop")


def test_two_railway_tokens_are_refused_and_both_are_named(world: World, launcher: Launcher) -> None:
    account = world.sandbox_run["railway"]["account_token"]
    check_refused(world, launcher.play(world, "rollback", inventory=world.write_inventory(railway_api_token=account)), "RAILWAY_TOKEN", "RAILWAY_API_TOKEN")
    both = world.environment(RAILWAY_TOKEN=world.sandbox_run["railway"]["token"], RAILWAY_API_TOKEN=account)
    run = launcher.play(world, "rollback", inventory=world.write_inventory(without=("railway_token",)), environment=both)
    check_refused(world, run, "RAILWAY_TOKEN", "RAILWAY_API_TOKEN")


def test_the_safest_tokens_are_enough(new_world: NewWorld, launcher: Launcher) -> None:
    """A Vercel token of one project, which cannot read its user; and, where a project token is not wanted, a Railway account token."""
    world = new_world()
    inventory = world.write_inventory(
        without=("railway_token",), vercel_token=world.sandbox_run["vercel"]["project_token"], railway_api_token=world.sandbox_run["railway"]["workspace_token"]
    )
    # The dashboard is a project of its own, which this token does not see.
    run = launcher.play(world, "rollback", "--limit", "app,api", inventory=inventory)
    assert run.code == 0, run.output
    assert (serving(world, "app"), serving(world, "api")) == ("v1.4.1", "v1.4.1")


def test_tokens_come_from_the_process_environment_too(world: World, launcher: Launcher) -> None:
    names = {"VERCEL_TOKEN": world.sandbox_run["vercel"]["token"], "RAILWAY_TOKEN": world.sandbox_run["railway"]["token"]}
    inventory = world.write_inventory(without=("vercel_token", "railway_token"))
    plan = launcher.play(world, "rollback", "--check", inventory=inventory, environment=world.environment(**names))
    assert plan.code == 0, plan.output
    assert len(plan.stats["changes"]) == 2


# -- 6: permission


def test_what_may_only_read_changes_nothing_and_says_what_to_add(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    inventory = world.write_inventory(saasops_allow="read")
    run = launcher.play(world, "rollback", inventory=inventory)
    check_refused(world, run, "needs saasops_allow: change", "-e saasops_allow=change")
    assert launcher.play(world, "rollback", "-e", "saasops_allow=change", inventory=inventory).code == 0


# -- 8 and the behaviour of rollback: never two releases


@pytest.mark.parametrize("ledger", ["kept", "deleted"])
def test_a_second_run_never_goes_back_two_releases(new_world: NewWorld, launcher: Launcher, ledger: str) -> None:
    """Even when what was rolled back to fails as well, on both vendors."""
    world = new_world()
    assert launcher.play(world, "rollback").code == 0
    for component in ("app", "api"):
        world.sandbox.patch(component, healthy=False)
    if ledger == "deleted":
        shutil.rmtree(world.state)
    before = world.effects()
    again = launcher.play(world, "rollback")
    assert again.code != 0
    assert "REFUSED" in again.headline
    assert said(again).count("already rolled back to v1.4.1") == 2
    assert world.effects() == before
    # Whoever means it can say so, in the words of the screen.
    assert "-e rollback_to=4d20c7e" in said(again)
    if ledger == "kept":
        for component in ("app", "api"):
            world.sandbox.patch(component, healthy=None)
        assert launcher.play(world, "rollback", "-e", "rollback_to=4d20c7e").code == 0
        assert (serving(world, "app"), serving(world, "api")) == ("v1.4.0", "v1.4.0")


@pytest.mark.parametrize("ledger", ["kept", "deleted"])
def test_forced_twice_goes_back_once(new_world: NewWorld, launcher: Launcher, ledger: str) -> None:
    """Health is green: the newest release is meant. The second time no other component takes its place."""
    world = new_world("healthy")
    unforced = launcher.play(world, "rollback")
    assert (unforced.code, unforced.changed, world.changes()) == (0, 0, [])
    first = launcher.play(world, "rollback", "-e", "rollback_force=true")
    assert first.code == 0, first.output
    assert sorted(first.stats["outcomes"]) == ["api", "app"]
    if ledger == "deleted":
        shutil.rmtree(world.state)
    before = world.effects()
    second = launcher.play(world, "rollback", "-e", "rollback_force=true")
    assert second.code == 0, second.output
    assert "NOTHING TO DO" in second.headline
    assert world.effects() == before


@pytest.mark.parametrize("name", ["v1.4.2", "9c1e2f0", "9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84"])
def test_naming_what_serves_already_is_no_change_and_no_error(world: World, launcher: Launcher, name: str) -> None:
    run = launcher.play(world, "rollback", "-e", f"rollback_to={name}")
    assert (run.code, run.changed, world.changes()) == (0, 0, []), run.output
    assert "NOTHING TO DO - production serves it already" in run.headline


def test_a_target_is_named_by_tag_commit_or_id(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    ids = {component: next(one["id"] for one in world.sandbox.state(component)["deployments"] if one["tag"] == "v1.4.0") for component in ("app", "api")}
    for name, expected in (("v1.4.0", ["api", "app"]), ("4d20c7e", ["api", "app"]), (V140, ["api", "app"]), (ids["app"], ["app"]), (ids["api"], ["api"])):
        plan = launcher.play(world, "rollback", "--check", "-e", f"rollback_to={name}")
        assert plan.code == 0, plan.output
        assert sorted(plan.stats["outcomes"]) == expected, name
        assert all(ids[change["component"]] in change["target"] or "v1.4.0" in change["target"] for change in plan.stats["changes"])
    # An id is one component's; the other one fails on, and the screen says so.
    assert "app left alone: FAILING, and has no deployment" in said(plan)


# -- 9: scope


def test_scope_is_the_failing_and_what_was_released_with_them(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    world.sandbox.patch("api", healthy=True)
    same_commit = launcher.play(world, "rollback", "--check")
    assert sorted(same_commit.stats["outcomes"]) == ["api", "app"]
    assert "dashboard left alone: healthy, not part of this release" in said(same_commit)
    world.sandbox.push("dashboard", tag="v0.8.2", build_seconds=1)
    world.sandbox.advance(30)
    same_time = launcher.play(world, "rollback", "--check")
    assert sorted(same_time.stats["outcomes"]) == ["api", "app", "dashboard"]
    narrow = launcher.play(world, "rollback", "--check", "-e", "rollback_release_window=1m")
    assert sorted(narrow.stats["outcomes"]) == ["api", "app"]


def test_vendors_without_releases_are_listed(world: World, launcher: Launcher) -> None:
    inventory = world.write_inventory(hosts={"database": {"component_vendor": "postgres"}, "billing": {"component_vendor": "stripe"}})
    plan = launcher.play(world, "rollback", "--check", inventory=inventory)
    assert plan.code == 0, plan.output
    assert "database left alone: postgres has no releases to roll back" in said(plan)
    assert "billing left alone: stripe has no releases to roll back" in said(plan)


def test_what_fails_and_has_no_releases_is_not_called_green(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    site = {"component_vendor": "other", "component_url": world.sandbox_run["components"]["api"]["url"]}
    inventory = world.write_inventory(hosts={"site": site})
    for more in ("--check",), ():
        run = launcher.play(world, "rollback", "--limit", "site", *more, inventory=inventory)
        assert run.code != 0 and "NOT ROLLED BACK - what fails has no release to go back to" in run.headline, run.output
        assert "site: other has no releases to roll back; health: /health 503" in said(run) and "rollback_force" not in said(run)
    world.sandbox.patch("app", healthy=True)
    beside = launcher.play(world, "rollback", "--limit", "site,app", inventory=inventory)
    assert beside.code != 0 and beside.stats["word"] == "elsewhere" and world.effects() == [], beside.output
    assert "If the newest release of another is the cause" in said(beside) and "-e rollback_force=true" in said(beside)


def test_only_what_is_critical_stops_the_others_when_it_cannot_be_read(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    unreadable = {"vercel_project": "nosuch"}
    check_refused(world, launcher.play(world, "rollback", inventory=world.write_inventory(hosts={"dashboard": unreadable})), "there is no project nosuch")
    inventory = world.write_inventory(hosts={"dashboard": {**unreadable, "component_critical": False}})
    run = launcher.play(world, "rollback", inventory=inventory)
    assert run.code == 0, run.output
    assert "dashboard: there is no project nosuch" in said(run)
    assert sorted(run.stats["outcomes"]) == ["api", "app"]


def test_the_line_after_a_plan_does_what_was_planned(new_world: NewWorld) -> None:
    """It carries the same --limit and variables, so that pasting it does no more and nothing else."""
    world = new_world()
    # A short name and place: a path longer than a line would be broken.
    given = "ansible-playbook saasops.runbooks.rollback -i inventory.yml --check --limit api -e rollback_to=v1.4.0"
    plan = typed(world, given + """ -e "{\\"rollback_reason\\": \\"it isn't well\\"}" """, folder=world.folder)
    line = said(plan).partition("to do it: ")[2].partition(" 1 change(s) planned")[0]
    assert "--limit api" in line
    made = typed(world, line, folder=world.folder)
    assert made.code == 0, made.output
    assert made.stats["changes"] == plan.stats["changes"]
    assert (serving(world, "app"), serving(world, "api")) == ("v1.4.2", "v1.4.0")
    assert "it isn't well" in said(made)

# SPDX-License-Identifier: GPL-3.0-or-later
"""db_migrate: a real database and an application's own tool beside the sandbox's vendors. Killed anywhere, a rerun ends what was begun."""

from __future__ import annotations

import signal
import time
import typing as t

import pytest

from tests.harness import postgresql
from tests.harness.launcher import Launcher, Started
from tests.harness.matrix import open_sagas
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import World
from tests.integration.database_fixtures import connect
from tests.integration.migration_fixtures import BAD, FIRST, SECOND, Shop
from tests.sandbox.kill import kill_tree

NewWorld = t.Callable[..., World]
PASSWORD = "scenario-migration-5Tn8Kd2Xq7Zw4Vm9Pj1Lh6"
QUICK = ("-e", "db_migrate_probe_interval=0")
MEANT = ("-e", "db_migrate_restore=true", "-e", "saasops_confirm=production", "-e", "saasops_allow=destroy")
STEPS = ["backup", "migrate"]


@pytest.fixture
def shop(postgresql_url: str, new_world: NewWorld) -> tuple[World, Shop]:
    """A healthy component, and a database with two migrations pending."""
    world = new_world()
    made = Shop(world.folder / "checkout", postgresql.fresh_database(postgresql_url).replace("postgres@", f"postgres:{PASSWORD}@"))
    made.add(FIRST)
    made.add(SECOND)
    database = {**made.component(programs=made.programs()), "component_dsn": made.url}
    world.inventory = world.write_inventory(hosts={"database": database})
    return world, made


def tables(shop: Shop) -> list[str]:
    with connect(shop.url) as connection:
        return [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


def limited(*arguments: str) -> tuple[str, ...]:
    """Health is that of the dashboard alone, which is well."""
    return (*QUICK, *arguments, "--limit", "database,dashboard")


def test_a_plan_then_the_migrations_once(shop: tuple[World, Shop], launcher: Launcher) -> None:
    world, made = shop
    plan = launcher.play(world, "db_migrate", *limited("--check", "--diff"))
    assert (plan.code, plan.stats["word"], made.calls, made.backups) == (0, "plan", [], []), plan.output
    assert f"2 pending: {FIRST}, {SECOND}" in said(plan)
    run = launcher.play(world, "db_migrate", *limited("-e", "db_migrate_reason=release 42"))
    assert (run.code, run.stats["word"], made.calls) == (0, "done", ["on", "deploy", "off"]), run.output
    assert [change["operation"] for change in run.stats["changes"]] == ["switch_maintenance", *STEPS, "switch_maintenance"]
    assert plan.stats["changes"] == run.stats["changes"]
    assert "MIGRATED - every migration is applied" in run.headline
    assert made.backups[0].name in "".join(run.summary.split())
    check_fits(run)
    again = launcher.play(world, "db_migrate", *limited())
    assert (again.code, again.stats["word"], again.changed, len(made.backups), len(made.calls)) == (0, "nothing", 0, 1, 3)
    assert PASSWORD not in plan.output + run.output + again.output
    assert (open_sagas(world), world.changes()) == (0, [])


def test_a_failure_keeps_the_maintenance_and_the_same_command_goes_on(shop: tuple[World, Shop], launcher: Launcher) -> None:
    world, made = shop
    made.add("20260301_bad", BAD)
    failed = launcher.play(world, "db_migrate", *limited())
    assert (failed.code == 0, failed.stats["word"], failed.stats["outcomes"]) == (False, "failed", {"database": "failed"}), failed.output
    assert "Maintenance is still ON" in said(failed)
    assert "db_migrate_restore=true" in said(failed)
    check_fits(failed)
    made.add("20260301_bad", "SELECT 1")
    run = launcher.play(world, "db_migrate", *limited())
    assert (run.code, run.stats["word"], made.calls) == (0, "done", ["on", "deploy", "deploy", "off"]), run.output
    # Only the first backup shows the database as it was.
    assert len(made.backups) == 1
    assert open_sagas(world) == 0
    assert PASSWORD not in failed.output


def test_back_only_where_that_is_meant(shop: tuple[World, Shop], launcher: Launcher) -> None:
    world, made = shop
    refused = launcher.play(world, "db_migrate", *limited("-e", "db_migrate_restore=true"))
    check_refused(world, refused, "saasops_confirm=production")
    assert made.calls == []
    assert launcher.play(world, "db_migrate", *limited()).code == 0
    made.add("20260301_bad", BAD)
    failed = launcher.play(world, "db_migrate", *limited())
    assert "left_behind" not in tables(made) or failed.code != 0
    run = launcher.play(world, "db_migrate", *limited(*MEANT))
    assert (run.code == 0, run.stats["word"]) == (False, "restored"), run.output
    assert "RESTORED - the database is what it was before" in run.headline
    assert tables(made) == ["_prisma_migrations", "orders", "users"]
    assert made.calls[-1] == "off"
    assert open_sagas(world) == 0


def test_migrated_and_failing_is_no_success(shop: tuple[World, Shop], launcher: Launcher) -> None:
    world, made = shop
    run = launcher.play(world, "db_migrate", "-e", "db_migrate_verify_deadline=20s")
    assert (run.code == 0, run.stats["word"], run.stats["outcomes"]) == (False, "unhealthy", {"database": "unhealthy"}), run.output
    assert "STILL BAD" in run.headline
    assert "app is failing" in said(run) and "pg_restore" in said(run)
    check_fits(run)
    assert tables(made) == ["_prisma_migrations", "orders", "users"]


@pytest.mark.parametrize(
    ("at", "calls"),
    [
        ("backup", ["on", "deploy", "off"]),
        ("on", ["on", "on", "deploy", "off"]),
        ("deploy", ["on", "deploy", "deploy", "off"]),
        ("off", ["on", "deploy", "off", "off"]),
    ],
)
def test_a_run_that_is_killed_is_continued(at: str, calls: list[str], shop: tuple[World, Shop], launcher: Launcher) -> None:
    world, made = shop
    (made.folder / "hang").write_text(at)
    run = launcher.start(world, "db_migrate", *limited()).go()
    wait_until(run, (made.folder / "hanging").exists)
    kill_tree(run.pid)
    assert run.wait().code == -signal.SIGKILL
    (made.folder / "hang").unlink()
    again = launcher.play(world, "db_migrate", *limited())
    assert (again.code, again.stats["word"]) == (0, "resumed" if at == "off" else "done"), again.output
    # Nobody knows whether a command that was killed has switched the maintenance on; it is off in the end.
    assert made.calls == calls
    # What the killed run had begun to write is gone. Switched on again, there may be a second one of the same state.
    assert {path.suffix for path in made.backups} == {".dump"}
    assert tables(made) == ["_prisma_migrations", "orders", "users"]
    assert open_sagas(world) == 0
    last = launcher.play(world, "db_migrate", *limited())
    assert (last.stats["word"], last.changed) == ("nothing", 0)


def wait_until(run: Started, reached: t.Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert not run.ended() and time.monotonic() < end, f"it did not come so far:\n{run.output.read_text()}"
        time.sleep(0.01)


def test_what_cannot_be_right_is_refused_for_all(shop: tuple[World, Shop], launcher: Launcher) -> None:
    world, made = shop
    wrong = {**made.component(), "component_dsn": made.url, "component_migrate": {"tool": "prisma", "argv": ["true"]}}
    inventory = world.write_inventory("wrong.yml", hosts={"database": {**made.component(), "component_dsn": made.url}, "other": wrong})
    run = launcher.play(world, "db_migrate", *QUICK, inventory=inventory)
    assert (run.code == 0, run.stats["outcomes"]) == (False, {"database": "waiting", "other": "refused"}), run.output
    assert "does not say backup_folder" in said(run)
    assert (made.calls, made.backups) == ([], [])

# SPDX-License-Identifier: GPL-3.0-or-later
"""restore: what a set holds comes back into a real database, once, beside what is there or in its place; killed anywhere, the same command ends it."""

from __future__ import annotations

import typing as t

import pytest

from tests.harness import restic
from tests.harness.backups import MEANT, PASSWORD, Kept
from tests.harness.launcher import Launcher
from tests.harness.maintained import flag
from tests.harness.matrix import open_sagas, sample
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import World

NewWorld = t.Callable[..., World]
CONFIRMED = ("-e", "saasops_confirm=production")
FLAG = {"how": "vercel_global_config", "config": "shop-flags"}
UNDO = ("-e", "restore_undo=true", "-e", "saasops_confirm=production", "-e", "saasops_allow=destroy")


@pytest.fixture
def kept(postgresql_url: str, new_world: NewWorld) -> Kept:
    return Kept(new_world("healthy"), postgresql_url)


def test_backed_up_destroyed_and_restored_it_is_what_it_was(kept: Kept, launcher: Launcher) -> None:
    before = kept.rows()
    kept.backup(launcher)
    kept.destroy()
    plan = kept.play(launcher, "restore", *MEANT, "--check", "--diff")
    assert (plan.code, plan.stats["word"], kept.places()) == (0, "plan", set()), plan.output
    assert "would be lost" in said(plan) and "orders: not there (400 rows in the set)" in said(plan)
    check_fits(plan)
    done = kept.play(launcher, "restore", *MEANT, "-e", "restore_reason=orders are gone")

    assert (done.code, done.stats["word"], kept.rows()) == (0, "done", before), done.output
    assert plan.stats["changes"] == done.stats["changes"]
    (safety,) = kept.sets("pre_restore")
    assert "RESTORED - the same as the set" in done.headline
    assert safety in said(done) and "restore_undo=true" in said(done)
    # How far back and how long, each against what is declared.
    assert said(done).count("(declared 24 h)") == said(done).count("after the command (declared 1 h)") == 1 and "NOT KEPT" not in said(done)
    assert [(check["name"], check["verdict"]) for check in done.stats["checks"]] == [("recovery point", "pass"), ("recovery time", "pass")]
    check_fits(done)
    again = kept.play(launcher, "restore", *MEANT)
    assert (again.code, again.stats["word"], again.changed, len(kept.sets("pre_restore"))) == (0, "nothing", 0, 1), again.output
    # The way back brings what was there before, however bad that was; and it is gone once.
    undone = kept.play(launcher, "restore", *UNDO)
    assert (undone.code, undone.stats["word"]) == (0, "done"), undone.output
    assert "RESTORED - what was there before is back" in undone.headline
    assert kept.ask("SELECT to_regclass('orders'), count(*) FROM users WHERE email = 'gone@example.com'") == [(None, 19)]
    last = kept.play(launcher, "restore", *UNDO)
    assert (last.code, last.stats["word"], last.changed) == (0, "nothing", 0), last.output
    assert (kept.left_behind(), kept.in_clear()) == ([], [])
    assert PASSWORD not in plan.output + done.output + again.output + undone.output


def test_beside_it_harms_nothing_and_goes_again(kept: Kept, launcher: Launcher) -> None:
    before = kept.rows()
    kept.backup(launcher)
    kept.destroy()
    refused = kept.play(launcher, "restore")
    check_refused(kept.world, refused, "saasops_confirm=production")
    check_fits(refused)
    done = kept.play(launcher, "restore", *CONFIRMED)
    (place,) = kept.places()
    assert (done.code, done.stats["word"], kept.rows(place)) == (0, "done", before), done.output
    assert f"is in the database {place}" in said(done) and "which nothing uses yet" in said(done)
    check_fits(done)
    again = kept.play(launcher, "restore", *CONFIRMED)
    assert (again.stats["word"], again.changed, kept.places()) == ("nothing", 0, {place}), again.output
    gone = kept.play(launcher, "restore", *UNDO)
    assert (gone.code, kept.places(), kept.left_behind()) == (0, set(), []), gone.output
    assert kept.ask("SELECT to_regclass('orders')") == [(None,)]


def test_nothing_is_replaced_that_is_not_kept(kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    kept.ask("DELETE FROM orders WHERE id = 1")
    now = kept.rows()
    (kept.folder / "programs/pg_dump").write_text(
        "#!/bin/sh\necho 'pg_dump (PostgreSQL) 99.0'; case $1 in --version) exit 0;; esac; exit 1\n", encoding="utf-8"
    )
    run = kept.play(launcher, "restore", *MEANT)
    assert (run.code == 0, run.stats["word"], kept.rows()) == (False, "held", now), run.output
    assert "REFUSED - nothing was put back" in run.headline
    check_fits(run)


def test_one_part_that_cannot_be_put_back_refuses_the_whole_before_the_doors_are_closed(kept: Kept, launcher: Launcher) -> None:
    shelf = kept.world.folder / "members"
    shelf.mkdir()
    (shelf / "data.json").write_text('{"members": [1, 2]}', encoding="utf-8")
    command = {"argv": ["cat", "data.json"], "restore": ["tee", "data.json"], "folder": str(shelf), "file": "members.json", "count": "members"}
    members = {"component_vendor": "other", "component_url": kept.world.components()["app"]["component_url"], "component_backup": {"command": command}}
    kept.declare(hosts={"app": {"component_maintenance": FLAG}, "members": members})
    kept.backup(launcher)
    kept.destroy()
    (shelf / "data.json").write_text('{"members": []}', encoding="utf-8")
    now = kept.ask("SELECT count(*) FROM users WHERE email = 'gone@example.com'")
    (kept.folder / "programs/pg_restore").write_text("#!/bin/sh\necho 'pg_restore (PostgreSQL) 9.6.24'\n", encoding="utf-8")
    for more in (("--check",), ()):
        run = kept.play(launcher, "restore", *MEANT, *more, limit="app,database,members")
        check_refused(kept.world, run, "pg_restore is 9.6.24, and the backup was made by pg_dump", "backup_programs")
        check_fits(run)
    assert (kept.ask("SELECT count(*) FROM users WHERE email = 'gone@example.com'"), kept.ask("SELECT to_regclass('orders')")) == (now, [(None,)])
    assert ((shelf / "data.json").read_text(encoding="utf-8"), kept.sets("pre_restore"), kept.left_behind()) == ('{"members": []}', [], [])


WHERE = (
    "before pg_dump",
    "after pg_dump",
    "before restic manifest",
    "after restic manifest",
    "before restic dump",
    "before psql",
    "after psql",
    "after restic dump",
)


@pytest.mark.parametrize("where", sample(WHERE, 3))
def test_killed_at_a_step_the_same_command_ends_it(where: str, kept: Kept, launcher: Launcher) -> None:
    check_killed(where, kept, launcher)


@pytest.mark.soak
@pytest.mark.parametrize("where", WHERE)
def test_killed_at_every_step_the_same_command_ends_it(where: str, kept: Kept, launcher: Launcher) -> None:
    check_killed(where, kept, launcher)


def check_killed(where: str, kept: Kept, launcher: Launcher) -> None:
    before = kept.rows()
    kept.backup(launcher)
    kept.destroy()
    kept.killed(launcher, where, "restore", *MEANT)
    assert kept.in_clear(killed=True) == []
    # Whoever waits has waited since the first command, if that had come so far as to begin.
    began = bool(open_sagas(kept.world))
    kept.world.sandbox.advance(7200)
    done = kept.play(launcher, "restore", *MEANT)
    assert (done.code, done.stats["word"], kept.rows()) == (0, "done", before), done.output
    assert ("declared 1 h) NOT KEPT" in said(done)) is began, done.summary
    assert (kept.left_behind(), kept.in_clear()) == ([], [])
    # What was there before was kept before anything was put back, and not anew from what was half restored.
    undone = kept.play(launcher, "restore", *UNDO)
    assert undone.code == 0, undone.output
    assert kept.ask("SELECT to_regclass('orders'), count(*) FROM users WHERE email = 'gone@example.com'") == [(None, 19)]


def test_another_restore_waits_until_the_one_that_was_cut_off_is_ended(kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    kept.destroy()
    kept.killed(launcher, "before psql", "restore", *MEANT)
    now = kept.ask("SELECT to_regclass('orders')")
    refused = kept.play(launcher, "restore", *MEANT, "-e", "restore_tables=users")
    check_refused(kept.world, refused, "began another restore", "restore_undo=true")
    assert kept.ask("SELECT to_regclass('orders')") == now
    back = kept.play(launcher, "restore", *UNDO)
    assert (back.code, back.stats["word"], kept.left_behind()) == (0, "nothing", []), back.output


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (("-e", "restore_set=1999"), "there is no set of backups '1999'"),
        (("-e", "restore_parts=database/postgres.dmp"), "database/postgres.dump"),
        (("-e", "restore_target=databse", "-e", "restore_parts=database"), "there is no component databse"),
        (("-e", "restore_to=inplace"), "restore_to"),
        (("-e", "restore_undo=8a16f0bd"), "restore_undo is '8a16f0bd'"),
        (("-e", "restore_tabels=users"), "restore_tables"),
    ],
)
def test_what_cannot_be_right_is_refused(asked: tuple[str, ...], reason: str, kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    run = kept.play(launcher, "restore", *CONFIRMED, *asked)
    check_refused(kept.world, run, reason)
    assert kept.places() == set()


def test_restored_and_still_failing_is_no_success(new_world: NewWorld, postgresql_url: str, launcher: Launcher) -> None:
    hosts = {"app": {"component_maintenance": FLAG}}
    kept = Kept(new_world("bad-release"), postgresql_url, hosts=hosts, maintenance_verify_deadline="20s")
    before = kept.rows()
    kept.backup(launcher)
    kept.ask("DELETE FROM orders WHERE id = 1")
    run = kept.play(launcher, "restore", *MEANT, limit="database,app")
    assert (run.code == 0, run.stats["word"], kept.rows()) == (False, "unhealthy", before), run.output
    assert "STILL BAD - restored, the same as the set, and still failing" in run.headline
    assert "app is failing" in said(run) and "app is in maintenance" in said(run)
    check_fits(run)
    assert flag(kept.world) is True


def test_restored_and_deaf_is_no_success(kept: Kept, launcher: Launcher) -> None:
    missing = {"name": "checkout", "url": "https://app.example.com/webhooks/stripe", "enabled_events": ["invoice.paid"]}
    kept.declare(hosts={"billing": {"component_vendor": "stripe", "component_backup": False, "component_webhooks": [missing]}})
    before = kept.rows()
    kept.backup(launcher)
    kept.ask("DELETE FROM orders WHERE id = 1")
    run = kept.play(launcher, "restore", *MEANT, limit="database,billing")
    assert (run.code == 0, run.stats["word"], kept.rows()) == (False, "unhealthy", before), run.output
    assert "billing does not get its webhooks: not registered: checkout to https://app.example.com/webhooks/stripe" in said(run)
    assert "bring its signing secret to the application" in said(run) and run.recap("billing")["failed"] == 1
    check_fits(run)
    # What is declared wrongly is refused before anything is put back.
    kept.declare(hosts={"billing": {"component_vendor": "stripe", "component_backup": False, "component_webhooks": [{**missing, "event": "invoice.paid"}]}})
    kept.ask("DELETE FROM orders WHERE id = 1")
    now = kept.rows()
    refused = kept.play(launcher, "restore", *MEANT, limit="database,billing")
    assert (refused.code == 0, refused.stats["word"], kept.rows()) == (False, "refused", now), refused.output
    assert "component_webhooks of billing, entry 1 has event" in said(refused)
    check_fits(refused)


def test_the_doors_are_closed_meanwhile_and_opened_when_all_is_well(kept: Kept, launcher: Launcher) -> None:
    kept.declare(hosts={"app": {"component_maintenance": FLAG}})
    before = kept.rows()
    kept.backup(launcher)
    kept.ask("DELETE FROM orders WHERE id = 1")
    kept.killed(launcher, "before psql", "restore", *MEANT, limit="database,app")
    assert flag(kept.world) is True
    run = kept.play(launcher, "restore", *MEANT, limit="database,app")
    assert (run.code, run.stats["word"], kept.rows(), flag(kept.world)) == (0, "done", before, False), run.output
    assert kept.left_behind() == []
    kept.ask("DELETE FROM orders WHERE id = 1")
    plan = kept.play(launcher, "restore", *MEANT, "--check", limit="database,app")
    assert (plan.code, plan.stats["word"], flag(kept.world)) == (0, "plan", False), plan.output
    run = kept.play(launcher, "restore", *MEANT, limit="database,app")
    assert (run.code, run.stats["changes"]) == (0, plan.stats["changes"]), run.output
    assert [plan.stats["changes"][number]["component"] for number in (0, -1)] == ["app", "app"]


def test_two_backups_and_a_restore_at_once_one_after_the_other(kept: Kept, launcher: Launcher) -> None:
    before = kept.rows()
    kept.backup(launcher)
    kept.destroy()
    # The restore holds both leases while it works: whoever comes meanwhile is told who is at work, and changes nothing.
    (kept.folder / "hang").write_text("before psql", encoding="utf-8")
    first = launcher.start(kept.world, "restore", *MEANT, "--limit", "database,dashboard").go()
    kept.until_hanging(first)
    others = [launcher.start(kept.world, "backup", "--limit", "database").go() for _number in range(2)]
    for other in others:
        run = other.wait()
        check_refused(kept.world, run, "is at work here: restore")
    kept.go_on()
    done = first.wait()
    assert (done.code, done.stats["word"], kept.rows()) == (0, "done", before), done.output
    # And none of the three spoils the repository when all begin at the same moment.
    started = [
        launcher.start(kept.world, verb, *words, "--limit", "database,dashboard") for verb, words in (("backup", ()), ("backup", ()), ("restore", MEANT))
    ]
    ended = [one.go() for one in started]
    codes = sorted(one.wait().code for one in ended)
    assert codes[0] == 0, codes
    assert restic.ask(kept.repository, "check", password=PASSWORD).returncode == 0
    assert (kept.rows(), kept.left_behind()) == (before, [])

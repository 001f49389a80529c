# SPDX-License-Identifier: GPL-3.0-or-later
"""The last screen, of every kind of end: it fits, it is plain text, it names the environment first, and it is last. And the record."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import stat
import subprocess
import time
import typing as t

import pytest
import sqlalchemy as sa

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import store as stores
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import check_fits, said, text_fits
from tests.harness.world import RULE, Run, World

NewWorld = t.Callable[..., World]
PATIENCE = 30.0


def railway_fails(world: World, **more: t.Any) -> None:
    world.sandbox.fault("status", vendor="railway", operation="deploymentRollback", status=503, times=0, **more)


# -- kinds of end


def test_rolled_back_then_nothing_to_do_then_rolled_forward(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    done = launcher.play(world, "rollback", "-e", "rollback_reason=checkout 500s", "-e", "rollback_incident_started_at=1795143420")
    assert "PRODUCTION shop ROLLED BACK - healthy again" in done.headline
    for sentence in (
        "Wrong app: /health 503",
        '"checkout 500s"',
        "Recovery 1 min 13 s after the command (budget 5 min); 6 min 13 s since",
        "Proof 6 of 6 probes",
    ):
        assert sentence in said(done)
    check_fits(done)
    nothing = launcher.play(world, "rollback")
    assert "NOTHING TO DO - health is green, nothing was changed" in nothing.headline
    check_fits(nothing)
    forward = launcher.play(world, "roll_forward")
    assert "ROLLED FORWARD" in forward.headline
    check_fits(forward)


def test_a_plan(world: World, launcher: Launcher) -> None:
    plan = launcher.play(world, "rollback", "--check", "--diff")
    assert "PLAN ONLY - nothing was changed" in plan.headline
    check_fits(plan)


def test_refused_by_the_guard_and_by_the_plan(world: World, launcher: Launcher) -> None:
    guard = launcher.play(world, "rollback", "-e", "rollback_too=v1.4.1")
    plan = launcher.play(world, "rollback", "-e", "rollback_to=v9.9.9")
    for run in (guard, plan):
        assert "PRODUCTION shop REFUSED - nothing was changed" in run.headline
        check_fits(run)


def test_a_split_names_which_is_where(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    railway_fails(world)
    split = launcher.play(world, "rollback")
    assert split.code != 0
    assert "SPLIT - app is back, api is NOT back" in split.headline
    assert "Run the same command again; it continues" in said(split)
    check_fits(split)


def test_still_bad_says_to_stop(new_world: NewWorld, launcher: Launcher) -> None:
    stuck = launcher.play(new_world("stuck"), "rollback")
    assert stuck.code != 0
    assert "STILL BAD - rolled back, and still failing. STOP rolling back" in stuck.headline
    assert "api is failing after it too: /health 503 (database check failing)" in said(stuck)
    assert "Look at what both releases depend on" in said(stuck)
    check_fits(stuck)


def test_unknown_says_not_to_touch_anything(new_world: NewWorld, launcher: Launcher) -> None:
    """The change was sent, no answer came, and its effect can be seen as little as its absence."""
    world = new_world()
    world.sandbox.fault("lost", vendor="vercel", changes=True, times=0)
    world.sandbox.fault("status", vendor="vercel", operation="GET /v9/projects", status=503, times=0, skip=3)
    unknown = launcher.play(world, "rollback", "--limit", "app")
    assert unknown.code != 0
    assert "UNKNOWN - look again before you do anything else" in unknown.headline
    assert "Run the same command again; it continues, and looks before it acts" in said(unknown)
    check_fits(unknown)


def test_what_could_not_be_read_is_unknown_too(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    world.sandbox.fault("status", vendor="railway", status=503, times=0)
    unread = launcher.play(world, "rollback")
    assert unread.code != 0
    assert world.changes() == []
    check_fits(unread)


def test_failed_says_that_production_is_as_it_was(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    world.sandbox.fault("status", vendor="vercel", changes=True, status=403, message="Forbidden by a rule of the team", times=0)
    failed = launcher.play(world, "rollback")
    assert failed.code != 0
    assert "FAILED - production serves what it served before" in failed.headline
    assert "Forbidden by a rule of the team" in said(failed)
    assert world.effects() == []
    check_fits(failed)


def test_undone_says_that_all_serve_what_they_served(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    railway_fails(world)
    undone = launcher.play(world, "rollback", "-e", "rollback_on_partial=undo")
    assert undone.code != 0
    assert "UNDONE" in undone.headline
    assert world.sandbox.state("app")["serving"]["tag"] == "v1.4.2"
    check_fits(undone)


def test_thirty_components_fit_on_one_screen(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world("fleet", components=30)
    run = launcher.play(world, "rollback", "--forks", "30")
    assert "ROLLED BACK" in run.headline, run.output
    assert "… and more: see the record" in run.summary
    check_fits(run)


# -- Ctrl-C


def interrupted(world: World, process: subprocess.Popen[str], operation: str) -> Run:
    """Press Ctrl-C once the request hangs: the terminal sends it to the whole process group."""
    end = time.monotonic() + PATIENCE
    while not any(entry["operation"] == operation and entry["fault"] for entry in world.sandbox.journal()):
        assert time.monotonic() < end, f"{operation} was never sent: {process.communicate(timeout=1)}"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    output, _nothing = process.communicate(timeout=PATIENCE)
    return Run(process.returncode, output)


def test_ctrl_c_while_a_change_hangs_leaves_a_last_screen(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    world.sandbox.fault("timeout", vendor="railway", operation="deploymentRollback", seconds=60)
    run = interrupted(world, world.start("rollback", "-e", "rollback_request_timeout=60"), "deploymentRollback")
    assert run.code != 0
    text_fits(run.summary)
    assert run.output.rstrip().endswith(run.summary), "something came after the last screen"
    assert "UNKNOWN - interrupted before the end" in run.headline
    assert "api: SENT, AND NO ANSWER SEEN app: sent, and answered" in said(run), run.summary
    assert not list(world.temporary().glob("saasops-*")), "a mark was left behind"
    again = launcher.play(world, "rollback")
    assert again.code == 0, again.output
    assert "ROLLED BACK" in again.headline
    assert world.effects() == ["app POST /v1/projects/{id}/rollback/{id}", "api deploymentRollback"]


def test_ctrl_c_before_the_first_change_says_that_nothing_was_changed(new_world: NewWorld) -> None:
    world = new_world()
    world.sandbox.fault("timeout", vendor="vercel", operation="GET", seconds=60)
    run = interrupted(world, world.start("rollback", "-e", "rollback_request_timeout=60"), "GET /v9/projects/{id}")
    assert run.code != 0
    text_fits(run.summary)
    assert "INTERRUPTED - nothing was changed" in run.headline
    assert world.changes() == []


# -- the record


class Undone(Exception):
    """Takes a harm back: the transaction ends without it."""


def record_of(world: World) -> pathlib.Path:
    folders = list((world.state / "saasops" / "shop-production").iterdir())
    assert len(folders) == 1
    return folders[0]


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_record_is_private_and_whole(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    run = launcher.play(world, "rollback")
    folder = record_of(world)
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(("result.json", "journal.jsonl", "summary.txt"), 384)
    assert mode(world.state / "saasops" / "shop-production.sqlite3") == 0o600
    # The screen is written down as it was shown, but for the line that says where.
    shown = run.summary.partition("\n Record:")[0]
    assert (folder / "summary.txt").read_text(encoding="utf-8").startswith(shown)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert (result["word"], result["outcomes"]) == ("done", {"api": "done", "app": "done"})
    entries = [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["kind"] for entry in entries if entry["kind"] in ("intent", "outcome")] == ["intent", "outcome"] * 2
    assert chain.first_broken(entries) is None


def test_a_journal_that_was_tampered_with_is_found(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    assert launcher.play(world, "rollback").code == 0
    table = stores.journal
    harms = {
        "changed": [table.update().where(table.c.number == 3).values(data={"component": "app", "kind": "nothing happened"})],
        "removed": [table.delete().where(table.c.number == 3)],
        "moved": [table.update().where(table.c.number == old).values(number=new) for old, new in ((3, 0), (4, 3), (0, 4))],
    }
    with ledger(world) as store:
        assert chain.first_broken(chain.entries(store)) is None
        for harm, statements in harms.items():
            with pytest.raises(Undone), store.write() as connection:
                for statement in statements:
                    connection.execute(statement)
                rows = connection.execute(sa.select(table).order_by(table.c.number)).mappings().all()
                assert len(rows) > 3
                assert chain.first_broken(rows) == 3, harm
                raise Undone
        assert chain.first_broken(chain.entries(store)) is None


def test_the_screen_says_where_the_record_is_and_that_the_lease_is_this_machine_s(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    run = launcher.play(world, "rollback")
    path = str(record_of(world))
    assert path in run.summary.replace("\n   ", "").replace("~", os.path.expanduser("~"))
    assert "Lease: this machine only." in said(run)
    assert run.summary.splitlines()[2] == RULE

# SPDX-License-Identifier: GPL-3.0-or-later
"""Day one: no ledger, a ledger that is gone or cannot be reached, a new laptop. A rollback works all the same, and says what it lacks."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases, store
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import World

NewWorld = t.Callable[..., World]
BOTH = ["app POST /v1/projects/{id}/rollback/{id}", "api deploymentRollback"]


def a_file_in_the_way(world: World) -> pathlib.Path:
    """A folder that nobody can make, whatever one's rights: a file stands where its parent should be."""
    path = world.folder / "in-the-way"
    path.write_text("", encoding="utf-8")
    return path / "folder"


def files(folder: pathlib.Path) -> set[pathlib.Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_fresh_machine_needs_nothing_prepared(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    assert not world.state.exists()
    run = launcher.play(world, "rollback")
    assert run.code == 0, run.output
    assert world.effects() == BOTH
    assert "Lease: this machine only" in said(run)
    with ledger(world) as opened:
        for component in ("app", "api"):
            known = releases.about(opened, component)
            assert [row["bad_reason"] is not None for row in known["releases"].values() if row["bad_at"]] == [True]
            assert len([row for row in known["releases"].values() if row["proved_at"]]) == 1
            assert known["pin"]["bad"]["version"] == "v1.4.2"


def test_a_machine_without_a_home_for_state_still_rolls_back(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    run = launcher.play(world, "rollback", environment=world.environment(XDG_STATE_HOME=str(a_file_in_the_way(world))))
    assert run.code == 0, run.output
    assert world.effects() == BOTH
    for sentence in ("NO LEASE", "no ledger:", "nobody else is kept out, and proved releases are not known", "the record was not written whole"):
        assert sentence in said(run), run.summary
    check_fits(run)


@pytest.mark.parametrize("kind", ["nobody listens", "no rights", "not a database"])
def test_a_ledger_that_cannot_be_used_is_told_and_stops_nobody(new_world: NewWorld, launcher: Launcher, kind: str) -> None:
    world = new_world()
    broken = world.folder / "broken.sqlite3"
    broken.write_text("this was never a database, " * 100, encoding="utf-8")
    url = {"nobody listens": "postgresql://127.0.0.1:1/x", "no rights": f"sqlite:///{a_file_in_the_way(world)}/x", "not a database": f"sqlite:///{broken}"}[
        kind
    ]
    inventory = world.write_inventory(saasops_ledger_url=url)
    first = launcher.play(world, "rollback", inventory=inventory)
    assert first.code == 0, first.output
    assert "ROLLED BACK" in first.headline
    assert "NO LEASE" in said(first)
    assert "no ledger:" in said(first)
    check_fits(first)
    second = launcher.play(world, "rollback", inventory=inventory)
    assert (second.code, second.changed) == (0, 0)
    assert world.effects() == BOTH


def test_a_ledger_of_a_newer_collection_is_not_touched(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    with ledger(world) as opened, opened.write() as connection:
        connection.execute(store.meta.update().values(value=str(store.SCHEMA_VERSION + 1)))
    check_refused(world, launcher.play(world, "rollback"), "was written by a newer version of this collection", "Upgrade the collection")


def test_a_ledger_url_that_is_none_is_refused(world: World, launcher: Launcher) -> None:
    for url, reason in (("mysql://127.0.0.1/x", "Use sqlite or postgresql"), ("nonsense", "saasops_ledger_url is not a URL")):
        check_refused(world, launcher.play(world, "rollback", inventory=world.write_inventory(saasops_ledger_url=url)), reason)


def test_the_ledger_deleted_between_runs_costs_its_memory_and_nothing_else(new_world: NewWorld, launcher: Launcher) -> None:
    """What the ledger knew (which release was bad) is gone; what production is, the vendors still say."""
    world = new_world()
    assert launcher.play(world, "rollback").code == 0
    shutil.rmtree(world.state)
    second = launcher.play(world, "rollback")
    assert (second.code, second.changed) == (0, 0), second.output
    assert "NOTHING TO DO" in second.headline
    assert world.effects() == BOTH
    shutil.rmtree(world.state)
    forward = launcher.play(world, "roll_forward")
    assert forward.code == 0, forward.output
    assert world.sandbox.state("app")["auto_assign"] is True
    assert world.sandbox.state("app")["serving"]["tag"] == "v1.4.1", "it went forward to the bad release"


@pytest.mark.parametrize("verb", ["rollback", "roll_forward"])
def test_check_mode_leaves_no_file(new_world: NewWorld, launcher: Launcher, verb: str) -> None:
    world = new_world()
    world.temporary()
    before = files(world.folder)
    plan = launcher.play(world, verb, "--check", "--diff")
    assert plan.code == 0, plan.output
    assert files(world.folder) == before
    assert not world.state.exists()
    assert world.changes() == []


def test_check_mode_reads_a_ledger_and_writes_nothing_into_it(new_world: NewWorld, launcher: Launcher) -> None:
    world = new_world()
    with ledger(world) as opened:
        releases.note(opened, "by hand", "app", {"id": "dpl_example", "commit": "77ab310b2281af3309300aaa0020d161371dbe99"}, bad_at=1.0, bad_reason="slow")
        before = releases.about(opened, "app")
    plan = launcher.play(world, "rollback", "--check", "--limit", "app")
    assert plan.code == 0, plan.output
    assert "v1.4.0" in said(plan), "the ledger's knowledge was not used"
    with ledger(world) as opened:
        assert releases.about(opened, "app") == before
    assert {path.name for path in files(world.state) if not path.name.endswith(("-wal", "-shm"))} == {"shop-production.sqlite3"}

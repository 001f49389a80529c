# SPDX-License-Identifier: GPL-3.0-or-later
"""drill: the newest set comes back into a place of its own, is proved row by row against what was declared, and leaves nothing but its proof."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups, restores
from tests.harness import restic
from tests.harness.backups import PASSWORD, Kept
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.matrix import open_sagas, sample, serving
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import World

NewWorld = t.Callable[..., World]


@pytest.fixture
def kept(postgresql_url: str, new_world: NewWorld) -> Kept:
    return Kept(new_world("healthy"), postgresql_url)


def proofs(kept: Kept) -> list[dict[str, t.Any]]:
    """As any machine finds them in the repository, with restic alone."""
    found = restic.snapshots(kept.repository, "proof", password=PASSWORD)
    return [json.loads(restic.ask(kept.repository, "dump", one["id"], "/proof.json", password=PASSWORD).stdout) for one in found]


def test_the_newest_set_is_proved_and_nothing_else_is_left(kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    before = kept.rows()
    plan = kept.play(launcher, "drill", "--check")
    assert (plan.code, plan.stats["word"], proofs(kept)) == (0, "plan", []), plan.output
    run = kept.play(launcher, "drill", "-e", "drill_reason=monthly")
    assert (run.code, run.stats["word"], kept.rows()) == (0, "done", before), run.output
    assert "600 rows of 2 tables, the same row by row" in said(run) and "the whole set is proved" in said(run)
    assert "recovery point" in said(run) and "recovery time" in said(run)
    check_fits(run)
    (made,) = proofs(kept)
    (newest,) = kept.sets()
    assert (made["set"], made["whole"], [part["name"] for part in made["proved"]]) == (newest, True, ["database/postgres.dump"])
    with ledger(kept.world) as store:
        assert backups.rows(store)[0]["proved_at"] == made["at"]
        last = restores.last(store, "database")
    assert last is not None and last["backup"] == newest
    assert (kept.left_behind(), kept.in_clear()) == ([], [])


def test_what_takes_longer_than_declared_fails(kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    kept.world.sandbox.advance(7200)
    kept.world.inventory.write_text(kept.world.inventory.read_text().replace("backup_repository:", "backup_rpo: 1h\n    backup_repository:"))
    run = kept.play(launcher, "drill")
    assert (run.code == 0, run.stats["word"]) == (False, "failed"), run.output
    assert "DRILL FAILED" in run.headline and "fail recovery point" in said(run) and "declared 60 min" in said(run)
    check_fits(run)
    assert (len(proofs(kept)), kept.left_behind()) == (1, [])


def test_what_does_not_come_back_the_same_is_not_proved(kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    # A restore that loses rows on its way.
    (kept.folder / "programs/pg_restore").rename(kept.folder / "programs/pg_restore_whole")
    lossy = (
        f'#!/bin/sh\n{kept.folder}/programs/pg_restore_whole "$@" || exit $?\nfor word; do case "$word" in --dbname=*) db=${{word#--dbname=}};; esac; done\n'
    )
    lossy += f'[ -z "$db" ] || {kept.folder}/programs/psql -q -d "$db" -c "DELETE FROM orders WHERE id = 7"\n'
    (kept.folder / "programs/pg_restore").write_text(lossy, encoding="utf-8")
    (kept.folder / "programs/pg_restore").chmod(0o755)
    run = kept.play(launcher, "drill")
    assert (run.code == 0, run.stats["word"], proofs(kept)) == (False, "failed", []), run.output
    assert "public.orders: 399 rows, 400 in the set" in said(run)
    assert kept.left_behind() == []


WHERE = ("before pg_restore", "after pg_restore", "before restic dump", "after restic dump", "before restic", "after restic")


@pytest.mark.parametrize("where", sample(WHERE, 2))
def test_killed_at_a_step_the_next_drill_cleans_up(where: str, kept: Kept, launcher: Launcher) -> None:
    check_killed(where, kept, launcher)


@pytest.mark.soak
@pytest.mark.parametrize("where", WHERE)
def test_killed_at_every_step_the_next_drill_cleans_up(where: str, kept: Kept, launcher: Launcher) -> None:
    check_killed(where, kept, launcher)


def check_killed(where: str, kept: Kept, launcher: Launcher) -> None:
    kept.backup(launcher)
    kept.killed(launcher, where, "drill")
    assert kept.in_clear(killed=True) == []
    run = kept.play(launcher, "drill")
    assert (run.code, run.stats["word"], kept.left_behind(), kept.in_clear()) == (0, "done", [], []), run.output


def test_a_rollback_is_drilled_in_staging_and_undone_and_never_in_production(kept: Kept, launcher: Launcher) -> None:
    refused = kept.play(launcher, "drill", "-e", "drill_what=rollback")
    check_refused(kept.world, refused, "not drilled in production")
    world = kept.world
    before = serving(world)
    world.inventory = world.write_inventory("staging.yml", saasops_environment="staging", railway_environment="production")
    run = launcher.play(world, "drill", "-e", "drill_what=rollback,notify", "-e", "drill_probe_interval=0", "--limit", "app,api")
    assert (run.code, run.stats["word"], serving(world)) == (0, "done", before), run.output
    assert {one["name"] for one in run.stats["checks"]} == {"rollback", "undo", "notify"}
    check_fits(run, "STAGING shop")
    assert open_sagas(world) == 0

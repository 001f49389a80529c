# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups, what proves them and what looks at them as scheduled items, with a real PostgreSQL and a real restic: each as its own verb does it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups, holders, leases, schedules
from tests.harness.backups import Kept
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import check_fits, said
from tests.harness.world import Run, World

NewWorld = t.Callable[..., World]
DAY = 86400
RUNS = [{"tags": ["daily"], "cron": "0 7 * * *"}, {"tags": ["monthly"], "cron": "0 9 1 * *", "grace": "6h"}]
ITEMS = [
    {"name": "heartbeat", "tags": ["daily"], "do": "heartbeat"},
    {"name": "backup", "tags": ["daily"], "do": "backup", "budget": "30m"},
    {"name": "backups", "tags": ["daily"], "do": "backup_verify", "budget": "15m"},
    {"name": "maintenance", "tags": ["daily"], "do": "maintenance", "budget": "5m"},
    {"name": "test restore", "tags": ["monthly"], "do": "drill", "components": ["database"], "budget": "60m"},
]


@pytest.fixture
def kept(postgresql_url: str, new_world: NewWorld) -> Kept:
    return Kept(new_world("healthy"), postgresql_url, scheduled_items=ITEMS, schedule_runs=RUNS, backup_offsite="ignored")


def scheduled(kept: Kept, launcher: Launcher, tag: str, *arguments: str) -> Run:
    return launcher.play(kept.world, "scheduled", "--tags", tag, *arguments)


def found(run: Run) -> dict[str, str]:
    return {f"{one['component']} {one['name']}".strip(): one["verdict"] for one in run.stats["checks"] if one["verdict"] not in ("pass", "skipped")}


def free(kept: Kept) -> dict[str, bool]:
    """Whether nobody holds the lease."""
    with ledger(kept.world) as store:
        return {purpose: leases.current(store, purpose) is None for purpose in leases.PURPOSES}


def items(kept: Kept) -> list[dict[str, tuple[str, bool]]]:
    """Of each run in the ledger what became of its items, and whether they were carried out."""
    with ledger(kept.world) as store:
        return [{one["name"]: (one["verdict"], one["ran"]) for one in row["items"]} for row in schedules.rows(store)]


def test_a_day_makes_a_set_and_looks_at_it_and_a_month_proves_it(kept: Kept, launcher: Launcher) -> None:
    plan = scheduled(kept, launcher, "daily", "--check")
    assert "backup (a plan: 3 change(s) would be made)" in said(plan), plan.output
    assert [change["target"] for change in plan.stats["changes"]][:2] == ["database/postgres.dump", "manifest.json"]
    assert list(kept.repository.glob("snapshots/*")) == []
    day = scheduled(kept, launcher, "daily")
    assert (day.code, found(day)) == (0, {"backup proof": "warn", "scheduled monthly": "inconclusive"}), day.output
    check_fits(day)
    (made,) = kept.sets("daily")
    with ledger(kept.world) as store:
        (row,) = backups.rows(store)
        assert (row["verified"], row["proved_at"]) == ("warn", None), "nobody has restored it yet"
    assert items(kept)[-1] | {"heartbeat": None} == {
        "heartbeat": None,
        "backup": ("pass", True),
        "backups": ("warn", True),
        "maintenance": ("skipped", True),
    }
    rows = kept.rows()
    month = scheduled(kept, launcher, "monthly")
    assert (month.code, found(month), kept.rows()) == (0, {}, rows), month.output
    assert "600 rows of 2 tables, the same row by row" in str(month.stats["checks"])
    with ledger(kept.world) as store:
        assert backups.rows(store)[0]["id"] == made and backups.rows(store)[0]["proved_at"]
    assert (kept.left_behind(), kept.in_clear(), free(kept)) == ([], [], {"change": True, "backup": True})


def test_a_backup_that_another_run_is_making_is_told_and_is_no_error(kept: Kept, launcher: Launcher) -> None:
    with ledger(kept.world) as store:
        store.prepare()
        leases.acquire(store, "backup", "another1", holders.describe(1), "backup: by hand", 7200)
    day = scheduled(kept, launcher, "daily")
    told = {one["name"]: one for one in day.stats["checks"] if not one["component"]}
    assert told["backup"]["verdict"] == "warn" and "run another1" in told["backup"]["reason"], day.output
    assert kept.sets() == [] and items(kept)[-1]["backup"] == ("warn", False)
    with ledger(kept.world) as store:
        assert leases.current(store, "backup")["run"] == "another1", "what another run holds is its own"


def test_what_cannot_be_stored_fails_the_run_and_hides_nothing_else(kept: Kept, launcher: Launcher) -> None:
    assert scheduled(kept, launcher, "daily").code == 0
    kept.world.sandbox.advance(DAY)
    (kept.folder / "programs/pg_dump").write_text("#!/bin/sh\necho 'pg_dump: error: no' >&2\nexit 1\n", encoding="utf-8")
    day = scheduled(kept, launcher, "daily")
    assert day.code == 2, day.output
    assert {"database backed up", "database backup age"} <= set(found(day)), found(day)
    assert items(kept)[-1]["backup"] == ("fail", True) and "maintenance" in items(kept)[-1]
    check_fits(day)
    none = scheduled(kept, launcher, "monthly", "--limit", "api")
    assert "--limit leaves none of its components" in said(none) and none.code == 0, none.output
    assert (free(kept), kept.left_behind()) == ({"change": True, "backup": True}, [])


def test_what_was_killed_in_its_middle_is_told_and_made_by_the_next(kept: Kept, launcher: Launcher) -> None:
    kept.killed(launcher, "before restic manifest", "scheduled", "--tags", "daily")
    assert kept.sets() == []
    # Until Saturday at noon, when the run of seven is missing.
    kept.world.sandbox.advance(DAY + 9 * 3600)
    beat = launcher.play(kept.world, "heartbeat")
    told = {one["name"]: one for one in beat.stats["checks"]}
    assert (beat.code, told["item backup"]["verdict"], told["item backups"]["verdict"]) == (2, "fail", "fail"), beat.output
    assert "was due at Sat 21 Nov 07:00 UTC, and no run of its tags began; never" in told["item backup"]["reason"]
    check_fits(beat)
    again = scheduled(kept, launcher, "daily")
    assert found(again) == {"scheduled daily": "fail", "scheduled monthly": "inconclusive", "backup proof": "warn"}, again.output
    assert "was stopped before its end. manifest.json was begun" in said(again) and "took over from run" in said(again)
    assert (len(kept.sets("daily")), items(kept)[-1]["backup"], kept.left_behind(), free(kept)) == (1, ("pass", True), [], {"change": True, "backup": True})
    well = launcher.play(kept.world, "heartbeat")
    assert {one["verdict"] for one in well.stats["checks"] if one["name"].startswith("item backup")} == {"pass"}, well.output

# SPDX-License-Identifier: GPL-3.0-or-later
"""The schedule put in place: planned, written, written again without a change, and taken away."""

from __future__ import annotations

import pathlib
import stat
import typing as t

import pytest
import yaml

from tests.harness import systems
from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, said
from tests.harness.world import World

RUNS = [{"tags": ["daily"], "cron": "0 7 * * *"}, {"tags": ["weekly"], "cron": "0 8 * * mon", "grace": "2h"}]
FILES = {
    "cron": ["saasops-shop-production"],
    "systemd": [f"saasops-shop-production-{tag}.{kind}" for tag in ("daily", "weekly") for kind in ("service", "timer")],
    "awx": ["awx.yml"],
}


def inventory(world: World, *runs: dict[str, t.Any]) -> pathlib.Path:
    there = world.folder / "there"
    there.mkdir(exist_ok=True)
    variables = {
        "saasops_system": "shop",
        "saasops_environment": "production",
        "saasops_ledger_url": f"sqlite:///{world.folder}/ledger.sqlite3",
        "schedule_runs": list(runs),
        "schedule_timezone": "Europe/Berlin",
        "schedule_machine_timezone": "Europe/Berlin",
        "schedule_cron_folder": str(there),
        "schedule_unit_folder": str(there),
        "schedule_enable": False,
        "schedule_awx_file": str(there / "awx.yml"),
        "schedule_log_folder": str(world.folder / "log"),
    }
    path = world.folder / "schedule.yml"
    path.write_text(yaml.safe_dump({"components": {"vars": variables, "hosts": {"app": {"component_vendor": "other"}}}}), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", FILES)
def test_it_is_planned_written_once_and_taken_away(launcher: Launcher, world: World, kind: str) -> None:
    given = ("-e", f"schedule_kind={kind}")
    place = inventory(world, *RUNS)
    there = world.folder / "there"
    plan = launcher.play(world, "schedule", *given, "--check", "--diff", inventory=place)
    assert plan.code == 0 and "PLAN ONLY" in plan.headline, plan.output
    assert list(there.iterdir()) == [] and "Written by saasops.runbooks" in plan.output
    done = launcher.play(world, "schedule", *given, inventory=place)
    assert done.code == 0 and "SCHEDULED" in done.headline, done.output
    assert sorted(path.name for path in there.iterdir()) == sorted(FILES[kind])
    assert {stat.S_IMODE(path.stat().st_mode) for path in there.iterdir()} == {0o600}
    assert "daily 0 7 * * * " in said(done)
    check_fits(done)
    again = launcher.play(world, "schedule", *given, inventory=place)
    assert (again.code, again.changed) == (0, 0), again.output
    # From now on a run that does not happen is missed.
    assert [(row["tags"], row["verdict"]) for row in systems.rows(world, "shop/production")] == [(["daily"], "installed"), (["weekly"], "installed")]
    fewer = launcher.play(world, "schedule", *given, inventory=inventory(world, RUNS[0]))
    assert fewer.code == 0 and not [path.name for path in there.iterdir() if "weekly" in path.name], fewer.output
    gone = launcher.play(world, "schedule", *given, "-e", "schedule_state=absent", inventory=inventory(world, *RUNS))
    assert gone.code == 0 and list(there.iterdir()) == [], gone.output


def test_a_schedule_that_cannot_be_right_writes_nothing(launcher: Launcher, world: World) -> None:
    for runs, reason in (([], "schedule_runs is not there"), ([{"tags": ["daily"], "cron": "7 o'clock"}], "give five fields")):
        run = launcher.play(world, "schedule", inventory=inventory(world, *runs))
        assert run.code not in (0, None) and reason in said(run), run.output
        assert "REFUSED - nothing was written" in run.headline and list((world.folder / "there").iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_as_failed_with_its_reason(launcher: Launcher, world: World) -> None:
    place = inventory(world, *RUNS)
    (world.folder / "no-folder").touch()
    given = ("-e", "schedule_kind=cron", "-e", f"schedule_cron_folder={world.folder}/no-folder/cron.d")
    run = launcher.play(world, "schedule", *given, inventory=place)
    assert run.code not in (0, None) and "FAILED - the schedule may be in place in part" in run.headline, run.output
    assert "UNKNOWN" not in run.summary and f"{world.folder}/no-folder" in run.summary.replace("\n", "").replace("   ", ""), run.summary
    assert systems.rows(world, "shop/production") == [], "what was not installed cannot be missed"
    check_fits(run)
    again = launcher.play(world, "schedule", "-e", "schedule_kind=cron", inventory=place)
    assert again.code == 0 and "SCHEDULED" in again.headline, again.output

# SPDX-License-Identifier: GPL-3.0-or-later
"""backup: a real PostgreSQL beside the sandbox's vendors, stored by a real restic as one set; killed anywhere, nothing half stored counts."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import time
import typing as t

import pytest

from tests.harness import postgresql, restic
from tests.harness.launcher import Launcher
from tests.harness.matrix import sample
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import World
from tests.integration.database_fixtures import connect
from tests.sandbox import postgresql as programs
from tests.sandbox.kill import kill_tree

NewWorld = t.Callable[..., World]
PARTS = ["api/variables.json", "app/variables.json", "dashboard/variables.json", "database/postgres.dump"]
# A restic that stands still at its n-th call, before it or after it, until it is killed or may go on.
GATE = """#!/bin/sh
exec 9>{folder}/lock; flock 9
count=$(($(cat {folder}/count 2>/dev/null || echo 0) + 1)); echo $count >{folder}/count
exec 9>&-
stand() {{ touch {folder}/stopped; while [ ! -e {folder}/go ]; do sleep 0.05; done; }}
if [ "$count.before" = {stop} ]; then stand; fi
{restic} "$@"; code=$?
if [ "$count.after" = {stop} ]; then stand; fi
exit $code
"""
# As many calls as a run makes of it, more or less; what is beyond the last one is a run that ends.
CALLS = [f"{number}.{when}" for number in range(1, 17) for when in ("before", "after")]


@dataclasses.dataclass
class Kept:
    """A world whose database holds something, and the repository that its inventory names."""

    world: World
    url: str
    place: pathlib.Path

    def inventory(self, **more: t.Any) -> None:
        hosts = {"database": {"component_vendor": "postgres", "component_dsn": self.url}}
        self.world.inventory = self.world.write_inventory(hosts=hosts, **variables(self.place, **more))

    def sets(self) -> list[str]:
        """The ids of the sets that are there: those that have a manifest."""
        return [tag.removeprefix("set:") for one in restic.snapshots(self.place, "manifest") for tag in one["tags"] if tag.startswith("set:")]

    def manifest(self, set_id: str) -> dict[str, t.Any]:
        told = restic.ask(self.place, "dump", "--tag", f"manifest,set:{set_id}", "latest", "/manifest.json")
        assert told.returncode == 0, told.stderr
        return t.cast("dict[str, t.Any]", json.loads(told.stdout))


@pytest.fixture
def kept(postgresql_url: str, new_world: NewWorld) -> Kept:
    world = new_world("healthy")
    url = postgresql.fresh_database(postgresql_url)
    with connect(url) as connection:
        connection.execute("CREATE TABLE users (id serial PRIMARY KEY, email text)")
        connection.execute("INSERT INTO users (email) SELECT 'user' || n || '@example.com' FROM generate_series(1, 100) n")
    made = Kept(world, url, restic.repository(world.folder / "repository"))
    made.inventory()
    return made


def variables(place: pathlib.Path | str, **more: t.Any) -> dict[str, t.Any]:
    return {"backup_repository": str(place), "backup_password": restic.PASSWORD, "backup_programs": str(programs.programs()), **more}


def test_a_plan_then_a_set(kept: Kept, launcher: Launcher) -> None:
    plan = launcher.play(kept.world, "backup", "--check", "--diff")
    assert (plan.code, plan.stats["word"], kept.sets(), plan.changed > 0) == (0, "plan", [], True), plan.output
    run = launcher.play(kept.world, "backup", "-e", "backup_why=pre_deploy", "-e", "backup_reason=release 42")
    assert (run.code, run.stats["word"]) == (0, "done"), run.output
    assert run.stats["changes"] == plan.stats["changes"]
    assert "BACKED UP" in run.headline
    assert "NOT off-site: it is on this machine" in said(run)
    check_fits(run)
    check_fits(plan)
    (made,) = kept.sets()
    manifest = kept.manifest(made)
    assert [part["name"] for part in manifest["parts"]] == PARTS
    assert (manifest["why"], manifest["reason"], manifest["complete"], manifest["environment"]) == ("pre_deploy", "release 42", True, "shop/production")
    assert manifest["parts"][3]["counts"]["public.users"] == 100
    assert set(manifest["releases"]) == {"api", "app", "dashboard"}
    # Nothing secret is told anywhere, and nothing is left in clear.
    assert restic.PASSWORD not in plan.output + run.output + json.dumps(manifest)
    assert "user1@example.com" not in run.output + json.dumps(manifest)
    assert list((kept.world.state / "saasops/work").iterdir()) == []
    # The vendors were only read.
    assert kept.world.changes() == []


def test_by_the_page_alone_everything_comes_back(kept: Kept, launcher: Launcher) -> None:
    run = launcher.play(kept.world, "backup")
    assert run.code == 0, run.output
    (made,) = kept.sets()
    page = (kept.place / "HOW-TO-RESTORE.md").read_text()
    folder = kept.world.folder / "by-hand"
    folder.mkdir()
    commands = [line.strip().partition("  #")[0] for line in page.splitlines() if line.startswith("    ")]
    typed = "\n".join(line for line in commands if not line.startswith(("export RESTIC_PASSWORD", "SET=")))
    with connect(kept.url) as connection:
        host = connection.info.host
    environment = {
        "PATH": f"{programs.programs()}:{os.environ['PATH']}",
        "HOME": str(folder),
        "RESTIC_PASSWORD": restic.PASSWORD,
        "SET": f"set:{made}",
        "PGHOST": host,
        "PGUSER": "postgres",
    }
    done = subprocess.run(["sh", "-euc", typed], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        with connect(kept.url.replace(kept.url.split("?")[0].rpartition("/")[2], "restored", 1)) as connection:
            row = connection.execute("SELECT count(*), min(email) FROM users").fetchone()
        assert row == (100, "user100@example.com")
    finally:
        subprocess.run([programs.programs() / "dropdb", "--if-exists", "restored"], env=environment, check=True)


def test_what_cannot_be_read_costs_its_own_part_and_the_run_says_so(kept: Kept, launcher: Launcher) -> None:
    whole = launcher.play(kept.world, "backup")
    assert whole.code == 0, whole.output
    good, kept.url = kept.url, kept.url.replace("postgres@", "nobody@")
    kept.inventory()
    run = launcher.play(kept.world, "backup")
    assert (run.code == 0, run.stats["word"], run.stats["outcomes"]["database"], run.stats["outcomes"]["api"]) == (False, "partly", "failed", "done"), (
        run.output
    )
    assert "PARTLY BACKED UP" in run.headline
    assert "FAILED" in run.summary
    assert run.recap("database")["failed"] == 1
    check_fits(run)
    newest = next(one for one in kept.sets() if one.endswith(run.stats["run"]))
    manifest = kept.manifest(newest)
    assert (manifest["complete"], [part["state"] for part in manifest["parts"]]) == (False, ["whole", "whole", "whole", "failed"])
    kept.url = good
    kept.inventory()
    limited = launcher.play(kept.world, "backup", "--limit", "database", "-e", "backup_why=pre_migration")
    assert (limited.code, limited.stats["word"]) == (0, "done"), limited.output
    assert "without api, app, dashboard (--limit)" in limited.headline
    assert len(kept.sets()) == 3


def test_what_cannot_be_done_is_refused_in_one_clear_word(kept: Kept, launcher: Launcher, tmp_path: pathlib.Path) -> None:
    before = launcher.play(kept.world, "backup")
    assert before.code == 0, before.output
    empty = tmp_path / "empty"
    empty.mkdir()
    cases: list[tuple[dict[str, t.Any], str]] = [
        ({"backup_password": "wrong-password"}, "does not open with this password"),
        ({"backup_repository": "rest:http://127.0.0.1:1/shop"}, "cannot be reached"),
        ({"backup_offsite": "required"}, "the backups are not off-site: it is on this machine"),
        ({"backup_retention": {"dayly": 3}}, "retention has dayly"),
    ]
    for wrong, words in cases:
        kept.inventory(**wrong)
        run = launcher.play(kept.world, "backup")
        check_refused(kept.world, run, words)
        check_fits(run)
        assert "wrong-password" not in run.output
    kept.inventory()
    path = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if not (pathlib.Path(one) / "restic").exists())
    bare = launcher.play(kept.world, "backup", environment=kept.world.environment(PATH=path))
    check_refused(kept.world, bare, "there is no program restic", "apt install restic")
    assert len(kept.sets()) == 1


# -- killed, and two at once
def gated(kept: Kept, stop: str) -> pathlib.Path:
    """Have a restic that stops where it is told in place of the real one."""
    folder = kept.world.folder / "gate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for program in ("pg_dump", "pg_restore", "psql"):
        (folder / program).symlink_to(programs.programs() / program)
    gate = folder / "restic"
    gate.write_text(GATE.format(folder=folder, restic=shutil.which("restic"), stop=stop))
    gate.chmod(0o700)
    kept.inventory(backup_programs=str(folder))
    return folder


def stopped(folder: pathlib.Path, ended: t.Callable[[], bool]) -> bool:
    """Wait for the gate, or for a run that came past it."""
    while not (folder / "stopped").exists():
        if ended():
            return (folder / "stopped").exists()
        time.sleep(0.02)
    return True


def killed_and_run_again(kept: Kept, launcher: Launcher, stop: str) -> None:
    before = set(kept.sets())
    folder = gated(kept, stop)
    started = launcher.start(kept.world, "backup").go()
    reached = stopped(folder, started.ended)
    kill_tree(started.pid)
    first = started.wait()
    assert reached or first.code == 0, first.output
    cut = set(kept.sets()) - before
    # A set that is listed is whole, and whatever else was stored is none.
    assert all(kept.manifest(one)["complete"] for one in cut), stop
    kept.inventory()
    again = launcher.play(kept.world, "backup")
    assert (again.code, again.stats["word"]) == (0, "done"), again.output
    assert len(set(kept.sets()) - before - cut) == 1
    assert restic.ask(kept.place, "check", "--read-data").returncode == 0
    assert [path.name for path in (kept.place / "locks").iterdir() if "-tmp-" not in path.name] == []
    work = kept.world.state / "saasops/work"
    assert not work.exists() or list(work.iterdir()) == []


@pytest.mark.parametrize("stop", sample(CALLS, 2))
def test_killed_anywhere_a_rerun_converges(kept: Kept, launcher: Launcher, stop: str) -> None:
    killed_and_run_again(kept, launcher, stop)
    assert len(kept.sets()) >= 1


@pytest.mark.soak
@pytest.mark.parametrize("stop", CALLS)
def test_killed_everywhere_a_rerun_converges(kept: Kept, launcher: Launcher, stop: str) -> None:
    killed_and_run_again(kept, launcher, stop)
    assert len(kept.sets()) >= 1


def test_a_second_backup_is_refused_and_what_changes_something_is_not(kept: Kept, launcher: Launcher) -> None:
    folder = gated(kept, "6.before")
    first = launcher.start(kept.world, "backup", "-e", "backup_reason=nightly").go()
    assert stopped(folder, first.ended), first.wait().output
    kept.inventory()
    second = launcher.play(kept.world, "backup")
    check_refused(kept.world, second, "is at work here: backup: nightly")
    other = launcher.play(kept.world, "db_migrate", "--limit", "database")
    assert (other.code, other.stats["word"]) == (0, "nothing"), other.output
    (folder / "go").touch()
    run = first.wait()
    assert (run.code, run.stats["word"], len(kept.sets())) == (0, "done", 1), run.output

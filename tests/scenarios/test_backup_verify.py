# SPDX-License-Identifier: GPL-3.0-or-later
"""backup_verify and its lines in other verbs: real dumps in a real repository, beside the sandbox's vendors. Nothing is changed by any look."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups, history
from tests.harness import backup_shop, matrix
from tests.harness.backup_shelf import DAY, HOUR, PASSWORD, Shelf
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World
from tests.sandbox.launch import Sandbox

NewWorld = t.Callable[..., World]


class Kept(t.NamedTuple):
    world: World
    shelf: Shelf
    contents: list[backup_shop.Content]
    now: float

    def add(self) -> None:
        """The newest set, an hour old."""
        self.shelf.add(backup_shop.moment(self.now, 0), [self.contents[0]])

    def declare(self, **more: t.Any) -> None:
        hosts: dict[str, t.Any] = {name: {"component_backup": False} for name in self.world.components()}
        hosts["database"] = {"component_vendor": "postgres", "component_backup": {"watermark": True}}
        options = self.shelf.options()
        common = {f"backup_{name}": options[name] for name in ("repository", "password", "programs")}
        self.world.inventory = self.world.write_inventory(hosts=hosts, backup_offsite="ignored", **common, **more)


@pytest.fixture(scope="module")
def template(postgresql_url: str, sandbox_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shelf, list[backup_shop.Content], float]:
    """Sets of two days, the newest of yesterday, made once."""
    sandbox_process.scenario("bad-release")
    now = float(sandbox_process.clock()["now"])
    shelf = Shelf.make(tmp_path_factory.mktemp("template") / "shelf")
    contents, _bent = backup_shop.databases(random.Random(matrix.seed()), now, postgresql_url)
    for day in (2, 1):
        shelf.add(backup_shop.moment(now, day), [contents[day]])
    return shelf, contents, now


@pytest.fixture
def kept(new_world: NewWorld, template: tuple[Shelf, list[backup_shop.Content], float], tmp_path: pathlib.Path) -> Kept:
    """The shop's components, of which the database alone is backed up."""
    before, contents, now = template
    shelf = before.copy(tmp_path / "shelf")
    world = new_world(ledger_url=shelf.ledger_url)
    made = Kept(world, shelf, contents, now)
    made.declare()
    return made


def found(run: Run) -> dict[str, str]:
    """``component name`` and verdict of what is not well."""
    return {f"{one['component']} {one['name']}".strip(): one["verdict"] for one in run.stats["checks"] if one["verdict"] not in ("pass", "skipped")}


def test_what_is_well_is_called_well_and_remembered(kept: Kept, launcher: Launcher) -> None:
    world = kept.world
    kept.add()
    kept.shelf.prove(kept.now - 12 * DAY)
    plan = launcher.play(world, "backup_verify", "--check")
    run = launcher.play(world, "backup_verify")
    assert (plan.code, run.code) == (0, 0), run.output
    assert found(plan) == found(run) == {}
    assert "backup_verify OK" in run.headline
    assert "backup 1 h old" in said(run)
    assert "content as told" in said(run)
    check_fits(run)
    assert (world.changes(), run.changed) == ([], 0)
    assert PASSWORD not in plan.output + run.output
    with ledger(world) as store:
        assert [row["value"] for row in history.rows(store, component="database", name="backup age")] == [1.0]
        assert [row["verdict"] for row in history.rows(store, component="", name="backup_verify")] == ["pass"]
        # At the newest set alone, and once.
        assert [row["verified"] for row in backups.rows(store)] == ["pass", None, None]


def test_exactly_what_is_wrong_is_named(kept: Kept, launcher: Launcher) -> None:
    """Yesterday's set is a day old, nobody has restored one, and a file of the repository is not what it was."""
    first = launcher.play(kept.world, "backup_verify", "-e", "backup_verify_read_data=1/1")
    assert first.code != 0
    assert found(first) == {"database backup age": "fail", "backup proof": "warn"}
    assert "25 h old (limit 24 h)" in said(first)
    kept.add()
    index = next((kept.shelf.repository / "index").iterdir())
    index.chmod(0o600)
    index.write_bytes(index.read_bytes()[:-1])
    second = launcher.play(kept.world, "backup_verify")
    assert second.code != 0
    assert found(second).items() >= {"backup integrity": "fail", "backup proof": "warn"}.items()
    assert second.stats["word"] == "fail"
    with ledger(kept.world) as store:
        assert [row["verified"] for row in backups.rows(store)] == ["fail", "fail", None]
    check_fits(second)


def test_a_wrong_key_is_a_failure_and_no_place_to_look_is_none(kept: Kept, launcher: Launcher) -> None:
    kept.add()
    wrong = launcher.play(kept.world, "backup_verify", "-e", "backup_password=another")
    assert wrong.code != 0
    assert found(wrong) == {"backup encryption": "fail", "database backup age": "inconclusive"}
    assert "does not open with this password" in said(wrong)
    away = launcher.play(kept.world, "backup_verify", "-e", "backup_repository=rest:http://127.0.0.1:1/", "-e", "backup_verify_deadline=5s")
    assert away.code != 0
    assert found(away)["backup encryption"] == "error"


@pytest.mark.parametrize(
    ("extra", "reason"),
    [("backup_verify_read_data=7", "read_data"), ('{"backup_tables_watch": {"users": "many"}}', "tables_watch")],
)
def test_bad_input_is_named(kept: Kept, launcher: Launcher, extra: str, reason: str) -> None:
    run = launcher.play(kept.world, "backup_verify", "-e", extra)
    assert run.code != 0
    assert reason in said(run)


def test_a_misspelt_variable_is_refused_before_anything(kept: Kept, launcher: Launcher) -> None:
    run = launcher.play(kept.world, "backup_verify", "-e", "backup_verify_contnt=false")
    check_refused(kept.world, run, "backup_verify_content")
    assert run.code != 0


def test_health_and_doctor_tell_what_one_could_fall_back_on_without_asking_the_repository(kept: Kept, launcher: Launcher) -> None:
    kept.add()
    kept.shelf.prove(kept.now - 12 * DAY)
    (kept.shelf.repository / "config").unlink()
    health = launcher.play(kept.world, "health", "-e", "health_recheck_after=0s")
    assert "backup database 1 h old (limit 24 h), not off-site; last proven restore 12 d ago, RTO 4 min" in said(health)
    kept.world.sandbox.advance(23 * HOUR)
    late = launcher.play(kept.world, "health", "-e", "health_recheck_after=0s", "--limit", "database")
    assert late.code != 0
    assert [(one["verdict"], one["value"]) for one in late.stats["checks"] if one["name"] == "backup"] == [("fail", 24.0)]
    doctor = launcher.play(kept.world, "doctor", "--limit", "database", "-e", "backup_max_age=48h")
    rows = {one["name"]: one for one in doctor.stats["checks"]}
    assert (rows["backup_verify: backup"]["verdict"], rows["backup_verify: program"]["verdict"]) == ("pass", "pass")


def test_a_report_has_the_backups_and_a_schedule_looks_at_them(kept: Kept, launcher: Launcher) -> None:
    kept.add()
    kept.shelf.prove(kept.now - 12 * DAY)
    items = [{"name": "backups", "tags": ["daily"], "do": "backup_verify", "budget": "5m"}]
    kept.declare(scheduled_items=items)
    scheduled = launcher.play(kept.world, "scheduled", "--tags", "daily")
    assert scheduled.code == 0, scheduled.output
    assert "backups OK" in said(scheduled)
    folder = kept.world.folder / "told"
    report = launcher.play(kept.world, "report", "-e", f"report_folder={folder}")
    assert report.code == 0
    text = next(folder.glob("*.md")).read_text()
    backups = text[text.index("## Backups") : text.index("## Certificates")]
    assert all(name in backups for name in ("backup age", "backup content", "backup integrity", "backup proof")), backups

# SPDX-License-Identifier: GPL-3.0-or-later
"""A component at Atlas through the playbooks: planned as it is then done, verified with Atlas, told as no copy elsewhere, and never put back by a set."""

from __future__ import annotations

import typing as t

import pytest

from tests.harness import restic
from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, said
from tests.harness.world import Run, World

PASSWORD = "scenario-references-7Hn4Wd9Zq2Lx8Tb5"
LIMIT = ("--limit", "documents,dashboard")


class Documents:
    def __init__(self, world: World) -> None:
        self.world = world
        known = world.sandbox_run["atlas"]
        self.secret = known["client_secret"]
        place = {f"atlas_{name}": known[name] for name in ("client_id", "project", "cluster")}
        documents = {"component_vendor": "atlas", "atlas_api_url": known["url"], "atlas_client_secret": self.secret, **place}
        every: dict[str, t.Any] = {name: {"component_backup": False} for name in world.components()}
        given = {"backup_repository": str(restic.repository(world.folder / "repository", PASSWORD)), "backup_password": PASSWORD}
        world.inventory = world.write_inventory(hosts={**every, "documents": documents}, **given)

    def taken(self) -> int:
        return len([entry for entry in self.world.sandbox.journal(changes=True, vendor="atlas") if entry["effect"]])


@pytest.fixture
def documents(world: World) -> Documents:
    return Documents(world)


def check(run: Run, name: str) -> dict[str, t.Any]:
    return next(one for one in run.stats["checks"] if one["name"] == name and one["component"] in ("", "documents"))


def test_a_set_refers_to_a_snapshot_and_tells_what_that_is_worth(documents: Documents, launcher: Launcher) -> None:
    world = documents.world
    plan = launcher.play(world, "backup", "--check")
    assert (plan.code, documents.taken()) == (0, 0), plan.output
    done = launcher.play(world, "backup")
    assert (done.code, documents.taken()) == (0, 1), done.output
    assert documents.secret not in plan.output + done.output

    seen = launcher.play(world, "backup_verify")
    assert check(seen, "backup reference")["verdict"] == "pass", seen.output
    assert documents.secret not in seen.output
    check_fits(seen)

    documents.world.sandbox.ask("POST", "/world", {"vendor": "atlas", "set": {"gone": ["*"]}})
    lost = launcher.play(world, "backup_verify")
    assert lost.code != 0 and check(lost, "backup reference")["verdict"] == "fail"
    assert "is not at Atlas any more" in said(lost)
    check_fits(lost)


def test_doctor_tells_of_the_service_account(documents: Documents, launcher: Launcher) -> None:
    run = launcher.play(documents.world, "doctor", *LIMIT)
    (told,) = (one for one in run.stats["checks"] if one["name"] == "doctor: token" and one["component"] == "documents")
    assert told["verdict"] == "pass" and told["reason"].startswith("service account, variable atlas_client_secret"), run.output
    assert documents.secret not in run.output and documents.taken() == 0


def test_a_restore_leaves_to_atlas_what_atlas_keeps(documents: Documents, launcher: Launcher) -> None:
    world = documents.world
    assert launcher.play(world, "backup").code == 0
    run = launcher.play(world, "restore", "--check", *LIMIT)
    # Nothing was compared, so nothing may be called the same as the set.
    assert run.code != 0 and "REFUSED" in run.headline and "the same" not in said(run), run.output
    assert "the set holds nothing that could be put back" in said(run)
    assert "documents/atlas.json: a reference: its vendor alone can put it back" in said(run)
    named = launcher.play(world, "restore", "--check", *LIMIT, "-e", "restore_parts=documents/atlas.json")
    assert named.code != 0 and "documents/atlas.json is a reference to what its vendor keeps" in said(named)
    assert not [entry for entry in world.sandbox.journal(changes=True, vendor="atlas") if "restoreJobs" in entry["operation"]]

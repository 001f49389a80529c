# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of a Convex deployment against the sandbox: one is made at most, and the file is whole or not there."""

from __future__ import annotations

import hashlib
import pathlib
import stat
import typing as t
import zipfile

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.modules import convex_export
from tests.integration.convex_shop import FAULTS, changes, named, run, state
from tests.integration.tasks import Json, asked

ROWS = {"bookings": 24, "memberships": 12, "orders": 18, "users": 12}


@pytest.fixture
def dest(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "shop.zip"


def export(world: t.Any, dest: pathlib.Path, check: bool = False, **options: t.Any) -> Json:
    return run(world, convex_export, check, dest=str(dest), **options)


def made(world: t.Any) -> int:
    return int(state(world)["effects"]["exports"])


def request_by_hand(world: t.Any, files: bool = False) -> None:
    convex = world.run["convex"]
    answer = requests.post(
        f"{convex['url']}/api/export/request/zip",
        params={"includeStorage": str(files).lower()},
        headers={"Authorization": f"Convex {convex['deploy_key']}"},
        timeout=10,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("files", [False, True])
def test_plan_apply_see_and_make_another(sandbox: t.Any, dest: pathlib.Path, files: bool) -> None:
    plan = export(sandbox, dest, check=True, include_storage=files)
    assert (plan["changed"], changes(sandbox), dest.exists()) == (True, [], False)
    done = export(sandbox, dest, include_storage=files)
    assert (plan["changes"], plan["diff"]["before"]) == (done["changes"], done["diff"]["before"])
    assert set(plan["export"]) == set(done["export"])
    told = done["export"]
    assert (told["tables"], told["files"], told["adopted"]) == (ROWS, 3 if files else 0, False)
    assert (told["sha256"], told["size"]) == (hashlib.sha256(dest.read_bytes()).hexdigest(), dest.stat().st_size)
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    with zipfile.ZipFile(dest) as archive:
        assert archive.testzip() is None
    assert asked(done)[:2] == ["run_query", "request_export"]
    assert asked(done)[-1] == "download_export"
    assert made(sandbox) == 1
    assert export(sandbox, dest)["failure"]["code"] == "file_exists"
    again = export(sandbox, dest, include_storage=files, overwrite=True)
    assert (again["changes"], made(sandbox)) == (done["changes"], 2)
    assert again["export"]["id"] != told["id"]


def test_a_young_one_is_shared(sandbox: t.Any, dest: pathlib.Path) -> None:
    first = export(sandbox, dest, max_age="1h")
    again = export(sandbox, dest, max_age="1h", overwrite=True)
    assert (again["changes"], again["export"]["sha256"], made(sandbox)) == ([], first["export"]["sha256"], 1)
    assert asked(again) == ["run_query", "download_export"]


@pytest.mark.parametrize("lag", [0, 7])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_to_the_request_one_export_is_made(sandbox: t.Any, dest: pathlib.Path, fault: Json, lag: int) -> None:
    sandbox.scenario("bad-release", convex_export_lag=lag)
    sandbox.fault(**{"vendor": "convex", "operation": "export/request", "changes": True, **fault})
    done = export(sandbox, dest, request_timeout="1s")
    assert done["export"]["tables"] == ROWS, done
    assert made(sandbox) == 1


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited"])
def test_a_fault_of_the_file_begins_it_anew(sandbox: t.Any, dest: pathlib.Path, kind: str) -> None:
    sandbox.fault(kind, vendor="convex", operation="GET /api/export/zip")
    done = export(sandbox, dest)
    assert done["export"]["tables"] == ROWS, done
    assert asked(done).count("download_export") == 2


@pytest.mark.parametrize("kind", ["garbage", "big"])
def test_a_file_that_is_none_is_not_kept(sandbox: t.Any, dest: pathlib.Path, kind: str) -> None:
    sandbox.fault(kind, vendor="convex", operation="GET /api/export/zip", times=0)
    assert export(sandbox, dest)["failure"]["kind"] == "protocol"
    assert not list(dest.parent.iterdir())


def test_one_in_progress_is_taken_over_or_refused(sandbox: t.Any, dest: pathlib.Path) -> None:
    request_by_hand(sandbox)
    for check in (True, False):
        assert export(sandbox, dest, check, in_progress="refuse")["failure"]["code"] == "busy"
        assert export(sandbox, dest, check, include_storage=True)["failure"]["code"] == "busy"
    plan, done = export(sandbox, dest, check=True), export(sandbox, dest)
    assert plan["changes"] == done["changes"] == []
    assert (done["export"]["adopted"], plan["export"]["id"], made(sandbox)) == (True, done["export"]["id"], 1)


def test_one_that_takes_too_long_is_taken_over_by_the_next_run(sandbox: t.Any, dest: pathlib.Path) -> None:
    assert export(sandbox, dest, deadline="10s")["failure"]["kind"] == "timeout"
    assert export(sandbox, dest)["export"]["adopted"]
    assert made(sandbox) == 1


@pytest.mark.parametrize(("result", "kind"), [("failed", "failed"), ("canceled", "failed")])
def test_one_that_does_not_end_well_is_told(sandbox: t.Any, dest: pathlib.Path, result: str, kind: str) -> None:
    sandbox.patch("functions", export_result=result)
    assert export(sandbox, dest)["failure"]["kind"] == kind
    assert not dest.exists()


def test_a_state_that_nobody_has_heard_of_is_no_success(sandbox: t.Any, dest: pathlib.Path) -> None:
    sandbox.fault("unknown_status", vendor="convex", changes=False, times=0)
    assert export(sandbox, dest).get("failed")
    assert not dest.exists()


def test_a_key_may_lack_each_of_the_permissions(sandbox: t.Any, dest: pathlib.Path) -> None:
    needed = ["deployment:backups:view", "deployment:backups:create", "deployment:backups:download"]
    for number, lacking in enumerate(needed):
        sandbox.patch("functions", allowed=needed[:number])
        failure = export(sandbox, dest, max_age="1h")["failure"]
        assert (failure["kind"], failure["hint"]) == ("permission", f"Make a deploy key that has the permission {lacking}")
    sandbox.patch("functions", allowed=needed)
    # The one that could not be fetched is there still.
    assert export(sandbox, dest, max_age="1h")["export"]["adopted"]


def test_a_larger_one_comes_in_pieces(sandbox: t.Any, dest: pathlib.Path) -> None:
    sandbox.scenario("bad-release", scale=500)
    told = export(sandbox, dest)["export"]
    assert told["tables"]["bookings"] == 12000
    assert told["size"] > 1024 * 1024

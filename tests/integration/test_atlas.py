# SPDX-License-Identifier: GPL-3.0-or-later
"""MongoDB Atlas against the sandbox: a snapshot is made once and waited for, and all of them are told."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import atlas_snapshot, atlas_snapshot_info
from tests.integration import tasks
from tests.integration.tasks import Json, asked

TAKE = "POST /api/atlas/v2/groups/{id}/clusters/{id}/backup/snapshots"


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["atlas"]
    given = {name: known[name] for name in ("client_id", "client_secret", "project", "cluster")}
    result = tasks.run(module, {**given, "api_url": known["url"], **options}, check)
    assert known["client_secret"] not in json.dumps(result)
    return result


def snapshot(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, atlas_snapshot, check, **{"description": "before migration", **options})


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "atlas", "set": facts})


def made(world: t.Any) -> int:
    return len([entry for entry in world.journal(changes=True, vendor="atlas") if entry["effect"]])


def test_snapshots_are_told_the_newest_first(sandbox: t.Any) -> None:
    told = run(sandbox, atlas_snapshot_info)
    moments = [one["created_at"] for one in told["snapshots"]]
    assert moments == sorted(moments, reverse=True) and len(moments) == 9
    # The newest one failed.
    assert told["snapshots"][0]["status"] == "failed" and told["newest_at"] == moments[1]
    assert asked(told) == ["access_token", "list_backup_snapshots"]


def test_many_come_in_pages(sandbox: t.Any) -> None:
    set_world(sandbox, more=191)
    told = run(sandbox, atlas_snapshot_info)
    assert len({one["id"] for one in told["snapshots"]}) == 200
    assert asked(told).count("list_backup_snapshots") == 3


def test_a_snapshot_is_planned_made_and_there(sandbox: t.Any) -> None:
    done = tasks.planned_and_done(run, sandbox, atlas_snapshot, description="before migration", retention_days=3)
    told = done["snapshot"]
    assert (told["status"], told["expires_at"] - told["created_at"], made(sandbox)) == ("completed", 3 * 86400.0, 1)


def test_one_that_failed_is_made_anew(sandbox: t.Any) -> None:
    assert snapshot(sandbox, description="half-way")["snapshot"]["status"] == "completed"
    assert made(sandbox) == 1


@pytest.mark.parametrize(
    "fault",
    [{"kind": "lost"}, {"kind": "reset"}, {"kind": "truncated"}, {"kind": "status", "status": 500}, {"kind": "rate_limited", "retry_after": 2}],
    ids=lambda fault: str(fault["kind"]),
)
def test_whatever_happens_to_the_request_it_is_made_once(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "atlas", "operation": TAKE, **fault})
    done = snapshot(sandbox, request_timeout="1s")
    assert done["snapshot"]["status"] == "completed", done
    assert made(sandbox) == 1


def test_one_that_is_being_made_is_waited_for(sandbox: t.Any) -> None:
    late = snapshot(sandbox, deadline="5s")["failure"]
    assert (late["kind"], "goes on at Atlas" in late["hint"]) == ("timeout", True)
    plan, done = snapshot(sandbox, check=True), snapshot(sandbox)
    assert (plan["changes"], done["changes"], done["snapshot"]["status"], made(sandbox)) == ([], [], "completed", 1)


@pytest.mark.parametrize(("result", "kind"), [("failed", "failed"), ("hibernating", "unknown")])
def test_one_that_does_not_become_good_is_told(sandbox: t.Any, result: str, kind: str) -> None:
    set_world(sandbox, result=result)
    assert snapshot(sandbox)["failure"]["kind"] == kind


def test_a_cluster_without_snapshots_is_told(sandbox: t.Any) -> None:
    set_world(sandbox, free=True)
    failure = snapshot(sandbox)["failure"]
    assert (failure["kind"], failure["code"], made(sandbox)) == ("invalid", "CLOUD_BACKUP_NOT_ENABLED", 0)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"project": "shop"}, "invalid"),
        ({"cluster": "a/b"}, "invalid"),
        ({"description": " "}, "invalid"),
        ({"retention_days": 0}, "invalid"),
        ({"client_id": "has blanks"}, "auth"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_request(sandbox: t.Any, options: Json, kind: str) -> None:
    assert snapshot(sandbox, **options)["failure"]["kind"] == kind
    assert sandbox.journal(vendor="atlas") == []


def test_a_wrong_secret_and_another_cluster_are_told(sandbox: t.Any) -> None:
    assert run(sandbox, atlas_snapshot_info, client_secret="mdb_sa_sk_wrong5Kd8")["failure"]["kind"] == "auth"
    assert run(sandbox, atlas_snapshot_info, cluster="another")["failure"]["kind"] == "not_found"

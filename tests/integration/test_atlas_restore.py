# SPDX-License-Identifier: GPL-3.0-or-later
"""atlas_restore_job against the sandbox: a snapshot or a moment goes into a target once, is waited for, and nothing is replaced that nobody has named."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import atlas_restore_job, atlas_snapshot_info
from tests.integration import tasks
from tests.integration.tasks import Json, asked, sent

RESTORE = "POST /api/atlas/v2/groups/{id}/clusters/{id}/backup/restoreJobs"
SCRATCH = "shop-scratch"


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["atlas"]
    given = {name: known[name] for name in ("client_id", "client_secret", "project", "cluster")}
    result = tasks.run(module, {**given, "api_url": known["url"], **options}, check)
    assert known["client_secret"] not in json.dumps(result)
    return result


def restore(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    given = {"target_cluster": SCRATCH, "confirm": SCRATCH, "allow": "destroy", "deadline": "30m", **options}
    return run(world, atlas_restore_job, check, **given)


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "atlas", "set": facts})


def made(world: t.Any) -> int:
    return len([entry for entry in world.journal(changes=True, vendor="atlas") if entry["effect"]])


def ago(world: t.Any, hours: float) -> str:
    return datetime.datetime.fromtimestamp(world.clock()["now"] - hours * 3600, datetime.UTC).isoformat()


@pytest.fixture
def kept(sandbox: t.Any) -> list[str]:
    """Ids of the snapshots that are complete, newest first."""
    return [one["id"] for one in run(sandbox, atlas_snapshot_info)["snapshots"] if one["status"] == "completed"]


def test_a_restore_is_planned_made_once_and_found(sandbox: t.Any, kept: list[str]) -> None:
    done = tasks.planned_and_done(
        run, sandbox, atlas_restore_job, snapshot=kept[0], target_cluster=SCRATCH, confirm=SCRATCH, allow="destroy", deadline="30m"
    )
    job = done["job"]
    assert (done["how"], job["state"], job["snapshot"], job["delivery"], job["target_cluster"]) == ("restore", "finished", kept[0], "automated", SCRATCH)
    assert job["finished_at"] and sent(done) == ["create_backup_restore_job"] and made(sandbox) == 1
    again = restore(sandbox, snapshot=kept[0])
    assert (again["how"], again["job"]) == ("already", job)
    # A job says by itself what it was of: its snapshot may be gone by then.
    set_world(sandbox, gone=["*"])
    assert restore(sandbox, snapshot=kept[0])["how"] == "already"


def test_a_snapshot_is_named_by_its_description_too(sandbox: t.Any) -> None:
    told = restore(sandbox, snapshot="half-way")["failure"]
    assert (told["kind"], "is failed" in told["message"]) == ("invalid", True)
    told = restore(sandbox, snapshot="half-wya")["failure"]
    assert (told["kind"], "half-way" in told["hint"]) == ("not_found", True) and made(sandbox) == 0


def test_a_moment_is_restored_once(sandbox: t.Any) -> None:
    at = ago(sandbox, 2)
    done, again = restore(sandbox, point_in_time=at), restore(sandbox, point_in_time=at)
    assert (done["job"]["delivery"], done["job"]["snapshot"], done["how"], again["how"], made(sandbox)) == ("pointInTime", None, "restore", "already", 1)
    assert done["job"]["point_in_time"] == float(int(datetime.datetime.fromisoformat(at).timestamp()))
    assert restore(sandbox, point_in_time=ago(sandbox, 100))["failure"]["code"] == "INVALID_POINT_IN_TIME"


def test_what_was_restored_over_since_is_restored_anew(sandbox: t.Any, kept: list[str]) -> None:
    for number, snapshot in enumerate((kept[0], kept[1], kept[0]), 1):
        assert (restore(sandbox, snapshot=snapshot)["how"], made(sandbox)) == ("restore", number)


def test_it_is_restored_once_more_where_that_is_asked_for(sandbox: t.Any, kept: list[str]) -> None:
    first, again = restore(sandbox, snapshot=kept[0]), restore(sandbox, snapshot=kept[0], again=True)
    assert (again["how"], first["job"]["id"] == again["job"]["id"], made(sandbox)) == ("restore", False, 2)


def test_one_that_is_under_way_is_waited_for_and_another_is_not_begun_beside_it(sandbox: t.Any, kept: list[str]) -> None:
    late = restore(sandbox, snapshot=kept[0], deadline="10s")["failure"]
    assert (late["kind"], "goes on at Atlas" in late["hint"]) == ("timeout", True)
    other = restore(sandbox, snapshot=kept[1])["failure"]
    assert (other["kind"], "another restore into shop-scratch is under way" in other["message"]) == ("conflict", True)
    plan, done = restore(sandbox, True, snapshot=kept[0], again=True), restore(sandbox, snapshot=kept[0], again=True)
    assert (plan["how"], plan["job"]["state"], plan["changes"]) == ("joined", "running", [])
    assert (done["how"], done["job"]["state"], done["changes"], made(sandbox)) == ("joined", "finished", [], 1)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "lost"}, {"kind": "reset"}, {"kind": "truncated"}, {"kind": "status", "status": 500}, {"kind": "rate_limited", "retry_after": 2}],
    ids=lambda fault: str(fault["kind"]),
)
def test_whatever_happens_to_the_request_it_is_made_once(sandbox: t.Any, kept: list[str], fault: Json) -> None:
    sandbox.fault(**{"vendor": "atlas", "operation": RESTORE, **fault})
    done = restore(sandbox, snapshot=kept[0], request_timeout="1s")
    assert done["job"]["state"] == "finished", done
    assert made(sandbox) == 1


@pytest.mark.parametrize("end", ["failed", "cancelled", "expired"])
def test_one_that_does_not_finish_is_told_and_made_anew(sandbox: t.Any, kept: list[str], end: str) -> None:
    set_world(sandbox, restore=end)
    told = restore(sandbox, snapshot=kept[0])["failure"]
    assert (told["kind"], told["message"].endswith(f"is {end}"), "is not known" in told["hint"]) == ("failed", True, True)
    set_world(sandbox, restore="finished")
    assert (restore(sandbox, snapshot=kept[0])["how"], made(sandbox)) == ("restore", 2)


def test_a_snapshot_that_has_expired_is_not_restored(sandbox: t.Any, kept: list[str]) -> None:
    set_world(sandbox, expired=[kept[0]])
    told = restore(sandbox, snapshot=kept[0])["failure"]
    assert (told["kind"], "has expired" in told["message"], made(sandbox)) == ("invalid", True, 0)


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"confirm": None}, "refused", "confirm"),
        ({"confirm": "production"}, "refused", "confirm"),
        # The cluster that the snapshot is of is no confirmation of another.
        ({"confirm": "shop"}, "refused", "confirm"),
        ({"target_cluster": "shop", "confirm": SCRATCH}, "refused", "confirm"),
        ({"allow": "change"}, "refused", "allow"),
        ({"target_cluster": "a/b", "confirm": "a/b"}, "invalid", ""),
        ({"target_project": "shop"}, "invalid", ""),
        ({"snapshot": None, "point_in_time": "2026-11-20 14:00"}, "invalid", ""),
        ({"snapshot": None, "point_in_time": "2126-11-20T14:00:00Z"}, "invalid", ""),
    ],
)
@pytest.mark.parametrize("check", [True, False], ids=["plan", "apply"])
def test_what_cannot_be_or_was_not_meant_is_told_before_the_first_request(sandbox: t.Any, options: Json, kind: str, code: str, check: bool) -> None:
    told = restore(sandbox, check, **{"snapshot": "before migration", **options})["failure"]
    assert (told["kind"], told["code"], bool(told["hint"])) == (kind, code, True)
    assert sandbox.journal(vendor="atlas") == []


def test_the_target_may_be_named_with_its_project(sandbox: t.Any, kept: list[str]) -> None:
    project = sandbox.run["atlas"]["project"]
    done = restore(sandbox, True, snapshot=kept[0], confirm=f"{project}/{SCRATCH}", target_project=project)
    assert done["changes"][0]["target"] == f"{project}/{SCRATCH}: replaced by snapshot {kept[0]}"


def test_a_target_that_is_not_there_is_told(sandbox: t.Any, kept: list[str]) -> None:
    told = restore(sandbox, snapshot=kept[0], target_cluster="nowhere", confirm="nowhere")["failure"]
    assert (told["kind"], "nowhere" in told["message"]) == ("not_found", True)


def test_what_is_there_already_costs_two_requests(sandbox: t.Any, kept: list[str]) -> None:
    restore(sandbox, snapshot=kept[0])
    assert asked(restore(sandbox, snapshot=kept[0])) == ["access_token", "list_backup_restore_jobs"]

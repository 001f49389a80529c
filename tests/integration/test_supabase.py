# SPDX-License-Identifier: GPL-3.0-or-later
"""Supabase against the sandbox: a restore point is made once and waited for, and backups are told as they are."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.modules import supabase_backup_info, supabase_restore_point
from tests.integration import tasks
from tests.integration.backup_parts import Place
from tests.integration.tasks import Json, asked

NAME = "before-migration"
CREATE = "POST /v1/projects/{id}/database/backups/restore-point"


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["supabase"]
    return tasks.run(module, {"token": known["token"], "api_url": known["url"], "project": known["project"], **options}, check)


def point(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, supabase_restore_point, check, **{"name": NAME, **options})


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "supabase", "set": facts})


def made(world: t.Any) -> int:
    return len([entry for entry in world.journal(changes=True, vendor="supabase") if entry["effect"]])


def test_backups_are_told(sandbox: t.Any) -> None:
    told = run(sandbox, supabase_backup_info)
    assert (told["project"]["name"], told["project"]["state"], told["pitr"]["enabled"]) == ("shop", "ACTIVE_HEALTHY", True)
    moments = [one["at"] for one in told["backups"]]
    assert moments == sorted(moments, reverse=True) and told["newest_at"] == moments[0] and len(moments) == 7
    assert told["pitr"]["earliest"] < told["pitr"]["latest"]
    assert told["schedule"]["time"] == "02:30:00"
    assert asked(told) == ["get_project", "list_all_backups", "get_backup_schedule"]


def test_what_supabase_keeps_is_told_in_a_set_as_a_reference(sandbox: t.Any) -> None:
    known = sandbox.run["supabase"]
    about: Json = {"name": "database", "component_vendor": "supabase", "supabase_api_url": known["url"], "component_backup": {"row_hashes": False}}
    given: Json = {"component": about, "dsn": "postgresql://nobody@127.0.0.1:1/shop", "source": None, "sslmode": None, "programs": None}
    place = Place(about, {"token": known["token"]}, given)
    dump = place.parts()
    about["supabase_project"] = known["project"]
    assert place.parts() == [*dump, ("database/supabase.json", "supabase")]
    stored = place.store("database/supabase.json")
    told = run(sandbox, supabase_backup_info)
    assert json.loads(stored.content)["backups"] == told["backups"] and stored.row["counts"] == {"backups": 7}
    assert "at Supabase alone" in stored.row["notes"][0] and rooms.restorer("supabase") is None


def test_one_that_failed_is_not_the_newest(sandbox: t.Any) -> None:
    set_world(sandbox, backups=["FAILED", "PENDING"], plan="free", state="INACTIVE")
    told = run(sandbox, supabase_backup_info)
    assert told["newest_at"] == told["backups"][2]["at"] and told["project"]["state"] == "INACTIVE"
    assert told["pitr"] == {"enabled": False, "earliest": None, "latest": None} and told["schedule"] is None


def test_a_restore_point_is_planned_made_and_there(sandbox: t.Any) -> None:
    done = tasks.planned_and_done(run, sandbox, supabase_restore_point, name=NAME)
    assert done["restore_point"]["status"] == "AVAILABLE" and done["restore_point"]["completed_at"]
    assert made(sandbox) == 1


@pytest.mark.parametrize(
    "fault",
    [{"kind": "lost"}, {"kind": "reset"}, {"kind": "truncated"}, {"kind": "status", "status": 500}, {"kind": "rate_limited", "retry_after": 2}],
    ids=lambda fault: str(fault["kind"]),
)
def test_whatever_happens_to_the_request_it_is_made_once(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "supabase", "operation": CREATE, **fault})
    done = point(sandbox, request_timeout="1s")
    assert done["restore_point"]["status"] == "AVAILABLE", done
    assert made(sandbox) == 1


def test_one_that_is_being_made_is_waited_for(sandbox: t.Any) -> None:
    late = point(sandbox, deadline="3s")["failure"]
    assert (late["kind"], "goes on at Supabase" in late["hint"]) == ("timeout", True)
    plan, done = point(sandbox, check=True), point(sandbox)
    assert (plan["changes"], done["changes"], done["restore_point"]["status"], made(sandbox)) == ([], [], "AVAILABLE", 1)


@pytest.mark.parametrize(("result", "kind"), [("FAILED", "failed"), ("HALF", "unknown")])
def test_one_that_does_not_become_good_is_told(sandbox: t.Any, result: str, kind: str) -> None:
    set_world(sandbox, result=result)
    assert point(sandbox)["failure"]["kind"] == kind


def test_a_plan_that_has_none_is_told(sandbox: t.Any) -> None:
    set_world(sandbox, plan="free")
    assert point(sandbox)["failure"]["kind"] == "plan" and made(sandbox) == 0


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"project": "shop"}, "invalid"),
        ({"name": "x" * 21}, "invalid"),
        ({"name": "-x"}, "invalid"),
        ({"token": "has blanks"}, "auth"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_request(sandbox: t.Any, options: Json, kind: str) -> None:
    assert point(sandbox, **options)["failure"]["kind"] == kind
    assert sandbox.journal(vendor="supabase") == []


def test_what_is_not_what_the_vendor_documents_is_not_taken(sandbox: t.Any) -> None:
    sandbox.fault("body", vendor="supabase", operation="GET /v1/projects/{id}/database/backups", times=0, body={"backups": "none"})
    assert run(sandbox, supabase_backup_info)["failure"]["kind"] == "protocol"

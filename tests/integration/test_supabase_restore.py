# SPDX-License-Identifier: GPL-3.0-or-later
"""supabase_restore and supabase_backup_schedule against the sandbox: back only to what is there, only when it was meant, and told as it ends."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import supabase_backup_info, supabase_backup_schedule, supabase_restore, supabase_restore_point
from tests.integration import tasks
from tests.integration.tasks import Json, asked, sent

BACKUPS = "/v1/projects/{id}/database/backups"
NAME = "before-migration"


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["supabase"]
    return tasks.run(module, {"token": known["token"], "api_url": known["url"], "project": known["project"], **options}, check)


def back(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, supabase_restore, check, **{"confirm": world.run["supabase"]["project"], "allow": "destroy", "deadline": "30m", **options})


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "supabase", "set": facts})


def made(world: t.Any) -> list[str]:
    return [entry["operation"].rpartition("/")[2] for entry in world.journal(changes=True, vendor="supabase") if entry["effect"]]


def ago(world: t.Any, seconds: float) -> str:
    return datetime.datetime.fromtimestamp(world.clock()["now"] - seconds, datetime.UTC).isoformat()


@pytest.fixture
def point(sandbox: t.Any) -> float:
    """When a restore point was made."""
    return float(run(sandbox, supabase_restore_point, name=NAME)["restore_point"]["completed_at"])


def test_it_goes_back_to_a_restore_point_as_planned(sandbox: t.Any, point: float) -> None:
    sandbox.advance(3600)
    plan = back(sandbox, True, restore_point=NAME)
    assert made(sandbox) == ["restore-point"]
    done = back(sandbox, restore_point=NAME)
    assert (plan["changes"], plan["diff"], plan["restored"]["as_of"]) == (done["changes"], done["diff"], done["restored"]["as_of"])
    assert (sent(done), made(sandbox), done["project"]["state"]) == (["undo"], ["restore-point", "undo"], "ACTIVE_HEALTHY")
    assert done["restored"]["as_of"] == point and 3600 <= done["restored"]["lost_seconds"] < 3700


def test_it_goes_back_to_a_moment(sandbox: t.Any) -> None:
    at = ago(sandbox, 7200)
    done = back(sandbox, point_in_time=at)
    assert (sent(done), made(sandbox)) == (["restore_pitr_backup"], ["restore-pitr"])
    assert done["restored"]["as_of"] == float(int(datetime.datetime.fromisoformat(at).timestamp()))
    assert asked(done)[:3] == ["get_project", "list_all_backups", "restore_pitr_backup"]


def test_it_goes_back_to_a_physical_backup_alone(sandbox: t.Any) -> None:
    newest = run(sandbox, supabase_backup_info)["backups"][0]
    told = back(sandbox, backup=newest["id"])["failure"]
    assert (told["kind"], "no physical one" in told["message"], made(sandbox)) == ("invalid", True, [])
    set_world(sandbox, physical=1)
    assert back(sandbox, backup=newest["id"])["restored"] == {"to": "backup", "as_of": newest["at"], "lost_seconds": pytest.approx(18 * 3600, abs=200)}
    told = back(sandbox, backup=4199)["failure"]
    assert (told["kind"], "4106" in told["hint"] or "supabase_backup_info" in told["hint"]) == ("not_found", True)
    set_world(sandbox, backups=["REMOVED"])
    assert "is REMOVED" in back(sandbox, backup=newest["id"])["failure"]["message"] and made(sandbox) == ["restore"]


def test_asked_twice_it_goes_back_twice(sandbox: t.Any, point: float) -> None:
    for number in (1, 2):
        assert back(sandbox, restore_point=NAME)["changed"] is True and len(made(sandbox)) == 1 + number


@pytest.mark.parametrize(
    "fault",
    [{"kind": "lost"}, {"kind": "reset"}, {"kind": "status", "status": 500}, {"kind": "rate_limited", "retry_after": 2}],
    ids=lambda fault: str(fault["kind"]),
)
def test_whatever_happens_to_the_request_it_goes_back_once(sandbox: t.Any, point: float, fault: Json) -> None:
    sandbox.fault(**{"vendor": "supabase", "operation": f"POST {BACKUPS}/undo", **fault})
    done = back(sandbox, restore_point=NAME, request_timeout="1s")
    assert done["project"]["state"] == "ACTIVE_HEALTHY", done
    assert made(sandbox) == ["restore-point", "undo"]


@pytest.mark.parametrize("check", [True, False], ids=["plan", "apply"])
def test_nothing_is_restored_beside_a_restore(sandbox: t.Any, point: float, check: bool) -> None:
    late = back(sandbox, restore_point=NAME, deadline="20s")["failure"]
    assert (late["kind"], "goes on at Supabase" in late["hint"]) == ("timeout", True)
    told = back(sandbox, check, restore_point=NAME)["failure"]
    assert (told["kind"], told["code"], "does not tell to what" in told["hint"]) == ("conflict", "state", True)
    assert made(sandbox) == ["restore-point", "undo"]


@pytest.mark.parametrize(("end", "kind"), [("RESTORE_FAILED", "failed"), ("INIT_FAILED", "unknown"), ("HIBERNATING", "unknown"), (None, "unknown")])
def test_one_that_does_not_end_well_is_told(sandbox: t.Any, point: float, end: str | None, kind: str) -> None:
    set_world(sandbox, restore=end)
    told = back(sandbox, restore_point=NAME)["failure"]
    assert (told["kind"], bool(told["hint"])) == (kind, True), told


def test_what_failed_can_be_restored_again(sandbox: t.Any, point: float) -> None:
    set_world(sandbox, state="RESTORE_FAILED")
    assert back(sandbox, restore_point=NAME)["project"]["state"] == "ACTIVE_HEALTHY"
    set_world(sandbox, state="INACTIVE")
    assert back(sandbox, restore_point=NAME)["failure"]["kind"] == "conflict"


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"restore_point": "half-way"}, "invalid", "is FAILED"),
        ({"restore_point": "never-made"}, "not_found", "is not there"),
        ({"point_in_time": "2020-01-01T00:00:00Z"}, "invalid", "cannot go back to 2020-01-01T00:00:00Z"),
    ],
)
def test_it_goes_back_to_nothing_that_is_not_there(sandbox: t.Any, options: Json, kind: str, said: str) -> None:
    told = back(sandbox, **options)["failure"]
    assert (told["kind"], said in told["message"], made(sandbox)) == (kind, True, [])


def test_a_plan_without_moments_is_told(sandbox: t.Any) -> None:
    set_world(sandbox, plan="free")
    assert back(sandbox, point_in_time=ago(sandbox, 60))["failure"]["kind"] == "plan"


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"confirm": None}, "refused", "confirm"),
        ({"confirm": "production"}, "refused", "confirm"),
        ({"allow": "change"}, "refused", "allow"),
        ({"restore_point": "-x"}, "invalid", ""),
        ({"restore_point": None, "point_in_time": "2026-11-20 14:00"}, "invalid", ""),
        ({"project": "shop", "confirm": "shop"}, "invalid", ""),
    ],
)
@pytest.mark.parametrize("check", [True, False], ids=["plan", "apply"])
def test_what_cannot_be_or_was_not_meant_is_told_before_the_first_request(sandbox: t.Any, options: Json, kind: str, code: str, check: bool) -> None:
    told = back(sandbox, check, **{"restore_point": NAME, **options})["failure"]
    assert (told["kind"], told["code"], bool(told["hint"])) == (kind, code, True)
    assert sandbox.journal(vendor="supabase") == []


# --- the schedule
def test_the_schedule_is_planned_set_and_there(sandbox: t.Any) -> None:
    done = tasks.planned_and_done(run, sandbox, supabase_backup_schedule, time="03:00")
    assert done["schedule"]["time"] == "03:00:00" and made(sandbox) == ["schedule"]
    assert run(sandbox, supabase_backup_info)["schedule"] == done["schedule"]
    assert asked(run(sandbox, supabase_backup_schedule, time="03:00:00")) == ["get_backup_schedule"]


@pytest.mark.parametrize("fault", [{"kind": "lost"}, {"kind": "truncated"}, {"kind": "status", "status": 500}], ids=lambda fault: str(fault["kind"]))
def test_whatever_happens_to_the_request_it_is_set_once(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "supabase", "operation": f"PATCH {BACKUPS}/schedule", **fault})
    assert run(sandbox, supabase_backup_schedule, time="04:15", request_timeout="1s")["schedule"]["time"] == "04:15:00"
    assert made(sandbox) == ["schedule"]


def test_what_supabase_refuses_is_told(sandbox: t.Any) -> None:
    for time in ("03:00", "04:00", "05:00"):
        assert not run(sandbox, supabase_backup_schedule, time=time).get("failed")
    assert "3 times in 24 hours" in run(sandbox, supabase_backup_schedule, time="06:00")["failure"]["message"]
    set_world(sandbox, plan="free")
    assert run(sandbox, supabase_backup_schedule, time="06:00")["failure"]["kind"] == "plan"


@pytest.mark.parametrize("time", ["810", "24:00", "3:00", "03:60", "03:00:00Z", ""])
def test_a_time_that_is_none_is_told_before_the_first_request(sandbox: t.Any, time: str) -> None:
    told = run(sandbox, supabase_backup_schedule, time=time)["failure"]
    assert (told["kind"], "in quotes" in told["hint"], sandbox.journal(vendor="supabase")) == ("invalid", True, [])

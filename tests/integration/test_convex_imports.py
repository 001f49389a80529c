# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports into a Convex deployment against the sandbox: the plan is the vendor's, and what was performed is performed once."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import convex_deployment, convex_export, convex_function, convex_import, convex_table_info
from tests.integration.convex_shop import FAULTS, changes, named, run, state
from tests.integration.tasks import Json, asked

NAME = "happy-otter-123"
REPLACE: Json = {"mode": "replace", "confirm": NAME, "allow": "destroy"}
ROWS = {"bookings": 24, "memberships": 12, "orders": 18, "users": 12}


@pytest.fixture
def snapshot(sandbox: t.Any, tmp_path: pathlib.Path) -> pathlib.Path:
    """Of the shop as it was before a user was lost."""
    path = tmp_path / "shop.zip"
    assert run(sandbox, convex_export, dest=str(path), include_storage=True)["changed"]
    first = run(sandbox, convex_function, path="users:list", type="query")["function"]["value"][0]["_id"]
    assert run(sandbox, convex_function, path="users:remove", type="mutation", args={"id": first})["changed"]
    assert rows(sandbox)["users"] == 11
    sandbox.clear_journal()
    return path


def rows(world: t.Any) -> dict[str, int]:
    return {table["name"]: table["rows"] for table in run(world, convex_table_info)["tables"]}


def bring(world: t.Any, src: pathlib.Path, check: bool = False, **options: t.Any) -> Json:
    return run(world, convex_import, check, src=str(src), **options)


def made(world: t.Any) -> int:
    return int(state(world)["effects"]["imports"])


def performed(world: t.Any) -> int:
    return [name for name, _effect in changes(world)].count("perform_import")


def test_plan_apply_and_see(sandbox: t.Any, snapshot: pathlib.Path) -> None:
    plan = bring(sandbox, snapshot, check=True, **REPLACE)
    assert (plan["changed"], performed(sandbox), rows(sandbox)["users"]) == (True, 0, 11)
    assert {step["table"]: (step["existing"], step["deletes"], step["writes"]) for step in plan["import"]["plan"]} == {
        "_storage": (3, 3, 3),
        "bookings": (24, 24, 24),
        "memberships": (12, 12, 12),
        "orders": (18, 18, 18),
        "users": (11, 11, 12),
    }
    done = bring(sandbox, snapshot, **REPLACE)
    assert (plan["changes"], plan["diff"], plan["import"]["plan"]) == (done["changes"], done["diff"], done["import"]["plan"])
    assert set(plan["import"]) == set(done["import"])
    assert (rows(sandbox), made(sandbox), performed(sandbox)) == (ROWS, 1, 1)
    assert done["import"]["rows_written"] == done["import"]["writes"] == 69
    assert asked(done)[:6] == ["run_query", "start_upload", "upload_part", "finish_upload", "run_query", "run_query"]
    assert run(sandbox, convex_function, path="integrity:orphans", type="query")["function"]["value"] == []


def test_rows_of_one_table_are_appended(sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("\ufeffname,email,active\nuser-a,a@example.com,1\nuser-b,b@example.com,0\n", encoding="utf-8")
    plan = bring(sandbox, path, check=True, mode="append", table="users")
    done = bring(sandbox, path, mode="append", table="users")
    assert plan["diff"] == done["diff"] == {"before": {"users": 12}, "after": {"users": 14}}
    assert rows(sandbox)["users"] == 14


def test_a_new_table_is_made(sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "rooms.jsonl"
    path.write_text('{"name": "room-1"}\n{"name": "room-2"}\n', encoding="utf-8")
    assert bring(sandbox, path, table="rooms")["import"]["rows_written"] == 2
    failure = bring(sandbox, path, table="rooms")["failure"]
    assert (failure["kind"], "already exists" in failure["message"]) == ("failed", True)
    assert rows(sandbox)["rooms"] == 2


def test_replace_all_clears_what_the_file_does_not_hold(sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "users.jsonl"
    path.write_text('{"name": "user-a", "active": true}\n', encoding="utf-8")
    result = bring(sandbox, path, table="users", **{**REPLACE, "mode": "replace_all"})
    assert rows(sandbox) == {**dict.fromkeys(ROWS, 0), "users": 1}
    assert result["import"]["deletes"] == 66


def test_a_paused_app_can_be_restored(sandbox: t.Any, snapshot: pathlib.Path) -> None:
    run(sandbox, convex_deployment, state="paused")
    assert bring(sandbox, snapshot, **REPLACE)["changed"]
    assert rows(sandbox) == ROWS


def test_a_large_snapshot_goes_in_parts(sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text("".join(f'{{"n": {number}, "text": "{"x" * 1000}"}}\n' for number in range(11000)), encoding="utf-8")
    done = bring(sandbox, path, table="notes", request_timeout="30s")
    assert (asked(done).count("upload_part"), done["import"]["rows_written"]) == (3, 11000)


# -- what must not pass
@pytest.mark.parametrize(
    ("options", "code"),
    [({**REPLACE, "confirm": None}, "confirm"), ({**REPLACE, "confirm": "brisk-heron-456"}, "confirm"), ({**REPLACE, "allow": "change"}, "allow")],
)
def test_what_is_not_meant_is_refused(sandbox: t.Any, snapshot: pathlib.Path, options: Json, code: str) -> None:
    for check in (True, False):
        assert bring(sandbox, snapshot, check, **options)["failure"]["code"] == code
    assert sandbox.journal(vendor="convex") == []


def test_another_import_is_left_alone(sandbox: t.Any, snapshot: pathlib.Path) -> None:
    failure = bring(sandbox, snapshot, **REPLACE, deadline="8s")["failure"]
    assert (failure["kind"], "goes on at Convex" in failure["hint"]) == ("timeout", True)
    for check in (True, False):
        assert bring(sandbox, snapshot, check, **REPLACE)["failure"]["code"] == "busy"
    sandbox.advance(60)
    assert (rows(sandbox), made(sandbox)) == (ROWS, 1)


# -- what can go wrong on the way
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_to_the_request_it_is_imported_once(sandbox: t.Any, snapshot: pathlib.Path, fault: Json) -> None:
    sandbox.fault(**{"vendor": "convex", "operation": "perform_import", **fault})
    done = bring(sandbox, snapshot, request_timeout="1s", **REPLACE)
    assert done["import"]["rows_written"] == 69, done
    assert (rows(sandbox), made(sandbox)) == (ROWS, 1)


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_rows_are_never_appended_twice(sandbox: t.Any, tmp_path: pathlib.Path, fault: Json) -> None:
    path = tmp_path / "users.jsonl"
    path.write_text('{"name": "user-a"}\n{"name": "user-b"}\n', encoding="utf-8")
    for operation in ("finish_upload", "perform_import"):
        sandbox.fault(**{"vendor": "convex", "operation": operation, **fault})
        before = rows(sandbox)["users"]
        result = bring(sandbox, path, request_timeout="1s", mode="append", table="users")
        assert rows(sandbox)["users"] - before == (0 if result.get("failed") else 2)
        sandbox.clear_faults()


@pytest.mark.parametrize("operation", ["start_upload", "upload_part", "query"])
@pytest.mark.parametrize("kind", ["lost", "status", "reset", "rate_limited", "truncated"])
def test_a_fault_before_it_is_performed_changes_nothing_for_the_worse(sandbox: t.Any, snapshot: pathlib.Path, kind: str, operation: str) -> None:
    sandbox.fault(kind, vendor="convex", operation=operation)
    assert bring(sandbox, snapshot, **REPLACE)["import"]["rows_written"] == 69
    assert made(sandbox) == 1


def test_what_the_vendor_cannot_read_is_told(sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "users.jsonl"
    path.write_text('{"name": "user-a"}\nnot a row\n', encoding="utf-8")
    for check in (True, False):
        failure = bring(sandbox, path, check, mode="append", table="users")["failure"]
        assert (failure["kind"], "Row 1 wasn't valid JSON" in failure["message"]) == ("failed", True)
    assert rows(sandbox)["users"] == 12


def test_an_import_that_fails_is_told(sandbox: t.Any, snapshot: pathlib.Path) -> None:
    sandbox.patch("functions", import_error="{{ nasty }}\x1b[2J")
    failure = bring(sandbox, snapshot, **REPLACE)["failure"]
    assert (failure["kind"], "{{ nasty }}?[2J" in failure["message"]) == ("failed", True)
    assert rows(sandbox)["users"] == 11


def test_a_state_that_nobody_has_heard_of_is_no_success(sandbox: t.Any, snapshot: pathlib.Path) -> None:
    sandbox.fault("unknown_status", vendor="convex", times=0)
    assert bring(sandbox, snapshot, **REPLACE).get("failed")
    assert performed(sandbox) == 0


def test_a_key_may_lack_the_permission(sandbox: t.Any, snapshot: pathlib.Path) -> None:
    sandbox.patch("functions", allowed=["deployment:backups:view"])
    failure = bring(sandbox, snapshot, **REPLACE)["failure"]
    assert (failure["kind"], failure["hint"]) == ("permission", "Make a deploy key that has the permission deployment:backups:import")

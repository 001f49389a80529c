# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Convex: running functions, what the vendor's own queries answer, and the shop's rows."""

from __future__ import annotations

import base64
import json
import struct
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex
from ansible_collections.saasops.runbooks.tests.sandbox.convex.functions import QUERIES
from ansible_collections.saasops.runbooks.tests.sandbox.convex.shop import USUAL
from ansible_collections.saasops.runbooks.tests.sandbox.convex.state import ACTIONS
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

PAUSED = "Cannot run functions while this deployment is paused"


def pending_booking(convex: Convex) -> str:
    rows = convex.value("_system/cli/tableData", {"table": "bookings", "order": "asc", "paginationOpts": {"numItems": 100, "cursor": None}})["page"]
    return str(next(row["_id"] for row in rows if row["status"] == "pending"))


# -- calling


def test_each_kind_has_its_address_and_one_takes_all(control: Sandbox, convex: Convex) -> None:
    assert convex.value("health:check")["version"] == "v1.4.1"
    assert convex.value("bookings:confirm", {"id": pending_booking(convex)}, "mutation")
    assert convex.value("notifications:send", kind="action") == {"sent": True}
    assert convex.value("health:check", kind="function")["status"] == "ok"
    assert convex.post("/api/run/health/check", {"args": {}, "format": "json"})["value"]["users"] == 12
    assert convex.get("/api/query", path="health:check", args="{}")["status"] == "success"
    batch = convex.post("/api/query_batch", {"queries": [{"path": "health:check", "args": {}}, {"path": "no:such", "args": {}}]})
    assert [result["status"] for result in batch["results"]] == ["success", "error"]
    moment = convex.post("/api/query_ts")["ts"]
    assert convex.post("/api/query_at_ts", {"path": "health:check", "args": {}, "ts": moment})["status"] == "success"
    assert control.state("functions")["effects"]["mutations"] == {"bookings:confirm": 1}


def test_what_goes_wrong_is_an_answer_of_200(convex: Convex) -> None:
    unknown = convex.call("query", "users:lits")
    assert unknown["status"] == "error" and "Could not find function for 'users:lits'" in unknown["errorMessage"]
    wrong_kind = convex.call("query", "bookings:confirm", {"id": "x"})
    assert "as Query, but it is defined as Mutation" in wrong_kind["errorMessage"]
    thrown = convex.call("mutation", "bookings:confirm", {"id": "nobody"})
    assert thrown["errorData"] == {"code": "NOT_FOUND", "table": "bookings", "id": "nobody"}
    broken = convex.call("query", "reports:broken")
    assert "Uncaught Error: a report needs rows" in broken["errorMessage"] and "errorData" not in broken
    assert broken["logLines"] == ["[ERROR] 'about to fail'"]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [({}, "missing the required field `id`"), ({"id": 7}, "does not match validator"), ({"id": "x", "also": 1}, "extra field `also`")],
)
def test_arguments_are_checked_by_the_function(convex: Convex, args: dict[str, t.Any], complaint: str) -> None:
    assert complaint in convex.call("mutation", "bookings:confirm", args)["errorMessage"]


def test_a_failed_mutation_changes_nothing(control: Sandbox, convex: Convex) -> None:
    booking = pending_booking(convex)
    assert convex.value("bookings:confirm", {"id": booking}, "mutation") == booking
    again = convex.call("mutation", "bookings:confirm", {"id": booking})
    assert again["errorData"]["code"] == "ALREADY_CONFIRMED"
    assert [entry["effect"] for entry in control.journal(changes=True)] == [True, False]


def test_without_a_key_internal_functions_and_reasons_stay_hidden(convex: Convex) -> None:
    convex.key = None
    assert convex.value("health:check")["status"] == "ok"
    for path in ("integrity:orphans", "_system/cli/tables"):
        answer = convex.call("query", path)
        assert answer["errorMessage"].endswith("Server Error"), answer
    thrown = convex.call("mutation", "bookings:confirm", {"id": "nobody"})
    assert thrown["errorMessage"].endswith("Server Error") and thrown["errorData"]["code"] == "NOT_FOUND"
    assert convex.call("query", "reports:broken")["logLines"] == []


def test_internal_functions_need_their_action(control: Sandbox, convex: Convex) -> None:
    assert convex.value("integrity:orphans", kind="function") == []
    for action, path, args in (
        ("runInternalQueries", "integrity:orphans", {}),
        ("runInternalMutations", "maintenance:cleanup", {"olderThan": 1}),
        ("runInternalActions", "notifications:sendAll", {}),
    ):
        control.patch("functions", allowed=[known for known in ACTIONS if not known.endswith(action)])
        status, document = convex.ask("POST", "/api/function", {"path": path, "args": args})
        assert (status, document["code"]) == (403, "OperationNotPermitted") and action in document["message"]


def test_the_format_is_asked_for_or_depends_on_the_client(convex: Convex) -> None:
    total = int(convex.value("orders:revenue"))
    assert isinstance(convex.value("orders:revenue"), str) and total > 0
    wrapped = {"$integer": base64.b64encode(struct.pack("<q", total)).decode()}
    assert convex.call("query", "orders:revenue", format="convex_encoded_json")["value"] == wrapped
    body = {"path": "orders:revenue", "args": [{}]}
    answers = [
        requests.post(convex.run["url"] + "/api/query", json=body, headers=headers, timeout=10).json()["value"]
        for headers in ({}, {"Convex-Client": "npm-cli-1.48.0"})
    ]
    assert answers == [str(total), wrapped]
    assert convex.refused("POST", "/api/query", {**body, "format": "xml"}) == (400, "BadFormat")


def test_numbers_are_doubles(convex: Convex) -> None:
    answer = convex.send("POST", "/api/query", {"path": "_system/cli/tableSize", "args": {"tableName": "users"}, "format": "json"})
    assert '"value": 12.0' in answer.text


def test_an_admin_may_act_as_a_user_when_allowed(control: Sandbox, convex: Convex) -> None:
    acting = base64.b64encode(json.dumps({"name": "ops"}).encode()).decode()
    convex.key = f"{convex.run['deploy_key']}:{acting}"
    assert convex.value("health:check")["status"] == "ok"
    control.patch("functions", allowed=["deployment:data:view"])
    assert convex.refused("POST", "/api/query", {"path": "health:check", "args": {}}) == (403, "OperationNotPermitted")


def test_the_journal_names_the_function_and_knows_what_may_change(control: Sandbox, convex: Convex) -> None:
    control.clear_journal()
    convex.call("function", "health:check")
    convex.call("function", "maintenance:cleanup", {"olderThan": 9})
    convex.call("query", "_system/cli/tables")
    convex.call("mutation", "no:such")
    convex.call("action", "notifications:send")
    assert [(entry["operation"], entry["changes"]) for entry in control.journal()] == [
        ("POST /api/function health:check", False),
        ("POST /api/function maintenance:cleanup", True),
        ("POST /api/query _system/cli/tables", False),
        ("POST /api/mutation no:such", True),
        ("POST /api/action notifications:send", True),
    ]
    control.fault("lost", operation="maintenance:cleanup")
    with pytest.raises(requests.ConnectionError):
        convex.call("mutation", "maintenance:cleanup", {"olderThan": 3})
    assert control.state("functions")["effects"]["mutations"]["maintenance:cleanup"] == 2


# -- stopped


def test_functions_do_not_run_while_stopped_but_the_vendor_s_own_do(control: Sandbox, convex: Convex) -> None:
    convex.post("/api/v1/pause_deployment")
    assert PAUSED in convex.call("query", "health:check")["errorMessage"]
    assert convex.value("_system/frontend/backendState:backendState") == {"system": "none", "usage_limit": "none", "user": "paused"}
    control.patch("functions", system="suspended", user="none")
    assert "suspended" in convex.call("query", "health:check")["errorMessage"]
    control.patch("functions", system="none", usage_limit="disabled")
    assert "usage limit" in convex.call("query", "health:check")["errorMessage"]


def test_what_was_scheduled_waits_for_the_end_of_a_pause(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    def scheduled() -> list[t.Any]:
        return t.cast(list[t.Any], convex.value("_system/frontend/paginatedScheduledJobs", {"paginationOpts": {"numItems": 10, "cursor": None}})["page"])

    convex.value("bookings:confirm", {"id": pending_booking(convex)}, "mutation")
    assert [job["udfPath"] for job in scheduled()] == ["notifications.js:send"]
    convex.post("/api/v1/pause_deployment")
    clock.sleep(120)
    assert len(scheduled()) == 1
    convex.post("/api/v1/unpause_deployment")
    assert scheduled() == []
    convex.value("bookings:confirm", {"id": pending_booking(convex)}, "mutation")
    convex.post("/api/cancel_all_jobs", {"udfPath": "users:list"})
    assert len(scheduled()) == 1
    convex.post("/api/cancel_all_jobs", {})
    assert scheduled() == []


# -- the vendor's own queries


def test_tables_and_their_sizes(control: Sandbox, convex: Convex) -> None:
    def sizes() -> dict[str, int]:
        names = [row["name"] for row in convex.value("_system/cli/tables", {"paginationOpts": {"numItems": 100, "cursor": None}})["page"]]
        return {name: int(convex.value("_system/cli/tableSize", {"tableName": name})) for name in names}

    assert sizes() == USUAL
    assert convex.value("_system/frontend/tableSize:sizeOfAllTables") == sum(USUAL.values())
    assert convex.value("_system/cli/tableSize", {"tableName": "nobody"}) == 0
    control.scenario("bad-release", scale=100)
    assert sizes() == {name: 100 * count for name, count in USUAL.items()}


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_table_is_read_page_by_page(convex: Convex, order: str) -> None:
    rows: list[dict[str, t.Any]] = []
    cursor, pages = None, 0
    while True:
        options = {"numItems": 5, "cursor": cursor}
        page = convex.value("_system/cli/tableData", {"table": "orders", "order": order, "paginationOpts": options})
        rows, cursor, pages = rows + page["page"], page["continueCursor"], pages + 1
        if page["isDone"]:
            break
    created = [row["_creationTime"] for row in rows]
    assert (len({row["_id"] for row in rows}), pages) == (18, 4)
    assert created == sorted(created, reverse=order == "desc")
    assert all(isinstance(row["total"], str) for row in rows)


@pytest.mark.parametrize("path", sorted(QUERIES))
def test_every_query_of_the_vendor_answers_or_names_the_action_that_is_missing(control: Sandbox, convex: Convex, path: str) -> None:
    args = {"importId": "j" * 32} if path.endswith("queryImport:default") else {}
    assert convex.call("query", path, args)["status"] == "success"
    control.patch("functions", allowed=["deployment:deploy"])
    answer = convex.call("query", path, args)
    assert answer["status"] == "success" or "You do not have permission to perform this operation (deployment:" in answer["errorMessage"]


def test_a_check_of_the_app_finds_orphans(convex: Convex) -> None:
    user = convex.value("users:list", {"limit": 1})[0]["_id"]
    assert convex.value("users:remove", {"id": user}, "mutation") is None
    assert {row["table"] for row in convex.value("integrity:orphans")} == {"memberships", "bookings", "orders"}


def test_a_migration_runs_batch_by_batch(convex: Convex) -> None:
    answers = []
    while not answers or not answers[-1]["done"]:
        answers.append(convex.value("migrations/orders:backfill", {"batch": 8}, "mutation"))
    assert [int(answer["left"]) for answer in answers] == [10, 2, 0]

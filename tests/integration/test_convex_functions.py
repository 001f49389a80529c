# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions and tables of a Convex deployment against the sandbox."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import convex_function, convex_table_info
from tests.integration.convex_shop import changes, run, state
from tests.integration.tasks import Json, asked

BACKFILL = "migrations/orders:backfill"


def mutate(world: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(world, convex_function, check, **{"path": BACKFILL, "type": "mutation", "args": {"batch": 5}, **options})


def ran(world: t.Any) -> int:
    return int(state(world)["effects"]["mutations"].get(BACKFILL, 0))


# -- functions
def test_a_mutation_is_planned_and_made_each_time(sandbox: t.Any) -> None:
    plan = mutate(sandbox, check=True)
    assert (plan["changed"], changes(sandbox), plan["steps"]) == (True, [], [])
    for number, left in ((1, 13), (2, 8)):
        done = mutate(sandbox)
        assert (done["changed"], done["changes"], done["diff"]) == (True, plan["changes"], plan["diff"])
        assert done["function"]["value"] == {"done": False, "left": left}
        assert (ran(sandbox), asked(done)) == (number, ["run_mutation"])


@pytest.mark.parametrize("check", [True, False])
def test_a_query_reads_in_check_mode_too(sandbox: t.Any, check: bool) -> None:
    result = run(sandbox, convex_function, check, path="orders:revenue", type="query")
    assert (result["changed"], result["changes"]) == (False, [])
    assert int(result["function"]["value"]) > 0
    assert run(sandbox, convex_function, check, path="integrity:orphans", type="query")["function"]["value"] == []


def test_an_action_runs(sandbox: t.Any) -> None:
    result = run(sandbox, convex_function, path="notifications:send", type="action", args={"booking": "b1"})
    assert result["function"]["value"] == {"sent": True}
    assert result["function"]["log_lines"] == ["[INFO] 'sent a notification for b1'"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost"},
        {"kind": "truncated"},
        {"kind": "status", "status": 503},
        {"kind": "reset"},
        {"kind": "garbage"},
        {"kind": "timeout_after", "seconds": 2},
    ],
    ids=lambda fault: fault["kind"],
)
def test_what_may_have_run_is_never_sent_again(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "convex", "changes": True, **fault})
    result = mutate(sandbox, request_timeout="1s")
    assert (result["failure"]["kind"], result["changed"]) == ("unknown", True)
    assert len(changes(sandbox)) == 1
    assert ran(sandbox) <= 1


def test_what_surely_did_not_run_is_sent_again(sandbox: t.Any) -> None:
    sandbox.fault("rate_limited", vendor="convex", changes=True, retry_after=2)
    assert mutate(sandbox)["changed"]
    assert ran(sandbox) == 1


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "garbage"])
def test_a_query_is_asked_again(sandbox: t.Any, kind: str) -> None:
    sandbox.fault(kind, vendor="convex")
    assert run(sandbox, convex_function, path="health:check", type="query")["function"]["value"]["status"] == "ok"


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"path": "nothing:here", "type": "query"}, "not_found", "Could not find function"),
        ({"path": "reports:broken", "type": "query", "args": {}}, "failed", "rows that are not there"),
        ({"path": "users:list"}, "failed", "it is defined as Query"),
        ({"args": {"batch": "many"}}, "failed", "does not match"),
        ({"path": "users:remove", "args": {"id": "nobody"}}, "failed", '"table": "users"'),
        ({"path": "two words"}, "invalid", "no path"),
    ],
)
def test_a_function_that_does_not_end_well_fails_the_task(sandbox: t.Any, options: Json, kind: str, words: str) -> None:
    failure = mutate(sandbox, **options)["failure"]
    assert failure["kind"] == kind
    assert words in failure["message"]
    assert failure["hint"]


def test_a_paused_app_runs_nothing(sandbox: t.Any) -> None:
    sandbox.patch("functions", user="paused")
    failure = mutate(sandbox)["failure"]
    assert (failure["kind"], failure["code"]) == ("conflict", "paused")
    assert ran(sandbox) == 0


def test_a_key_may_not_run_internal_functions(sandbox: t.Any) -> None:
    failure = mutate(sandbox, deploy_key=sandbox.run["convex"]["ci_key"])["failure"]
    assert (failure["kind"], failure["hint"]) == ("permission", "Make a deploy key that has the permission deployment:functions:runInternalMutations")


def test_an_answer_without_an_end_is_refused(sandbox: t.Any) -> None:
    sandbox.fault("big", vendor="convex", mb=65, times=0)
    assert run(sandbox, convex_function, path="health:check", type="query")["failure"]["kind"] == "protocol"
    assert mutate(sandbox)["failure"]["kind"] == "unknown"


@pytest.mark.parametrize("body", [[], {"status": "perhaps", "value": 1}, {"status": "success"}, {"status": "error", "errorMessage": 7}])
def test_an_answer_of_another_shape_is_no_success(sandbox: t.Any, body: t.Any) -> None:
    sandbox.fault("body", vendor="convex", body=body, times=0)
    assert run(sandbox, convex_function, path="health:check", type="query")["failure"]["kind"] == "protocol"


# -- tables
@pytest.mark.parametrize("count", ["size", "pages"])
def test_rows_are_counted(sandbox: t.Any, count: str) -> None:
    result = run(sandbox, convex_table_info, count=count)
    assert {table["name"]: table["rows"] for table in result["tables"]} == {"users": 12, "memberships": 12, "bookings": 24, "orders": 18}
    assert (result["total"], result["changed"], len(result["steps"])) == (66, False, 5)


def test_rows_beyond_a_page_are_counted(sandbox: t.Any) -> None:
    sandbox.scenario("bad-release", scale=100)
    result = run(sandbox, convex_table_info, tables=["bookings"], count="pages")
    assert result["tables"] == [{"name": "bookings", "rows": 2400}]
    assert len(result["steps"]) == 4


def test_a_paused_app_is_counted_too(sandbox: t.Any) -> None:
    sandbox.patch("functions", user="paused")
    assert run(sandbox, convex_table_info, count="none")["tables"][0] == {"name": "bookings", "rows": None}


def test_a_misspelt_table_names_the_near_ones(sandbox: t.Any) -> None:
    failure = run(sandbox, convex_table_info, tables=["order"])["failure"]
    assert (failure["kind"], failure["hint"]) == ("not_found", "Near or other names here: orders")


def test_a_list_that_repeats_itself_is_an_error(sandbox: t.Any) -> None:
    page = {"status": "success", "value": {"page": [{"name": "users"}], "isDone": False, "continueCursor": "same"}, "logLines": []}
    sandbox.fault("body", vendor="convex", body=page, times=0)
    result = run(sandbox, convex_table_info)
    assert (result["failure"]["kind"], len(result["steps"])) == ("protocol", 2)


def test_names_of_the_vendor_are_data(sandbox: t.Any) -> None:
    page = {"status": "success", "value": {"page": [{"name": "{{ x }}\x1b[2J"}], "isDone": True, "continueCursor": ""}, "logLines": []}
    sandbox.fault("body", vendor="convex", body=page, times=0)
    assert run(sandbox, convex_table_info, count="none")["tables"] == [{"name": "{{ x }}?[2J", "rows": None}]


def test_a_key_may_not_see_rows(sandbox: t.Any) -> None:
    failure = run(sandbox, convex_table_info, deploy_key=sandbox.run["convex"]["ci_key"])["failure"]
    assert failure["kind"] == "permission"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of an app on Convex, and its tables: what may be sent again and what may not, and lists that do not end."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import functions, tables
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import LOST, NAME, UNREACHED, Convex, Json, error, of_module, thrown, value

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
PATH = "orders:count"


def run(kind: str, check: bool = False, path: str = PATH, **args: t.Any) -> Json:
    return of_module(functions.execute, check, type=kind, path=path, args=args)


@pytest.mark.parametrize("check", [True, False])
def test_a_query_runs_in_check_mode_too(convex: Convex, check: bool) -> None:
    convex.query(PATH, {**value({"n": "7"}), "logLines": ["[LOG] 'x\x1b'"]})
    result = run("query", check, status="open")
    assert (result["changed"], result["changes"], convex.asked) == (False, [], [f"query {PATH}"])
    told = {"deployment": NAME, "path": PATH, "type": "query", "value": {"n": "7"}, "log_lines": ["[LOG] 'x?'"]}
    assert result["function"] == told
    assert convex.sent() == {"path": PATH, "args": {"status": "open"}, "format": "json"}


@pytest.mark.parametrize("kind", ["mutation", "action"])
def test_what_changes_is_only_planned_in_check_mode(convex: Convex, kind: str) -> None:
    convex.on("POST", f"/api/{kind}", value(None))
    plan = run(kind, check=True, a=1)
    assert convex.asked == []
    done = run(kind, a=1)
    assert (plan["changed"], plan["changes"], plan["diff"]) == (done["changed"], done["changes"], done["diff"]) == (True, done["changes"], done["diff"])
    assert (plan["function"]["value"], done["function"]["value"]) == ({"known_after": f"run_{kind}"}, None)
    assert convex.sent() == {"path": PATH, "args": {"a": 1}, "format": "json"}


@pytest.mark.parametrize("kind", ["mutation", "action"])
@pytest.mark.parametrize("answer", [LOST, (503, error("Overloaded", "Later")), (500, None), "<html>not it</html>", {"status": "maybe"}, None])
def test_what_may_have_run_is_never_sent_again(convex: Convex, kind: str, answer: t.Any) -> None:
    convex.on("POST", f"/api/{kind}", answer)
    result = run(kind)
    failure = result["failure"]
    assert (failure["kind"], failure["retryable"], result["changed"], len(convex.asked)) == ("unknown", False, True, 1)
    assert "was not sent again" in failure["message"]
    assert "before you run it again" in failure["hint"]


@pytest.mark.parametrize("answer", [UNREACHED, (429, error("RateLimited", "Slow down"))])
def test_what_surely_did_not_run_is_sent_again(convex: Convex, answer: t.Any) -> None:
    convex.on("POST", "/api/mutation", answer, value(1))
    assert run("mutation")["function"]["value"] == 1
    assert len(convex.asked) == 2


def test_a_function_that_threw_fails_the_task(convex: Convex) -> None:
    convex.on("POST", "/api/mutation", thrown("Uncaught Error: no"))
    convex.on("POST", "/api/action", thrown("Uncaught Error: half-way"))
    assert (run("mutation")["failure"]["kind"], run("mutation")["failure"]["code"]) == ("failed", "function_error")
    assert "part of its work" in run("action")["failure"]["hint"]


@pytest.mark.parametrize("path", ["", "two words", "a:b:c", "a:b\n", "{{ x }}", "a?b"])
def test_a_path_that_is_none_is_refused(convex: Convex, path: str) -> None:
    assert run("mutation", path=path)["failure"]["kind"] == "invalid"
    assert convex.asked == []


def test_only_so_many_lines_are_kept(convex: Convex) -> None:
    convex.query(PATH, {**value(1), "logLines": ["x" * 9999] * 1000})
    lines = run("query")["function"]["log_lines"]
    assert (len(lines), len(lines[0])) == (100, 500)


# -- tables
def listed(*names: t.Any, following: str | None = None) -> Json:
    return value({"page": [{"name": name} for name in names], "isDone": following is None, "continueCursor": following or ""})


def info(count: str = "size", asked: t.Sequence[str] = ()) -> Json:
    result = of_module(tables.execute_info, tables=list(asked), count=count)
    return t.cast(Json, result.get("failure") or {name: result[name] for name in ("tables", "total")})


def test_rows_are_counted_by_size(convex: Convex) -> None:
    convex.query(tables.TABLES_QUERY, listed("users", "orders"))
    convex.query(tables.SIZE_QUERY, value(120.0), value("3"))
    assert info() == {"tables": [{"name": "orders", "rows": 120}, {"name": "users", "rows": 3}], "total": 123}
    assert convex.asked == [f"query {tables.TABLES_QUERY}", *[f"query {tables.SIZE_QUERY}"] * 2]
    assert convex.sent(1)["args"] == {"tableName": "orders"}


def test_rows_are_counted_by_pages(convex: Convex) -> None:
    convex.query(tables.TABLES_QUERY, listed("users", following="c1"), listed("orders"))
    pages = [value({"page": [{}] * 3, "isDone": False, "continueCursor": "c2"}), value({"page": [{}], "isDone": True, "continueCursor": ""})]
    convex.query(tables.ROWS_QUERY, *pages)
    assert info("pages", ["orders"]) == {"tables": [{"name": "orders", "rows": 4}], "total": 4}
    assert convex.sent(-1)["args"] == {"table": "orders", "order": "asc", "paginationOpts": {"numItems": 1000, "cursor": "c2"}}


def test_nothing_is_counted_when_not_asked_for(convex: Convex) -> None:
    convex.query(tables.TABLES_QUERY, listed("users"))
    assert info("none") == {"tables": [{"name": "users", "rows": None}], "total": None}
    assert len(convex.asked) == 1


def test_a_misspelt_table_names_the_near_ones(convex: Convex) -> None:
    convex.query(tables.TABLES_QUERY, listed("users", "orders"))
    failure = info(asked=["order"])
    assert (failure["kind"], failure["hint"]) == ("not_found", "Near or other names here: orders")


@pytest.mark.parametrize(
    "page", [None, {"page": [], "isDone": "no"}, {"page": 1, "isDone": True}, {"page": [], "isDone": False}, {"page": [{"name": 1}], "isDone": True}]
)
def test_a_list_of_another_shape_is_an_error(convex: Convex, page: t.Any) -> None:
    convex.query(tables.TABLES_QUERY, value(page))
    assert info()["kind"] == "protocol"


@pytest.mark.parametrize("size", [None, "many", [], {}, "NaN", "Infinity"])
def test_a_size_that_is_none_is_an_error(convex: Convex, size: t.Any) -> None:
    convex.query(tables.TABLES_QUERY, listed("users"))
    convex.query(tables.SIZE_QUERY, value(size))
    assert info()["kind"] == "protocol"


def test_a_list_that_repeats_itself_is_an_error(convex: Convex) -> None:
    convex.query(tables.TABLES_QUERY, listed("users", following="same"))
    failure = info()
    assert (failure["kind"], len(convex.asked)) == ("protocol", 2)
    assert "repeats its page" in failure["message"]

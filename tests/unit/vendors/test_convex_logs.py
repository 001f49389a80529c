# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of a Convex deployment: one look, bounded, whatever is in it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import logs
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import Convex, Json, completion, forbidden, of_module

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
PATH = "/api/stream_function_logs"


def look(convex: Convex, *entries: t.Any, **params: t.Any) -> Json:
    convex.on("GET", PATH, {"entries": list(entries), "newCursor": 1795143720500.0})
    return of_module(logs.execute_info, **{"function": None, "errors_only": False, "limit": 100, "cursor": 0.0, **params})


def test_an_execution_is_told(convex: Convex) -> None:
    result = look(convex, completion("orders.js:revenue", logLines=["[LOG] 'x\x1b'"], error="Uncaught Error: {{ no }}"))
    assert result["entries"] == [
        {
            "at": 1795143720.5,
            "kind": "Completion",
            "function": "orders:revenue",
            "type": "Query",
            "component": None,
            "seconds": 0.25,
            "error": "Uncaught Error: {{ no }}",
            "log_lines": ["[LOG] 'x?'"],
            "lines_left_out": 0,
            "cached": False,
            "will_retry": False,
            "request_id": "34083ccbd338788a",
        }
    ]
    assert (result["cursor"], result["errors"], result["left_out"], result["changed"]) == (1795143720500.0, 1, 0, False)
    assert (convex.asked, convex.request(0).params) == ([f"GET {PATH}"], {"cursor": "0.0"})


def test_what_is_asked_for_is_kept(convex: Convex) -> None:
    entries = [completion("a:x"), completion("b.js:y", error="no"), completion("b:y"), completion("b:y", error="no")]
    assert [each["error"] for each in look(convex, *entries, function="b:y")["entries"]] == ["no", None, "no"]
    assert len(look(convex, *entries, errors_only=True)["entries"]) == 2
    few = look(convex, *entries, limit=1, cursor=7.5)
    assert ([each["error"] for each in few["entries"]], few["left_out"], few["errors"]) == (["no"], 3, 2)
    assert convex.request(-1).params == {"cursor": "7.5"}


def test_long_logs_are_cut(convex: Convex) -> None:
    told = look(convex, completion("a:x", logLines=["x" * 9999] * 50))["entries"][0]
    assert (len(told["log_lines"]), len(told["log_lines"][0]), told["lines_left_out"]) == (20, 500, 30)


def test_lines_may_be_objects(convex: Convex) -> None:
    line = {"messages": ["'a'", "'b'"], "level": "WARN", "timestamp": 1, "isTruncated": False}
    assert look(convex, completion("a:x", logLines=[line]))["entries"][0]["log_lines"] == ["[WARN] 'a' 'b'"]


def test_one_that_still_runs_has_no_end(convex: Convex) -> None:
    running = {"kind": "Progress", "udfType": "Action", "identifier": "a:x", "timestamp": 1.5, "logLines": ["x"], "requestId": "r", "executionId": "e"}
    told = look(convex, running)["entries"][0]
    assert (told["kind"], told["seconds"], told["error"]) == ("Progress", None, None)


@pytest.mark.parametrize(
    "answer", [None, [], {"entries": []}, {"entries": 1, "newCursor": 1}, {"entries": [], "newCursor": True}, {"entries": ["x"], "newCursor": 1}]
)
def test_a_page_of_another_shape_is_an_error(convex: Convex, answer: t.Any) -> None:
    convex.on("GET", PATH, answer)
    assert look(convex)["failure"]["kind"] == "protocol"


@pytest.mark.parametrize("params", [{"limit": 0}, {"cursor": -1.0}])
def test_what_cannot_be_is_refused_before_the_first_request(convex: Convex, params: Json) -> None:
    assert look(convex, **params)["failure"]["kind"] == "invalid"
    assert convex.asked == []


def test_a_key_that_may_not_look_is_told_at_once(convex: Convex) -> None:
    convex.on("GET", PATH, forbidden("deployment:logs:view"))
    assert look(convex)["failure"]["kind"] == "permission"
    assert len(convex.asked) == 1

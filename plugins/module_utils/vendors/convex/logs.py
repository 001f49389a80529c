# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What functions on Convex logged lately: one bounded look at the vendor's small buffer.

Vendor facts (the calls of Convex's command-line client, and its published schema of the entries): the request is kept for up to a minute
while there is nothing to tell. The buffer is in memory and small; it is no archive. Times are seconds.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, connect, malformed, read

MOST_LINES, LONGEST_LINE = 20, 500
# Of a component's log; and longer than Convex keeps a request for which there is nothing to tell.
MOST_ENTRIES, HELD = 10_000, 70.0


def entry(raw: t.Any) -> dict[str, t.Any]:
    """One execution that has ended (``Completion``), or what one that still runs has logged (``Progress``)."""
    if not isinstance(raw, dict) or not isinstance(raw.get("identifier"), str) or not isinstance(raw.get("timestamp"), (int, float)):
        raise malformed("log entry")
    lines = raw["logLines"] if isinstance(raw.get("logLines"), list) else []
    error, seconds = raw.get("error"), raw.get("executionTime")
    return {
        "at": float(raw["timestamp"]),
        "kind": plain(raw.get("kind") or "", 40),
        "function": plain(canonical(raw["identifier"]), 200),
        "type": plain(raw.get("udfType") or "", 40),
        "component": plain(raw["componentPath"], 200) if raw.get("componentPath") else None,
        "seconds": float(seconds) if isinstance(seconds, (int, float)) else None,
        "error": plain(error, 1000) if error is not None else None,
        "log_lines": [_line(line) for line in lines[:MOST_LINES]],
        "lines_left_out": max(0, len(lines) - MOST_LINES),
        "cached": raw.get("cachedResult") is True,
        "will_retry": raw.get("willRetry") is True,
        "request_id": plain(raw.get("requestId") or "", 80),
    }


def canonical(path: str) -> str:
    """``dir/file:export``, however the vendor writes it."""
    module, colon, name = path.partition(":")
    return f"{module.removesuffix('.js')}{colon}{name}"


def _line(raw: t.Any) -> str:
    """A text, or an object with level and messages."""
    if isinstance(raw, dict) and isinstance(raw.get("messages"), list):
        return plain(f"[{raw.get('level', 'LOG')}] {' '.join(map(str, raw['messages']))}", LONGEST_LINE)
    return plain(raw, LONGEST_LINE)


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module convex_log_info does; its documentation tells options and result."""
    params = task.params
    if params["limit"] < 1 or params["cursor"] < 0:
        raise Failure("invalid", "limit is below 1, or cursor below 0", "Give limit as a number above 0, and cursor as an earlier result gave it", VENDOR)
    place = connect(task, params)
    answer = read(place, operations.STREAM_FUNCTION_LOGS, query={"cursor": params["cursor"]})
    following = answer.get("newCursor") if isinstance(answer, dict) else None
    if not isinstance(following, (int, float)) or isinstance(following, bool) or not isinstance(answer.get("entries"), list):
        raise malformed("page of the log")
    wanted = canonical(params["function"]) if params["function"] else None
    entries = [entry(raw) for raw in answer["entries"]]
    fitting = [each for each in entries if wanted in (None, each["function"]) and (each["error"] is not None or not params["errors_only"])]
    kept = fitting[-params["limit"] :]
    return {
        "entries": kept,
        "left_out": len(fitting) - len(kept),
        "errors": sum(each["error"] is not None for each in fitting),
        "cursor": float(following),
    }


def of_component(
    task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, str | None], wanted: t.Mapping[str, t.Any]
) -> tuple[list[dict[str, t.Any]], str]:
    """Entries of an inventory component's log, and why there may be more of them; empty: these are all."""
    params = {
        "deploy_key": secrets.get("deploy_key"),
        "url": component.get("convex_url"),
        "deployment": component.get("convex_deployment"),
        "function": wanted["filter"],
        "errors_only": False,
        "limit": MOST_ENTRIES,
        "cursor": 0.0,
        "request_timeout": max(HELD, task.params["request_timeout"]),
    }
    found = execute_info(task.given(params))
    cut = found["left_out"] or any(one["lines_left_out"] for one in found["entries"])
    first = min((one["at"] for one in found["entries"]), default=None)
    began = clock.now() - durations.seconds(wanted["since"], "since") if first is not None and _is_length(wanted["since"]) else None
    if cut:
        return found["entries"], "there were more lines than are read of it"
    if began is not None and first is not None and first > began:
        return found["entries"], f"Convex keeps only the newest entries, here of the last {clock.now() - first:.0f} s"
    return found["entries"], ""


def _is_length(text: str) -> bool:
    return "T" not in text and "-" not in text

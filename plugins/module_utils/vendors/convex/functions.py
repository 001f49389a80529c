# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One function of the app on Convex, run once.

Vendor facts (Convex's public HTTP API): a function that threw answers 200 with ``status: error``. Queries only read. A mutation that
threw has changed nothing; an action may have done a part of its work. There is no idempotency key, so neither is ever sent again when
its answer was lost. With a deploy key, internal functions can be run too.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, connect, read

PATH = re.compile(r"[A-Za-z0-9_./-]+(:[A-Za-z0-9_$]+)?")
CHANGING = {"mutation": operations.RUN_MUTATION, "action": operations.RUN_ACTION}
MOST_LOG_LINES = 100


def run(place: Place, kind: str, path: str, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """``{value, logLines}`` of a function; a :class:`KnownAfter` for what is only planned."""
    body = {"path": path, "args": dict(arguments), "format": "json"}
    if kind == "query":
        return t.cast("dict[str, t.Any]", read(place, operations.RUN_QUERY, body=body))
    try:
        return t.cast("dict[str, t.Any]", place.client.change(CHANGING[kind], f"{place.where} {kind} {path}", body=body))
    except Failure as failure:
        if failure.maybe_sent:
            failure.kind = "unknown"
            failure.message = f"{failure.message}; whether the {kind} ran is not known, and it was not sent again"
            failure.hint = "Look at the function's logs and at what it should have written before you run it again"
            failure.retryable = False
        elif kind == "action" and failure.code == "function_error":
            failure.hint = "A part of its work may be done: see its logs before you run it again"
        raise


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_function does; its documentation tells options and result."""
    kind, path, arguments = task.params["type"], task.params["path"], task.params["args"] or {}
    if not PATH.fullmatch(path):
        raise Failure("invalid", f"{plain(path, 100)!r} is no path of a function", "Give it as dir/file:export", VENDOR)
    place = connect(task, task.params)
    answer = run(place, kind, path, arguments)
    lines = answer.get("logLines") if not planned(answer) else []
    ran = {"deployment": place.name, "path": path, "type": kind, "value": answer if planned(answer) else answer["value"]}
    result: dict[str, t.Any] = {
        "changed": kind != "query",
        "function": {**ran, "log_lines": [plain(line, 500) for line in (lines if isinstance(lines, list) else [])[:MOST_LOG_LINES]]},
    }
    if kind != "query":
        result["diff"] = {"before": {"ran": None}, "after": {"ran": f"{kind} {path}"}}
    return result

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module sentry_error_rate_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.client import VENDOR, about, connect, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.issue_info import period

MOST_SLOTS = 1000


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    since, slot = period(params["since"], "since"), period(params["slot"], "slot")
    minutes = durations.seconds(since, "since") / 60
    if minutes * 60 / durations.seconds(slot, "slot") > MOST_SLOTS:
        raise Failure("invalid", f"{params['since']} has too many slots of {params['slot']}", f"Give at most {MOST_SLOTS} slots", VENDOR)
    client = connect(task, params)
    path, query = about(params)
    query |= {"dataset": "errors", "yAxis": "count()", "query": params["query"], "statsPeriod": since, "interval": slot}
    slots, incomplete = _slots(client.call(operations.GET_TIMESERIES, path=path, query=query))
    total = sum(one["count"] for one in slots)
    return {
        "errors": total,
        "per_minute": total / minutes,
        "most": max((one["count"] for one in slots), default=0),
        "slots": slots,
        # The newest slot still fills.
        "incomplete": incomplete,
        "known": bool(slots),
    }


def _slots(answer: dict[str, t.Any]) -> tuple[list[dict[str, t.Any]], bool]:
    try:
        # Times come in milliseconds.
        rows = [row for series in answer["timeSeries"] for row in series["values"]]
        return [{"at": float(row["timestamp"]) / 1000, "count": int(row["value"])} for row in rows], any(row["incomplete"] for row in rows)
    except UNREADABLE as error:
        raise malformed("series of counts", operations.GET_TIMESERIES) from error

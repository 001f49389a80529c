# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module sentry_error_rate_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import operations, triage
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.client import VENDOR, about, connect, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.issue_info import moment, period, window

Slots = list[dict[str, t.Any]]
MOST_SLOTS = 1000


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    (when, length), slot = window(params), durations.seconds(period(params["slot"], "slot"), "slot")
    after = moment(params["after"], "after") if params["after"] is not None else None
    if length / slot > MOST_SLOTS:
        raise Failure("invalid", f"{length / 60:g} minutes have too many slots of {params['slot']}", f"Give at most {MOST_SLOTS} slots", VENDOR)
    slots, incomplete = counted(connect(task, params), params, when, slot)
    total = sum(one["count"] for one in slots)
    return {
        "errors": total,
        "per_minute": total / (length / 60),
        "most": max((one["count"] for one in slots), default=0),
        "slots": slots,
        "trend": triage.trend([one["count"] for one in slots]),
        # The newest slot still fills.
        "incomplete": incomplete,
        "known": bool(slots),
        **(compared(slots, slot, after) if after is not None else {}),
    }


def counted(client: Client, params: t.Mapping[str, t.Any], when: t.Mapping[str, str], slot: float) -> tuple[Slots, bool]:
    """(slots of so many seconds, whether one still fills)."""
    path, query = about(params)
    query |= {"dataset": "errors", "yAxis": "count()", "query": params["query"], "interval": int(slot), **when}
    return _slots(client.call(operations.GET_TIMESERIES, path=path, query=query))


def compared(slots: Slots, slot: float, at: float) -> dict[str, t.Any]:
    """Errors in a minute before a moment and after it. The slot of the moment belongs to neither; nor, after it, one that still fills."""
    before = [one["count"] for one in slots if one["at"] + slot <= at]
    after = [one["count"] for one in slots if one["at"] >= at and not one["incomplete"]]
    rate_before, rate_after = (sum(part) / (len(part) * slot / 60) if part else None for part in (before, after))
    decreased = None if rate_before is None or rate_after is None else rate_after < rate_before
    return {"before_per_minute": rate_before, "after_per_minute": rate_after, "decreased": decreased}


def _slots(answer: dict[str, t.Any]) -> tuple[Slots, bool]:
    try:
        rows = [row for series in answer["timeSeries"] for row in series["values"]]
        # Moments are milliseconds.
        slots = [{"at": float(row["timestamp"]) / 1000, "count": int(row["value"]), "incomplete": row["incomplete"] is True} for row in rows]
        return slots, any(one["incomplete"] for one in slots)
    except UNREADABLE as error:
        raise malformed("series of counts", operations.GET_TIMESERIES) from error

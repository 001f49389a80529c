# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""When a maintenance is over, and whether it may end. Pure: no I/O, no clock."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks

# The verb by which a person says it. What it has switched on belongs to no run, but to its time.
BY_HAND = "maintenance"
ON, READ_ONLY, OFF = "on", "read_only", "off"
STATES = (ON, READ_ONLY)


def due(row: t.Mapping[str, t.Any], now: float, at_work: bool) -> str:
    """Why it should be over; empty while it should not. A run that goes on ends its own."""
    if at_work:
        return ""
    if row["verb"] != BY_HAND:
        return f"run {row['run']} ({row['verb']}) has ended without switching it off"
    return f"its time was over at {moment(row['until'])}" if row["until"] <= now else ""


def may_end(looks: t.Sequence[t.Mapping[str, t.Any]], hidden: bool) -> str:
    """Why it may not be switched off; empty when all is well. ``looks``: a check of each component; what was not looked at is never well.

    ``hidden``: its own pages cannot be asked while it is on, and are asked at once when it is off.
    """
    bad = [one for one in looks if one["verdict"] not in ("pass", "warn", "skipped")]
    if bad:
        worst = checks.in_order([dict(one) for one in bad])[0]
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        return f"{worst['component']}: {worst['reason']}{more}"
    if not hidden and not any(one["verdict"] in ("pass", "warn") for one in looks):
        return "no component has an address that tells whether it is well"
    return ""


def told(row: t.Mapping[str, t.Any]) -> str:
    """``on until 03:40 UTC (restore 7f3c)``."""
    words = "on" if row["state"] == ON else "read-only"
    owner = f" ({row['verb']} {row['run']})" if row["run"] else ""
    return f"{words} until {moment(row['until'])}{owner}"


def moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%H:%M UTC")


def caution(row: t.Mapping[str, t.Any], now: float, at_work: bool) -> str:
    """What any other verb says of it."""
    why = due(row, now, at_work)
    reason = f": {row['reason']}" if row["reason"] else ""
    state = f"maintenance of {row['component']} is {told(row)}{reason}"
    return f"{state}. It should be over: {why}" if why else state

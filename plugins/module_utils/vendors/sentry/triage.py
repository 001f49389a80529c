# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Issues as somebody who has half an hour wants them: by type, worst and most frequent first, and whether they come in a spike or steadily."""

from __future__ import annotations

import typing as t

Issue = dict[str, t.Any]
# Of the level that the application gave them. What is not named here can wait.
PRIORITIES = {"fatal": "P0", "error": "P1"}
LATER = "P2"
# A spike: the newest eighth of the time has so many times as many as the rest, and not only a handful.
FACTOR = 3.0
FEWEST = 10


def by_type(issues: t.Sequence[Issue]) -> list[Issue]:
    """A row for each type of error, the most urgent first, of these the most frequent."""
    rows = [_row(kind, [one for one in issues if one["type"] == kind]) for kind in dict.fromkeys(one["type"] for one in issues)]
    return sorted(rows, key=lambda row: (row["priority"], -row["events"], row["type"]))


def _row(kind: str, issues: t.Sequence[Issue]) -> Issue:
    counts = [sum(part) for part in zip(*(one["_counts"] for one in issues), strict=False)] if all(one["_counts"] for one in issues) else []
    frequent = max(issues, key=lambda one: one["count"])
    priority = min(PRIORITIES.get(one["level"], LATER) for one in issues)
    return {
        "type": kind,
        "priority": priority,
        "level": next(one["level"] for one in issues if PRIORITIES.get(one["level"], LATER) == priority),
        "issues": len(issues),
        "events": sum(counts) if counts else sum(one["count"] for one in issues),
        "users": max(one["users"] for one in issues),
        "trend": trend(counts),
        "first_seen": min(one["first_seen"] for one in issues),
        "last_seen": max(one["last_seen"] for one in issues),
        "most_frequent": frequent["short_id"],
        "link": frequent["link"],
    }


def trend(counts: t.Sequence[int]) -> str:
    """Of counts in equal parts of time, oldest first: ``spike``, ``fading``, ``steady``, or ``unknown``."""
    newest = max(1, len(counts) // 8)
    if len(counts) < 4:
        return "unknown"
    now, usual = sum(counts[-newest:]) / newest, sum(counts[:-newest]) / (len(counts) - newest)
    if sum(counts[-newest:]) >= FEWEST and now >= FACTOR * usual:
        return "spike"
    return "fading" if sum(counts) >= FEWEST and now * FACTOR <= usual else "steady"


def shown(issue: Issue) -> Issue:
    return {name: value for name, value in issue.items() if not name.startswith("_")}

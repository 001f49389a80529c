# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module sentry_issue_info does; its documentation tells options and result."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations, paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import operations, triage
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.client import VENDOR, about, connect, malformed

LARGEST_PAGE, MOST = 100, 10_000
SORTS = {"last_seen": "date", "first_seen": "new", "count": "freq", "users": "user"}
LONGEST_WINDOW = 90 * 86400.0


def period(text: str, option: str) -> str:
    """A length of time as Sentry takes it: whole minutes."""
    seconds = durations.seconds(text, option)
    if not 60 <= seconds <= LONGEST_WINDOW:
        raise Failure("invalid", f"{option} is {plain(text, 40)!r}", f"Give {option} from 1m to 90d", VENDOR)
    return f"{round(seconds / 60)}m"


def moment(text: str, option: str) -> float:
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Failure("invalid", f"{option} is {plain(text, 60)!r}", f"Give {option} as a time with its zone, such as 2026-11-21T14:00:00Z", VENDOR)
    return at.timestamp()


def window(params: t.Mapping[str, t.Any]) -> tuple[dict[str, str], float]:
    """What a query says of its window, and its length in seconds: from ``start`` to ``end``, else the last ``since``."""
    if params.get("start") is None:
        since = period(params["since"], "since")
        return {"statsPeriod": since}, durations.seconds(since, "since")
    starts, ends = (moment(params[name], name) for name in ("start", "end"))
    if not 60 <= ends - starts <= LONGEST_WINDOW:
        raise Failure("invalid", f"from {params['start']} to {params['end']} is no usable length of time", "Give from 1m to 90d", VENDOR)
    return between(starts, ends), ends - starts


def between(starts: float, ends: float) -> dict[str, str]:
    """A window as Sentry takes it: in UTC, without a zone."""
    return {name: datetime.datetime.fromtimestamp(int(at), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S") for name, at in (("start", starts), ("end", ends))}


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    limit = params["limit"]
    if not 1 <= limit <= MOST:
        raise Failure("invalid", f"limit is {limit}", f"Give limit from 1 to {MOST}", VENDOR)
    when, _length = window(params)
    kept, more = listed(connect(task, params), params, when, limit)
    levels = sorted({one["level"] for one in kept})
    counts = {level: sum(one["level"] == level for one in kept) for level in levels}
    return {"issues": [triage.shown(one) for one in kept], "more": more, "levels": counts, "types": triage.by_type(kept)}


def listed(client: Client, params: t.Mapping[str, t.Any], when: t.Mapping[str, str], limit: int) -> tuple[list[dict[str, t.Any]], bool]:
    """(issues, whether there are more of them)."""
    path, query = about(params)
    query |= {"query": params["query"], "sort": SORTS[params["sort"]], "groupStatsPeriod": "auto", "limit": min(limit + 1, LARGEST_PAGE), **when}

    def fetch(cursor: t.Any) -> tuple[list[dict[str, t.Any]], t.Any]:
        answer = client.call(operations.LIST_ISSUES, path=path, query={**query, **({"cursor": cursor} if cursor else {})})
        return [_parse(raw) for raw in answer["list"]], answer["next"]

    issues: list[dict[str, t.Any]] = []
    for issue in paging.pages(fetch, "issues"):
        issues.append(issue)
        if len(issues) > limit:
            break
    return issues[:limit], len(issues) > limit


def _parse(raw: t.Any) -> dict[str, t.Any]:
    try:
        return {
            "id": plain(raw["id"], 40),
            "short_id": plain(raw["shortId"], 80),
            "title": plain(raw["title"], 300),
            "type": plain((raw.get("metadata") or {}).get("type") or raw["title"].partition(":")[0], 100),
            "level": plain(raw["level"], 40),
            "status": plain(raw["status"], 40),
            "culprit": plain(raw.get("culprit") or "", 300),
            "project": plain(raw["project"]["slug"], 100),
            "count": int(raw["count"]),
            "users": int(raw["userCount"]),
            "first_seen": plain(raw.get("firstSeen") or "", 60),
            "last_seen": plain(raw.get("lastSeen") or "", 60),
            "unhandled": raw.get("isUnhandled") is True,
            "link": plain(raw.get("permalink") or "", 300),
            # How often in each part of the time, oldest first; of several series they are the same.
            "_counts": [int(count) for _at, count in next(iter((raw.get("stats") or {}).values()), [])],
        }
    except UNREADABLE as error:
        raise malformed("issue", operations.LIST_ISSUES) from error

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module sentry_issue_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations, paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import operations
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


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    limit = params["limit"]
    if not 1 <= limit <= MOST:
        raise Failure("invalid", f"limit is {limit}", f"Give limit from 1 to {MOST}", VENDOR)
    since = period(params["since"], "since")
    client = connect(task, params)
    path, query = about(params)
    query |= {"query": params["query"], "sort": SORTS[params["sort"]], "statsPeriod": since, "limit": min(limit + 1, LARGEST_PAGE)}

    def fetch(cursor: t.Any) -> tuple[list[dict[str, t.Any]], t.Any]:
        answer = client.call(operations.LIST_ISSUES, path=path, query={**query, **({"cursor": cursor} if cursor else {})})
        return [_parse(raw) for raw in answer["list"]], answer["next"]

    issues: list[dict[str, t.Any]] = []
    for issue in paging.pages(fetch, "issues"):
        issues.append(issue)
        if len(issues) > limit:
            break
    kept = issues[:limit]
    levels = sorted({one["level"] for one in kept})
    return {"issues": kept, "more": len(issues) > limit, "levels": {level: sum(one["level"] == level for one in kept) for level in levels}}


def _parse(raw: t.Any) -> dict[str, t.Any]:
    try:
        return {
            "id": plain(raw["id"], 40),
            "short_id": plain(raw["shortId"], 80),
            "title": plain(raw["title"], 300),
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
        }
    except UNREADABLE as error:
        raise malformed("issue", operations.LIST_ISSUES) from error

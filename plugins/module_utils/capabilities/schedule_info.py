# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The schedule that the inventory declares, beside the runs that the ledger knows."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, cron, heartbeat
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import open_ledger

TAGS = ("morning", "daily", "evening", "weekly", "monthly", "quarterly")
GRACE = "1h"
# Of these an operator must know that they were carried out, and not only that their run began.
WATCHED = ("backup", "backup_verify", "drill")


def read(given: t.Any, timezone: t.Any) -> list[dict[str, t.Any]]:
    """``schedule_runs`` as ``[{tags, cron, timezone, grace, text}]`` with ``cron`` and ``timezone`` read and ``grace`` in seconds."""
    wanted = []
    for one in given or []:
        tags = one.get("tags") if isinstance(one, dict) else None
        if not isinstance(tags, list) or not tags or set(map(str, tags)) - set(TAGS) or set(one) - {"tags", "cron", "grace"}:
            raise Failure("invalid", f"an entry of schedule_runs is {one!r}", "Write {tags: [daily], cron: '0 7 * * *', grace: 1h}", code="schedule")
        try:
            known = {"cron": cron.read(one.get("cron")), "timezone": cron.zone(str(timezone or "UTC"))}
        except ValueError as error:
            raise Failure("invalid", f"schedule_runs: {error}", "Mend it in the inventory", code="schedule") from None
        ordered = [tag for tag in TAGS if tag in tags]
        grace = durations.seconds(one.get("grace", GRACE), "schedule_runs: grace")
        wanted.append({"tags": ordered, **known, "grace": grace, "text": " ".join(str(one["cron"]).split())})
    return wanted


def watched(given: t.Any, environment: str) -> list[dict[str, t.Any]]:
    """Of ``scheduled_items`` those that are watched one by one, where they are for this environment (``<system>/<environment>``)."""
    here = environment.rpartition("/")[2]
    found = [one for one in given or [] if isinstance(one, dict) and one.get("do") in WATCHED and here in (one.get("environments") or [here])]
    return [{"name": str(one.get("name") or one["do"]), "do": str(one["do"]), "tags": [str(tag) for tag in one.get("tags") or []]} for one in found]


def execute(task: Task) -> dict[str, t.Any]:
    """What the module schedule_info does; its documentation tells options and result."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import schedules

    wanted = read(task.params["runs"], task.params["timezone"])
    try:
        rows = schedules.rows(open_ledger(task.params, create=False))
    except Failure as failure:
        if (failure.code, failure.kind) != ("ledger", "not_found"):
            raise
        rows = []
    now = clock.now()
    found = [heartbeat.judge(one, rows, now) for one in wanted]
    found += [heartbeat.judge_item(item, wanted, rows, now) for item in watched(task.params["items"], str(task.params["environment"] or ""))]
    told = []
    for one in wanted:
        following = cron.following(one["cron"], one["timezone"], now)
        runs = [row for row in rows if set(one["tags"]) <= set(row["tags"]) and row["verdict"] not in heartbeat.NO_RUN]
        told.append({"tags": one["tags"], "cron": one["text"], "next_at": following.first if following else None, "last": runs[-1] if runs else None})
    return {**checks.result(found), "runs": told}

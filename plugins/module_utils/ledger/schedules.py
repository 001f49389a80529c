# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Scheduled runs: when each began and ended, and what became of its items. What is due is known to the inventory alone."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, schedules, upsert

# As long as history.
KEPT_SECONDS = 400 * 86400.0
WORKING = "working"
# What ended without saying so, as the next run of its tags found.
STOPPED = "stopped"


def begin(store: Store, run: str, tags: t.Sequence[str], at: float, budget: float, verdict: str = WORKING) -> None:
    """``verdict``: ``working``, or ``installed`` or ``overlapped`` for what is no run (``judge.heartbeat``)."""
    keys = {"environment": store.environment, "run": run}
    ended = None if verdict == WORKING else at
    with store.write() as connection:
        connection.execute(schedules.delete().where(schedules.c.environment == store.environment, schedules.c.started_at < at - KEPT_SECONDS))
        upsert(connection, schedules, keys, {"tags": list(tags), "started_at": at, "ended_at": ended, "verdict": verdict, "budget": budget, "items": []})


def end(store: Store, run: str, at: float, verdict: str, items: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """``items``: ``[{name, do, verdict, seconds, budget, checks}]``, ``checks`` being how many of each verdict."""
    with store.write() as connection:
        mine = (schedules.c.environment == store.environment) & (schedules.c.run == run)
        connection.execute(schedules.update().where(mine).values(ended_at=at, verdict=verdict, items=[dict(item) for item in items]))
        chain.append(connection, store, run, "scheduled", {"verdict": verdict, "items": [{key: item[key] for key in ("name", "verdict")} for item in items]})


def rows(store: Store, since: float = 0.0) -> list[dict[str, t.Any]]:
    """``[{run, tags, started_at, ended_at, verdict, budget, items}]``, oldest first. ``since`` itself is outside."""
    query = sa.select(schedules).where(schedules.c.environment == store.environment, schedules.c.started_at > since).order_by(schedules.c.started_at)
    return store.rows(query, schedules)

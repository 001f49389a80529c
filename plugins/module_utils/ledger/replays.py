# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which event was posted where, and what came of it: written down before it is posted, so that nothing that arrived is posted again."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, replays, upsert

SENT, DONE, FAILED = "sent", "done", "failed"


def known(store: Store, target: str) -> dict[str, str]:
    """{event: state} of all that was ever posted there."""
    query = sa.select(replays.c.event, replays.c.state).where(replays.c.environment == store.environment, replays.c.target == target)
    with store.read() as connection:
        return {row.event: row.state for row in connection.execute(query)}


def claim(store: Store, run: str, target: str, event: str, again: bool) -> str:
    """Write down that it is posted now. ``again``: also when nobody knows what came of it before. Returns what stood there before, empty when nothing.

    What is done, or in doubt without ``again``, is left as it is, and must not be posted.
    """
    keys = {"environment": store.environment, "target": target, "event": event}
    with store.write() as connection:
        where = sa.and_(*(replays.c[name] == value for name, value in keys.items()))
        row = connection.execute(sa.select(replays.c.state, replays.c.attempts).where(where)).first()
        state = row.state if row else ""
        if state != DONE and (state != SENT or again):
            attempts = row.attempts + 1 if row else 1
            upsert(connection, replays, keys, {"state": SENT, "attempts": attempts, "status": None, "at": store.now(connection), "run": run})
        return t.cast(str, state)


def ended(store: Store, run: str, target: str, event: str, state: str, status: int | None) -> None:
    with store.write() as connection:
        keys = {"environment": store.environment, "target": target, "event": event}
        upsert(connection, replays, keys, {"state": state, "status": status, "at": store.now(connection)})
        chain.append(connection, store, run, "replayed", {"target": target, "event": event, "state": state, "status": status})

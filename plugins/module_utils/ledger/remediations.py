# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What was done to a component to make it well again: written down before it is asked for, with what it looked like then.

A row that is still ``asked`` belongs to a run that was killed. Whoever comes next compares what it looks like now, before it asks again.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, remediations

Row = dict[str, t.Any]
KEPT_SECONDS = 90 * 86400.0


def acts(store: Store, component: str, seconds: float) -> list[Row]:
    """What was done within so much time, oldest first, whatever came of it; also what bears a moment that is still to come."""
    table = remediations.c
    with store.read() as connection:
        here = sa.and_(table.environment == store.environment, table.component == component, table.at > store.now(connection) - seconds)
        return [dict(row) for row in connection.execute(sa.select(remediations).where(here).order_by(table.number)).mappings()]


def since(store: Store, at: float) -> list[Row]:
    """What was done after that moment, oldest first."""
    table = remediations.c
    return store.rows(sa.select(remediations).where(table.environment == store.environment, table.at > at).order_by(table.number), remediations)


def begin(store: Store, run: str, component: str, marker: Row, reason: str) -> int:
    """Write down what is about to be asked for. Returns its number."""
    table = remediations.c
    with store.write() as connection:
        here = table.environment == store.environment
        last = connection.execute(sa.select(sa.func.max(table.number)).where(here)).scalar()
        number, now = int(last or 0) + 1, store.now(connection)
        values = {"component": component, "at": now, "run": run, "marker": marker, "reason": reason, "state": "asked"}
        connection.execute(remediations.insert().values(environment=store.environment, number=number, **values))
        connection.execute(remediations.delete().where(here, table.at < now - KEPT_SECONDS))
        chain.append(connection, store, run, "restart", {"component": component, "number": number, "reason": reason})
    return number


def end(store: Store, run: str, number: int, state: str) -> None:
    with store.write() as connection:
        where = (remediations.c.environment == store.environment) & (remediations.c.number == number)
        connection.execute(remediations.update().where(where).values(state=state))
        chain.append(connection, store, run, "restart_ended", {"number": number, "state": state})

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Maintenance as a lease: who has switched it on where, why, until when, and what there was before.

A row is written before the switch is turned, and ends after it was turned back: a run that is killed in between leaves a row that the next one
finds. Rows that have ended stay, one for each component.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, holders, leases
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, metadata, sagas, upsert

Row = dict[str, t.Any]
# What is on its way, what holds, and what is over.
ASKED, HELD, ENDING, OVER = "asked", "held", "ending", "over"

maintenances = sa.Table(
    "maintenances",
    metadata,
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # on, read_only: what was asked for
    sa.Column("phase", sa.Text, nullable=False),  # asked, held, ending, over
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("holder", sa.JSON, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),  # what is put back in the end
    sa.Column("muted", sa.JSON, nullable=False),  # services that hold alerts back meanwhile
    sa.Column("ended_at", sa.Float),
)


def every(store: Store) -> list[Row]:
    """Those that are not over, by component. One small read, also of a ledger of before this table."""
    here = (maintenances.c.environment == store.environment) & (maintenances.c.phase != OVER)
    return store.rows(sa.select(maintenances).where(here).order_by(maintenances.c.component), maintenances)


def of(store: Store, component: str) -> Row | None:
    """The component's, unless it is over."""
    return next((row for row in every(store) if row["component"] == component), None)


def note(store: Store, run: str, component: str, facts: dict[str, t.Any]) -> None:
    """Write down what is, or is about to be; the same in the journal."""
    keys = {"environment": store.environment, "component": component}
    with store.write() as connection:
        upsert(connection, maintenances, keys, facts)
        told = {name: value for name, value in facts.items() if name != "holder"}
        chain.append(connection, store, run, "maintenance", {"component": component, **told})


def is_at_work(store: Store, row: t.Mapping[str, t.Any]) -> bool:
    """Whether the run that asked for it still goes on: its process runs here, or it holds the lease elsewhere."""
    gone = holders.is_gone(row["holder"])
    if gone is not None:
        return not gone
    held = leases.current(store, "change")
    return bool(held and held["run"] == row["run"] and not held["free"])


def unfinished(store: Store, verb: str) -> str:
    """The run of an open saga of this verb; empty when it has left nothing half done."""
    mine = (sagas.c.verb == verb) | sagas.c.verb.like(f"{verb} %")
    query = sa.select(sagas.c.opened_by).where(sagas.c.environment == store.environment, sagas.c.closed_at.is_(None), mine)
    with store.read() as connection:
        return str(connection.execute(query).scalar() or "")

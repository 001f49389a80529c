# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Sagas: a change that spans components, written down before its first request.

A run that is killed leaves its row open; the rerun of the same verb resumes it, and where each component came from is never
computed again from a half-changed production.
"""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, saga_components, sagas

# How a saga ends that was given up before it changed anything.
ABANDONED = "abandoned"
Member = dict[str, t.Any]  # component, wave, from_release, to_release, before (what is put back by an undo)


def open_one(store: Store, verb: str) -> dict[str, t.Any] | None:
    """The verb's open saga: ``{id, opened_by, opened_at, data, members: {component: member with intents}}``."""
    return next(iter(_newest(store, verb, sagas.c.closed_at.is_(None), 1)), None)


def latest(store: Store, verb: str, most: int) -> list[dict[str, t.Any]]:
    """The verb's newest sagas in the same shape, open or ended, newest first; those that changed nothing in the end are not counted."""
    return _newest(store, verb, sagas.c.outcome.is_(None) | (sagas.c.outcome != ABANDONED), most)


def _newest(store: Store, verb: str, which: sa.ColumnElement[bool], most: int) -> list[dict[str, t.Any]]:
    query = sa.select(sagas).where(sagas.c.environment == store.environment, sagas.c.verb == verb, which)
    with store.read() as connection:
        rows = connection.execute(query.order_by(sagas.c.opened_at.desc()).limit(most)).mappings().all()
        named = saga_components.c.saga.in_([row["id"] for row in rows])
        members = connection.execute(sa.select(saga_components).where(named)).mappings().all()
    return [{**row, "members": {member["component"]: dict(member) for member in members if member["saga"] == row["id"]}} for row in rows]


def begin(store: Store, verb: str, run: str, members: list[Member], data: dict[str, t.Any]) -> str:
    """Write the saga down, before anything of it is sent. Returns its id."""
    saga = uuid.uuid4().hex[:12]
    with store.write() as connection:
        connection.execute(sagas.insert().values(id=saga, environment=store.environment, verb=verb, opened_by=run, opened_at=store.now(connection), data=data))
        for member in members:
            connection.execute(saga_components.insert().values(saga=saga, intents=[], **member))
        chain.append(connection, store, run, "saga_opened", {"saga": saga, "verb": verb, "components": [member["component"] for member in members], **data})
    return saga


def amend(store: Store, saga: str, data: dict[str, t.Any]) -> None:
    """Write down how far it has come."""
    with store.write() as connection:
        connection.execute(sagas.update().where(sagas.c.id == saga).values(data=data))


def note(connection: sa.Connection, saga: str, component: str, intent: dict[str, t.Any]) -> None:
    """Add an intent or an outcome to a component's row, inside a write transaction."""
    where = (saga_components.c.saga == saga) & (saga_components.c.component == component)
    intents = connection.execute(sa.select(saga_components.c.intents).where(where)).scalar_one_or_none()
    if intents is not None:
        connection.execute(saga_components.update().where(where).values(intents=[*intents, redaction.scrub(intent)]))


def end(store: Store, saga: str, run: str, outcome: str) -> None:
    with store.write() as connection:
        connection.execute(sagas.update().where(sagas.c.id == saga).values(closed_at=store.now(connection), outcome=outcome))
        chain.append(connection, store, run, "saga_closed", {"saga": saga, "outcome": outcome})

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Who was told what: written down before it is sent, so that of several runs one tells it, and what waits is told together later.

A message whose sender died before it wrote down what came of it is sent again, under the number that it had: it may be told twice, where
the route cannot tell that it is the same, and is not lost.
"""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, notifications

# A sender on another machine is believed to be at it for so many seconds; here it can be seen.
SENDING_SECONDS = 120.0
KEPT_SECONDS = 90 * 86400.0
DIGEST = "digest"
Row = dict[str, t.Any]


def known(connection: sa.Connection, store: Store, route: str, fingerprint: str) -> tuple[Row | None, Row | None]:
    """(what the route was told last of it, the message that a dead sender has left in doubt, if that is the newest)."""
    table = notifications.c
    query = sa.select(notifications).where(
        table.environment == store.environment, table.route == route, table.fingerprint == fingerprint, table.delivery != "failed"
    )
    doubt: Row | None = None
    for row in connection.execute(query.order_by(table.number.desc())).mappings():
        if row["delivery"] == "sending" and _given_up(dict(row), store.now(connection)):
            doubt = doubt or dict(row)
            continue
        return dict(row), doubt
    return None, doubt


def _given_up(row: Row, now: float) -> bool:
    return holders.is_gone(row["holder"]) is True or now - row["at"] > SENDING_SECONDS


def lately(connection: sa.Connection, store: Store, route: str, seconds: float) -> int:
    table = notifications.c
    query = sa.select(sa.func.count()).where(
        table.environment == store.environment,
        table.route == route,
        table.delivery.in_(("sending", "sent")),
        table.at > store.now(connection) - seconds,
    )
    return int(connection.execute(query).scalar_one())


def note(connection: sa.Connection, store: Store, route: str, message: t.Mapping[str, t.Any], delivery: str, process: int, reference: Row) -> tuple[int, str]:
    """Write a message down as ``sending`` or ``held``. Returns its number and its key."""
    table = notifications.c
    here = table.environment == store.environment
    last = connection.execute(sa.select(sa.func.max(table.number)).where(here)).scalar()
    number, now = int(last or 0) + 1, store.now(connection)
    facts = redaction.scrub({name: str(message[name]) for name in ("fingerprint", "state", "severity", "title", "text")})
    key = uuid.uuid4().hex
    values = {"route": route, "key": key, **facts, "at": now, "delivery": delivery, "holder": holders.describe(process), "reference": reference}
    connection.execute(notifications.insert().values(environment=store.environment, number=number, **values))
    connection.execute(notifications.delete().where(here, table.at < now - KEPT_SECONDS, table.delivery != "held"))
    return number, key


def again(connection: sa.Connection, store: Store, number: int, process: int) -> None:
    """Send what a dead sender has left in doubt: the claim is ours now."""
    _set(connection, store, [number], at=store.now(connection), holder=holders.describe(process))


def ended(connection: sa.Connection, store: Store, number: int, delivery: str, reference: Row | None = None) -> None:
    _set(connection, store, [number], delivery=delivery, **({} if reference is None else {"reference": reference}))


def held(connection: sa.Connection, store: Store, route: str) -> list[Row]:
    """What waits for the route's next digest, oldest first."""
    table = notifications.c
    query = sa.select(notifications).where(table.environment == store.environment, table.route == route, table.delivery == "held").order_by(table.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def collected(connection: sa.Connection, store: Store, numbers: t.Sequence[int]) -> None:
    _set(connection, store, numbers, delivery="collected")


def since(store: Store, at: float) -> list[Row]:
    """What anybody was told after that moment, oldest first."""
    table = notifications.c
    return store.rows(sa.select(notifications).where(table.environment == store.environment, table.at > at).order_by(table.number), notifications)


def _set(connection: sa.Connection, store: Store, numbers: t.Sequence[int], **values: t.Any) -> None:
    where = (notifications.c.environment == store.environment) & notifications.c.number.in_(list(numbers))
    connection.execute(notifications.update().where(where).values(**values))

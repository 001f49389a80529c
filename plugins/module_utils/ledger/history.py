# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What every look has found, moment by moment: the baseline of trends and growth bands. Rows are checks (see ``judge.checks``)."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, history, replace

# Long enough to compare a month with the same month a year before.
KEPT_SECONDS = 400 * 86400.0
# The verdict of a whole run is a row of no component, under the verb's name.
WHOLE = ""
LONGEST_TEXT = 200


def note(store: Store, run: str, at: float, checks: t.Iterable[t.Mapping[str, t.Any]]) -> int:
    """Write one row for each check that was made; returns how many. A run has one row for each name of a component at a moment."""
    made = [_row(one) | {"environment": store.environment, "at": at, "run": run} for one in checks if one["verdict"] != "skipped"]
    with store.write() as connection:
        connection.execute(history.delete().where(history.c.environment == store.environment, history.c.at < at - KEPT_SECONDS))
        replace(connection, history, ("environment", "component", "name", "at", "run"), made)
    return len(made)


def _row(one: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    value = one.get("value")
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    text = redaction.plain(value, LONGEST_TEXT) if isinstance(value, str) else None
    return {"component": one["component"], "name": one["name"], "verdict": one["verdict"], "value": number, "text": text, "unit": one.get("unit") or ""}


def rows(store: Store, since: float = 0.0, component: str | None = None, name: str | None = None) -> list[dict[str, t.Any]]:
    """``[{component, name, at, verdict, value, text, unit, run}]``, oldest first. ``since`` itself is outside."""
    query = sa.select(history).where(history.c.environment == store.environment, history.c.at > since)
    if component is not None:
        query = query.where(history.c.component == component)
    if name is not None:
        query = query.where(history.c.name == name)
    query = query.order_by(history.c.at, history.c.component, history.c.name)
    with store.read() as connection:
        return [{key: row[key] for key in row if key != "environment"} for row in connection.execute(query).mappings()]


def levels(store: Store, component: str, names: t.Collection[str], verdicts: t.Collection[str]) -> dict[str, str]:
    """The newest verdict of each of these checks, of those that count: however long ago that look was, it is the one before this one."""
    here = (history.c.environment == store.environment, history.c.component == component, history.c.name.in_(names), history.c.verdict.in_(verdicts))
    newest = sa.select(history.c.name, sa.func.max(history.c.at).label("at")).where(*here).group_by(history.c.name).subquery()
    query = sa.select(history.c.name, history.c.verdict).join(newest, sa.and_(history.c.name == newest.c.name, history.c.at == newest.c.at)).where(*here)
    with store.read() as connection:
        return {row.name: row.verdict for row in connection.execute(query)}


def samples(store: Store, component: str, name: str, since: float = 0.0) -> list[dict[str, t.Any]]:
    """``[{at, value}]`` as rules take them (``judge.series``); rows that have neither number nor text are left out."""
    found = ((row["at"], row["text"] if row["value"] is None else row["value"]) for row in rows(store, since, component, name))
    return [{"at": at, "value": value} for at, value in found if value is not None]

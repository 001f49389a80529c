# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is known about deployments that have served: proved, bad, their schema floor, secrets rotated since, and pins."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, pins, releases, rotations, upsert

Deployment = t.Mapping[str, t.Any]


def note(store: Store, run: str, component: str, deployment: Deployment, **facts: t.Any) -> bool:
    """Remember a deployment and facts about it (columns of ``releases``). Returns whether anything changed.

    A deployment that is proved is no longer bad, and the other way round: the later knowledge holds.
    """
    if facts.get("proved_at"):
        facts.update(bad_at=None, bad_reason=None)
    elif facts.get("bad_at"):
        facts.update(proved_at=None)
    keys = {"environment": store.environment, "component": component, "deployment": deployment["id"]}
    with store.write() as connection:
        known = _one(connection, releases, keys)
        news = {name: value for name, value in facts.items() if not known or known[name] != value}
        if known and not news:
            return False
        about = {name: deployment.get(name) for name in ("commit", "version", "created_at")}
        upsert(connection, releases, keys, {**about, **({} if known else {"seen_at": store.now(connection)}), **news})
        chain.append(connection, store, run, "release", {"component": component, "deployment": deployment["id"], **news})
    return True


def adopt(store: Store, run: str, component: str, deployment: Deployment) -> bool:
    """Remember what was found serving, when it is not known yet: seen, and neither proved nor bad. Returns whether it was news."""
    keys = {"environment": store.environment, "component": component, "deployment": deployment["id"]}
    with store.write() as connection:
        if _one(connection, releases, keys):
            return False
        about = {name: deployment.get(name) for name in ("commit", "version", "created_at")}
        upsert(connection, releases, keys, {**about, "seen_at": store.now(connection)})
        chain.append(connection, store, run, "adopted", {"component": component, "deployment": deployment["id"]})
    return True


def about(store: Store, component: str) -> dict[str, t.Any]:
    """``{releases: {deployment id: row}, rotations: {secret name: when}, pin: row or None}`` of one component."""
    here = {"environment": store.environment, "component": component}
    with store.read() as connection:
        rows = connection.execute(sa.select(releases).where(releases.c.environment == store.environment, releases.c.component == component)).mappings().all()
        rotated = connection.execute(
            sa.select(rotations.c.name, rotations.c.rotated_at).where(rotations.c.environment == store.environment, rotations.c.component == component)
        ).all()
        pin = _one(connection, pins, here)
    return {
        "releases": {row["deployment"]: {name: row[name] for name in row if name not in ("environment", "component")} for row in rows},
        "rotations": {row.name: row.rotated_at for row in rotated},
        "pin": pin,
    }


def rotated(store: Store, run: str, component: str, names: t.Iterable[str]) -> bool:
    """Remember that these secrets changed now: older deployments may hold their old values."""
    with store.write() as connection:
        now = store.now(connection)
        for name in names:
            upsert(connection, rotations, {"environment": store.environment, "component": component, "name": name}, {"rotated_at": now})
        chain.append(connection, store, run, "rotated", {"component": component, "names": sorted(names)})
    return True


def pin(store: Store, run: str, component: str, bad: Deployment, serving: Deployment, reason: str, pinned_before: bool | None) -> None:
    """Production is held at ``serving`` until somebody rolls forward. An open pin keeps what was true before it."""
    here = {"environment": store.environment, "component": component}
    with store.write() as connection:
        known = _one(connection, pins, here)
        values: dict[str, t.Any] = {"run": run, "bad": dict(bad), "serving": dict(serving), "reason": reason}
        if not known:
            values.update(since=store.now(connection), pinned_before=pinned_before)
        upsert(connection, pins, here, values)
        chain.append(connection, store, run, "pinned", {"component": component, "bad": bad["id"], "serving": serving["id"], "reason": reason})


def unpin(store: Store, run: str, component: str) -> bool:
    with store.write() as connection:
        where = (pins.c.environment == store.environment) & (pins.c.component == component)
        if connection.execute(pins.delete().where(where)).rowcount == 0:
            return False
        chain.append(connection, store, run, "unpinned", {"component": component})
    return True


def known(store: Store) -> list[dict[str, t.Any]]:
    """Every deployment that is remembered, of all components."""
    with store.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(releases).where(releases.c.environment == store.environment)).mappings()]


def open_pins(store: Store) -> list[dict[str, t.Any]]:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(pins).where(pins.c.environment == store.environment)).mappings()]


def _one(connection: sa.Connection, table: sa.Table, keys: dict[str, t.Any]) -> dict[str, t.Any] | None:
    row = connection.execute(sa.select(table).where(*(table.c[name] == value for name, value in keys.items()))).mappings().first()
    return dict(row) if row else None

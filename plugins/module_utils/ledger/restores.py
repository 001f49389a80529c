# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Restores that were proved: a backup was put back somewhere, and what came out of it was looked at. A backup that nobody has restored is a hope."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, restores, upsert


def note(store: Store, run: str, component: str, backup: str, at: float, seconds: float | None) -> None:
    """``backup``: what it is called where it is kept; ``seconds``: how long it took until the data could be used."""
    keys = {"environment": store.environment, "component": component, "at": at}
    with store.write() as connection:
        upsert(connection, restores, keys, {"backup": backup, "seconds": seconds, "run": run})
        chain.append(connection, store, run, "restore_proved", {"component": component, "backup": backup, "at": at, "seconds": seconds})


def last(store: Store, component: str) -> dict[str, t.Any] | None:
    """``{component, at, backup, seconds, run}`` of the newest one; None when none was ever proved."""
    mine = (restores.c.environment == store.environment) & (restores.c.component == component)
    found = store.rows(sa.select(restores).where(mine).order_by(restores.c.at.desc()).limit(1), restores)
    return found[0] if found else None


def proofs(store: Store) -> list[dict[str, t.Any]]:
    """``[{component, at, backup, seconds, run}]`` of all components, newest first."""
    return store.rows(sa.select(restores).where(restores.c.environment == store.environment).order_by(restores.c.at.desc()), restores)

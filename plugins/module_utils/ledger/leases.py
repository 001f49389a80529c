# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Leases: one run at a time changes an environment, whoever launched it.

The generation grows with every new holder, and every change compares it just before it is sent: a holder that was slow, and
was taken over meanwhile, is refused by its own client (vendors know nothing of it).
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, leases, upsert

# A long backup keeps no rollback waiting; what must not meet a backup holds both.
PURPOSES = ("change", "backup")
SECONDS = 120.0  # how long a holder on another machine is believed without a sign of life


@dataclasses.dataclass(frozen=True)
class Lease:
    purpose: str
    run: str
    generation: int
    taken_over_from: str | None  # the run that had died or fallen silent


def acquire(store: Store, purpose: str, run: str, holder: holders.Holder, reason: str = "", seconds: float = SECONDS) -> Lease:
    """Take the lease, or raise a refusal that says who holds it. Asking again as the same run renews it."""
    with store.write() as connection:
        now = store.now(connection)
        row = _row(connection, store, purpose)
        _refuse_others(row, purpose, run, now)
        mine = row is not None and row["run"] == run
        generation = 1 if row is None else row["generation"] + (0 if mine else 1)
        lost = None if row is None or mine else row["run"]
        values = {"generation": generation, "run": run, "holder": holder, "reason": reason, "acquired_at": now, "expires_at": now + seconds}
        upsert(connection, leases, {"environment": store.environment, "purpose": purpose}, values)
    return Lease(purpose, run, generation, lost)


def acquire_all(store: Store, purposes: t.Sequence[str], run: str, holder: holders.Holder, reason: str = "") -> list[Lease]:
    """All of them or none."""
    with store.write():
        return [acquire(store, purpose, run, holder, reason) for purpose in purposes]


def would_acquire(store: Store, purpose: str, run: str) -> None:
    """The refusal of :func:`acquire`, without taking anything."""
    with store.read() as connection:
        _refuse_others(_row(connection, store, purpose), purpose, run, store.now(connection))


def renew(connection: sa.Connection, store: Store, purpose: str, run: str, generation: int, seconds: float = SECONDS) -> None:
    """Prove inside a write transaction that the lease is still ours, and keep it."""
    mine = (leases.c.environment == store.environment) & (leases.c.purpose == purpose) & (leases.c.run == run) & (leases.c.generation == generation)
    if connection.execute(leases.update().where(mine).values(expires_at=store.now(connection) + seconds)).rowcount != 1:
        row = _row(connection, store, purpose)
        who = f"run {row['run']}" if row and row["run"] else "nobody now"
        raise refuse(
            f"this run ({run}) no longer holds the lease on {store.environment}; {who} does",
            "Run the same command again: it looks before it acts",
            code="fenced",
        )


def release(store: Store, purpose: str, run: str) -> bool:
    """Give the lease back; False when it was not ours any more."""
    with store.write() as connection:
        mine = (leases.c.environment == store.environment) & (leases.c.purpose == purpose) & (leases.c.run == run)
        return connection.execute(leases.update().where(mine).values(run=None, holder=None, expires_at=None)).rowcount == 1


def current(store: Store, purpose: str) -> dict[str, t.Any] | None:
    """Who holds it now: ``{run, holder, reason, acquired_at, expires_at, generation, free}``; None when nobody does."""
    with store.read() as connection:
        row = _row(connection, store, purpose)
        if not row or not row["run"]:
            return None
        return {**row, "free": _free(row, store.now(connection))}


def _refuse_others(row: t.Mapping[str, t.Any] | None, purpose: str, run: str, now: float) -> None:
    if row and row["run"] and row["run"] != run and not _free(row, now):
        raise refuse(
            f"run {row['run']} on {row['holder']['host']} (process {row['holder']['process']}) is at work here: {row['reason'] or purpose}",
            f"Wait for it to end, or, if it hangs, stop that process; without a sign of life it is given up in {row['expires_at'] - now:.0f} s",
            code="leased",
        )


def _free(row: t.Mapping[str, t.Any], now: float) -> bool:
    return holders.is_gone(row["holder"]) is True or bool(row["expires_at"] <= now)


def _row(connection: sa.Connection, store: Store, purpose: str) -> dict[str, t.Any] | None:
    query = sa.select(leases).where(leases.c.environment == store.environment, leases.c.purpose == purpose)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None

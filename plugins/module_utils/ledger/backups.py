# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Sets of backups, as they were when they were made. A manifest in the repository that differs from the one that is remembered here is forged."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, journal, metadata, upsert

Row = dict[str, t.Any]
backup_sets = sa.Table(
    "backup_sets",
    metadata,
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("snapshot", sa.Text, nullable=False),  # of the manifest
    sa.Column("sha256", sa.Text, nullable=False),  # of the manifest's bytes
    sa.Column("manifest", sa.JSON, nullable=False),
    sa.Column("verified_at", sa.Float),
    sa.Column("verified", sa.Text),  # what the verifier found: pass, warn, fail
    sa.Column("proved_at", sa.Float),  # a drill has restored it, and found it identical
)
# What the journal calls it when data have gone from the repository.
FORGOTTEN, PRUNED = "backups_forgotten", "repository_pruned"


def note(store: Store, manifest: t.Mapping[str, t.Any], snapshot: str, sha256: str) -> None:
    """Remember a set whose manifest is in the repository."""
    keys = {"environment": store.environment, "id": manifest["set"]}
    facts = {"at": manifest["began"], "why": manifest["why"], "run": manifest["run"], "complete": manifest["complete"], "snapshot": snapshot, "sha256": sha256}
    size = sum(int(part["bytes"]) for part in manifest["parts"])
    with store.write() as connection:
        upsert(connection, backup_sets, keys, {**facts, "bytes": size, "manifest": dict(manifest)})
        chain.append(connection, store, manifest["run"], "backup_set", {"set": manifest["set"], "bytes": size, **facts})


def rows(store: Store) -> list[Row]:
    """``[{id, at, why, run, complete, bytes, snapshot, sha256, manifest, verified_at, verified, proved_at}]``, newest first."""
    mine = backup_sets.c.environment == store.environment
    return store.rows(sa.select(backup_sets).where(mine).order_by(backup_sets.c.at.desc(), backup_sets.c.id.desc()), backup_sets)


def newest(store: Store, complete: bool = True) -> Row | None:
    """The newest set, of those that are complete when that is asked for."""
    return next((row for row in rows(store) if row["complete"] or not complete), None)


def verified(store: Store, run: str, set_id: str, at: float, verdict: str) -> None:
    _mark(store, run, set_id, "backup_verified", {"verified_at": at, "verified": verdict})


def proved(store: Store, run: str, set_id: str, at: float) -> None:
    """A drill has restored it and found it identical: it is not forgotten until a newer one is proved."""
    _mark(store, run, set_id, "backup_proved", {"proved_at": at})


def _mark(store: Store, run: str, set_id: str, kind: str, values: Row) -> None:
    with store.write() as connection:
        mine = (backup_sets.c.environment == store.environment) & (backup_sets.c.id == set_id)
        connection.execute(backup_sets.update().where(mine).values(**values))
        chain.append(connection, store, run, kind, {"set": set_id, **values})


def forget(store: Store, run: str, ids: t.Sequence[str], swept: int) -> None:
    """These sets are no longer in the repository, nor is what so many killed runs have left."""
    with store.write() as connection:
        mine = (backup_sets.c.environment == store.environment) & backup_sets.c.id.in_(list(ids))
        connection.execute(backup_sets.delete().where(mine))
        chain.append(connection, store, run, FORGOTTEN, {"sets": list(ids), "swept": swept})


def pruned(store: Store, run: str) -> None:
    with store.write() as connection:
        chain.append(connection, store, run, PRUNED, {})


def last(store: Store, kind: str) -> float:
    """When that was written into the journal last; 0 for never."""
    mine = (journal.c.environment == store.environment) & (journal.c.kind == kind)
    with store.read() as connection:
        return float(connection.execute(sa.select(sa.func.max(journal.c.at)).where(mine)).scalar() or 0.0)


def knows_run(store: Store, run: str) -> bool:
    """Whether this ledger has seen that run at work: then its lease tells whether it lives."""
    mine = (journal.c.environment == store.environment) & (journal.c.run == run)
    with store.read() as connection:
        return connection.execute(sa.select(sa.literal(1)).where(mine).select_from(journal).limit(1)).first() is not None

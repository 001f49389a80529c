# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The journal: what a run did and saw, each entry sealed with the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, journal

GENESIS = "0" * 64


def append(connection: sa.Connection, store: Store, run: str, kind: str, data: dict[str, t.Any]) -> None:
    """Add one entry inside a write transaction; secrets are scrubbed before it is sealed."""
    last = connection.execute(
        sa.select(journal.c.number, journal.c.hash).where(journal.c.environment == store.environment).order_by(journal.c.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    entry = {"environment": store.environment, "number": number, "at": store.now(connection), "run": run, "kind": kind, "data": redaction.scrub(data)}
    connection.execute(journal.insert().values(**entry, previous=previous, hash=seal(previous, entry)))


def seal(previous: str, entry: t.Mapping[str, t.Any]) -> str:
    content = {name: entry[name] for name in ("environment", "number", "at", "run", "kind", "data")}
    return hashlib.sha256((previous + json.dumps(content, sort_keys=True, separators=(",", ":"))).encode()).hexdigest()


def entries(store: Store, run: str | None = None) -> list[dict[str, t.Any]]:
    """The environment's entries in order, or those of one run."""
    query = sa.select(journal).where(journal.c.environment == store.environment).order_by(journal.c.number)
    with store.read() as connection:
        return [dict(row) for row in connection.execute(query if run is None else query.where(journal.c.run == run)).mappings()]


def first_broken(rows: t.Sequence[t.Mapping[str, t.Any]]) -> int | None:
    """The number of the first entry that was changed, removed or put in another place; None when the chain holds."""
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        if row["number"] != expected or row["previous"] != previous or row["hash"] != seal(previous, row):
            return expected
        previous = row["hash"]
    return None

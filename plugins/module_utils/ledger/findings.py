# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What looks have said in words: the newest reason of every check, and how often each kind of line stood in a log. The numbers are in ``history``."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, findings, log_kinds, replace

LONGEST_REASON = 300
LONGEST_KIND = 120
Row = dict[str, t.Any]


def remember(store: Store, run: str, at: float, checks: t.Sequence[t.Mapping[str, t.Any]]) -> int:
    """Write what a look has found, its numbers and its words; returns how many checks were made."""
    with store.write():
        note(store, run, at, checks)
        return history.note(store, run, at, checks)


def note(store: Store, run: str, at: float, checks: t.Iterable[t.Mapping[str, t.Any]]) -> None:
    """Keep the reasons of these checks, and the ``kinds`` (``[{fingerprint, count}]``) of those that tell them."""
    words: list[Row] = []
    counts: list[Row] = []
    with store.write() as connection:
        for table in (findings, log_kinds):
            connection.execute(table.delete().where(table.c.environment == store.environment, table.c.at < at - history.KEPT_SECONDS))
        for one in checks:
            if one["verdict"] == "skipped":
                continue
            here = {"environment": store.environment, "component": one["component"]}
            reason = redaction.plain(redaction.scrub(one["reason"]), LONGEST_REASON)
            words.append({**here, "name": one["name"], "at": at, "verdict": one["verdict"], "reason": reason})
            for kind in one.get("kinds") or []:
                text = redaction.plain(redaction.scrub(kind["fingerprint"]), LONGEST_KIND)
                counts.append({**here, "fingerprint": text, "at": at, "run": run, "count": int(kind["count"])})
        replace(connection, findings, ("environment", "component", "name"), words)
        replace(connection, log_kinds, ("environment", "component", "fingerprint", "at", "run"), counts)


def reasons(store: Store, since: float) -> dict[tuple[str, str], str]:
    """``{(component, name): reason}`` of what was looked at after ``since``."""
    query = sa.select(findings).where(findings.c.environment == store.environment, findings.c.at > since)
    return {(row["component"], row["name"]): row["reason"] for row in store.rows(query, findings)}


def kinds(store: Store, since: float) -> list[Row]:
    """``[{component, fingerprint, at, run, count}]`` after ``since``, oldest first."""
    query = sa.select(log_kinds).where(log_kinds.c.environment == store.environment, log_kinds.c.at > since).order_by(log_kinds.c.at)
    return store.rows(query, log_kinds)

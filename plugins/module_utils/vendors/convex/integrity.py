# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Counts what rules about data ask for. Convex answers no joins: rows are walked through, and of each only what a rule compares is kept."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import tables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, malformed

Row = dict[str, t.Any]
MOST_EXAMPLES = 5


def walk(place: Place, table: str) -> t.Iterator[Row]:
    for row in tables.rows(place, table):
        if not isinstance(row, dict):
            raise malformed(f"row of the table {plain(table, 80)}")
        yield row


def check_table(place: Place, known: t.Collection[str], table: str) -> None:
    if table not in known:
        near = ", ".join(plain(name, 80) for name in sorted(known)[:8])
        raise Failure("not_found", f"there is no table {plain(table, 80)} in {place.where}", f"Tables here: {near}", VENDOR)


def missing(
    place: Place, table: str, column: str, references: tuple[str, str], born_before: float | None, created: str, required: bool
) -> tuple[int, int, int, list[t.Any]]:
    """(judged, bad, too young, examples). ``created`` holds milliseconds, as Convex's own ``_creationTime`` does."""
    others = {_key(row.get(references[1])) for row in walk(place, references[0])}
    asked = bad = young = 0
    examples: list[t.Any] = []
    for row in walk(place, table):
        value = row.get(column)
        if value is None and not required:
            continue
        if born_before is not None and not _is_older(row.get(created), born_before):
            young += 1
            continue
        asked += 1
        if value is None or _key(value) not in others:
            bad += 1
            if len(examples) < MOST_EXAMPLES:
                examples.append(row.get("_id"))
    return asked, bad, young, examples


def _key(value: t.Any) -> t.Any:
    return value if isinstance(value, str) else repr(value)


def _is_older(made: t.Any, moment: float) -> bool:
    return isinstance(made, (int, float)) and made / 1000.0 <= moment

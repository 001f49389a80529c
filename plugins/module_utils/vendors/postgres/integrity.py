# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Counts what rules about data ask for. Names are quoted by the driver; what a rule writes in SQL stands inside a SELECT of ours."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import Looker, driver

MOST_EXAMPLES = 5


class Missing(t.NamedTuple):
    asked: int
    bad: int
    young: int
    examples: list[t.Any]


def missing(looker: Looker, table: str, column: str, references: tuple[str, str], created: str, grace: float, required: bool) -> Missing:
    """Rows whose ``column`` points at nothing. One that is NULL points at nothing only where it is ``required``."""
    sql = driver().sql
    names = {
        "table": _place(table),
        "column": sql.Identifier(column),
        "other": _place(references[0]),
        "its": sql.Identifier(references[1]),
        # Of a column without a time zone, the server's own is taken, as now() has it.
        "old": sql.SQL("(r.{} <= now() - make_interval(secs => %s))").format(sql.Identifier(created)) if created else sql.SQL("true"),
        "known": sql.SQL("true") if required else sql.SQL("r.{} IS NOT NULL").format(sql.Identifier(column)),
    }
    bare = "NOT EXISTS (SELECT FROM {other} o WHERE o.{its} = r.{column})"
    counts = sql.SQL(
        f"SELECT count(*) FILTER (WHERE old)::float8 AS asked, count(*) FILTER (WHERE old AND bare)::float8 AS bad,"
        f" count(*) FILTER (WHERE old IS NOT TRUE)::float8 AS young FROM (SELECT {{old}} AS old, {bare} AS bare FROM {{table}} r WHERE {{known}}) q"
    )
    values = (grace,) if created else None
    found = looker.ask(counts.format(**names), values)[0]
    examples: list[t.Any] = []
    if found["bad"]:
        some = sql.SQL(f"SELECT r.{{column}}::text AS example FROM {{table}} r WHERE {{known}} AND {{old}} AND {bare} ORDER BY 1 LIMIT {MOST_EXAMPLES}")
        examples = [row["example"] for row in looker.ask(some.format(**names), values)]
    return Missing(int(found["asked"]), int(found["bad"]), int(found["young"]), examples)


def count(looker: Looker, table: str) -> float:
    return float(looker.ask(driver().sql.SQL("SELECT count(*)::float8 AS rows FROM {}").format(_place(table)))[0]["rows"])


def sample(looker: Looker, table: str, key: str, must: str, size: int, seed: str) -> tuple[int, list[t.Any]]:
    """(rows drawn, keys of those of which ``must`` is not true). The same seed draws the same rows."""
    sql = driver().sql
    head = sql.SQL("SELECT d.{key}::text AS key, (").format(key=sql.Identifier(key))
    # On lines of its own: a comment at its end must not take our words with it.
    tail = sql.SQL("\n) AS good FROM (SELECT * FROM {table} ORDER BY md5(%s || ':' || {key}::text), {key}::text LIMIT %s) d").format(
        table=_place(table), key=sql.Identifier(key)
    )
    found = looker.ask(sql.Composed([head, sql.SQL(must.replace("%", "%%")), tail]), (seed, size))
    return len(found), [row["key"] for row in found if row["good"] is not True]


def answer(looker: Looker, asked: str) -> float:
    """The number in the first column of its only row; else how many rows there are."""
    rows = looker.ask(f"SELECT * FROM (\n{asked}\n) AS rule LIMIT 1001")
    first = next(iter(rows[0].values()), None) if len(rows) == 1 else None
    try:
        return float(len(rows)) if first is None else float(first)
    except (TypeError, ValueError):
        return float(len(rows))


def _place(table: str) -> t.Any:
    return driver().sql.Identifier(*table.split("."))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for the rules of an inventory: the columns that the rules name, and rows that are well until ``orphan`` has made some of them not so."""

from __future__ import annotations

import typing as t

Json = dict[str, t.Any]
ROWS = 100
# What a row that points at nothing points at.
NOTHING = -1


def shape(rules: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, dict[str, str]]:
    """table -> column -> type, as far as the rules name them."""
    found: dict[str, dict[str, str]] = {}
    for rule in rules:
        columns = found.setdefault(str(rule.get("table")), {})
        for name, kind in (("column", "bigint"), ("key", "bigint"), ("created", "timestamptz")):
            if rule.get(name):
                columns[str(rule[name])] = kind
        to = rule.get("references") or {}
        if to:
            found.setdefault(str(to["table"]), {})[str(to["column"])] = "bigint"
    found.pop("None", None)
    return found


def make(address: str, rules: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(address, autocommit=True) as connection:
        for table, columns in shape(rules).items():
            kinds = columns or {"id": "bigint"}
            declared = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(*[name]), sql.SQL(kind)) for name, kind in kinds.items())
            connection.execute(sql.SQL("CREATE TABLE {} ({})").format(_name(table), declared))
            values = sql.SQL(", ").join(sql.SQL("now() - interval '9 days'" if kind == "timestamptz" else "n") for kind in kinds.values())
            connection.execute(sql.SQL("INSERT INTO {} SELECT {} FROM generate_series(1, {}) n").format(_name(table), values, sql.Literal(ROWS)))
        connection.execute("ANALYZE")


def orphan(address: str, rules: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(address, autocommit=True) as connection:
        for rule in rules:
            if rule.get("references") and rule.get("column"):
                column = sql.Identifier(str(rule["column"]))
                statement = sql.SQL("UPDATE {} SET {} = {} WHERE {} <= {}")
                connection.execute(statement.format(_name(str(rule["table"])), column, sql.Literal(NOTHING), column, sql.Literal(ROWS // 10)))


def _name(table: str) -> t.Any:
    """``schema.table`` has two names."""
    from psycopg import sql

    return sql.Identifier(*table.split(".")[-1:])

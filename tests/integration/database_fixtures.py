# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases with faults planted in them, and the module that looks at them."""

from __future__ import annotations

import time
import typing as t

import psycopg

from ansible_collections.saasops.runbooks.plugins.modules import component_database_info
from tests.integration.tasks import Json, run

SHOP = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, discount int NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE _prisma_migrations (id text PRIMARY KEY, migration_name text NOT NULL, finished_at timestamptz, rolled_back_at timestamptz);
INSERT INTO users SELECT n, 'user-' || n || '@example.com', now() - interval '30 days' FROM generate_series(1, 200) n;
INSERT INTO orders SELECT n, 1 + n % 200, 15, now() - interval '9 days' FROM generate_series(1, 400) n;
INSERT INTO _prisma_migrations VALUES ('1', '20260101_first', now(), NULL), ('2', '20260201_second', now(), NULL);
ANALYZE;
"""
ORPHANS: Json = {
    "name": "orders without a user",
    "kind": "orphans",
    "table": "orders",
    "column": "user_id",
    "references": {"table": "users", "column": "id"},
    "created": "created_at",
}
PATIENCE = 20.0


def connect(url: str, **options: t.Any) -> psycopg.Connection[t.Any]:
    return psycopg.connect(url, autocommit=True, **options)


def make_shop(url: str) -> str:
    with connect(url) as connection:
        connection.execute(SHOP)
    return url


def look(url: str | None, vendor: str = "postgres", **options: t.Any) -> Json:
    component = {"name": "database", "component_vendor": vendor, **options.pop("component", {})}
    return run(component_database_info, {"component": component, "dsn": url, **options})


def verdicts(result: Json, *wanted: str) -> dict[str, str]:
    """Name and verdict of the checks; without ``wanted`` of those that are bad."""
    assert not result.get("failed"), result
    bad = ("fail", "error", "inconclusive", "warn")
    return {one["name"]: one["verdict"] for one in result["checks"] if (one["name"] in wanted if wanted else one["verdict"] in bad)}


def check(result: Json, name: str) -> Json:
    return next(one for one in result["checks"] if one["name"] == name)


def until(url: str, question: str) -> None:
    """Wait until the server answers true."""
    end = time.monotonic() + PATIENCE
    with connect(url) as connection:
        while True:
            row = connection.execute(question.encode()).fetchone()
            if row and row[0]:
                return
            assert time.monotonic() < end, question
            time.sleep(0.02)

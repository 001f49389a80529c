# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a PgBouncer tells of its pools. It is asked SHOW alone, in its own database ``pgbouncer``.

Facts (PgBouncer's documentation): its console takes one plain statement at a time and no transactions; whoever is among its ``stats_users`` may
ask; a pool is that of one database and one user, and its size is that of the database.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Address, Row, driver, failure_of

CONSOLE = "pgbouncer"


def look(address: Address) -> dict[str, t.Any]:
    """``{pools, clients, most_clients}``. A pool is ``{name, used, most, waiting, seconds}``; ``seconds``: how long the first of those in line has waited."""
    psycopg = driver()
    parameters = {**address.parameters, "dbname": CONSOLE}
    try:
        with psycopg.connect(**parameters, row_factory=psycopg.rows.dict_row, prepare_threshold=None, autocommit=True) as connection:
            pools, databases, settings = (list(connection.execute(f"SHOW {what}")) for what in ("POOLS", "DATABASES", "CONFIG"))
    except (psycopg.Error, UnicodeError) as error:
        raise failure_of(error) from None
    try:
        sizes = {row["name"]: int(row["pool_size"]) for row in databases}
        most = next(int(row["value"]) for row in settings if row["key"] == "max_client_conn")
        return {
            "pools": [_pool(row, sizes[row["database"]]) for row in pools if row["database"] != CONSOLE],
            "clients": sum(int(row["cl_active"]) + int(row["cl_waiting"]) for row in pools),
            "most_clients": most,
        }
    except (KeyError, StopIteration, TypeError, ValueError) as error:
        hint = "Check that component_pooler_dsn leads to a PgBouncer"
        raise Failure("protocol", f"the pooler does not answer as PgBouncer does ({type(error).__name__})", hint, VENDOR, code="pooler") from None


def _pool(row: Row, size: int) -> Row:
    return {
        "name": f"{row['database']} of {row['user']}",
        "used": int(row["sv_active"]),
        "most": size,
        "waiting": int(row["cl_waiting"]),
        "seconds": int(row["maxwait"]) + int(row["maxwait_us"]) / 1e6,
    }

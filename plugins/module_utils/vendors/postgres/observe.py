# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a PostgreSQL server tells of itself: one question for each subject, and the rows as they come."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import Looker, Row, driver

_MINE = "coalesce(backend_type, 'client backend') = 'client backend' AND datid IS NOT NULL"
_AGE = "extract(epoch FROM clock_timestamp() - {})::float8"
_NOW_AT = "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END"
MOST = 50
QUESTIONS = {
    "server": """SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
        current_database() AS database, pg_is_in_recovery() AS standby, pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all""",
    "connections": f"""SELECT count(*)::int AS used, count(*) FILTER (WHERE state = 'active')::int AS active,
        count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS idle_in_transaction,
        current_setting('max_connections')::int AS most FROM pg_stat_activity WHERE {_MINE}""",
    "transactions": f"""SELECT pid, state, usename::text AS "user", {_AGE.format("xact_start")} AS seconds FROM pg_stat_activity
        WHERE {_MINE} AND xact_start IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT {MOST}""",
    "running": f"""SELECT pid, usename::text AS "user", {_AGE.format("query_start")} AS seconds, query FROM pg_stat_activity
        WHERE {_MINE} AND state = 'active' AND pid <> pg_backend_pid() ORDER BY query_start LIMIT {MOST}""",
    "blocked": f"""SELECT pid, {_AGE.format("query_start")} AS seconds, pg_blocking_pids(pid) AS by, query FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0 ORDER BY query_start LIMIT {MOST}""",
    "size": "SELECT pg_database_size(current_database())::float8 AS bytes",
    "unused_indexes": f"""SELECT s.schemaname || '.' || s.indexrelname AS name, s.relname::text AS "table", pg_relation_size(s.indexrelid)::float8 AS bytes,
        (t.seq_scan + coalesce(t.idx_scan, 0))::float8 AS reads, i.indisvalid AS valid
        FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid JOIN pg_stat_user_tables t ON t.relid = s.relid
        WHERE NOT i.indisvalid OR (s.idx_scan = 0 AND NOT i.indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = s.indexrelid)) ORDER BY bytes DESC LIMIT {MOST}""",
    "missing_indexes": f"""SELECT schemaname || '.' || relname AS name, n_live_tup::float8 AS rows, seq_scan::float8 AS scans,
        seq_tup_read::float8 AS read, coalesce(idx_scan, 0)::float8 AS by_index
        FROM pg_stat_user_tables WHERE seq_scan > 0 ORDER BY seq_tup_read DESC LIMIT {MOST}""",
    "foreign_keys": f"""SELECT c.conname AS name, c.conrelid::regclass::text AS "table", t.n_live_tup::float8 AS rows
        FROM pg_constraint c JOIN pg_stat_user_tables t ON t.relid = c.conrelid WHERE c.contype = 'f' AND NOT EXISTS (SELECT FROM pg_index i
        WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey) ORDER BY rows DESC LIMIT {MOST}""",
    "dead_rows": f"""SELECT schemaname || '.' || relname AS name, n_live_tup::float8 AS live, n_dead_tup::float8 AS dead,
        {_AGE.format("greatest(last_vacuum, last_autovacuum)")} AS vacuumed
        FROM pg_stat_user_tables WHERE n_dead_tup > 0 ORDER BY n_dead_tup DESC LIMIT {MOST}""",
    "bloat": f"""SELECT n.nspname || '.' || c.relname AS name, c.relpages::float8 AS pages, c.reltuples::float8 AS rows,
        current_setting('block_size')::float8 AS page, sum((1 - s.null_frac) * s.avg_width)::float8 AS width
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND NOT s.inherited
        WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relpages > 0 AND c.reltuples > 0
        GROUP BY n.nspname, c.relname, c.relpages, c.reltuples ORDER BY pages DESC LIMIT {MOST}""",
    "replicas": f"""SELECT coalesce(nullif(application_name, ''), client_addr::text, 'a replica') AS name, state,
        pg_wal_lsn_diff({_NOW_AT}, replay_lsn)::float8 AS bytes, extract(epoch FROM replay_lag)::float8 AS seconds FROM pg_stat_replication""",
    "slots": f"""SELECT slot_name::text AS name, pg_wal_lsn_diff({_NOW_AT}, restart_lsn)::float8 AS bytes
        FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL""",
    "standby": f"""SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE {_AGE.format("pg_last_xact_replay_timestamp()")} END AS seconds WHERE pg_is_in_recovery()""",
    "wraparound": "SELECT datname::text AS name, age(datfrozenxid)::float8 AS age FROM pg_database ORDER BY 2 DESC LIMIT 1",
}
# Which columns the extension's view has is its version: mean_time was renamed in PostgreSQL 13.
_VIEW = """SELECT n.nspname::text AS schema, bool_or(a.attname = 'mean_exec_time') AS renamed FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relname = 'pg_stat_statements' AND c.relkind IN ('v', 'r') GROUP BY n.nspname LIMIT 1"""
# Names in quotes are kept. What may hold somebody's data is not: texts in any of PostgreSQL's quotes, numbers, comments.
_LITERAL = re.compile(
    r"(\"(?:[^\"]|\"\")*\")|\$(\w*)\$.*?(?:\$\2\$|$)|(?i:\b[ebnxu]&?)?'(?:[^']|'')*(?:'|$)|--[^\n]*|/\*.*?(?:\*/|$)|(?<![\w$])\d[\w.]*", re.DOTALL
)
# Migration tools: the table, the column of the names, and what is true of a row that failed or did not end.
MIGRATION_TABLES: dict[str, tuple[str, str]] = {
    "_prisma_migrations": ("migration_name", "finished_at IS NULL AND rolled_back_at IS NULL"),
    "alembic_version": ("version_num", "false"),
    "flyway_schema_history": ("version", "NOT success"),
    "knex_migrations": ("name", "false"),
    "__drizzle_migrations": ("hash", "false"),
    "schema_migrations": ("version", "false"),
}


def look(looker: Looker, subject: str) -> list[Row] | Failure:
    """The rows of a subject, or why there are none."""
    try:
        return looker.ask(QUESTIONS[subject])
    except Failure as failure:
        return failure


def statements(looker: Looker, fewest_calls: int) -> list[Row] | Failure | None:
    """The statements of this database that take longest, as the extension pg_stat_statements counts them. None: it is not there."""
    try:
        found = looker.ask(_VIEW)
        if not found:
            return None
        sql = driver().sql
        column = sql.Identifier("mean_exec_time" if found[0]["renamed"] else "mean_time")
        asked = sql.SQL(
            "SELECT query, calls::float8 AS calls, {mean}::float8 AS ms FROM {view} WHERE calls >= %s"
            " AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY {mean} DESC LIMIT 10"
        ).format(mean=column, view=sql.Identifier(found[0]["schema"], "pg_stat_statements"))
        return looker.ask(asked, (fewest_calls,))
    except Failure as failure:
        # Created, but its library is not loaded.
        return None if failure.code == "55000" else failure


def migrations(looker: Looker, table: str | None, column: str | None) -> list[Row] | Failure:
    """``[{table, applied, latest, failed}]`` of every table of a migration tool that is there, or of the declared one."""
    sql = driver().sql
    wanted = [table.rpartition(".")[2]] if table else list(MIGRATION_TABLES)
    try:
        places = looker.ask(
            "SELECT n.nspname::text AS schema, c.relname::text AS name, array_agg(a.attname::text) AS columns FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relkind = 'r' AND c.relname = ANY(%s) GROUP BY 1, 2 ORDER BY 1, 2",
            (wanted,),
        )
        rows = []
        for place in places:
            by, failed = MIGRATION_TABLES.get(place["name"], ("version", "false"))
            by = column or by
            if place["name"] == "schema_migrations" and "dirty" in place["columns"]:
                failed = "dirty"
            asked = sql.SQL("SELECT count(*)::float8 AS applied, max({by}::text) AS latest, count(*) FILTER (WHERE {failed})::float8 AS failed FROM {place}")
            names = {"by": sql.Identifier(by), "failed": sql.SQL(failed), "place": sql.Identifier(place["schema"], place["name"])}
            rows += [{"table": place["name"], **one} for one in looker.ask(asked.format(**names))]
    except Failure as failure:
        return failure
    return rows


def normalised(query: t.Any, most: int = 160) -> str:
    """A query without what may be somebody's data."""
    text = str(query or "")
    if "\\" in text:
        # Whether it ends a text or is a part of it is the server's setting: nothing behind the first quote is shown.
        text = text.partition("'")[0] + "?"
    shown = _LITERAL.sub(lambda found: found[1] or "?", text)
    return redaction.plain(re.sub(r"\s+", " ", shown), most)

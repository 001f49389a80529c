# SPDX-License-Identifier: GPL-3.0-or-later
"""component_database_info against a real PostgreSQL: every planted fault is named, and none is invented."""

from __future__ import annotations

import contextlib
import threading
import typing as t

import psycopg
import pytest

from tests.harness import postgresql
from tests.integration.database_fixtures import check, connect, look, make_shop, until, verdicts

PASSWORD = "database-test-7Vn2Kd9Xq4Zt6Wm1Pj5Lh3Rb8"


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    with postgresql.server("autovacuum=off", "track_counts=on") as url:
        yield url


@pytest.fixture
def shop(server: str) -> str:
    return make_shop(postgresql.fresh_database(server))


def test_nothing_is_invented_of_a_database_that_is_well(shop: str) -> None:
    result = look(shop)
    assert verdicts(result) == {}
    assert result["verdict"] == "pass"
    assert {one["name"] for one in result["checks"] if one["verdict"] == "skipped"} == {"slow_queries", "database_growth", "replication"}
    assert {one["name"] for one in result["checks"] if one["verdict"] == "pass"} == {
        "reachable",
        "connections",
        "transactions",
        "running_queries",
        "blocked",
        "database_size",
        "unused_indexes",
        "missing_indexes",
        "dead_rows",
        "bloat",
        "migrations",
        "wraparound",
    }
    assert check(result, "migrations")["value"] == "20260201_second"
    assert result["changed"] is False


def test_connections_are_counted_against_the_most(shop: str) -> None:
    with contextlib.ExitStack() as stack:
        for _number in range(9):
            stack.enter_context(connect(shop))
        until(shop, "SELECT count(*) >= 10 FROM pg_stat_activity WHERE backend_type = 'client backend'")
        assert verdicts(look(shop, limits={"connections_percent": {"warn": 15, "fail": 90}})) == {"connections": "warn"}
        failed = look(shop, component={"component_limits": {"connections_percent": 15}})
    assert verdicts(failed) == {"connections": "fail"}
    assert " of 50 connections (" in check(failed, "connections")["reason"]


def test_a_pool_that_leaves_no_connection_for_us_is_a_fault_and_no_crash() -> None:
    with postgresql.server("max_connections=5", "superuser_reserved_connections=0", "max_wal_senders=0") as url:
        with contextlib.ExitStack() as stack:
            for _number in range(5):
                stack.enter_context(connect(url))
            full = look(url)
        assert verdicts(full) == {"reachable": "fail"}
        assert "too many clients" in check(full, "reachable")["reason"]
        assert "pool" in check(full, "reachable")["next"]
        until(url, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'client backend'")
        assert look(url)["verdict"] == "pass"


def test_a_long_transaction_and_who_waits_for_it_are_found(shop: str) -> None:
    limits = {"transaction_seconds": 0, "blocked_seconds": 0}
    with psycopg.connect(shop) as holder, connect(shop) as waiter:
        holder.execute("UPDATE users SET email = email WHERE id = 1")
        waiting = threading.Thread(target=waiter.execute, args=("UPDATE users SET email = 'secret-person@example.com' WHERE id = 1",))
        waiting.start()
        until(shop, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        result = look(shop, limits=limits)
        pid = holder.info.backend_pid
        holder.rollback()
        waiting.join()
    assert verdicts(result) == {"transactions": "fail", "blocked": "fail"}
    assert f"process {pid}" in check(result, "blocked")["reason"]
    assert "secret-person" not in str(result)
    assert verdicts(look(shop, limits={"blocked_seconds": 0})) == {}


def test_a_query_that_runs_too_long_is_shown_without_its_values(shop: str) -> None:
    with connect(shop) as busy:
        running = threading.Thread(target=lambda: _cancelled(busy, "SELECT pg_sleep(60), 'secret-person@example.com' AS who"))
        running.start()
        until(shop, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        result = look(shop, limits={"running_query_seconds": 0})
        busy.cancel()
        running.join()
    assert verdicts(result) == {"running_queries": "fail"}
    assert "SELECT pg_sleep(?), ? AS who" in check(result, "running_queries")["reason"]
    assert "secret-person" not in str(result)


def _cancelled(connection: psycopg.Connection[t.Any], query: t.LiteralString) -> None:
    with contextlib.suppress(psycopg.errors.QueryCanceled):
        connection.execute(query)


def test_indexes_that_are_unused_missing_or_broken_are_named(shop: str) -> None:
    limits = {"unused_index_bytes": 8192, "unused_index_reads": 20, "missing_index_rows": 300}
    assert verdicts(look(shop, limits=limits)) == {}
    with connect(shop) as connection:
        connection.execute("CREATE INDEX never_used ON orders (discount)")
        connection.execute("ALTER TABLE orders ADD CONSTRAINT bare FOREIGN KEY (user_id) REFERENCES users (id)")
        for _number in range(30):
            connection.execute("SELECT count(*) FROM orders WHERE user_id = 7")
        connection.execute("ANALYZE")
    until(shop, "SELECT seq_scan >= 30 FROM pg_stat_user_tables WHERE relname = 'orders'")
    result = look(shop, limits=limits)
    assert verdicts(result) == {"unused_indexes": "warn", "missing_indexes": "warn"}
    assert check(result, "unused_indexes")["names"] == ["public.never_used"]
    assert check(result, "missing_indexes")["names"] == ["public.orders", "orders (bare)"]
    assert verdicts(look(shop)) == {}


def test_dead_rows_and_bloat_are_found(shop: str) -> None:
    limits = {"dead_rows": 100, "bloat_bytes": 8192}

    def do(*statements: t.LiteralString, counted: str) -> t.Any:
        # A session hands its counts in when it ends, and they are added to what an ANALYZE of another one has counted by then.
        for statement in statements:
            with connect(shop) as connection:
                connection.execute(statement)
                session = connection.info.backend_pid
            until(shop, f"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {session}")
        until(shop, f"SELECT {counted} FROM pg_stat_user_tables WHERE relname = 'wide'")
        return look(shop, limits=limits)

    made = "CREATE TABLE wide AS SELECT n AS id, repeat('x', 200) AS filling FROM generate_series(1, 2000) n"
    assert verdicts(do(made, "ANALYZE wide", counted="n_live_tup = 2000")) == {}
    found = do("DELETE FROM wide WHERE id % 10 > 0", "ANALYZE wide", counted="n_dead_tup = 1800 AND n_live_tup = 200")
    assert verdicts(found) == {"dead_rows": "fail", "bloat": "warn"}
    assert check(found, "dead_rows")["reason"] == "public.wide: 1,800 rows (90%) are dead, never vacuumed"
    assert verdicts(do("VACUUM ANALYZE wide", counted="n_dead_tup = 0")) == {"bloat": "warn"}
    assert verdicts(do("VACUUM FULL wide", "ANALYZE wide", counted="n_dead_tup = 0")) == {}


@pytest.mark.parametrize(
    ("planted", "declared", "verdict", "words"),
    [
        ("UPDATE _prisma_migrations SET finished_at = NULL WHERE id = '2'", {}, "fail", "1 migration(s) failed"),
        ("SELECT 1", {"expected": "20260301_third"}, "fail", "20260301_third is expected"),
        ("SELECT 1", {"expected": "20260201_second"}, "pass", "2 applied"),
        ("SELECT 1", {"table": "alembic_version"}, "fail", "there is no table alembic_version"),
        ("DROP TABLE _prisma_migrations", {}, "skipped", "no table of a known migration tool"),
        (
            "DROP TABLE _prisma_migrations; CREATE TABLE schema_migrations (version bigint, dirty bool); INSERT INTO schema_migrations VALUES (7, true)",
            {},
            "fail",
            "schema_migrations: 1 migration(s) failed",
        ),
        ("DROP TABLE _prisma_migrations; CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('ab12')", {}, "pass", "ab12"),
        (
            "DROP TABLE _prisma_migrations; CREATE TABLE own (step text); INSERT INTO own VALUES ('9')",
            {"table": "own", "column": "step"},
            "pass",
            "latest is 9",
        ),
    ],
)
def test_the_state_of_migrations_is_told(shop: str, planted: t.LiteralString, declared: dict[str, str], verdict: str, words: str) -> None:
    with connect(shop) as connection:
        connection.execute(planted)
    found = check(look(shop, component={"component_migrations": declared}), "migrations")
    assert (found["verdict"], words in found["reason"]) == (verdict, True), found


def test_the_absent_extension_says_how_to_get_it(shop: str) -> None:
    absent = check(look(shop), "slow_queries")
    assert absent["verdict"] == "skipped"
    assert "CREATE EXTENSION pg_stat_statements" in absent["reason"]


@pytest.mark.parametrize("column", ["mean_time", "mean_exec_time"])
def test_the_extension_is_asked_as_its_version_has_it(shop: str, column: str) -> None:
    shape = f"(SELECT oid FROM pg_database WHERE datname = current_database()) AS dbid, 9::bigint AS calls, 700::float8 AS {column}"
    with connect(shop) as connection:
        connection.execute(f"CREATE VIEW pg_stat_statements AS SELECT {shape}, 'SET x TO ''secret-person'' -- ' AS query".encode())
    found = check(look(shop), "slow_queries")
    assert (found["verdict"], found["value"]) == ("warn", 700)
    assert "secret-person" not in str(found)


def test_a_question_that_takes_too_long_hides_no_other(shop: str) -> None:
    rules = [{"name": "for ever", "kind": "sql", "sql": "SELECT pg_sleep(60)"}, {"name": "users", "kind": "count", "table": "users", "min": 1}]
    result = look(shop, rules=rules, statement_timeout="2s", health=False)
    assert verdicts(result, "reachable", "for ever", "users") == {"reachable": "pass", "for ever": "error", "users": "pass"}
    assert "statement_timeout" in check(result, "for ever")["next"]


def test_a_locked_table_is_told_and_not_waited_for(shop: str) -> None:
    with psycopg.connect(shop) as holder:
        holder.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        result = look(shop, rules=[{"name": "users", "kind": "count", "table": "users", "min": 1}], health=False, lock_timeout="0.1s")
    assert verdicts(result) == {"users": "error"}
    assert "lock" in check(result, "users")["reason"]


def test_a_server_that_dies_while_it_is_asked_is_told(tmp_path: t.Any) -> None:
    with postgresql.server() as url:
        make_shop(url)
        asked: dict[str, t.Any] = {}
        rules = [{"name": "slow", "kind": "sql", "sql": "SELECT pg_sleep(60)"}, {"name": "after", "kind": "count", "table": "users"}]
        looking = threading.Thread(target=lambda: asked.update(look(url, rules=rules, statement_timeout="50s", health=False)))
        looking.start()
        until(url, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        postgresql.end(url)
        looking.join()
        assert verdicts(asked) == {"slow": "fail", "after": "fail"}
        assert "went away" in check(asked, "slow")["reason"]
        gone = look(url, request_timeout="2s")
    assert verdicts(gone) == {"reachable": "fail"}


@pytest.mark.parametrize(
    ("dsn", "verdict", "words"),
    [
        (f"postgresql://ops:{PASSWORD}@127.0.0.1:1/shop", "fail", "refused"),
        (f"postgresql://ops:{PASSWORD}@no-such-host.invalid/shop", "error", "host"),
        (f"postgres://ops:{PASSWORD}@127.0.0.1:1/shop?schema=public&pgbouncer=true&connection_limit=5", "fail", "refused"),
        (f"mysql://ops:{PASSWORD}@127.0.0.1/shop", "error", "mysql://"),
        (f"postgresql://ops:{PASSWORD}@127.0.0.1:port/shop", "error", "invalid integer"),
        ("", "skipped", "no component_dsn"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(dsn: str, verdict: str, words: str) -> None:
    result = look(dsn, request_timeout="2s")
    found = check(result, "reachable")
    assert (found["verdict"], words in found["reason"]) == (verdict, True), found
    assert PASSWORD not in str(result)


def test_a_role_and_a_database_that_do_not_exist_could_not_be_asked(shop: str) -> None:
    folder = shop.partition("?")[2]
    assert verdicts(look(f"postgresql://nobody@/postgres?{folder}")) == {"reachable": "error"}
    assert verdicts(look(f"postgresql://postgres@/nowhere?{folder}")) == {"reachable": "error"}


def test_a_role_that_sees_only_itself_does_not_call_others_well(shop: str) -> None:
    with connect(shop) as connection:
        connection.execute("CREATE ROLE onlooker LOGIN")
    try:
        result = look(shop.replace("postgres@", "onlooker@"), limits={"connections_percent": 100})
    finally:
        with connect(shop) as connection:
            connection.execute("DROP ROLE onlooker")
    assert verdicts(result) == {"transactions": "inconclusive", "running_queries": "inconclusive", "blocked": "inconclusive", "migrations": "error"}
    assert "GRANT pg_monitor" in check(result, "blocked")["reason"]


def test_prisma_s_schema_is_where_tables_are_looked_for(shop: str) -> None:
    with connect(shop) as connection:
        connection.execute('CREATE SCHEMA "Of Shop"; CREATE TABLE "Of Shop".carts (id int); INSERT INTO "Of Shop".carts VALUES (1)')
    rule = {"name": "carts", "kind": "count", "table": "carts", "min": 1}
    assert verdicts(look(f"{shop}&schema=Of%20Shop", rules=[rule], health=False), "carts") == {"carts": "pass"}
    assert verdicts(look(shop, rules=[rule], health=False)) == {"carts": "error"}

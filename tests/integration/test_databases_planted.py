# SPDX-License-Identifier: GPL-3.0-or-later
"""Real PostgreSQL, PgBouncer and a standby: everything that is planted is found, and nothing is invented of what is well."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

import psycopg
import pytest

from tests.harness import pgbouncer, postgresql
from tests.integration.database_fixtures import ORPHANS, PATIENCE, check, connect, look, make_shop, until, verdicts

SLOW: t.LiteralString = "SELECT count(pg_sleep(0.51)) FROM orders WHERE id = 7"
# Tables of a test are small.
SMALL = {"bloat_bytes": 8192}


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    """One that counts its statements."""
    with postgresql.server("shared_preload_libraries=pg_stat_statements", "autovacuum=off", installed=postgresql.with_statements()) as url:
        yield url


@pytest.fixture
def shop(server: str) -> str:
    url = make_shop(postgresql.fresh_database(server))
    with connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute("CREATE TABLE wide AS SELECT n AS id, repeat('x', 200) AS filling FROM generate_series(1, 2000) n")
        connection.execute("ANALYZE wide")
    return url


def test_orphans_bloat_slow_queries_and_an_exhausted_pool_are_all_found_and_none_is_invented(shop: str) -> None:
    with pgbouncer.pooler(shop, default_pool_size=2, max_client_conn=20) as pool:
        options: dict[str, t.Any] = {"rules": [ORPHANS], "limits": SMALL, "slow_query_calls": 2, "pooler_dsn": pool.console}
        for way in (shop, pool.url):
            well = look(way, **options)
            assert (well["verdict"], verdicts(well)) == ("pass", {})
        assert verdicts(well, "pool", "pool_waiting", "slow_queries") == {"pool": "pass", "pool_waiting": "pass", "slow_queries": "pass"}
        with connect(shop) as connection:
            connection.execute("UPDATE orders SET user_id = -id WHERE id <= 40")
            connection.execute("DELETE FROM wide WHERE id % 10 > 0")
            connection.execute("VACUUM ANALYZE wide")
            for _number in range(2):
                connection.execute(SLOW)
        with exhausted(pool, 2):
            found = look(shop, **options)
            through = look(pool.url, request_timeout="2s", **options)
    planted = {"orders without a user": "fail", "bloat": "warn", "slow_queries": "warn", "pool": "fail"}
    assert {name: verdict for name, verdict in verdicts(found).items() if name != "pool_waiting"} == planted
    assert "40 of 400 rows of orders are orphans (10%)" in check(found, "orders without a user")["reason"]
    assert check(found, "bloat")["reason"].startswith("public.wide: about ")
    # By its fingerprint: the values are gone.
    assert check(found, "slow_queries")["queries"][0]["query"] == "SELECT count(pg_sleep($1)) FROM orders WHERE id = $2"
    assert check(found, "pool")["reason"].endswith(" of postgres: 2 of 2 connections (100%)")
    # Whoever goes through the pooler is not served, and does not wait for ever.
    assert verdicts(through, "reachable", "pool") == {"reachable": "fail", "pool": "fail"}
    assert "its pooler has no connection free" in check(through, "reachable")["reason"]


@contextlib.contextmanager
def exhausted(pool: pgbouncer.Pooler, size: int) -> t.Iterator[None]:
    """So many clients stay in a transaction, and one more waits."""
    with psycopg.connect(pool.url, autocommit=True) as waiter:
        waiting = threading.Thread(target=lambda: waiter.execute("SELECT 1"))
        with contextlib.ExitStack() as stack:
            for _number in range(size):
                stack.enter_context(psycopg.connect(pool.url)).execute("SELECT 1")
            waiting.start()
            end = time.monotonic() + PATIENCE
            while not any(row["cl_waiting"] and row["maxwait"] + row["maxwait_us"] for row in pool.shows("POOLS")):
                assert time.monotonic() < end
                time.sleep(0.02)
            yield
        # With the transactions over, who waited is served.
        waiting.join(PATIENCE)
        assert not waiting.is_alive()


def test_who_waits_for_a_connection_and_too_many_clients_are_told(shop: str) -> None:
    with pgbouncer.pooler(shop, default_pool_size=1, max_client_conn=4) as pool:
        told = {"pooler_dsn": pool.console, "limits": {"pool_wait_seconds": 0, "clients_percent": {"warn": 50}}}
        assert verdicts(look(shop, **told), "pool_waiting", "pool_clients") == {"pool_waiting": "pass", "pool_clients": "pass"}
        with exhausted(pool, 1):
            found = look(shop, **told)
            with psycopg.connect(pool.url), psycopg.connect(pool.url):
                full = look(pool.url, **told)
        assert verdicts(found) == {"pool": "fail", "pool_waiting": "fail", "pool_clients": "warn"}
        assert check(found, "pool_waiting")["reason"].startswith("1 wait for a connection, the longest for ")
        assert "no more connections allowed" in check(full, "reachable")["reason"]
        assert "pool that is too large or leaks" in check(full, "reachable")["next"]


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        (("port=6432", "port=6433"), "fail", "No such file"),
        (("onlooker@", "stranger@"), "error", "authentication failed"),
        (("onlooker@", "postgres@"), "error", "not allowed"),
    ],
)
def test_a_pooler_that_cannot_be_asked_hides_nothing_of_the_server(shop: str, change: tuple[str, str], verdict: str, words: str) -> None:
    with pgbouncer.pooler(shop) as pool:
        found = look(shop, pooler_dsn=pool.console.replace(*change), request_timeout="2s")
    assert verdicts(found) == {"pool": verdict}
    assert words in check(found, "pool")["reason"]
    assert verdicts(found, "reachable") == {"reachable": "pass"}


def test_a_standby_that_lags_is_told_by_both_sides() -> None:
    with postgresql.server() as primary, postgresql.standby(primary) as standby:
        make_shop(primary)
        level: t.LiteralString = "SELECT count(*) = 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
        until(primary, level)
        limits = {"replica_lag_bytes": 65536, "replica_lag_seconds": 0}
        for side in (primary, standby):
            assert verdicts(look(side, limits=limits)) == {}
            assert verdicts(look(side), "replication") == {"replication": "pass"}
        with connect(standby) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
        until(standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
        with connect(primary) as connection:
            connection.execute("CREATE TABLE much AS SELECT repeat('x', 200) AS filling FROM generate_series(1, 2000)")
        until(primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE flush_lsn = pg_current_wal_lsn()")
        behind = look(primary, limits=limits)
        itself = look(standby, limits=limits)
        with connect(standby) as connection:
            connection.execute("SELECT pg_wal_replay_resume()")
        until(primary, level)
        again = [verdicts(look(side, limits=limits)) for side in (primary, standby)]
    assert verdicts(behind) == verdicts(itself) == {"replication": "fail"}
    assert check(behind, "replication")["reason"].startswith("walreceiver is ")
    assert check(itself, "replication")["reason"].startswith("this standby is ")
    assert again == [{}, {}]

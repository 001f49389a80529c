# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The way back of a Redis part: a server of our own loads it, and its keys go from there to where they are wanted, with the time that they have left.

Facts (the server's documentation): what DUMP gives, RESTORE takes on a server that is not older, and checks by a checksum of its own; SCAN gives every
key that is there all the while at least once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction, scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source, Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import backup, local_server, snapshots
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.backup import EXPIRING, MARK
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.connection import VENDOR, connected, driver

BESIDE = Operation("restore_beside", changes=True)
IN_PLACE = Operation("restore_in_place", changes=True, destroys=True)
DISPOSABLE = Operation("restore_disposable", changes=True)
DROP = Operation("drop_restored", changes=True)
# Keys that are asked for at once, and bytes that are on their way at once.
BATCH, MOST_BYTES = 500, 8 * 1024 * 1024
KINDS = frozenset(snapshots.TYPES.values())
Row = t.Mapping[str, t.Any]


def place(part: Row, where: Where) -> str:
    whose = where.component.get("name")
    return {
        "in_place": f"the server of {whose}",
        "beside": f"the database {where.name or '<its number>'} of the server of {whose}",
        "disposable": f"a server of our own, in place of that of {whose}",
    }[where.mode]


def _number(where: Where, part: Row) -> int:
    """The database beside that the part is put into."""
    if not where.name.isdigit():
        hint = "Give the number of an empty database of the same server, such as 9, or a component with an address of its own as the target"
        raise refuse(f"{redaction.plain(where.name, 60)!r} is no number of a database", hint, code="no_place")
    held = _databases(part)
    if len(held) > 1:
        hint = "Restore it to a component with an address of its own"
        raise refuse(f"the part holds {len(held)} databases, and beside is room for one", hint, code="no_place")
    return int(where.name)


def _databases(part: Row) -> list[int]:
    return [int(name[2:]) for name in part["counts"] if not name.endswith(EXPIRING)]


def _folder(part: Row, where: Where) -> str:
    """Of a disposable server: it is found again by the next task."""
    words = "-".join(str(word) for word in (where.component.get("name"), where.name, part.get("snapshot")) if word)
    return os.path.join(scratch.work().parent, "disposable", "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in words))


# -- put
def admit(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> None:
    _check_whole(only)
    ours, made = local_server.version(task), str((part.get("tools") or {}).get("redis") or "")
    if _major(ours) < _major(made):
        said = f"the backup is of Redis {made}, and redis-server here is {ours}: an older one does not load what a newer one gives"
        raise Failure("invalid", said, "Install a redis-server of that version, and say where it is: backup_programs", VENDOR, code="programs")
    scratch.check_room(int(part["bytes"]), str(part["name"]))
    if where.mode == "disposable":
        return
    if where.mode == "beside":
        _check_room(task, part, where)
    with _served(task, None) as client:
        _check_version(client, ours)
        _check_target(client, part)


def _check_target(client: t.Any, part: Row) -> None:
    """What its server tells of itself: some are asked in vain, and then nothing is known."""
    said = {**client.info("replication"), **client.info("memory")}
    if said.get("role") == "slave" and said.get("slave_read_only"):
        raise Failure("invalid", "the server is a replica, which takes no keys", "Give the address of its master", VENDOR, code="replica")
    most = int(said.get("maxmemory") or 0)
    # A snapshot is packed: what it holds takes more than that in memory.
    if most and int(part["bytes"]) > most:
        sizes = f"{part['bytes'] / 1_000_000:,.0f} MB, and the server may hold {most / 1_000_000:,.0f} MB"
        raise Failure("invalid", f"{part['name']} is {sizes}", "Let it hold more (maxmemory), or take a larger server", VENDOR, code="room")


def _check_whole(only: t.Sequence[str]) -> None:
    if only:
        raise refuse("a Redis part has no tables", "Restore the whole part, beside or in place", code="only")


def put(task: Task, part: Row, source: Source, where: Where, only: t.Sequence[str]) -> None:
    _check_whole(only)
    body = {"part": part["name"], "snapshot": part.get("snapshot"), "name": where.name}
    target = place(part, where)
    if where.mode == "disposable":
        task.gate.change(VENDOR, DISPOSABLE, target, body, lambda: _disposable(task, part, source, where))
        return
    if where.mode == "beside":
        _check_room(task, part, where)
    operation = BESIDE if where.mode == "beside" else IN_PLACE
    task.gate.change(VENDOR, operation, target, body, lambda: _copied(task, part, source, where))


def _disposable(task: Task, part: Row, source: Source, where: Where) -> None:
    folder = _folder(part, where)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    local_server.keep(source, folder)
    with local_server.running(task, folder):
        return


def _check_room(task: Task, part: Row, where: Where) -> None:
    with _served(task, _number(where, part)) as client:
        if client.dbsize() and not client.exists(MARK):
            hint = f"Empty it if you mean it (redis-cli -n {where.name} FLUSHDB), or give another number"
            raise refuse(f"the database {where.name} is not empty, and was not made by a restore", hint, code="name")


def _copied(task: Task, part: Row, source: Source, where: Where) -> None:
    with scratch.folder() as folder:
        local_server.keep(source, folder)
        with local_server.running(task, folder) as loaded:
            numbers = sorted(int(name[2:]) for name in loaded.info("keyspace"))
            with _served(task, None) as client:
                _check_version(client, str(loaded.info("server").get("redis_version") or "0"))
            for number in numbers:
                to = _number(where, part) if where.mode == "beside" else number
                _copy(task, loaded, number, to, str(part["name"]) if where.mode == "beside" else "")


def _check_version(client: t.Any, ours: str) -> None:
    """Whether the target takes what our own server gives."""
    theirs = str(client.info("server").get("redis_version") or "0")
    if _major(theirs) < _major(ours):
        said = f"the server is Redis {theirs}, and redis-server here is {ours}: an older one does not take what a newer one gives"
        raise Failure("invalid", said, "Use a redis-server of the same version here (backup_programs), or a newer target", VENDOR, code="programs")


def _major(version: str) -> tuple[int, ...]:
    return tuple(int(word) for word in version.split(".")[:2] if word.isdigit())


def _copy(task: Task, loaded: t.Any, number: int, to: int, mark: str) -> None:
    redis = driver()
    with _served(task, to) as target, _database(loaded, number) as given:
        target.flushdb()
        if mark:
            target.set(MARK, mark)
        sent = 0
        for names in _batches(given):
            asked = given.pipeline(transaction=False)
            asked.time()
            for name in names:
                asked.dump(name)
                asked.pttl(name)
            (seconds, micros), *answers = asked.execute()
            now = seconds * 1000 + micros // 1000
            pipe = target.pipeline(transaction=False)
            size = 0
            for name, content, left in zip(names, answers[::2], answers[1::2], strict=True):
                # Its time has come since it was loaded.
                if content is None or left == -2:
                    continue
                # The moment at which it expires stays the same, however long this takes.
                pipe.restore(name, now + left if left >= 0 else 0, content, replace=True, absttl=left >= 0)
                size += len(content)
                if size > MOST_BYTES:
                    pipe.execute()
                    size = 0
            try:
                pipe.execute()
            except redis.exceptions.ResponseError as error:
                hint = "Make room in the target (maxmemory), or look whether its server is older, then run the same command again"
                raise Failure("failed", f"after {sent} keys the server refused one: {redaction.plain(error, 200)}", hint, VENDOR, code="restore") from error
            sent += len(names)
            task.gate.recorder.turn()


def _batches(client: t.Any) -> t.Iterator[list[bytes]]:
    names: list[bytes] = []
    for name in client.scan_iter(count=BATCH):
        names.append(name)
        if len(names) >= BATCH:
            yield names
            names = []
    if names:
        yield names


@contextlib.contextmanager
def _served(task: Task, number: int | None) -> t.Iterator[t.Any]:
    """The component's own server; at one of its databases, or at that of its address."""
    with connected(task.params["dsn"], task.params["request_timeout"]) as client:
        if number is None:
            yield client
            return
        with _database(client, number) as other:
            yield other


@contextlib.contextmanager
def _database(client: t.Any, number: int) -> t.Iterator[t.Any]:
    """The same server's database of this number, through connections of its own."""
    redis = driver()
    pool = client.connection_pool
    other = redis.Redis(connection_pool=redis.ConnectionPool(connection_class=pool.connection_class, **{**pool.connection_kwargs, "db": number}))
    try:
        yield other
    finally:
        other.connection_pool.disconnect()


# -- look and drop
def look(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> Told:
    moment = clock.now()
    if where.mode == "disposable":
        folder = _folder(part, where)
        if not os.path.exists(os.path.join(folder, local_server.SNAPSHOT)):
            raise _absent(part, where)
        with local_server.running(task, folder) as client:
            return _looked(client, moment, None, part)
    with _served(task, None) as client:
        if where.mode == "in_place":
            return _looked(client, moment, None, part)
        number = _number(where, part)
        with _database(client, number) as database:
            if not database.dbsize():
                raise _absent(part, where)
        return _looked(client, moment, number, part)


def _absent(part: Row, where: Where) -> Failure:
    return Failure("not_found", f"{place(part, where)} is not there", "Restore the part into it first", VENDOR, code="database")


def _looked(client: t.Any, moment: float, beside: int | None, part: Row) -> Told:
    """Of all databases, or of one, which is told under the name that it has in the part."""
    seconds, micros = client.time()
    now = seconds + micros / 1e6
    held = _databases(part)
    # The number that it has in the part, and where it is looked for.
    wanted = {number: number for number in (*held, *(int(name[2:]) for name in client.info("keyspace")))} if beside is None else {(held or [0])[0]: beside}
    databases: dict[int, snapshots.Keys] = {}
    for number, at in wanted.items():
        keys = databases[number] = snapshots.Keys()
        with _database(client, at) as database:
            _count(database, keys)
    counts, hashes = backup.told(databases)
    for number, keys in databases.items():
        name = f"db{number}{EXPIRING}"
        calendar = part["hashes"].get(name)
        # What has expired since is gone as it should be: then it is told as it was.
        if calendar and snapshots.expires_alike(calendar, keys, now):
            counts[name], hashes[name] = part["counts"][name], calendar
    return Told(moment, counts, hashes, tools={"redis": str(client.info("server").get("redis_version") or "unknown")})


def _count(client: t.Any, keys: snapshots.Keys) -> None:
    seen: set[bytes] = set()
    for names in _batches(client):
        # SCAN may give one twice, where the table of keys grows meanwhile.
        new = [name for name in names if name not in seen and name != MARK]
        seen.update(new)
        pipe = client.pipeline(transaction=False)
        pipe.time()
        for name in new:
            pipe.type(name)
            pipe.pttl(name)
        (seconds, micros), *answers = pipe.execute()
        for name, kind, left in zip(new, answers[::2], answers[1::2], strict=True):
            if left != -2:
                word = kind.decode() if isinstance(kind, bytes) else str(kind)
                keys.add(name, word if word in KINDS else "module", None if left < 0 else seconds + micros / 1e6 + left / 1000)


def drop(task: Task, part: Row, where: Where) -> None:
    if where.mode == "in_place":
        raise refuse("what was restored in place is served, and is not dropped", "Restore the safety backup instead", code="in_place")
    if where.mode == "disposable":
        folder = _folder(part, where)
        if os.path.isdir(folder):
            task.gate.change(VENDOR, DROP, place(part, where), folder, lambda: shutil.rmtree(folder, ignore_errors=True))
        return
    with _served(task, _number(where, part)) as client:
        if not client.dbsize():
            return
        if not client.exists(MARK):
            hint = f"Empty it by hand if you mean it: redis-cli -n {where.name} FLUSHDB"
            raise refuse(f"the database {where.name} was not made by a restore, so it is not emptied", hint, code="name")
        task.gate.change(VENDOR, DROP, place(part, where), where.name, client.flushdb)

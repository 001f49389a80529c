# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A Redis server as a part of a set: the snapshot that it sends to a replica, and the keys in it, counted as it comes by.

Facts (the server's documentation): SYNC makes the server take a snapshot of all its databases at one moment and send it as a text of an announced
length to whoever has not said that he takes another form; until it is ready, empty lines keep the connection alive.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK, Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import snapshots
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.connection import VENDOR, connected, driver

KIND = "redis"
FILE = "redis.rdb"
# A key of ours in what was made for a restore; it counts as none.
MARK = b"saasops:restored"
# What follows the name of a database where its keys that expire are counted.
EXPIRING = " expiring"
_NO_SYNC = "A server that sends no snapshots (SYNC) has backups of its vendor's: leave it out (component_backup: false), and say so in the runbook"


def parts(task: Task, component: Component, dsn: t.Callable[[], str]) -> list[Part]:
    """``dsn`` tells the server's address, and may ask a vendor for it."""
    tuned(component, {})
    return [Part(f"{component['name']}/{FILE}", KIND, lambda sink: _write(task, dsn(), sink))]


def _write(task: Task, dsn: str, sink: Sink) -> Told:
    with connected(dsn, task.params["request_timeout"]) as client:
        version = str(client.info("server").get("redis_version") or "unknown")
        moment = clock.now()
        connection = client.connection_pool.make_connection()
        try:
            connection.connect()
            stream = _Stream(task, connection, sink)
            reader = snapshots.Reader(stream.piece)
            notes = [*_NOTES, *_read(reader, stream)]
        finally:
            # It is a replica's from now on.
            connection.disconnect()
    counts, hashes = told(reader.databases)
    return Told(moment, {} if reader.failed else counts, {} if reader.failed else hashes, tools={"redis": version}, notes=notes)


_NOTES = (
    "users and settings of the server (ACL, CONFIG) are not in it",
    "the fingerprint of a database is made of the names and types of its keys; of those that expire, of when they do",
)


def told(databases: t.Mapping[int, snapshots.Keys]) -> tuple[dict[str, int], dict[str, str]]:
    """(keys, fingerprints) of each database, those that expire by themselves."""
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    for number, keys in sorted(databases.items()):
        counts |= {f"db{number}": keys.lasting, f"db{number}{EXPIRING}": len(keys.times)}
        hashes |= {f"db{number}": keys.fingerprint, f"db{number}{EXPIRING}": keys.calendar}
    return counts, hashes


def _read(reader: snapshots.Reader, stream: _Stream) -> list[str]:
    """Through the whole of it; why its keys were not counted, where they were not."""
    try:
        reader.read()
        return []
    except snapshots.Unknown as unknown:
        reader.failed = True
        return [f"its keys are not counted, for it holds {unknown}"]
    finally:
        while stream.piece():
            pass


class _Stream:
    """What the server sends, given on to the sink as it comes."""

    def __init__(self, task: Task, connection: t.Any, sink: Sink) -> None:
        self._task, self._sink = task, sink
        connection.send_command("SYNC")
        # The driver has no word for an answer of which nobody knows the length.
        self._socket = connection._sock
        self._held = b""
        self._left = self._announced()

    def _announced(self) -> int:
        """How many bytes follow."""
        while True:
            line, found, rest = self._held.partition(b"\n")
            if not found:
                self._held += self._receive()
                continue
            self._held = rest
            line = line.strip()
            if line.startswith(b"$") and line[1:].isdigit():
                return int(line[1:])
            if line:
                said = line.decode("utf-8", "replace").lstrip("-")
                raise Failure("permission", f"the server sends no snapshot: {said[:200]}", _NO_SYNC, VENDOR, code="sync")

    def _receive(self) -> bytes:
        redis = driver()
        while True:
            self._task.gate.recorder.turn()
            if self._task.deadline.passed():
                raise Failure("timeout", "the server had not sent its snapshot when the task's time was over", "Give a larger deadline", VENDOR, code="timeout")
            try:
                piece: bytes = self._socket.recv(CHUNK)
            except TimeoutError:
                # While it makes the snapshot it may be silent for a while.
                continue
            if not piece:
                raise redis.exceptions.ConnectionError("the server closed the connection in the middle of its snapshot")
            return piece

    def piece(self) -> bytes:
        """The next piece; nothing at the end."""
        if self._left == 0:
            return b""
        piece, self._held = (self._held or self._receive())[: self._left], b""
        self._left -= len(piece)
        self._sink.take(piece)
        return piece

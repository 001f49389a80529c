# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A Redis server of our own that has loaded a snapshot: a unix socket in a private folder, no port, and nothing of it outlives the task."""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import piping, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK, local
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.connection import VENDOR, driver

SNAPSHOT = "snapshot.rdb"
# A program says its version at once.
PATIENCE = 30.0
_PROGRAM = "redis-server"
_SETTINGS = ("--port", "0", "--unixsocket", "socket", "--unixsocketperm", "700", "--dir", ".", "--dbfilename", SNAPSHOT, "--save", "", "--appendonly", "no")
# As many databases as anybody may have.
_MORE = ("--databases", "4096", "--maxmemory", "0", "--logfile", "")


def keep(source: Source, folder: str) -> None:
    """The snapshot as a file, to its end: that is where a content that is not what was stored shows."""
    try:
        handle = os.open(os.path.join(folder, SNAPSHOT), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            while piece := source.read(CHUNK):
                file.write(piece)
    except OSError as error:
        raise local(error, f"the snapshot cannot be written to {folder}") from error


def program(task: Task) -> str:
    """Where the server is that would load a snapshot."""
    given = os.path.expanduser(str(task.params.get("programs") or ""))
    # The folder of the other databases' programs may have none.
    path = os.path.join(given, _PROGRAM) if given and os.path.exists(os.path.join(given, _PROGRAM)) else _PROGRAM
    if not programs.there(path, "/"):
        hint = "Install it (redis-server), not older than the server of the backup, or say where it is: backup_programs"
        raise Failure("invalid", f"there is no program {path}", hint, VENDOR, code="programs")
    return path


def version(task: Task) -> str:
    """What it says of itself: ``Redis server v=6.2.14 sha=...``."""
    path = program(task)
    ended = programs.run([path, "--version"], "/", _environment(), lambda: min(PATIENCE, task.deadline.left()))
    found = re.search(r"\bv=(\d+(?:\.\d+)+)", ended.output)
    if not found:
        raise Failure("failed", f"{path} --version says {plain(ended.output, 80)!r}", "Run it by hand, and see what it says", VENDOR, code="programs")
    return found[1]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("LANG", "LC_ALL", "PATH", "TZ") if name in os.environ}


@contextlib.contextmanager
def running(task: Task, folder: str) -> t.Iterator[t.Any]:
    """A client of a server that has loaded the folder's snapshot, for the length of the block."""
    redis, path = driver(), program(task)
    start = piping.Start([path, *_SETTINGS, *_MORE], folder, _environment(), task.deadline.left, task.gate.recorder.turn)
    with piping.reading(start) as (said, _flow):
        _await(said)
        # Through the folder's handle: a socket's path may not be longer than about a hundred letters.
        handle = os.open(folder, os.O_RDONLY)
        try:
            at = f"/proc/self/fd/{handle}" if os.path.isdir("/proc/self/fd") else folder
            client = redis.Redis(unix_socket_path=f"{at}/socket", retry=None)
            try:
                yield client
            finally:
                client.close()
        finally:
            os.close(handle)


def _await(said: t.BinaryIO) -> None:
    """Until it says that it is ready, which it is when everything is loaded."""
    lines: list[str] = []
    while line := said.readline():
        lines += programs.lines(line.decode("utf-8", "replace"), {})
        if "ready to accept connections" in line.decode("utf-8", "replace").lower():
            return
    # The last words are about where to report it.
    wrong = next((line for line in lines if any(word in line for word in ("rror", "an't", "atal", "nvalid"))), lines[-1] if lines else "it said nothing")
    hint = "Install a redis-server not older than the server of the backup, and say where it is: backup_programs"
    raise Failure("failed", f"the snapshot could not be loaded: {wrong}", hint, VENDOR, code="load")

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Large bodies: from a vendor to a file, in pieces, so that memory does not grow with them. Imported where it is used."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import hashlib
import os
import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import MOST_TRIES, Reply, Wire

CHUNK = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Received:
    size: int
    sha256: str
    request_id: str


def digest(file: t.BinaryIO) -> tuple[int, str]:
    """(size, SHA-256) of a file, from its beginning."""
    made, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        made.update(chunk)
        size += len(chunk)
    return size, made.hexdigest()


def local(error: OSError, what: str) -> Failure:
    """Something about a file of ours."""
    return Failure("invalid", f"{what}: {plain(error.strerror or error, 200)}", "Check the path, its permissions, and the space on the disk", code="file")


@contextlib.contextmanager
def new_file(path: str) -> t.Iterator[t.BinaryIO]:
    """A file that only its owner reads, and that is at ``path`` whole or not at all: left out when the block raises."""
    folder, name = os.path.split(os.path.abspath(path))
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    except OSError as error:
        raise local(error, f"no file can be made in {folder}") from error
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise local(error, f"{path} cannot be written") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def download(wire: Wire, name: str, path: str, file: t.BinaryIO, refused: t.Callable[[Reply], Failure]) -> Received:
    """Read into ``file``, from the beginning again after a fault. ``refused`` makes a failure out of an answer that is not 200."""
    for attempt in range(1, MOST_TRIES + 1):
        file.seek(0)
        file.truncate()
        try:
            return _once(wire, name, path, file, refused)
        except Failure as failure:
            failure.maybe_sent = False
            failure.vendor, failure.operation = wire.vendor, name
            if attempt == MOST_TRIES or not failure.retryable or not wire.pause(attempt, failure.retry_after):
                raise
    raise AssertionError("unreachable")


def _once(wire: Wire, name: str, path: str, file: t.BinaryIO, refused: t.Callable[[Reply], Failure]) -> Received:
    digest, size = hashlib.sha256(), 0
    # What is counted must be what was announced.
    # Hashing beside the transfer costs no time where there is a second core.
    with wire.exchange(name, "GET", path, headers={"Accept-Encoding": "identity"}) as response, concurrent.futures.ThreadPoolExecutor(1) as beside:
        if response.status_code != 200:
            raise refused(wire.reply(response, name))
        announced = response.headers.get("Content-Length")
        read = getattr(response.raw, "read1", response.raw.read)
        hashing = beside.submit(digest.update, b"")
        while chunk := read(CHUNK):
            hashing.result()
            hashing = beside.submit(digest.update, chunk)
            file.write(chunk)
            size += len(chunk)
            if wire.deadline.passed():
                raise Failure("timeout", f"the task's {wire.deadline.seconds:g} s were over after {size >> 20} MiB", "Give a larger deadline")
        hashing.result()
        request_id = response.headers.get("X-Request-Id", "")
    if announced is not None and announced != str(size):
        raise Failure("protocol", f"{size} bytes came where {plain(announced, 30)} were announced", "Try again", retryable=True)
    return Received(size, digest.hexdigest(), request_id)

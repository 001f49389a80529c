# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Large bodies: from a vendor to a file, in pieces, so that memory does not grow with them. Imported where it is used."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
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


def check_dest(dest: str, overwrite: bool) -> None:
    """Refuse, before the first request, a place where nothing can be written."""
    folder = os.path.dirname(os.path.abspath(dest))
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise Failure("invalid", f"{os.path.dirname(dest) or '.'} is no folder that can be written to", "Make it first", code="file")
    if os.path.isdir(dest):
        raise Failure("invalid", f"{dest} is a folder", "Name a file in it", code="file")
    if os.path.lexists(dest) and not overwrite:
        raise refuse(f"{dest} is there already", "Name another file, or set overwrite: true to replace it", "file_exists")


def manifest_of(dest: str) -> str:
    return f"{dest}.manifest.json"


@contextlib.contextmanager
def with_manifest(dest: str, manifest: dict[str, t.Any]) -> t.Iterator[t.BinaryIO]:
    """A new file at ``dest``, and beside it, once that is there, what the block has put into ``manifest``: where that is, the file is whole."""
    with new_file(dest) as file:
        yield file
        # One that tells of the file before would be wrong from now on.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(manifest_of(dest))
    with new_file(manifest_of(dest)) as file:
        file.write(json.dumps(manifest, indent=2, sort_keys=True).encode() + b"\n")


class Sink(t.Protocol):
    """Takes what comes, piece by piece; ``restart`` throws away what it has taken."""

    def take(self, piece: bytes) -> None: ...

    def restart(self) -> None: ...


class Poured:
    """A sink, for what writes as into a file."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, piece: bytes) -> None:
        self._sink.take(piece)

    def flush(self) -> None:
        """Nothing is held here."""


class _Whole:
    """Into a file as it comes, hashed on the way."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self.restart()

    def take(self, piece: bytes) -> None:
        self.digest.update(piece)
        self._file.write(piece)

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.digest = hashlib.sha256()


def download(wire: Wire, name: str, path: str, file: t.BinaryIO, refused: t.Callable[[Reply], Failure]) -> Received:
    """Read into ``file``. ``refused`` makes a failure out of an answer that is not 200."""
    sink = _Whole(file)
    size, request_id = stream(wire, name, path, sink, refused)
    return Received(size, sink.digest.hexdigest(), request_id)


@dataclasses.dataclass
class _Progress:
    """What has come of the content that ``tag`` names, of so many bytes as were announced."""

    size: int = 0
    total: str = ""
    tag: str = ""
    request_id: str = ""

    def headers(self) -> dict[str, str]:
        # What is counted must be what was announced.
        more = {"Range": f"bytes={self.size}-", "If-Range": self.tag} if self.size and self.tag else {}
        return {"Accept-Encoding": "identity", **more}

    def goes_on(self, response: t.Any) -> bool:
        """Whether the answer is the rest of the same content."""
        wanted = f"bytes {self.size}-{int(self.total) - 1}/{self.total}" if self.total.isdecimal() else ""
        return bool(wanted) and response.headers.get("Content-Range") == wanted and response.headers.get("ETag") == self.tag


def stream(wire: Wire, name: str, path: str, sink: Sink, refused: t.Callable[[Reply], Failure]) -> tuple[int, str]:
    """(bytes, request id) of a content that came whole. After a fault it goes on where it broke off, if the server can do that for
    the same content, else from the beginning. What comes slower than it breaks off ends with the task's deadline."""
    progress, attempt = _Progress(), 1
    while True:
        before = progress.size
        try:
            _once(wire, name, path, sink, refused, progress)
            return progress.size, progress.request_id
        except Failure as failure:
            failure.maybe_sent = False
            failure.vendor, failure.operation = wire.vendor, name
            attempt = 1 if progress.tag and progress.size - before > CHUNK else attempt + 1
            if attempt > MOST_TRIES or not failure.retryable or not wire.pause(max(1, attempt - 1), failure.retry_after):
                raise


def _once(wire: Wire, name: str, path: str, sink: Sink, refused: t.Callable[[Reply], Failure], progress: _Progress) -> None:
    # What the sink does costs no time beside the transfer, where there is a second core.
    with wire.exchange(name, "GET", path, headers=progress.headers()) as response, concurrent.futures.ThreadPoolExecutor(1) as beside:
        if response.status_code == 206 and progress.goes_on(response):
            progress.request_id = response.headers.get("X-Request-Id", "")
        elif response.status_code in (206, 416) and progress.size:
            progress.tag = ""
            raise Failure("protocol", "another content came than had begun to come", "Try again", retryable=True)
        elif response.status_code != 200:
            raise refused(wire.reply(response, name))
        else:
            sink.restart()
            tag = response.headers.get("ETag", "")
            # A weak one does not name these very bytes.
            progress.size, progress.total, progress.tag = 0, response.headers.get("Content-Length", ""), "" if tag.startswith("W/") else tag
            progress.request_id = response.headers.get("X-Request-Id", "")
        read = getattr(response.raw, "read1", response.raw.read)
        taking = beside.submit(sink.take, b"")
        try:
            while piece := read(CHUNK):
                taking.result()
                taking = beside.submit(sink.take, piece)
                progress.size += len(piece)
                if wire.deadline.passed():
                    raise Failure("timeout", f"the task's {wire.deadline.seconds:g} s were over after {progress.size >> 20} MiB", "Give a larger deadline")
        finally:
            taking.result()
    if progress.total not in ("", str(progress.size)):
        raise Failure("protocol", f"{progress.size} bytes came where {plain(progress.total, 30)} were announced", "Try again", retryable=True)

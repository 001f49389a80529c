# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Where logs are read from: files, compressed or not, and what a command prints. Each tells plainly when it is not whole. Imported where it is used."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import select
import stat
import subprocess
import tempfile
import typing as t
import zlib

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain

# Larger ones are slower: the C library returns memory of such a size to the system after each, and the system clears it each time.
PIECE = 128 * 1024
# A file that is replaced under its name while it is read is opened again so often.
MOST_TURNS = 3
MOST_FILES = 1000
LONGEST_COMPLAINT = 300
# What other compressors put first, by their names.
_OTHERS = {b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2", b"PK\x03\x04": "zip", b"\x04\x22\x4d\x18": "lz4"}
State = t.Literal["read", "partly", "missing", "unreadable"]


class Source:
    """Something with ``pieces``. After them ``state`` says how it went, and ``reason`` why it is not ``read``."""

    kind = ""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state: State = "read"
        self.reason = ""

    def pieces(self, deadline: clock.Deadline) -> t.Iterator[bytes]:
        raise AssertionError(f"{self.name} has nothing to read")

    def _went(self, state: State, reason: str) -> None:
        self.state, self.reason = state, reason


class File(Source):
    kind = "file"

    def pieces(self, deadline: clock.Deadline) -> t.Iterator[bytes]:
        seen: set[tuple[int, int]] = set()
        for _turn in range(MOST_TURNS):
            try:
                # Without waiting: of a pipe nobody may ever write the other end.
                descriptor = os.open(self.name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as error:
                gone = error.errno in (errno.ENOENT, errno.ENOTDIR)
                if seen:
                    self._went("partly", "it was moved away while it was read, and nothing has taken its place")
                else:
                    self._went("missing" if gone else "unreadable", "there is no such file" if gone else _words(error))
                return
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                os.close(descriptor)
                self._went("unreadable", "it is no ordinary file")
                return
            with open(descriptor, "rb", buffering=0) as file:
                seen.add((about.st_dev, about.st_ino))
                try:
                    yield from self._of(file, about.st_size, deadline)
                except OSError as error:
                    self._went("partly", _words(error))
            if self.state != "read":
                return
            # What has taken its place meanwhile is read as well.
            with contextlib.suppress(OSError):
                now = os.stat(self.name)
                if (now.st_dev, now.st_ino) in seen:
                    return
        self._went("partly", "it was replaced again and again while it was read")

    def _of(self, file: t.BinaryIO, size: int, deadline: clock.Deadline) -> t.Iterator[bytes]:
        first = file.read(PIECE)
        other = next((name for mark, name in _OTHERS.items() if first.startswith(mark)), "")
        if other:
            self._went("unreadable", f"it is compressed by {other}")
        elif first.startswith(b"\x1f\x8b"):
            yield from self._unpacked(first, file, deadline)
        else:
            yield from self._plain(first, file, size, deadline)

    def _plain(self, piece: bytes, file: t.BinaryIO, size: int, deadline: clock.Deadline) -> t.Iterator[bytes]:
        """As much as there was when it was opened: a log that grows faster than it is read would have no end."""
        left = size
        while piece and left > 0:
            yield piece[:left]
            left -= len(piece)
            if left > 0:
                if deadline.passed():
                    self._went("partly", f"the deadline passed when {size - left} of {size} bytes were read")
                    return
                piece = file.read(min(PIECE, left))
        if left > 0:
            self._went("partly", "it became shorter while it was read")

    def _unpacked(self, piece: bytes, file: t.BinaryIO, deadline: clock.Deadline) -> t.Iterator[bytes]:
        """All members of a gzip file, a piece at a time whatever they expand to."""
        unpacker = zlib.decompressobj(31)
        began = False
        while piece:
            if unpacker.eof:
                if not piece.strip(b"\0"):
                    # Some pad their files.
                    piece = file.read(PIECE)
                    continue
                unpacker, began = zlib.decompressobj(31), False
            try:
                content = unpacker.decompress(piece, PIECE)
            except zlib.error:
                self._went("partly", "it is damaged: what follows cannot be unpacked")
                return
            began = True
            if content:
                yield content
            if deadline.passed():
                self._went("partly", "the deadline passed before its end")
                return
            piece = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if not piece:
                piece = file.read(PIECE)
                if not piece and not unpacker.eof:
                    # What is still held inside.
                    while content := unpacker.decompress(b"", PIECE):
                        yield content
        if began and not unpacker.eof:
            self._went("partly", "it is damaged: its end is missing")


class Command(Source):
    """What a command writes to its standard output. No shell: the words go to it as they are."""

    kind = "command"

    def __init__(self, words: t.Sequence[str]) -> None:
        super().__init__(plain(words[0], 100))
        self._words = list(words)

    def pieces(self, deadline: clock.Deadline) -> t.Iterator[bytes]:
        with tempfile.TemporaryFile() as complaints:
            try:
                # Its own session, so that it can be ended with all that it has started.
                process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                    self._words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True, bufsize=0
                )
            except (OSError, ValueError) as error:
                gone = isinstance(error, FileNotFoundError)
                self._went("missing" if gone else "unreadable", "there is no such command" if gone else _words(error))
                return
            ended = False
            try:
                ended = yield from self._output(process, deadline)
            finally:
                if not ended:
                    # It only writes: it has nothing to put in order. What it left behind is ended, too, which may hold its output.
                    programs.end(process, 0.0)
                if process.stdout is not None:
                    process.stdout.close()
            if self.state == "read" and process.returncode != 0:
                complaints.seek(0)
                said = plain(complaints.read(LONGEST_COMPLAINT * 4).decode("utf-8", "replace"), LONGEST_COMPLAINT)
                self._went("partly", f"it ended with status {process.returncode}" + (f": {said}" if said else ""))

    def _output(self, process: subprocess.Popen[bytes], deadline: clock.Deadline) -> t.Generator[bytes, None, bool]:
        """Whether it has ended by itself."""
        if process.stdout is None:
            raise AssertionError("its output is a pipe")
        until = clock.elapsed() + deadline.left()
        while True:
            left = until - clock.elapsed()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                break
            piece = os.read(process.stdout.fileno(), PIECE)
            if not piece:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.1, until - clock.elapsed()))
                    return True
                break
            yield piece
        self._went("partly", "it had not ended at the deadline, and was stopped")
        return False


def files(names: t.Iterable[str]) -> list[File]:
    """The files of paths and patterns, each once, the oldest first. A pattern that fits nothing is a file that is missing."""
    found: dict[t.Any, tuple[float, File]] = {}
    for name in names:
        path = os.path.expanduser(name)
        paths = (sorted(glob.glob(path)) or [path]) if glob.has_magic(path) and not os.path.lexists(path) else [path]
        for each in paths:
            try:
                about = os.stat(each)
                key: t.Any = (about.st_dev, about.st_ino)
                changed = about.st_mtime
            except OSError:
                key, changed = each, float("inf")
            found.setdefault(key, (changed, File(each)))
    return [file for _changed, file in sorted(found.values(), key=lambda pair: pair[0])]


def _words(error: Exception) -> str:
    return plain(getattr(error, "strerror", None) or type(error).__name__, LONGEST_COMPLAINT)

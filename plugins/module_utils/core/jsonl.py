# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Records as JSON lines, counted and mostly compressed on their way into a file, so that memory does not grow with them. Imported where it is used.

Beside ``transfer.new_file``, which has the file at its place whole or not at all, and for its owner alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
import zlib

# zlib at this level is about three times as fast as at its own, and the files are a fifth larger.
LEVEL = 1
# With a header as of gzip, without name and time: equal records make equal files.
GZIP = 31
# So much is compressed and hashed at once: other threads run meanwhile.
BLOCK = 256 * 1024
_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_ascii = json.JSONEncoder(separators=(",", ":")).encode


@dataclasses.dataclass(frozen=True)
class Written:
    """``bytes`` are those of the lines, ``size`` and ``sha256`` (in hexadecimal digits) of the compressed file."""

    records: int
    bytes: int
    size: int
    sha256: str


class Into(t.Protocol):
    """What lines are written into: a file, or anything that takes them as one does."""

    def write(self, piece: bytes, /) -> t.Any: ...

    def flush(self) -> t.Any: ...


class Lines:
    """``add`` takes a record, ``feed`` lines as they come in pieces, ``adopt`` what others have written; then ``end``, once.

    ``compresses``: what is kept by something that compresses by itself is handed over as it is.
    """

    def __init__(self, file: Into, compresses: bool = True) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._new = _new if compresses else _Plain
        self._compressor = self._new()
        self._held = bytearray()
        self._records = self._bytes = self._size = 0
        self._last = b"\n"

    def add(self, record: t.Any) -> None:
        try:
            self._held += _text(record).encode() + b"\n"
        except UnicodeEncodeError:
            # Half a character, which JSON allows as an escape, has no UTF-8.
            self._held += _ascii(record).encode() + b"\n"
        self._records += 1
        self._press(BLOCK)

    def feed(self, piece: bytes) -> None:
        if piece:
            self._held += piece
            self._records += piece.count(b"\n")
            self._last = piece[-1:]
            self._press(BLOCK)

    def adopt(self, part: t.BinaryIO, written: Written) -> None:
        """Append what another has written to ``part`` and ended. Parts are compressed each by itself, as gzip allows."""
        self._close()
        part.seek(0)
        while piece := part.read(BLOCK):
            self._write(piece)
        self._records += written.records
        self._bytes += written.bytes

    def end(self) -> Written:
        self._close()
        self._file.flush()
        return Written(self._records, self._bytes, self._size, self._digest.hexdigest())

    def _press(self, most: int) -> None:
        """Compress what is held when it is more than ``most`` bytes."""
        if len(self._held) > most:
            held, self._held = self._held, bytearray()
            self._bytes += len(held)
            self._write(self._compressor.compress(held))

    def _close(self) -> None:
        if self._last != b"\n":
            # The last line ended with the file.
            self.feed(b"\n")
        self._press(0)
        self._write(self._compressor.flush())
        self._compressor = self._new()

    def _write(self, piece: bytes) -> None:
        if piece:
            self._digest.update(piece)
            self._size += len(piece)
            self._file.write(piece)


def _new() -> t.Any:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)


class _Plain:
    """In place of a compressor."""

    def compress(self, piece: bytes | bytearray) -> bytes:
        return bytes(piece)

    def flush(self) -> bytes:
        return b""

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether a stream is a whole dump of Redis: its header, its end, and the checksum over everything before."""

from __future__ import annotations

import struct

# CRC-64 as Redis has it: polynomial of Jones, reflected, begun with zero.
_POLYNOMIAL = 0x95AC9329AC4BC9B5
_HEADER = 9
_END = 0xFF


def _table() -> list[list[int]]:
    """Eight tables, so that eight bytes are taken at once."""
    first = []
    for byte in range(256):
        value = byte
        for _bit in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        first.append(value)
    tables = [first]
    for _number in range(7):
        tables.append([first[value & 0xFF] ^ (value >> 8) for value in tables[-1]])
    return tables


_TABLES = _table()


def crc64(piece: bytes, value: int = 0) -> int:
    eighth, seventh, sixth, fifth, fourth, third, second, first = _TABLES
    whole = len(piece) & ~7
    for (word,) in struct.iter_unpack("<Q", memoryview(piece)[:whole]):
        value ^= word
        value = (
            first[value & 0xFF]
            ^ second[(value >> 8) & 0xFF]
            ^ third[(value >> 16) & 0xFF]
            ^ fourth[(value >> 24) & 0xFF]
            ^ fifth[(value >> 32) & 0xFF]
            ^ sixth[(value >> 40) & 0xFF]
            ^ seventh[(value >> 48) & 0xFF]
            ^ eighth[value >> 56]
        )
    for byte in piece[whole:]:
        value = eighth[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value


class Dump:
    """Takes a dump in pieces. ``problem`` tells at the end what is wrong with it, empty when nothing is."""

    def __init__(self) -> None:
        self._front = b""
        self._tail = b""
        self._crc = 0
        self._size = 0

    def take(self, piece: bytes) -> None:
        self._size += len(piece)
        self._front = (self._front + piece)[:_HEADER] if len(self._front) < _HEADER else self._front
        held = self._tail + piece
        # The last byte of the content and the eight of its checksum wait, and what makes no whole word.
        ready = max(0, len(held) - 9) & ~7
        self._crc = crc64(held[:ready], self._crc)
        self._tail = held[ready:]

    def problem(self) -> str:
        if not self._front.startswith(b"REDIS") or not self._front[5:_HEADER].isdigit():
            return "it is no dump of Redis"
        if self._size < _HEADER + 9:
            return "the dump ends too early"
        stored = int.from_bytes(self._tail[-8:], "little")
        body = self._tail[:-8]
        # Zero: the server was told to write none.
        if stored and crc64(body, self._crc) != stored:
            return "the dump's checksum does not fit what is in it"
        return "" if body[-1] == _END else "the dump ends too early"

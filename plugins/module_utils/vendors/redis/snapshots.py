# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A snapshot of a Redis server read as it comes by: its keys are counted and hashed, their values only passed over.

Facts (the format's documentation, and the server's source): after nine bytes of magic and version come operations and keys until 255; a length
is 6, 14, 32 or 64 bits, or tells how a short text is packed; from version 5 on the last eight bytes are a checksum of all before.
"""

from __future__ import annotations

import array
import bisect
import collections
import hashlib
import struct
import typing as t

EOF, SELECT, SIZES, AUX = 255, 254, 251, 250
SECONDS, MILLISECONDS = 253, 252
FREQUENCY, IDLE, MODULE_AUX, FUNCTION, SLOT = 249, 248, 247, 245, 244
# What a value is to whoever asks the server (TYPE), by the number that its packing has in a snapshot.
TYPES = {
    **dict.fromkeys((0,), "string"),
    **dict.fromkeys((1, 10, 14, 18), "list"),
    **dict.fromkeys((2, 11, 20), "set"),
    **dict.fromkeys((3, 5, 12, 17), "zset"),
    **dict.fromkeys((4, 9, 13, 16, 24, 25), "hash"),
    **dict.fromkeys((15, 19, 21), "stream"),
    **dict.fromkeys((7,), "module"),
}
# A calendar of keys that expire has at most so many spans, of so many seconds each.
MOST_SPANS, WIDTHS = 100, (3600, 86400, 30 * 86400)
NEAR = 2.0
# Packed into one text.
_PACKED = (0, 9, 10, 11, 12, 13, 16, 17, 20)


class Unknown(Exception):
    """Something that this reader does not know, such as a newer server's: what was counted so far is not all."""


class Keys:
    """Of one database. Of keys that do not expire the sum of their fingerprints, in which their order does not show; of the others, when they do."""

    def __init__(self) -> None:
        self.lasting = 0
        self.times = array.array("d")
        self._sum = 0

    def add(self, name: bytes, kind: str, expires: float | None) -> None:
        """``expires``: in seconds since the epoch."""
        if expires is not None:
            # Which of them are there depends on when one looks.
            self.times.append(expires)
            return
        self.lasting += 1
        told = hashlib.blake2b(kind.encode() + b" " + name, digest_size=8).digest()
        self._sum = (self._sum + int.from_bytes(told, "big")) % 2**64

    @property
    def fingerprint(self) -> str:
        return f"names:{self._sum:016x}"

    @property
    def calendar(self) -> str:
        """How many of them expire in each hour; or, where that would be long, in each day, or in each thirty of them."""
        for width in WIDTHS:
            spans = collections.Counter(int(moment // width) for moment in self.times)
            if len(spans) <= MOST_SPANS:
                break
        return f"expire:{width}:{','.join(f'{span}={count}' for span, count in sorted(spans.items()))}"


def expires_alike(calendar: str, keys: Keys, now: float) -> bool:
    """Whether of what expires as a calendar says everything is there whose time has not come, and nothing else."""
    _word, width_told, spans_told = calendar.split(":")
    width = int(width_told)
    spans = {int(span): int(count) for span, _sign, count in (one.partition("=") for one in spans_told.split(",") if one)}
    times = sorted(keys.times)

    def after(moment: float) -> int:
        return len(times) - bisect.bisect_left(times, moment)

    current = int(now // width)
    if len(times) > sum(count for span, count in spans.items() if span >= current):
        return False
    # The span after the last one, too: nothing expires then.
    for span in (*(one for one in sorted(spans) if one > current), max([*spans, current]) + 1):
        told = sum(count for one, count in spans.items() if one >= span)
        # A server tells how long a key has left, so its moment is known to a second or so.
        if not after(span * width + NEAR) <= told <= after(span * width - NEAR):
            return False
    return True


class Reader:
    """``more()`` gives the next piece, or nothing at the end."""

    def __init__(self, more: t.Callable[[], bytes]) -> None:
        self._more = more
        self._piece, self._at = b"", 0
        # Those that have keys.
        self.databases: dict[int, Keys] = {}
        self.version = ""
        self.failed = False

    def take(self, size: int) -> bytes:
        while len(self._piece) - self._at < size:
            piece = self._more()
            if not piece:
                raise Unknown("it ends in the middle")
            self._piece, self._at = self._piece[self._at :] + piece, 0
        self._at += size
        return self._piece[self._at - size : self._at]

    def skip(self, size: int) -> None:
        """As ``take``, without keeping a large one together."""
        while len(self._piece) - self._at < size:
            size -= len(self._piece) - self._at
            self._piece, self._at = self._more(), 0
            if not self._piece:
                raise Unknown("it ends in the middle")
        self._at += size

    def _length(self) -> tuple[int, bool]:
        """(length, or how a text is packed; whether it is the latter)."""
        first = self.take(1)[0]
        kind, low = first >> 6, first & 63
        if kind == 0:
            return low, False
        if kind == 1:
            return low << 8 | self.take(1)[0], False
        if kind == 3:
            return low, True
        if low not in (0, 1):
            raise Unknown(f"a length of the kind {first}")
        return t.cast(int, struct.unpack(*((">Q", self.take(8)) if low else (">I", self.take(4))))[0]), False

    def _number(self) -> int:
        number, packed = self._length()
        if packed:
            raise Unknown("a packed length")
        return number

    def _text(self) -> bytes:
        size, packed = self._length()
        if not packed:
            return self.take(size)
        if size in (0, 1, 2):
            width = 1 << size
            return str(int.from_bytes(self.take(width), "little", signed=True)).encode()
        if size != 3:
            raise Unknown(f"a text packed in the way {size}")
        compressed, whole = self._number(), self._number()
        return _unpacked(self.take(compressed), whole)

    def _pass_text(self) -> None:
        size, packed = self._length()
        if packed:
            if size > 3:
                raise Unknown(f"a text packed in the way {size}")
            size = self._two() if size == 3 else 1 << size
        self.skip(size)

    def _two(self) -> int:
        compressed, _whole = self._number(), self._number()
        return compressed

    def read(self) -> None:
        """Until its end."""
        if self.take(5) != b"REDIS":
            raise Unknown("no snapshot of a Redis server")
        self.take(4)
        database, expires = 0, None
        while (code := self.take(1)[0]) != EOF:
            if code == SELECT:
                database = self._number()
            elif code == AUX:
                name, value = self._text(), self._text()
                self.version = value.decode("ascii", "replace") if name == b"redis-ver" else self.version
            elif code in (SECONDS, MILLISECONDS):
                size, units = (4, 1) if code == SECONDS else (8, 1000)
                expires = int.from_bytes(self.take(size), "little", signed=True) / units
            elif code >= SLOT:
                self._pass_operation(code)
            elif code not in TYPES:
                raise Unknown(f"a value of the type {code}")
            else:
                name = self._text()
                self.databases.setdefault(database, Keys()).add(name, TYPES[code], expires)
                self._pass_value(code)
                expires = None

    def _pass_operation(self, code: int) -> None:
        if code in (SIZES, SLOT, IDLE):
            for _number in range({SIZES: 2, SLOT: 3, IDLE: 1}[code]):
                self._number()
        elif code == FREQUENCY:
            self.take(1)
        elif code == FUNCTION:
            self._pass_text()
        elif code == MODULE_AUX:
            self._number()
            self._pass_module()
        else:
            raise Unknown(f"an operation {code}")

    def _pass_module(self) -> None:
        """What a module writes, which tells of each piece what it is."""
        while kind := self._number():
            if kind in (1, 2):
                self._number()
            elif kind in (3, 4):
                self.take(4 if kind == 3 else 8)
            elif kind == 5:
                self._pass_text()
            else:
                raise Unknown(f"a module's value of the kind {kind}")

    def _pass_value(self, code: int) -> None:
        if code in _PACKED:
            self._pass_text()
        elif code == 7:
            self._number()
            self._pass_module()
        elif code in (15, 19, 21):
            self._pass_stream(code)
        elif code == 25:
            self.take(8)
            self._pass_text()
        else:
            if code == 24:
                self.take(8)
            for _number in range(self._number()):
                self._pass_member(code)

    def _pass_member(self, code: int) -> None:
        if code in (18, 24):
            # How it is packed, or when it expires.
            self._number()
        self._pass_text()
        if code in (4, 24):
            self._pass_text()
        elif code == 5:
            self.take(8)
        elif code == 3:
            size = self.take(1)[0]
            self.take(size if size < 253 else 0)

    def _pass_stream(self, code: int) -> None:
        for _number in range(2 * self._number()):
            self._pass_text()
        self._numbers(3 if code == 15 else 8)
        for _group in range(self._number()):
            self._pass_text()
            self._numbers(2 if code == 15 else 3)
            for _pending in range(self._number()):
                self.take(24)
                self._number()
            for _consumer in range(self._number()):
                self._pass_text()
                self.take(16 if code == 21 else 8)
                self.skip(16 * self._number())

    def _numbers(self, count: int) -> None:
        for _number in range(count):
            self._number()


def _unpacked(packed: bytes, size: int) -> bytes:
    """A text that was packed as LZF does: pieces as they are, and pieces that were there before."""
    made, at = bytearray(), 0
    while at < len(packed):
        control = packed[at]
        at += 1
        if control < 32:
            made += packed[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if length == 7:
            length += packed[at]
            at += 1
        start = len(made) - ((control & 31) << 8) - packed[at] - 1
        at += 1
        for offset in range(length + 2):
            made.append(made[start + offset])
    if len(made) != size:
        raise Unknown("a text that is not as long as it says")
    return bytes(made)

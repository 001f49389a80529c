# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Lines of an answer that may never end: read as they come, for so long and so many bytes at most. Imported where it is used."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import MOST_TRIES, Reply, Wire

CHUNK = 65536
Ended = t.Literal["complete", "time", "size"]


class Stream:
    """Iterates over the lines; ``ended`` then says why there are no more. An end of time or size is no failure."""

    def __init__(self, response: t.Any, seconds: float, most: int) -> None:
        self._response = response
        self._until = clock.elapsed() + seconds
        self._most = most
        self.ended: Ended = "complete"

    def __iter__(self) -> t.Iterator[bytes]:
        rest, size = b"", 0
        while chunk := self._chunk():
            size += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
            if size > self._most:
                self.ended = "size"
                return
        if rest and self.ended == "complete":
            yield rest

    def _chunk(self) -> bytes:
        """What has come; empty at the end. A peer that is silent until the time is over has told all that it had to tell."""
        left = self._until - clock.elapsed()
        if left <= 0:
            self.ended = "time"
            return b""
        raw = self._response.raw
        socket = getattr(getattr(raw, "connection", None), "sock", None)
        if socket is not None:
            socket.settimeout(left)
        try:
            return t.cast(bytes, getattr(raw, "read1", raw.read)(CHUNK, decode_content=True))
        except Exception:
            if clock.elapsed() < self._until:
                raise
            self.ended = "time"
            return b""


Result = t.TypeVar("Result")


def read(
    wire: Wire,
    name: str,
    path: str,
    query: t.Mapping[str, t.Any],
    seconds: float,
    most: int,
    take: t.Callable[[t.Any, Stream], Result],
    refused: t.Callable[[Reply], Failure],
) -> Result:
    """What ``take(response, stream)`` makes of the answer; from the beginning again after a fault, as every read."""
    for attempt in range(1, MOST_TRIES + 1):
        try:
            with wire.exchange(name, "GET", path, query, headers={"Accept": "application/stream+json"}) as response:
                if response.status_code != 200:
                    raise refused(wire.reply(response, name))
                return take(response, Stream(response, seconds, most))
        except Failure as failure:
            failure.maybe_sent = False
            failure.vendor, failure.operation = wire.vendor, name
            if attempt == MOST_TRIES or not failure.retryable or not wire.pause(attempt, failure.retry_after):
                raise
    raise AssertionError("unreachable")

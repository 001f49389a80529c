# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The only room that knows the time.

``now()`` (seconds since the epoch) and ``sleep()`` use the machine's clock. With ``SAASOPS_CLOCK_URL=tcp://host:port`` they
use a shared virtual clock: one kept connection is one member, opened by the first call and closed by ``close()``, and
virtual time moves only while every member sleeps. A rehearsal of two hours then takes seconds on the same code path.

``elapsed()`` is real time, for what really takes time (a request's milliseconds).
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

ENVIRONMENT_VARIABLE = "SAASOPS_CLOCK_URL"
# A sleeping member may wait long in real time for a slow colleague, but never for ever.
LONGEST_REAL_WAIT = 600.0


class _Member:
    """One connection to the virtual clock; JSON lines, one answer for each request."""

    def __init__(self, url: str, group: str | None, seats: int) -> None:
        address = urlsplit(url)
        if address.scheme != "tcp" or not address.hostname or not address.port:
            raise Failure("invalid", f"{ENVIRONMENT_VARIABLE} is {url!r}", "Give tcp://host:port, or unset it to use the real clock")
        try:
            self._socket = socket.create_connection((address.hostname, address.port), timeout=LONGEST_REAL_WAIT)
        except OSError as error:
            raise Failure(
                "vendor_down",
                f"the virtual clock at {url} does not answer ({error})",
                f"Start the sandbox again, or unset {ENVIRONMENT_VARIABLE} to use the real clock",
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")
        self.process = os.getpid()
        # Threads of one task are one member: they speak in turn.
        self._turn = threading.Lock()
        if group:
            self.ask({"do": "join", "group": group, "of": seats})

    def ask(self, request: dict[str, t.Any]) -> float:
        try:
            with self._turn:
                self._socket.sendall(json.dumps(request).encode() + b"\n")
                answer = json.loads(self._lines.readline() or b"{}")
            if "error" in answer:
                raise Failure("refused", f"the virtual clock refused: {answer['error']}", "Use forks >= hosts, or the real clock")
            return float(answer["now"])
        except (OSError, ValueError, KeyError) as error:
            raise Failure("vendor_down", f"the virtual clock went away ({error})", "Start the sandbox again") from error

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


_member: _Member | None = None
_group: tuple[str | None, int] = (None, 1)


def is_virtual() -> bool:
    return bool(os.environ.get(ENVIRONMENT_VARIABLE))


def announce(group: str | None, seats: int) -> None:
    """Say which tasks start together, so that time waits until all of them have joined."""
    global _group
    _group = (group, seats)
    if is_virtual():
        close()
        _join()


def _join() -> _Member:
    global _member
    # A forked child must not speak on its parent's connection.
    if _member is None or _member.process != os.getpid():
        _member = _Member(os.environ[ENVIRONMENT_VARIABLE], *_group)
    return _member


def now() -> float:
    """Seconds since the epoch."""
    return _join().ask({"do": "now"}) if is_virtual() else time.time()


def sleep(seconds: float) -> None:
    if seconds <= 0:
        return
    if is_virtual():
        _join().ask({"do": "sleep", "seconds": seconds})
    else:
        time.sleep(seconds)


def elapsed() -> float:
    """Real seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def close() -> None:
    """Leave the virtual clock; a task that has ended must not hold time."""
    global _member
    if _member is not None and _member.process == os.getpid():
        _member.close()
    _member = None


class Deadline:
    """One budget of seconds for a whole task, however many requests and waits it has."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = now() + seconds
        self._real_end = elapsed() + seconds

    def left(self) -> float:
        """Seconds left; virtual and real time both count, since a hanging peer hangs in real time."""
        return min(self._end - now(), self._real_end - elapsed()) if not is_virtual() else self._end - now()

    def passed(self) -> bool:
        return self.left() <= 0

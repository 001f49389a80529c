# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Programs that take a stream from us or give one to us, for a limited time. Imported where it is used.

Nothing of such a program outlives the task, however that ends: a shell of one line waits at a pipe that only the task holds, and ends the program's
whole group when the pipe closes without a word.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import io
import os
import select
import signal
import subprocess
import tempfile
import threading
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import local

# What a pipe holds, where the system lets it grow.
CAPACITY = 1024 * 1024
_GROW = getattr(fcntl, "F_SETPIPE_SZ", None)
_WARDEN = 'read -r word || kill -s KILL -- "-$1"'


@dataclasses.dataclass(frozen=True)
class Start:
    """``given`` is its whole environment. ``left``: the seconds that it may take still; ``turn`` is called while it works, and what that raises ends it.
    ``ask``: the signal by which it cleans up behind it when it has to end early. ``take``: is given what a fed program writes, in a thread beside it,
    so that nothing of it comes to lie on the disk; without it the last of that is kept in ``ended``."""

    command: t.Sequence[str]
    folder: str
    given: t.Mapping[str, str]
    left: t.Callable[[], float]
    turn: t.Callable[[], None] = lambda: None
    ask: signal.Signals = signal.SIGTERM
    take: t.Optional[t.Callable[[bytes], None]] = None  # noqa: UP045


class Feed:
    """Takes what the program reads. ``ended`` is there once the block has ended without an exception, and when the program ended before its input
    did; it may have failed all the same."""

    def __init__(self, running: _Running) -> None:
        self._running = running
        self.ended: programs.Ended | None = None

    def write(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            self._running.ready()
            try:
                view = view[os.write(self._running.end, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                self.ended = self._running.finish()
                raise Failure("failed", f"{self._running.name} ended before it had taken everything", "Look at what it says", code="pipe") from error


class Flow(io.RawIOBase):
    """What the program writes. ``ended`` is there once the block has ended, when everything was read; the program may have failed all the same."""

    def __init__(self, running: _Running) -> None:
        super().__init__()
        self._running = running
        self.over = False
        self.ended: programs.Ended | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        while not self.over:
            self._running.ready()
            try:
                count = os.readv(self._running.end, [buffer])
            except BlockingIOError:
                continue
            self.over = not count
            return count
        return 0


@contextlib.contextmanager
def feeding(start: Start) -> t.Iterator[Feed]:
    """A program that reads what is written to it. At the end of the block its input ends, and it is waited for; an exception ends it before that,
    so that it never takes half of a content for all of it."""
    with _Running(start, feeds=True) as running:
        feed = Feed(running)
        yield feed
        feed.ended = running.finish()


@contextlib.contextmanager
def reading(start: Start) -> t.Iterator[tuple[io.BufferedReader, Flow]]:
    """A program whose output is read: ``read(n)`` gives n bytes, but at the end. One that is not read to its end is ended with the block."""
    with _Running(start, feeds=False) as running:
        flow = Flow(running)
        try:
            yield io.BufferedReader(flow, CAPACITY), flow
        finally:
            if flow.over:
                flow.ended = running.finish()


class _Running:
    """A started program, one end of a pipe to it, and what sees to it that it ends with us."""

    def __init__(self, start: Start, feeds: bool) -> None:
        self.name = os.path.basename(start.command[0])
        self._start = start
        self._asked = clock.elapsed()
        # Closed by __exit__.
        self._output, self._errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                list(start.command),
                cwd=start.folder,
                env=dict(start.given),
                stdin=subprocess.PIPE if feeds else subprocess.DEVNULL,
                stdout=self._output if feeds and start.take is None else subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise local(error, f"{start.command[0]} cannot be started") from error
        self._pipe = t.cast("t.IO[bytes]", self._process.stdin if feeds else self._process.stdout)
        self.end = self._pipe.fileno()
        try:
            self._warden = subprocess.Popen(  # pylint: disable=ansible-bad-function
                ["/bin/sh", "-c", _WARDEN, "sh", str(self._process.pid)],
                cwd="/",
                env={},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            programs.end(self._process, programs.GRACE)
            raise local(error, "/bin/sh cannot be started") from error
        os.set_blocking(self.end, False)
        self._taking = _Taking(t.cast("t.IO[bytes]", self._process.stdout), start.take) if feeds and start.take is not None else None
        if _GROW is not None:
            # A user may have too many large ones.
            with contextlib.suppress(OSError):
                fcntl.fcntl(self.end, _GROW, CAPACITY)
        self._poll = select.poll()
        self._poll.register(self.end, select.POLLOUT if feeds else select.POLLIN)

    def __enter__(self) -> _Running:
        return self

    def __exit__(self, *dummy: object) -> None:
        try:
            if self._process.returncode is None:
                # Before its input ends, which it could take for the end of the content.
                programs.end(self._process, programs.GRACE, self._start.ask)
        finally:
            if self._taking is not None:
                self._taking.join()
            # The program may have closed its end before.
            with contextlib.suppress(OSError):
                self._pipe.close()
            # A word: everything has ended as it should.
            with contextlib.suppress(OSError):
                self._warden.communicate(b"ended\n")
            self._output.close()
            self._errors.close()

    def ready(self) -> None:
        """Wait until the pipe can be used. Whoever asked has his turn meanwhile, and the deadline is kept."""
        while True:
            due = self._asked + programs.TURN - clock.elapsed()
            if due > 0 and (self._poll.poll(0) or self._poll.poll(max(0.0, min(due, self._start.left())) * 1000)):
                return
            self._turn()

    def _turn(self) -> None:
        self._asked = clock.elapsed()
        self._start.turn()
        if self._start.left() <= 0:
            raise self._late()

    def _late(self) -> Failure:
        return Failure("timeout", f"{self.name} had not ended when the time for it was over, and was stopped", "Give it more time", code="program")

    def finish(self) -> programs.Ended:
        self._pipe.close()
        code = programs.wait(self._process, clock.elapsed() + max(0.0, self._start.left()), self._start.turn)
        if code is None:
            raise self._late()
        if self._taking is not None:
            self._taking.join()
            self._taking.complain()
        whole = self._output.seek(0, os.SEEK_END) <= programs.MOST_OUTPUT
        return programs.Ended(code, programs.tail(self._output), programs.tail(self._errors), whole)


class _Taking(threading.Thread):
    """Hands on what a program writes while it is fed. It ends when the program has ended, or has closed its output."""

    def __init__(self, output: t.IO[bytes], take: t.Callable[[bytes], None]) -> None:
        super().__init__(daemon=True)
        self._output, self._take = output, take
        self._error: t.Optional[Exception] = None  # noqa: UP045
        self.start()

    def run(self) -> None:
        with self._output as output:
            while piece := output.read(CAPACITY):
                if self._error is None:
                    try:
                        self._take(piece)
                    except Exception as error:
                        # What comes still is thrown away: the program must not wait for us.
                        self._error = error

    def complain(self) -> None:
        if self._error is not None:
            raise self._error

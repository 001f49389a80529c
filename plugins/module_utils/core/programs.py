# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Programs of others, run without a shell and for a limited time. Imported where it is used."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import tempfile
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import local

MOST_OUTPUT, MOST_LINES, LONGEST_LINE = 64 * 1024, 100, 500
# How long a program has to end after it was asked to.
GRACE = 5.0
# How often whoever waits for it has a turn.
TURN = 2.0
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SECRET = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|KEY|DSN|CREDENTIALS?)$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Ended:
    """``code`` is None when the program had to be ended. ``output`` and ``errors`` are the last MOST_OUTPUT bytes; ``whole``: nothing of the output is lost."""

    code: int | None
    output: str
    errors: str
    whole: bool


def there(program: str, folder: str) -> bool:
    """Whether it can be started; a path is taken from the folder."""
    return shutil.which(os.path.join(os.path.abspath(folder), program) if os.sep in program else program) is not None


def run(
    command: t.Sequence[str],
    folder: str,
    given: t.Mapping[str, str],
    left: t.Callable[[], float],
    together: bool = False,
    most: int = MOST_OUTPUT,
    turn: t.Callable[[], None] = lambda: None,
) -> Ended:
    """Start it with the environment ``given``, and end it and everything that it started when no seconds are ``left``.

    ``together`` puts what it complains among its output. ``turn`` is called while it works; what that raises ends it, too.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            # A module's own way to run a program knows no deadline that ends its children, too.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                list(command),
                cwd=folder,
                env=dict(given),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if together else errors,
                start_new_session=True,
            )
        except OSError as error:
            raise local(error, f"{command[0]} cannot be started") from error
        try:
            code = wait(process, clock.elapsed() + max(0.0, left()), turn)
            if code is None:
                end(process, GRACE)
        except BaseException:
            end(process, GRACE)
            raise
        whole = output.seek(0, os.SEEK_END) <= most
        return Ended(code, tail(output, most), tail(errors, most), whole)


def wait(process: subprocess.Popen[bytes], until: float, turn: t.Callable[[], None]) -> int | None:
    """How it ended; None when it had not at that moment of ``clock.elapsed``."""
    while True:
        try:
            return process.wait(max(0.0, min(TURN, until - clock.elapsed())))
        except subprocess.TimeoutExpired:
            if clock.elapsed() >= until:
                return None
            turn()


def tail(file: t.IO[bytes], most: int = MOST_OUTPUT) -> str:
    """The last bytes of a file, as text."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - most))
    return file.read().decode("utf-8", "replace")


def end(process: subprocess.Popen[bytes], grace: float, ask: signal.Signals = signal.SIGTERM) -> None:
    """The leader of its own session and everything that it started: asked to end, and made to when ``grace`` has passed."""
    for how, patience in ((ask, grace), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def secrets_of(given: t.Mapping[str, str]) -> list[str]:
    """What an environment holds that must not be shown: values whose names say so, and passwords within addresses."""
    named = [value for name, value in given.items() if _SECRET.search(name)]
    return [value for value in (*named, *filter(None, map(_password, given.values()))) if len(value) >= redaction.SHORTEST_SECRET]


def _password(value: str) -> str | None:
    try:
        return urlsplit(value).password if "://" in value else None
    except ValueError:
        return None


def lines(text: str, given: t.Mapping[str, str]) -> list[str]:
    """The last lines of what was written, without secrets of the environment, colours and control characters."""
    text = redaction.scrub(redaction.without(_COLOURS.sub("", text), secrets_of(given)))
    every = [redaction.plain(line, LONGEST_LINE) for line in text.replace("\r", "\n").split("\n")]
    return [line for line in every if line][-MOST_LINES:]

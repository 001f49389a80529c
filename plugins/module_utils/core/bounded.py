# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A bound on what cannot be trusted to end by itself, such as a regular expression of somebody else on a line of somebody else. Imported where it is used."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

# What a loaded machine does not count: seconds of this process's own work.
SECONDS = 2.0


@contextlib.contextmanager
def bounded(seconds: float = SECONDS) -> t.Iterator[None]:
    """TimeoutError when what is inside computes for longer.

    Python's regular expressions look for signals while they search, so that this also ends one that would never end. The timer is that of
    the process's own computing; Ansible's own, for ``timeout``, is another one.
    """
    if threading.current_thread() is not threading.main_thread():
        raise Failure("invalid", "patterns can only be tried in the main thread of a process", "Set saasops_direct: false on the task")

    def end(_number: int, _frame: t.Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, end)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)

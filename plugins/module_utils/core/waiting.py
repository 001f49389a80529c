# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The one waiting loop: a read, a pure predicate, a deadline and a poll schedule."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

State = t.TypeVar("State")
# (until this many seconds have passed, poll every so many): quick at first, kind to hourly rate limits later.
SCHEDULE: tuple[tuple[float, float], ...] = ((5, 1), (60, 3), (300, 10), (float("inf"), 30))


def interval(waited: float, schedule: t.Sequence[tuple[float, float]] = SCHEDULE) -> float:
    """Seconds until the next poll after ``waited`` seconds."""
    return next(every for until, every in schedule if waited < until)


def wait_for(
    read: t.Callable[[], State],
    done: t.Callable[[State], bool],
    what: str,
    deadline: clock.Deadline,
    hint: str = "",
    schedule: t.Sequence[tuple[float, float]] = SCHEDULE,
    each_turn: t.Callable[[], None] = lambda: None,
) -> State:
    """Read until ``done(state)``. ``done`` raises a :class:`Failure` itself for a state that can never become good.

    ``each_turn`` runs before every poll (it renews the lease). A deadline that passes raises a ``timeout`` failure that
    carries the last state seen.
    """
    started = clock.now()
    while True:
        each_turn()
        state = read()
        if done(state):
            return state
        pause = interval(clock.now() - started, schedule)
        if deadline.left() <= pause:
            raise Failure(
                "timeout",
                f"{what} is not there after {clock.now() - started:.0f} s",
                hint or "Look at the vendor's dashboard, then run the same command again",
                retryable=True,
                state=state,
            )
        clock.sleep(pause)

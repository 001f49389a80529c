# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which sets of backups may go, and which leftovers. Pure: no I/O, no clock. What is not surely of no use any more, stays."""

from __future__ import annotations

import dataclasses
import typing as t

# Snapshots of a run that has ended without a manifest are swept after so long: of one that the ledger has seen, and of one that it does not know,
# which may be at work on another machine.
KNOWN_AFTER, STRANGE_AFTER = 3600.0, 86400.0


@dataclasses.dataclass(frozen=True)
class Fact:
    """A set. ``whole``: components of which it holds every part; ``kept``: the policy keeps it."""

    id: str
    at: float
    complete: bool
    whole: frozenset[str]
    kept: bool
    proved_at: t.Optional[float] = None  # noqa: UP045


@dataclasses.dataclass(frozen=True)
class Leftover:
    """Snapshots of a run that left no manifest. ``at``: the newest of them; ``alive``: its run holds the lease; ``known``: this ledger has seen it."""

    id: str
    at: float
    alive: bool
    known: bool


def never(sets: t.Sequence[Fact]) -> dict[str, str]:
    """Sets that are kept whatever the policy says, and why."""
    newest = sorted(sets, key=lambda one: (one.at, one.id), reverse=True)
    kept: dict[str, str] = {}
    for component in sorted({name for one in sets for name in one.whole}):
        last = next(one for one in newest if component in one.whole)
        kept.setdefault(last.id, f"the newest that holds {component}")
    for complete in [one for one in newest if one.complete][:1]:
        kept[complete.id] = "the newest that is complete"
    proved = [one for one in sets if one.proved_at is not None]
    if proved:
        # Of sets that were proved, the one whose proof is the newest.
        kept[max(proved, key=lambda one: (one.proved_at or 0.0, one.at)).id] = "the last that a drill has proved"
    return kept


def forgettable(sets: t.Sequence[Fact]) -> list[str]:
    """Ids of the sets that may go, oldest first."""
    kept = never(sets)
    return [one.id for one in sorted(sets, key=lambda one: (one.at, one.id)) if not one.kept and one.id not in kept]


def sweepable(leftovers: t.Sequence[Leftover], now: float) -> list[str]:
    """Ids of what runs that have ended have left behind."""
    return [one.id for one in leftovers if not one.alive and now - one.at > (KNOWN_AFTER if one.known else STRANGE_AFTER)]

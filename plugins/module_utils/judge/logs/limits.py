# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether what was found is too much. What was not seen is never taken for nothing: such a limit is ``inconclusive``."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.counts import Counted


@dataclasses.dataclass(frozen=True)
class Limit:
    """At most ``most`` lines: in all, or ``within`` so many seconds wherever they begin."""

    pattern: str
    most: int
    within: float | None = None


def judged(limit: Limit, counted: Counted, doubt: str) -> dict[str, t.Any]:
    """``doubt``: why more may have happened than was seen; empty when nothing can have been missed."""
    found, begins, surely = counted.seen, counted.first_at, True
    if limit.within is not None and counted.moments is not None:
        found, begins = counted.moments.peak(limit.within)
        if counted.moments.is_coarse:
            # Slots that are wider than the window may hold more than fell into it.
            surely = counted.moments.seconds <= limit.within
            doubt = doubt or ("there are too many moments to tell exactly" if counted.moments.peak(limit.within, wide=True)[0] > limit.most else "")
    doubt = _of_pattern(limit, counted) or doubt
    verdict, reason = "pass", ""
    if found > limit.most and surely:
        verdict, reason = "fail", f"{found} lines, at most {limit.most} are good"
    elif doubt or found > limit.most:
        verdict, reason = "inconclusive", doubt
    return {"pattern": limit.pattern, "most": limit.most, "within": limit.within, "found": found, "at": begins, "verdict": verdict, "reason": reason}


def _of_pattern(limit: Limit, counted: Counted) -> str:
    if counted.given_up:
        return "the pattern took too long and was given up"
    if counted.untimed and (limit.within is not None or counted.bounded):
        return f"{counted.untimed} of its lines have no moment"
    return ""


def worst(verdicts: t.Iterable[str]) -> str | None:
    """One verdict of many; None of none."""
    found = set(verdicts)
    return next((verdict for verdict in ("fail", "error", "inconclusive", "pass") if verdict in found), None)

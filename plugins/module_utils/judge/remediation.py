# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether a remedy is due, has to wait, or is given up for a person. Pure: no I/O, no clock.

A remedy that helped for a moment and is asked for again and again is a loop. So it needs several bad measurements in a row, all of them
made after the last act; a time in which nothing is done; and a number in an hour after which a person is called instead.
"""

from __future__ import annotations

import dataclasses
import operator
import re
import typing as t

HOUR = 3600.0
COMPARE: dict[str, t.Callable[[float, float], bool]] = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_WHEN = re.compile(r"\s*(?P<metric>[\w./-]+(?: [\w./-]+)*)\s*(?P<compare>>=|<=|>|<)\s*(?P<limit>-?\d+(?:\.\d+)?)\s*%?\s*")
Do = t.Literal["nothing", "wait", "restart", "escalate"]
Sample = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Remedy:
    """``breaches`` bad measurements in a row, none older than ``within`` seconds; ``cooldown`` seconds between two acts."""

    metric: str
    compare: str
    limit: float
    breaches: int = 3
    cooldown: float = 900.0
    most_per_hour: int = 2
    within: float = HOUR

    def breached(self, value: t.Any) -> bool:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and COMPARE[self.compare](float(value), self.limit)

    def __str__(self) -> str:
        return f"{self.metric} {self.compare} {self.limit:g}"


@dataclasses.dataclass(frozen=True)
class Decision:
    do: Do
    reason: str
    value: float | None = None


def condition(text: t.Any) -> tuple[str, str, float]:
    """(metric, comparison, limit) of ``memory_percent > 90``. Raises ValueError for what is no condition."""
    found = _WHEN.fullmatch(str(text))
    if not found:
        raise ValueError(f"{text!r} is no condition: write it as memory_percent > 90")
    return found["metric"], found["compare"], float(found["limit"])


def decide(remedy: Remedy, samples: t.Sequence[Sample], acts: t.Sequence[float], now: float) -> Decision:
    """``samples``: ``{at, value}`` of the metric; ``acts``: when something was done before, whatever came of it, for whatever reason.

    What lies in the future, on a clock that was put back, was done a moment ago.
    """
    last = max(acts, default=None)
    since = max([now - remedy.within, *([last] if last is not None else [])])
    newest = [one for one in sorted(samples, key=lambda one: float(one["at"])) if since < one["at"] <= now][-remedy.breaches :]
    value = newest[-1]["value"] if newest else None
    bad = 0
    for one in reversed(newest):
        if not remedy.breached(one["value"]):
            break
        bad += 1
    shown = f"{value:g}" if isinstance(value, (int, float)) else "not measured"
    if bad < remedy.breaches:
        why = f"{remedy.metric} is {shown}" + (f", beyond {remedy.limit:g} {bad} of {remedy.breaches} times in a row" if bad else "")
        return Decision("nothing", why + ("" if newest else f" within {remedy.within / 60:g} min, nor since the last act"), _number(value))
    about = f"{remedy} {bad} times in a row, now {shown}"
    recent = [at for at in acts if now - at < HOUR]
    if len(recent) >= remedy.most_per_hour:
        return Decision("escalate", f"{about}; done {len(recent)} times within the last hour, and it did not help: a person is needed", _number(value))
    if last is not None and now - last < remedy.cooldown:
        left = remedy.cooldown - max(0.0, now - last)
        return Decision("wait", f"{about}; done {max(0.0, now - last) / 60:.0f} min ago, next in {left / 60:.0f} min at the earliest", _number(value))
    return Decision("restart", about, _number(value))


def _number(value: t.Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def most_urgent(decisions: t.Sequence[Decision]) -> Decision:
    """What several remedies of one component come to: who is to be called goes before what would be tried once more."""
    order: tuple[Do, ...] = ("escalate", "wait", "restart", "nothing")
    return min(decisions, key=lambda decision: order.index(decision.do))

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a health page means: its word, its parts, and numbers beside two limits. Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact

HEALTHY = ("healthy", "ok", "pass", "passing", "up", "good", "operational", "connected", "green", "true")
DEGRADED = ("degraded", "warn", "warning", "partial", "slow", "yellow", "maintenance")
# Anything else that a page says of itself is critical: an unknown word is no good news.
VERDICTS = {"healthy": "pass", "degraded": "warn", "critical": "fail"}


class BadLimits(ValueError):
    """Limits that cannot be right: what is wrong, and what to write."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """Beyond ``warn`` is a warning, beyond ``fail`` a failure; ``low`` says that less is worse."""

    warn: Fraction | None = None
    fail: Fraction | None = None
    low: bool = False

    def verdict(self, value: float | int) -> str:
        exactly = exact.number(value)
        if exactly is None:
            return "inconclusive"
        for verdict, limit in (("fail", self.fail), ("warn", self.warn)):
            if limit is not None and (exactly < limit if self.low else exactly > limit):
                return verdict
        return "pass"

    def written(self, unit: str) -> str:
        sign, unit = "<" if self.low else ">", f" {unit}" if unit and unit != "%" else unit
        return ", ".join(f"{name} {sign} {exact.decimals(limit)}{unit}" for name, limit in (("warn", self.warn), ("fail", self.fail)) if limit is not None)


def state(word: t.Any) -> str:
    """healthy, degraded or critical, of what a page says: a word, or true or false."""
    said = str(word).strip().lower()
    return "healthy" if said in HEALTHY else "degraded" if said in DEGRADED else "critical"


def is_word(value: t.Any) -> bool:
    return isinstance(value, (str, bool))


def is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and exact.number(value) is not None


def limits(given: t.Any, name: str, low: bool = False, single: str = "fail") -> Limits:
    """``{warn, fail}``, or one number, which is the limit that ``single`` names."""
    if given is None:
        return Limits(low=low)
    parts = given if isinstance(given, dict) else {single: given}
    strange = sorted(str(key) for key in parts if key not in ("warn", "fail"))
    if strange or not parts:
        raise BadLimits(f"{name} says {exact.quoted(strange[0])}" if strange else f"{name} is empty")
    numbers = {key: exact.number(value) for key, value in parts.items() if value is not None}
    wrong = sorted(key for key, number in numbers.items() if number is None or number < 0)
    if wrong:
        raise BadLimits(f"{name}: {wrong[0]} is {exact.quoted(str(parts[wrong[0]]))}, and no number from 0 on")
    warn, fail = (Fraction(number) if (number := numbers.get(key)) is not None else None for key in ("warn", "fail"))
    if warn is not None and fail is not None and (warn < fail if low else warn > fail):
        raise BadLimits(f"{name}: warn ({exact.decimals(warn)}) would come after fail ({exact.decimals(fail)})")
    return Limits(warn, fail, low)


def middle(values: t.Sequence[int]) -> int | None:
    """The median; of an even number the larger one of the middle, for a slow answer is not made up."""
    return sorted(values)[len(values) // 2] if values else None


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """Limits that what was measured would have kept nearly always."""

    name: str
    unit: str
    samples: int
    warn: float
    fail: float


# So many looks say what is usual.
FEWEST = 20


def suggest(name: str, unit: str, values: t.Sequence[float]) -> Suggestion | None:
    """A quarter above the 95th percentile warns, twice that fails; None of too few values, or of such that are all zero."""
    usable = sorted(value for value in values if is_number(value) and value >= 0)
    if len(usable) < FEWEST or not usable[-1]:
        return None
    high = usable[-(-95 * len(usable) // 100) - 1]
    ceiling = 100.0 if unit == "%" else float("inf")
    warn = min(_round_up(max(high * 1.25, usable[-1] / 2)), ceiling)
    return Suggestion(name, unit, len(usable), warn, min(_round_up(max(warn * 2, usable[-1])), ceiling))


def _round_up(value: float) -> float:
    """To two digits: nobody means a limit of 187.3 ms."""
    step = 10.0 ** (len(str(int(value))) - 2) if value >= 10 else 0.1
    return round(-(-value // step) * step, 1)

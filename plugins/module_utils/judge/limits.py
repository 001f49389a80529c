# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Limits: what a value is compared with, as data. Pure: no I/O, no clock.

A limit on a number is written ``> 5%``, ``<= 500 ms``, ``>= 24h`` or ``== 0``; one on a text is a mapping such as ``{is: healthy}``.
"""

from __future__ import annotations

import dataclasses
import operator
import re
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact

Value = t.Union[Fraction, str]  # noqa: UP007
COMPARISONS: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
# On texts: how many texts each takes, and whether it must be true of one of them, or of none.
TEXTS = {
    "is": ("one", True),
    "is_not": ("one", False),
    "one_of": ("many", True),
    "none_of": ("many", False),
    "matches": ("pattern", True),
    "matches_not": ("pattern", False),
}
_WRITTEN = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(-?)\s*(\S.*?)\s*")
# What a number is shown in, and how many of it the number is counted in.
SCALE = {"%": Fraction(1), "ms": Fraction(1000), "s": Fraction(1)}


class BadRule(ValueError):
    """A rule that cannot be right: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclasses.dataclass(frozen=True)
class Limit:
    """One comparison. ``written`` is how people read it."""

    sign: str
    than: t.Any
    written: str

    def holds(self, value: Value) -> bool:
        if self.sign in COMPARISONS:
            return COMPARISONS[self.sign](value, self.than)
        kind, wanted = TEXTS[self.sign]
        found = any(pattern.fullmatch(str(value)) for pattern in self.than) if kind == "pattern" else value in self.than
        return found is wanted


def read(written: t.Any, unit: str, share: bool, text: bool, place: str) -> Limit:
    """A limit from data. ``unit`` is what the values are counted in, ``share`` says that they are shares of one, ``text`` that they are words."""
    if text:
        return _of_text(written, place)
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if not found:
        raise BadRule(f"{place} is {exact.quoted(str(written))}", "Write a comparison and a number, such as '> 5%', '<= 500 ms', '>= 24h' or '== 0'")
    sign, minus, amount = found.groups()
    than: Fraction = _amount(amount, unit, share, place)
    return Limit(sign, -than if minus else than, f"{sign} {minus}{amount}")


def _amount(written: str, unit: str, share: bool, place: str) -> Fraction:
    plain = exact.number(written)
    if plain is not None:
        if share and not -1 <= plain <= 1:
            raise BadRule(f"{place} compares a share with {written}", f"Write {written}% if that is meant; a share is between 0 and 1")
        return Fraction(plain)
    if written.endswith("%"):
        percent = exact.number(written[:-1].strip())
        if percent is not None and (share or unit == "%"):
            return Fraction(percent) / 100 if share else Fraction(percent)
        if percent is not None:
            raise BadRule(f"{place} is a percentage, and the values are not known to be", "Add unit: '%' if the samples are percentages such as 85")
    length = exact.seconds(written.replace(" ", ""))
    if length is not None and unit in ("s", "ms"):
        return length * SCALE[unit]
    if length is not None and not share:
        raise BadRule(f"{place} is a length of time, and the values are not known to be", "Add unit: s or unit: ms, whichever the samples are counted in")
    raise BadRule(f"{place} is compared with {exact.quoted(written)}, which is no number here", "Write a number such as 500, 5%, 500 ms or 24h")


def _of_text(written: t.Any, place: str) -> Limit:
    if not (isinstance(written, dict) and len(written) == 1 and next(iter(written)) in TEXTS):
        raise BadRule(f"{place} is {exact.quoted(str(written))}", f"Write a mapping with one of {', '.join(TEXTS)}, such as {{is: healthy}}")
    sign, given = next(iter(written.items()))
    texts = given if TEXTS[sign][0] == "many" else [given]
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        many = "a list of texts" if TEXTS[sign][0] == "many" else "one text"
        raise BadRule(f"{place}: {sign} is {exact.quoted(str(given))}", f"Give {many}; put words such as 'yes' and '1' into quotes")
    written_out = f"{sign.replace('_', ' ')} {', '.join(exact.quoted(one) for one in texts)}"
    if TEXTS[sign][0] != "pattern":
        return Limit(sign, tuple(texts), written_out)
    try:
        return Limit(sign, (re.compile(texts[0]),), written_out)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadRule(f"{place}: {exact.quoted(texts[0])} is no regular expression ({error})", "Repair it; it has to fit the whole text") from None


@dataclasses.dataclass(frozen=True)
class Level:
    """One level of a rule. A target is missed when one of its limits does not hold; the others are reached when one of theirs does."""

    name: str
    when: tuple[Limit, ...]
    recover: tuple[Limit, ...] = ()

    def breached(self, value: Value) -> bool:
        if self.name == "target":
            return not all(limit.holds(value) for limit in self.when)
        return any(limit.holds(value) for limit in self.when)

    def recovered(self, value: Value) -> bool:
        """Whether a level that was reached may be left. Without limits of its own it is left as it was reached."""
        if not self.recover:
            return not self.breached(value)
        return all(limit.holds(value) for limit in self.recover)

    @property
    def written_whole(self) -> str:
        return f"{self.name} {self.written()}"

    def written(self, values: t.Sequence[Limit] = ()) -> str:
        """How people read the limits, or those of ``recover``."""
        return (" and " if self.name == "target" or values else " or ").join(limit.written for limit in values or self.when)


def points(levels: t.Iterable[Level]) -> list[Fraction]:
    """Numbers of which one lies in every part that the limits cut the line into: the limits, what lies between, and what lies beyond."""
    cuts = sorted({limit.than for level in levels for limit in (*level.when, *level.recover)})
    between = [(one + other) / 2 for one, other in zip(cuts, cuts[1:])]  # noqa: B905, RUF007
    return [*cuts, *between, cuts[0] - 1, cuts[-1] + 1] if cuts else []


def shown(value: Fraction, unit: str, near: t.Iterable[Limit] = ()) -> str:
    """A number for people, with as many digits as it takes to see on which side of the limits it is."""
    if unit == "age":
        return exact.duration(value)
    others = {limit.than for limit in near if isinstance(limit.than, Fraction)} - {value}
    scaled = 100 if unit == "share" else 1
    for digits in (4, 6, 9, 15, 40):
        text = exact.decimals(value * scaled, digits)
        if all(exact.decimals(other * scaled, digits) != text for other in others):
            break
    return f"{text}%" if unit in ("share", "%") else f"{text} {unit}".rstrip()

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a rule's kind makes of a series: one exact value for each period that is judged. Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
import math
import typing as t
from decimal import Decimal
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.limits import Value
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.rules import Rule
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.series import Series


@dataclasses.dataclass(frozen=True)
class Reading:
    """The value of one period. ``why`` says what keeps it from deciding; ``at_least``: a count of which a part was not looked at."""

    value: Value | None
    samples: int
    why: str = ""
    at_least: bool = False
    words: str = ""


def periods(rule: Rule, series: Series, now: Fraction) -> list[Reading]:
    """The periods that decide, newest first: the last readings of the window, or windows that follow each other."""
    if rule.kind in ("latest", "string"):
        return _readings(rule, series, now)
    window = rule.window or Fraction(0)
    return [_trusted(rule, series, now - index * window) for index in range(rule.of)]


def _readings(rule: Rule, series: Series, now: Fraction) -> list[Reading]:
    after = now - (rule.window or 0)
    first, end = series.span(after, now)
    doubted = _doubt(series, after, now)
    usable = range(max(first, end - rule.of), end)
    found = [(series.ats[index], Reading(_plain(series.values[index]), end - first, doubted)) for index in reversed(usable)]
    # One that cannot be used is a reading too: what was before it is not the newest.
    broken = Reading(None, end - first, doubted or "a reading cannot be used")
    found += [(when, broken) for when in series.unusable_within(after, now)[-rule.of :]]
    # Sorting keeps the order of those of one moment: of these the usable ones count as the newer.
    newest = [reading for _at, reading in sorted(found, key=lambda pair: -pair[0])][: rule.of]
    return [*newest, *[Reading(None, 0, doubted or _nothing(series, after, now))] * (rule.of - len(newest))]


def _plain(value: t.Any) -> Value:
    return value if isinstance(value, str) else Fraction(value)


def _trusted(rule: Rule, series: Series, until: Fraction) -> Reading:
    reading = _MEASURES[rule.kind](rule, series, until)
    after = until - rule.window if rule.window else Fraction(-(10**18))
    doubted = _doubt(series, after, until)
    return dataclasses.replace(reading, why=doubted) if doubted else reading


def _doubt(series: Series, after: Fraction, until: Fraction) -> str:
    """Why what is left of a period cannot be trusted."""
    first, end = series.span(after, until)
    return lost(series, after, until, end - first) or ahead(series, end - first)


def lost(series: Series, after: Fraction, until: Fraction, usable: int) -> str:
    """More of a period was lost than is left."""
    unusable = series.left_out(after, until)
    return f"{unusable} of {unusable + usable} samples cannot be used" if unusable > usable else ""


def ahead(series: Series, usable: int) -> str:
    """More samples are from the future than are left: the clock was put back, and what looks new is old."""
    return f"{series.future} samples are from the future, so the clock cannot be trusted" if series.future > usable else ""


def _nothing(series: Series, after: Fraction, until: Fraction) -> str:
    """Of an empty period: where the samples are instead."""
    before = series.span(Fraction(-(10**18)), after)[1]
    if before:
        age = until - Fraction(Decimal(repr(series.ats[before - 1])))
        return f"no sample; the newest is {exact.duration(Fraction(round(age)))} old"
    return "no sample"


def _few(rule: Rule, series: Series, after: Fraction, until: Fraction, found: exact.Number) -> str:
    if not found:
        return _nothing(series, after, until)
    return f"too few to judge, {rule.fewest} are needed" if found < rule.fewest else ""


def _count(rule: Rule, series: Series, until: Fraction) -> Reading:
    after = until - (rule.window or 0)
    first, end = series.span(after, until)
    total = Fraction(series.sums[end]) - Fraction(series.sums[first])
    words = f"{end - first} sample{'' if end - first == 1 else 's'}"
    if series.since is None:
        return Reading(total if end > first else None, end - first, _few(rule, series, after, until, end - first), words=words)
    if series.covers(after, until):
        # No event at all is a count too, unless the rule itself asks for several samples.
        why = _few(rule, series, after, until, end - first) if rule.fewest > 1 else ""
        return Reading(total, end - first, why, words=f"{words}, all of it looked at")
    return Reading(total, end - first, at_least=True, words=f"{words}, a part of it not looked at")


def share(series: Series, after: Fraction, until: Fraction) -> tuple[exact.Number, exact.Number]:
    """How many bad ones of how many in a span of time."""
    first, end = series.span(after, until)
    bad, total = series.share_sums
    return bad[end] - bad[first], total[end] - total[first]


def _ratio(rule: Rule, series: Series, until: Fraction) -> Reading:
    after = until - (rule.window or 0)
    bad, total = share(series, after, until)
    if not total:
        first, end = series.span(after, until)
        return Reading(None, 0, "there were none at all" if end > first else _nothing(series, after, until), words="0 of 0")
    counted = total - bad if rule.good else bad
    words = f"{exact.decimals(Fraction(counted), 12)} of {exact.decimals(Fraction(total), 12)}"
    return Reading(Fraction(counted) / Fraction(total), int(total), _few(rule, series, after, until, total), words=words)


def _percentile(rule: Rule, series: Series, until: Fraction) -> Reading:
    after = until - (rule.window or 0)
    span = series.span(after, until)
    found = span[1] - span[0]
    # The nearest rank: always a value that was measured.
    value = Fraction(series.ordered(span)[math.ceil(rule.percentile * found / 100) - 1]) if found else None
    return Reading(value, found, _few(rule, series, after, until, found))


def _average(rule: Rule, series: Series, until: Fraction) -> Reading:
    after = until - (rule.window or 0)
    first, end = series.span(after, until)
    value = (Fraction(series.sums[end]) - Fraction(series.sums[first])) / (end - first) if end > first else None
    return Reading(value, end - first, _few(rule, series, after, until, end - first))


def _age(rule: Rule, series: Series, until: Fraction) -> Reading:
    first, end = series.span(until - rule.window if rule.window else Fraction(-(10**18)), until)
    if end == first:
        return Reading(None, 0, "no sample" if not series.ats or not rule.window else _nothing(series, until - rule.window, until))
    return Reading(max(Fraction(0), until - Fraction(Decimal(repr(series.ats[end - 1])))), end - first)


def _growth(rule: Rule, series: Series, until: Fraction) -> Reading:
    after = until - (rule.window or 0)
    before, first, end = (series.span(moment, moment)[1] for moment in (after - rule.baseline, after, until))
    values, known = series.ordered((before, first)), first - before
    words = f"against the median of {known} sample{'' if known == 1 else 's'} of the {exact.duration(rule.baseline)} before"
    if end == first:
        return Reading(None, known, _nothing(series, after, until), words=words)
    if known < rule.fewest:
        return Reading(None, known, f"the baseline has too few samples to judge, {rule.fewest} are needed", words=words)
    middle = Fraction(values[(known - 1) // 2] + values[known // 2]) / 2
    newest = Fraction(series.values[end - 1])
    words = f"{exact.decimals(newest)} {words}, {exact.decimals(middle)}"
    if middle <= 0:
        same = newest == middle == 0
        return Reading(Fraction(0) if same else None, known, "" if same else "growth from nothing has no number", words=words)
    return Reading(newest / middle - 1, known, words=words)


_MEASURES: dict[str, t.Callable[[Rule, Series, Fraction], Reading]] = {
    "count": _count,
    "ratio": _ratio,
    "percentile": _percentile,
    "average": _average,
    "age": _age,
    "growth": _growth,
}

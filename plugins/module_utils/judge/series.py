# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Samples as they come, made into series that can be judged. Pure: no I/O, no clock.

A sample is ``{at, value}``; of a share ``{at, bad, total}`` (``good`` in place of either, or ``{at, ok}`` of one request); of a count
``{at}`` is one event. With an ``id`` a sample that comes twice counts once. A series is a list of samples, or ``{samples, since, until}``
where it is known which time was looked at, so that no event is a count of none.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import itertools
import math
import typing as t
from decimal import Decimal
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact

# Clocks of other machines go a little wrong: what is at most so many seconds ahead is of this moment, the rest is left out.
SKEW = 60
# Equal values of so many samples say that nobody measures.
CONSTANT = 10
# What is read from a sample, by the kind of the rule.
SHAPES = {
    "count": "events",
    "ratio": "shares",
    "burn_rate": "shares",
    "percentile": "measured",
    "average": "measured",
    "latest": "readings",
    "growth": "readings",
    "string": "texts",
    "age": "moments",
}
_SUMS = {"events": ("value",), "shares": ("bad", "good", "total")}
Share = tuple[exact.Number, exact.Number]


@dataclasses.dataclass
class Series:
    """Usable samples in order of time: ``values[i]`` was at ``ats[i]``. Of the rest only how many they are, and why, is kept."""

    ats: list[float] = dataclasses.field(default_factory=list)
    values: list[t.Any] = dataclasses.field(default_factory=list)
    unusable: list[float] = dataclasses.field(default_factory=list)
    timeless: int = 0
    future: int = 0
    milliseconds: int = 0
    repeated: int = 0
    since: Decimal | None = None
    until: Decimal | None = None
    problem: str = ""

    def span(self, after: Fraction, until: Fraction) -> tuple[int, int]:
        """Which samples lie after one moment, up to and with another; so neighbouring windows share none."""
        return bisect.bisect_right(self.ats, float(after)), bisect.bisect_right(self.ats, float(until))

    def left_out(self, after: Fraction, until: Fraction) -> int:
        """Samples that would have counted if they had been usable; one without a moment may be of any time."""
        return self.timeless + len(self.unusable_within(after, until))

    def unusable_within(self, after: Fraction, until: Fraction) -> list[float]:
        return self.unusable[bisect.bisect_right(self.unusable, float(after)) : bisect.bisect_right(self.unusable, float(until))]

    def covers(self, after: Fraction, until: Fraction) -> bool:
        """Whether all of that time was looked at."""
        return self.since is not None and self.since <= after and (self.until is None or self.until + SKEW >= until)

    @functools.cached_property
    def sums(self) -> list[exact.Number]:
        return list(itertools.accumulate(self.values, initial=0))

    @functools.cached_property
    def share_sums(self) -> tuple[list[exact.Number], list[exact.Number]]:
        return (
            list(itertools.accumulate((bad for bad, _total in self.values), initial=0)),
            list(itertools.accumulate((total for _bad, total in self.values), initial=0)),
        )

    @functools.cached_property
    def _ordered(self) -> dict[tuple[int, int], list[exact.Number]]:
        return {}

    def ordered(self, span: tuple[int, int]) -> list[exact.Number]:
        """The values of a span by size; many rules ask for the same."""
        if span not in self._ordered:
            self._ordered[span] = sorted(self.values[span[0] : span[1]])
        return self._ordered[span]

    @functools.cached_property
    def constant(self) -> bool:
        """Whether it looks as if nobody measured: many samples, all equal. Single events and requests are equal by nature."""
        first = self.values[0] if self.values else None
        return len(self.values) >= CONSTANT and first not in (None, 1, (0, 1), (1, 1)) and all(value == first for value in self.values)

    def notes(self) -> list[str]:
        """What was left out, for people."""
        found = [
            (self.timeless, "without a moment (seconds since the epoch, or ISO 8601 with its offset)"),
            (len(self.unusable), "whose value is no usable one"),
            (self.future - self.milliseconds, "from the future: a clock was put back, or another one is ahead"),
            (self.milliseconds, "whose moments look like milliseconds: give seconds"),
            (self.repeated, "that came before"),
        ]
        return [f"left out {number} sample{'s' if number > 1 else ''} {why}" for number, why in found if number]


def read(given: t.Any, shape: str, now: Fraction) -> Series:
    """One series; never fails: what cannot be used is counted."""
    series = Series()
    if isinstance(given, dict):
        strange = sorted(str(key) for key in given if key not in ("samples", "since", "until"))
        if strange:
            series.problem = f"its series says {exact.quoted(strange[0])}, and may say samples, since and until"
            return series
        series.since, series.until = exact.moment(given.get("since")), exact.moment(given.get("until"))
        if (given.get("since") is not None and series.since is None) or (given.get("until") is not None and series.until is None):
            series.problem = "its since or until is no moment (seconds since the epoch, or ISO 8601 with its offset)"
            return series
        given = given.get("samples")
    if not isinstance(given, list):
        series.problem = "its samples are no list"
        return series
    _fill(series, given, shape, now)
    if any(one > other for one, other in itertools.pairwise(series.ats)):
        order = sorted(range(len(series.ats)), key=series.ats.__getitem__)
        series.ats = [series.ats[index] for index in order]
        series.values = [series.values[index] for index in order]
    if shape in ("readings", "texts"):
        _one_a_moment(series)
    present = float(now)
    if series.ats and series.ats[-1] > present:
        series.ats = [min(at, present) for at in series.ats]
    series.unusable.sort()
    return series


def _fill(series: Series, given: list[t.Any], shape: str, now: Fraction) -> None:
    latest, present = float(now + SKEW), float(now)
    value_of = _VALUES[shape]
    ids: set[t.Any] = set()
    buckets: set[t.Any] = set()
    for sample in given:
        if not isinstance(sample, dict):
            series.timeless += 1
            continue
        moment = sample.get("at")
        # Most moments are numbers already; float() of what is written exactly rounds as the window's edges do.
        plain = isinstance(moment, float) or (isinstance(moment, int) and not isinstance(moment, bool) and abs(moment) < 10**18)
        at = float(t.cast("float", moment)) if plain else _at(moment)
        if at is None or not math.isfinite(at):
            series.timeless += 1
            continue
        if at > latest:
            series.future += 1
            series.milliseconds += abs(at / 1000 - present) < 10 * 365 * 86400
            continue
        identity = sample.get("id")
        if isinstance(identity, (str, int)):
            if identity in ids:
                series.repeated += 1
                continue
            ids.add(identity)
        value = value_of(sample)
        if value is None:
            series.unusable.append(min(at, present))
            continue
        if identity is None and ((shape == "shares" and value[1] != 1) or (shape == "events" and "value" in sample and value != 1)):
            # A sum over some time that stands twice was sent twice; equal single events are several.
            bucket = (at, *map(sample.get, _SUMS[shape]))
            if bucket in buckets:
                series.repeated += 1
                continue
            buckets.add(bucket)
        series.ats.append(at)
        series.values.append(value)


def _at(given: t.Any) -> float | None:
    moment = exact.moment(given)
    return None if moment is None else float(moment)


def _one_a_moment(series: Series) -> None:
    """Of several readings of one moment the one that was given last."""
    ats: list[float] = []
    values: list[t.Any] = []
    for at, value in zip(series.ats, series.values, strict=True):
        if ats and ats[-1] == at:
            series.repeated += 1
            values[-1] = value
        else:
            ats.append(at)
            values.append(value)
    series.ats, series.values = ats, values


def _number(sample: dict[str, t.Any]) -> exact.Number | None:
    return exact.number(sample.get("value"))


def _event(sample: dict[str, t.Any]) -> exact.Number | None:
    number = exact.number(sample.get("value", 1))
    return number if number is not None and number >= 0 else None


def _text(sample: dict[str, t.Any]) -> str | None:
    value = sample.get("value")
    return value if isinstance(value, str) else None


def _share(sample: dict[str, t.Any]) -> Share | None:
    if isinstance(sample.get("ok"), bool):
        return (0 if sample["ok"] else 1), 1
    given = {name: exact.number(sample[name]) for name in ("bad", "good", "total") if name in sample}
    if len(given) < 2 or any(number is None or number < 0 for number in given.values()):
        return None
    known = t.cast("dict[str, exact.Number]", given)
    if "total" not in known:
        return known["bad"], known["bad"] + known["good"]
    bad = known["bad"] if "bad" in known else known["total"] - known["good"]
    if not 0 <= bad <= known["total"] or known.get("good", known["total"] - bad) != known["total"] - bad:
        return None
    return bad, known["total"]


_VALUES: dict[str, t.Callable[[dict[str, t.Any]], t.Any]] = {
    "events": _event,
    "shares": _share,
    "measured": _number,
    "readings": _number,
    "texts": _text,
    "moments": lambda _sample: True,
}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Reading metrics in the text format of Prometheus, and asking them for a number. Pure: no I/O, no clock.

A *question* is a selector such as ``http_requests_total{code="500"}`` (the sum of all series that fit), ``average(name)`` (``name_sum`` by
``name_count``), or ``p95(name)`` (a quantile of a summary, or one interpolated between the buckets of a histogram).
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing as t

Labels = dict[str, str]
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
_TEXT = r'(?:[^"\\]|\\.)*'
_LABELS = rf'\{{\s*(?:{_LABEL}\s*=\s*"{_TEXT}"\s*(?:,\s*)?)*\}}'
_LINE = re.compile(rf"\s*({_NAME})\s*({_LABELS})?\s+(\S+)(?:\s+-?\d+)?\s*(?:#.*)?")
_PAIR = re.compile(rf'({_LABEL})\s*=\s*"({_TEXT})"')
_SELECTOR = re.compile(rf"\s*({_NAME})\s*({_LABELS})?\s*")
_ASKED = re.compile(r"\s*(average|p\d{1,2}(?:\.\d+)?)\s*\((.*)\)\s*")
_ESCAPED = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


class BadQuestion(ValueError):
    """A question that cannot be read: what is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Question:
    """``quantile`` is set for ``p95(...)``; ``average`` for ``average(...)``."""

    name: str
    labels: tuple[tuple[str, str], ...]
    average: bool = False
    quantile: float | None = None


@dataclasses.dataclass
class Metrics:
    """``series`` by their names: (labels, value). ``unread`` counts lines that are none of the format."""

    series: dict[str, list[tuple[Labels, float]]] = dataclasses.field(default_factory=dict)
    unread: int = 0


def question(written: str) -> Question:
    asked = _ASKED.fullmatch(written)
    selector = _SELECTOR.fullmatch(asked[2] if asked else written)
    if not selector:
        raise BadQuestion(f'{written!r} is no metric: write name, name{{label="value"}}, average(name) or p95(name)')
    labels = tuple(sorted(_labels(selector[2]).items()))
    if not asked:
        return Question(selector[1], labels)
    if asked[1] == "average":
        return Question(selector[1], labels, average=True)
    percent = float(asked[1][1:])
    if not 0 < percent < 100:
        raise BadQuestion(f"{written!r} asks for a percentile that is not between 0 and 100")
    return Question(selector[1], labels, quantile=percent / 100)


def read(text: str) -> Metrics:
    """All series; never fails: what cannot be read is counted."""
    found = Metrics()
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parsed = _LINE.fullmatch(line)
        value = _number(parsed[3]) if parsed else None
        if parsed is None or value is None:
            found.unread += 1
            continue
        found.series.setdefault(parsed[1], []).append((_labels(parsed[2]), value))
    return found


def ask(metrics: Metrics, asked: Question) -> float | None:
    """The number; None when there is no such series, or nothing was counted in it."""
    if asked.average:
        count = _sum(metrics, f"{asked.name}_count", asked.labels)
        total = _sum(metrics, f"{asked.name}_sum", asked.labels)
        return total / count if count and total is not None else None
    if asked.quantile is not None:
        return _quantile(metrics, asked, asked.quantile)
    return _sum(metrics, asked.name, asked.labels)


def _sum(metrics: Metrics, name: str, labels: t.Sequence[tuple[str, str]]) -> float | None:
    values = [value for _labels_of, value in _fitting(metrics, name, labels)]
    total = math.fsum(values) if all(map(math.isfinite, values)) else math.nan
    return total if values and math.isfinite(total) else None


def _fitting(metrics: Metrics, name: str, labels: t.Sequence[tuple[str, str]]) -> list[tuple[Labels, float]]:
    return [(own, value) for own, value in metrics.series.get(name, ()) if all(own.get(label) == wanted for label, wanted in labels)]


def _quantile(metrics: Metrics, asked: Question, quantile: float) -> float | None:
    summary = [value for own, value in _fitting(metrics, asked.name, asked.labels) if _number(own.get("quantile", "")) == quantile]
    if summary:
        # Quantiles of several series cannot be put together: the worst of them is the honest one.
        known = [value for value in summary if math.isfinite(value)]
        return max(known, default=None)
    bounds: dict[float, float] = {}
    for own, value in _fitting(metrics, f"{asked.name}_bucket", asked.labels):
        bound = _number(own.get("le", ""))
        if bound is not None and not math.isnan(bound) and math.isfinite(value):
            bounds[bound] = bounds.get(bound, 0.0) + value
    return _between(sorted(bounds.items()), quantile)


def _between(buckets: list[tuple[float, float]], quantile: float) -> float | None:
    """Within the bucket that holds the rank, as evenly as if its values lay evenly; above the last bound, that bound."""
    if not buckets or not math.isinf(buckets[-1][0]) or buckets[-1][1] <= 0:
        return None
    rank = quantile * buckets[-1][1]
    lower, below = 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if math.isinf(bound):
                return lower if len(buckets) > 1 else None
            return lower + (bound - lower) * ((rank - below) / (count - below)) if count > below else bound
        lower, below = bound, count
    return None


def _labels(written: str | None) -> Labels:
    return {name: re.sub(r"\\.", lambda found: _ESCAPED.get(found[0], found[0]), value) for name, value in _PAIR.findall(written or "")}


def _number(written: str) -> float | None:
    """As the format writes it: ``1``, ``1e3``, ``+Inf``, ``NaN``."""
    try:
        return None if "_" in written else float(written)
    except ValueError:
        return None

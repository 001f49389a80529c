# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs and metrics: nothing is stored, every row follows from what ran at its time, so that the same question has the same answer.

Facts behind the rules: one row more than was asked for is given, oldest first; times have nanoseconds; severity may be missing; what is
older than the plan keeps is gone; a bad release answers every third request with 500.
"""

from __future__ import annotations

import heapq
import itertools
import re
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .state import Deployment, Json, RailwayError, Service

if t.TYPE_CHECKING:
    from .vendor import Railway

LINE_EVERY, REQUEST_EVERY = 10.0, 2.0
# After so many lines they are the same again: see ``_line``.
ROUND = 3 * 4 * 5
KEPT_DAYS = {"free": 3, "hobby": 7, "pro": 30, "enterprise": 90}
MOST = 5000
PATHS = ("/", "/api/products", "/api/cart", "/health")
BUILD = ("Using the repository's lock file", "Installing packages", "Building the app", "Pushing the image")
# Seconds from a deployment's creation until it serves.
UNTIL_SERVING = 60.0
_COMPARED = re.compile(r"@(\w+):(.+)")


@dataclass
class Row:
    at: float
    message: str
    severity: str | None
    deployment: Deployment
    attributes: Json = field(default_factory=dict)
    # Of a request.
    number: int = 0
    path: str = ""
    status: int = 0
    ms: int = 0

    @property
    def timestamp(self) -> str:
        whole = datetime.fromtimestamp(int(self.at), tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{whole}.{int((self.at % 1) * 1e6):06d}{self.number % 1000:03d}Z"


class Telemetry:
    def __init__(self, railway: Railway) -> None:
        self._railway = railway

    # -- rows, newest first
    def deploy_rows(self, it: Deployment, since: float, until: float, text: str | None) -> t.Iterator[Row]:
        """Those that fit a filter; ``matches`` finds the same ones among all, which may be millions."""
        added = [row for row in self._added(it, "deploy", since, until) if matches(row, text)]
        return newest_first([added, self._lines(it, since, until, text)])

    def _lines(self, it: Deployment, since: float, until: float, text: str | None) -> t.Iterator[Row]:
        # What a line says repeats itself, so that one round of them tells which fit.
        fitting = {number for number in range(ROUND) if matches(self._line(it, number, 0.0), text)}
        if not fitting:
            return
        for number, at in self._moments(it, LINE_EVERY / self._railway.world.scale, since, until):
            if number % ROUND in fitting:
                yield self._line(it, number, at)

    def _line(self, it: Deployment, number: int, at: float) -> Row:
        if it.bad and number % 3 == 0:
            return Row(at, f"Error: checkout failed with code 500 ({it.tag})", "error", it, {"level": "error", "route": "/api/cart"}, number)
        return Row(at, f"GET {PATHS[number % 4]} done", "info" if number % 5 else None, it, {"level": "info"}, number)

    def build_rows(self, it: Deployment, since: float, until: float) -> t.Iterator[Row]:
        last, scale = "Build failed: exit code 1" if it.status == "FAILED" else f"Built {it.image}", self._railway.world.scale
        more = [f"Compiled page {number}" for number in range(1, (len(BUILD) + 1) * (scale - 1) + 1)]
        for number, text in reversed([*enumerate([*BUILD, *more, last])]):
            at = it.created + number * 5 / scale
            if since <= at <= min(until, self._railway.world.now()):
                yield Row(at, text, "error" if text.startswith("Build failed") else "info", it, {}, number)

    def http_rows(self, it: Deployment, since: float, until: float) -> t.Iterator[Row]:
        return newest_first([self._added(it, "http", since, until), self._requests(it, since, until)])

    def _requests(self, it: Deployment, since: float, until: float) -> t.Iterator[Row]:
        for number, at in self._moments(it, REQUEST_EVERY, since, until):
            failed = it.bad and number % 3 == 0
            yield Row(at, "", None, it, {}, number, PATHS[number % 4], 500 if failed else 200, 900 + number % 100 if failed else 20 + number % 80)

    def _added(self, it: Deployment, kind: str, since: float, until: float) -> list[Row]:
        """Rows that a test has put there."""
        found = []
        for number, facts in enumerate(it.logs):
            if facts.get("kind", "deploy") == kind:
                at = self._railway.world.now() - float(facts.get("ago", 1))
                attributes = facts.get("attributes", {})
                path, status, ms = facts.get("path", "/"), int(facts.get("status", 200)), int(facts.get("ms", 5))
                if since <= at <= until:
                    found.append(Row(at, facts.get("message", ""), facts.get("severity"), it, attributes, number, path, status, ms))
        return sorted(found, key=_age)

    def _moments(self, it: Deployment, every: float, since: float, until: float) -> t.Iterator[tuple[int, float]]:
        """(number, time) of everything regular while a deployment served, within a window, newest first."""
        now = self._railway.world.now()
        if it.status in ("FAILED", "SKIPPED", "NEEDS_APPROVAL") or it.removed_at == it.created:
            return
        began = it.created + UNTIL_SERVING
        kept = now - KEPT_DAYS[self._railway.world.setting("railway_plan")] * 86400
        first = max(0, int((max(since, kept) - began) // every))
        last = int((min(until, now, it.removed_at or now) - began) // every)
        for number in range(last, first - 1, -1):
            at = began + number * every
            if max(since, kept) <= at <= until:
                yield number, at

    # -- questions
    def last(self, rows: t.Iterable[Row], text: str | None, limit: int | None) -> list[Row]:
        """Oldest first, of rows that come newest first."""
        wanted = 100 if limit is None else limit
        if not 0 <= wanted <= MOST:
            raise RailwayError(f"limit must be between 0 and {MOST}", "BAD_USER_INPUT")
        # One more than was asked for; what lies before it is never made.
        found = list(itertools.islice((row for row in rows if matches(row, text)), wanted + 1))
        return found[::-1]

    def at_anchor(self, of: t.Callable[[float, float], t.Iterable[Row]], text: str | None, wish: Json) -> list[Row]:
        anchor = seconds(wish.get("anchorDate")) or self._railway.world.now()
        since, until = seconds(wish.get("beforeDate")) or 0.0, seconds(wish.get("afterDate")) or anchor
        before = self.last(of(since, anchor), text, wish.get("beforeLimit"))
        after = sorted((row for row in of(anchor, until) if row.at > anchor and matches(row, text)), key=lambda row: row.at)
        return before + after[: wish.get("afterLimit") or 0]

    def measured(self, measurement: str, it: Deployment | None, at: float) -> float:
        busy = 2.0 if it is not None and it.bad else 1.0
        wave = (int(at) // 60 % 10) / 100
        known = {"CPU_USAGE": 0.2, "MEMORY_USAGE_GB": 0.4, "NETWORK_RX_GB": 0.01, "NETWORK_TX_GB": 0.03, "DISK_USAGE_GB": 0.8}
        limits = {"CPU_LIMIT": 8.0, "MEMORY_LIMIT_GB": 8.0}
        return limits[measurement] if measurement in limits else round(known.get(measurement, 0.1) * busy + wave, 4)

    def http_steps(self, service: Service, environment: str, since: float, until: float, step: int, wish: Json) -> dict[int, list[Row]]:
        """Requests of a window by the beginning of their step."""
        if step < 1 or until <= since:
            raise RailwayError("Invalid time range", "BAD_USER_INPUT")
        steps: dict[int, list[Row]] = {}
        for it in self._railway.jobs.of_service(service.id, environment):
            for row in self.http_rows(it, since, until):
                if (
                    row.at >= until
                    or wish.get("path") not in (None, row.path)
                    or wish.get("method") not in (None, "GET")
                    or wish.get("statusCode") not in (None, row.status)
                ):
                    continue
                steps.setdefault(int(since + (row.at - since) // step * step), []).append(row)
        return dict(sorted(steps.items()))


def _age(row: Row) -> tuple[float, int]:
    return -row.at, -row.number


def newest_first(streams: t.Iterable[t.Iterable[Row]]) -> t.Iterator[Row]:
    return heapq.merge(*streams, key=_age)


def seconds(text: t.Any) -> float | None:
    """Seconds since the epoch; what is no time is refused."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(text))).timestamp()
    except ValueError:
        raise RailwayError(f"Invalid date: {text}", "BAD_USER_INPUT") from None


def percentile(values: list[int], share: float) -> float:
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])


# -- the filter language: words and "phrases", @name:value with comparisons and ranges, -, AND, OR
def matches(row: Row, text: str | None) -> bool:
    if not text:
        return True
    return any(all(_one(row, word) for word in _words(part)) for part in re.split(r"\s+OR\s+", text.strip()))


def _words(part: str) -> list[str]:
    return [word for word in re.findall(r'-?"[^"]*"|\S+', part) if word != "AND"]


def _one(row: Row, word: str) -> bool:
    if word.startswith("-"):
        return not _one(row, word[1:])
    found = _COMPARED.fullmatch(word)
    if found is None:
        return word.strip('"').lower() in row.message.lower()
    name, wanted = found[1], found[2]
    numbers = {"httpStatus": row.status, "totalDuration": row.ms}
    if name in numbers:
        return _number(numbers[name], wanted)
    known = {"level": row.severity, "service": row.deployment.service, "deployment": row.deployment.id, "path": row.path, "method": "GET"}
    return str(known.get(name, row.attributes.get(name, ""))) == wanted.strip('"')


def _number(value: int, wanted: str) -> bool:
    low, dots, high = wanted.partition("..")
    try:
        if dots:
            return float(low) <= value <= float(high)
        found = re.fullmatch(r"(>=|<=|>|<)?(\d+(?:\.\d+)?)", wanted)
        if found is None:
            raise ValueError(wanted)
        limit = float(found[2])
    except ValueError:
        raise RailwayError(f"Invalid filter: {wanted}", "BAD_USER_INPUT") from None
    return {">=": value >= limit, "<=": value <= limit, ">": value > limit, "<": value < limit}.get(found[1] or "", value == limit)

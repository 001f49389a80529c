# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What a report tells of a time: gathered from the ledger alone, so that it costs no vendor a request."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, wellness
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, findings, history, releases, schedules
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import report_parts
from ansible_collections.saasops.runbooks.plugins.plugin_utils.report_parts import Json, Key, key_of

DAY = 86400.0
# A morning looks back to the evening before, an evening to its morning, as far as the ledger knows when that was; a day at most.
PERIODS = {"morning": DAY, "evening": DAY, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}
SINCE_THE = {"morning": "evening", "evening": "morning"}
BAD = checks.BAD
# Kinds of journal entries that are news, and what they are called.
EVENTS = {"pinned": "rolled back", "unpinned": "rolled forward", "rotated": "secrets rotated"}
MOST_TRENDS, MOST_SLOW, MOST_SUGGESTED, MOST_POINTS = 20, 10, 10, 200
# Limits are suggested from so long a time, and only by the reports that look back over several days.
SUGGESTED_FROM = 30 * DAY


def begins(store: Store, period: str, at: float) -> float:
    """Since when a report of this period tells."""
    earliest = at - PERIODS[period]
    tag = SINCE_THE.get(period)
    runs = [row["started_at"] for row in schedules.rows(store, earliest) if tag in row["tags"] and row["started_at"] < at] if tag else []
    return max(runs, default=earliest)


def gather(store: Store, at: float, since: float, links: t.Mapping[str, t.Any], contacts: t.Mapping[str, t.Any]) -> Json:
    """All that is told; ``measured`` says of which sections anything is known at all. Times are seconds since the epoch."""
    seconds = at - since
    rows = history.rows(store, since - seconds)
    now = [row for row in rows if row["at"] > since and row["component"] + row["name"]]
    latest: dict[Key, Json] = {key_of(row): row for row in now}
    words = findings.reasons(store, since)
    told = {key: {**row, "reason": words.get(key, "")} for key, row in latest.items()}
    wholes = {key for key in told if key[0] == history.WHOLE}
    looked = [row for key, row in told.items() if key not in wholes or row["value"] is not None]
    trends = _trends(rows, since)
    kinds = findings.kinds(store, since - seconds)
    journal = [entry for entry in chain.entries(store) if entry["at"] > since]
    looks = {one: [row["at"] for row in rows if key_of(row) == (one, "log")] for one in {row["component"] for row in rows if row["name"] == "log"}}
    parts = {
        "backups": report_parts.backups(told),
        "certificates": report_parts.certificates(told),
        "windows": report_parts.windows(told, at),
        "releases": report_parts.deployments(store, rows, since),
        "incidents": report_parts.incidents(store, told, since),
        "databases": report_parts.databases(told),
        "slow": _slow(now),
        "logs": report_parts.week_over_week(kinds, looks, since),
        "usage": report_parts.usage(told, {(one["component"], one["name"]): one for one in trends}),
        "trends": sorted(trends, key=lambda one: -abs(one["change"] or 0))[:MOST_TRENDS],
        "suggested": _suggested(history.rows(store, at - SUGGESTED_FROM)) if seconds >= PERIODS["week"] else [],
    }
    names = {row["name"] for row in looked}
    measured = {name: bool(found) for name, found in parts.items()}
    # Of these, nothing can be told although somebody has looked.
    measured.update(bad=bool(looked), incidents=bool(looked or parts["incidents"]), logs=bool(looks) and any(max(ats) > since for ats in looks.values()))
    measured["releases"] = bool(parts["releases"]) or "release" in names
    bad = [row for row in checks.in_order(looked) if row["verdict"] in BAD]
    return {
        "at": at,
        "since": since,
        "verdict": checks.worst(looked) if looked else "inconclusive",
        "checks": len(looked),
        "measured": measured,
        "bad": [{**row, "times": sum(one["verdict"] in BAD for one in now if key_of(one) == key_of(row))} for row in bad],
        "runs": [{key: run[key] for key in ("tags", "started_at", "ended_at", "verdict", "items")} for run in _runs(store, since)],
        "events": _events(journal),
        "pins": [{key: pin[key] for key in ("component", "since", "reason")} for pin in releases.open_pins(store)],
        "links": {str(key): str(value) for key, value in links.items()},
        "contacts": {str(key): str(value) for key, value in contacts.items()},
        **parts,
    }


def _runs(store: Store, since: float) -> list[Json]:
    return [row for row in schedules.rows(store, since) if row["verdict"] != "installed"]


def _trends(rows: t.Sequence[Json], since: float) -> list[Json]:
    """Each number with its points, beside the average of as long a time before."""
    series: dict[Key, list[Json]] = collections.defaultdict(list)
    for row in rows:
        if row["value"] is not None and row["name"] not in report_parts.COUNTS_DOWN:
            series[key_of(row)].append(row)
    found = []
    for (component, name), points in sorted(series.items()):
        mine = [row for row in points if row["at"] > since]
        before = [row["value"] for row in points if row["at"] <= since]
        if not mine:
            continue
        step = max(1, len(mine) // MOST_POINTS)
        average = sum(row["value"] for row in mine) / len(mine)
        earlier = sum(before) / len(before) if before else None
        change = (average - earlier) / abs(earlier) if earlier else None
        kept = [[row["at"], row["value"]] for row in mine[::step]]
        told = {"component": component, "name": name, "unit": mine[-1]["unit"], "last": mine[-1]["value"], "average": average, "change": change, "points": kept}
        found.append(told)
    return found


def _slow(now: t.Sequence[Json]) -> list[Json]:
    """The slowest of what is measured in milliseconds, by the 95th percentile of the time."""
    series: dict[Key, list[float]] = collections.defaultdict(list)
    for row in now:
        if row["unit"] == "ms" and row["value"] is not None:
            series[key_of(row)].append(row["value"])
    ranked: list[Json] = [
        {"component": key[0], "name": key[1], "p95": sorted(values)[-(-95 * len(values) // 100) - 1], "samples": len(values)} for key, values in series.items()
    ]
    return sorted(ranked, key=lambda one: -float(one["p95"]))[:MOST_SLOW]


def _suggested(rows: t.Sequence[Json]) -> list[Json]:
    """Limits that would have been kept. Nobody sets them."""
    series: dict[tuple[str, str, str], list[float]] = collections.defaultdict(list)
    for row in rows:
        if row["unit"] in ("ms", "%") and row["value"] is not None:
            series[(row["component"], row["name"], row["unit"])].append(row["value"])
    made = [(component, wellness.suggest(name, unit, values)) for (component, name, unit), values in sorted(series.items())]
    return [{"component": component, **dataclasses.asdict(one)} for component, one in made if one][:MOST_SUGGESTED]


def _events(journal: t.Sequence[Json]) -> list[Json]:
    told = [
        {"at": one["at"], "what": EVENTS[one["kind"]], "component": str(one["data"].get("component", "")), "run": one["run"]}
        for one in journal
        if one["kind"] in EVENTS
    ]
    ended = [one for one in journal if one["kind"] == "verdict"]
    verdicts = [{"at": one["at"], "what": f"run ended: {one['data'].get('word', '')}", "component": "", "run": one["run"]} for one in ended]
    return sorted([*told, *verdicts], key=lambda one: float(one["at"]))

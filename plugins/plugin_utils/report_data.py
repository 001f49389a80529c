# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What a report tells of a time: gathered from the ledger alone, so that it costs no vendor a request."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, history, releases, schedules
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

PERIODS = {"day": 86400.0, "week": 7 * 86400.0, "month": 30 * 86400.0}
BAD = checks.BAD
# Kinds of journal entries that are news, and what they are called.
EVENTS = {"pinned": "rolled back", "unpinned": "rolled forward", "rotated": "secrets rotated"}
MOST_TRENDS, MOST_SLOW, MOST_POINTS = 20, 10, 200
Json = dict[str, t.Any]


def gather(store: Store, at: float, seconds: float, links: t.Mapping[str, t.Any], contacts: t.Mapping[str, t.Any]) -> Json:
    """``{at, since, verdict, checks, bad, trends, slow, runs, events, pins, people, links, contacts}``. Times are seconds since the epoch."""
    since = at - seconds
    rows = history.rows(store, since - seconds)
    now = [row for row in rows if row["at"] > since and row["component"] + row["name"]]
    latest: dict[tuple[str, str], Json] = {(row["component"], row["name"]): row for row in now}
    wholes = {(row["component"], row["name"]) for row in now if row["component"] == history.WHOLE}
    looked = [row for key, row in latest.items() if key not in wholes or row["value"] is not None]
    runs = [row for row in schedules.rows(store, since) if row["verdict"] not in ("installed",)]
    return {
        "at": at,
        "since": since,
        "verdict": checks.worst(looked) if looked else "inconclusive",
        "checks": len(looked),
        "bad": [
            {**row, "times": sum(one["verdict"] in BAD for one in now if _key(one) == _key(row))} for row in checks.in_order(looked) if row["verdict"] in BAD
        ],
        "trends": _trends(rows, since),
        "slow": _slow(now),
        "runs": [{key: run[key] for key in ("tags", "started_at", "ended_at", "verdict", "items")} for run in runs],
        "events": _events(store, since),
        "pins": [{key: pin[key] for key in ("component", "since", "reason")} for pin in releases.open_pins(store)],
        "links": {str(key): str(value) for key, value in links.items()},
        "contacts": {str(key): str(value) for key, value in contacts.items()},
    }


def _key(row: t.Mapping[str, t.Any]) -> tuple[str, str]:
    return row["component"], row["name"]


def _trends(rows: t.Sequence[Json], since: float) -> list[Json]:
    """Each number with its points, beside the average of as long a time before."""
    series: dict[tuple[str, str], list[Json]] = collections.defaultdict(list)
    for row in rows:
        if row["value"] is not None:
            series[_key(row)].append(row)
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
    return sorted(found, key=lambda one: -abs(one["change"] or 0))[:MOST_TRENDS]


def _slow(now: t.Sequence[Json]) -> list[Json]:
    """The slowest of what is measured in milliseconds, by the 95th percentile of the time."""
    series: dict[tuple[str, str], list[float]] = collections.defaultdict(list)
    for row in now:
        if row["unit"] == "ms" and row["value"] is not None:
            series[_key(row)].append(row["value"])
    ranked: list[Json] = [
        {"component": key[0], "name": key[1], "p95": sorted(values)[-(-95 * len(values) // 100) - 1], "samples": len(values)} for key, values in series.items()
    ]
    return sorted(ranked, key=lambda one: -float(one["p95"]))[:MOST_SLOW]


def _events(store: Store, since: float) -> list[Json]:
    found = [entry for entry in chain.entries(store) if entry["at"] > since]
    told = [
        {"at": one["at"], "what": EVENTS[one["kind"]], "component": str(one["data"].get("component", "")), "run": one["run"]}
        for one in found
        if one["kind"] in EVENTS
    ]
    verdicts = [
        {"at": one["at"], "what": f"run ended: {one['data'].get('word', '')}", "component": "", "run": one["run"]} for one in found if one["kind"] == "verdict"
    ]
    return sorted([*told, *verdicts], key=lambda one: float(one["at"]))

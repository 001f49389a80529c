# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The sections of a report that rest on what checks are called. What no check has told is not in them."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import admission
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import notifications, releases, remediations
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
Key = tuple[str, str]
Told = t.Mapping[Key, Json]
DAY, HOUR = 86400.0, 3600.0
# What gets less by itself with every day is no trend.
WINDOW = "rollback_window"
COUNTS_DOWN = (WINDOW, "token")
# Checks of a database that name something to be mended, and those that say how full it is.
FINDINGS = ("slow_queries", "unused_indexes", "missing_indexes", "bloat", "dead_rows", "transactions", "running_queries", "blocked", "wraparound")
FULL = ("connections", "database_size", "database_growth", "redis_memory", "redis_clients", "memory_percent")
MOST_KINDS = 10
# Notices of these severities are incidents.
SEVERE = ("warning", "error", "critical")


def key_of(row: t.Mapping[str, t.Any]) -> Key:
    return row["component"], row["name"]


def _named(told: Told, *beginnings: str) -> list[Json]:
    return [row for (_component, name), row in sorted(told.items()) if any(name == one or name.startswith((f"{one} ", f"{one}_")) for one in beginnings)]


def backups(told: Told) -> list[Json]:
    return [_row(row) for row in _named(told, "backup", "backups")]


def certificates(told: Told) -> list[Json]:
    """Each with the moment of its end; the one that ends first is first."""
    found = [{**_row(row), "ends_at": None if row["value"] is None else row["at"] + row["value"] * DAY} for row in _named(told, "certificate")]
    return sorted(found, key=lambda one: float(one["ends_at"] or 0))


def windows(told: Told, now: float) -> list[Json]:
    """Where each component could go back to, and until when; ``ends_at`` is None where the vendor tells no end."""
    found = []
    for (component, name), row in sorted(told.items()):
        if name != "rollback":
            continue
        left = told.get((component, WINDOW))
        # An end that an earlier look has told is that of another target.
        ends = left["at"] + left["value"] * HOUR if left and left["value"] is not None and left["at"] == row["at"] else None
        can = row["verdict"] == "pass" and (ends is None or ends > now)
        found.append({"component": component, "can": can, "target": row["text"] or "", "ends_at": ends, "at": row["at"], "reason": row["reason"]})
    return found


def _row(row: t.Mapping[str, t.Any]) -> Json:
    return {key: row[key] for key in ("component", "name", "verdict", "at", "value", "unit", "reason")}


def deployments(store: Store, rows: t.Sequence[Json], since: float) -> list[Json]:
    """What was seen to begin serving, and what was proved or marked bad, oldest first."""
    found: list[Json] = []
    serving: dict[str, str] = {}
    for row in rows:
        if row["name"] != "release" or not row["text"]:
            continue
        before = serving.get(row["component"])
        if before is not None and before != row["text"] and row["at"] > since:
            found.append({"at": row["at"], "component": row["component"], "deployment": row["text"], "what": "serves now"})
        serving[row["component"]] = row["text"]
    for one in releases.known(store):
        label = admission.label({**one, "id": one["deployment"]})
        for column, what in (("proved_at", "proved"), ("bad_at", "marked bad")):
            if one[column] and one[column] > since:
                found.append({"at": one[column], "component": one["component"], "deployment": label, "what": what})
    return sorted(found, key=lambda one: float(one["at"]))


def incidents(store: Store, told: Told, since: float) -> list[Json]:
    """What people were told of, restarts that were guarded, and what vendors have posted."""
    found: list[Json] = []
    for one in notifications.since(store, since):
        same = (one["title"], one["state"])
        if one["severity"] in SEVERE and same not in [(other["what"], other["state"]) for other in found]:
            found.append({"at": one["at"], "component": "", "what": one["title"], "state": one["state"]})
    restarts = remediations.since(store, since)
    found += [{"at": one["at"], "component": one["component"], "what": f"restart: {one['reason']}", "state": one["state"]} for one in restarts]
    posted = [row for (component, _name), row in told.items() if component == "vendors" and row["verdict"] != "pass"]
    found += [{"at": row["at"], "component": row["component"], "what": f"{row['name']}: {row['reason']}", "state": "posted"} for row in posted]
    return sorted(found, key=lambda one: float(one["at"]))


def databases(told: Told) -> list[Json]:
    """The newest findings of every database, the clean ones too: that somebody has looked and found none is worth knowing."""
    looked = {component for component, name in told if name == "reachable"}
    return [_row(row) for (component, name), row in sorted(told.items()) if component in looked and name in FINDINGS]


def usage(told: Told, trends: t.Mapping[Key, Json]) -> list[Json]:
    """How full everything is whose fullness is measured."""
    shares = [row for key, row in sorted(told.items()) if row["value"] is not None and (key[1] in FULL or row["unit"] == "%") and key[1] not in FINDINGS]
    return [{**_row(row), "change": (trends.get(key_of(row)) or {}).get("change")} for row in shares]


def week_over_week(kinds: t.Sequence[Json], looks: t.Mapping[str, t.Sequence[float]], since: float) -> list[Json]:
    """The most frequent kinds of lines, by their number in a look, beside as long a time before; ``change`` is None for what is new, or was not looked at."""
    counted: dict[Key, list[int]] = {}
    for one in kinds:
        counts = counted.setdefault((one["component"], one["fingerprint"]), [0, 0])
        counts[one["at"] > since] += one["count"]
    found: list[Json] = []
    for (component, fingerprint), (before, now) in counted.items():
        ats = looks.get(component, ())
        mine, theirs = sum(at > since for at in ats), sum(at <= since for at in ats)
        if not now or not mine:
            continue
        usual = before / theirs if theirs else None
        change = (now / mine - usual) / usual if usual else None
        word = "not looked at before" if usual is None else "new" if not usual else ""
        found.append({"component": component, "fingerprint": fingerprint, "count": now, "a_look": now / mine, "before": usual, "change": change, "word": word})
    return sorted(found, key=lambda one: (-float(one["a_look"]), one["fingerprint"]))[:MOST_KINDS]

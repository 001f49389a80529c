# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Sentry as a service that tells of errors: which issues are open, by type and urgency, how many errors there are, and whether they became fewer.

It has nothing to make, and nothing that could be held back.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring import Component, Found, Json, Service, moment, point, told
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check, worst
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import error_rate_info, issue_info, triage
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.client import connect

LEVELS = ("fatal", "error", "warning", "info", "debug", "sample", "unknown")
URGENCY = {"P0": "P0: fix it now", "P1": "P1: fix it within 24 h", "P2": "P2: plan it"}
MOST_ISSUES = 500
# Of more types than these only the number is told.
MOST_TYPES = 5
SLOTS = 24
# What is compared with the time before a moment, at most.
WIDEST = 3600.0
NARROWEST = 120.0


class Sentry(Service):
    NAME = "sentry"
    TITLE = "Sentry"
    MAKES = False
    ARGUMENTS: t.ClassVar[dict[str, dict[str, t.Any]]] = {
        "name": {"type": "str", "required": True},
        "query": {"type": "str", "default": "is:unresolved"},
        "since": {"type": "str", "default": "24h"},
        "projects": {"type": "list", "elements": "int"},
        "environments": {"type": "list", "elements": "str"},
        "fail_on": {"type": "list", "elements": "str", "choices": list(LEVELS), "default": ["fatal"]},
        "warn_on": {"type": "list", "elements": "str", "choices": list(LEVELS), "default": ["error"]},
        "errors": {"type": "dict", "options": {"warn": {"type": "int"}, "fail": {"type": "int"}}},
    }
    CONNECTION: t.ClassVar[dict[str, str]] = {"sentry_token": "token", "sentry_api_url": "api_url", "sentry_organization": "organization"}
    NEEDED = ("sentry_organization", "sentry_token")

    def __init__(self, task: Task, component: Component, declared: t.Sequence[Json]) -> None:
        super().__init__(task, component, declared)
        self.after = since(task.params["after"])
        self.client = connect(task, {**self.given(), "organization": task.params["sentry_organization"] or ""})

    @classmethod
    def wanted(cls, one: t.Mapping[str, t.Any]) -> Json:
        issue_info.period(one["since"], f"{one['name']}: since")
        return dict(one)

    def apply(self, mute: float | None) -> Found:
        return Found()

    def look(self) -> Found:
        found = Found()
        for fields in self.declared:
            asked = {**fields, "organization": self.task.params["sentry_organization"], "sort": "count", "start": None}
            found.triage += self._issues(found.checks, fields, asked)
            found.checks.append(self._errors(fields, asked))
            if self.after is not None:
                found.checks.append(self._compared(fields, asked, self.after))
        return found

    def _issues(self, checks: list[Check], fields: Json, asked: Json) -> list[Json]:
        when, length = issue_info.window(asked)
        issues, more = issue_info.listed(self.client, asked, when, MOST_ISSUES)
        name, within = fields["name"], told(length)
        if more:
            checks.append(check(f"{name} issues", self.name, "warn", f"more than {MOST_ISSUES} open issues in {within}: only these are told"))
        if not issues:
            checks.append(check(f"{name} issues", self.name, "pass", f"none in {within}", 0, "issues", brief=f"{name}: no open issue in {within}"))
            return []
        fresh = [one for one in issues if _at(one["first_seen"]) >= clock.now() - length]
        levels = {level: sum(one["level"] == level for one in fresh) for level in LEVELS}
        kinds = ", ".join(f"{count} {level}" for level, count in levels.items() if count)
        verdict = worst([{"verdict": self._verdict(fields, one["level"])} for one in fresh]) if fresh else "pass"
        reason = f"{len(fresh)} in {within} ({kinds}), such as {fresh[0]['short_id']}" if fresh else f"none in {within}"
        checks.append(check(f"{name} new issues", self.name, verdict, reason, len(fresh), "issues"))
        rows = triage.by_type(issues)
        checks += [self._row(fields, row, within) for row in rows[:MOST_TYPES]]
        rest = rows[MOST_TYPES:]
        if rest:
            verdict = worst([{"verdict": self._verdict(fields, row["level"])} for row in rest])
            reason = f"{len(rest)} more types of errors, {sum(row['events'] for row in rest)} events"
            checks.append(check(f"{name} others", self.name, verdict, reason, len(rest), "types"))
        return [{"monitor": name, **row} for row in rows]

    def _row(self, fields: Json, row: Json, within: str) -> Check:
        verdict = self._verdict(fields, row["level"])
        many = f"{row['issues']} issues" if row["issues"] > 1 else "1 issue"
        reason = f"{many}, {row['events']} events in {within}, {row['trend']}; {URGENCY[row['priority']]}; most frequent {row['most_frequent']}"
        brief = f"{fields['name']}: {row['type']} {row['priority']}, {row['events']} events, {row['trend']}"
        return check(f"{fields['name']} {row['type']}", self.name, verdict, reason, row["events"], "events", trend=row["trend"], brief=brief)

    @staticmethod
    def _verdict(fields: Json, level: str) -> str:
        return "fail" if level in fields["fail_on"] else "warn" if level in fields["warn_on"] else "pass"

    def _errors(self, fields: Json, asked: Json) -> Check:
        when, length = issue_info.window(asked)
        slot = max(60.0, length / SLOTS // 60 * 60)
        slots, _incomplete = error_rate_info.counted(self.client, {**asked, "query": ""}, when, slot)
        name, within = f"{fields['name']} count", told(length)
        if not slots:
            return check(name, self.name, "inconclusive", f"Sentry counted nothing in {within}, not even none")
        total, trend = sum(one["count"] for one in slots), triage.trend([one["count"] for one in slots])
        limits = {kind: limit for kind, limit in (fields["errors"] or {}).items() if limit is not None}
        broken = next((kind for kind in ("fail", "warn") if kind in limits and total > limits[kind]), None)
        reason = f"{total} errors in {within}, {trend}" + (f" (limit {limits[broken]})" if broken else "")
        verdict = broken or ("warn" if trend == "spike" else "pass")
        return check(name, self.name, verdict, reason, total, "errors", str(limits.get(broken or "fail", "")), trend=trend, brief=f"{fields['name']}: {reason}")

    def _compared(self, fields: Json, asked: Json, at: float) -> Check:
        name = f"{fields['name']} after {moment(at)}"
        width = min(WIDEST, clock.now() - at)
        if width < NARROWEST:
            return check(name, self.name, "inconclusive", "too early to tell: ask again in some minutes")
        window = issue_info.between(at - width, clock.now())
        slots, _incomplete = error_rate_info.counted(self.client, {**asked, "query": ""}, window, 60.0)
        found = error_rate_info.compared(slots, 60.0, at)
        before, after = found["before_per_minute"], found["after_per_minute"]
        if before is None or after is None:
            return check(name, self.name, "inconclusive", "Sentry has no counts on both sides of that moment")
        reason = f"{after:.1f} errors in a minute, {before:.1f} before"
        if found["decreased"] or after == 0:
            return check(name, self.name, "pass", reason, after, "errors/min", brief=f"{name}: {reason}")
        return check(name, self.name, "fail", f"{reason}: they have not become fewer", after, "errors/min")


def since(text: str | None) -> float | None:
    """The moment that ``after`` names: a time, or how long ago."""
    if text in (None, ""):
        return None
    at = point(str(text), "after")
    at = clock.now() - durations.seconds(text, "after") if at is None else at
    if at > clock.now():
        raise Failure("invalid", f"after is {plain(text, 60)!r}, which is to come", "Give after as a time that is over, or as how long ago, such as 15m")
    return at


def _at(text: str) -> float:
    """A moment of Sentry's in seconds; one that is none is long ago."""
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0

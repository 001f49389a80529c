# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Datadog as a service of monitors. Each monitor carries a tag of its component, by which it is held back, and found when it is not declared any more."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import monitoring
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring import Json, Monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import downtime, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.monitor import MONITOR_ARGUMENTS, ensure

# What a status means for whoever relies on the monitor. No data is never well.
STATUSES = {"OK": "pass", "Warn": "warn", "Alert": "fail"}
MOST_GROUPS = 3


class Datadog(Monitors):
    NAME = "datadog"
    TITLE = "Datadog"
    ARGUMENTS = MONITOR_ARGUMENTS
    CONNECTION: t.ClassVar[dict[str, str]] = {f"datadog_{name}": name for name in ("api_key", "app_key", "site", "api_url")}
    NEEDED = ("datadog_api_key", "datadog_app_key")

    def __init__(self, task: Task, component: monitoring.Component, declared: t.Sequence[Json]) -> None:
        super().__init__(task, component, declared)
        self.client = connect(task, self.given())
        self.tag = f"saasops:{monitoring.key(component)}".lower()

    @classmethod
    def wanted(cls, one: t.Mapping[str, t.Any]) -> Json:
        return monitors.wanted(one)

    def _fields(self, monitor: Json | None, fields: Json) -> Json:
        """With the tag of the component; where the inventory says nothing of tags, those that are there stay."""
        tags = fields["tags"] if "tags" in fields else monitor["tags"] if monitor else []
        return {**fields, "tags": sorted({*tags, self.tag})}

    def every(self) -> list[Json]:
        return monitors.every(self.client)

    def find(self, known: t.Sequence[Json], fields: Json) -> Json | None:
        return monitors.find(known, fields, self.tag)

    def ensure(self, before: Json | None, fields: Json) -> Json:
        return ensure(self.client, before, self._fields(before, fields), self.task.check_mode)

    def differing(self, monitor: Json, fields: Json) -> list[str]:
        return monitors.differing(monitor, self._fields(monitor, fields))

    def managed(self, monitor: Json, fields: Json) -> Json:
        return monitors.managed(monitor, {**fields, "tags": []})

    def strays(self, known: t.Sequence[Json], found: t.Sequence[Json]) -> list[Json]:
        ids = {one["id"] for one in found}
        return [one for one in known if self.tag in one["tags"] and one["id"] not in ids]

    def hold(self, seconds: float, monitors: t.Sequence[Json]) -> Json | None:
        return downtime.hold(self.client, monitoring.window_name(self.component), seconds, {"monitor_tags": [self.tag]})

    def windows(self, monitors: t.Sequence[Json]) -> list[Json]:
        own = monitoring.window_name(self.component)
        held = [one for one in downtime.every(self.client) if any(downtime.holds(one, monitor) for monitor in monitors)]
        return [{**one, "own": one["name"] == own} for one in held]

    def said(self, monitor: Json, fields: Json) -> tuple[str, str]:
        verdict = STATUSES.get(monitor["status"], "inconclusive")
        reason = monitor["status"] or "unknown"
        if verdict == "fail":
            more = len(monitor["alerting"]) - MOST_GROUPS
            groups = ", ".join([*monitor["alerting"][:MOST_GROUPS], *([f"{more} more"] if more > 0 else [])])
            since = f" for {monitoring.told(clock.now() - monitor['alerting_since'])}" if monitor["alerting_since"] is not None else ""
            reason = f"alerts{since}{f' ({groups})' if groups else ''}"
        if monitor["draft"]:
            return (verdict if verdict == "fail" else "warn"), f"{reason}; it is a draft: nobody would be told"
        return verdict, reason

    def limit(self) -> str:
        return "OK"

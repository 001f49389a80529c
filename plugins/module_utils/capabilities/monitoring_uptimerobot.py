# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""UptimeRobot as a service of monitors."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import monitoring
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring import Json, Monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import maintenance_window, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.monitor import MONITOR_ARGUMENTS, ensure

# What a status means for whoever relies on the monitor.
STATUSES = {"UP": "pass", "STARTED": "pass", "DOWN": "fail", "LOOKS_DOWN": "warn", "PAUSED": "warn"}


class UptimeRobot(Monitors):
    NAME = "uptimerobot"
    TITLE = "UptimeRobot"
    ARGUMENTS = MONITOR_ARGUMENTS
    CONNECTION: t.ClassVar[dict[str, str]] = {"uptimerobot_api_key": "api_key", "uptimerobot_api_url": "api_url"}
    NEEDED = ("uptimerobot_api_key",)

    def __init__(self, task: Task, component: monitoring.Component, declared: t.Sequence[Json]) -> None:
        super().__init__(task, component, declared)
        self.client = connect(task, self.given())
        self.zone = task.params["uptimerobot_zone"]

    @classmethod
    def wanted(cls, one: t.Mapping[str, t.Any]) -> Json:
        return {**monitors.wanted(one), **({} if one["paused"] is None else {"paused": one["paused"]})}

    def every(self) -> list[Json]:
        return monitors.every(self.client)

    def find(self, known: t.Sequence[Json], fields: Json) -> Json | None:
        return monitors.find(known, fields)

    def ensure(self, before: Json | None, fields: Json) -> Json:
        return ensure(self.client, before, {name: value for name, value in fields.items() if name != "paused"}, fields.get("paused"))

    def differing(self, monitor: Json, fields: Json) -> list[str]:
        return monitors.differing(monitor, fields)

    def managed(self, monitor: Json, fields: Json) -> Json:
        return {name: monitor[name] for name in [*fields, "paused"]}

    def hold(self, seconds: float, monitors: t.Sequence[Json]) -> Json | None:
        name = monitoring.window_name(self.component)
        if not seconds:
            maintenance_window.close(self.client, name, self.zone)
            return None
        ids = [one["id"] for one in monitors if isinstance(one["id"], int)]
        return maintenance_window.open_for(self.client, name, seconds, ids, self.zone)

    def windows(self, monitors: t.Sequence[Json]) -> list[Json]:
        window = maintenance_window.named(self.client, monitoring.window_name(self.component), self.zone)
        return [{**window, "own": True}] if window is not None and window["open"] else []

    def said(self, monitor: Json, fields: Json) -> tuple[str, str]:
        verdict = STATUSES.get(monitor["status"], "inconclusive")
        since = f" for {monitoring.told(monitor['in_state_for'])}" if monitor["in_state_for"] is not None else ""
        reason = f"{monitor['status'].lower().replace('_', ' ') or 'unknown'}{since}"
        if monitor["paused"]:
            return ("pass", f"{reason}, as declared") if fields.get("paused") else ("warn", f"{reason}: nobody would be told")
        if verdict == "fail" and monitor["last_incident"]:
            return verdict, f"{reason} ({monitor['last_incident']['reason']})"
        return verdict, reason

    def limit(self) -> str:
        return "UP"

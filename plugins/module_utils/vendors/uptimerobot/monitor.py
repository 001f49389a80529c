# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules uptimerobot_monitor and uptimerobot_monitor_info do; their documentation tells options and results."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, not_there
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import monitors, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import VENDOR, connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.monitors import Monitor

STATUSES = ("up", "down", "looks_down", "paused", "started")
# Options of uptimerobot_monitor beside those of every module; a monitor of an inventory is declared by the same.
MONITOR_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": list(monitors.TYPES)},
    "url": {"type": "str"},
    "interval": {"type": "str"},
    "timeout": {"type": "str"},
    "grace": {"type": "str"},
    "port": {"type": "int"},
    "keyword": {"type": "str", "no_log": False},
    "alert_when": {"type": "str", "choices": list(monitors.ALERTS)},
    "keyword_case": {"type": "bool", "no_log": False},
    "method": {"type": "str", "choices": list(monitors.METHODS)},
    "success_codes": {"type": "list", "elements": "str"},
    "follow_redirects": {"type": "bool"},
    "check_certificate": {"type": "bool"},
    "certificate_reminder": {"type": "bool"},
    "domain_reminder": {"type": "bool"},
    "tags": {"type": "list", "elements": "str"},
    "alert_contacts": {
        "type": "list",
        "elements": "dict",
        "options": {
            "id": {"type": "int", "required": True},
            "threshold": {"type": "int", "default": 0},
            "recurrence": {"type": "int", "default": 0},
        },
    },
    "paused": {"type": "bool"},
}


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    fields = monitors.wanted(params)
    client = connect(task, params)
    before = monitors.find(monitors.every(client), fields)
    if params["state"] == "absent":
        after: Monitor | None = None
        if before is not None:
            _delete(client, before)
    else:
        after = ensure(client, before, fields, params["paused"])
    return {"changed": bool(task.gate.changes), "monitor": after, "diff": {"before": _managed(before, fields), "after": _managed(after, fields)}}


def ensure(client: Client, before: Monitor | None, fields: Monitor, paused: bool | None) -> Monitor:
    """The monitor as it then is. Made at most once, also when its answer was lost."""
    after = _create(client, fields) if before is None else _update(client, before, fields)
    if paused is not None and paused != after["paused"]:
        after = _pause(client, after, paused)
    return after


def _create(client: Client, fields: Monitor) -> Monitor:
    kind = fields.get("type") or monitors.DEFAULTS["type"]
    needed = {"http": ("url",), "keyword": ("url", "keyword", "alert_when"), "ping": ("url",), "port": ("url", "port"), "heartbeat": ()}[kind]
    missing = [name for name in needed if name not in fields]
    if missing:
        raise Failure("invalid", f"there is no monitor {fields['name']!r}, and a new one needs {', '.join(missing)}", "Add them to the task", VENDOR)
    defaults = {name: value for name, value in monitors.DEFAULTS.items() if name != "timeout" or kind != "heartbeat"}
    if kind == "keyword":
        defaults["keyword_case"] = False
    whole = {**defaults, **fields}

    def look() -> dict[str, t.Any] | None:
        found = monitors.find(monitors.every(client), fields)
        return {"seen": found} if found is not None else None

    answer = client.change(operations.CREATE_MONITOR, fields["name"], body=monitors.sent(whole, makes=True), look=look)
    if planned(answer):
        nothing = monitors.parse({"id": 0, "friendlyName": fields["name"], "type": kind, "status": "PENDING"})
        return {**nothing, **whole, "id": KnownAfter(operations.CREATE_MONITOR.name)}
    return _kept(answer.get("seen") or monitors.parse(answer, operations.CREATE_MONITOR), fields)


def _update(client: Client, before: Monitor, fields: Monitor) -> Monitor:
    differing = {name: fields[name] for name in monitors.differing(before, fields)}
    if not differing:
        return before

    def look() -> dict[str, t.Any] | None:
        found = _by_id(client, before["id"])
        return {"seen": found} if found is not None and not monitors.differing(found, fields) else None

    answer = client.change(operations.UPDATE_MONITOR, before["name"], path={"id": before["id"]}, body=monitors.sent(differing, makes=False), look=look)
    if planned(answer):
        return {**before, **differing}
    return _kept(answer.get("seen") or monitors.parse(answer, operations.UPDATE_MONITOR), fields)


def _kept(after: Monitor, fields: Monitor) -> Monitor:
    """What UptimeRobot took and did not keep would be sent again for ever."""
    lost = monitors.differing(after, fields)
    if lost:
        raise Failure(
            "plan",
            f"UptimeRobot took the monitor {fields['name']!r} and did not keep: {', '.join(lost)}",
            "The plan of this account may not include it, such as thresholds of alert contacts or a short interval. Leave it out, or change the plan",
            VENDOR,
            maybe_sent=True,
        )
    return after


def _pause(client: Client, monitor: Monitor, paused: bool) -> Monitor:
    operation = operations.PAUSE_MONITOR if paused else operations.START_MONITOR
    if isinstance(monitor["id"], dict):
        # Of one that is only planned, by the name that it will have.
        client.change(operation, monitor["name"], stands_for=monitor["name"])
        return {**monitor, "paused": paused}

    def look() -> dict[str, t.Any] | None:
        found = _by_id(client, monitor["id"])
        return {} if found is not None and found["paused"] == paused else None

    # An empty object: without a body that is said to be JSON the request is not accepted.
    client.change(operation, monitor["name"], path={"id": monitor["id"]}, body={}, look=look, stands_for=monitor["name"])
    return {**monitor, "paused": paused, "status": "PAUSED" if paused else "STARTED"}


def _delete(client: Client, monitor: Monitor) -> None:
    def look() -> dict[str, t.Any] | None:
        return {} if _by_id(client, monitor["id"]) is None else None

    client.change(operations.DELETE_MONITOR, monitor["name"], path={"id": monitor["id"]}, look=look)


def _by_id(client: Client, identity: t.Any) -> Monitor | None:
    return next((one for one in monitors.every(client) if one["id"] == identity), None)


def _managed(monitor: Monitor | None, fields: Monitor) -> dict[str, t.Any]:
    return {} if monitor is None else {name: monitor[name] for name in (*fields, "paused")}


def execute_info(task: Task) -> dict[str, t.Any]:
    params = task.params
    found = monitors.every(connect(task, params))
    names = params["names"] or []
    missing = sorted(set(names) - {one["name"] for one in found})
    if missing:
        raise not_there("monitor", plain(missing[0], 200), (one["name"] for one in found), "uptimerobot_monitor_info without names lists all", VENDOR)
    wanted = {word.upper() for word in params["status"] or []}
    chosen = [
        one
        for one in found
        if (not names or one["name"] in names) and (not wanted or one["status"] in wanted) and (not params["tags"] or set(params["tags"]) & set(one["tags"]))
    ]
    return {"monitors": chosen, "counts": {status: sum(one["status"] == status for one in chosen) for status in sorted({one["status"] for one in chosen})}}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules datadog_monitor and datadog_monitor_info do; their documentation tells options and results."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, not_there
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import downtime, monitors, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import VENDOR, connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.monitors import Monitor

OFF = "off"
# Options of datadog_monitor beside those of every module; a monitor of an inventory is declared by the same.
MONITOR_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": list(monitors.TYPES)},
    "query": {"type": "str"},
    "notification_message": {"type": "str"},
    "priority": {"type": "int"},
    "tags": {"type": "list", "elements": "str"},
    "thresholds": {"type": "dict", "options": {name: {"type": "float"} for name in monitors.THRESHOLDS}},
    **{name: {"type": "bool"} for name in monitors.FLAGS},
    **{name: {"type": "str"} for name in monitors.LENGTHS},
    "on_missing_data": {"type": "str", "choices": list(monitors.MISSING)},
    "escalation_message": {"type": "str"},
}


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    fields = monitors.wanted(params)
    mute = None if params["mute"] is None else 0.0 if params["mute"] == OFF else downtime.length(params["mute"], "mute")
    client = connect(task, params)
    before = monitors.find(monitors.every(client), fields)
    after: Monitor | None = None
    held: downtime.Downtime | None = None
    if params["state"] == "absent":
        if before is not None:
            _delete(client, before)
    else:
        after = ensure(client, before, fields, task.check_mode)
        if mute is not None:
            held = downtime.hold(client, f"{fields['name']} (saasops)", mute, {"monitor_id": after["id"]})
    diff = {"before": monitors.managed(before, fields), "after": monitors.managed(after, fields)}
    return {"changed": bool(task.gate.changes), "monitor": monitors.shown(after), "downtime": held, "diff": diff}


def ensure(client: Client, before: Monitor | None, fields: Monitor, check_mode: bool) -> Monitor:
    """The monitor as it then is. Made at most once, also when its answer was lost. A plan asks Datadog whether it would be taken."""
    return _create(client, fields, check_mode) if before is None else _update(client, before, fields, check_mode)


def _create(client: Client, fields: Monitor, check_mode: bool) -> Monitor:
    missing = [name for name in ("type", "query") if name not in fields]
    if missing:
        raise Failure("invalid", f"there is no monitor {fields['name']!r}, and a new one needs {', '.join(missing)}", "Add them to the task", VENDOR)
    body = monitors.sent(fields)
    if check_mode:
        client.call(operations.VALIDATE_MONITOR, body=body)

    def look() -> dict[str, t.Any] | None:
        found = monitors.find(monitors.every(client), fields)
        return {"seen": found} if found is not None else None

    answer = client.change(operations.CREATE_MONITOR, fields["name"], body=body, look=look)
    if planned(answer):
        nothing = monitors.parse({"id": 0, "name": fields["name"], "type": fields["type"], "query": fields["query"], "options": {}})
        return {**nothing, **fields, "id": KnownAfter(operations.CREATE_MONITOR.name)}
    return _kept(answer.get("seen") or monitors.parse(answer, operations.CREATE_MONITOR), fields)


def _update(client: Client, before: Monitor, fields: Monitor, check_mode: bool) -> Monitor:
    names = monitors.differing(before, fields)
    if not names:
        return before
    if "type" in names:
        message = f"the type of {fields['name']!r} is {before['type']!r} and cannot become {fields['type']!r}"
        raise Failure("invalid", message, "Give it another name, or delete it first: state: absent", VENDOR)
    wanted = {name: fields[name] for name in names}
    body = monitors.sent(wanted, before)
    if check_mode:
        whole = {**monitors.sent({name: before[name] for name in monitors.TOP}), "options": before["_options"], **body}
        client.call(operations.VALIDATE_EXISTING_MONITOR, path={"monitor_id": before["id"]}, body=whole)

    def look() -> dict[str, t.Any] | None:
        found = next((one for one in monitors.every(client) if one["id"] == before["id"]), None)
        return {"seen": found} if found is not None and not monitors.differing(found, fields) else None

    answer = client.change(operations.UPDATE_MONITOR, before["name"], path={"monitor_id": before["id"]}, body=body, look=look)
    if planned(answer):
        merged = {"thresholds": {**before["thresholds"], **wanted["thresholds"]}} if "thresholds" in wanted else {}
        return {**before, **wanted, **merged}
    return _kept(answer.get("seen") or monitors.parse(answer, operations.UPDATE_MONITOR), fields)


def _kept(after: Monitor, fields: Monitor) -> Monitor:
    """What Datadog took and did not keep would be sent again for ever."""
    lost = monitors.differing(after, fields)
    if lost:
        message = f"Datadog took the monitor {fields['name']!r} and did not keep: {', '.join(lost)}"
        raise Failure("failed", message, "Leave it out, or look at the monitor in Datadog: this type of monitor may not have it", VENDOR, maybe_sent=True)
    return after


def _delete(client: Client, monitor: Monitor) -> None:
    def look() -> dict[str, t.Any] | None:
        return {} if all(one["id"] != monitor["id"] for one in monitors.every(client)) else None

    client.change(operations.DELETE_MONITOR, monitor["name"], path={"monitor_id": monitor["id"]}, look=look)


def execute_info(task: Task) -> dict[str, t.Any]:
    params = task.params
    found = monitors.every(connect(task, params))
    names = params["names"] or []
    missing = sorted(set(names) - {one["name"] for one in found})
    if missing:
        raise not_there("monitor", plain(missing[0], 200), (one["name"] for one in found), "datadog_monitor_info without names lists all", VENDOR)
    tags = {tag.lower() for tag in params["tags"] or []}
    chosen = [
        monitors.shown(one)
        for one in found
        if (not names or one["name"] in names) and (not params["status"] or one["status"] in params["status"]) and tags <= set(one["tags"])
    ]
    kinds = sorted({one["status"] for one in chosen if one})
    return {"monitors": chosen, "counts": {status: sum(one["status"] == status for one in chosen if one) for status in kinds}}

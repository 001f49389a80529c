# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module uptimerobot_maintenance_window does; its documentation tells options and result.

Vendor facts (UptimeRobot's OpenAPI document): a window has a date and a time without a zone, and lasts whole minutes. No call tells the zone of the
account, so whoever asks has to say it. A window whose time is over stays in the list.
"""

from __future__ import annotations

import datetime
import html
import math
import re
import typing as t
import zoneinfo

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import monitors, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import VENDOR, connect, listed, malformed

Window = dict[str, t.Any]
FIELDS = {"name": "name", "repeat": "interval", "date": "date", "time": "time", "duration": "duration", "days": "days", "monitor_ids": "monitorIds"}
REPEATS = ("once", "daily", "weekly", "monthly")
NOW = "now"
LONGEST = 7 * 86400.0
# A window that is open and lasts nearly as long as is wanted from now on is the one that is wanted.
NEARLY = 0.1
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    zone = _zone(params["zone"])
    fields = _wanted(params, zone) if params["state"] == "present" else {"name": params["name"]}
    client = connect(task, params)
    before = find(every(client, zone), params["name"])
    if params["state"] == "absent":
        if before is not None:
            delete(client, before, zone)
        after: Window | None = None
    else:
        if params["monitors"] is not None:
            fields["monitor_ids"] = _ids(client, params["monitors"])
        after = ensure(client, before, fields, zone)
    return {"changed": bool(task.gate.changes), "maintenance_window": after, "diff": {"before": _managed(before, fields), "after": _managed(after, fields)}}


def open_for(client: Client, name: str, seconds: float, monitor_ids: t.Sequence[int], zone_name: str | None) -> Window:
    """One window of this name, from now on, which ends by itself."""
    zone = _zone(zone_name)
    fields = _wanted({"name": name, "repeat": "once", "start": NOW, "duration": f"{seconds}s"}, zone)
    fields["monitor_ids"] = sorted(monitor_ids)
    return ensure(client, find(every(client, zone), name), fields, zone)


def named(client: Client, name: str, zone_name: str | None) -> Window | None:
    return find(every(client, _zone(zone_name)), name)


def close(client: Client, name: str, zone_name: str | None) -> None:
    zone = _zone(zone_name)
    found = find(every(client, zone), name)
    if found is not None:
        delete(client, found, zone)


def _zone(name: str | None) -> datetime.tzinfo:
    try:
        return datetime.UTC if name in (None, "", "UTC") else zoneinfo.ZoneInfo(str(name))
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise Failure("invalid", f"zone is {plain(name, 60)!r}", "Give the zone of the UptimeRobot account, such as UTC or Europe/Berlin", VENDOR) from error


def _wanted(params: t.Mapping[str, t.Any], zone: datetime.tzinfo) -> Window:
    name, repeat = params["name"], params.get("repeat") or "once"
    if not 3 <= len(name.strip()) <= 255 or not name.isprintable():
        raise _invalid(f"name is {plain(name, 80)!r}", "Give a name of 3 to 255 printable characters")
    fields: Window = {"name": name, "repeat": repeat}
    duration = durations.seconds(params["duration"], "duration") if params.get("duration") is not None else None
    if duration is not None:
        if not 60 <= duration <= LONGEST:
            raise _invalid(f"duration is {duration:g}", "Give duration from 1m to 7d: whoever forgets a window must be told again some day")
        fields["duration"] = math.ceil(duration / 60) * 60.0
    if repeat == "once" and params.get("start"):
        starts = _moment(params["start"], zone)
        fields |= {"date": starts.strftime("%Y-%m-%d"), "time": starts.strftime("%H:%M:00"), "starts_at": starts.timestamp(), "now": params["start"] == NOW}
    elif params.get("start"):
        raise _invalid("start has no meaning for a window that comes again", "Give time, and days for weekly and monthly")
    if params.get("time"):
        if repeat == "once" or not _TIME.fullmatch(params["time"]):
            raise _invalid(f"time is {plain(params['time'], 40)!r}", "Give time as HH:MM for a window that comes again, or start for one that does not")
        fields["time"] = params["time"] if params["time"].count(":") == 2 else f"{params['time']}:00"
    if params.get("days") is not None:
        least, most = {"weekly": (1, 7), "monthly": (-1, 31)}.get(repeat, (1, 0))
        if any(not least <= day <= most or day == 0 for day in params["days"]):
            raise _invalid(f"days are {params['days']}", "Give 1 (Monday) to 7 for weekly, and 1 to 31 or -1 (the last) for monthly")
        fields["days"] = sorted(params["days"])
    if params.get("all_monitors") is not None:
        fields["all_monitors"] = params["all_monitors"]
    return fields


def _moment(text: str, zone: datetime.tzinfo) -> datetime.datetime:
    if text == NOW:
        return datetime.datetime.fromtimestamp(clock.now() // 60 * 60, zone)
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise _invalid(f"start is {plain(text, 60)!r}", "Give now, or a time such as 2026-11-21T14:00:00Z") from error
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(zone)


def _ids(client: Client, wanted: t.Sequence[str]) -> list[int]:
    found = monitors.every(client)
    ids = []
    for text in wanted:
        fitting = [one["id"] for one in found if text in (one["name"], str(one["id"]))]
        if not fitting:
            hint = "uptimerobot_monitor_info lists all"
            raise Failure("not_found", f"there is no monitor {plain(text, 200)!r}", hint, VENDOR)
        ids += fitting
    return sorted(set(ids))


def every(client: Client, zone: datetime.tzinfo) -> list[Window]:
    return [parse(raw, zone) for raw in listed(client, operations.LIST_WINDOWS)]


def parse(raw: t.Mapping[str, t.Any], zone: datetime.tzinfo, operation: Operation = operations.LIST_WINDOWS) -> Window:
    try:
        date, time = (plain(raw["date"], 40)[:10] if raw.get("date") else None), plain(raw["time"], 20)
        seconds = float(raw["duration"]) * 60
        starts = datetime.datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone).timestamp() if date and raw["interval"] == "once" else None
        return {
            "id": int(raw["id"]),
            "name": plain(html.unescape(str(raw["name"])), 300),
            "repeat": plain(raw["interval"], 40),
            "date": date,
            "time": time,
            "duration": seconds,
            "days": sorted(int(day) for day in raw.get("days") or []),
            "monitor_ids": sorted(int(one) for one in raw.get("monitorIds") or []),
            "all_monitors": raw.get("autoAddMonitors") is True,
            "status": plain(raw["status"], 40),
            "starts_at": starts,
            "ends_at": starts + seconds if starts is not None else None,
            "open": starts <= clock.now() < starts + seconds and raw["status"] == "active" if starts is not None else None,
        }
    except UNREADABLE as error:
        raise malformed("maintenance window", operation) from error


def find(windows: t.Sequence[Window], name: str) -> Window | None:
    found = [one for one in windows if one["name"] == name]
    if len(found) > 1:
        ids = ", ".join(str(one["id"]) for one in found)
        message = f"{len(found)} maintenance windows are named {plain(name, 200)!r}: {ids}"
        raise Failure("invalid", message, "Delete all but one in the dashboard", VENDOR, code="two_of_a_name")
    return found[0] if found else None


def ensure(client: Client, before: Window | None, fields: Window, zone: datetime.tzinfo) -> Window:
    if before is None:
        return _create(client, fields, zone)
    differing = _differing(before, fields)
    if not differing and before["status"] == "active":
        return before
    if "all_monitors" in differing:
        raise _invalid(f"all_monitors of {fields['name']!r} cannot be changed any more", "Delete the window first: state: absent")
    body = {**_body(differing), **({"status": "active"} if before["status"] != "active" else {})}

    def look() -> dict[str, t.Any] | None:
        found = find(every(client, zone), fields["name"])
        return {"seen": found} if found is not None and not _differing(found, fields) and found["status"] == "active" else None

    answer = client.change(operations.UPDATE_WINDOW, fields["name"], path={"id": before["id"]}, body=body, look=look)
    if planned(answer):
        return _planned({**before, **differing, "status": "active"}, fields)
    return _kept(answer.get("seen") or parse(answer, zone, operations.UPDATE_WINDOW), fields)


def _differing(window: Window, fields: Window) -> Window:
    """What of the wanted is not so. A window from now on is the same when it is open, and lasts nearly as long."""
    differing = {name: value for name, value in fields.items() if name not in ("now", "starts_at") and window[name] != value}
    if fields.get("now") and window["open"] and window["ends_at"] >= fields["starts_at"] + fields.get("duration", 0.0) * (1 - NEARLY):
        differing = {name: value for name, value in differing.items() if name not in ("date", "time", "duration")}
    return differing


def _body(fields: Window) -> dict[str, t.Any]:
    body = {sent: fields[name] for name, sent in FIELDS.items() if name in fields}
    return {**body, **({"duration": int(fields["duration"] // 60)} if "duration" in fields else {})}


def _create(client: Client, fields: Window, zone: datetime.tzinfo) -> Window:
    again = fields["repeat"] != "once"
    missing = [name for name in ("duration", "time" if again else "start") if (name if name != "start" else "date") not in fields]
    if fields["repeat"] in ("weekly", "monthly") and "days" not in fields:
        missing.append("days")
    if missing:
        raise _invalid(f"there is no maintenance window {fields['name']!r}, and a new one needs {', '.join(missing)}", "Add them to the task")
    first = datetime.datetime.fromtimestamp(clock.now(), zone).strftime("%Y-%m-%d")
    body = {"date": first, **_body(fields), "autoAddMonitors": bool(fields.get("all_monitors"))}

    def look() -> dict[str, t.Any] | None:
        found = find(every(client, zone), fields["name"])
        return {"seen": found} if found is not None else None

    # The day on which a window that comes again is made says nothing of it.
    answer = client.change(operations.CREATE_WINDOW, fields["name"], body=body, look=look, stands_for={**body, "date": fields.get("date")})
    if planned(answer):
        nothing: Window = dict.fromkeys(("date", "time", "duration", "starts_at", "ends_at", "open"))
        return _planned({**nothing, "days": [], "monitor_ids": [], "all_monitors": False, "status": "active"}, fields)
    return _kept(answer.get("seen") or parse(answer, zone, operations.CREATE_WINDOW), fields)


def _planned(window: Window, fields: Window) -> Window:
    known = {name: value for name, value in fields.items() if name != "now"}
    ends = {"ends_at": fields["starts_at"] + fields["duration"]} if {"starts_at", "duration"} <= set(fields) else {}
    return {"id": KnownAfter(operations.CREATE_WINDOW.name), **window, **known, **ends}


def _kept(after: Window, fields: Window) -> Window:
    lost = _differing(after, fields)
    if lost:
        hint = "Look at the window in the dashboard: alerts may go out, or be held back"
        raise Failure("failed", f"UptimeRobot took {fields['name']!r} and did not keep: {', '.join(lost)}", hint, VENDOR, maybe_sent=True)
    return after


def delete(client: Client, window: Window, zone: datetime.tzinfo) -> None:
    def look() -> dict[str, t.Any] | None:
        return {} if all(one["id"] != window["id"] for one in every(client, zone)) else None

    client.change(operations.DELETE_WINDOW, window["name"], path={"id": window["id"]}, look=look)


def _managed(window: Window | None, fields: Window) -> dict[str, t.Any]:
    return {} if window is None else {name: window[name] for name in fields if name not in ("now", "starts_at")}


def _invalid(message: str, hint: str) -> Failure:
    return Failure("invalid", message, hint, VENDOR)

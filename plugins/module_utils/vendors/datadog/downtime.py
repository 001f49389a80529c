# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module datadog_downtime does; its documentation tells options and result.

Vendor facts (Datadog's own client for Python): a downtime has no name, so its name is kept as its message. One that is over or cancelled is listed
for two days more, and never opens again. Without a schedule it never ends, which is why none is made here without an end.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, not_there
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import monitors, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import VENDOR, connect, malformed, walked

Downtime = dict[str, t.Any]
LARGEST_PAGE = 100
NOW = "now"
SHORTEST, LONGEST = 60.0, 7 * 86400.0
# A downtime that is open and lasts nearly as long as is wanted from now on is the one that is wanted.
NEARLY = 0.1
ALIVE = ("active", "scheduled")
# A word that is not known may hold alerts back, so only these are over.
OVER = ("canceled", "ended")
EVERY_MONITOR = "*"


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    fields = _wanted(params) if params["state"] == "present" else {"name": _named(params["name"])}
    client = connect(task, params)
    before = find(every(client), params["name"])
    after: Downtime | None = None
    if params["state"] == "absent":
        if before is not None:
            cancel(client, before)
    else:
        if params["monitor"] is not None:
            known = monitors.every(client)
            found = monitors.find(known, {"name": params["monitor"]})
            if found is None:
                raise not_there("monitor", plain(params["monitor"], 200), (one["name"] for one in known), "datadog_monitor_info lists all", VENDOR)
            fields |= {"monitor_id": found["id"], "monitor_tags": []}
        after = ensure(client, before, fields)
    return {"changed": bool(task.gate.changes), "downtime": after, "diff": {"before": _managed(before, fields), "after": _managed(after, fields)}}


def hold(client: Client, name: str, seconds: float, monitors_of: Downtime) -> Downtime | None:
    """The downtime of this name, open from now on for so long; with 0 seconds it ends now."""
    if seconds and not SHORTEST <= seconds <= LONGEST:
        raise _invalid(f"alerts cannot be held back for {seconds:g} s", "Give from 1m to 7d: whoever forgets a downtime must be told again some day")
    found = find(every(client), name)
    if seconds:
        whom = {"monitor_id": None, "monitor_tags": [], **monitors_of}
        return ensure(client, found, {"name": name, "scope": EVERY_MONITOR, "starts_at": None, "duration": seconds, **whom})
    if found is not None:
        cancel(client, found)
    return None


def length(text: str, option: str) -> float:
    seconds = durations.seconds(text, option)
    if not SHORTEST <= seconds <= LONGEST:
        raise _invalid(f"{option} is {plain(text, 40)!r}", f"Give {option} from 1m to 7d: whoever forgets a downtime must be told again some day")
    return seconds


def _named(name: str) -> str:
    if not 3 <= len(name.strip()) <= 255 or not name.isprintable():
        raise _invalid(f"name is {plain(name, 80)!r}", "Give a name of 3 to 255 printable characters")
    return name


def _wanted(params: t.Mapping[str, t.Any]) -> Downtime:
    fields: Downtime = {"name": _named(params["name"])}
    if params["duration"] is None:
        raise _invalid("there is no duration", "Give duration from 1m to 7d: a downtime without an end holds alerts back for ever")
    fields["duration"] = length(params["duration"], "duration")
    fields["starts_at"] = None if params["start"] == NOW else _moment(params["start"])
    if params["scope"] is not None:
        fields["scope"] = params["scope"]
    if params["monitor_tags"] is not None:
        fields |= {"monitor_tags": sorted({tag.lower() for tag in params["monitor_tags"]}), "monitor_id": None}
    return fields


def _moment(text: str) -> float:
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _invalid(f"start is {plain(text, 60)!r}", "Give now, or a time with its zone such as 2026-11-21T14:00:00Z")
    return at.timestamp()


def every(client: Client) -> list[Downtime]:
    """Those that are open or to come."""

    def fetch(offset: int) -> list[dict[str, t.Any]]:
        answer = client.call(operations.LIST_DOWNTIMES, query={"page[limit]": LARGEST_PAGE, "page[offset]": offset})
        rows = answer.get("data")
        # A list that ended too early would pass for a whole one.
        if not isinstance(rows, list):
            raise malformed("list of downtimes", operations.LIST_DOWNTIMES)
        return rows

    return [one for raw in walked(fetch, LARGEST_PAGE, LARGEST_PAGE, "downtimes") if (one := parse(raw))["status"] not in OVER]


def parse(raw: t.Any, operation: Operation = operations.LIST_DOWNTIMES) -> Downtime:
    try:
        about = raw["attributes"]
        schedule = about.get("schedule") or {}
        # One that comes again tells of its present or next time.
        times = schedule.get("current_downtime") or schedule if "recurrences" in schedule else schedule
        whom = about.get("monitor_identifier") or {}
        starts, ends = (_seconds(times.get(name)) for name in ("start", "end"))
        tags = sorted(plain(tag, 200).lower() for tag in whom.get("monitor_tags") or [])
        return {
            "id": plain(raw["id"], 80),
            "name": plain(about.get("message") or "", 300),
            "status": plain(about["status"], 40),
            "scope": plain(about.get("scope") or "", 1000),
            "monitor_id": int(whom["monitor_id"]) if whom.get("monitor_id") is not None else None,
            "monitor_tags": [] if tags == [EVERY_MONITOR] else tags,
            "repeats": "recurrences" in schedule,
            "starts_at": starts,
            "ends_at": ends,
            "open": about["status"] == "active",
        }
    except UNREADABLE as error:
        raise malformed("downtime", operation) from error


def _seconds(text: t.Any) -> float | None:
    return None if text is None else datetime.datetime.fromisoformat(str(text)).timestamp()


def find(downtimes: t.Sequence[Downtime], name: str) -> Downtime | None:
    found = [one for one in downtimes if one["name"] == plain(name, 300)]
    if len(found) > 1:
        ids = ", ".join(one["id"] for one in found)
        message = f"{len(found)} downtimes have the message {plain(name, 200)!r}: {ids}"
        raise Failure("invalid", message, "Cancel all but one in Datadog", VENDOR, code="two_of_a_name")
    return found[0] if found else None


def holds(downtime: Downtime, monitor: t.Mapping[str, t.Any]) -> bool:
    """Whether this downtime is open for the whole monitor."""
    whom = downtime["monitor_id"] == monitor["id"] if downtime["monitor_id"] is not None else set(downtime["monitor_tags"]) <= set(monitor["tags"])
    return bool(downtime["open"] and downtime["scope"] in ("", EVERY_MONITOR) and whom)


def ensure(client: Client, before: Downtime | None, fields: Downtime) -> Downtime:
    starts = clock.now() if fields["starts_at"] is None else fields["starts_at"]
    ends = starts + fields["duration"]
    if ends <= clock.now():
        raise _invalid("the downtime would be over already", "Give a start and a duration that end later than now")
    if before is None:
        return _create(client, fields, starts, ends)
    differing, lasts = _differing(before, fields), _lasts(before, fields, starts, ends)
    if lasts and not differing:
        return before
    # The beginning of one that is open lies behind.
    schedule = {**({} if before["open"] else {"start": _start(fields)}), "end": _written(ends)}
    attributes = {**_whom(fields, differing), **({} if lasts else {"schedule": schedule})}

    def look() -> dict[str, t.Any] | None:
        found = next((one for one in every(client) if one["id"] == before["id"]), None)
        seen = found is not None and not _differing(found, fields) and _lasts(found, fields, starts, ends)
        return {"seen": found} if seen else None

    body = {"data": {"id": before["id"], "type": "downtime", "attributes": attributes}}
    path = {"downtime_id": before["id"]}
    answer = client.change(operations.UPDATE_DOWNTIME, fields["name"], path=path, body=body, look=look, stands_for=_stands_for(fields))
    if planned(answer):
        return {**before, **{name: fields[name] for name in differing}, **({} if lasts else {"ends_at": float(int(ends))})}
    return _kept(answer.get("seen") or parse(answer.get("data"), operations.UPDATE_DOWNTIME), fields)


def _lasts(downtime: Downtime, fields: Downtime, starts: float, ends: float) -> bool:
    """Whether it holds alerts back for so long. From now on: it is open, and lasts nearly as long, or longer. Datadog keeps whole seconds."""
    if downtime["repeats"] or downtime["ends_at"] is None:
        return False
    if fields["starts_at"] is None:
        return bool(downtime["open"] and downtime["ends_at"] >= ends - fields["duration"] * NEARLY)
    return downtime["starts_at"] is not None and abs(downtime["starts_at"] - starts) < 1 and abs(downtime["ends_at"] - ends) < 1


def _create(client: Client, fields: Downtime, starts: float, ends: float) -> Downtime:
    whole = {"scope": EVERY_MONITOR, "monitor_id": None, "monitor_tags": [], **fields}
    attributes = {"message": fields["name"], **_whom(whole, ("scope", "monitor_id")), "schedule": {"start": _start(fields), "end": _written(ends)}}

    def look() -> dict[str, t.Any] | None:
        found = find(every(client), fields["name"])
        return {"seen": found} if found is not None else None

    body = {"data": {"type": "downtime", "attributes": attributes}}
    answer = client.change(operations.CREATE_DOWNTIME, fields["name"], body=body, look=look, stands_for=_stands_for(whole))
    if planned(answer):
        now = fields["starts_at"] is None
        state = {"status": ALIVE[not now], "open": now, "repeats": False, "starts_at": starts, "ends_at": float(int(ends))}
        known = {name: whole[name] for name in ("name", "scope", "monitor_id", "monitor_tags")}
        return {"id": KnownAfter(operations.CREATE_DOWNTIME.name), **known, **state}
    return _kept(answer.get("seen") or parse(answer.get("data"), operations.CREATE_DOWNTIME), fields)


def _stands_for(fields: Downtime) -> Downtime:
    """A moment that is now, and the number of a monitor that is only planned, are told by the apply alone."""
    return {name: value for name, value in fields.items() if name != "monitor_id"}


def _whom(fields: Downtime, named: t.Container[str]) -> dict[str, t.Any]:
    """The attributes that say what is held back, of which these are named."""
    said: dict[str, t.Any] = {"scope": fields["scope"]} if "scope" in named else {}
    if "monitor_id" in named or "monitor_tags" in named:
        one = fields["monitor_id"] is not None
        said["monitor_identifier"] = {"monitor_id": fields["monitor_id"]} if one else {"monitor_tags": fields["monitor_tags"] or [EVERY_MONITOR]}
    return said


def _start(fields: Downtime) -> str | None:
    """None: from the moment on at which Datadog makes it."""
    return _written(fields["starts_at"]) if fields["starts_at"] is not None else None


def _written(at: float) -> str:
    return datetime.datetime.fromtimestamp(int(at), datetime.UTC).isoformat()


def _differing(downtime: Downtime, fields: Downtime) -> list[str]:
    return [name for name in ("scope", "monitor_id", "monitor_tags") if name in fields and downtime[name] != fields[name]]


def _kept(after: Downtime, fields: Downtime) -> Downtime:
    lost = [*_differing(after, fields), *(["an end"] if after["ends_at"] is None else [])]
    if lost:
        message = f"Datadog took the downtime {fields['name']!r} and did not keep: {', '.join(lost)}"
        raise Failure("failed", message, "Look at the downtime in Datadog: alerts may go out, or be held back", VENDOR, maybe_sent=True)
    return after


def cancel(client: Client, downtime: Downtime) -> None:
    def look() -> dict[str, t.Any] | None:
        return {} if all(one["id"] != downtime["id"] for one in every(client)) else None

    client.change(operations.CANCEL_DOWNTIME, downtime["name"], path={"downtime_id": downtime["id"]}, look=look)


def _managed(downtime: Downtime | None, fields: Downtime) -> dict[str, t.Any]:
    if downtime is None:
        return {}
    about = {name: downtime[name] for name in fields if name not in ("duration", "starts_at")}
    return {**about, "ends_at": downtime["ends_at"]}


def _invalid(message: str, hint: str) -> Failure:
    return Failure("invalid", message, hint, VENDOR)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether a message goes out on a route now, is held for the digest, or was told already. Pure: no I/O, no clock.

A *message* is ``{severity, state, always}``: ``raised`` says that something is wrong, ``acknowledged`` that somebody is at it, ``resolved``
that it is over. *past* is what the route was told last of the same fingerprint: ``{severity, state, at, delivery}``.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
import zoneinfo

SEVERITIES = ("critical", "error", "warning", "info")
HOUR = 3600.0
Facts = t.Mapping[str, t.Any]
Do = t.Literal["send", "hold", "skip"]


@dataclasses.dataclass(frozen=True)
class Rules:
    """``digest``: severities that are collected. ``waits`` is false where a machine is told: it must know at once, or not at all."""

    severities: frozenset[str]
    digest: frozenset[str] = frozenset()
    most_per_hour: int = 20
    window: float = HOUR
    waits: bool = True


@dataclasses.dataclass(frozen=True)
class Decision:
    do: Do
    code: str = ""
    reason: str = ""


def decide(message: Facts, rules: Rules, past: Facts | None, lately: int, quiet_until: str, now: float, remembers: bool = True) -> Decision:
    """``lately`` messages went out on the route within the last hour; ``quiet_until`` is a time of day, empty when nobody sleeps.

    Without a memory (``remembers``) everything that the route takes is sent: told twice is better than not told.
    """
    severity = str(message["severity"])
    held = False
    if message["state"] != "raised":
        if remembers and past is None:
            return Decision("skip", "not_open", "nothing was told that could end")
        if past is not None:
            if past["state"] in (message["state"], "resolved"):
                return Decision("skip", "repeated", "told before")
            # The end goes where the beginning went, and is as urgent.
            severity, held = str(past["severity"]), past["delivery"] == "held"
        elif severity not in rules.severities:
            return _not_for(severity)
    else:
        if severity not in rules.severities:
            return _not_for(severity)
        repeated = past is not None and past["state"] != "resolved" and past["severity"] == severity and now - past["at"] < rules.window
        if past is not None and repeated and not message["always"]:
            return Decision("skip", "repeated", f"told {round((now - past['at']) / 60)} min ago")
    if not rules.waits or not remembers:
        return Decision("send")
    if held:
        return Decision("hold", "digest", "held for the digest, as its beginning is")
    if severity == "critical":
        return Decision("send")
    if severity in rules.digest:
        return Decision("hold", "digest", "held for the digest")
    if quiet_until:
        return Decision("hold", "quiet", f"held for the digest: quiet hours until {quiet_until}")
    if lately >= rules.most_per_hour:
        return Decision("hold", "limit", f"held for the digest: {lately} messages in the last hour")
    return Decision("send")


def _not_for(severity: str) -> Decision:
    return Decision("skip", "not_for", f"takes no {severity}")


def minutes_of(time_of_day: t.Any) -> int:
    """Minutes since midnight. YAML reads a bare ``22:00`` as the number 1320, which is just that."""
    if isinstance(time_of_day, int) and not isinstance(time_of_day, bool):
        minutes = time_of_day
    else:
        hour, colon, minute = str(time_of_day).partition(":")
        if not (colon and hour.isdigit() and minute.isdigit() and len(minute) == 2 and int(minute) < 60):
            raise ValueError(f"{time_of_day!r} is no time of day: write it as '22:00'")
        minutes = int(hour) * 60 + int(minute)
    if not 0 <= minutes < 1440:
        raise ValueError(f"{time_of_day!r} is no time of day: write it as '22:00'")
    return minutes


def quiet_until(hours: Facts, now: float) -> str:
    """The local time of day at which the quiet hours end, when ``now`` lies in them; else empty. Raises ValueError for what is no such thing."""
    if not isinstance(hours, t.Mapping) or set(hours) - {"from", "to", "zone"} or not {"from", "to"} <= set(hours):
        raise ValueError("quiet hours are {from: '22:00', to: '07:00', zone: Europe/Berlin}")
    begin, end = minutes_of(hours["from"]), minutes_of(hours["to"])
    zone = str(hours.get("zone") or "UTC")
    try:
        local = datetime.datetime.fromtimestamp(now, zoneinfo.ZoneInfo(zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{zone!r} is no time zone that is known here: write it as Europe/Berlin, or install tzdata") from None
    minute = local.hour * 60 + local.minute
    inside = begin <= minute < end if begin <= end else minute >= begin or minute < end
    return f"{end // 60:02}:{end % 60:02}" if inside else ""


def told_line(rows: t.Sequence[Facts], routes: int, severity: str = "", planned: bool = False) -> str:
    """What a summary says of it: ``Told: Slack #incidents. NOT told: status page (no key).``"""
    if not routes:
        return "Told: nobody (no routes)"
    sent, before, held = ([str(row["route"]) for row in rows if row["state"] == state] for state in ("sent", "repeated", "held"))
    missed = [f"{row['route']} ({row['reason']})" for row in rows if row["state"] == "failed"]
    parts = [f"{'Would tell' if planned else 'Told'}: {', '.join(sent)}"] if sent else []
    parts += [f"Told before: {', '.join(before)}"] if before else []
    parts += [f"Held for the digest: {', '.join(held)}"] if held else []
    parts += [f"NOT told: {', '.join(missed)}"] if missed else []
    if not parts and any(row["state"] == "not_open" for row in rows):
        parts = ["Told: nobody (nobody was told that it began)"]
    if not parts:
        parts = [f"Told: nobody (no route takes {severity})" if severity else "Told: nobody (there was nothing to tell)"]
    return ". ".join(parts)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Monitors as they are: read, found, and compared with what is wanted.

Vendor facts: a monitor's key is a number, and two may have one name and one address, so a name or an address finds a monitor and never makes a second
one. When a monitor is made the case of its keyword is a word, and afterwards a number. Thresholds of alert contacts are always 0 on the free plan.
"""

from __future__ import annotations

import html
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import VENDOR, listed, malformed

Monitor = dict[str, t.Any]
LARGEST_PAGE = 200
TYPES = ("http", "keyword", "ping", "port", "heartbeat")
PAUSED, AT_WORK = "PAUSED", ("UP", "DOWN", "LOOKS_DOWN", "STARTED", "PENDING")
METHODS = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What a monitor is made with where nothing is said of it.
DEFAULTS: dict[str, t.Any] = {"type": "http", "interval": 300.0, "timeout": 30.0}
# Our name of a field, and UptimeRobot's.
FIELDS = {
    "name": "friendlyName",
    "type": "type",
    "url": "url",
    "interval": "interval",
    "timeout": "timeout",
    "grace": "gracePeriod",
    "port": "port",
    "keyword": "keywordValue",
    "alert_when": "keywordType",
    "keyword_case": "keywordCaseType",
    "method": "httpMethodType",
    "success_codes": "successHttpResponseCodes",
    "follow_redirects": "followRedirections",
    "check_certificate": "checkSSLErrors",
    "certificate_reminder": "sslExpirationReminder",
    "domain_reminder": "domainExpirationReminder",
    "tags": "tagNames",
    "alert_contacts": "assignedAlertContacts",
}
ALERTS = {"exists": "ALERT_EXISTS", "missing": "ALERT_NOT_EXISTS"}
# 0 and 1 in answers and changes; these words when it is made.
CASES = {True: "CaseSensitive", False: "CaseInsensitive"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def every(client: Client) -> list[Monitor]:
    """One request for each two hundred."""
    return [parse(raw) for raw in listed(client, operations.LIST_MONITORS, {"limit": LARGEST_PAGE})]


def parse(raw: t.Mapping[str, t.Any], operation: Operation = operations.LIST_MONITORS) -> Monitor:
    if not isinstance(raw.get("id"), int) or not isinstance(raw.get("friendlyName"), str):
        raise malformed("monitor", operation)
    try:
        status = plain(raw.get("status") or "", 40).upper()
        kind = plain(raw.get("type") or "", 40).lower()
        incident = raw.get("lastIncident") if isinstance(raw.get("lastIncident"), dict) else {}
        return {
            "id": raw["id"],
            "name": plain(html.unescape(raw["friendlyName"]), 300),
            "type": kind,
            "url": plain(html.unescape(str(raw.get("url") or "")), 2000),
            "status": status,
            "paused": status == PAUSED if status in (PAUSED, *AT_WORK) else None,
            "interval": _number(raw.get("interval")),
            "timeout": _number(raw.get("timeout")),
            "grace": _number(raw.get("gracePeriod")),
            "port": raw.get("port") if isinstance(raw.get("port"), int) and raw.get("port") else None,
            "keyword": plain(html.unescape(str(raw["keywordValue"])), 500) if raw.get("keywordValue") else None,
            "alert_when": next((word for word, said in ALERTS.items() if said == raw.get("keywordType")), None),
            "keyword_case": {0: True, 1: False, "CaseSensitive": True, "CaseInsensitive": False}.get(raw.get("keywordCaseType")) if kind == "keyword" else None,
            "method": plain(raw["httpMethodType"], 20) if raw.get("httpMethodType") else None,
            "success_codes": sorted(plain(code, 20) for code in raw.get("successHttpResponseCodes") or []),
            "follow_redirects": raw.get("followRedirections") is True,
            "check_certificate": raw.get("checkSSLErrors") is True,
            "certificate_reminder": raw.get("sslExpirationReminder") is True,
            "domain_reminder": raw.get("domainExpirationReminder") is True,
            "tags": sorted(plain(html.unescape(str(tag.get("name"))), 100) for tag in raw.get("tags") or [] if isinstance(tag, dict)),
            "alert_contacts": _contacts(raw.get("assignedAlertContacts")),
            "in_state_for": _number(raw.get("currentStateDuration")),
            "last_incident": {"reason": plain(incident.get("reason") or "", 300), "started_at": plain(incident.get("startedAt") or "", 60)}
            if incident
            else None,
            "maintenance_windows": [window["id"] for window in raw.get("maintenanceWindows") or [] if isinstance(window, dict) and "id" in window],
        }
    except UNREADABLE as error:
        raise malformed("monitor", operation) from error


def _number(value: t.Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _contacts(given: t.Any) -> list[dict[str, t.Any]]:
    found = [one for one in given or [] if isinstance(one, dict)]
    rows = [{"id": int(one["alertContactId"]), "threshold": _number(one.get("threshold")), "recurrence": _number(one.get("recurrence"))} for one in found]
    return sorted(rows, key=lambda row: row["id"])


def address(kind: str, url: str) -> str:
    """As UptimeRobot keeps it: a host that is pinged has no scheme. The last slash of an address without a path says nothing."""
    bare = _SCHEME.sub("", url) if kind in ("ping", "port") else url
    return bare.rstrip("/") if bare.count("/") == (3 if "://" in bare else 1) else bare


def wanted(params: t.Mapping[str, t.Any]) -> Monitor:
    """The fields that a task or an inventory names, in the shapes of :func:`parse`; refuses what cannot be."""
    named = {field: params[field] for field in FIELDS if params.get(field) is not None}
    for field in ("interval", "timeout", "grace"):
        if field in named:
            named[field] = named[field] if isinstance(named[field], float) else durations.seconds(named[field], field)
    name, kind = named.get("name") or "", named.get("type") or DEFAULTS["type"]
    if not 1 <= len(name.strip()) <= 250 or not name.isprintable():
        raise _invalid(f"name is {plain(name, 80)!r}", "Give a name of 1 to 250 printable characters")
    if kind not in TYPES:
        raise _invalid(f"{name}: type is {plain(kind, 40)!r}", f"Give one of: {', '.join(TYPES)}")
    for field, least, most in (("interval", 30, 2_678_400), ("timeout", 1, 60), ("grace", 0, 86_400), ("port", 1, 65_535)):
        value = named.get(field)
        if value is not None and (not least <= value <= most or value != int(value)):
            raise _invalid(f"{name}: {field} is {value:g}", f"Give {field} as whole seconds from {least} to {most}" if field != "port" else "Give a port")
    if "url" in named:
        url = named["url"]
        web = kind in ("http", "keyword")
        if not url.isprintable() or " " in url or (web and not re.match(r"https?://[^/]+", url)) or kind == "heartbeat":
            raise _invalid(f"{name}: url is {plain(url, 200)!r}", "Give https://host/path, for ping and port a host, and none for a heartbeat")
        named["url"] = address(kind, url)
    if "success_codes" in named:
        named["success_codes"] = sorted(str(code) for code in named["success_codes"])
    if "tags" in named:
        named["tags"] = sorted(set(named["tags"]))
    if "alert_contacts" in named:
        zero = {"threshold": 0.0, "recurrence": 0.0}
        given = [{**zero, **{key: value for key, value in one.items() if value is not None}} for one in named["alert_contacts"]]
        named["alert_contacts"] = sorted(({**one, **{key: float(one[key]) for key in zero}} for one in given), key=lambda one: one["id"])
    return named


def differing(monitor: Monitor, fields: Monitor) -> list[str]:
    return [field for field, value in fields.items() if _seen(monitor, field) != value]


def _seen(monitor: Monitor, field: str) -> t.Any:
    return address(monitor["type"], monitor["url"]) if field == "url" else monitor[field]


def sent(fields: Monitor, makes: bool) -> dict[str, t.Any]:
    """As UptimeRobot takes it."""
    body: dict[str, t.Any] = {}
    for field, value in fields.items():
        if field == "type":
            value = value.upper()
        elif field in ("interval", "timeout", "grace"):
            value = int(value)
        elif field == "alert_when":
            value = ALERTS[value]
        elif field == "keyword_case":
            value = CASES[value] if makes else int(not value)
        elif field == "alert_contacts":
            value = [{"alertContactId": one["id"], "threshold": int(one["threshold"]), "recurrence": int(one["recurrence"])} for one in value]
        body[FIELDS[field]] = value
    return body


def find(monitors: t.Sequence[Monitor], fields: t.Mapping[str, t.Any]) -> Monitor | None:
    """The monitor of this name, else of this type and address; several are never chosen from."""
    name, kind = fields["name"], fields.get("type") or DEFAULTS["type"]
    for what, found in (
        (f"the name {name!r}", [one for one in monitors if one["name"] == name]),
        (f"{kind} and {fields.get('url')}", [one for one in monitors if "url" in fields and one["type"] == kind and _seen(one, "url") == fields["url"]]),
    ):
        exact = [one for one in found if "url" in fields and _seen(one, "url") == fields["url"] and one["type"] == kind]
        if len(found) > 1 and len(exact) == 1:
            return exact[0]
        if len(found) > 1:
            ids = ", ".join(str(one["id"]) for one in found)
            raise _invalid(f"{len(found)} monitors have {plain(what, 200)}: {ids}", "Rename or delete all but one of them in the dashboard", "two_of_a_name")
        if found:
            return found[0]
    return None


def _invalid(message: str, hint: str, code: str = "") -> Failure:
    return Failure("invalid", message, hint, VENDOR, code=code)

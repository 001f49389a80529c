# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Monitors as they are: read, found, and compared with what is wanted.

Vendor facts: a monitor's key is a number, and two may have one name, so a name finds a monitor and never makes a second one. ``metric alert`` and
``query alert`` are one type, of which Datadog chooses the word. Some lengths of time are minutes, others seconds; here all are seconds. An
update replaces the whole object ``options``, so it carries what was there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import VENDOR, malformed, walked

Monitor = dict[str, t.Any]
LARGEST_PAGE = 1000
TYPES = (
    *("audit alert", "ci-pipelines alert", "ci-tests alert", "composite", "cost alert", "data-jobs alert", "data-quality alert"),
    *("database-monitoring alert", "error-tracking alert", "event alert", "event-v2 alert", "llm-observability alert", "log alert", "metric alert"),
    *("network-path alert", "network-performance alert", "process alert", "query alert", "rum alert", "service check", "slo alert"),
    *("synthetics alert", "trace-analytics alert"),
)
ONE_TYPE = {"metric alert", "query alert"}
MISSING = ("default", "show_no_data", "show_and_notify_no_data", "resolve")
THRESHOLDS = ("critical", "critical_recovery", "ok", "unknown", "warning", "warning_recovery")
STATES = ("OK", "Warn", "Alert", "No Data", "Ignored", "Skipped", "Unknown")
# Fields beside ``options`` with Datadog's names, and those within. Ansible has a use of its own for an option named message.
TOP = {"name": "name", "type": "type", "query": "query", "notification_message": "message", "priority": "priority", "tags": "tags"}
FLAGS = ("notify_no_data", "require_full_window", "include_tags", "notify_audit")
# Lengths of time, and how many seconds Datadog's unit has.
LENGTHS = {"no_data_timeframe": 60, "renotify_interval": 60, "evaluation_delay": 1, "new_group_delay": 1}
OPTIONS = ("thresholds", *FLAGS, *LENGTHS, "on_missing_data", "escalation_message")
# Within ``options``, and never sent back: Datadog alone sets them.
READ_ONLY = ("device_ids", "silenced")
LINES = ("notification_message", "escalation_message")


def every(client: Client) -> list[Monitor]:
    """One request for each thousand, with the groups that alert."""

    def fetch(page: int) -> list[dict[str, t.Any]]:
        answer = client.call(operations.LIST_MONITORS, query={"group_states": "alert", "page": page, "page_size": LARGEST_PAGE})
        return t.cast("list[dict[str, t.Any]]", answer["list"])

    return [parse(raw) for raw in walked(fetch, LARGEST_PAGE, 1, "monitors")]


def parse(raw: t.Any, operation: Operation = operations.LIST_MONITORS) -> Monitor:
    try:
        options = raw.get("options") or {}
        given = {name: value for name, value in (options.get("thresholds") or {}).items() if name in THRESHOLDS and value is not None}
        groups = [one for one in ((raw.get("state") or {}).get("groups") or {}).values() if one.get("status") == "Alert"]
        since = [int(one["last_triggered_ts"]) for one in groups if one.get("last_triggered_ts")]
        if isinstance(raw["id"], bool):
            raise TypeError("no number")
        return {
            "id": int(raw["id"]),
            "name": plain(raw["name"], 1000),
            "type": plain(raw["type"], 60),
            "query": plain(raw["query"], 10_000),
            "notification_message": lines(raw.get("message") or ""),
            "priority": int(raw["priority"]) if raw.get("priority") is not None else None,
            "tags": sorted({plain(tag, 200).lower() for tag in raw.get("tags") or []}),
            "status": plain(raw.get("overall_state") or "", 40),
            "thresholds": {name: float(value) for name, value in sorted(given.items())},
            **{name: options.get(name) is True for name in FLAGS},
            **{name: float(options[name]) * unit if options.get(name) is not None else None for name, unit in LENGTHS.items()},
            "on_missing_data": plain(options["on_missing_data"], 60) if options.get("on_missing_data") else None,
            "escalation_message": lines(options.get("escalation_message") or ""),
            "alerting": sorted(plain(one.get("name") or "", 200) for one in groups),
            "alerting_since": float(min(since)) if since else None,
            "draft": raw.get("draft_status") == "draft",
            # As Datadog keeps them: what an update carries along.
            "_options": {name: value for name, value in options.items() if name not in READ_ONLY and value is not None},
        }
    except UNREADABLE as error:
        raise malformed("monitor", operation) from error


def lines(text: t.Any) -> str:
    """A text of several lines; blanks at the ends of lines say nothing."""
    return "\n".join(plain(line, 4000) for line in str(text).strip().splitlines())


def shown(monitor: Monitor | None) -> Monitor | None:
    return None if monitor is None else {name: value for name, value in monitor.items() if not name.startswith("_")}


def wanted(params: t.Mapping[str, t.Any]) -> Monitor:
    """The fields that a task or an inventory names, in the shapes of :func:`parse`; refuses what cannot be."""
    named = {field: params[field] for field in (*TOP, *OPTIONS) if params.get(field) is not None}
    name = named.get("name") or ""
    if not 1 <= len(name.strip()) <= 500 or not name.isprintable():
        raise _invalid(f"name is {plain(name, 80)!r}", "Give a name of 1 to 500 printable characters")
    for field in LENGTHS:
        if field in named:
            length = durations.seconds(named[field], field)
            if length % LENGTHS[field]:
                raise _invalid(f"{name}: {field} is {plain(named[field], 40)!r}", f"Give {field} in whole {'minutes' if LENGTHS[field] == 60 else 'seconds'}")
            named[field] = length
    if not 1 <= named.get("priority", 1) <= 5:
        raise _invalid(f"{name}: priority is {named['priority']}", "Give priority from 1 (high) to 5 (low)")
    if "query" in named:
        named["query"] = plain(named["query"], 10_000)
        if not named["query"]:
            raise _invalid(f"{name}: query is empty", "Give the query, such as avg(last_5m):avg:shop.api_response_time{*} > 500")
    if "thresholds" in named:
        named["thresholds"] = {key: float(value) for key, value in sorted(named["thresholds"].items()) if value is not None}
    if "tags" in named:
        named["tags"] = sorted({str(tag).lower() for tag in named["tags"]})
    for field in LINES:
        if field in named:
            named[field] = lines(named[field])
    return named


def find(known: t.Sequence[Monitor], fields: Monitor, own_tag: str = "") -> Monitor | None:
    """The monitor of this name; of several, the one that has the tag. Never one of two."""
    named = [one for one in known if one["name"] == fields["name"]]
    found = [one for one in named if own_tag and own_tag in one["tags"]] or named
    if len(found) > 1:
        ids = ", ".join(str(one["id"]) for one in found)
        message = f"{len(found)} monitors are named {plain(fields['name'], 200)!r}: {ids}"
        raise Failure("invalid", message, "Delete or rename all but one in Datadog", VENDOR, code="two_of_a_name")
    return found[0] if found else None


def differing(monitor: Monitor, fields: Monitor) -> list[str]:
    """The fields that are not as wanted; of thresholds, those that are named."""
    return [name for name, value in fields.items() if not _same(name, monitor[name], value)]


def _same(name: str, there: t.Any, value: t.Any) -> bool:
    if name == "thresholds":
        return bool({**there, **value} == there)
    if name == "type":
        return there == value or {there, value} == ONE_TYPE
    return bool(there == value)


def managed(monitor: Monitor | None, fields: Monitor) -> dict[str, t.Any]:
    """The named fields as they are; of two words for one type, the one that is named."""
    return {} if monitor is None else {name: value if name == "type" and _same(name, monitor[name], value) else monitor[name] for name, value in fields.items()}


def sent(fields: Monitor, before: Monitor | None = None) -> dict[str, t.Any]:
    """The body that states these fields, with the options that were there."""
    body: dict[str, t.Any] = {theirs: fields[name] for name, theirs in TOP.items() if fields.get(name) is not None}
    kept = before["_options"] if before else {}
    options: dict[str, t.Any] = {name: int(fields[name] / LENGTHS[name]) if name in LENGTHS else fields[name] for name in OPTIONS if name in fields}
    if "thresholds" in options:
        options["thresholds"] = {**(kept.get("thresholds") or {}), **options["thresholds"]}
    if options:
        body["options"] = {**kept, **options}
    return body


def _invalid(message: str, hint: str) -> Failure:
    return Failure("invalid", message, hint, VENDOR)

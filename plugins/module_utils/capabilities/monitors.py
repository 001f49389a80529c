# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The monitors capability: the monitors that the inventory declares for a component exist as declared, and what they say.

Today one service of monitors is known. Another one is one more name in ``PROVIDERS`` with the same four things: ``every``, ``ensure``, a window, a status.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check, result
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import maintenance_window, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import KEY_VARIABLE, connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.monitor import MONITOR_ARGUMENTS, ensure

Json = dict[str, t.Any]
VARIABLE = "component_monitors"
PROVIDERS = ("uptimerobot",)
OFF = "off"
DECLARED: dict[str, dict[str, t.Any]] = {"provider": {"type": "str", "choices": list(PROVIDERS), "default": PROVIDERS[0]}, **MONITOR_ARGUMENTS}
MONITORS_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **CHANGE_ARGUMENTS,
    "component": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": ["present", "looked"], "default": "looked"},
    "mute": {"type": "str"},
    "uptimerobot_api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, [KEY_VARIABLE])},
    "uptimerobot_api_url": {"type": "str"},
    "uptimerobot_zone": {"type": "str"},
}
# What a status means for whoever relies on the monitor.
STATUSES = {"UP": "pass", "STARTED": "pass", "DOWN": "fail", "LOOKS_DOWN": "warn", "PAUSED": "warn"}


def execute(task: Task) -> Json:
    """What the module component_monitors does; its documentation tells options and result."""
    params, component = task.params, task.params["component"]
    if not component.get("name"):
        raise Failure("invalid", "component has no name", "Give component: {name, component_monitors, ...}")
    name = str(component["name"])
    declared = _declared(component)
    mute = _mute(params["mute"]) if params["state"] == "present" else None
    nothing: Json = {"monitors": [], "window": None}
    if not declared:
        return {**result([check("monitors", name, "skipped", f"it has no {VARIABLE}")]), **nothing}
    if not params["uptimerobot_api_key"] and params["state"] == "looked":
        return {**result([check("monitors", name, "skipped", f"no key: set uptimerobot_api_key or {KEY_VARIABLE}")]), **nothing}
    runs.join(task, name)
    client = connect(task, {"api_key": params["uptimerobot_api_key"], "api_url": params["uptimerobot_api_url"]})
    if params["state"] == "looked":
        return _look(client, component, declared, params["uptimerobot_zone"])
    return _apply(task, client, component, declared, mute)


def _declared(component: t.Mapping[str, t.Any]) -> list[tuple[Json, bool | None]]:
    """The fields of every declared monitor, and whether it is to be paused."""
    given = component.get(VARIABLE) or []
    name = component["name"]
    if not isinstance(given, list) or not all(isinstance(one, t.Mapping) for one in given):
        raise Failure("invalid", f"{VARIABLE} of {name} is no list of monitors", f"Write {VARIABLE}: [{{name: ..., url: ...}}]")
    found = []
    for one in given:
        checked = ArgumentSpecValidator(DECLARED).validate(dict(one))
        if checked.error_messages:
            raise Failure("invalid", f"{VARIABLE} of {name}: {plain(checked.error_messages[0], 300)}", "docs/monitors.md tells what a monitor may have")
        found.append((monitors.wanted(checked.validated_parameters), checked.validated_parameters["paused"]))
    names = [fields["name"] for fields, _paused in found]
    places = [(fields.get("type", "http"), fields["url"]) for fields, _paused in found if "url" in fields]
    twice = next((one for one in names if names.count(one) > 1), None) or next((url for kind, url in places if places.count((kind, url)) > 1), None)
    if twice:
        # Each would take the other for itself, again and again.
        raise Failure("invalid", f"{VARIABLE} of {name} has {plain(twice, 200)} twice", "Give each monitor a name and an address of its own")
    return found


def _mute(text: str | None) -> float | None:
    """Seconds for which alerts are held back; 0: they go out again; None: nothing is said of it."""
    if text in (None, ""):
        return None
    return 0.0 if text == OFF else durations.seconds(text, "mute")


def _window_name(component: t.Mapping[str, t.Any]) -> str:
    """One for each component, which is used again, so that no old ones are left behind."""
    return "/".join(str(component[key]) for key in ("saasops_system", "saasops_environment", "name") if component.get(key)) + " (saasops)"


def _apply(task: Task, client: Client, component: t.Mapping[str, t.Any], declared: list[tuple[Json, bool | None]], mute: float | None) -> Json:
    known = monitors.every(client)
    after, checks, zone = [], [], task.params["uptimerobot_zone"]
    diff: Json = {"before": {}, "after": {}}
    for fields, paused in declared:
        before = monitors.find(known, fields)
        count = len(task.gate.changes)
        made = ensure(client, before, fields, paused)
        known = [*(one for one in known if one["id"] != made["id"]), made]
        after.append(made)
        if len(task.gate.changes) > count:
            managed = [*fields, "paused"]
            diff["before"] |= {fields["name"]: {field: before[field] for field in managed}} if before else {}
            diff["after"][fields["name"]] = {field: made[field] for field in managed}
        if task.check_mode and len(task.gate.changes) > count:
            differing = "is not there yet" if before is None else f"differs: {', '.join(monitors.differing(before, fields) or ['paused'])}"
            checks.append(check(fields["name"], component["name"], "warn", differing, next="make it so: the same command without --check"))
    window = None
    if mute == 0.0:
        maintenance_window.close(client, _window_name(component), zone)
    elif mute is not None:
        ids = [one["id"] for one in after if isinstance(one["id"], int)]
        window = maintenance_window.open_for(client, _window_name(component), mute, ids, zone)
    return {**result(checks), "changed": bool(task.gate.changes), "monitors": after, "window": window, "diff": diff}


def _look(client: Client, component: t.Mapping[str, t.Any], declared: list[tuple[Json, bool | None]], zone: str | None) -> Json:
    known = monitors.every(client)
    window = maintenance_window.named(client, _window_name(component), zone)
    found = [monitors.find(known, fields) for fields, _paused in declared]
    checks = [_check(component["name"], fields, paused, one) for (fields, paused), one in zip(declared, found, strict=True)]
    if window is not None and window["open"]:
        ends = datetime.datetime.fromtimestamp(window["ends_at"], datetime.UTC).strftime("%H:%M UTC")
        minutes = round((window["ends_at"] - clock.now()) / 60)
        reason = f"alerts are held back until {ends}, {minutes} more minutes"
        checks.append(check("muted", component["name"], "warn", reason, minutes, "min", next="when you are done: the same command with -e monitors_mute=off"))
    return {**result(checks), "monitors": [one for one in found if one is not None], "window": window}


def _check(component: str, fields: Json, paused: bool | None, found: Json | None) -> Check:
    name, again = fields["name"], "make the monitors as declared: ansible-playbook playbooks/monitors.yml"
    if found is None:
        return check(name, component, "fail", "there is no such monitor: nobody would be told", next=again)
    verdict = STATUSES.get(found["status"], "inconclusive")
    since = f" for {_told(found['in_state_for'])}" if found["in_state_for"] is not None else ""
    reason = f"{found['status'].lower().replace('_', ' ') or 'unknown'}{since}"
    if found["paused"]:
        verdict, reason = ("pass", f"{reason}, as declared") if paused else ("warn", f"{reason}: nobody would be told")
    elif verdict == "fail" and found["last_incident"]:
        reason = f"{reason} ({found['last_incident']['reason']})"
    differing = [*monitors.differing(found, fields), *(["paused"] if paused is not None and paused != found["paused"] else [])]
    if differing:
        verdict = verdict if verdict in ("fail", "inconclusive") else "warn"
        return check(name, component, verdict, f"{reason}; not as declared: {', '.join(differing)}", found["status"], "", "UP", next=again)
    return check(name, component, verdict, reason, found["status"], "", "UP")


def _told(seconds: float) -> str:
    return f"{seconds / 86400:.0f} d" if seconds >= 2 * 86400 else f"{seconds / 3600:.0f} h" if seconds >= 7200 else f"{seconds / 60:.0f} min"

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The monitors capability: the monitors that the inventory declares for a component exist as declared, and what they say.

Another service is one more class in ``SERVICES``.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import monitoring
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring import VARIABLE, Component, Found, Json, Service
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring_datadog import Datadog
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring_sentry import Sentry
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitoring_uptimerobot import UptimeRobot
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import prefixed
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check, result
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import DATADOG_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.client import SENTRY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import UPTIMEROBOT_ARGUMENTS

SERVICES: dict[str, type[Service]] = {one.NAME: one for one in (UptimeRobot, Datadog, Sentry)}
OFF = "off"
PROVIDER: dict[str, dict[str, t.Any]] = {"provider": {"type": "str", "choices": list(SERVICES), "default": UptimeRobot.NAME}}
MONITORS_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **CHANGE_ARGUMENTS,
    "component": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": ["present", "looked"], "default": "looked"},
    "mute": {"type": "str"},
    "after": {"type": "str"},
    **prefixed("uptimerobot", UPTIMEROBOT_ARGUMENTS),
    "uptimerobot_zone": {"type": "str"},
    **prefixed("datadog", DATADOG_ARGUMENTS),
    **prefixed("sentry", SENTRY_ARGUMENTS, "token", "organization", "api_url"),
}


def execute(task: Task) -> Json:
    """What the module component_monitors does; its documentation tells options and result."""
    params, component = task.params, task.params["component"]
    if not component.get("name"):
        raise Failure("invalid", "component has no name", "Give component: {name, component_monitors, ...}")
    name, looks = str(component["name"]), params["state"] == "looked"
    declared = declarations(component)
    mute = None if looks else _mute(params["mute"])
    if not declared:
        return _result(task, [Found(checks=[check("monitors", name, "skipped", f"it has no {VARIABLE}")])])
    runs.join(task, name)
    if not looks:
        # One that cannot be reached is refused before anything is changed at another.
        services = [SERVICES[provider](task, component, fields) for provider, fields in declared.items() if SERVICES[provider].MAKES]
        only_told = [provider for provider in declared if not SERVICES[provider].MAKES and task.check_mode]
        found = [Found(checks=[check(provider, name, "skipped", "it makes nothing: a plan does not ask it")]) for provider in only_told]
        return _result(task, [*(service.apply(mute) for service in services), *found])
    return _result(task, [_look(task, component, provider, fields) for provider, fields in declared.items()])


def _look(task: Task, component: Component, provider: str, fields: t.Sequence[Json]) -> Found:
    """What one service says; that it cannot be asked hides nothing of the others."""
    service, name = SERVICES[provider], str(component["name"])
    lacking = service.lacking(task.params)
    if lacking:
        return Found(checks=[check(f"{provider} monitors", name, "skipped", f"no key: set {' and '.join(lacking)}")])
    try:
        return service(task, component, fields).look()
    except Failure as failure:
        return Found(checks=[check(provider, name, "error", failure.message, next=failure.hint)])


def _result(task: Task, found: t.Sequence[Found]) -> Json:
    checks: list[Check] = [one for each in found for one in each.checks]
    shown = [{name: value for name, value in one.items() if not name.startswith("_")} for each in found for one in each.monitors]
    diff: Json = {"before": {}, "after": {}}
    for each in found:
        diff["before"] |= each.before
        diff["after"] |= each.after
    windows = [one for each in found for one in each.windows]
    triage = [one for each in found for one in each.triage]
    return {**result(checks), "changed": bool(task.gate.changes), "monitors": shown, "windows": windows, "triage": triage, "diff": diff}


def declarations(component: Component) -> dict[str, list[Json]]:
    """By the service, the fields of every declared monitor."""
    given = component.get(VARIABLE) or []
    name = component["name"]
    if not isinstance(given, list) or not all(isinstance(one, t.Mapping) for one in given):
        raise Failure("invalid", f"{VARIABLE} of {name} is no list of monitors", f"Write {VARIABLE}: [{{name: ..., url: ...}}]")
    found: dict[str, list[Json]] = {}
    for one in given:
        provider = str(one.get("provider") or UptimeRobot.NAME)
        spec = {**PROVIDER, **(SERVICES[provider].ARGUMENTS if provider in SERVICES else {})}
        checked = ArgumentSpecValidator(spec).validate({**one, "provider": provider})
        if checked.error_messages:
            # A provider that nobody knows goes before options that only it may have.
            message = next((text for text in checked.error_messages if "provider" in text), checked.error_messages[0])
            raise Failure("invalid", f"{VARIABLE} of {name}: {plain(message, 300)}", "docs/monitors.md tells what a monitor may have")
        found.setdefault(provider, []).append(SERVICES[provider].wanted(checked.validated_parameters))
    every = [fields for declared in found.values() for fields in declared]
    names = [fields["name"] for fields in every]
    places = [(fields.get("type", "http"), fields["url"]) for fields in every if "url" in fields]
    twice = next((one for one in names if names.count(one) > 1), None) or next((url for kind, url in places if places.count((kind, url)) > 1), None)
    if twice:
        # Each would take the other for itself, again and again.
        raise Failure("invalid", f"{VARIABLE} of {name} has {plain(twice, 200)} twice", "Give each monitor a name and an address of its own")
    return found


def _mute(text: str | None) -> float | None:
    """Seconds for which alerts are held back; 0: they go out again; None: nothing is said of it. Also until a moment."""
    if text in (None, ""):
        return None
    if text == OFF:
        return 0.0
    until = monitoring.point(text, "mute")
    if until is None:
        return durations.seconds(text, "mute")
    if until <= clock.now():
        raise Failure("invalid", f"mute is {plain(text, 60)!r}, which is over", "Give mute as 30m, as a time to come such as 2026-11-21T14:00:00Z, or as off")
    return until - clock.now()

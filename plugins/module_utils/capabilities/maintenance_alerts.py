# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Alerts of a component's monitors, held back while it is in maintenance, by windows that end by themselves. That this fails stops nothing, and is told."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import monitoring, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

# What ends so little later or earlier is the same window.
NEARLY = 60.0
# These say that the run itself may not go on.
OURS = ("fenced", "orphan", "no_lease", "allow")


def services(component: t.Mapping[str, t.Any]) -> list[str]:
    """Where the component has monitors that can be held back."""
    return [provider for provider in monitors.declarations(component) if issubclass(monitors.SERVICES[provider], monitoring.Monitors)]


def hold(task: Task, component: t.Mapping[str, t.Any], until: float) -> tuple[list[str], list[str]]:
    """(the services that hold them back because of this, notes). A window that somebody else has opened for longer is left to him."""
    held, notes = [], []
    for provider in services(component):
        try:
            service, there = _open(task, component, provider)
            own = [one for one in service.windows(there) if one["own"] and one["ends_at"] is not None]
            if not there:
                notes.append(f"{provider} has none of its monitors: nothing was held back there")
            elif any(one["ends_at"] > until + NEARLY for one in own):
                notes.append(f"{provider} holds its alerts back for longer already")
            else:
                service.hold(max(NEARLY, until - clock.now()), there)
                held.append(provider)
        except Failure as failure:
            notes.append(_missed(failure, f"alerts at {provider} are NOT held back"))
    return held, notes


def release(task: Task, component: t.Mapping[str, t.Any], held: t.Sequence[str]) -> list[str]:
    """Let them out again; notes."""
    notes = []
    for provider in (provider for provider in services(component) if provider in held):
        try:
            service, there = _open(task, component, provider)
            service.hold(0.0, there)
        except Failure as failure:
            notes.append(_missed(failure, f"alerts at {provider} stay held back until their window ends"))
    return notes


def _missed(failure: Failure, what: str) -> str:
    if failure.code in OURS:
        raise failure
    return f"{what}: {failure.message}"


def _open(task: Task, component: t.Mapping[str, t.Any], provider: str) -> tuple[monitoring.Monitors, list[dict[str, t.Any]]]:
    kind = monitors.SERVICES[provider]
    lacking = kind.lacking(task.params)
    if lacking:
        raise Failure("auth", f"no key: set {' and '.join(lacking)}", "", kind.NAME)
    declared = monitors.declarations(component)[provider]
    service = t.cast(monitoring.Monitors, kind(task, component, declared))
    known = service.every()
    return service, [found for fields in declared if (found := service.find(known, fields)) is not None]

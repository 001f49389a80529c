# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_readiness does: every verb asks what it needs of a component, or of the environment as a whole. Nothing is changed.

A question that cannot be asked is told for itself, and hides nothing of the others.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import component_release, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions import (
    backup,
    backup_verify,
    db_integrity,
    db_migrate,
    doctor,
    drill,
    health,
    heartbeat,
    init,
    logs,
    maintenance,
    notify_test,
    rehearse,
    report,
    restart,
    restore,
    roll_forward,
    rollback,
    schedule,
    scheduled,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions import monitors as of_monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

# The verbs, in the order in which they are told; ``doctor`` asks what all of them need.
QUESTIONS: dict[str, t.Callable[[About], list[Check]]] = {
    "doctor": doctor.ask,
    "rollback": rollback.ask,
    "roll_forward": roll_forward.ask,
    "restart": restart.ask,
    "health": health.ask,
    "db_integrity": db_integrity.ask,
    "db_migrate": db_migrate.ask,
    "maintenance": maintenance.ask,
    "backup_verify": backup_verify.ask,
    "backup": backup.ask,
    "restore": restore.ask,
    "drill": drill.ask,
    "logs": logs.ask,
    "monitors": of_monitors.ask,
    "notify_test": notify_test.ask,
    "schedule": schedule.ask,
    "scheduled": scheduled.ask,
    "heartbeat": heartbeat.ask,
    "report": report.ask,
    "init": init.ask,
    "rehearse": rehearse.ask,
}

# What reaches the services at which monitors may be declared.
SERVICES_ARGUMENTS = {name: option for name, option in monitors.MONITORS_ARGUMENTS.items() if name.partition("_")[0] in monitors.SERVICES}


def execute(task: Task) -> dict[str, t.Any]:
    whole = task.params["scope"] == "environment"
    if not whole and not task.params["component"]:
        raise Failure("invalid", "component is missing", "Give component: {name, component_vendor, ...}, or scope: environment")
    component = {} if whole else component_release.component_of(task)
    try:
        store = runs.join(task, str(component.get("name") or ""))
    except Failure:
        # The environment's own half tells it.
        store = None
    about = About(task, component, store, tuple(QUESTIONS))
    found: list[Check] = []
    for verb, ask in QUESTIONS.items():
        try:
            found += [{**one, "name": f"{verb}: {one['name']}"} for one in ask(about)]
        except Failure as failure:
            found.append(checks.check(f"{verb}: asked", about.name, "error", failure.message, next=failure.hint))
    return checks.result(found)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups keeps of a Vercel project: its environment variables. What it serves is built from the repository, and told as the release."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import kept_variables

TUNING: dict[str, type] = {"variables": bool}


def parts(task: Task, component: Component) -> list[Part]:
    wish = tuned(component, TUNING)
    return [kept_variables.part(task, component)] if wish.get("variables", True) else []

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Variables of a Railway service as a part of a set of backups: as they are stored, with their references."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import kept_variables
from ansible_collections.saasops.runbooks.plugins.module_utils.core.kept_variables import Variable
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import access, variables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR


def part(task: Task, component: Component) -> Part:
    return kept_variables.part(task, component, VENDOR, lambda: read(task, component))


def read(task: Task, component: Component) -> list[Variable]:
    """The requests of ``resolve``, and one. A sealed one is a name whose value nobody can read."""
    client, scope = variables.where(given(task, component))
    stored = variables.observe(client, scope)
    return [Variable(name, one.value) for name, one in sorted(stored.items()) if one.known or not variables.PROVIDED.fullmatch(name)]


def write(task: Task, component: Component, wanted: t.Sequence[Variable]) -> None:
    """They hold from the next deployment on: a restore of values deploys nothing by itself."""
    nothing: dict[str, t.Any] = {"sealed": {}, "absent": [], "purge": False, "purge_sealed": False, "update_sealed": "on_create"}
    values = {one.name: one.value for one in wanted}
    variables.execute(given(task, component, variables=values, skip_deploys=True, **nothing))


def given(task: Task, component: Component, **more: t.Any) -> Task:
    options = access.given(component, task.params).options
    environment = options["environment"] or component.get("saasops_environment")
    return task.given({**options, "environment": environment, "shared": False, **more})

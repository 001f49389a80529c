# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Environment variables of a Convex deployment as a part of a set of backups."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import kept_variables
from ansible_collections.saasops.runbooks.plugins.module_utils.core.kept_variables import Variable
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import access, client, environment


def part(task: Task, component: Component) -> Part:
    return kept_variables.part(task, component, client.VENDOR, lambda: read(task, component))


def read(task: Task, component: Component) -> list[Variable]:
    """One request."""
    place = client.connect(task, access.given(component, task.params).options)
    return [Variable(name, value) for name, value in sorted(environment.listed(place).items()) if name not in environment.BUILT_IN]


def write(task: Task, component: Component, wanted: t.Sequence[Variable]) -> None:
    options = access.given(component, task.params).options
    environment.execute(task.given({**options, "variables": {one.name: one.value for one in wanted}, "absent": []}))

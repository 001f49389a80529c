# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Environment variables of a Vercel project as a part of a set of backups: one row for each place where one holds."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import kept_variables
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.kept_variables import Variable
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import access, env, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR

# Types that a new one may have; others are of old times.
MADE = ("plain", "encrypted", "sensitive")


def part(task: Task, component: Component) -> Part:
    return kept_variables.part(task, component, VENDOR, lambda: read(task, component))


def read(task: Task, component: Component) -> list[Variable]:
    """One request, one for each value that the list leaves encrypted, and one for the names of custom environments. What somebody else manages is left out."""
    place = projects.scope(task, access.given(component, task.params).options)
    known, hidden = env.listed(place, decrypt=True)
    if hidden:
        message = f"this token is not shown {hidden} of the project's variables for production"
        raise Failure("permission", message, "Use a token of somebody who may see production variables", VENDOR, code="hidden")
    known = env.legible(place, [it for it in known if not it.owner], lambda _it: True)
    slugs = {identity: slug for slug, identity in env.environments(place).items()} if any(at.custom for it in known for at in it.places) else {}
    found = []
    for it in known:
        for at in it.places:
            custom = slugs.get(at.custom, at.custom)
            facts = {"target": at.target, "git_branch": at.branch, "custom_environment": custom, "type": it.type, "comment": it.comment}
            found.append(Variable(it.key, it.value, custom or str(at), facts))
    return sorted(found, key=lambda one: one.label)


def write(task: Task, component: Component, wanted: t.Sequence[Variable]) -> None:
    there = {one.label for one in read(task, component)}
    options = access.given(component, task.params).options
    env.execute(task.given({**options, "variables": [_wish(one, one.label in there) for one in wanted], "fingerprint_key": None}))


def _wish(one: Variable, is_there: bool) -> dict[str, t.Any]:
    """An entry of the option ``variables`` of the module vercel_env. One that is there keeps its type."""
    kind = "encrypted" if one.facts["type"] not in MADE else one.facts["type"]
    return {
        "key": one.name,
        "value": one.value,
        "target": [one.facts["target"]] if one.facts["target"] else [],
        "git_branch": one.facts["git_branch"] or None,
        "custom_environments": [one.facts["custom_environment"]] if one.facts["custom_environment"] else [],
        "type": None if is_there else kind,
        "comment": one.facts["comment"] or None,
        "state": "present",
        "version": None,
        "replace": False,
    }

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""All components of a run together: their variables, and the results that their tasks registered as ``<verb>_<step>``."""

from __future__ import annotations

import copy
import typing as t

Run = dict[str, t.Any]


def chosen(task_vars: t.Mapping[str, t.Any]) -> list[str]:
    """The components that --limit leaves; the host of the play alone, of a verb that works before there is an inventory."""
    every = task_vars["groups"].get("components", [])
    return [name for name in every if name in task_vars["ansible_play_hosts_all"]] or [task_vars["inventory_hostname"]]


class Components:
    """The chosen components and their registered results."""

    def __init__(self, verb: str, names: list[str], hostvars: t.Mapping[str, t.Any]) -> None:
        self.verb = verb
        self.names = names
        self._facts = {name: hostvars[name] for name in names}

    def result(self, name: str, step: str) -> dict[str, t.Any] | None:
        """The registered result of a step; None when the step did not run for that component."""
        found = self._facts[name].get(f"{self.verb}_{step}")
        return None if found is None or found.get("skipped") else found

    def of(self, verb: str) -> Components:
        """The same, with what tasks of another verb have registered."""
        other = copy.copy(self)
        other.verb = verb
        return other

    def variable(self, name: str, variable: str, default: t.Any = None) -> t.Any:
        return self._facts[name].get(variable, default)

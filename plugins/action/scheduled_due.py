# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Finds out what is due for the tags of this run, and begins it: its result goes on as ``saasops_run``."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import schedule_info
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.plugin_utils import interruption, scheduled_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, render
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        first = components.names[0]
        try:
            # Of those too that --limit leaves out: an item that names them is no mistake.
            every, hostvars = self._task_vars["groups"]["components"], self._task_vars["hostvars"]
            declared = {name: hostvars[name].get("component_commands") or {} for name in every}
            items = scheduled_runs.read_items(components.variable(first, "scheduled_items"), declared)
            tags = scheduled_runs.wanted_tags(self._task_vars["ansible_run_tags"], self._task_vars["ansible_skip_tags"], items)
            wanted = schedule_info.read(components.variable(first, "schedule_runs"), components.variable(first, "schedule_timezone"))
            return scheduled_runs.begin(run, tags, scheduled_runs.due(items, tags, run["environment"]), wanted, ledger_url)
        except Failure as failure:
            screen = Screen(run["banner"], run["system"], "REFUSED - nothing was done", run["id"], lines=[failure.message], next_steps=[failure.hint])
            self._display.display("\n" + render(screen))
            interruption.unmark(os.getppid())
            raise

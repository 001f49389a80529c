# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Notes what became of one item of a scheduled run, after those before it."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import scheduled_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"item"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        hostvars = self._task_vars["hostvars"]
        before = list((hostvars[components.names[0]].get("scheduled_noted") or {}).get("noted") or [])
        noted = scheduled_runs.note(run, self._task.args["item"], hostvars, components.names, before)
        return {"noted": [*before, {**noted, "remembered": scheduled_runs.remember(run, noted, ledger_url)}]}

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Writes a drill down before it makes anything, and tells what an earlier one has left."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import drill_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"do"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        do = self._task.args["do"]
        if do == "begin":
            return drill_runs.begin(run, components, self._task_vars["drill_left"], ledger_url)
        return drill_runs.left(run, components, ledger_url) if do == "left" else drill_runs.moving(run, components, ledger_url)

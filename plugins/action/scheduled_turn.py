# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Makes a scheduled run the run of an item's own verb, and the scheduled one again: its result goes on as ``saasops_run``."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, scheduled_procedures
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"item"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        item = self._task.args.get("item")
        if not item:
            return scheduled_procedures.end(run, ledger_url)
        first = components.names[0]
        given = {name: value for name in guard.options_of(item["do"]) if (value := components.variable(first, name)) is not None}
        return scheduled_procedures.begin(run, item, given, ledger_url)

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Tells what became of the maintenance of all components, and makes the screen and the message for people."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import maintenance_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"state"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        # Another verb's run may have met a maintenance, too.
        found = components.of(maintenance_runs.VERB)
        asked = str(self._task.args.get("state") or "check")
        asked = {"True": "on", "False": "off"}.get(asked, asked)
        concluded = maintenance_runs.conclude(run, found, asked)
        return {**concluded, "screen": dataclasses.asdict(maintenance_runs.screen(run, found, concluded, asked))}

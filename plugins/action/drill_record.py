# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Writes down what a drill has proved, and makes the screen that tells it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import drill_runs, drill_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"saga"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        concluded = drill_runs.conclude(run, components, self._task.args["saga"], ledger_url)
        screen = drill_screen.build(run, self._task.args["saga"], concluded)
        return {**concluded, "screen": dataclasses.asdict(screen), "notice": drill_screen.notice(run, concluded, screen)}

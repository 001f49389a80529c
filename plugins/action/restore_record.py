# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Writes down what became of every component that was restored, and makes the screen that tells it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.utils.vars import load_extra_vars

from ansible_collections.saasops.runbooks.plugins.plugin_utils import restore_runs, restore_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.invocation import invocation
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"saga"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        saga = self._task.args["saga"]
        concluded = restore_runs.conclude(run, components, saga, ledger_url)
        screen = restore_screen.build(run, components, saga, concluded, invocation(run, load_extra_vars(self._loader)))
        return {**concluded, "screen": dataclasses.asdict(screen), "notice": restore_screen.notice(run, concluded, screen)}

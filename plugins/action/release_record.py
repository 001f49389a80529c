# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Writes down what became of every component, and makes the screen that tells it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.utils.vars import load_extra_vars

from ansible_collections.saasops.runbooks.plugins.plugin_utils import release_runs, release_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.invocation import invocation
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"scope", "saga"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        scope, saga = self._task.args["scope"], self._task.args["saga"]
        concluded = release_runs.conclude(run, components, scope, saga, ledger_url)
        screen = release_screen.build(run, components, scope, saga, concluded, invocation(run, load_extra_vars(self._loader)))
        return {**concluded, "changed": False, "screen": dataclasses.asdict(screen), "notice": release_screen.notice(run, concluded, screen)}

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Judges what a run has stored of every component, and makes the screen that tells it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import backup_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        concluded = backup_runs.conclude(run, components, ledger_url)
        screen = backup_runs.screen(run, components, concluded)
        return {**concluded, "screen": dataclasses.asdict(screen)}

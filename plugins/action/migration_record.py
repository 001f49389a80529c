# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Writes down what became of every database that was to be migrated, and makes the screen that tells it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import migration_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        concluded = migration_runs.conclude(run, components, ledger_url)
        screen = migration_runs.screen(run, components, concluded)
        return {**concluded, "screen": dataclasses.asdict(screen)}

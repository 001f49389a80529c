# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Decides, from all components together, which of them a rollback or roll_forward is about."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import release_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        return release_runs.scope(run, components, ledger_url)

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Puts the planned components into waves and writes the saga down before its first request."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import release_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"scope"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        return release_runs.begin(run, components, self._task.args["scope"], ledger_url)

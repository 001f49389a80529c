# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Gathers the checks of all components, remembers them, and makes the screen that tells them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import check_runs, check_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"steps"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        checks, changes = check_runs.gather(components, self._task.args.get("steps") or ["verify"])
        concluded = check_runs.conclude(run, components, checks, ledger_url)
        screen = check_screen.build({**run, "cautions": concluded["cautions"]}, checks, concluded["word"], concluded["at"], len(changes))
        return {**concluded, "changes": changes, "screen": dataclasses.asdict(screen)}

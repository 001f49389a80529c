# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Judges and remembers a scheduled run by its items, and makes the screen that tells them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils import check_runs, scheduled_runs, scheduled_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        noted = list((self._task_vars["hostvars"][components.names[0]].get("scheduled_noted") or {}).get("noted") or [])
        items = scheduled_runs.complete(run, noted)
        found = [one for item in items for one in item["checks"]]
        lost = [one for item in items if not item.get("remembered") for one in item["checks"]]
        concluded = check_runs.conclude(run, components, found, ledger_url, lost)
        if not any(one["verdict"] != "skipped" for one in found):
            # Nothing was asked for but what a person does, or nothing at all: no look has gone wrong.
            concluded.update(word="overlapped" if run["overlapped"] else "nothing")
        scheduled_runs.end(run, concluded["word"], items, ledger_url)
        own = [self._task_vars["hostvars"][components.names[0]].get(f"{item['do']}_record") or {} for item in run["due"] if item["is_procedure"]]
        concluded["cautions"] = list(dict.fromkeys([*concluded["cautions"], *(one for record in own for one in record.get("cautions") or [])]))
        screen = scheduled_screen.build({**run, "cautions": concluded["cautions"]}, items, concluded)
        changes = [change for item in items for change in item["changes"]]
        notice = scheduled_screen.notice(run, items, concluded["word"])
        return {**concluded, "done": items, "changes": changes, "notice": notice, "screen": dataclasses.asdict(screen)}

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The last task of every playbook, also after a failure: the screen, the record on disk, the lease given back."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, folders
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, leases, runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils import interruption
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import chosen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, render


class ActionModule(ActionBase):  # type: ignore[misc]
    _supports_check_mode = True
    _VALID_ARGS = frozenset({"record"})

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        hostvars = task_vars["hostvars"]
        first = chosen(task_vars)[0]
        run = hostvars[first]["saasops_run"]
        record = self._task.args.get("record") or {}
        clock.announce(None, 1)
        try:
            screen = self._screen(run, record)
            screen.footer += list((hostvars[first].get("maintenance_ended") or {}).get("lines") or [])
            screen.footer += _told(hostvars[first].get("maintenance_told"))
            screen.footer += _told(hostvars[first].get("notify_told"))
            screen.footer += _digested(hostvars[first].get("notify_digest"))
            screen.footer += self._conclude(run, hostvars[first].get("saasops_ledger_url"), record, screen)
            self._display.display("\n" + render(screen))
        finally:
            clock.close()
            interruption.unmark(os.getppid())
        data = {"verb": run["verb"], "run": run["id"], **{name: record.get(name) for name in ("word", "outcomes", "changes", "planned", "seconds", "checks")}}
        return {**result, "changed": False, "ansible_stats": {"data": {"saasops": data}, "per_host": False, "aggregate": False}}

    def _screen(self, run: dict[str, t.Any], record: dict[str, t.Any]) -> Screen:
        if record.get("screen"):
            return Screen(**record["screen"])
        why = record.get("msg") or "a task failed that should not: see the error above"
        again = "Run the same command again: it looks before it acts"
        return Screen(run["banner"], run["system"], "UNKNOWN - the run stopped before its end", run["id"], lines=[str(why)], next_steps=[again])

    def _conclude(self, run: dict[str, t.Any], ledger_url: str | None, record: dict[str, t.Any], screen: Screen) -> list[str]:
        """Give the lease back and write the record. Trouble here is told, and never hides what was done."""
        if run["check_mode"]:
            return []
        lines = []
        try:
            ledger = runs.open_store(run, ledger_url)
            entries = []
            if ledger:
                for purpose in runs.held(run):
                    leases.release(ledger, purpose, run["id"])
                entries = chain.entries(ledger, run["id"])
            folder = folders.state_folder() / run["environment"].replace("/", "-") / run["id"]
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            result = {name: value for name, value in record.items() if name not in ("screen", "ansible_facts")}
            for name, text in (
                ("result.json", json.dumps(result, indent=1, default=str)),
                ("journal.jsonl", "".join(json.dumps(entry) + "\n" for entry in entries)),
                ("summary.txt", render(screen) + "\n"),
            ):
                with open(os.open(folder / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                    file.write(text)
            lines.append(f"Record: {str(folder).replace(os.path.expanduser('~'), '~', 1)}/ (no secrets inside)")
        except (OSError, Failure) as error:
            lines.append(f"Note: the record was not written whole: {error}")
        return lines


def _digested(told: t.Mapping[str, t.Any] | None) -> list[str]:
    """What had waited for this run to be told; nothing where nothing had."""
    if not told or not (told.get("routes") or told.get("failed")):
        return []
    return [f"Digest: {line}" for line in _told(told)]


def _told(told: t.Mapping[str, t.Any] | None) -> list[str]:
    """Who was told, where the verb tells anybody (role notify)."""
    if not told or told.get("skipped"):
        return []
    line = told.get("told") or f"NOT told: anybody ({(told.get('failure') or {}).get('message') or told.get('msg')})"
    return [f"{line}."]

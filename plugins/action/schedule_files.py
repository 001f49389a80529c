# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Makes the files of a schedule from the inventory, and remembers what was put in place; the role writes the files or takes them away."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import schedule_info
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import cron, heartbeat
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs, schedules
from ansible_collections.saasops.runbooks.plugins.plugin_utils import schedule_files
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction

MAKERS = {"cron": schedule_files.cron_file, "systemd": schedule_files.units, "awx": schedule_files.awx}
Wanted = list[dict[str, t.Any]]


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"options", "written", "stopped"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        if "stopped" in self._task.args:
            return self._stopped(run, self._task.args["stopped"])
        first = components.names[0]
        wanted = schedule_info.read(components.variable(first, "schedule_runs"), components.variable(first, "schedule_timezone"))
        if not wanted:
            raise refuse("schedule_runs is not there", "List in the inventory when what is run: see docs/scheduled.md", "schedule")
        # Plain values: Ansible marks its own, and YAML does not know them.
        given = json.loads(json.dumps(self._task.args["options"], default=str))
        system, _slash, environment = run["environment"].partition("/")
        machine = given.get("machine_timezone") or schedule_files.machine_timezone()
        files = MAKERS[given["kind"]]({**given, "system": system, "environment": environment, "machine_timezone": machine}, wanted)
        if not self._task.args.get("written"):
            return {"files": files}
        if given["state"] == "present":
            self._remember(run, wanted, ledger_url)
        return {"files": files, "word": "done", "screen": dataclasses.asdict(self._screen(run, wanted, given, files))}

    def _stopped(self, run: dict[str, t.Any], result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The screen of a task that failed. What was refused by ourselves was refused before the first file."""
        failure = result.get("failure") or {}
        loops = [one.get("msg") for one in result.get("results") or [] if one.get("failed")]
        why = str(failure.get("message") or next(iter(loops), "") or result.get("msg") or "a task failed, see the error above")
        headline = "REFUSED - nothing was written" if failure else "FAILED - the schedule may be in place in part"
        again = "Mend that, and run the same command again: it goes on where this one stopped"
        screen = Screen(run["banner"], run["system"], headline, run["id"], lines=[why], next_steps=[failure.get("hint") or again])
        return {"failed": True, "msg": why, "word": "refused" if failure else "failed", "screen": dataclasses.asdict(screen)}

    def _remember(self, run: dict[str, t.Any], wanted: Wanted, ledger_url: str | None) -> None:
        """From now on a run that does not happen is missed."""
        store = None if run["check_mode"] else runs.open_store(run, ledger_url)
        known = schedules.rows(store) if store else []
        for number, one in enumerate(wanted if store else []):
            if not any(set(one["tags"]) <= set(row["tags"]) for row in known):
                schedules.begin(t.cast("t.Any", store), f"{run['id']}-{number}", one["tags"], clock.now(), 0.0, "installed")

    def _screen(self, run: dict[str, t.Any], wanted: Wanted, given: t.Mapping[str, t.Any], files: list[dict[str, str]]) -> Screen:
        there = given["state"] == "present"
        word = "PLAN ONLY - nothing was written" if run["check_mode"] else "SCHEDULED" if there else "TAKEN AWAY"
        screen = Screen(run["banner"], run["system"], f"{word} ({given['kind']}, {len(wanted)} runs)", run["id"])
        screen.lines = [f"{'' if there else 'gone: '}{file['path']}" for file in files]
        if there:
            screen.columns = ["run", "when", "next due"]
            for one in wanted:
                due = cron.following(one["cron"], one["timezone"], clock.now())
                screen.rows.append([heartbeat.label(one["tags"]), one["text"], heartbeat.moment(due.first, one["timezone"]) if due else "never"])
        return screen

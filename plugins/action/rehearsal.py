# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Has a simulator play a verb's playbook in a world like the inventory's, shows its summary, and ends as it ends."""

from __future__ import annotations

import os
import pathlib
import sys
import textwrap
import typing as t

from ansible import context
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, rehearsals, simulated
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import COLUMNS, LINES, Screen, render

BANNER = "SANDBOX (nothing real was touched)"


class ActionModule(ActionBase):  # type: ignore[misc]
    _supports_check_mode = True
    _VALID_ARGS = frozenset({"folder", "program", "playbooks"})

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        self._system = ""
        try:
            request = self._request(task_vars or {})
            ended = self._played(request)
        except Failure as failure:
            headline = "REFUSED - nothing was rehearsed" if failure.kind == "refused" else "BROKEN OFF - the rehearsal did not end by itself"
            screen = Screen(BANNER, self._system, headline, lines=[failure.message], next_steps=[failure.hint])
            self._display.display("\n" + render(screen))
            return {**result, "failed": True, "msg": str(failure), "failure": failure.as_dict()}
        return {**result, **self._told(request, ended)}

    def _request(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Everything that leaves this process."""
        playbooks = pathlib.Path(str(self._task.args["playbooks"]))
        extra = load_extra_vars(self._loader)
        verb = str(extra.get("rehearse_verb") or task_vars.get("rehearse_verb") or "")
        role = rehearsals.check_verb(verb, playbooks)
        given = rehearsals.check_extra(context.CLIARGS.get("extra_vars", ()), extra, role)
        hostvars, names = task_vars["hostvars"], rehearsals.names() - set(given)
        components = list(task_vars["groups"].get("components", []))
        chosen = [name for name in components if name in task_vars["ansible_play_hosts_all"]]
        taken = {name: rehearsals.Taken(hostvars.raw_get(name), hostvars[name].__getitem__, names) for name in components}
        self._system = next((str(one.values.get("saasops_system", "")) for one in taken.values()), "")
        guard.check_components(components, chosen, lambda name: taken[name].values)
        self._kept_back = {name: one.kept_back for name, one in taken.items() if one.kept_back}
        inventories = context.CLIARGS.get("inventory") or ()
        typed = context.CLIARGS.get("args") or ("saasops.runbooks.rehearse",)
        return {
            "verb": verb,
            "scenario": str(extra.get("rehearse_scenario") or ""),
            "components": {name: one.values for name, one in taken.items()},
            "extra": given,
            "arguments": _arguments(),
            "playbook": typed[0],
            "playbooks": str(playbooks.resolve()),
            "inventory": os.path.relpath(inventories[0]) if inventories else "inventory.yml",
            **simulated.places(),
        }

    def _played(self, request: dict[str, t.Any]) -> dict[str, t.Any]:
        folder = pathlib.Path(str(self._task.args["folder"])).resolve()
        program = str(self._task.args["program"])
        missing = refuse("the simulator is not here", f"{sys.executable} -m pip install 'saasops-runbooks[sandbox]'", "no_simulator")
        if not folder.joinpath(*program.split(".")).exists():
            raise missing
        event = simulated.run(program, folder, request)
        if "refused" in event:
            message, hint = event["refused"]
            raise refuse(message, hint, "rehearsal")
        if "ended" not in event:
            raise Failure("failed", f"the rehearsal did not end by itself: {event.get('broken', 'it said nothing')}", "Run the same command again with -v")
        return t.cast("dict[str, t.Any]", event["ended"])

    def _told(self, request: dict[str, t.Any], ended: dict[str, t.Any]) -> dict[str, t.Any]:
        self._display.v(ended["output"])
        verb = request["verb"]
        not_rehearsed = {**ended["left_out"], **{name: f"{', '.join(kept)}: encrypted or looked up, so not read" for name, kept in self._kept_back.items()}}
        screen = ended["screen"]
        if not screen:
            last = [line for line in ended["output"].splitlines() if line.strip()][-5:]
            screen = render(Screen(BANNER, self._system, "UNKNOWN - the playbook ended without a summary", lines=last))
        self._display.display("\n" + "\n".join(_below(screen.splitlines(), ended["failure"], not_rehearsed)))
        facts = {"verb": verb, "code": ended["code"], "failure_planted": ended["failure"], "not_rehearsed": not_rehearsed, "requests": ended["requests"]}
        data = {**(ended["stats"] or {}), "rehearsal": facts}
        return {"changed": False, **facts, "ansible_stats": {"data": {"saasops": data}, "per_host": False, "aggregate": False}}


def _arguments() -> list[str]:
    """How this run was called, as far as it says how the verb is to be played."""
    said = context.CLIARGS
    made = ["--check"] * bool(said.get("check")) + ["--diff"] * bool(said.get("diff"))
    if said.get("subset"):
        made += ["--limit", str(said["subset"])]
    for option in ("tags", "skip_tags"):
        words = [word for word in said.get(option) or () if word != "all"]
        made += [f"--{option.replace('_', '-')}", ",".join(words)] if words else []
    return made


def _below(lines: list[str], failure: str, not_rehearsed: dict[str, str]) -> list[str]:
    """The screen, and under it what it was about; never more than a screen."""
    told = textwrap.wrap(f"Rehearsed with: {failure}.", COLUMNS, initial_indent=" ", subsequent_indent="   ")
    for name, why in not_rehearsed.items():
        told += textwrap.wrap(f"{name}: {why}", COLUMNS, initial_indent=" NOT REHEARSED  ", subsequent_indent="   ")
    while len(lines) + len(told) > LINES and "" in lines:
        lines = [*lines[: lines.index("")], *lines[lines.index("") + 1 :]]
    room = LINES - len(lines)
    if len(told) > room:
        told = [*told[: max(0, room - 1)], f" NOT REHEARSED  all of {len(not_rehearsed)}: see not_rehearsed in the result (-v)"]
    return [*lines, *told]

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Makes the screen that tells which inventory was written, what it could not know, and what to type next."""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible import context

from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction

# Where a component is, best first.
TELLING = (
    *("component_url", "component_dsn_from", "convex_url", "stripe_webhook_url", "shopify_shop"),
    *("railway_service", "vercel_project", "convex_deployment"),
)


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"stopped"})

    def together(self, run: dict[str, t.Any], components: Components, dummy: str | None) -> dict[str, t.Any]:
        if "stopped" in self._task.args:
            return self._stopped(run, self._task.args["stopped"])
        draft = components.result(components.names[0], "draft") or {}
        word = "plan" if run["check_mode"] else "done" if draft["changed"] else "nothing"
        return {"word": word, "outcomes": {}, "changes": [], "screen": dataclasses.asdict(_screen(run, draft))}

    def _stopped(self, run: dict[str, t.Any], result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Whatever stopped it, the file is whole or not there."""
        failure = result.get("failure") or {}
        why = str(failure.get("message") or result.get("msg") or "a task failed, see the error above")
        hint = str(failure.get("hint") or "Mend that, and run the same command again")
        where = f"{failure['vendor']}: " if failure.get("vendor") else ""
        screen = Screen(run["banner"], run["system"], "REFUSED - nothing was written", run["id"], lines=[f"{where}{why}"], next_steps=[hint])
        return {"failed": True, "msg": why, "word": "refused", "screen": dataclasses.asdict(screen)}


def _screen(run: t.Mapping[str, t.Any], draft: t.Mapping[str, t.Any]) -> Screen:
    path, lines = draft["file"], len(draft["text"].splitlines())
    if run["check_mode"]:
        headline = "PLAN ONLY - nothing was written"
    elif draft["written"]:
        headline = f"WRITTEN - {path}"
    else:
        headline = "NOTHING TO DO - the file says what the vendors say"
    screen = Screen(run["banner"], run["system"], headline, run["id"])
    screen.lines = [f"{path}: {len(draft['components'])} components in {lines} lines, no secret in it", *(f"! {note}" for note in draft["notes"])]
    screen.columns = ["component", "vendor  ", "where"]
    # In two cells, so that no address is cut to a column's width.
    screen.rows = [[one["name"], f"{one['vendor']:<8}  {_where(one['variables'])}"] for one in draft["components"]]
    known = ", ".join(f"{one['component']} {one.get('version') or str(one.get('commit') or one['id'])[:7]}" for one in draft["adopted"])
    screen.footer = ["", f"Adopted into the ledger{' (planned)' if run['check_mode'] else ''}: {known or 'nothing new'}.", *run["cautions"]]
    screen.next_steps = [
        "read the file, and put into it what no vendor knows: docs/inventory.md",
        *(f"ansible-playbook {_beside(verb)} -i {path}" for verb in ("doctor", "health")),
    ]
    return screen


def _beside(verb: str) -> str:
    """Another playbook, named as this one was: by its path, or by the collection's name."""
    typed = str(next(iter(context.CLIARGS.get("args") or ()), "playbooks/init.yml"))
    near = os.path.relpath(typed) if os.path.exists(typed) else typed
    return re.sub(r"init(?=(\.yml)?$)", verb, min(near, typed, key=len))


def _where(variables: t.Mapping[str, t.Any]) -> str:
    return next((str(variables[name]) for name in TELLING if variables.get(name)), "not known")

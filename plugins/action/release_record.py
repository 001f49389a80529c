# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Writes down what became of every component, and makes the screen that tells it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import typing as t

from ansible import context
from ansible.utils.vars import load_extra_vars

from ansible_collections.saasops.runbooks.plugins.plugin_utils import release_runs, release_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction

SIMPLE = re.compile(r"[\w.:/@+-]+")


def _options(values: dict[str, t.Any], extra: t.Iterable[str]) -> str:
    """--limit and the verb's own extra variables, to be typed again. Any other one may be a secret."""
    words = ["--limit", shlex.quote(str(context.CLIARGS["subset"]))] if context.CLIARGS.get("subset") else []
    for name in extra:
        if name in values:
            value = json.dumps(values[name]) if isinstance(values[name], bool) else str(values[name])
            words += ["-e", f"{name}={value}" if SIMPLE.fullmatch(value) else shlex.quote(json.dumps({name: values[name]}))]
    return "".join(f" {word}" for word in words)


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"scope", "saga"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        scope, saga = self._task.args["scope"], self._task.args["saga"]
        concluded = release_runs.conclude(run, components, scope, saga, ledger_url)
        playbooks, inventories = context.CLIARGS.get("args") or (), context.CLIARGS.get("inventory") or ()
        invocation = {
            "playbook": playbooks[0] if playbooks else f"saasops.runbooks.{run['verb']}",
            "inventory": " -i ".join(os.path.relpath(path) if os.path.exists(path) else path for path in inventories),
            "options": _options(run["values"], load_extra_vars(self._loader)),
        }
        screen = release_screen.build(run, components, scope, saga, concluded, invocation)
        return {**concluded, "changed": False, "screen": dataclasses.asdict(screen), "notice": release_screen.notice(run, concluded, screen)}

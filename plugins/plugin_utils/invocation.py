# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""How this run was called, for the lines of a screen that say what to type next."""

from __future__ import annotations

import json
import os
import re
import shlex
import typing as t

from ansible import context

_SIMPLE = re.compile(r"[\w.:/@+-]+")


# Of every verb, and never a secret.
_ALWAYS = ("saasops_allow", "saasops_confirm")


def invocation(run: t.Mapping[str, t.Any], extra: t.Mapping[str, t.Any]) -> dict[str, str]:
    """``{playbook, inventory, options}``; ``extra``: the extra variables that were given."""
    playbooks, inventories = context.CLIARGS.get("args") or (), context.CLIARGS.get("inventory") or ()
    return {
        "playbook": playbooks[0] if playbooks else f"saasops.runbooks.{run['verb']}",
        "inventory": " -i ".join(os.path.relpath(path) if os.path.exists(path) else path for path in inventories),
        "options": _options({**{name: extra[name] for name in _ALWAYS if name in extra}, **run["values"]}, extra),
    }


def _options(values: t.Mapping[str, t.Any], extra: t.Iterable[str]) -> str:
    """--limit and the verb's own extra variables, to be typed again. Any other one may be a secret."""
    words = ["--limit", shlex.quote(str(context.CLIARGS["subset"]))] if context.CLIARGS.get("subset") else []
    for name in extra:
        if name in values:
            given = values[name]
            value = json.dumps(given) if isinstance(given, bool) else ",".join(map(str, given)) if isinstance(given, list) else str(given)
            words += ["-e", f"{name}={value}" if _SIMPLE.fullmatch(value) else shlex.quote(json.dumps({name: given}))]
    return "".join(f" {word}" for word in words)

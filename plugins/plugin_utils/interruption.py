# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""A last screen for a run that was interrupted (Ctrl-C): Ansible then ends without another task.

The guard leaves a mark for Ansible's main process, the summary removes it; what is still there when that process exits was
interrupted. Registered by the import of the guard's action plugin, which happens in the main process.
"""

from __future__ import annotations

import atexit
import json
import os
import pathlib
import sys
import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, render


def _file(process: int) -> pathlib.Path:
    return pathlib.Path(tempfile.gettempdir()) / f"saasops-{os.getuid()}-{process}.json"


def mark(process: int, run: t.Mapping[str, t.Any], ledger_url: str | None) -> None:
    """Called in a worker: ``process`` is the main process. What cannot be written only costs the last screen.

    A URL with a password is not written down; the last screen then does not say what was sent.
    """
    url = ledger_url or ""
    private = "password" in url or ("@" in url and ":" in url.split("@")[0].partition("//")[2])
    shown = None if private else ledger_url
    kept = {name: run[name] for name in ("id", "verb", "banner", "system", "environment", "check_mode")}
    try:
        unmark(process)
        with open(os.open(_file(process), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            json.dump({**kept, "ledger": run["ledger"] and shown == ledger_url, "ledger_url": shown}, file)
    except OSError:
        return


def unmark(process: int) -> None:
    _file(process).unlink(missing_ok=True)


def _last_screen() -> None:
    path = _file(os.getpid())
    try:
        run = json.loads(path.read_text())
    except (OSError, ValueError):
        return
    path.unlink(missing_ok=True)
    sys.stdout.write("\n" + render(_interrupted(run)) + "\n")
    sys.stdout.flush()


def _interrupted(run: dict[str, t.Any]) -> Screen:
    again = f"Run the same command again: it continues where {run['verb']} stopped, and looks before it acts"
    screen = Screen(
        run["banner"], run["system"], "UNKNOWN - interrupted before the end", run["id"], next_steps=[again, "Do not click in the dashboard meanwhile"]
    )
    if run.get("check_mode"):
        return Screen(run["banner"], run["system"], "PLAN ONLY - interrupted, nothing was changed", run["id"])
    if not run.get("ledger"):
        screen.lines.append("The ledger could not be asked what had been sent.")
        return screen
    from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas, store

    try:
        ledger = store.Store(run["ledger_url"] or store.default_url(run["environment"]), run["environment"], create=False)
        saga = sagas.open_one(ledger, run["verb"])
    except Failure as failure:
        screen.lines.append(str(failure))
        return screen
    if saga is None:
        screen.headline = "INTERRUPTED - nothing was changed"
        screen.next_steps = ["Run the same command again when you are ready"]
        return screen
    for name, member in sorted(saga["members"].items()):
        kinds = [entry["kind"] for entry in member["intents"]]
        sent, answered = kinds.count("intent"), kinds.count("outcome")
        state = "nothing sent" if not sent else "sent, and answered" if sent == answered else "SENT, AND NO ANSWER SEEN"
        screen.lines.append(f"{name}: {state}")
    return screen


atexit.register(_last_screen)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``restore`` needs beside what ``backup`` needs: that no other one stands half done, the programs of the way back, where the inventory tells of
backups, and webhooks that are declared so that they can be registered."""

from __future__ import annotations

import os

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import webhooks
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import undoing
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

_DATABASE = ("pg_restore", "psql")
PROGRAMS = {"postgres": _DATABASE, "redis": ("redis-server",), "supabase": _DATABASE}


def ask(about: About) -> list[Check]:
    return [*_programs(about), *_webhooks(about)] if about.name else _unfinished(about)


def _programs(about: About) -> list[Check]:
    needed, params = PROGRAMS.get(about.vendor, ()), about.task.params
    if not params.get("repository") or not needed or about.component.get("component_backup") is False:
        return []
    folder = os.path.expanduser(str(params.get("programs") or ""))
    missing = [name for name in needed if not any(programs.there(path, "/") for path in (os.path.join(folder, name), name))]
    if not missing:
        return [about.told("programs", "pass", ", ".join(needed), brief="")]
    step = "Install what is missing, not older than the server, or say where it is: backup_programs"
    return [about.told("programs", "warn", f"there is no program {', '.join(missing)}, so nothing could be put back", next=step)]


def _webhooks(about: About) -> list[Check]:
    """What is declared wrongly is raised, and told as any question that could not be asked."""
    declared = webhooks.read(about.component)
    return [about.told("webhooks", "pass", f"{len(declared)} declared", float(len(declared)), brief="")] if declared else []


def _unfinished(about: About) -> list[Check]:
    begun = about.unfinished(undoing.VERB)
    if begun is None:
        return []
    reason = f"run {begun['opened_by']} began {age(clock.now() - begun['opened_at'])} ago, and was cut off"
    step = f"End it: playbooks/restore.yml {undoing.options(begun['data']['asked'])}; or take it back: -e restore_undo=true"
    return [about.told("unfinished", "warn", reason, next=step)]

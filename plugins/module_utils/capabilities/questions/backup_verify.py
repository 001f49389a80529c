# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``backup_verify`` needs: a program that reads an archive, where there is one; and what one could fall back on, which the ledger remembers."""

from __future__ import annotations

import os

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import remembered
from ansible_collections.saasops.runbooks.plugins.module_utils.core import programs
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

# Whose archives are read by it.
DUMPED = ("postgres", "supabase")


def ask(about: About) -> list[Check]:
    if not about.name:
        return []
    found = remembered.row(about.component, about.store, about.task.params["backup_max_age"])
    # What could be done with it is told by the look at the repository, not by this one.
    return [*found, *(_program(about) if found and about.vendor in DUMPED else [])]


def _program(about: About) -> list[Check]:
    folder = os.path.expanduser(str(about.task.params.get("programs") or ""))
    program = os.path.join(folder, "pg_restore") if folder else "pg_restore"
    if programs.there(program, "/"):
        return [about.told("program", "pass", program, brief="pg_restore")]
    step = "Install PostgreSQL's client programs, not older than the server, or say where they are: backup_programs"
    return [about.told("program", "warn", f"there is no program {program}, so no archive can be looked into", next=step)]

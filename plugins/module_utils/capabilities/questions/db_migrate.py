# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``db_migrate`` needs: the programs that it starts, not older than the server, and a place for the backup."""

from __future__ import annotations

import os
import re

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import migrations
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

CLIENTS = ("pg_dump", "pg_restore", "psql")
NODE, OLDEST_NODE = ("node", "npm", "npx", "pnpm", "yarn"), 18


def ask(about: About) -> list[Check]:
    plan = migrations.declared(about.component) if about.name else None
    if plan is None:
        return []
    return [*_clients(about, plan), *_command(about, plan), *_backups(about, plan), *_unfinished(about)]


def _clients(about: About, plan: migrations.Plan) -> list[Check]:
    server = next((one["version"] for one in about.database() if one.get("version")), "")
    major = int(found.group()) if (found := re.match(r"\d+", server)) else None
    made = []
    for program in CLIENTS:
        version = about.version(os.path.join(plan.programs, program) if plan.programs else program)
        install = f"Install PostgreSQL's client programs {major or 'of the server'} on this machine, or say where they are: programs in component_migrate"
        if version is None:
            made.append(about.told(program, "fail", "is not there, and no backup can be made or put back", next=install))
        elif major is not None and version[0] < major:
            reason = f"is {'.'.join(map(str, version))}, older than the server ({server}): it refuses to work with it"
            made.append(about.told(program, "fail", reason, float(version[0]), next=install))
        else:
            brief = f"{program} {version[0]}" if program == CLIENTS[0] else ""
            made.append(about.told(program, "pass", ".".join(map(str, version)), float(version[0]), brief=brief))
    return made


def _command(about: About, plan: migrations.Plan) -> list[Check]:
    program = plan.argv[0]
    if not programs.there(program, plan.folder):
        return [about.told("command", "fail", f"there is no program {program}", next=f"Install {program} on this machine, or mend argv in component_migrate")]
    if os.path.basename(program) in NODE:
        version = about.version("node")
        if version is None or version[0] < OLDEST_NODE:
            reason = "node is not there" if version is None else f"node is {'.'.join(map(str, version))}, older than {OLDEST_NODE}"
            return [about.told("command", "fail", reason, next=f"Install Node.js {OLDEST_NODE} or newer on this machine")]
    return [about.told("command", "pass", f"{program} is there", brief="")]


def _backups(about: About, plan: migrations.Plan) -> list[Check]:
    folder = plan.backup_folder
    while not os.path.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    if os.access(folder, os.W_OK | os.X_OK) and os.path.isdir(folder):
        return [about.told("backups", "pass", f"{plan.backup_folder} can be written", brief="")]
    step = f"Make {plan.backup_folder} writable for the user who runs this, or give another backup_folder"
    return [about.told("backups", "fail", f"{plan.backup_folder} cannot be written", next=step)]


def _unfinished(about: About) -> list[Check]:
    begun = about.unfinished(f"db_migrate {about.name}")
    if begun is None:
        return []
    reason = f"run {begun['opened_by']} began {age(clock.now() - begun['opened_at'])} ago, and was cut off"
    return [about.told("unfinished", "warn", reason, next=f"Run it again, it goes on where it was: playbooks/db_migrate.yml --limit {about.name}")]

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which migrations are pending: those that lie in a folder, and are not in the table of the tool that runs them.

Facts (the tools' documentation): Prisma has a folder for each, whose row has ``finished_at`` once it went well, and neither that nor
``rolled_back_at`` when it did not; Knex keeps names of files; Rails keeps every version, golang-migrate the latest with ``dirty``.
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Looker, driver


@dataclasses.dataclass(frozen=True)
class Tool:
    """``files``: where migrations lie in the application's folder. ``names`` takes the name out of an entry; ``within`` must be in a folder's."""

    files: str
    table: str
    column: str
    names: str
    failed: str = "false"
    within: str = ""
    # One row holds the latest, and all before it are applied.
    latest_only: bool = False


TOOLS = {
    "golang-migrate": Tool("migrations", "schema_migrations", "version", r"(\d+)_.*\.up\.sql", "dirty", latest_only=True),
    "knex": Tool("migrations", "knex_migrations", "name", r"(.+\.(?:js|cjs|mjs|ts))(?<!\.d\.ts)"),
    "prisma": Tool("prisma/migrations", "_prisma_migrations", "migration_name", r"(.+)", "finished_at IS NULL AND rolled_back_at IS NULL", "migration.sql"),
    "rails": Tool("db/migrate", "schema_migrations", "version", r"(\d+)_.*\.rb"),
}


@dataclasses.dataclass(frozen=True)
class Status:
    pending: tuple[str, ...]
    failed: tuple[str, ...]
    applied: int

    @property
    def clean(self) -> bool:
        return not self.pending and not self.failed


def present(tool: Tool, folder: str) -> list[str]:
    """Names of the migrations in the folder, in their order."""
    try:
        entries = sorted(os.listdir(folder))
    except OSError as error:
        hint = "Check component_folder, and files in component_migrate"
        raise Failure("not_found", f"the migrations in {plain(folder, 200)} cannot be read: {error.strerror}", hint, VENDOR, code="files") from None
    found = [matched[1] for entry in entries if (matched := re.fullmatch(tool.names, entry))]
    if tool.within:
        found = [entry for entry in found if os.path.isfile(os.path.join(folder, entry, tool.within))]
    return sorted(found, key=lambda name: (int(name), name) if tool.latest_only else (0, name))


def status(looker: Looker, tool: Tool, names: t.Sequence[str]) -> Status:
    sql = driver().sql
    there = looker.ask("SELECT to_regclass(%s) IS NOT NULL AS there", (tool.table,))[0]["there"]
    if not there:
        return Status(tuple(names), (), 0)
    asked = sql.SQL("SELECT {column}::text AS name, ({failed}) AS failed FROM {table}").format(
        column=sql.Identifier(tool.column), failed=sql.SQL(tool.failed), table=sql.Identifier(tool.table)
    )
    rows = looker.ask(asked)
    applied = {row["name"] for row in rows if not row["failed"]}
    failed = tuple(sorted({row["name"] for row in rows if row["failed"]} - applied))
    if tool.latest_only:
        latest = max((int(row["name"]) for row in rows), default=-1)
        pending = [name for name in names if int(name) > latest]
    else:
        pending = [name for name in names if name not in applied]
    return Status(tuple(pending), failed, len(applied))

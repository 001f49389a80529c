# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which migrations are pending: those that lie in a folder, and are not in the table of the tool that runs them.

Facts (the tools' documentation): Prisma has a folder for each, whose row has ``finished_at`` once it went well, and neither that nor
``rolled_back_at`` when it did not; Knex keeps names of files; Rails keeps every version, golang-migrate the latest with ``dirty``; Alembic keeps
the last revision of each branch, and every file tells which ones come before it; Drizzle lists its migrations with their moments in a journal,
and applies those that are younger than the youngest it has applied.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
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
    # ``each`` that is applied has a row; else what lies before is applied: before the ``latest``, the last of each branch (``heads``), a moment (``journal``).
    rows: t.Literal["each", "latest", "heads", "journal"] = "each"


# What stands in the folder: a name, and what tells whether it is applied (the names before it, or its moment).
Present = dict[str, t.Any]
JOURNAL = os.path.join("meta", "_journal.json")
TOOLS = {
    "alembic": Tool("alembic/versions", "alembic_version", "version_num", r"(.+)\.py", rows="heads"),
    "drizzle": Tool("drizzle", "drizzle.__drizzle_migrations", "created_at", "", rows="journal"),
    "golang-migrate": Tool("migrations", "schema_migrations", "version", r"(\d+)_.*\.up\.sql", "dirty", rows="latest"),
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


def present(tool: Tool, folder: str) -> Present:
    """The migrations in the folder, in their order."""
    try:
        if tool.rows == "journal":
            return _journal(os.path.join(folder, JOURNAL))
        entries = sorted(os.listdir(folder))
        found = [matched[1] for entry in entries if (matched := re.fullmatch(tool.names, entry))]
        if tool.rows == "heads":
            return _revisions([os.path.join(folder, f"{name}.py") for name in found])
    except OSError as error:
        hint = "Check component_folder, and files in component_migrate"
        raise Failure("not_found", f"the migrations in {plain(folder, 200)} cannot be read: {error.strerror}", hint, VENDOR, code="files") from None
    if tool.within:
        found = [entry for entry in found if os.path.isfile(os.path.join(folder, entry, tool.within))]
    return dict.fromkeys(sorted(found, key=lambda name: (int(name), name) if tool.rows == "latest" else (0, name)))


def _journal(path: str) -> Present:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        entries = sorted(json.loads(text)["entries"], key=lambda entry: int(entry["idx"]))
        return {str(entry["tag"]): int(entry["when"]) for entry in entries}
    except UNREADABLE:
        hint = "drizzle-kit writes it: generate it again, or check files in component_migrate"
        raise Failure("invalid", f"{plain(path, 200)} is no journal of Drizzle", hint, VENDOR, code="files") from None


def _revisions(paths: t.Sequence[str]) -> Present:
    """Of every file its revision and those that must come before it. The files are read, and not run."""
    before: dict[str, list[str]] = {}
    for path in paths:
        said = _said(path)
        if isinstance(said.get("revision"), str):
            before[said["revision"]] = [name for key in ("down_revision", "depends_on") for name in _listed(said.get(key))]
    lacking = sorted({name for parents in before.values() for name in parents} - set(before))
    if lacking:
        hint = "Check component_folder, and files in component_migrate"
        raise Failure("not_found", f"the revision {plain(lacking[0], 80)}, which others follow, is not among the files", hint, VENDOR, code="files")
    ordered: Present = {}

    def add(name: str) -> None:
        waiting = [name]
        while waiting:
            first = next((one for one in before[waiting[-1]] if one not in ordered and one not in waiting), None)
            if first is None:
                done = waiting.pop()
                ordered[done] = before[done]
            else:
                waiting.append(first)

    for name in sorted(before):
        if name not in ordered:
            add(name)
    return ordered


def _said(path: str) -> dict[str, t.Any]:
    """What a file of Alembic's assigns, as far as it is plain."""
    with open(path, "rb") as file:
        source = file.read()
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError) as error:
        raise Failure("invalid", f"{plain(path, 200)} is no Python: {plain(error, 100)}", "Repair it", VENDOR, code="files") from None
    said: dict[str, t.Any] = {}
    for node in body:
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and isinstance(node, (ast.AnnAssign, ast.Assign)) and node.value is not None:
            try:
                said[target.id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return said


def _listed(value: t.Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]


def status(looker: Looker, tool: Tool, known: Present) -> Status:
    sql = driver().sql
    there = looker.ask("SELECT to_regclass(%s) IS NOT NULL AS there", (tool.table,))[0]["there"]
    if not there:
        return Status(tuple(known), (), 0)
    asked = sql.SQL("SELECT {column}::text AS name, ({failed}) AS failed FROM {table}").format(
        column=sql.Identifier(tool.column), failed=sql.SQL(tool.failed), table=sql.Identifier(*tool.table.split("."))
    )
    rows = looker.ask(asked)
    applied = {row["name"] for row in rows if not row["failed"]}
    failed = tuple(sorted({row["name"] for row in rows if row["failed"]} - applied))
    if tool.rows == "heads":
        applied = _reached(applied, known)
    elif tool.rows != "each":
        latest = max((int(row["name"]) for row in rows), default=-1)
        moments = {name: int(name) if tool.rows == "latest" else int(moment) for name, moment in known.items()}
        return Status(tuple(name for name in known if moments[name] > latest), failed, len(applied))
    return Status(tuple(name for name in known if name not in applied), failed, len(applied))


def _reached(heads: t.Iterable[str], known: Present) -> set[str]:
    """All revisions that lie before those that the database is at, and they themselves."""
    reached: set[str] = set()
    waiting = list(heads)
    while waiting:
        name = waiting.pop()
        if name not in known:
            hint = "Check out the release that has it in component_folder: what is pending cannot be told without it"
            raise Failure("conflict", f"the database is at the revision {plain(name, 80)}, which is not among the files", hint, VENDOR, code="revision")
        if name not in reached:
            reached.add(name)
            waiting += known[name]
    return reached

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""How an export of Convex comes back: into its deployment, or into another one that was empty and is marked as ours from then on.

Vendor facts (Convex's documentation "Backup & Restore", its open-source backend): an import is atomic, keeps ids and times, and replaces the tables that the
archive holds. Deployments are made in the dashboard; the deploy key of one opens no other.
"""

from __future__ import annotations

import io
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, scratch, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source, Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import backup, contents, imports, operations, tables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place

# The table that marks a deployment whose rows were put there by a restore.
MARK = "saasops_restored"
Row = t.Mapping[str, t.Any]


def admit(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> None:
    at = _there(task, part, where)
    if where.mode != "in_place" and not _is_marked(at):
        _check_empty(at)
    # An import is brought as a file; of named tables a second one is made of it.
    scratch.check_room(int(part["bytes"]) * (2 if only else 1), str(part["name"]))


def put(task: Task, part: Row, source: Source, where: Where, only: t.Sequence[str]) -> None:
    at = _there(task, part, where)
    with scratch.file() as file:
        _copy(source, part, file)
        wait_for(
            lambda: imports.in_progress(at),
            lambda running: not running,
            f"the end of another import into {at.where}",
            task.deadline,
            each_turn=task.gate.recorder.turn,
        )
        if where.mode != "in_place":
            _mark(task, at, part)
        if not only:
            _bring(task, at, part, file, operations.REPLACE_BY_IMPORT)
            return
        with scratch.file() as chosen:
            contents.only(file, _named(part, only), chosen)
            _bring(task, at, part, chosen, operations.REPLACE_BY_IMPORT)


def look(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> Told:
    at = _there(task, part, where)
    if where.mode != "in_place" and not _is_marked(at):
        raise Failure("not_found", f"nothing was put into {at.where} yet", "Restore into it first", VENDOR)
    asked = clock.now()
    found = contents.here(at, _named(part, only))
    since = [] if only else [name for name in tables.names(at) if name not in found and name != MARK]
    more = {name: size for name in since if (size := tables.size(at, name))}
    return Told(
        moment=asked,
        counts={**{name: rows.count for name, rows in found.items()}, **more},
        hashes={name: rows.fingerprint() for name, rows in found.items()},
        schema=contents.schema(at),
        tools={"deployment": at.where},
    )


def drop(task: Task, part: Row, where: Where) -> None:
    """The deployment itself stays, for no key of one may delete it; what was put into it goes."""
    if where.mode == "in_place":
        raise refuse("what an app works with is never dropped", "Restore another set in place", "in_place")
    at = _there(task, part, where)
    if not _is_marked(at):
        if any(rows.count for rows in contents.here(at, part["counts"]).values()):
            raise refuse(f"{at.where} holds rows that no restore put there", "Empty it in the dashboard if you mean it", "not_ours")
        return
    with scratch.file() as file:
        contents.emptied(part["counts"], file)
        _bring(task, at, {**part, "name": "nothing"}, file, operations.REPLACE_BY_IMPORT)
    # The mark goes last: whoever is killed before finds it.
    with scratch.file() as file:
        contents.emptied([MARK], file)
        _bring(task, at, {**part, "name": "no mark"}, file, operations.REPLACE_BY_IMPORT)


def place(part: Row, where: Where) -> str:
    component = where.component
    return f"the Convex deployment {component.get('convex_deployment') or str(component.get('convex_url') or component.get('name')).partition('://')[2]}"


def _there(task: Task, part: Row, where: Where) -> Place:
    """The deployment that is meant; refused where beside would be in its place."""
    found = backup.connect(task, where.component)
    if where.mode != "in_place" and found.where == part["tools"].get("deployment"):
        raise refuse(
            f"{found.where} is where the backup is from, and Convex has no second place in a deployment",
            "Name a component with another deployment: -e restore_target=<component>; or restore in place: -e restore_to=in_place",
            "no_place",
        )
    return found


def _named(part: Row, only: t.Sequence[str]) -> list[str]:
    return [name for name in part["counts"] if not only or name in only]


def _copy(source: Source, part: Row, file: t.BinaryIO) -> None:
    """The whole of it, and the very same that was stored: an import is not taken back."""
    while piece := source.read(transfer.CHUNK):
        file.write(piece)
    file.flush()
    if transfer.digest(file) != (part["bytes"], part["sha256"]):
        raise Failure("protocol", f"{part['name']} is not what was stored", "Take another set, and run backup_verify", VENDOR, code="damaged")


def _bring(
    task: Task, at: Place, part: Row, file: t.BinaryIO, operation: Operation, mode: str = "replace", form: str = "zip", table: str | None = None
) -> None:
    size, digest = transfer.digest(file)
    imports.bring(task, at, imports.Source(str(part["name"]), form, table, mode, size, digest, 0), file, operation)


# -- the mark of a deployment that is ours
def _is_marked(at: Place) -> bool:
    return MARK in tables.names(at) and tables.size(at, MARK) > 0


def _mark(task: Task, at: Place, part: Row) -> None:
    if _is_marked(at):
        return
    _check_empty(at)
    row = json.dumps({"part": part["name"], "sha256": part["sha256"]}).encode() + b"\n"
    _bring(task, at, {"name": "mark"}, io.BytesIO(row), operations.PERFORM_IMPORT, "append", "json_lines", MARK)


def _check_empty(at: Place) -> None:
    full = [name for name in tables.names(at) if tables.size(at, name)]
    if full or contents.here(at, [contents.STORAGE])[contents.STORAGE].count:
        what = f"rows in {', '.join(full[:3])}" if full else "stored files"
        raise refuse(f"{at.where} holds {what} that no restore put there", "Name a deployment that is empty; or restore in place", "not_ours")

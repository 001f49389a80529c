# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot imports: upload in parts, the plan for each table, confirmation, and then all of it at once.

Only ``append`` writes as it goes: what is interrupted leaves a part behind.
"""

from __future__ import annotations

import typing as t

from . import archive
from .archive import Unreadable
from .routes import Answer, Asked, Route
from .shop import Context, Function
from .state import ConvexError, Import, Json
from .system import BACKUPS, nanoseconds, query
from .values import Int64

if t.TYPE_CHECKING:
    from .vendor import Convex

IMPORT = "deployment:backups:import"
SMALLEST_PART, MOST_PARTS, LISTED = 5 * 1024 * 1024, 10_000, 20
MODES = {"requireEmpty": "RequireEmpty", "append": "Append", "replace": "Replace", "replaceAll": "ReplaceAll"}
FORMATS = {"csv": "csv", "jsonLines": "jsonl", "jsonArray": "json_array", "zip": "zip"}
FOOTER = "Once the import has started, it will run in the background.\nInterrupting `npx convex import` will not cancel it."


def document(it: Import) -> Json:
    states: dict[str, Json] = {
        "uploaded": {},
        "waiting_for_confirmation": {"message_to_confirm": it.message, "require_manual_confirmation": it.needs_confirmation},
        "in_progress": {"progress_message": it.progress, "checkpoint_messages": it.done},
        "completed": {"timestamp": nanoseconds(it.end), "num_rows_written": Int64(it.written)},
        "failed": {"error_message": it.message},
    }
    return {
        "_id": it.id,
        "_creationTime": it.created * 1000,
        "state": {"state": it.state, **states[it.state]},
        "mode": MODES[it.mode],
        "format": {"format": FORMATS[it.format], **({"table": it.table} if it.table is not None else {})},
        "component_path": None,
        "checkpoints": it.plan,
        "member_id": None if it.creator is None else Int64(it.creator),
        "requestor": {"type": "snapshotImport"},
    }


# -- upload
def start_upload(asked: Asked) -> Answer:
    token = asked.convex.new_id("u")
    asked.convex.uploads[token] = {}
    return 200, {"uploadToken": token}


def _parts(asked: Asked, token: t.Any) -> dict[int, bytes]:
    if token not in asked.convex.uploads:
        raise ConvexError(400, "InvalidUploadToken", "The upload token is invalid")
    return asked.convex.uploads[token]


def upload_part(asked: Asked) -> Answer:
    parts = _parts(asked, asked.query.get("uploadToken"))
    number = asked.query.get("partNumber", "")
    if not number.isdigit() or not 0 < int(number) < MOST_PARTS:
        raise ConvexError(400, "InvalidPartNumber", f"Part numbers go from 1 to {MOST_PARTS - 1}")
    parts[int(number)] = asked.raw
    return 200, f"part-{number}"


def finish_upload(asked: Asked) -> Answer:
    convex = asked.convex
    parts = _parts(asked, asked.field("uploadToken"))
    wish = asked.field("import", dict)
    mode, form, table = wish.get("mode", "requireEmpty"), wish.get("format"), wish.get("tableName")
    if mode not in MODES or form not in FORMATS:
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: import: unknown variant")
    if form == "zip" and table is not None:
        raise ConvexError(400, "InvalidName", "ZIP import cannot have table name")
    if form != "zip" and table is None:
        raise ConvexError(400, "InvalidName", f"{form} import requires table name")
    named = asked.field("partTokens", list)
    if named != [f"part-{number}" for number in sorted(parts)]:
        raise ConvexError(400, "InvalidPart", "One or more of the specified parts could not be found")
    if any(len(parts[number]) < SMALLEST_PART for number in sorted(parts)[:-1]):
        raise ConvexError(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    creator = asked.identity.holder.creator if asked.identity.holder else None
    raw = b"".join(parts[number] for number in sorted(parts))
    it = Import(convex.new_id("i"), convex.world.now(), mode, form, table, raw, creator)
    del convex.uploads[asked.body["uploadToken"]]
    asked.deployment.imports.append(it)
    convex.changed()
    convex.world.after(float(convex.world.setting("convex_check_seconds")), lambda: _check(convex, it))
    return 200, {"importId": it.id}


# -- the plan
def _check(convex: Convex, it: Import) -> None:
    if it.state != "uploaded":
        return
    try:
        content = archive.read(it.raw, it.format, it.table)
        it.rows, it.files = content.rows, content.files or []
        it.plan = _plan(convex, it, content.files is not None)
        it.state, it.message = "waiting_for_confirmation", _summary(it.plan)
        it.needs_confirmation = any(entry["existing_rows_to_delete"] for entry in it.plan)
    except Unreadable as error:
        _fail(convex, it, f"Hit an error while importing:\n{error}")
    it.raw = b""
    convex.notify()


def _plan(convex: Convex, it: Import, files: bool) -> list[Json]:
    tables = convex.deployment.tables
    wanted = {name: len(rows) for name, rows in it.rows.items()}
    if files:
        wanted["_storage"] = len(it.files)
    if it.mode == "replaceAll":
        wanted = {**dict.fromkeys(tables, 0), **wanted}
    plan = []
    for name, count in sorted(wanted.items()):
        existing = len(convex.deployment.files) if name == "_storage" else len(tables.get(name, {}))
        if it.mode == "requireEmpty" and existing:
            raise Unreadable(f"Table {name} already exists. Please choose a new table name or use replace/append modes.")
        _check_ids(convex, it, name)
        plan.append(
            {
                "component_path": None,
                "display_table_name": name,
                "tablet_id": None,
                "total_num_rows_to_write": Int64(count),
                "num_rows_written": Int64(0),
                "existing_rows_in_table": Int64(existing),
                "existing_rows_to_delete": Int64(existing if it.mode in ("replace", "replaceAll") else 0),
                "is_missing_id_field": any("_id" not in row for row in it.rows.get(name, [])),
            }
        )
    return plan


def _check_ids(convex: Convex, it: Import, table: str) -> None:
    ids = [row["_id"] for row in it.rows.get(table, []) if "_id" in row]
    if len(ids) != len(set(ids)):
        raise Unreadable(f'Objects in table "{table}" have duplicate _id fields')
    if it.mode == "append" and set(ids) & set(convex.deployment.tables.get(table, {})):
        raise Unreadable(f'Objects in table "{table}" have _id fields that are there already')


def _summary(plan: list[Json]) -> str:
    rows = [("table", "create", "delete")]
    for entry in plan:
        unit = " files" if entry["display_table_name"] == "_storage" else ""
        deleted = f"{entry['existing_rows_to_delete']:,} of {entry['existing_rows_in_table']:,}{unit}"
        rows.append((entry["display_table_name"], f"{entry['total_num_rows_to_write']:,}{unit}", deleted))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [" | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join(["Import change summary:", lines[0], "-" * len(lines[0]), *lines[1:], FOOTER])


# -- doing it
def _named(asked: Asked) -> Import:
    wanted = asked.field("importId")
    for it in asked.deployment.imports:
        if it.id == wanted:
            return it
    raise ConvexError(404, "ImportNotFound", f"import {wanted} not found")


def perform(asked: Asked) -> Answer:
    it, convex = _named(asked), asked.convex
    if it.state != "waiting_for_confirmation":
        raise ConvexError(400, "ImportNotWaitingForConfirmation", f"import is not waiting for confirmation, it is {it.state}")
    it.state, it.progress = "in_progress", "Importing"
    convex.record(asked.identity, "snapshot_import", {"import_id": it.id, "import_mode": it.mode, "table_names": sorted(it.rows)})
    convex.changed()
    seconds = float(convex.world.setting("convex_import_seconds"))
    convex.world.after(seconds / 2, lambda: _halfway(convex, it))
    convex.world.after(seconds, lambda: _finish(convex, it))
    return 200, None


def cancel(asked: Asked) -> Answer:
    it = _named(asked)
    if it.state in ("completed", "failed"):
        raise ConvexError(400, "ImportAlreadyCompleted", "import has already completed or failed")
    _fail(asked.convex, it, "Import was canceled")
    asked.convex.changed()
    return 200, None


def _fail(convex: Convex, it: Import, message: str) -> None:
    it.state, it.message, it.end = "failed", message, convex.world.now()
    convex.notify()


def _halfway(convex: Convex, it: Import) -> None:
    if it.state != "in_progress":
        return
    first, *_others = sorted(it.rows) or ["_storage"]
    it.progress = f'Importing "{first}"'
    it.done = [f'Imported "{first}"']
    if it.mode == "append":
        rows = it.rows.get(first, [])
        half = len(rows) // 2
        _write(convex, first, rows[:half])
        it.rows[first], it.written = rows[half:], half
    convex.notify()


def _finish(convex: Convex, it: Import) -> None:
    if it.state != "in_progress":
        return
    deployment = convex.deployment
    error = deployment.import_error
    for name in it.rows:
        if it.mode == "requireEmpty" and deployment.tables.get(name):
            error = f"Table {name} already exists. Please choose a new table name or use replace/append modes."
    if error is not None:
        _fail(convex, it, f"Hit an error while importing:\n{error}")
        return
    for entry in it.plan or []:
        name = entry["display_table_name"]
        if it.mode in ("replace", "replaceAll"):
            if name == "_storage":
                deployment.files = {}
            else:
                deployment.tables[name] = {}
        entry["num_rows_written"] = entry["total_num_rows_to_write"]
    for name, rows in it.rows.items():
        _write(convex, name, rows)
        it.written += len(rows)
    deployment.files |= {file.id: file for file in it.files}
    it.written += len(it.files)
    deployment.effects.imports += 1
    it.state, it.end = "completed", convex.world.now()
    it.rows, it.files = {}, []
    convex.notify()


def _write(convex: Convex, table: str, rows: list[Json]) -> None:
    deployment, now = convex.deployment, convex.world.now() * 1000
    deployment.table_numbers.setdefault(table, max(deployment.table_numbers.values(), default=10000) + 1)
    there = deployment.tables.setdefault(table, {})
    for row in rows:
        full = {"_id": row.get("_id") or convex.new_id(), "_creationTime": now, **row}
        there[full["_id"]] = full


# -- the vendor's own queries
def _one(context: Context, args: Json) -> t.Any:
    return next((document(it) for it in context.deployment.imports if it.id == args.get("importId")), None)


def _list(context: Context, args: Json) -> t.Any:
    return [document(it) for it in reversed(context.deployment.imports[-LISTED:])]


QUERIES: dict[str, Function] = {
    "_system/cli/queryImport:default": query(BACKUPS, _one),
    "_system/cli/queryImport:list": query(BACKUPS, _list),
}
ROUTES: tuple[Route, ...] = (
    # Nothing is there to be seen before an upload is finished.
    Route("POST", "/api/import/start_upload", start_upload, IMPORT),
    Route("POST", "/api/import/upload_part", upload_part, IMPORT),
    Route("POST", "/api/import/finish_upload", finish_upload, IMPORT, True),
    Route("POST", "/api/perform_import", perform, IMPORT, True),
    Route("POST", "/api/cancel_import", cancel, IMPORT, True),
)

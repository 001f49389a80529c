# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A file brought into the tables of a Convex deployment: uploaded, planned by Convex itself table by table, and only then done.

Vendor facts (Convex's open-source backend and its command-line client): an upload changes nothing; once Convex has read it, it waits
with its plan for somebody to perform it, and can be cancelled. Performing is atomic, except for ``append``, and goes on at Convex
whoever goes away. ``replace`` touches the tables that the file holds, ``replaceAll`` clears all others as well. Nothing marks an import
as ours, so one that was performed is never performed again by looking for something like it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, connect, malformed, query, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.contents import inspect

IMPORT_QUERY, LIST_QUERY = "_system/cli/queryImport", "_system/cli/queryImport:list"
MODES = {"require_empty": "requireEmpty", "append": "append", "replace": "replace", "replace_all": "replaceAll"}
REPLACING = ("replace", "replace_all")
# module's word: (the vendor's, ends of names)
FORMATS = {"zip": ("zip", ".zip"), "json_lines": ("jsonLines", ".jsonl"), "json_array": ("jsonArray", ".json"), "csv": ("csv", ".csv")}
SMALLEST_PART, MOST_PARTS = 5 * 1024 * 1024, 9999
BOM = b"\xef\xbb\xbf"


@dataclasses.dataclass(frozen=True)
class Source:
    """The file, checked. ``skip``: bytes at its beginning that Convex does not take."""

    path: str
    format: str
    table: str | None
    mode: str
    size: int
    sha256: str
    skip: int

    def asked(self) -> dict[str, str]:
        """As Convex is told."""
        table = {"tableName": self.table} if self.table else {}
        return {"mode": MODES[self.mode], "format": FORMATS[self.format][0], **table}


def source(params: t.Mapping[str, t.Any]) -> Source:
    """Refuse, before the first request, a file that cannot be imported."""
    path, form, table = params["src"], params["format"], params["table"] or None
    form = form or next((name for name, (_word, end) in FORMATS.items() if path.lower().endswith(end)), None)
    if form is None:
        raise Failure("invalid", f"the name of {path} does not tell its format", f"Give format: {', '.join(FORMATS)}", VENDOR)
    if (form == "zip") == bool(table):
        how = "A ZIP archive names its tables itself: leave table out" if table else "Say with table which table it is for"
        raise Failure("invalid", f"{path} is {form}, and table is {'given' if table else 'not given'}", how, VENDOR)
    try:
        with open(path, "rb") as file:
            skip = len(BOM) if file.read(len(BOM)) == BOM and form != "zip" else 0
            if form == "zip":
                _whole(file, path)
            size, digest = transfer.digest(file)
    except OSError as error:
        raise transfer.local(error, f"{path} cannot be read") from error
    if size <= skip:
        raise Failure("invalid", f"{path} is empty", "Check what wrote it", VENDOR, code="file")
    return Source(path, form, table, params["mode"], size, digest, skip)


def _whole(file: t.BinaryIO, path: str) -> None:
    try:
        inspect(file, path)
    except Failure as failure:
        failure.kind = "invalid"
        raise


def confirmed(place: Place, mode: str, confirm: str) -> None:
    """What deletes rows needs the deployment's name, said once more."""
    if mode not in REPLACING:
        return
    if not place.name:
        raise refuse(f"nothing tells which deployment {place.url} is", "Give the option deployment", "confirm")
    if confirm != place.name:
        raise refuse(f"mode {mode} deletes rows of {place.name}, and confirm is {confirm!r}", f"Give confirm: {place.name} if you mean it", "confirm")


def refuse_busy(place: Place) -> None:
    running = in_progress(place)
    if running:
        raise refuse(f"another import into {place.where} is in progress ({running})", "Wait for it to end", "busy")


def in_progress(place: Place) -> str:
    """The id of the import that runs; empty when none does. One request."""
    listed = query(place, LIST_QUERY)
    if not isinstance(listed, list):
        raise malformed("list of imports")
    return next((plain(each.get("_id"), 60) for each in listed if _state(each)["state"] == "in_progress"), "")


def upload(place: Place, of: Source, file: t.BinaryIO) -> str:
    """The id of an import that waits. One request for each part of at least 5 MiB, and two more."""
    answer = read(place, operations.START_UPLOAD)
    token = answer.get("uploadToken") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        raise malformed("uploadToken")
    part = max(SMALLEST_PART, -(-of.size // MOST_PARTS))
    parts: list[str] = []
    file.seek(of.skip)
    while chunk := file.read(part):
        done = read(place, operations.UPLOAD_PART, query={"uploadToken": token, "partNumber": len(parts) + 1}, body=chunk)
        if not isinstance(done, str):
            raise malformed("part of the upload")
        parts.append(done)
    try:
        answer = place.client.call(operations.FINISH_UPLOAD, body={"import": of.asked(), "uploadToken": token, "partTokens": parts})
    except Failure as failure:
        if failure.maybe_sent:
            failure.hint = "Nothing was imported. Run the same command again: it uploads once more"
        raise
    identity = answer.get("importId") if isinstance(answer, dict) else None
    if not isinstance(identity, str):
        raise malformed("importId")
    return identity


def shown(place: Place, identity: str) -> dict[str, t.Any]:
    """One request."""
    document = query(place, IMPORT_QUERY, {"importId": identity})
    _state(document)
    return t.cast("dict[str, t.Any]", document)


def _state(document: t.Any) -> dict[str, t.Any]:
    state = document.get("state") if isinstance(document, dict) else None
    if not isinstance(state, dict) or not isinstance(state.get("state"), str):
        raise malformed("state of an import")
    return state


def _ended_badly(place: Place, state: dict[str, t.Any]) -> Failure:
    word = plain(state["state"], 40)
    if word != "failed":
        return Failure("unknown", f"the import into {place.where} is in a state that is not known: {word}", "Look at the dashboard", VENDOR)
    why = plain(state.get("error_message") or "no reason given", 500)
    return Failure("failed", f"Convex did not import into {place.where}: {why}", "Nothing was changed, unless the mode is append", VENDOR, code="import")


def plan(task: Task, place: Place, identity: str) -> list[dict[str, t.Any]]:
    """What Convex says it would do to each table, once it has read the upload."""

    def done(document: dict[str, t.Any]) -> bool:
        state = _state(document)
        if state["state"] not in ("uploaded", "waiting_for_confirmation"):
            raise _ended_badly(place, state)
        return bool(state["state"] == "waiting_for_confirmation")

    hint = "Nothing was imported. Run the same command again with a larger deadline"
    document = wait_for(lambda: shown(place, identity), done, "Convex's plan of the import", task.deadline, hint, each_turn=task.gate.recorder.turn)
    steps = document.get("checkpoints")
    if not isinstance(steps, list):
        raise malformed("plan of the import")
    return [_step(step) for step in steps]


def _step(raw: t.Any) -> dict[str, t.Any]:
    if not isinstance(raw, dict) or not isinstance(raw.get("display_table_name"), str):
        raise malformed("plan of a table")
    try:
        numbers = [int(raw[name]) for name in ("existing_rows_in_table", "existing_rows_to_delete", "total_num_rows_to_write")]
    except (KeyError, TypeError, ValueError):
        raise malformed("plan of a table") from None
    component = {"component": plain(raw["component_path"], 200)} if raw.get("component_path") else {}
    return {"table": plain(raw["display_table_name"], 200), **component, **dict(zip(("existing", "deletes", "writes"), numbers, strict=True))}


def perform(task: Task, place: Place, of: Source, identity: str, operation: Operation) -> int | None:
    """Do it and wait for its end: the rows written; None in check mode."""

    def look() -> dict[str, t.Any] | None:
        document = shown(place, identity)
        return document if _state(document)["state"] != "waiting_for_confirmation" else None

    try:
        answer = place.client.change(
            operation,
            f"{place.where} import of {os.path.basename(of.path)} ({of.mode})",
            body={"importId": identity},
            look=look,
            stands_for={**of.asked(), "sha256": of.sha256},
        )
    except Failure as failure:
        # Refused, because a request of ours whose answer was lost has begun it.
        if failure.status != 400 or look() is None:
            raise
        answer = {}
    return None if planned(answer) else _performed(task, place, of, identity)


def _performed(task: Task, place: Place, of: Source, identity: str) -> int:
    def done(document: dict[str, t.Any]) -> bool:
        state = _state(document)
        # For a moment it may be shown as it was.
        if state["state"] in ("waiting_for_confirmation", "in_progress"):
            return False
        if state["state"] != "completed":
            raise _ended_badly(place, state)
        return True

    again = "Look at its rows before you import again" if of.mode == "append" else "When it has ended, the same command may be run again"
    hint = f"The import {identity} goes on at Convex. {again}"
    try:
        end = wait_for(lambda: shown(place, identity), done, f"the import into {place.where}", task.deadline, hint, each_turn=task.gate.recorder.turn)
        return int(_state(end).get("num_rows_written", ""))
    except (TypeError, ValueError):
        raise malformed("number of rows written") from None
    except Failure as failure:
        if failure.code != "import":
            failure.hint = hint
        raise


def cancel(place: Place, identity: str) -> None:
    """An upload that is not performed does nothing; it is cleared away as well as can be."""
    with contextlib.suppress(Failure):
        place.client.call(operations.CANCEL_IMPORT, body={"importId": identity})


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_import does; its documentation tells options and result."""
    params = task.params
    of = source(params)
    place = connect(task, params)
    confirmed(place, of.mode, params["confirm"] or "")
    operation = operations.REPLACE_BY_IMPORT if of.mode in REPLACING else operations.PERFORM_IMPORT
    task.gate.admit(VENDOR, operation, place.where)
    refuse_busy(place)
    try:
        with open(of.path, "rb") as file:
            identity, steps, written = bring(task, place, of, file, operation)
    except OSError as error:
        raise transfer.local(error, f"{of.path} cannot be read") from error
    deletes, writes = (sum(step[name] for step in steps) for name in ("deletes", "writes"))
    unknown = {"known_after": operation.name}
    return {
        "changed": True,
        "import": {
            "deployment": place.name,
            "id": unknown if written is None else identity,
            "mode": of.mode,
            "sha256": of.sha256,
            "plan": steps,
            "deletes": deletes,
            "writes": writes,
            "rows_written": unknown if written is None else written,
        },
        "diff": {
            "before": {step["table"]: step["existing"] for step in steps},
            "after": {step["table"]: step["existing"] - step["deletes"] + step["writes"] for step in steps},
        },
    }


def bring(task: Task, place: Place, of: Source, file: t.BinaryIO, operation: Operation) -> tuple[str, list[dict[str, t.Any]], int | None]:
    """(the import's id, Convex's plan, the rows written or None in check mode). What was uploaded and is not performed is cancelled."""
    identity = upload(place, of, file)
    try:
        steps = plan(task, place, identity)
        deletes = sum(step["deletes"] for step in steps)
        if deletes and of.mode not in REPLACING:
            raise refuse(f"mode {of.mode} would delete {deletes} rows of {place.where}", "Look at the plan in check mode; nothing was imported", "deletes")
    except Failure:
        cancel(place, identity)
        raise
    try:
        written = perform(task, place, of, identity, operation)
    except Failure as failure:
        if failure.kind in ("refused", "permission", "auth"):
            cancel(place, identity)
        raise
    if written is None:
        cancel(place, identity)
    return identity, steps, written

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups keeps of a Convex deployment: its export with the stored files, and what an export leaves out.

Vendor facts (Convex's documentation "Backup & Restore"): an export holds neither the code nor the environment variables nor the functions that are
scheduled. The code is in the repository; the commit that is served stands in the manifest.
"""

from __future__ import annotations

import contextlib
import json

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging, scratch, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import access, client, contents, deployment, exports, kept_variables, tables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, malformed, query
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.exports import Export

TUNING: dict[str, type] = {"files": bool, "variables": bool}
SCHEDULED_QUERY, CRONS_QUERY = "_system/frontend/paginatedScheduledJobs", "_system/frontend/listCronJobs"
SCHEDULED = "convex_scheduled"
NOTE = "the code is not in it: deploy the commit of the manifest first, and what was scheduled is kept to be read"


def parts(task: Task, component: Component) -> list[Part]:
    """Checked and ready to be written; nothing is asked yet."""
    wish, name = tuned(component, TUNING), component["name"]
    place = connect(task, component)

    def archive(sink: Sink) -> Told:
        return _archive(task, place, sink, wish.get("files", True))

    def scheduled(sink: Sink) -> Told:
        return _scheduled(place, sink)

    def plan() -> None:
        _obtained(task, place, wish.get("files", True))

    made = [Part(f"{name}/convex.zip", VENDOR, archive, plan), Part(f"{name}/scheduled.json", SCHEDULED, scheduled)]
    return [*made, kept_variables.part(task, component)] if wish.get("variables", True) else made


def connect(task: Task, component: Component) -> Place:
    return client.connect(task, access.given(component, task.params).options)


def _obtained(task: Task, place: Place, files: bool) -> Export | None:
    """An export that has what is wanted. Another one, such as Convex's own backup of each day, is waited for where it may lack something."""
    before = exports.latest(place)
    if before is not None and before.running and not before.holds(files):
        if task.check_mode:
            before = None
        else:
            with contextlib.suppress(exports.EndedBadly):
                exports.finished(task, place, before)
            before = exports.latest(place)
    try:
        return exports.obtain(task, place, before, files, True, 0.0)[0]
    except Failure as failure:
        if failure.code == "busy":
            # It fails this part, and is no word of ours about the whole run.
            failure.kind, failure.retryable = "conflict", True
        raise


def _archive(task: Task, place: Place, sink: Sink, files: bool) -> Told:
    asked = clock.now()
    export = _obtained(task, place, files)
    if export is None:
        raise TypeError("a plan writes nothing")
    if export.running:
        export = exports.finished(task, place, export)
    rows: dict[str, contents.Rows] = {}
    # What a ZIP archive holds stands at its end.
    with scratch.file() as file:
        exports.bring(place, export, file)
        held = contents.inspect(file, "the export", rows)
        stored = rows[contents.STORAGE].count if contents.STORAGE in rows else 0
        if stored != held.own:
            raise Failure("protocol", f"the export tells of {stored} stored files, and holds {held.own}", "Run the same command again", VENDOR, code="files")
        sink.restart()
        file.seek(0)
        while piece := file.read(transfer.CHUNK):
            sink.take(piece)
    others = sorted({name.rpartition("/")[0] for name in held.tables if "/" in name})
    notes = [NOTE, *([] if files else ["stored files are left out (component_backup: files: false)"])]
    notes += [f"tables of {len(others)} components are in it, and are not counted"] if others else []
    return Told(
        moment=export.started_at or asked,
        counts={table: found.count for table, found in sorted(rows.items())},
        hashes={table: found.fingerprint() for table, found in sorted(rows.items())},
        schema=contents.schema(place),
        tools={"deployment": place.where, "convex": plain(query(place, deployment.VERSION_QUERY), 60)},
        notes=notes,
    )


def _scheduled(place: Place, sink: Sink) -> Told:
    """What waits to run and the jobs that come again; small, and asked page by page."""
    asked = clock.now()
    waiting = list(paging.pages(lambda cursor: tables.page(place, SCHEDULED_QUERY, {}, cursor), "scheduled functions"))
    crons = query(place, CRONS_QUERY)
    if not isinstance(crons, list):
        raise malformed("list of cron jobs")
    sink.restart()
    sink.take(json.dumps({"scheduled": waiting, "crons": crons}, sort_keys=True, indent=1).encode() + b"\n")
    return Told(asked, {"scheduled": len(waiting), "crons": len(crons)}, tools={"deployment": place.where}, notes=["kept to be read: the app schedules anew"])

# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot exports: one at a time, made by the vendor in its own time, kept for a week."""

from __future__ import annotations

import typing as t

from aiohttp import web

from . import archive
from .routes import Answer, Asked, Route
from .shop import Context, Function
from .state import ConvexError, Export, Json
from .system import BACKUPS, nanoseconds, query
from .values import Int64

if t.TYPE_CHECKING:
    from .vendor import Convex

KEPT = 7 * 86400.0
RUNNING = ("requested", "in_progress")


def document(it: Export) -> Json:
    facts: Json = {
        "_id": it.id,
        "_creationTime": it.created * 1000,
        "state": it.state,
        "requestor": it.requestor,
        "format": {"format": "zip", "include_storage": it.include_storage},
        "component": None,
    }
    if it.state == "requested":
        return facts
    facts["start_ts"] = nanoseconds(it.start)
    if it.state == "in_progress":
        return {**facts, "progress_message": it.progress}
    if it.state == "completed":
        ends = {"complete_ts": nanoseconds(it.end), "expiration_ts": nanoseconds(it.expiration)}
        return {**facts, **ends, "zip_object_key": f"exports/{it.id}", "size": Int64(it.size)}
    return {**facts, f"{it.state}_ts": nanoseconds(it.end)}


def request(asked: Asked) -> Answer:
    convex, deployment = asked.convex, asked.deployment
    if any(it.state in RUNNING for it in deployment.exports):
        raise ConvexError(400, "ExportInProgress", "There is already an export requested or in progress.")
    storage = asked.query.get("includeStorage", "false")
    if storage not in ("true", "false"):
        raise ConvexError(400, "BadQueryArgs", "Failed to deserialize query string: provided string was not `true` or `false`")
    now = convex.world.now()
    lag = float(convex.world.setting("convex_export_lag"))
    it = Export(convex.new_id("e"), now, now + lag, storage == "true")
    deployment.exports.append(it)
    deployment.effects.exports += 1
    convex.record(asked.identity, "request_export", {"id": it.id, "format": "zip", "requestor": it.requestor})
    convex.changed()
    seconds = float(convex.world.setting("convex_export_seconds"))
    convex.world.after(min(1.0, seconds / 4), lambda: _start(convex, it))
    convex.world.after(seconds, lambda: _finish(convex, it))
    return 200, None


def _start(convex: Convex, it: Export) -> None:
    """Everything is read at this one moment."""
    if it.state == "requested":
        it.state, it.start, it.progress = "in_progress", convex.world.now(), "Backing up tables"
        it.content = archive.write(convex.deployment, it.include_storage, it.start)
        megabytes = int(convex.world.setting("convex_export_mb"))
        if megabytes and it.include_storage:
            it.file, it.content = archive.enlarged(it.content, megabytes), b""
        convex.notify()


def _finish(convex: Convex, it: Export) -> None:
    if it.state == "in_progress":
        it.state, it.end = convex.deployment.export_result, convex.world.now()
        it.expiration = it.end + KEPT
        convex.notify()


def _named(asked: Asked) -> Export:
    name = asked.names["id"]
    for it in asked.deployment.exports:
        if name == it.id or (it.start and name == str(nanoseconds(it.start))):
            return it
    raise ConvexError(404, "ExportNotFound", f"The requested export {name} was not found")


def download(asked: Asked) -> Answer:
    it = _named(asked)
    if it.state != "completed":
        raise ConvexError(400, "ExportNotComplete", f"The requested export {asked.names['id']} has not completed")
    if it.expiration <= asked.convex.world.now():
        raise ConvexError(404, "ExportNotFound", f"The requested export {asked.names['id']} was not found")
    name = f"snapshot_{asked.deployment.name}_{nanoseconds(it.start)}.zip"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    if it.file is not None:
        return web.FileResponse(it.file.name, headers={**headers, "Content-Type": "application/zip"})
    return web.Response(body=it.content, content_type="application/zip", headers=headers)


def set_expiration(asked: Asked) -> Answer:
    it, wanted = _named(asked), asked.field("expirationTsNs", int) / 1e9
    if it.expiration != wanted:
        it.expiration = wanted
        asked.convex.record(asked.identity, "set_export_expiration", {"id": it.id})
        asked.convex.changed()
    return 200, None


def cancel(asked: Asked) -> Answer:
    it = _named(asked)
    if it.state not in RUNNING:
        raise ConvexError(400, "ExportNotInProgress", "Only exports that are requested or in progress can be canceled.")
    it.state, it.end, it.start = "canceled", asked.convex.world.now(), it.start or asked.convex.world.now()
    asked.convex.record(asked.identity, "cancel_export", {"id": it.id})
    asked.convex.changed()
    return 200, None


# -- the vendor's own queries
def _latest(context: Context, args: Json) -> t.Any:
    seen = [it for it in context.deployment.exports if it.visible <= context.now and it.requestor == "snapshotExport"]
    return document(seen[-1]) if seen else None


def _latest_cloud(context: Context, args: Json) -> t.Any:
    """Backups that the vendor makes by itself, when its dashboard was told to; here, a test puts them there."""
    seen = [it for it in context.deployment.exports if it.requestor == "cloudBackup"]
    return document(seen[-1]) if seen else None


QUERIES: dict[str, Function] = {
    "_system/cli/exports:getLatest": query(BACKUPS, _latest),
    "_system/frontend/latestExport:latestCloudExport": query(BACKUPS, _latest_cloud),
}
ROUTES: tuple[Route, ...] = (
    Route("POST", "/api/export/request/zip", request, "deployment:backups:create", True),
    Route("GET", "/api/export/zip/{id}", download, "deployment:backups:download"),
    Route("POST", "/api/export/set_expiration/{id}", set_expiration, "deployment:backups:delete", True),
    # The vendor asks for this action here, not for one of exports.
    Route("POST", "/api/export/cancel/{id}", cancel, "deployment:backups:import", True),
)

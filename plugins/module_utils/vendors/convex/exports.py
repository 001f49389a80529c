# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A snapshot of a Convex deployment, requested, waited for, and brought to a file that was looked through.

Vendor facts (Convex's open-source backend and its command-line client): one export at a time, cloud backups count too. Only the latest
can be asked about, and for a moment after the request that is still the one before: a new one has another id. Times are nanoseconds in
decimal texts. An export that has trouble is tried again by Convex for ever, so only our own deadline ends the waiting.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, path_of
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, connect, interpret, malformed, query
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.contents import inspect

LATEST_QUERY = "_system/cli/exports:getLatest"
RUNNING = ("requested", "in_progress")
NANO = 1e9
# An export that is in progress is shown after so many seconds at the latest.
SHOWN_WITHIN = 30.0
FACTS = ("id", "started_at", "completed_at", "expires_at", "path", "size", "sha256", "tables", "files")


class EndedBadly(Failure):
    """An export has ended, and is none."""


@dataclasses.dataclass(frozen=True)
class Export:
    """Times in epoch seconds. ``has_files`` is None when Convex does not say."""

    id: str
    state: str
    started_at: float | None
    completed_at: float | None
    expires_at: float | None
    has_files: bool | None

    @property
    def running(self) -> bool:
        return self.state in RUNNING

    def holds(self, files: bool) -> bool:
        """Whether it has what is wanted; more does no harm."""
        return self.has_files is True or (self.has_files is False and not files)


def latest(place: Place) -> Export | None:
    """One request."""
    raw = query(place, LATEST_QUERY)
    if raw is None:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("_id"), str) or not isinstance(raw.get("state"), str):
        raise malformed("export")
    form = raw["format"] if isinstance(raw.get("format"), dict) else {}
    stored = form.get("include_storage")
    begun, ended, expires = (_seconds(raw.get(name)) for name in ("start_ts", "complete_ts", "expiration_ts"))
    return Export(raw["_id"], plain(raw["state"], 40), begun, ended, expires, stored if isinstance(stored, bool) else None)


def _seconds(nanoseconds: t.Any) -> float | None:
    if nanoseconds is None:
        return None
    try:
        return int(nanoseconds) / NANO
    except (TypeError, ValueError):
        raise malformed("time of an export") from None


def obtain(task: Task, place: Place, before: Export | None, files: bool, adopt: bool, max_age: float) -> tuple[Export | None, bool]:
    """(the export that shall be fetched, whether it was there already). None for the first in check mode, where it would be requested."""
    if before is not None and before.running:
        return _adopted(before, files, adopt), True
    if before is not None and _serves(before, files, max_age):
        return before, True

    def look() -> Export | None:
        now = latest(place)
        return now if now is not None and (before is None or now.id != before.id) else None

    try:
        answer = place.client.change(
            operations.REQUEST_EXPORT, f"{place.where} export{' with files' if files else ''}", query={"includeStorage": str(files).lower()}, look=look
        )
    except Failure as failure:
        # Somebody else was quicker, or a request of ours whose answer was lost; it may not be shown yet.
        if failure.code != "ExportInProgress":
            raise
        patience = clock.Deadline(min(SHOWN_WITHIN, max(0.0, task.deadline.left())))
        try:
            now = wait_for(look, lambda seen: seen is not None, "the export in progress", patience, each_turn=task.gate.recorder.turn)
        except Failure as late:
            raise (failure if late.kind == "timeout" else late) from None
        return _adopted(t.cast(Export, now), files, adopt), True
    if planned(answer):
        return None, False
    if isinstance(answer, Export):
        return answer, False
    new = wait_for(look, lambda seen: seen is not None, "the new export", task.deadline, each_turn=task.gate.recorder.turn)
    return new, False


def _adopted(running: Export, files: bool, adopt: bool) -> Export:
    if not adopt:
        raise refuse("another export is in progress", "Wait for it to end, or take it over with in_progress: adopt", "busy")
    if not running.holds(files):
        raise refuse("another export is in progress, and it may lack the stored files", "Wait for it to end, then run the same command again", "busy")
    return running


def _serves(there: Export, files: bool, max_age: float) -> bool:
    """Whether a finished export is young enough, and will still be there to be fetched."""
    now = clock.now()
    young = there.started_at is not None and now - there.started_at <= max_age
    return there.state == "completed" and young and there.holds(files) and (there.expires_at is None or there.expires_at > now)


def finished(task: Task, place: Place, wanted: Export) -> Export:
    """Wait until it is completed; one request a turn."""

    def done(now: Export | None) -> bool:
        if now is None or now.id != wanted.id:
            # Another one has come after it, so it has ended; whether well shows when it is fetched.
            return wanted.running
        if now.running:
            return False
        if now.state != "completed":
            raise EndedBadly(
                "failed" if now.state in ("failed", "canceled") else "unknown",
                f"the export of {place.where} ended as {now.state}",
                "Run the same command again",
                VENDOR,
            )
        return True

    hint = "It goes on at Convex: run the same command again with a larger deadline, and it is taken over"
    found = wait_for(lambda: latest(place), done, f"the export of {place.where}", task.deadline, hint, each_turn=task.gate.recorder.turn)
    return found if found is not None and found.id == wanted.id else wanted


def fetch(place: Place, export: Export, dest: str) -> dict[str, t.Any]:
    """Bring it to ``dest``, which then is whole and was looked through; what it holds."""
    with transfer.new_file(dest) as file:
        received = bring(place, export, file)
        held = inspect(file)
    return {"path": dest, "size": received.size, "sha256": received.sha256, "tables": dict(sorted(held.tables.items())), "files": held.files}


def bring(place: Place, export: Export, file: t.BinaryIO) -> transfer.Received:
    """Read it into ``file``."""

    def refused(reply: Reply) -> Failure:
        try:
            interpret(operations.DOWNLOAD_EXPORT, reply)
        except Failure as failure:
            return failure
        return malformed("export file")

    operation = operations.DOWNLOAD_EXPORT
    received = transfer.download(place.client.wire, operation.name, path_of(operation.path, {"id": export.id}), file, refused)
    file.flush()
    return received


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_export does; its documentation tells options and result."""
    params = task.params
    dest, files = params["dest"], params["include_storage"]
    transfer.check_dest(dest, params["overwrite"])
    replaced = os.path.lexists(dest)
    place = connect(task, params)
    before = latest(place)
    export, was_there = obtain(task, place, before, files, params["in_progress"] == "adopt", params["max_age"])
    unknown = {"known_after": operations.DOWNLOAD_EXPORT.name}
    if task.check_mode or export is None:
        facts: dict[str, t.Any] = {**dict.fromkeys(FACTS, unknown), "path": dest, **({"id": export.id} if export else {})}
    else:
        if export.running:
            export = finished(task, place, export)
        facts = {**_times(export), **fetch(place, export, dest)}
    return {
        "changed": True,
        "export": {"deployment": place.name, "adopted": was_there, **facts},
        "diff": {"before": {"path": dest if replaced else None}, "after": {"path": dest, "sha256": facts["sha256"]}},
    }


def _times(export: Export) -> dict[str, t.Any]:
    return {"id": export.id, "started_at": export.started_at, "completed_at": export.completed_at, "expires_at": export.expires_at}

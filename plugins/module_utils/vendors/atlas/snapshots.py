# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Snapshots that MongoDB Atlas makes of a cluster, and keeps.

Vendor facts (MongoDB's OpenAPI document): a snapshot that is asked for has a description and a number of days for which it is kept; it is ``queued``,
then ``inProgress``, and in the end ``completed`` or ``failed``.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import VENDOR, Place, connect, malformed

Json = dict[str, t.Any]
COMPLETED, FAILED, UNDER_WAY = "completed", "failed", ("queued", "inProgress")
PAGE = 100
MOST_DAYS, LONGEST = 1800, 200


def execute_info(task: Task) -> Json:
    """What the module atlas_snapshot_info does; its documentation tells options and result."""
    found = listed(connect(task, task.params))
    return {"snapshots": found, "newest_at": next((one["created_at"] for one in found if one["status"] == COMPLETED), None)}


def listed(place: Place) -> list[Json]:
    """The newest first; one request for each hundred."""

    found = [_snapshot(one, op.LIST_SNAPSHOTS) for one in every(place, op.LIST_SNAPSHOTS, "snapshots")]
    return sorted(found, key=lambda one: float(one["created_at"]), reverse=True)


def every(place: Place, operation: Operation, what: str) -> t.Iterator[t.Any]:
    """One request for each hundred."""

    def fetch(cursor: t.Any) -> tuple[list[t.Any], t.Any]:
        page = cursor or 1
        results = place.client.call(operation, path=place.path, query={"itemsPerPage": PAGE, "pageNum": page}).get("results")
        if not isinstance(results, list):
            raise malformed(f"list of {what}", operation)
        return results, page + 1 if len(results) == PAGE else None

    yield from paging.pages(fetch, what)


def _snapshot(raw: t.Any, operation: Operation) -> Json:
    try:
        return {
            "id": plain(raw["id"], 60),
            "description": plain(raw.get("description") or "", LONGEST),
            "status": plain(raw["status"], 40),
            "type": plain(raw.get("snapshotType") or "", 40),
            "created_at": moment(raw["createdAt"]),
            "expires_at": moment(raw["expiresAt"]) if raw.get("expiresAt") else None,
            "bytes": int(raw["storageSizeBytes"]) if raw.get("storageSizeBytes") is not None else None,
            "version": plain(raw.get("mongodVersion") or "", 40),
        }
    except UNREADABLE as error:
        raise malformed("snapshot", operation) from error


def moment(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def is_over(snapshot: Json) -> bool:
    return snapshot["expires_at"] is not None and float(snapshot["expires_at"]) <= clock.now()


def execute(task: Task) -> Json:
    """What the module atlas_snapshot does; its documentation tells options and result."""
    description, kept = task.params["description"].strip(), days(task.params["retention_days"])
    if not description or len(description) > LONGEST or not description.isprintable():
        raise Failure("invalid", f"description is {plain(description, 60)!r}", f"Give 1 to {LONGEST} printable characters", VENDOR)
    place = connect(task, task.params)
    known = listed(place)
    there = next((one for one in known if one["description"] == description and one["status"] != FAILED), None)
    before = {"description": description, "status": there["status"]} if there else None
    made = there if there and there["status"] == COMPLETED else obtain(task, place, known, there, description, kept, f"snapshot {description}")
    return {
        "changed": bool(task.gate.changes),
        "snapshot": made,
        "diff": {"before": {"snapshot": before}, "after": {"snapshot": {"description": description, "status": COMPLETED}}},
    }


def days(given: int) -> int:
    if not 1 <= given <= MOST_DAYS:
        raise Failure("invalid", f"retention_days is {given}", f"Give 1 to {MOST_DAYS}", VENDOR)
    return given


def obtain(task: Task, place: Place, known: list[Json], there: Json | None, description: str, kept: int, what: str) -> Json:
    """It, once it is complete. ``there``: one that is under way and will do; ``what`` stands in the plan, where the description may be another one."""
    if there is None:
        before = {one["id"] for one in known}

        def look() -> Json | None:
            return next(({"seen": one} for one in listed(place) if one["description"] == description and one["id"] not in before), None)

        body = {"description": description, "retentionInDays": kept}
        answer = place.client.change(
            op.TAKE_SNAPSHOT, f"{place.where}: {what}", path=place.path, body=body, look=look, stands_for={**place.path, "what": what, "days": kept}
        )
        if planned(answer):
            unknown = dict.fromkeys(("id", "status", "type", "created_at", "expires_at", "bytes", "version"), KnownAfter(op.TAKE_SNAPSHOT.name))
            return {"description": description, **unknown}
        there = answer["seen"] if "seen" in answer else _snapshot(answer, op.TAKE_SNAPSHOT)
    elif task.check_mode:
        return there
    identity = t.cast(str, there["id"])

    def done(now: Json) -> bool:
        if now["status"] in UNDER_WAY:
            return False
        if now["status"] != COMPLETED:
            kind: t.Literal["failed", "unknown"] = "failed" if now["status"] == FAILED else "unknown"
            raise Failure(
                kind, f"the snapshot {identity} of {place.where} is {now['status']}", f"Look at the cluster's backups in the dashboard. {AGAIN}", VENDOR
            )
        return True

    return wait_for(
        lambda: read(place, identity), done, f"the snapshot {description}", task.deadline, f"It goes on at Atlas. {AGAIN}", each_turn=task.gate.recorder.turn
    )


def read(place: Place, identity: str) -> Json:
    """One request."""
    return _snapshot(place.client.call(op.GET_SNAPSHOT, path={**place.path, "snapshotId": identity}), op.GET_SNAPSHOT)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A snapshot of a cluster, or the cluster as it was at a moment, goes into a cluster by a restore job of Atlas.

Vendor facts (MongoDB's OpenAPI document): a job is of the cluster whose snapshot it is, names its target, and is done when it has ``finishedAt`` and is
neither ``failed`` nor ``cancelled`` nor ``expired``. It replaces all that the target holds, which is away meanwhile.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, not_there, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import snapshots
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import VENDOR, Place, check_place, connect, is_id, malformed

Json = dict[str, t.Any]
AUTOMATED, POINT_IN_TIME = "automated", "pointInTime"
RUNNING, FINISHED, FAILED, CANCELLED, EXPIRED = "running", "finished", "failed", "cancelled", "expired"
# What the vendor calls a moment that it could know.
FIRST = 1199145600.0


def execute(task: Task) -> Json:
    """What the module atlas_restore_job does; its documentation tells options and result."""
    params = task.params
    wanted, at = params["snapshot"], _moment(params["point_in_time"])
    if bool(wanted) == (at is not None):
        raise Failure("invalid", "snapshot and point_in_time are both set, or none is", "Give one of them: what goes into the target", VENDOR)
    check_place(str(params["project"]), str(params["cluster"]))
    project, cluster = str(params["target_project"] or params["project"]), str(params["target_cluster"])
    check_place(project, cluster, "target_")
    if params["confirm"] not in (cluster, f"{project}/{cluster}"):
        raise refuse(f"all that {cluster} holds would be replaced, and nobody has confirmed it", f"Set confirm: {cluster} if you mean it", "confirm")
    target = {"target_project": project, "target_cluster": cluster}
    task.gate.admit(VENDOR, op.RESTORE, f"{project}/{cluster}")
    place = connect(task, params)
    known = [job for job in listed(place) if all(job[name] == value for name, value in target.items())]
    snapshot = None if at is not None or is_id(wanted) else _named(place, wanted)
    mine = {"point_in_time": at} if at is not None else {"snapshot": snapshot["id"] if snapshot else wanted}
    before = _newest(known)
    there, how = _there(known, mine, before, params["again"])
    if there is None:
        _check_there(place, snapshot or (_named(place, wanted) if at is None else None))
        there, how = _sent(task, place, known, {**mine, **target}), "restore"
    job = there if task.check_mode or there["state"] == FINISHED else _finished(task, place, there)
    return {
        "changed": bool(task.gate.changes),
        "job": job,
        "how": how,
        "diff": {"before": {cluster: _held(before)}, "after": {cluster: _held({**job, **mine}) if how != "already" else _held(before)}},
    }


def _moment(given: str | None) -> float | None:
    if not given:
        return None
    at = float(int(durations.moment(given, "point_in_time")))
    if not FIRST <= at <= clock.now():
        raise Failure("invalid", f"point_in_time is {plain(given, 60)}", "Give a moment of the past, within the cluster's continuous backup", VENDOR)
    return at


def _held(job: Json | None) -> Json | None:
    return None if job is None else {"snapshot": job.get("snapshot"), "point_in_time": job.get("point_in_time")}


# -- what is there
def listed(place: Place) -> list[Json]:
    return [_job(one, op.LIST_RESTORES) for one in snapshots.every(place, op.LIST_RESTORES, "restore jobs")]


def _job(raw: t.Any, operation: Operation) -> Json:
    try:
        ended = raw.get("finishedAt")
        words = [word for word in (FAILED, CANCELLED, EXPIRED) if raw.get(word) is True]
        at = raw.get("pointInTimeUTCSeconds")
        delivery = plain(raw["deliveryType"], 40)
        return {
            "id": plain(raw["id"], 60),
            "state": words[0] if words else FINISHED if ended else RUNNING,
            "delivery": delivery,
            "snapshot": plain(raw["snapshotId"], 60) if delivery == AUTOMATED else None,
            "point_in_time": float(at) if at and delivery == POINT_IN_TIME else None,
            "target_project": plain(raw.get("targetGroupId") or "", 60),
            "target_cluster": plain(raw.get("targetClusterName") or "", 80),
            "finished_at": snapshots.moment(ended) if ended else None,
        }
    except UNREADABLE as error:
        raise malformed("restore job", operation) from error


def _newest(known: t.Sequence[Json]) -> Json | None:
    """The one whose data the target holds, as far as jobs tell."""
    return max((one for one in known if one["state"] == FINISHED), key=lambda one: float(one["finished_at"]), default=None)


def _is(job: Json, mine: Json) -> bool:
    return all(job[name] == value for name, value in mine.items())


def _there(known: t.Sequence[Json], mine: Json, before: Json | None, again: bool) -> tuple[Json | None, str]:
    """One that is under way, or that was the last into this target."""
    for job in known:
        if job["state"] == RUNNING:
            if _is(job, mine):
                return job, "joined"
            what = f"another restore into {job['target_cluster']} is under way (job {job['id']})"
            raise Failure("conflict", what, "Wait for it to end, or cancel it in the dashboard; then run the same command again", VENDOR, retryable=True)
    return (before, "already") if before and _is(before, mine) and not again else (None, "")


def _named(place: Place, wanted: str) -> Json:
    known = snapshots.listed(place)
    found = [one for one in known if wanted in (one["id"], one["description"])]
    if len(found) > 1:
        ids = ", ".join(one["id"] for one in found)
        raise Failure("invalid", f"{len(found)} snapshots of {place.where} are called {plain(wanted, 60)}", f"Name it by its id, one of {ids}", VENDOR)
    if not found:
        names = [name for one in known for name in (one["id"], one["description"]) if name]
        raise not_there(f"snapshot of {place.where}", plain(wanted, 60), names, "See which there are with atlas_snapshot_info", VENDOR)
    return found[0]


def _check_there(place: Place, snapshot: Json | None) -> None:
    if snapshot is None:
        return
    if snapshot["status"] != snapshots.COMPLETED:
        what = f"the snapshot {snapshot['id']} of {place.where} is {snapshot['status']}"
        raise Failure("invalid", what, "Wait until it is completed, or name another: atlas_snapshot_info", VENDOR)
    if snapshots.is_over(snapshot):
        raise Failure("invalid", f"the snapshot {snapshot['id']} of {place.where} has expired", "Name another: atlas_snapshot_info", VENDOR)


# -- the job
def _sent(task: Task, place: Place, known: t.Sequence[Json], wish: Json) -> Json:
    ids = {one["id"] for one in known}
    at, target = wish.get("point_in_time"), f"{wish['target_project']}/{wish['target_cluster']}"
    source = {"deliveryType": AUTOMATED, "snapshotId": wish["snapshot"]} if at is None else {"deliveryType": POINT_IN_TIME, "pointInTimeUTCSeconds": int(at)}

    def look() -> Json | None:
        return next(({"seen": one} for one in listed(place) if _is(one, wish) and one["id"] not in ids), None)

    body = {**source, "targetClusterName": wish["target_cluster"], "targetGroupId": wish["target_project"]}
    what = f"snapshot {wish['snapshot']}" if at is None else f"{place.path['clusterName']} as of {int(at)}"
    answer = place.client.change(op.RESTORE, f"{target}: replaced by {what}", path=place.path, body=body, look=look)
    if planned(answer):
        unknown = dict.fromkeys(("id", "state", "finished_at"), KnownAfter(op.RESTORE.name))
        return {"delivery": source["deliveryType"], "snapshot": wish.get("snapshot"), "point_in_time": at, **wish, **unknown}
    return t.cast(Json, answer["seen"]) if "seen" in answer else _job(answer, op.RESTORE)


def _finished(task: Task, place: Place, job: Json) -> Json:
    where = f"{job['target_project']}/{job['target_cluster']}"

    def done(now: Json) -> bool:
        if now["state"] in (FAILED, CANCELLED, EXPIRED):
            hint = f"What {where} holds now is not known: look at it, and at the job, in the dashboard. {AGAIN}"
            raise Failure("failed", f"the restore job {job['id']} into {where} is {now['state']}", hint, VENDOR)
        return bool(now["state"] == FINISHED)

    def read() -> Json:
        return _job(place.client.call(op.GET_RESTORE, path={**place.path, "restoreJobId": job["id"]}), op.GET_RESTORE)

    hint = f"It goes on at Atlas. {AGAIN}"
    return wait_for(read, done, f"the restore into {where}", task.deadline, hint, each_turn=task.gate.recorder.turn)

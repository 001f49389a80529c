# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_volume_backup does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volumes, workflows
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import inner, is_id
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volumes import Backup, Room, Volume

LONGEST_NAME = 100
# Seconds that a deletion may take.
MOMENT = 20.0
# (the backup as it is then, how it came about)
Outcome = tuple[t.Optional[Backup], str]  # noqa: UP045 - evaluated, where pylint cannot see that it is a type


def execute(task: Task) -> dict[str, t.Any]:
    _check(task.params)
    room = Room.of(task)
    if task.params["state"] == "restored":
        # A restore is rare, and everything else is quicker without it.
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_restore

        return volume_restore.execute(room)
    wanted = task.params["backup"]
    volume = volumes.choose(room.volumes(), task.params["volume"], room.scope)
    backups, schedule = room.backups(volume)
    before, after = {"schedule": schedule}, {"schedule": schedule}
    backup, how = None, "already"
    if wanted:
        backup, how = {"present": _present, "locked": _locked, "absent": _absent}[task.params["state"]](room, volume, backups, wanted)
        former = next((one for one in backups if wanted in (one["id"], one["name"])), None)
        before, after = {**_compared(former), **before}, {**_compared(backup), **after}
    if task.params["schedule"] is not None:
        after["schedule"] = _scheduled(room, volume, schedule, task.params["schedule"])
    return {
        "changed": bool(task.gate.changes),
        "volume": volume,
        "backup": backup,
        "schedule": after["schedule"],
        "how": how,
        "notes": [],
        "link": room.scope.link,
        "diff": {"before": before, "after": after},
    }


def _check(params: dict[str, t.Any]) -> None:
    name, restores = params["backup"], params["state"] == "restored"
    if not params["service"] and not params["volume"]:
        raise Failure("invalid", "neither volume nor service was given", "Name the volume, or the service that mounts it", VENDOR)
    if params["confirm"] is not None and not restores:
        raise Failure("invalid", f"confirm has no meaning with state: {params['state']}", "It belongs to state: restored", VENDOR)
    if restores and params["schedule"] is not None:
        raise Failure("invalid", "schedule can not be set by a restore", "Set it with a task of its own: the restored volume is another one", VENDOR)
    if name is None:
        if params["schedule"] is None or params["state"] != "present":
            raise Failure("invalid", "no backup was given", "Name it: backup; or give a schedule", VENDOR)
    elif not name.strip() or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise Failure("invalid", f"backup is {name[: LONGEST_NAME + 1]!r}", f"Give a name of 1 to {LONGEST_NAME} printable characters, or an id", VENDOR)
    if params["state"] in ("absent", "restored") and params["allow"] != "destroy":
        what = f"the data of {params['volume']} would be replaced" if restores else f"backup {name} would be deleted for good"
        raise refuse(f"{what}, and allow is {params['allow']}", "Set allow: destroy if you mean it", code="allow")


def _compared(backup: Backup | None) -> dict[str, t.Any]:
    return {"backup": backup["name"] or backup["id"], "kept": backup["expires_at"] is None} if backup else {"backup": None, "kept": False}


def _present(room: Room, volume: Volume, backups: list[Backup], wanted: str) -> Outcome:
    # Of several with one name the newest counts: that there is one is all that was asked for.
    known = next((one for one in backups if wanted in (one["id"], one["name"])), None)
    if known:
        return known, "already"
    if is_id(wanted):
        raise volumes.missing_backup(backups, wanted, volume)
    return create(room, volume, backups, wanted), "create"


def create(room: Room, volume: Volume, backups: list[Backup], name: str) -> Backup:
    """Make a backup and wait for it. Railway does not answer its id: it is the one of that name that was not there before."""
    known, what = {one["id"] for one in backups}, f"backup {name} of {volume['name']}"

    def made() -> Backup | None:
        return next((one for one in room.backups(volume)[0] if one["name"] == name and one["id"] not in known), None)

    def look() -> dict[str, t.Any]:
        return {op.CREATE_BACKUP.name: {"made": workflows.patiently(room.task, made, what)}}

    variables = {"volumeInstanceId": volume["instance_id"], "name": name}
    answer = room.client.change(op.CREATE_BACKUP, f"{room.scope}: {what}", variables=variables, look=look)
    if planned(answer):
        unknown = dict.fromkeys(("id", "created_at", "used_mb", "referenced_mb", "volume_size_mb"), KnownAfter(op.CREATE_BACKUP.name))
        return {"name": name, "expires_at": None, "scheduled": False, **unknown}
    said = answer.get(op.CREATE_BACKUP.name)
    if isinstance(said, dict) and said.get("made"):
        return t.cast(Backup, said["made"])
    return workflows.wait(room.task, room.client, room.scope, workflows.identity(said), made, what)


def _absent(room: Room, volume: Volume, backups: list[Backup], wanted: str) -> Outcome:
    backup = volumes.choose_backup(backups, wanted, volume)
    if backup is None:
        return None, "already"

    def gone() -> bool | None:
        return True if all(one["id"] != backup["id"] for one in room.backups(volume)[0]) else None

    what = f"backup {backup['name'] or backup['id']} of {volume['name']}"

    def look() -> dict[str, t.Any] | None:
        try:
            return {op.DELETE_BACKUP.name: {"gone": workflows.patiently(room.task, gone, f"the end of {what}", MOMENT)}}
        except Failure as failure:
            # Nothing happened, so it is sent again: what is gone cannot be deleted twice.
            if failure.kind != "timeout":
                raise
            return None

    variables = {"volumeInstanceId": volume["instance_id"], "volumeInstanceBackupId": backup["id"]}
    try:
        answer = room.client.change(op.DELETE_BACKUP, f"{room.scope}: {what}", variables=variables, look=look)
    except Failure as failure:
        # A request whose answer was lost has been served late.
        if failure.kind != "not_found" or not gone():
            raise
        return None, "delete"
    if not planned(answer) and not inner(answer.get(op.DELETE_BACKUP.name), "gone"):
        workflows.wait(room.task, room.client, room.scope, workflows.identity(answer.get(op.DELETE_BACKUP.name)), gone, f"the end of {what}")
    return None, "delete"


def _locked(room: Room, volume: Volume, backups: list[Backup], wanted: str) -> Outcome:
    backup = volumes.choose_backup(backups, wanted, volume)
    if backup is None:
        raise volumes.missing_backup(backups, wanted, volume)
    if backup["expires_at"] is None:
        return backup, "already"

    def look() -> dict[str, bool] | None:
        now = next((one for one in room.backups(volume)[0] if one["id"] == backup["id"]), None)
        return {op.LOCK_BACKUP.name: True} if now and now["expires_at"] is None else None

    variables = {"volumeInstanceId": volume["instance_id"], "volumeInstanceBackupId": backup["id"]}
    room.client.change(op.LOCK_BACKUP, f"{room.scope}: backup {backup['name'] or backup['id']} of {volume['name']}", variables=variables, look=look)
    return {**backup, "expires_at": None}, "lock"


def _scheduled(room: Room, volume: Volume, current: list[str], wanted: list[str]) -> list[str]:
    kinds = volumes.in_order(wanted)
    if kinds == current:
        return current

    def look() -> dict[str, bool] | None:
        return {op.SCHEDULE_BACKUPS.name: True} if room.backups(volume)[1] == kinds else None

    target = f"{room.scope}: schedule of {volume['name']}"
    room.client.change(op.SCHEDULE_BACKUPS, target, variables={"volumeInstanceId": volume["instance_id"], "kinds": kinds}, look=look)
    return kinds

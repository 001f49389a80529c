# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A service goes on with the data of a backup: a safety backup, a copy of the backup in a new volume, and the commit that mounts it.

Facts (Railway documentation "Backups", its own client): the restore copies the backup into a new volume and only *stages* that the service
mounts it; committing applies everything that is staged, also what somebody else has put there; the former volume stays, unmounted, with
its newer backups; replicas of a cluster would diverge from a restored primary.

What was done already is read from Railway itself, so that a run that was killed is continued: a fresh safety backup, a volume that is
being restored, a staged exchange of volumes, and at last a volume that is no longer mounted.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import service, volume_backup, volumes, workflows
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import epoch
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import PAGE, inner, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volumes import Backup, Room, Volume

# A safety backup that is older than so many seconds belongs to an earlier restore.
SAFETY_FRESH = 3600.0
# Roles of a service in a database cluster; an "edge" alone may be a pooler in front of a single database.
CLUSTER_ROLES = ("replica", "internal")


@dataclasses.dataclass(frozen=True)
class Found:
    """What an environment tells; ``staged`` is the patch that waits to be committed, empty when nothing does."""

    volumes: list[Volume]
    staged: dict[str, t.Any]
    staged_at: float
    error: str
    services: dict[str, t.Any]


def execute(room: Room) -> dict[str, t.Any]:
    params = room.task.params
    if params["confirm"] not in (room.scope.environment, room.scope.environment_id):
        message = f"confirm is {params['confirm']}, and the volume belongs to environment {room.scope.environment}"
        raise refuse(message, f"Set confirm: {room.scope.environment} if you mean it", code="confirm")
    found = observe(room)
    volume = volumes.choose(found.volumes, params["volume"], room.scope)
    if volume["service_id"] != room.scope.service_id:
        return _restored_already(room, found, volume)
    backups, schedule = room.backups(volume)
    backup = volumes.choose_backup(backups, params["backup"], volume)
    if backup is None:
        raise volumes.missing_backup(backups, params["backup"], volume)
    _refuse_cluster(room, found.services)
    safety = _safety(backups, backup)
    begun = _begun(room, found, volume, safety)
    if not begun and not safety:
        safety = volume_backup.create(room, volume, backups, _safety_name(backups, backup))
    if begun != "staged":
        _copy(room, volume, backup, begun == "copying")
    now = _commit(room, volume, backup, found.error)
    notes = [f"the former volume {volume['name']} is kept, unmounted, with the backups that are newer than {_called(backup)}"]
    if schedule:
        notes.append(f"{volume['name']} was backed up {', '.join(schedule)}: set the schedule of the new volume")
    return _result(room, now, backup, safety, "restore", notes, before=volume)


def observe(room: Room) -> Found:
    """One request for each hundred volumes of the environment."""
    first: dict[str, t.Any] = {}

    def fetch(cursor: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        data = read(room.client, op.STAGED_VOLUMES, environmentId=room.scope.environment_id, projectId=room.scope.project_id, first=PAGE, after=cursor)
        first.update({} if first else data)
        return volumes.volume_nodes(data.get("environment"), op.STAGED_VOLUMES)

    listed = volumes.living(paging.pages(fetch, "volumes"), op.STAGED_VOLUMES)
    staged: t.Any = first.get("environmentStagedChanges")
    environment = first.get("environment") or {}
    config = environment.get("config")
    try:
        waits = staged["status"] == "STAGED"
        patch = staged.get("patch") or {}
        staged_at = epoch(staged["createdAt"])
        error = redaction.plain(staged.get("lastAppliedError") or "", 300)
    except (AttributeError, TypeError, KeyError, ValueError) as problem:
        raise malformed(op.STAGED_VOLUMES, "does not tell what is staged") from problem
    services = config.get("services") if isinstance(config, dict) else None
    if not isinstance(patch, dict) or not isinstance(services, dict):
        raise malformed(op.STAGED_VOLUMES, "does not tell the services of the environment")
    # Empty parts are what is left of changes that were taken back.
    return Found(listed, {key: part for key, part in patch.items() if part} if waits else {}, staged_at, error, services)


def exchange(staged: t.Mapping[str, t.Any], service_id: str, volume: Volume) -> str | None:
    """The id of the volume that takes the place of ``volume``, when that is all that is staged."""
    services = staged.get("services")
    if set(staged) - {"services", "volumes"} or not isinstance(services, dict) or set(services) != {service_id}:
        return None
    changes = services[service_id]
    mounts = changes.get("volumeMounts") if isinstance(changes, dict) and set(changes) == {"volumeMounts"} else None
    if not isinstance(mounts, dict) or set(staged.get("volumes") or {}) - set(mounts):
        return None
    new = [key for key, mount in mounts.items() if key != volume["id"] and isinstance(mount, dict) and mount.get("mountPath") == volume["mount_path"]]
    return new[0] if len(new) == 1 and set(mounts) <= {volume["id"], new[0]} and mounts.get(volume["id"]) is None else None


def _restored_already(room: Room, found: Found, volume: Volume) -> dict[str, t.Any]:
    """The volume was taken off the service: then a restore of it is through, or is being deployed."""
    now = next((one for one in found.volumes if one["service_id"] == room.scope.service_id), None)
    if volume["service_id"] is not None or now is None or now["created_at"] <= volume["created_at"]:
        at = f"; {now['name']} is" if now else ""
        raise refuse(f"volume {volume['name']} is not mounted by {room.scope}{at}", "Name the volume that the service mounts", code="not_mounted")
    busy = service.observe(room.client, room.scope).in_progress()
    if busy and not room.task.check_mode:
        what = f"{room.scope.service} with {now['name']}"
        service.wait_until_active(room.task, room.client, room.scope, lambda seen: seen.get(busy["id"]), what)
    notes = [f"{volume['name']} is no longer mounted by {room.scope.service}: {now['name']} took its place"]
    return _result(room, now, None, None, "already", notes, before=now)


def _refuse_cluster(room: Room, services: dict[str, t.Any]) -> None:
    ours = services.get(room.scope.service_id) or {}
    members = [one for one in services.values() if isinstance(one, dict) and one.get("parentServiceId") == room.scope.service_id]
    image = str(inner(ours.get("source"), "image") or "") if isinstance(ours, dict) else ""
    clustered = (isinstance(ours, dict) and ours.get("clusterRole")) or any(one.get("clusterRole") in CLUSTER_ROLES for one in members)
    if clustered or "patroni" in image or "postgres-ha" in image:
        raise refuse(
            f"{room.scope} belongs to a database cluster: its replicas would diverge from the restored data",
            "Restore into a single database, or follow Railway's guide for clusters in the dashboard",
            code="cluster",
        )


def _safety_name(backups: list[Backup], backup: Backup) -> str:
    """The same name whenever the same is found, so that a plan names what its apply makes."""
    prefix = f"before-restore-{backup['id'][:8]}"
    former = sum(1 for one in backups if (one["name"] or "").startswith(prefix))
    return f"{prefix}-{former + 1}"


def _safety(backups: list[Backup], backup: Backup) -> Backup | None:
    """A safety backup that a run, which was killed since, made for this restore."""
    prefix = f"before-restore-{backup['id'][:8]}-"
    fresh = [one for one in backups if (one["name"] or "").startswith(prefix) and one["created_at"] >= clock.now() - SAFETY_FRESH]
    return fresh[0] if fresh else None


def _begun(room: Room, found: Found, volume: Volume, safety: Backup | None) -> str:
    """How far this restore is already: "", "copying" or "staged". What is somebody else's is refused."""
    if found.staged:
        if safety and found.staged_at >= safety["created_at"] and exchange(found.staged, room.scope.service_id, volume):
            return "staged"
        raise _foreign(room, found)
    copies = [one for one in found.volumes if one["state"] == "RESTORING" and (one["id"] == volume["id"] or one["service_id"] in (None, volume["service_id"]))]
    if not copies:
        return ""
    if safety and all(one["id"] == volume["id"] or one["created_at"] >= safety["created_at"] for one in copies):
        return "copying"
    raise Failure("conflict", f"volume {copies[0]['name']} is being restored", "Wait for it, then see what is staged", VENDOR, code="busy", retryable=True)


def _foreign(room: Room, found: Found) -> Failure:
    parts = [f"{len(part)} in {redaction.plain(name, 40)}" if isinstance(part, dict) else redaction.plain(name, 40) for name, part in found.staged.items()]
    return refuse(
        f"changes that are not this restore's are staged in {room.scope.environment} ({', '.join(sorted(parts))}), and would be applied with it",
        f"Deploy or discard them in Railway's dashboard ({room.scope.link}), then run the same command again",
        code="staged",
    )


def _copy(room: Room, volume: Volume, backup: Backup, under_way: bool) -> None:
    """Let Railway copy the backup into a new volume, and wait until its exchange is staged."""
    what = f"the copy of backup {_called(backup)} of {volume['name']}"

    def staged() -> str | None:
        found = observe(room)
        if not found.staged:
            return None
        new = exchange(found.staged, room.scope.service_id, volume)
        if new is None:
            raise _foreign(room, found)
        return new

    def look() -> dict[str, t.Any]:
        def shows() -> bool | None:
            found = observe(room)
            return True if found.staged or any(one["state"] == "RESTORING" for one in found.volumes) else None

        return {op.RESTORE_BACKUP.name: {"seen": workflows.patiently(room.task, shows, what)}}

    workflow = None
    if not under_way:
        variables = {"volumeInstanceId": volume["instance_id"], "volumeInstanceBackupId": backup["id"]}
        target = f"{room.scope}: {volume['name']} from backup {_called(backup)}"
        answer = room.client.change(op.RESTORE_BACKUP, target, variables=variables, look=look)
        if planned(answer):
            return
        workflow = workflows.identity(answer.get(op.RESTORE_BACKUP.name))
    if not room.task.check_mode:
        workflows.wait(room.task, room.client, room.scope, workflow, staged, what)


def _commit(room: Room, volume: Volume, backup: Backup, former_error: str) -> Volume:
    """Apply the exchange, and wait until a new deployment serves with the new volume."""
    task, client, scope = room.task, room.client, room.scope
    marker = None if task.check_mode else service.Marker.of(service.observe(client, scope))

    def mounted() -> Volume | None:
        found = observe(room)
        if found.error and found.error != former_error:
            raise Failure("failed", f"the exchange of {volume['name']} was not applied: {found.error}", f"Look at {scope.link}", VENDOR, code="not_applied")
        now = next((one for one in found.volumes if one["service_id"] == scope.service_id), None)
        return now if now and now["id"] != volume["id"] else None

    def look() -> dict[str, t.Any] | None:
        return {op.COMMIT_STAGED.name: ""} if mounted() or not observe(room).staged else None

    message = f"Restore {volume['name']} from backup {_called(backup)}"
    variables = {"environmentId": scope.environment_id, "commitMessage": message}
    answer = client.change(op.COMMIT_STAGED, f"{scope}: exchange of {volume['name']}", variables=variables, look=look)
    if planned(answer) or marker is None:
        told = dict.fromkeys(("id", "instance_id", "name", "created_at", "used_mb"), KnownAfter(op.RESTORE_BACKUP.name))
        return {**volume, **told, "state": "READY"}
    now = service.poll(task, scope, mounted, lambda seen: seen is not None, f"{scope.service} with the restored volume")
    service.wait_until_active(task, client, scope, lambda seen: marker.new(seen, lambda _one: True), f"{scope.service} with the restored data")
    return t.cast(Volume, now)


def _called(backup: Backup) -> str:
    return str(backup["name"] or backup["id"])


def _result(room: Room, volume: Volume, backup: Backup | None, safety: Backup | None, how: str, notes: list[str], before: Volume) -> dict[str, t.Any]:
    return {
        "changed": bool(room.task.gate.changes),
        "volume": volume,
        "backup": backup,
        "safety_backup": safety,
        "schedule": None,
        "how": how,
        "notes": notes,
        "link": room.scope.link,
        "diff": {"before": {"mounted": before["id"]}, "after": {"mounted": volume["id"]}},
    }

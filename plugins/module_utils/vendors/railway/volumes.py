# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Railway's volumes in one environment, and the backups of one of them.

Facts (Railway documentation "Backups", public API): a volume has one instance in each environment, and it is the instance that is backed
up; a service mounts one volume at the most; sizes are megabytes that Railway counts anew every few hours; a backup without a schedule was
made by hand; one without an expiry is kept until somebody deletes it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS, VENDOR, connect, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import epoch
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import (
    PAGE,
    Scope,
    inner,
    malformed,
    nodes,
    pick,
    resolve,
    resolve_environment,
)

Volume = dict[str, t.Any]
Backup = dict[str, t.Any]
KINDS = ("DAILY", "WEEKLY", "MONTHLY")
# A volume may be named without the service that mounts it.
VOLUME_ARGUMENTS: dict[str, dict[str, t.Any]] = {**RAILWAY_ARGUMENTS, "service": {"type": "str"}, "volume": {"type": "str"}}


@dataclasses.dataclass(frozen=True)
class Room:
    """What every task about volumes works with."""

    task: Task
    client: Client
    scope: Scope

    @classmethod
    def of(cls, task: Task) -> Room:
        params = task.params
        client, has_project_token = connect(task, params), bool(params["token"])
        if params["service"]:
            return cls(task, client, resolve(client, params["project"], params["environment"], params["service"], has_project_token))
        return cls(task, client, resolve_environment(client, params["project"], params["environment"], has_project_token))

    def volumes(self) -> list[Volume]:
        """Of the environment; those that are being deleted are left out. One request for each hundred."""

        def fetch(cursor: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
            data = read(self.client, op.VOLUMES, environmentId=self.scope.environment_id, projectId=self.scope.project_id, first=PAGE, after=cursor)
            return volume_nodes(data.get("environment"), op.VOLUMES)

        return living(paging.pages(fetch, "volumes"), op.VOLUMES)

    def backups(self, volume: Volume) -> tuple[list[Backup], list[str]]:
        """(backups, newest first; the kinds of schedules). One request."""
        data = read(self.client, op.BACKUPS, volumeInstanceId=volume["instance_id"])
        listed, schedules = data.get("volumeInstanceBackupList"), data.get("volumeInstanceBackupScheduleList")
        if not isinstance(listed, list) or not isinstance(schedules, list):
            raise malformed(op.BACKUPS, "is not the documented list")
        try:
            kinds = {redaction.plain(one["kind"], 60) for one in schedules}
        except UNREADABLE as error:
            raise malformed(op.BACKUPS, "holds a schedule without a kind") from error
        return sorted((_backup(one) for one in listed), key=lambda one: float(one["created_at"]), reverse=True), in_order(kinds)


def volume_nodes(environment: t.Any, operation: Operation) -> tuple[list[dict[str, t.Any]], str | None]:
    return nodes(inner(environment, "volumeInstances"), operation)


def living(listed: t.Iterable[dict[str, t.Any]], operation: Operation) -> list[Volume]:
    try:
        return [_volume(node) for node in listed if not node.get("deletedAt") and not node.get("isPendingDeletion")]
    except UNREADABLE as error:
        raise malformed(operation, "holds a volume without id, name or createdAt") from error


def _volume(node: dict[str, t.Any]) -> Volume:
    return {
        "id": redaction.plain(node["volumeId"], 100),
        "instance_id": redaction.plain(node["id"], 100),
        "name": redaction.plain(node["volume"]["name"], 100),
        "service_id": redaction.plain(node["serviceId"], 100) if node.get("serviceId") else None,
        "mount_path": redaction.plain(node.get("mountPath") or "", 300),
        "region": redaction.plain(node["region"], 60) if node.get("region") else None,
        "state": redaction.plain(node["state"], 60) if node.get("state") else None,
        "size_mb": _number(node.get("sizeMB")),
        "used_mb": _number(node.get("currentSizeMB")),
        "created_at": epoch(node["createdAt"]),
    }


def _backup(node: t.Any) -> Backup:
    try:
        return {
            "id": redaction.plain(node["id"], 100),
            "name": redaction.plain(node["name"], 200) if node.get("name") else None,
            "created_at": epoch(node["createdAt"]),
            "expires_at": epoch(node["expiresAt"]) if node.get("expiresAt") else None,
            "scheduled": bool(node.get("scheduleId")),
            "used_mb": _number(node.get("usedMB")),
            "referenced_mb": _number(node.get("referencedMB")),
            "volume_size_mb": _number(node.get("volumeInstanceSizeMB")),
        }
    except UNREADABLE as error:
        raise malformed(op.BACKUPS, "holds a backup without id or createdAt") from error


def _number(value: t.Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def in_order(kinds: t.Iterable[str]) -> list[str]:
    """Railway's own order; a kind that is not known comes last, so that it is seen and compared."""
    return sorted(set(kinds), key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind))


def choose(volumes: list[Volume], wanted: str | None, scope: Scope) -> Volume:
    """The volume that is meant: by name, id or id of its instance, else the one that the service mounts."""
    if wanted:
        found = [one for one in volumes if wanted in (one["id"], one["instance_id"])]
        if found:
            return found[0]
        where = f"environment {scope.environment} of {scope.project}"
        identity = pick(wanted, [(one["instance_id"], one["name"]) for one in volumes], "volume", where)[0]
        return next(one for one in volumes if one["instance_id"] == identity)
    mounted = [one for one in volumes if one["service_id"] == scope.service_id]
    if len(mounted) == 1:
        return mounted[0]
    names = ", ".join(sorted(one["name"] for one in mounted or volumes)) or "none"
    what = "mounts several volumes" if mounted else "mounts no volume"
    raise Failure("invalid" if mounted else "not_found", f"{scope} {what}", f"Name it: volume. There is: {names}", VENDOR, code="volume")


def choose_backup(backups: list[Backup], wanted: str, volume: Volume) -> Backup | None:
    """By id or exact name; None when there is none. Two of one name are an error, since names are not unique."""
    found = [one for one in backups if wanted in (one["id"], one["name"])]
    if len(found) > 1:
        ids = ", ".join(one["id"] for one in found)
        raise Failure("invalid", f"{len(found)} backups of {volume['name']} are called {wanted}", f"Name it by its id, one of {ids}", VENDOR)
    return found[0] if found else None


def missing_backup(backups: list[Backup], wanted: str, volume: Volume) -> Failure:
    try:
        pick(wanted, [(one["id"], one["name"] or one["id"]) for one in backups], "backup", f"volume {volume['name']}")
    except Failure as failure:
        return failure
    raise AssertionError("unreachable")

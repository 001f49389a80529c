# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's answers about volumes and their backups; a part of ``Resolvers``."""

from __future__ import annotations

import typing as t

from .access import Access, connection, when
from .state import Environment, Json, RailwayError
from .volumes import CRON, DAY, KEPT, Backup, Volume, Workflow


class VolumeResolvers(Access):
    if t.TYPE_CHECKING:

        def render_project(self) -> Json: ...

    def render_volumes(self, environment: Environment, arguments: Json) -> Json:
        found = [it for it in self._railway.volumes.all.values() if it.environment == environment.id]
        return connection(found, self._volume, arguments)

    def _instance(self, identifier: str) -> Volume:
        self._anyone()
        it = self._railway.volumes.of(identifier)
        self._environment(it.environment)
        return it

    # -- queries
    def volumeInstance(self, _info: t.Any, id: str) -> Json:
        return self._volume(self._instance(id))

    def volumeInstanceBackupList(self, _info: t.Any, volumeInstanceId: str) -> list[Json]:
        it = self._instance(volumeInstanceId)
        return [self._backup(it, one) for one in self._railway.volumes.backups(it)]

    def volumeInstanceBackupScheduleList(self, _info: t.Any, volumeInstanceId: str) -> list[Json]:
        it = self._instance(volumeInstanceId)
        return [
            {
                "id": identifier,
                "name": kind.title(),
                "kind": kind,
                "cron": CRON[kind],
                "retentionSeconds": round(KEPT[kind] * DAY),
                "createdAt": when(it.created),
            }
            for kind, identifier in it.schedules.items()
        ]

    def workflowStatus(self, _info: t.Any, workflowId: str) -> Json:
        self._anyone()
        it = self._railway.volumes.status(workflowId)
        return {"status": it.status, "error": it.error}

    # -- mutations
    def volumeInstanceBackupCreate(self, _info: t.Any, volumeInstanceId: str, name: str | None = None) -> Json:
        return self._workflow(self._railway.volumes.create_backup(self._instance(volumeInstanceId), name))

    def volumeInstanceBackupDelete(self, _info: t.Any, volumeInstanceId: str, volumeInstanceBackupId: str) -> Json:
        return self._workflow(self._railway.volumes.delete_backup(self._instance(volumeInstanceId), volumeInstanceBackupId))

    def volumeInstanceBackupLock(self, _info: t.Any, volumeInstanceId: str, volumeInstanceBackupId: str) -> bool:
        self._railway.volumes.lock_backup(self._instance(volumeInstanceId), volumeInstanceBackupId)
        return True

    def volumeInstanceBackupRestore(self, _info: t.Any, volumeInstanceId: str, volumeInstanceBackupId: str) -> Json:
        return self._workflow(self._railway.volumes.restore(self._instance(volumeInstanceId), volumeInstanceBackupId))

    def volumeInstanceBackupScheduleUpdate(self, _info: t.Any, volumeInstanceId: str, kinds: list[str]) -> bool:
        self._railway.volumes.schedule(self._instance(volumeInstanceId), kinds)
        return True

    def volumeInstancePITRRestore(self, _info: t.Any, volumeInstanceId: str, targetTimestamp: str, newServiceName: str | None = None) -> Json:
        it = self._instance(volumeInstanceId)
        if str(targetTimestamp) < str(when(it.created)):
            raise RailwayError("The time lies outside of the restore window", "BAD_USER_INPUT")
        return self._workflow(self._railway.volumes.restore_to_a_moment(it, newServiceName))

    # -- objects
    def _workflow(self, it: Workflow) -> Json:
        return {"workflowId": it.id}

    def _volume(self, it: Volume) -> Json:
        volume = {"id": it.id, "name": it.name, "projectId": self._railway.project_id, "createdAt": when(it.created)}
        return {
            "id": it.instance,
            "volumeId": it.id,
            "volume": {**volume, "project": lambda _info: self.render_project()},
            "serviceId": it.service,
            "environmentId": it.environment,
            "mountPath": it.mount,
            "region": "us-west2",
            "state": it.state,
            "sizeMB": it.size_mb,
            "currentSizeMB": it.used_mb,
            "isPendingDeletion": False,
            "deletedAt": None,
            "createdAt": when(it.created),
        }

    def _backup(self, volume: Volume, it: Backup) -> Json:
        return {
            "id": it.id,
            "name": it.name,
            "createdAt": when(it.created),
            "expiresAt": when(it.expires),
            "scheduleId": it.schedule,
            "creatorId": None if it.schedule else self._railway.user_id,
            "usedMB": it.used_mb,
            "referencedMB": it.used_mb,
            "volumeInstanceSizeMB": volume.size_mb,
            "externalId": f"snapshot-{it.id[:8]}",
        }

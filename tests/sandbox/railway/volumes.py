# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, their backups, and the workflows that make, delete and restore them.

Facts behind the rules: a call answers the id of a workflow, whose status cannot be read for a moment, and of some types never; a backup
shows when its workflow is complete; a restore copies the backup into a new volume, named after the backup's time, and stages that the
service mounts it in place of the former one; nothing happens before that is committed. The former volume stays with its newer backups.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..world import ago
from .config import usual_settings
from .state import Json, RailwayError, Service, not_authorized

if t.TYPE_CHECKING:
    from .vendor import Railway

# Days for which a scheduled backup is kept, and how often one is made.
KEPT = {"DAILY": 6, "WEEKLY": 30, "MONTHLY": 90}
CRON = {"DAILY": "0 0 * * *", "WEEKLY": "0 0 * * 0", "MONTHLY": "0 0 1 * *"}
DAY = 86400.0


@dataclass
class Backup:
    id: str
    name: str | None
    created: float
    used_mb: int
    expires: float | None = None
    schedule: str | None = None


@dataclass
class Volume:
    """A volume and its one instance (in the environment that the scenario describes)."""

    id: str
    instance: str
    name: str
    environment: str
    service: str | None
    mount: str
    size_mb: int
    used_mb: float
    created: float
    state: str = "READY"
    backups: list[Backup] = field(default_factory=list)
    schedules: dict[str, str] = field(default_factory=dict)
    # The volume and the backup that this one is a copy of.
    origin: tuple[str, str] | None = None


@dataclass
class Workflow:
    id: str
    kind: str
    began: float
    status: str = "Running"
    error: str | None = None


class Volumes:
    def __init__(self, railway: Railway) -> None:
        self._railway = railway
        self._world = railway.world
        # By the id of the instance: that is what calls take.
        self.all: dict[str, Volume] = {}
        self.workflows: dict[str, Workflow] = {}
        self.effects: dict[str, int] = {}

    def seed(self, components: dict[str, Json]) -> None:
        self.all.clear()
        self.workflows.clear()
        self.effects.clear()
        for component, seed in components.items():
            if seed.get("volume"):
                self._seed(self._railway.service_of(component), seed["volume"])

    def _seed(self, service: Service, facts: Json) -> None:
        now, uuid = self._world.now(), self._world.uuid
        it = Volume(
            id=uuid(),
            instance=uuid(),
            name=facts["name"],
            environment=self._railway.production,
            service=service.id,
            mount=facts["mount"],
            size_mb=facts["size_mb"],
            used_mb=facts["used_mb"],
            created=service.created,
            schedules={kind: uuid() for kind in facts.get("schedules", [])},
        )
        for backup in facts.get("backups", []):
            created = ago(now, backup["created"])
            kind = backup.get("schedule")
            expires = created + KEPT[kind] * DAY if kind else ago(now, backup["expires"]) if "expires" in backup else None
            it.backups.append(Backup(uuid(), backup.get("name"), created, round(it.used_mb), expires, it.schedules.get(kind) if kind else None))
        self.all[it.instance] = it

    # -- reading
    def of(self, instance: str) -> Volume:
        """The id of a volume is not that of its instance, and is answered like anything out of reach."""
        try:
            return self.all[instance]
        except KeyError:
            raise not_authorized() from None

    def backups(self, it: Volume) -> list[Backup]:
        it.backups = [one for one in it.backups if one.expires is None or one.expires > self._world.now()]
        return it.backups

    def status(self, workflow: str) -> Workflow:
        it = self.workflows.get(workflow)
        lag = float(self._world.setting("railway_workflow_lag"))
        if it is None or self._world.now() - it.began < lag:
            return Workflow(workflow, "", 0.0, "NotFound")
        if it.kind in self._world.setting("railway_workflows_refused"):
            raise not_authorized()
        return it

    def snapshot(self, service: Service) -> list[Json]:
        """Every volume that the service mounts or mounted; tests look here."""
        return [
            {
                "id": it.id,
                "instance": it.instance,
                "name": it.name,
                "mounted": it.service == service.id,
                "state": it.state,
                "backups": [{"id": one.id, "name": one.name, "expires": one.expires, "scheduled": one.schedule is not None} for one in it.backups],
                "schedules": sorted(it.schedules),
            }
            for it in self.all.values()
        ]

    # -- changing
    def create_backup(self, it: Volume, name: str | None) -> Workflow:
        if it.used_mb > it.size_mb / 2:
            raise RailwayError("The volume's data is larger than half of its size, which is the most that a manual backup may hold", code="BAD_USER_INPUT")

        def made() -> None:
            it.backups.append(Backup(self._world.uuid(), name or "Manual", self._world.now(), round(it.used_mb)))

        return self._begin("create", float(self._world.setting("railway_backup_seconds")), made)

    def delete_backup(self, it: Volume, backup: str) -> Workflow:
        one = self._backup(it, backup)

        def gone() -> None:
            it.backups = [other for other in it.backups if other is not one]

        return self._begin("delete", 3.0, gone)

    def lock_backup(self, it: Volume, backup: str) -> None:
        self._backup(it, backup).expires = None
        self._count("lock")

    def schedule(self, it: Volume, kinds: list[str]) -> None:
        it.schedules = {kind: it.schedules.get(kind) or self._world.uuid() for kind in kinds}
        self._count("schedule")

    def restore(self, it: Volume, backup: str) -> Workflow:
        one = self._backup(it, backup)
        uuid = self._world.uuid
        stamp = datetime.fromtimestamp(one.created, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
        copy = Volume(
            uuid(), uuid(), stamp, it.environment, None, it.mount, it.size_mb, it.used_mb, self._world.now(), "RESTORING", origin=(it.instance, one.id)
        )
        self.all[copy.instance] = copy

        def copied() -> None:
            copy.state = "READY"
            mounts = {it.id: None, copy.id: {"mountPath": it.mount}}
            self._railway.config.stage(it.environment, {"services": {str(it.service): {"volumeMounts": mounts}}}, True)

        return self._begin("restore", float(self._world.setting("railway_restore_seconds")), copied)

    def mount(self, service: str, mounts: Json) -> None:
        """A committed patch: what the service mounts from now on."""
        for volume, wanted in mounts.items():
            it = next((one for one in self.all.values() if one.id == volume), None)
            if it is None:
                raise RailwayError("Volume not found")
            it.service = service if wanted else None
            origin = self.all.get(it.origin[0]) if it.origin and wanted else None
            if origin is not None and it.origin is not None:
                restored = next((one for one in origin.backups if one.id == it.origin[1]), None)
                it.backups = [one for one in origin.backups if restored and one.created <= restored.created]

    def restore_to_a_moment(self, it: Volume, name: str | None) -> Workflow:
        """A new service beside the one that holds the data; nothing that exists is touched."""
        source = self._railway.services[str(it.service)]

        def made() -> None:
            now = self._world.now()
            stamp = datetime.fromtimestamp(now, tz=UTC).strftime("%Y%m%d-%H%M")
            new = Service(self._world.uuid(), self._world.uuid(), name or f"{source.name}-restored-{stamp}", "", now, settings=usual_settings())
            self._railway.services[new.id] = new

        return self._begin("pitr", float(self._world.setting("railway_restore_seconds")), made)

    def _backup(self, it: Volume, backup: str) -> Backup:
        found = next((one for one in self.backups(it) if one.id == backup), None)
        if found is None:
            raise RailwayError("Backup not found")
        return found

    def _count(self, kind: str) -> None:
        self.effects[kind] = self.effects.get(kind, 0) + 1
        self._world.changed()

    def _begin(self, kind: str, seconds: float, effect: t.Callable[[], None]) -> Workflow:
        it = Workflow(self._world.uuid(), kind, self._world.now())
        self.workflows[it.id] = it
        self._count(kind)
        wrong = self._world.setting("railway_workflow_error")

        def end() -> None:
            if wrong:
                it.status, it.error = "Error", str(wrong)
                return
            effect()
            it.status = "Complete"

        self._world.after(seconds, end)
        return it

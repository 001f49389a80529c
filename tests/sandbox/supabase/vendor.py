# SPDX-License-Identifier: GPL-3.0-or-later
"""Supabase's Management API for one project: backups that come by themselves, and restore points that take a moment."""

from __future__ import annotations

import datetime
import re
import typing as t

from aiohttp import web

from ..errors import Refused
from ..service import Handler, document
from ..watcher import Json, Watcher

PROJECT = "abcdefghijklmnopqrst"
STATES = ("ACTIVE_HEALTHY", "INACTIVE", "RESTORE_FAILED", "RESTORING", "UNKNOWN")
DAY = 86400.0
LONGEST_NAME = 20
# How long a restore point takes, and a restore.
SECONDS, RESTORE = 8.0, 150.0
MOST_CHANGES = 3
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")


def when(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Supabase(Watcher):
    name = "supabase"

    def begin(self) -> None:
        super().begin()
        now = self.world.now()
        self._state, self._plan, self._result = "ACTIVE_HEALTHY", "pro", "AVAILABLE"
        self._restore: str | None = "ACTIVE_HEALTHY"
        self._schedule = {"schedule_for": "02:30:00", "updated_at": when(now - 30 * DAY)}
        self._set: list[float] = []
        self._backups: list[Json] = [
            {"id": 4100 + number, "is_physical_backup": False, "status": "COMPLETED", "inserted_at": when(now - (7 - number) * DAY + DAY / 4)}
            for number in range(7)
        ]
        self._points: dict[str, Json] = {"half-way": {"name": "half-way", "status": "FAILED", "completed_on": None}}

    def run_info(self, url: str) -> Json:
        return {"url": url, "token": self.world.token("supabase.personal", "sbp_"), "project": PROJECT}

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``state`` of the project. ``plan``: free or pro. ``result``: what becomes of the next restore points. ``backups``: the statuses of the newest.
        ``physical``: so many of the newest backups are physical ones. ``restore``: the state in which the next restores end; None: they never begin."""
        strange = set(changes) - {"state", "plan", "result", "backups", "physical", "restore"}
        if component or strange or changes.get("state", STATES[0]) not in STATES:
            raise Refused(f"Supabase has no {component or ', '.join(sorted(strange)) or changes['state']}: state, plan, result, backups, physical, restore")
        self._restore = changes.get("restore", self._restore)
        for backup in self._backups[len(self._backups) - changes.get("physical", 0) :]:
            backup["is_physical_backup"] = True
        self._state = changes.get("state", self._state)
        self._plan = changes.get("plan", self._plan)
        self._result = changes.get("result", self._result)
        for backup, status in zip(reversed(self._backups), changes.get("backups", []), strict=False):
            backup["status"] = status

    def calls(self) -> list[tuple[str, str, Handler]]:
        backups = "/v1/projects/{ref}/database/backups"
        return [
            ("GET", "/v1/projects/{ref}", self._asked(self._project)),
            ("GET", backups, self._asked(self._list)),
            ("GET", f"{backups}/restore-point", self._asked(self._point)),
            ("POST", f"{backups}/restore-point", self._asked(self._create)),
            ("GET", f"{backups}/schedule", self._asked(self._when)),
            ("PATCH", f"{backups}/schedule", self._asked(self._at)),
            ("POST", f"{backups}/restore", self._asked(self._to_backup)),
            ("POST", f"{backups}/restore-pitr", self._asked(self._to_moment)),
            ("POST", f"{backups}/undo", self._asked(self._to_point)),
        ]

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"message": message}

    def _asked(self, answer: t.Callable[[web.Request, Json], tuple[int, Json | None]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await document(request)
            if request.headers.get("Authorization") != f"Bearer {self.world.token('supabase.personal', 'sbp_')}":
                return web.json_response({"message": "Unauthorized"}, status=401)
            if request.match_info["ref"] != PROJECT:
                return web.json_response({"message": "Your account does not have the necessary privileges to access this endpoint."}, status=403)
            status, told = answer(request, body)
            return web.Response(status=status) if told is None else web.json_response(told, status=status)

        return handle

    def _project(self, _request: web.Request, _body: Json) -> tuple[int, Json]:
        database = {"host": f"db.{PROJECT}.example.com", "version": "17.6.1.011", "postgres_engine": "17", "release_channel": "ga"}
        about = {"id": PROJECT, "ref": PROJECT, "organization_id": "example-team", "organization_slug": "example-team", "name": "shop"}
        return 200, {**about, "region": "eu-central-1", "created_at": when(self.world.now() - 200 * DAY), "status": self._state, "database": database}

    def _list(self, _request: web.Request, _body: Json) -> tuple[int, Json]:
        now = int(self.world.now())
        window = {"earliest_physical_backup_date_unix": now - 7 * 86400, "latest_physical_backup_date_unix": now - 120} if self._plan == "pro" else {}
        pro = self._plan == "pro"
        return 200, {"region": "eu-central-1", "walg_enabled": pro, "pitr_enabled": pro, "backups": self._backups, "physical_backup_data": window}

    def _point(self, request: web.Request, _body: Json) -> tuple[int, Json]:
        found = self._points.get(request.query.get("name", ""))
        return (200, found) if found else (404, {"message": "Restore point not found"})

    def _create(self, _request: web.Request, body: Json) -> tuple[int, Json]:
        name = body.get("name")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            return 400, {"message": "name must be shorter than or equal to 20 characters"}
        if self._plan != "pro":
            return 402, {"message": "Restore points need the Pro plan"}
        known = self._points.get(name)
        if known and known["status"] in ("AVAILABLE", "PENDING"):
            return 400, {"message": "A restore point of this name exists"}
        made: Json = {"name": name, "status": "PENDING", "completed_on": None}
        self._points[name] = made
        self.world.changed()
        self.world.after(SECONDS, lambda: self._completed(made))
        return 201, dict(made)

    def _completed(self, made: Json) -> None:
        made["status"] = self._result
        made["completed_on"] = when(self.world.now()) if self._result == "AVAILABLE" else None

    # -- the schedule
    def _when(self, _request: web.Request, _body: Json) -> tuple[int, Json]:
        return (200, self._schedule) if self._plan == "pro" else (402, {"message": "The backup schedule needs a higher plan"})

    def _at(self, _request: web.Request, body: Json) -> tuple[int, Json]:
        now = self.world.now()
        if self._plan != "pro":
            return 402, {"message": "The backup schedule needs a higher plan"}
        if not TIME.fullmatch(str(body.get("schedule_for"))):
            return 400, {"message": "schedule_for must be HH:MM:SS"}
        self._set = [at for at in self._set if at > now - DAY]
        if len(self._set) >= MOST_CHANGES:
            return 400, {"message": "The backup schedule can be changed 3 times in 24 hours"}
        self._set.append(now)
        self._schedule = {"schedule_for": body["schedule_for"], "updated_at": when(now)}
        self.world.changed()
        return 200, self._schedule

    # -- going back
    def _to_backup(self, _request: web.Request, body: Json) -> tuple[int, Json | None]:
        found = next((one for one in self._backups if one["id"] == body.get("id") and one["is_physical_backup"] and one["status"] == "COMPLETED"), None)
        return self._begun() if found else (400, {"message": "Backup not found"})

    def _to_moment(self, _request: web.Request, body: Json) -> tuple[int, Json | None]:
        at, now = body.get("recovery_time_target_unix"), self.world.now()
        if self._plan != "pro" or not isinstance(at, int) or not now - 7 * DAY - 1 <= at <= now:
            return 400, {"message": "The recovery time is outside of the window"}
        return self._begun()

    def _to_point(self, _request: web.Request, body: Json) -> tuple[int, Json | None]:
        found = self._points.get(str(body.get("name")))
        return self._begun() if found and found["status"] == "AVAILABLE" else (400, {"message": "Restore point not found"})

    def _begun(self) -> tuple[int, Json | None]:
        if self._state == "RESTORING":
            return 400, {"message": "The project is being restored"}
        if self._restore is not None:
            end = self._restore
            self._state = "RESTORING"
            self.world.after(RESTORE, lambda: setattr(self, "_state", end))
        self.world.changed()
        return 201, None

# SPDX-License-Identifier: GPL-3.0-or-later
"""The Atlas Administration API for one cluster: tokens of a service account, and snapshots that take a moment."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import typing as t

from aiohttp import web

from ..errors import Refused
from ..service import Handler, document
from ..watcher import Json, Watcher
from ..world import Call

PROJECT, CLUSTER, ACCOUNT = "32b6e34b3d91647abb20e7b8", "shop", "mdb_sa_id_65f1c2a9d4e8"
# A cluster that serves nobody.
SCRATCH = "shop-scratch"
MEDIA_TYPE = "application/vnd.atlas.2023-01-01+json"
DAY, SECONDS, MOST = 86400.0, 20.0, 500
# How long a restore takes, and how far back the continuous backup goes.
RESTORE, WINDOW = 240.0, 2 * DAY


def when(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Atlas(Watcher):
    name = "atlas"

    def begin(self) -> None:
        super().begin()
        self._result, self._free = "completed", False
        self._number = 0
        self._restore = "finished"
        self._jobs: list[Json] = []
        self._snapshots: list[Json] = []
        now = self.world.now()
        for number in range(8):
            self._add("", now - (8 - number) * DAY, 7, "completed", "scheduled")
        self._add("half-way", now - DAY / 2, 7, "failed", "onDemand")

    def run_info(self, url: str) -> Json:
        return {"url": url, "client_id": ACCOUNT, "client_secret": self.world.token("atlas.secret", "mdb_sa_sk_"), "project": PROJECT, "cluster": CLUSTER}

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``result``: what becomes of the next snapshots. ``free``: the cluster has none. ``more``: so many more snapshots of the schedule. ``gone``:
        snapshots that somebody deletes, by their ids or all of them (``*``). ``expired``: those whose time is over, and that are shown all the same.
        ``restore``: what becomes of the next restore jobs (finished, failed, cancelled or expired)."""
        strange = set(changes) - {"result", "free", "more", "gone", "expired", "restore"}
        if component or strange:
            raise Refused(f"Atlas has no {component or ', '.join(sorted(strange))}: result, free, more, gone, expired, restore")
        self._restore = changes.get("restore", self._restore)
        self._result, self._free = changes.get("result", self._result), changes.get("free", self._free)
        gone = changes.get("gone", [])
        self._snapshots = [one for one in self._snapshots if one["id"] not in gone and "*" not in gone]
        for one in self._snapshots:
            if one["id"] in changes.get("expired", []):
                one["expiresAt"] = when(self.world.now() - 1)
        for number in range(changes.get("more", 0)):
            self._add("", self.world.now() - (100 + number) * DAY, 400, "completed", "scheduled")

    def calls(self) -> list[tuple[str, str, Handler]]:
        backup = "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup"
        place, jobs = f"{backup}/snapshots", f"{backup}/restoreJobs"
        return [
            ("POST", "/api/oauth/token", self._grant),
            ("GET", place, self._asked(self._list)),
            ("POST", place, self._asked(self._take)),
            ("GET", f"{place}/{{snapshotId}}", self._asked(self._get)),
            ("GET", jobs, self._asked(self._list_jobs)),
            ("POST", jobs, self._asked(self._begin_job)),
            ("GET", f"{jobs}/{{restoreJobId}}", self._asked(self._get_job)),
        ]

    def identify(self, request: web.Request, body: t.Any) -> Call:
        call = super().identify(request, body)
        # A token changes nothing there.
        return dataclasses.replace(call, changes=False) if request.path == "/api/oauth/token" else call

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"error": status, "errorCode": code or "UNEXPECTED_ERROR", "detail": message, "reason": message, "parameters": []}

    async def _grant(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        secret = self.world.token("atlas.secret", "mdb_sa_sk_")
        wanted = f"Basic {base64.b64encode(f'{ACCOUNT}:{secret}'.encode()).decode()}"
        if request.headers.get("Authorization") != wanted or form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "invalid_client", "error_description": "Client authentication failed"}, status=401)
        return web.json_response({"access_token": self._token(), "expires_in": 3600, "token_type": "Bearer"})

    def _token(self) -> str:
        return self.world.token("atlas.granted")

    def _asked(self, answer: t.Callable[[web.Request, Json], tuple[int, Json]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await document(request)
            names = request.match_info
            if request.headers.get("Authorization") != f"Bearer {self._token()}":
                return web.json_response(self.error(401, "You are not authorized for this resource.", "USER_UNAUTHORIZED"), status=401)
            if request.headers.get("Accept") != MEDIA_TYPE:
                return web.json_response(self.error(406, "The version is not supported.", "INVALID_VERSION_DATE"), status=406)
            if (names["groupId"], names["clusterName"]) != (PROJECT, CLUSTER):
                return web.json_response(self.error(404, f"No cluster named {names['clusterName']} exists.", "CLUSTER_NOT_FOUND"), status=404)
            status, told = answer(request, body)
            return web.json_response(told, status=status, content_type=MEDIA_TYPE)

        return handle

    def _list(self, request: web.Request, _body: Json) -> tuple[int, Json]:
        return self._page(request, self._snapshots)

    def _page(self, request: web.Request, rows: list[Json]) -> tuple[int, Json]:
        size, page = int(request.query.get("itemsPerPage", 100)), int(request.query.get("pageNum", 1))
        if not 1 <= size <= MOST or page < 1:
            return 400, self.error(400, "itemsPerPage must be between 1 and 500", "INVALID_QUERY_PARAMETER")
        return 200, {"results": rows[(page - 1) * size : page * size], "totalCount": len(rows)}

    def _get(self, request: web.Request, _body: Json) -> tuple[int, Json]:
        found = next((one for one in self._snapshots if one["id"] == request.match_info["snapshotId"]), None)
        return (200, found) if found else (404, self.error(404, "The snapshot was not found.", "RESOURCE_NOT_FOUND"))

    def _take(self, _request: web.Request, body: Json) -> tuple[int, Json]:
        if self._free:
            return 400, self.error(400, "Cloud backup is not enabled for this cluster.", "CLOUD_BACKUP_NOT_ENABLED")
        days = body.get("retentionInDays", 1)
        if not isinstance(days, int) or days < 1:
            return 400, self.error(400, "retentionInDays must be 1 or more", "INVALID_ATTRIBUTE")
        made = self._add(str(body.get("description", "")), self.world.now(), days, "queued", "onDemand")
        self.world.changed()
        self.world.after(SECONDS / 4, lambda: made.update(status="inProgress"))
        self.world.after(SECONDS, lambda: made.update(status=self._result, storageSizeBytes=1_500_000))
        return 200, dict(made)

    # -- restore jobs
    def _list_jobs(self, request: web.Request, _body: Json) -> tuple[int, Json]:
        return self._page(request, self._jobs)

    def _get_job(self, request: web.Request, _body: Json) -> tuple[int, Json]:
        found = next((one for one in self._jobs if one["id"] == request.match_info["restoreJobId"]), None)
        return (200, found) if found else (404, self.error(404, "The restore job was not found.", "RESOURCE_NOT_FOUND"))

    def _begin_job(self, _request: web.Request, body: Json) -> tuple[int, Json]:
        delivery, target = body.get("deliveryType"), (body.get("targetGroupId"), body.get("targetClusterName"))
        if delivery not in ("automated", "pointInTime"):
            return 400, self.error(400, "deliveryType is not one of automated, pointInTime, download", "INVALID_ATTRIBUTE")
        if target not in ((PROJECT, CLUSTER), (PROJECT, SCRATCH)):
            return 404, self.error(404, f"No cluster named {target[1]} exists in group {target[0]}.", "CLUSTER_NOT_FOUND")
        if any((one["targetGroupId"], one["targetClusterName"]) == target and not self._is_over(one) for one in self._jobs):
            return 409, self.error(409, "A restore into the cluster is in progress.", "RESTORE_IN_PROGRESS")
        job: Json = {"deliveryType": delivery, "targetGroupId": target[0], "targetClusterName": target[1]}
        if delivery == "automated":
            found = next((one for one in self._snapshots if one["id"] == body.get("snapshotId") and one["status"] == "completed"), None)
            if found is None:
                return 404, self.error(404, "The snapshot was not found.", "RESOURCE_NOT_FOUND")
            job |= {"snapshotId": found["id"], "timestamp": found["createdAt"]}
        else:
            at = body.get("pointInTimeUTCSeconds")
            if not isinstance(at, int) or not self.world.now() - WINDOW <= at <= self.world.now():
                return 400, self.error(400, "The point in time is outside of the restore window.", "INVALID_POINT_IN_TIME")
            job |= {"pointInTimeUTCSeconds": at}
        self._number += 1
        flags = dict.fromkeys(("cancelled", "expired", "failed"), False)
        job |= {"id": f"{0x66A0B1C200000000 + self._number:016x}".rjust(24, "7"), **flags}
        self._jobs.append(job)
        self.world.changed()
        self.world.after(RESTORE, lambda: self._ended(job))
        return 200, dict(job)

    def _ended(self, job: Json) -> None:
        job.update({"finishedAt": when(self.world.now())} if self._restore == "finished" else {self._restore: True})

    @staticmethod
    def _is_over(job: Json) -> bool:
        return "finishedAt" in job or any(job[word] for word in ("cancelled", "expired", "failed"))

    def _add(self, description: str, at: float, days: int, status: str, kind: str) -> Json:
        self._number += 1
        made: Json = {
            "id": f"{0x65F1C2A9D4E80000 + self._number:016x}".rjust(24, "6"),
            "description": description,
            "status": status,
            "snapshotType": kind,
            "type": "replicaSet",
            "createdAt": when(at),
            "expiresAt": when(at + days * DAY),
            "storageSizeBytes": 1_400_000 if status == "completed" else 0,
            "mongodVersion": "8.0.4",
            "replicaSetName": "atlas-shop-shard-0",
            "cloudProvider": "AWS",
        }
        self._snapshots.append(made)
        return made

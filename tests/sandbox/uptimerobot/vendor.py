# SPDX-License-Identifier: GPL-3.0-or-later
"""UptimeRobot as one vendor of the sandbox: API version 3, as its document describes it."""

from __future__ import annotations

import datetime
import html
import itertools
import json
import re
import typing as t

from aiohttp import web

from ..errors import Refused
from ..watcher import Json, Watcher

PAGE, LARGEST_PAGE = 50, 200
STATUSES = ("UP", "DOWN", "LOOKS_DOWN", "PAUSED", "STARTED", "PENDING")
# What a new monitor needs beside its name and interval, by its type.
NEEDED: dict[str, tuple[str, ...]] = {
    "HTTP": ("url", "timeout"),
    "KEYWORD": ("url", "timeout", "keywordType", "keywordCaseType", "keywordValue"),
    "PING": ("url", "timeout"),
    "PORT": ("url", "port", "timeout"),
    "HEARTBEAT": (),
}
CASES = ("CaseSensitive", "CaseInsensitive")
FREE_TEXT = {"friendlyName", "keywordValue", "url"}
PLAIN = (
    *("interval", "timeout", "gracePeriod", "port", "keywordType", "httpMethodType", "successHttpResponseCodes", "checkSSLErrors", "url", "friendlyName"),
    *("keywordValue", "sslExpirationReminder", "domainExpirationReminder", "followRedirections", "assignedAlertContacts"),
)


class Problem(Exception):
    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class UptimeRobot(Watcher):
    name = "uptimerobot"

    def begin(self) -> None:
        self._numbers = itertools.count(800_100_001)
        self._monitors: dict[int, Json] = {}
        self._windows: dict[int, Json] = {}
        # On the free plan contacts are told at once, and once.
        self.plan = "paid"
        count = 3 * self.world.scale
        for number in range(count):
            name = ("storefront", "api health", "nightly backup")[number % 3] + (f" {number // 3 + 1}" if number >= 3 else "")
            kind = ("HTTP", "KEYWORD", "HEARTBEAT")[number % 3]
            fields: Json = {"friendlyName": name, "type": kind, "interval": 300, "url": f"https://www{number}.example.com", "timeout": 30}
            if kind == "KEYWORD":
                fields |= {"keywordType": "ALERT_NOT_EXISTS", "keywordCaseType": "CaseInsensitive", "keywordValue": "healthy", "tagNames": ["production"]}
            self._new_monitor({key: value for key, value in fields.items() if kind != "HEARTBEAT" or key not in ("url", "timeout")})["status"] = "UP"

    def run_info(self, url: str) -> Json:
        return {"url": url, "api_key": self.world.token("uptimerobot.main", "u100-"), "read_key": self.world.token("uptimerobot.read", "ur100-")}

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``status``: monitors by name and their status. ``plan``: free or paid. ``twin``: one more monitor of this name."""
        strange = set(changes) - {"status", "plan", "twin"}
        if component or strange:
            raise Refused(f"UptimeRobot has no {component or ', '.join(sorted(strange))}: status, plan, twin")
        for name, status in changes.get("status", {}).items():
            found = [monitor for monitor in self._monitors.values() if monitor["friendlyName"] == html.escape(name)]
            if not found or status not in STATUSES:
                raise Refused(f"there is no monitor {name!r}, or no status {status!r}")
            for monitor in found:
                monitor["status"] = status
                monitor["lastIncident"] = None if status in ("UP", "PAUSED") else self._incident()
        if "twin" in changes:
            twin = next(monitor for monitor in self._monitors.values() if monitor["friendlyName"] == changes["twin"])
            identity = next(self._numbers)
            self._monitors[identity] = {**twin, "id": identity}
        self.plan = changes.get("plan", self.plan)

    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        app = web.Application(middlewares=middlewares)
        for method, path, operation in (
            ("GET", "/monitors", self._list_monitors),
            ("POST", "/monitors", self._create_monitor),
            ("GET", "/monitors/{id}", self._get_monitor),
            ("PATCH", "/monitors/{id}", self._update_monitor),
            ("DELETE", "/monitors/{id}", self._delete_monitor),
            ("POST", "/monitors/{id}/pause", self._pause),
            ("POST", "/monitors/{id}/start", self._start),
            ("GET", "/maintenance-windows", self._list_windows),
            ("POST", "/maintenance-windows", self._create_window),
            ("PATCH", "/maintenance-windows/{id}", self._update_window),
            ("DELETE", "/maintenance-windows/{id}", self._delete_window),
        ):
            app.router.add_route(method, path, self._handler(operation))
        return app

    def _handler(self, operation: t.Callable[[web.Request, Json], tuple[int, t.Any]]) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            try:
                self._admit(request)
                if request.method in ("POST", "PATCH") and request.content_type != "application/json":
                    raise Problem(415, "Unsupported Media Type")
                status, document = operation(request, json.loads(raw) if raw else {})
            except Problem as problem:
                return web.json_response({"message": problem.message, "statusCode": problem.status}, status=problem.status)
            return web.Response(status=status) if document is None else web.json_response(document, status=status)

        return handle

    def _admit(self, request: web.Request) -> None:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if key == self.world.token("uptimerobot.read", "ur100-"):
            if request.method != "GET":
                raise Problem(403, "Forbidden resource")
        elif key != self.world.token("uptimerobot.main", "u100-"):
            raise Problem(401, "Unauthorized")

    # -- monitors
    def _page(self, request: web.Request, items: t.Sequence[Json], limit: int) -> tuple[int, Json]:
        after = int(request.query.get("cursor") or 0)
        rest = [item for item in items if item["id"] > after]
        page = rest[:limit]
        more = len(rest) > limit
        link = str(request.url.update_query(cursor=page[-1]["id"])) if more else None
        return 200, {"nextLink": link, "data": page}

    def _list_monitors(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        limit = int(request.query.get("limit") or PAGE)
        if not 1 <= limit <= LARGEST_PAGE:
            raise Problem(400, ["limit must not be greater than 200"])
        return self._page(request, sorted(self._monitors.values(), key=lambda monitor: monitor["id"]), limit)

    def _found(self, request: web.Request, items: dict[int, Json]) -> Json:
        text = request.match_info["id"]
        if not text.isdigit() or int(text) not in items:
            raise Problem(404, "Not Found")
        return items[int(text)]

    def _get_monitor(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        return 200, self._found(request, self._monitors)

    def _create_monitor(self, _request: web.Request, body: Json) -> tuple[int, t.Any]:
        kind = str(body.get("type", "")).upper()
        if kind not in NEEDED:
            raise Problem(400, ["type must be one of the following values: " + ", ".join(NEEDED)])
        missing = [name for name in ("friendlyName", "interval", *NEEDED[kind]) if name not in body]
        if missing:
            raise Problem(400, [f"{name} should not be empty" for name in missing])
        if kind == "KEYWORD" and body["keywordCaseType"] not in CASES:
            raise Problem(400, [f"keywordCaseType must be one of the following values: {', '.join(CASES)}"])
        if kind == "HEARTBEAT" and "url" in body:
            raise Problem(400, ["property url should not exist"])
        made = self._new_monitor(body)
        self.world.changed()
        return 201, made

    def _new_monitor(self, body: Json) -> Json:
        identity = next(self._numbers)
        kind = body["type"].upper()
        made: Json = {
            "id": identity,
            "userId": 1000,
            "type": kind,
            "status": "PENDING",
            "url": f"https://heartbeat.uptimerobot.com/m{identity}-0123456789abcdef" if kind == "HEARTBEAT" else "",
            "interval": 300,
            "timeout": None,
            "gracePeriod": 0 if kind == "HEARTBEAT" else None,
            "port": None,
            "sslBrand": None,
            "sslExpiryDateTime": None,
            "domainExpireDate": None,
            "checkSSLErrors": False,
            "sslExpirationReminder": False,
            "domainExpirationReminder": False,
            "followRedirections": True,
            "authType": "NONE",
            "customHttpHeaders": None,
            "httpMethodType": "HEAD" if kind in ("HTTP", "KEYWORD") else None,
            "successHttpResponseCodes": ["2xx", "3xx"] if kind in ("HTTP", "KEYWORD") else [],
            "postValueData": None,
            "postValueType": None,
            "keywordValue": None,
            "keywordCaseType": None,
            "keywordType": None,
            "responseTimeThreshold": 0,
            "config": {},
            "regionalData": {"REGION": ["na"]},
            "maintenanceWindows": [],
            "psps": [],
            "currentStateDuration": 86_400,
            "lastIncidentId": None,
            "lastIncident": None,
            "tags": [],
            "assignedAlertContacts": [],
            "lastDayUptimes": {"bucketSize": 3600, "histogram": []},
            "createDateTime": self._written(self.world.now()),
            "apiKey": None,
        }
        self._monitors[identity] = made
        self._take(made, body)
        return made

    def _take(self, monitor: Json, body: Json) -> None:
        for name in PLAIN:
            if name in body:
                # Texts come back with HTML entities.
                monitor[name] = html.escape(body[name]) if name in FREE_TEXT and isinstance(body[name], str) else body[name]
        if "type" in body:
            monitor["type"] = body["type"].upper()
        if "keywordCaseType" in body:
            monitor["keywordCaseType"] = CASES.index(body["keywordCaseType"]) if body["keywordCaseType"] in CASES else int(body["keywordCaseType"])
        if monitor["type"] in ("PING", "PORT"):
            monitor["url"] = re.sub(r"^[a-z]+://", "", monitor["url"])
        if "tagNames" in body:
            monitor["tags"] = [{"id": sum(map(ord, name)), "name": html.escape(name), "color": "#3bd671"} for name in body["tagNames"]]
        if self.plan == "free":
            monitor["assignedAlertContacts"] = [{**one, "threshold": 0, "recurrence": 0} for one in monitor["assignedAlertContacts"]]

    def _update_monitor(self, request: web.Request, body: Json) -> tuple[int, t.Any]:
        monitor = self._found(request, self._monitors)
        if body.get("keywordCaseType") not in (None, 0, 1):
            raise Problem(400, ["keywordCaseType must be one of the following values: 0, 1"])
        self._take(monitor, body)
        self.world.changed()
        return 200, monitor

    def _delete_monitor(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        del self._monitors[self._found(request, self._monitors)["id"]]
        self.world.changed()
        return 200, None

    def _pause(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        return self._turned(request, "PAUSED")

    def _start(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        return self._turned(request, "STARTED")

    def _turned(self, request: web.Request, status: str) -> tuple[int, t.Any]:
        monitor = self._found(request, self._monitors)
        if (monitor["status"] == "PAUSED") != (status == "PAUSED"):
            monitor["status"] = status
            self.world.changed()
        return 201, monitor

    def _incident(self) -> Json:
        began = self._written(self.world.now() - 240)
        return {"id": "inc-1", "status": "ONGOING", "cause": 503, "reason": "HTTP 503 - Service Unavailable", "startedAt": began, "duration": 240}

    @staticmethod
    def _written(at: float) -> str:
        return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # -- maintenance windows
    def _list_windows(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        return self._page(request, sorted(self._windows.values(), key=lambda window: window["id"]), PAGE)

    def _create_window(self, _request: web.Request, body: Json) -> tuple[int, t.Any]:
        missing = [name for name in ("name", "interval", "date", "time", "duration") if name not in body]
        if missing or (body["interval"] in ("weekly", "monthly") and not body.get("days")):
            raise Problem(400, [f"{name} should not be empty" for name in missing or ["days"]])
        identity = next(self._numbers)
        window: Json = {"id": identity, "userId": 1000, "autoAddMonitors": False, "monitorIds": [], "days": [], "status": "active"}
        window["created"] = self._written(self.world.now())
        self._windows[identity] = window
        return 201, self._set(window, body)

    def _set(self, window: Json, body: Json) -> Json:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", str(body.get("time", "00:00:00"))) or body.get("duration", 1) < 1:
            raise Problem(400, ["time must be in HH:mm:ss format"])
        strange = set(body.get("monitorIds", [])) - set(self._monitors)
        if strange:
            raise Problem(400, [f"monitors do not exist: {sorted(strange)}"])
        window.update({**body, **({"name": html.escape(body["name"])} if "name" in body else {})})
        for monitor in self._monitors.values():
            others = [one for one in monitor["maintenanceWindows"] if one["id"] != window["id"]]
            holds = window["autoAddMonitors"] or monitor["id"] in window["monitorIds"]
            monitor["maintenanceWindows"] = [*others, dict(window)] if holds else others
        self.world.changed()
        return window

    def _update_window(self, request: web.Request, body: Json) -> tuple[int, t.Any]:
        if "autoAddMonitors" in body:
            raise Problem(400, ["property autoAddMonitors should not exist"])
        return 200, self._set(self._found(request, self._windows), body)

    def _delete_window(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        gone = self._windows.pop(self._found(request, self._windows)["id"])
        for monitor in self._monitors.values():
            monitor["maintenanceWindows"] = [one for one in monitor["maintenanceWindows"] if one["id"] != gone["id"]]
        self.world.changed()
        return 204, None

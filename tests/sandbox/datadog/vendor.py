# SPDX-License-Identifier: GPL-3.0-or-later
"""Datadog as one vendor of the sandbox: monitors of version 1 and downtimes of version 2, as its document and its own client describe them."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import json
import re
import typing as t
import uuid

from aiohttp import web

from ..errors import Refused
from ..watcher import Json, Watcher

STATES = ("Alert", "Ignored", "No Data", "OK", "Skipped", "Unknown", "Warn")
TYPES = ("composite", "event-v2 alert", "log alert", "metric alert", "process alert", "query alert", "rum alert", "service check", "slo alert")
FIELDS = ("message", "name", "options", "priority", "query", "tags")
# Of a query that ends with what is too much.
COMPARED = re.compile(r"(?:>=?|<=?) *(-?\d+(?:\.\d+)?) *$")
LARGEST_PAGE = 1000
HELD = ("scope", "message", "monitor_identifier", "display_timezone", "mute_first_recovery_notification")


class Problem(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(*errors)
        self.status, self.errors = status, list(errors)


class Datadog(Watcher):
    name = "datadog"

    def begin(self) -> None:
        self._numbers = itertools.count(910_000_001)
        self._monitors: dict[int, Json] = {}
        self._downtimes: dict[str, Json] = {}
        # Fields of options that are taken and not kept.
        self.forgets: list[str] = []
        count = 2 * self.world.scale
        for number in range(count):
            name = ("checkout errors", "queue is long")[number % 2] + (f" {number // 2 + 1}" if number >= 2 else "")
            metric, most = (("shop.checkout.errors", 10), ("shop.queue.length", 1000))[number % 2]
            body: Json = {"name": name, "type": "query alert", "query": f"avg(last_5m):avg:{metric}{{*}} > {most}", "tags": ["service:shop"]}
            options: Json = {"thresholds": {"critical": float(most)}, "renotify_interval": 60, "silenced": {}}
            self._new({**body, "message": "Look at the shop\n@ops@example.com", "options": options})["overall_state"] = "OK"

    def run_info(self, url: str) -> Json:
        keys = {name: self.world.token(f"datadog.{name}") for name in ("api_key", "app_key")}
        return {"url": url, **keys, "read_key": self.world.token("datadog.read")}

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``status``: monitors by name and their state. ``twin``: one more of this name. ``forgets``: options that are not kept. ``held``: a downtime."""
        strange = set(changes) - {"status", "twin", "forgets", "held"}
        if component or strange:
            raise Refused(f"Datadog has no {component or ', '.join(sorted(strange))}: status, twin, forgets, held")
        for name, state in changes.get("status", {}).items():
            found = [monitor for monitor in self._monitors.values() if monitor["name"] == name]
            if not found or state not in STATES:
                raise Refused(f"there is no monitor {name!r}, or no state {state!r}")
            for monitor in found:
                monitor["overall_state"] = state
                since = int(self.world.now()) - 720
                monitor["state"] = {"groups": {"host:web-1": {"name": "host:web-1", "status": state, "last_triggered_ts": since}}}
        if "twin" in changes:
            twin = next(monitor for monitor in self._monitors.values() if monitor["name"] == changes["twin"])
            identity = next(self._numbers)
            self._monitors[identity] = {**twin, "id": identity}
        if "held" in changes:
            self._hold({"scope": "*", "monitor_identifier": {"monitor_tags": ["*"]}, **changes["held"]})
        self.forgets = changes.get("forgets", self.forgets)

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"errors": [message]}

    def obscure(self, body: t.Any) -> t.Any:
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: "Hibernating" if key in ("overall_state", "status") else self.obscure(value) for key, value in body.items()}

    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        app = web.Application(middlewares=middlewares)
        for method, path, operation in (
            ("GET", "/api/v1/monitor", self._list_monitors),
            ("POST", "/api/v1/monitor", self._create_monitor),
            ("POST", "/api/v1/monitor/validate", self._validate),
            ("POST", "/api/v1/monitor/{monitor_id}/validate", self._validate_existing),
            ("GET", "/api/v1/monitor/{monitor_id}", self._get_monitor),
            ("PUT", "/api/v1/monitor/{monitor_id}", self._update_monitor),
            ("DELETE", "/api/v1/monitor/{monitor_id}", self._delete_monitor),
            ("GET", "/api/v2/downtime", self._list_downtimes),
            ("POST", "/api/v2/downtime", self._create_downtime),
            ("GET", "/api/v2/downtime/{downtime_id}", self._get_downtime),
            ("PATCH", "/api/v2/downtime/{downtime_id}", self._update_downtime),
            ("DELETE", "/api/v2/downtime/{downtime_id}", self._cancel_downtime),
        ):
            app.router.add_route(method, path, self._handler(operation))
        return app

    def identify(self, request: web.Request, body: t.Any) -> t.Any:
        call = super().identify(request, body)
        # What only asks whether a monitor would be taken changes nothing.
        return dataclasses.replace(call, changes=False) if call.operation.endswith("/validate") else call

    def _handler(self, operation: t.Callable[[web.Request, Json], tuple[int, t.Any]]) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            try:
                self._admit(request)
                status, document = operation(request, json.loads(raw) if raw else {})
            except Problem as problem:
                return web.json_response({"errors": problem.errors}, status=problem.status)
            return web.Response(status=status) if document is None else web.json_response(document, status=status)

        return handle

    def _admit(self, request: web.Request) -> None:
        key = request.headers.get("DD-APPLICATION-KEY", "")
        reads = request.method == "GET" or request.path.endswith("/validate")
        if request.headers.get("DD-API-KEY") != self.world.token("datadog.api_key") or key not in (
            self.world.token("datadog.app_key"),
            self.world.token("datadog.read") if reads else None,
        ):
            raise Problem(403, "Forbidden")

    # -- monitors
    def _list_monitors(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        found = [self._seen(one, request) for one in sorted(self._monitors.values(), key=lambda one: one["id"])]
        if "page" not in request.query:
            return 200, found
        page, size = int(request.query["page"]), int(request.query.get("page_size", 100))
        if not 1 <= size <= LARGEST_PAGE:
            raise Problem(400, "page_size must be between 1 and 1000")
        return 200, found[page * size : (page + 1) * size]

    def _seen(self, monitor: Json, request: web.Request) -> Json:
        """Groups are told when they are asked for."""
        wanted = [word.strip().lower() for word in request.query.get("group_states", "").split(",")]
        groups = monitor["state"].get("groups", {})
        chosen = {name: one for name, one in groups.items() if "all" in wanted or one["status"].lower() in wanted}
        return {**monitor, "state": {"groups": chosen} if request.query.get("group_states") else {}}

    def _one(self, request: web.Request) -> Json:
        text = request.match_info["monitor_id"]
        if not text.isdigit() or int(text) not in self._monitors:
            raise Problem(404, "Monitor not found")
        return self._monitors[int(text)]

    def _get_monitor(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        return 200, self._seen(self._one(request), request)

    def _check(self, body: Json) -> None:
        query = body.get("query")
        if body.get("type") not in TYPES or not isinstance(query, str) or not query:
            raise Problem(400, "The value provided for parameter 'query' is invalid" if body.get("type") in TYPES else "Invalid monitor type")
        if body["type"] not in ("metric alert", "query alert"):
            return
        compared = COMPARED.search(query)
        if compared is None or "(" not in query or query.count("{") != query.count("}"):
            raise Problem(400, "The value provided for parameter 'query' is invalid: unable to parse")
        critical = ((body.get("options") or {}).get("thresholds") or {}).get("critical")
        if critical is not None and float(critical) != float(compared[1]):
            raise Problem(400, f"Alert threshold ({critical}) does not match that used in the query ({compared[1]}).")

    def _validate(self, _request: web.Request, body: Json) -> tuple[int, t.Any]:
        self._check(body)
        return 200, {}

    def _validate_existing(self, request: web.Request, body: Json) -> tuple[int, t.Any]:
        self._one(request)
        self._check(body)
        return 200, {}

    def _create_monitor(self, request: web.Request, body: Json) -> tuple[int, t.Any]:
        self._check(body)
        made = self._new(body)
        self.world.changed()
        return 200, self._seen(made, request)

    def _new(self, body: Json) -> Json:
        identity = next(self._numbers)
        made: Json = {
            "id": identity,
            "name": "",
            "message": "",
            "tags": [],
            "priority": None,
            "type": "query alert" if body["type"] == "metric alert" else body["type"],
            "multi": False,
            "created": self._written(self.world.now()),
            "modified": self._written(self.world.now()),
            "deleted": None,
            "creator": {"email": "ops@example.com", "handle": "ops@example.com", "name": "Operator"},
            "overall_state": "No Data",
            "state": {},
            "options": {},
            "restricted_roles": None,
            "draft_status": "published",
        }
        self._monitors[identity] = made
        self._take(made, body)
        return made

    def _take(self, monitor: Json, body: Json) -> None:
        monitor |= {name: body[name] for name in FIELDS if name in body and name != "options"}
        if "options" in body:
            # The whole object is replaced; what is not said is as in a new monitor.
            kept = {name: value for name, value in body["options"].items() if name not in self.forgets}
            monitor["options"] = {"notify_no_data": False, "notify_audit": False, "include_tags": True, "require_full_window": False, "silenced": {}, **kept}
        monitor["tags"] = [tag.lower() for tag in monitor["tags"]]
        monitor["modified"] = self._written(self.world.now())

    def _update_monitor(self, request: web.Request, body: Json) -> tuple[int, t.Any]:
        monitor = self._one(request)
        self._check({**monitor, **body})
        self._take(monitor, body)
        self.world.changed()
        return 200, self._seen(monitor, request)

    def _delete_monitor(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        identity = self._one(request)["id"]
        del self._monitors[identity]
        self.world.changed()
        return 200, {"deleted_monitor_id": identity}

    @staticmethod
    def _written(at: float) -> str:
        return datetime.datetime.fromtimestamp(int(at), datetime.UTC).isoformat()

    # -- downtimes
    def _status(self, downtime: Json) -> str:
        schedule = downtime["schedule"]
        if downtime["canceled"]:
            return "canceled"
        now = self.world.now()
        if self._moment(schedule["start"]) > now:
            return "scheduled"
        return "active" if schedule["end"] is None or self._moment(schedule["end"]) > now else "ended"

    @staticmethod
    def _moment(text: t.Any) -> float:
        try:
            at = datetime.datetime.fromisoformat(str(text))
        except ValueError:
            raise Problem(400, f"{text!r} is not an ISO-8601 datetime") from None
        if at.utcoffset() != datetime.timedelta(0):
            raise Problem(400, "must include a UTC offset of zero")
        return at.timestamp()

    def _answer(self, downtime: Json) -> Json:
        attributes = {name: value for name, value in downtime.items() if name not in ("id", "canceled")}
        return {"id": downtime["id"], "type": "downtime", "attributes": {**attributes, "status": self._status(downtime)}}

    def _list_downtimes(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        offset, limit = (int(request.query.get(f"page[{name}]", default)) for name, default in (("offset", 0), ("limit", 30)))
        found = [self._answer(one) for one in self._downtimes.values()]
        if request.query.get("current_only") == "true":
            found = [one for one in found if one["attributes"]["status"] == "active"]
        return 200, {"data": found[offset : offset + limit], "meta": {"page": {"total_filtered_count": len(found)}}}

    def _held(self, request: web.Request) -> Json:
        identity = request.match_info["downtime_id"]
        if identity not in self._downtimes:
            raise Problem(404, "Downtime not found")
        return self._downtimes[identity]

    def _get_downtime(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        return 200, {"data": self._answer(self._held(request))}

    @staticmethod
    def _attributes(body: Json) -> Json:
        data = body.get("data") or {}
        if data.get("type") != "downtime" or not isinstance(data.get("attributes"), dict):
            raise Problem(400, "Invalid payload: data.type must be downtime")
        return t.cast(Json, data["attributes"])

    def _create_downtime(self, _request: web.Request, body: Json) -> tuple[int, t.Any]:
        given = self._attributes(body)
        if not {"scope", "monitor_identifier"} <= set(given):
            raise Problem(400, "scope and monitor_identifier are required")
        made = self._hold(given)
        self.world.changed()
        return 200, {"data": self._answer(made)}

    def _hold(self, given: Json) -> Json:
        now = self._written(self.world.now())
        made: Json = {
            "id": str(uuid.UUID(int=next(self._numbers))),
            "canceled": None,
            "created": now,
            "modified": now,
            "message": None,
            "display_timezone": "UTC",
            "mute_first_recovery_notification": False,
            "notify_end_states": ["alert", "no data", "warn"],
            "notify_end_types": ["expired"],
            "schedule": {"start": now, "end": None},
        }
        self._schedule(made, given)
        self._downtimes[made["id"]] = made
        return made

    def _schedule(self, downtime: Json, given: Json) -> None:
        if "monitor_identifier" in given:
            whom = given["monitor_identifier"]
            if set(whom) not in ({"monitor_id"}, {"monitor_tags"}) or (whom.get("monitor_id") is not None and whom["monitor_id"] not in self._monitors):
                raise Problem(400, "monitor_identifier must name a monitor that exists, or tags")
        if "schedule" in given:
            start, end = ((given["schedule"] or {}).get(name) for name in ("start", "end"))
            begins = start or (downtime["schedule"]["start"] if downtime["id"] in self._downtimes else self._written(self.world.now()))
            if start is not None and self._moment(start) < self.world.now() - 60 and start != downtime["schedule"]["start"]:
                raise Problem(400, "start must not be in the past")
            if end is not None and self._moment(end) <= self._moment(begins):
                raise Problem(400, "end must be after start")
            downtime["schedule"] = {"start": begins, "end": end}
        downtime |= {name: given[name] for name in HELD if name in given}
        downtime["modified"] = self._written(self.world.now())

    def _update_downtime(self, request: web.Request, body: Json) -> tuple[int, t.Any]:
        downtime = self._held(request)
        if self._status(downtime) in ("canceled", "ended"):
            raise Problem(400, "Downtime cannot be updated: it is over")
        self._schedule(downtime, self._attributes(body))
        self.world.changed()
        return 200, {"data": self._answer(downtime)}

    def _cancel_downtime(self, request: web.Request, _body: Json) -> tuple[int, t.Any]:
        downtime = self._held(request)
        if downtime["canceled"] is None:
            downtime["canceled"] = self._written(self.world.now())
            self.world.changed()
        return 204, None

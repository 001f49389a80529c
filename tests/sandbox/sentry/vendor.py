# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentry as one vendor of the sandbox: its list of issues, and its counts of errors in slots of time."""

from __future__ import annotations

import datetime
import typing as t

from aiohttp import web

from ..errors import Refused
from ..watcher import Json, Watcher

ORGANIZATION = "example-shop"
LEVELS = ("fatal", "error", "warning")
PER_MINUTE = 2
LARGEST_PAGE = 100
QUERY_WORDS = ("level", "release", "is")
TYPES = ("TypeError", "TimeoutError", "ValidationError")
HOURS = 24


class Sentry(Watcher):
    name = "sentry"

    def begin(self) -> None:
        self.organization = self.world.names.get("sentry_organization", ORGANIZATION)
        # Of the newest minutes, when there are more errors than otherwise.
        self.burst = 0
        # Errors in a minute from one moment to another.
        self.flood: Json = {}
        # Issues by their short names, and how many more events they had in each of the newest three hours.
        self.spikes: Json = {}
        # Nothing is open.
        self.quiet = False
        # Issues by their short names, and how many seconds ago they were first seen.
        self.first_seen: Json = {}
        self._issues = [self._issue(number) for number in range(6 * self.world.scale)]

    def run_info(self, url: str) -> Json:
        return {"url": url, "token": self.world.token("sentry", "sntrys_"), "organization": self.organization}

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``burst``: errors in each of the last five minutes. The others stand in ``begin``."""
        strange = set(changes) - {"burst", "flood", "spikes", "quiet", "first_seen"}
        if component or strange:
            raise Refused(f"Sentry has no {component or ', '.join(sorted(strange))}: burst, flood, spikes, quiet, first_seen")
        for name, value in changes.items():
            setattr(self, name, value)

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"detail": message}

    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        app = web.Application(middlewares=middlewares)
        app.router.add_route("GET", "/api/0/organizations/{organization}/issues/", self._handler(self._list))
        app.router.add_route("GET", "/api/0/organizations/{organization}/events-timeseries/", self._handler(self._series))
        return app

    def _handler(self, operation: t.Callable[[web.Request], web.Response]) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {self.world.token('sentry', 'sntrys_')}":
                return web.json_response({"detail": "Invalid token"}, status=401)
            if request.match_info["organization"] != self.organization:
                return web.json_response({"detail": "The requested resource does not exist"}, status=404)
            return operation(request)

        return handle

    def _moment(self, ago: float) -> str:
        return datetime.datetime.fromtimestamp(self.world.now() - ago, datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _issue(self, number: int) -> Json:
        level = LEVELS[number % 3]
        project = {"id": "1", "name": "shop", "slug": "shop", "platform": "node"}
        return {
            "id": str(5000 + number),
            "shareId": None,
            "shortId": f"SHOP-{number + 1}",
            "title": f"{TYPES[number % 3]}: {level} number {number + 1}",
            "culprit": "checkout(src/cart.ts)",
            "permalink": f"https://{self.organization}.sentry.io/issues/{5000 + number}/",
            "logger": None,
            "level": level,
            "status": "resolved" if number % 6 == 5 else "unresolved",
            "statusDetails": {},
            "substatus": None,
            "isPublic": False,
            "platform": "node",
            "project": project,
            "type": "error",
            "issueType": "error",
            "issueCategory": "error",
            "metadata": {"value": "x is undefined", "type": TYPES[number % 3]},
            "numComments": 0,
            "assignedTo": None,
            "isBookmarked": False,
            "isSubscribed": False,
            "hasSeen": False,
            "annotations": [],
            "derivedData": {
                "blocker": "",
                "progress": "",
                "status": "",
                "viewCount": 0,
                "hasOpenFixPr": False,
                "isAssigned": False,
                "hasRootCause": False,
                "lastCompletedAutofixStep": "",
                "lastProgressedAt": None,
            },
            "filtered": {"count": "0", "userCount": 0, "firstSeen": None, "lastSeen": None, "stats": {}},
            "inbox": {"reason": 0, "reason_details": None, "date_added": self._moment(86_400)},
            "owners": {"type": "codeowners", "owner": "team:1", "date_added": self._moment(86_400)},
            "integrationIssues": [],
            "latestEventHasAttachments": False,
            "lifetime": {},
            "matchingEventEnvironment": None,
            "matchingEventId": None,
            "priority": "high",
            "priorityLockedAt": None,
            "seerAutofixLastTriggered": None,
            "seerExplorerAutofixLastTriggered": None,
            "seerFixabilityScore": None,
            "sentryAppIssues": [],
            "sessionCount": 0,
            "stats": {},
            "subscriptionDetails": None,
            "isUnhandled": level == "fatal",
            "count": str(100 - number % 90),
            "userCount": 7,
            "firstSeen": self._moment(259_200),
            "lastSeen": self._moment(60 * (number + 1)),
        }

    def _list(self, request: web.Request) -> web.Response:
        words = dict(word.split(":", 1) for word in request.query.get("query", "is:unresolved").split() if ":" in word)
        if set(words) - set(QUERY_WORDS):
            return web.json_response({"detail": "Invalid query"}, status=400)
        every = [self._now(one, request) for one in self._issues]
        found = [one for one in every if words.get("level") in (None, one["level"]) and words.get("is") in (None, one["status"])]
        start = int(request.query.get("cursor", "0:0:0").split(":")[1])
        limit = min(int(request.query.get("limit", 25)), LARGEST_PAGE)
        more = start + limit < len(found)
        links = [
            f'<{request.url}>; rel="previous"; results="{"true" if start else "false"}"; cursor="0:{max(0, start - limit)}:1"',
            f'<{request.url}>; rel="next"; results="{"true" if more else "false"}"; cursor="0:{start + limit}:0"',
        ]
        return web.json_response(found[start : start + limit], headers={"Link": ", ".join(links)})

    def _now(self, issue: Json, request: web.Request) -> Json:
        """As it is at this moment, with its counts where they are asked for."""
        name = issue["shortId"]
        now = int(self.world.now()) // 3600 * 3600
        counts = [2 + (int(self.spikes.get(name, 0)) if HOURS - number <= 3 else 0) for number in range(HOURS)]
        stats = [[now - (HOURS - 1 - number) * 3600, count] for number, count in enumerate(counts)]
        period = request.query.get("groupStatsPeriod")
        seen = {"firstSeen": self._moment(float(self.first_seen[name]))} if name in self.first_seen else {}
        return {**issue, **seen, "stats": {period: stats} if period else {}, **({"status": "resolved"} if self.quiet else {})}

    def _series(self, request: web.Request) -> web.Response:
        slot = int(request.query["interval"])
        now = self.world.now() // 60 * 60
        if "start" in request.query:
            begins, ends = (datetime.datetime.fromisoformat(request.query[name]).replace(tzinfo=datetime.UTC).timestamp() for name in ("start", "end"))
        else:
            ends = now + 60
            begins = ends - int(request.query["statsPeriod"].removesuffix("m")) * 60
        begins = begins // 60 * 60
        values = []
        for number in range(max(1, round((ends - begins) / slot))):
            at = begins + number * slot
            count = sum(self._in_minute(at + minute * 60, now) for minute in range(slot // 60))
            values.append({"timestamp": at * 1000, "value": count, "incomplete": at + slot > now})
        meta = {"dataset": "errors", "start": begins * 1000, "end": ends * 1000}
        about = {"valueType": "integer", "valueUnit": None, "interval": slot * 1000}
        return web.json_response({"meta": meta, "timeSeries": [{"yAxis": "count()", "values": values, "meta": about}]})

    def _in_minute(self, at: float, now: float) -> int:
        if self.flood and self.flood["from"] <= at < self.flood["to"]:
            return int(self.flood["per_minute"])
        return self.burst if self.burst and now - at < 300 else PER_MINUTE

# SPDX-License-Identifier: GPL-3.0-or-later
"""Public status pages of the vendors: ``/<vendor>/api/v2/summary.json`` as Atlassian Statuspage writes it, ``/railway/summary.json`` as Instatus
does. What is posted says nothing of how the sandbox's vendors are, as a real page may lag behind."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from aiohttp import web

from .errors import Refused

if t.TYPE_CHECKING:
    from .world import World

IMPACTS = ("none", "maintenance", "minor", "major", "critical")
WORDS = {"none": "All Systems Operational", "minor": "Partially Degraded Service", "major": "Partial System Outage", "critical": "Major Service Outage"}
Json = dict[str, t.Any]


class StatusPages:
    """``world.posted`` holds the incidents by vendor: ``{name, impact, status}``; None has that vendor's page answer 503."""

    def __init__(self, world: World) -> None:
        self._world = world

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/railway/summary.json", self._instatus)
        app.router.add_get("/{vendor}/api/v2/summary.json", self._statuspage)
        return app

    async def _statuspage(self, request: web.Request) -> web.Response:
        vendor = request.match_info["vendor"]
        posted = self._world.posted.get(vendor, [])
        if posted is None:
            return web.Response(status=503, text="Service Unavailable")
        worst = max((one["impact"] for one in posted), key=IMPACTS.index, default="none")
        return web.json_response(
            {
                "page": {"id": vendor, "name": vendor, "url": f"https://{vendor}.example.com", "time_zone": "Etc/UTC", "updated_at": self._now()},
                "components": [],
                "incidents": [self._incident(vendor, number, one) for number, one in enumerate(posted, start=1)],
                "scheduled_maintenances": [],
                "status": {"indicator": worst, "description": WORDS.get(worst, "Service Under Maintenance")},
            }
        )

    def _incident(self, vendor: str, number: int, posted: Json) -> Json:
        link = f"https://{vendor}.example.com/incidents/{number}"
        return {"id": f"{vendor}{number}", **posted, "created_at": self._now(), "updated_at": self._now(), "shortlink": link, "incident_updates": []}

    async def _instatus(self, request: web.Request) -> web.Response:
        posted = self._world.posted.get("railway", [])
        if posted is None:
            return web.Response(status=503, text="Service Unavailable")
        page: Json = {"name": "Railway", "url": "https://railway.example.com", "status": "HASISSUES" if posted else "UP"}
        if not posted:
            return web.json_response({"page": page})
        active = [
            {"name": one["name"], "started": self._now(), "status": one["status"].upper(), "impact": one["impact"].upper(), "url": f"{page['url']}/{number}"}
            for number, one in enumerate(posted, start=1)
        ]
        return web.json_response({"page": page, "activeIncidents": active})

    def _now(self) -> str:
        return datetime.fromtimestamp(self._world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def post(world: World, wish: Json) -> None:
    """``{"vendor", "incidents": [{"name", "impact", "status"}] or null}``."""
    incidents = wish["incidents"]
    if incidents is not None:
        incidents = [{"impact": "minor", "status": "investigating", **one} for one in incidents]
        strange = [one["impact"] for one in incidents if one["impact"] not in IMPACTS]
        if strange:
            raise Refused(f"impact is {strange[0]!r}: one of {', '.join(IMPACTS)}")
    world.posted[str(wish["vendor"])] = incidents

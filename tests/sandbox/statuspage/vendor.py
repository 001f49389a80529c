# SPDX-License-Identifier: GPL-3.0-or-later
"""Atlassian Statuspage: incidents of one page. One request in a second is taken from each key; more are refused with 420."""

from __future__ import annotations

import datetime

from aiohttp import web

from ..service import Handler, Json, Service, document

PAGE = "kctbh9vrtdwd"
COMPONENTS = ("b13yz5g2cw10", "vtnh60py4yd7")
STATUSES = ("investigating", "identified", "monitoring", "resolved")


class Statuspage(Service):
    name = "statuspage"

    def seed(self, components: dict[str, Json]) -> None:
        super().seed(components)
        self._last = 0.0
        self.components = dict.fromkeys(COMPONENTS, "operational")

    def calls(self) -> list[tuple[str, str, Handler]]:
        incidents = "/v1/pages/{page}/incidents"
        return [
            ("GET", f"{incidents}/unresolved", self._unresolved),
            ("POST", incidents, self._create),
            ("PATCH", incidents + "/{incident}", self._update),
            ("GET", "/shown", self._shown),
        ]

    def run_info(self, url: str) -> Json:
        return {"url": url, "api_url": f"{url}/v1", "api_key": self._key(), "page": PAGE, "components": list(COMPONENTS)}

    def _key(self) -> str:
        return self.world.token("statuspage.key")

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"OAuth {self._key()}":
            return web.json_response({"error": "Could not authenticate"}, status=401)
        if request.match_info["page"] != PAGE:
            return web.json_response({"error": "Not found"}, status=404)
        now = self.world.now()
        if now - self._last < 1.0:
            return web.json_response({"error": "Too many requests"}, status=420)
        self._last = now
        return None

    async def _unresolved(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        return refusal if refusal is not None else web.json_response([one for one in self.kept if one["status"] != "resolved"])

    async def _create(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        wish = (await document(request)).get("incident") or {}
        if not wish.get("name") or self._strange(wish):
            return web.json_response({"error": ["Name can't be blank" if not wish.get("name") else "Status is not included in the list"]}, status=422)
        incident = {"id": self.world.word(12).lower(), "name": wish["name"], "impact": wish.get("impact_override") or "none"}
        incident.update(page_id=PAGE, created_at=self._moment(), metadata=wish.get("metadata") or {}, incident_updates=[])
        self.kept.append(incident)
        return web.json_response(self._applied(incident, wish), status=201)

    async def _update(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        wish = (await document(request)).get("incident") or {}
        incident = next((one for one in self.kept if one["id"] == request.match_info["incident"]), None)
        if incident is None:
            return web.json_response({"error": "Not found"}, status=404)
        if self._strange(wish):
            return web.json_response({"error": ["Status is not included in the list"]}, status=422)
        return web.json_response(self._applied(incident, wish))

    def _strange(self, wish: Json) -> bool:
        return wish.get("status") not in STATUSES or bool(set(wish.get("components") or {}) - set(COMPONENTS))

    def _applied(self, incident: Json, wish: Json) -> Json:
        incident["status"] = wish["status"]
        incident["updated_at"] = self._moment()
        incident["incident_updates"].insert(
            0, {"body": wish.get("body") or "", "status": wish["status"], "deliver_notifications": bool(wish.get("deliver_notifications", True))}
        )
        self.components.update(wish.get("components") or {})
        self.world.changed()
        return incident

    def _moment(self) -> str:
        return datetime.datetime.fromtimestamp(self.world.now(), datetime.UTC).isoformat()

    async def _shown(self, _request: web.Request) -> web.Response:
        """For tests: what customers see. The vendor has no such address."""
        return web.json_response({"incidents": self.kept, "components": self.components})

# SPDX-License-Identifier: GPL-3.0-or-later
"""PagerDuty's Events API v2: an alert for each ``dedup_key``, triggered, acknowledged and resolved."""

from __future__ import annotations

from aiohttp import web

from ..service import Handler, Json, Service, document

ACTIONS = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
SEVERITIES = ("critical", "error", "warning", "info")


class PagerDuty(Service):
    name = "pagerduty"

    def calls(self) -> list[tuple[str, str, Handler]]:
        return [("POST", "/v2/enqueue", self._enqueue), ("GET", "/alerts", self._alerts)]

    def run_info(self, url: str) -> Json:
        return {"url": url, "api_url": f"{url}/v2", "routing_key": self._key()}

    def _key(self) -> str:
        return self.world.token("pagerduty.routing")[:32]

    def stored(self) -> dict[str, str]:
        return {"routing_key": self._key()}

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"status": "throttle exceeded" if status == 429 else "error", "message": message, "errors": []}

    async def _enqueue(self, request: web.Request) -> web.Response:
        event = await document(request)
        wrong = self._wrong(event)
        if wrong:
            return web.json_response({"status": "invalid event", "message": "Event object is invalid", "errors": wrong}, status=400)
        key = str(event.get("dedup_key") or self.world.word(32))
        alert = next((one for one in self.kept if one["dedup_key"] == key and one["status"] != "resolved"), None)
        if event["event_action"] == "trigger" and alert is None:
            alert = {"dedup_key": key, "status": "triggered", "events": 0, **event["payload"]}
            self.kept.append(alert)
        if alert is not None:
            if event["event_action"] == "trigger":
                alert.update(event["payload"])
            else:
                alert["status"] = ACTIONS[event["event_action"]]
            alert["events"] += 1
            self.world.changed()
        return web.json_response({"status": "success", "message": "Event processed", "dedup_key": key}, status=202)

    def _wrong(self, event: Json) -> list[str]:
        if event.get("routing_key") != self._key():
            return ["Invalid routing key"]
        if event.get("event_action") not in ACTIONS:
            return ["'event_action' is invalid"]
        if event["event_action"] != "trigger":
            return [] if event.get("dedup_key") else ["'dedup_key' is missing or blank"]
        payload = event.get("payload") or {}
        missing = [f"'payload.{name}' is missing or blank" for name in ("summary", "source", "severity") if not payload.get(name)]
        if payload.get("severity") not in SEVERITIES:
            missing.append("'payload.severity' is invalid")
        return missing + (["Length of 'dedup_key' is incorrect"] if len(event.get("dedup_key") or "") > 255 else [])

    async def _alerts(self, _request: web.Request) -> web.Response:
        """For tests: what the pager shows. The vendor has no such address."""
        return web.json_response({"alerts": self.kept})

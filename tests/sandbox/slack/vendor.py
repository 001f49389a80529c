# SPDX-License-Identifier: GPL-3.0-or-later
"""Slack: messages of a bot in channels, edited and threaded, and an incoming webhook. A refusal is a 200 that says ``ok: false``."""

from __future__ import annotations

import typing as t

from aiohttp import web

from ..service import Handler, Json, Service, document
from ..world import Call

DAY_ONE = 1_780_000_000
CHANNELS = {"#incidents": "C0INCIDENT1", "#engineering": "C0ENGINEER1"}
LONGEST = 40000


class Slack(Service):
    name = "slack"

    def calls(self) -> list[tuple[str, str, Handler]]:
        return [
            ("POST", "/api/chat.postMessage", self._post),
            ("POST", "/api/chat.update", self._update),
            ("POST", "/services/{team}/{app}/{secret}", self._webhook),
            ("GET", "/history", self._history),
        ]

    def run_info(self, url: str) -> Json:
        return {"url": url, "api_url": f"{url}/api", "token": self._token(), "webhook_url": f"{url}{self._webhook_path()}"}

    def _token(self) -> str:
        return self.world.token("slack.bot", "xoxb-")

    def _webhook_path(self) -> str:
        return f"/services/T0EXAMPLE/B0EXAMPLE/{self.world.token('slack.webhook')}"

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"ok": False, "error": code or ("ratelimited" if status == 429 else "internal_error")}

    def _refusal(self, request: web.Request, body: Json) -> str:
        if request.headers.get("Authorization") != f"Bearer {self._token()}":
            return "invalid_auth" if request.headers.get("Authorization") else "not_authed"
        channel = body.get("channel")
        if channel not in CHANNELS and channel not in CHANNELS.values():
            return "channel_not_found"
        if not body.get("text"):
            return "no_text"
        return "msg_too_long" if len(body["text"]) > LONGEST else ""

    async def _post(self, request: web.Request) -> web.Response:
        body = await document(request)
        refusal = self._refusal(request, body)
        if refusal:
            return web.json_response({"ok": False, "error": refusal})
        channel = CHANNELS.get(body["channel"], body["channel"])
        known = next((one for one in self.kept if body.get("client_msg_id") and one["client_msg_id"] == body["client_msg_id"]), None)
        if known is None:
            known = {"channel": channel, "ts": self._ts("bot"), "text": body["text"], "thread_ts": body.get("thread_ts"), "by": "bot"}
            known.update(client_msg_id=body.get("client_msg_id"), edited=False)
            self.kept.append(known)
            self.world.changed()
        message = {"type": "message", "user": "U0EXAMPLE01", "text": known["text"], "ts": known["ts"]}
        return web.json_response({"ok": True, "channel": channel, "ts": known["ts"], "message": message})

    async def _update(self, request: web.Request) -> web.Response:
        body = await document(request)
        refusal = self._refusal(request, body)
        # The id alone is understood here, unlike with postMessage.
        if not refusal and body["channel"] not in CHANNELS.values():
            refusal = "channel_not_found"
        known = next((one for one in self.kept if (one["channel"], one["ts"]) == (body.get("channel"), body.get("ts"))), None)
        if not refusal and known is None:
            refusal = "message_not_found"
        if refusal or known is None:
            return web.json_response({"ok": False, "error": refusal})
        known.update(text=body["text"], edited=True)
        self.world.changed()
        return web.json_response({"ok": True, "channel": known["channel"], "ts": known["ts"], "text": known["text"], "message": {"text": known["text"]}})

    async def _webhook(self, request: web.Request) -> web.Response:
        if request.path != self._webhook_path():
            return web.Response(status=404, text="no_service")
        body = await document(request)
        if not body.get("text"):
            return web.Response(status=400, text="no_text")
        place = {"channel": CHANNELS["#incidents"], "ts": self._ts("webhook"), "thread_ts": None}
        self.kept.append({**place, "text": body["text"], "by": "webhook", "edited": False, "client_msg_id": None})
        self.world.changed()
        return web.Response(text="ok")

    async def _history(self, _request: web.Request) -> web.Response:
        """For tests: what stands in the channels. The vendor has no such address."""
        return web.json_response({"messages": self.kept})

    def _ts(self, by: str) -> str:
        # Each author has numbers of its own, of one moment: none depends on who was first of two who write at once, or on how long others took.
        number = sum(message["by"] == by for message in self.kept) + (500_001 if by == "webhook" else 1)
        return f"{DAY_ONE}.{number:06d}"

    def identify(self, request: web.Request, body: t.Any) -> Call:
        call = super().identify(request, body)
        # The address of a webhook is its secret.
        if request.path.startswith("/services/"):
            call.operation, call.path = "POST /services/{id}", "/services/{id}"
        return call

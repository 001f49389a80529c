# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of a deployment: the events of its build, in two shapes, and the runtime log, which has no past and stays open."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from . import render
from .asked import Answer, Asked, Routes
from .state import Deployment, Json

STREAM = "application/stream+json"


class Lines:
    """One JSON document a line; the connection stays open for so many real seconds, or until the client leaves."""

    def __init__(self, documents: list[Json], seconds: float) -> None:
        self._documents, self._seconds = documents, seconds

    async def send(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": STREAM})
        await answer.prepare(request)
        for document in self._documents:
            await answer.write(json.dumps(document).encode() + b"\n")
        if self._seconds:
            await asyncio.sleep(self._seconds)
        await answer.write_eof()
        return answer


TEXTS = (
    ("command", "Cloning github.com/example/shop"),
    ("stdout", "Installing dependencies..."),
    ("stdout", "Creating an optimized production build"),
)
# Lines of a build at scale 1.
USUAL = len(TEXTS) + 1


def _events(it: Deployment, scale: int) -> list[tuple[str, str, float]]:
    """(type, text, moment), oldest first."""
    more = [("stdout", f"Compiled page {number}") for number in range(1, USUAL * (scale - 1) + 1)]
    texts: list[tuple[str, str]] = [*TEXTS, *more, ("stderr", it.error["message"]) if it.error else ("stdout", "Build Completed in /vercel/output")]
    texts += [(entry[0], entry[1]) for entry in it.log]
    return [(kind, text, it.created + 2 + number / scale) for number, (kind, text) in enumerate(texts)]


def _event(it: Deployment, number: int, kind: str, text: str, at: float, old: bool) -> Json:
    info = {"type": "build", "name": "bld_example", "entrypoint": "."}
    facts = {"id": f"{number:020d}", "deploymentId": it.id, "date": render.ms(at), "serial": f"{number:020d}", "text": text, "info": info}
    if old:
        return {"type": kind, "created": render.ms(at), "payload": facts}
    return {"type": kind, "created": render.ms(at), **facts, **({"level": "error"} if kind == "stderr" else {})}


def read_events(asked: Asked) -> Answer:
    it = asked.deployment()
    found = [_event(it, number, *event, old=it.old_log) for number, event in enumerate(_events(it, asked.vercel.world.scale))]
    if asked.query.get("direction") == "backward":
        found.reverse()
    limit = asked.number("limit")
    found = found[:limit] if limit > 0 else found
    # The vendor's client asks to follow by an empty word.
    if "follow" in asked.query or it.log_lines:
        # What only keeps the connection open has no time.
        body = "".join(json.dumps(line) + "\n" for line in [{"type": "keep-alive"}, *found])
        return 200, web.Response(text=body, content_type=STREAM)
    return 200, found


def read_runtime(asked: Asked) -> Answer:
    project, it = asked.project(), asked.deployment()
    now = asked.vercel.world.now()
    lines = [_runtime(number, now, project.aliases[0].name, entry) for number, entry in enumerate(it.runtime_log)]
    if not it.runtime_open:
        lines.append({**_runtime(len(lines), now, project.aliases[0].name, {}), "source": "delimiter"})
    return 200, Lines(lines, it.runtime_open)


def _runtime(number: int, now: float, domain: str, entry: Json) -> Json:
    return {
        "rowId": f"row_{number}",
        "level": "info",
        "message": "",
        "messageTruncated": False,
        "source": "serverless",
        "timestampInMs": render.ms(now) + number,
        "domain": domain,
        "requestMethod": "GET",
        "requestPath": "/",
        "responseStatusCode": 200,
        **entry,
    }


def query_events(asked: Asked) -> Answer:
    """What the vendor's client shows as logs: what the runtime of the team's deployments said, newest first."""
    now = asked.vercel.world.now()
    wanted = asked.body.get("scope", {}).get("projectIds") or []
    found = []
    for it in asked.vercel.deployments.values():
        if it.project not in wanted or f'"{it.id}"' not in asked.body.get("filter", f'"{it.id}"'):
            continue
        for number, entry in enumerate(it.runtime_log):
            line = _runtime(number, now, "app.example.com", entry)
            facts = {"projectId": it.project, "deploymentId": it.id, "requestId": line["rowId"], "environment": it.target, "branch": it.branch}
            at = render.iso(now + number / 1000)
            request = {"requestPath": line["requestPath"], "requestMethod": line["requestMethod"], "domain": line["domain"]}
            found.append({"timestamp": at, "time": at, "level": line["level"], "message": line["message"], "source": line["source"], **facts, **request})
    return 200, {"events": found[::-1], "pagination": {"hasMore": False, "nextCursor": None}}


ROUTES: Routes = (
    ("GET", "/v3/deployments/{deployment}/events", read_events),
    ("GET", "/v1/projects/{project}/deployments/{deployment}/runtime-logs", read_runtime),
)
# The vendor's own client calls these; they are not published.
OF_THE_CLIENT: Routes = (
    ("GET", "/v3/now/deployments/{deployment}/events", read_events),
    ("POST", "/v1/observability/events", query_events),
)

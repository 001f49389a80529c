# SPDX-License-Identifier: GPL-3.0-or-later
"""An application that takes whatever is posted to it and keeps it to be read. Neither the journal nor faults know of it."""

from __future__ import annotations

import typing as t

from aiohttp import web

if t.TYPE_CHECKING:
    from .world import World

LARGEST = 8 * 1024 * 1024


class Receiver:
    """Answers with the status that the setting ``webhook_receiver_status`` says."""

    def __init__(self, world: World) -> None:
        self._world = world

    def application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/{path:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode(errors="replace")
        status = int(self._world.setting("webhook_receiver_status"))
        self._world.received.append({"path": request.path_qs, "headers": dict(request.headers), "body": body, "status": status})
        return web.json_response({"received": True}, status=status)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the small services have in common: they run no component, and each answers a handful of calls."""

from __future__ import annotations

import re
import typing as t

from aiohttp import web

from .errors import Refused
from .world import Call, Release, World

Json = dict[str, t.Any]
Handler = t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]


class Service:
    """A vendor without components. ``calls`` lists (method, path, handler); what the handlers made stands in ``kept``."""

    name: str

    def __init__(self, world: World) -> None:
        self.world = world
        self.kept: list[Json] = []

    def calls(self) -> list[tuple[str, str, Handler]]:
        raise Refused(f"{self.name} answers nothing")

    # -- seeding
    def begin(self) -> None:
        """Forget everything, then hold what the vendor has in every world."""
        self.kept.clear()

    def seed(self, components: dict[str, Json]) -> None:
        if components:
            raise Refused(f"{self.name} runs no components: {', '.join(sorted(components))}")
        self.begin()

    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        app = web.Application(middlewares=middlewares, client_max_size=8 * 1024 * 1024)
        for method, path, handler in self.calls():
            app.router.add_route(method, path, handler)
        return app

    def identify(self, request: web.Request, body: t.Any) -> Call:
        resource = request.match_info.route.resource
        pattern = resource.canonical if resource is not None else request.path
        kind = request.headers.get("Authorization", "").partition(" ")[0].lower() or None
        return Call(f"{request.method} {re.sub('{[^}]*}', '{id}', pattern)}", request.method not in ("GET", "HEAD"), None, kind)

    # -- nothing of this is here
    def component_info(self, component: str) -> Json:
        raise Refused(f"{self.name} has no component {component!r}")

    def snapshot(self, component: str) -> Json:
        raise Refused(f"{self.name} has no component {component!r}")

    def serving(self, component: str) -> Release | None:
        return None

    def release(self, deployment: str) -> Release | None:
        return None

    def probed(self, component: str) -> None:
        """Nothing here sleeps."""

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        raise Refused(f"{self.name} has nothing to set: {', '.join(sorted(changes))}")

    def act(self, component: str, action: str, facts: Json) -> str:
        raise Refused(f"{self.name} does not know the action {action!r}")

    def stored(self) -> dict[str, str]:
        return {}

    # -- answers that are not about a resource
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"error": code or message}

    def graphql_error(self, message: str, code: str) -> Json:
        raise Refused(f"{self.name} has no GraphQL")

    def headers(self) -> dict[str, str]:
        return {}

    def obscure(self, body: t.Any) -> t.Any:
        return body


async def document(request: web.Request) -> Json:
    """The body as JSON; anything else is an empty one."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return t.cast(Json, body) if isinstance(body, dict) else {}

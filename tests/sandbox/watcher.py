# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendors have in common that only watch: they run no component, and nothing is deployed there."""

from __future__ import annotations

import re
import typing as t

from .errors import Refused
from .world import Call, Release, World

if t.TYPE_CHECKING:
    from aiohttp import web

Json = dict[str, t.Any]


class Watcher:
    name = ""

    def __init__(self, world: World) -> None:
        self.world = world

    def begin(self) -> None:
        """Forget everything, then hold what the vendor has in every world."""

    def seed(self, components: dict[str, Json]) -> None:
        if components:
            raise Refused(f"{self.name} runs no components: {', '.join(sorted(components))}")
        self.begin()

    def identify(self, request: web.Request, body: t.Any) -> Call:
        resource = request.match_info.route.resource
        pattern = resource.canonical if resource is not None else request.path
        kind = "bearer" if request.headers.get("Authorization", "").startswith("Bearer ") else None
        return Call(f"{request.method} {re.sub('{[^}]*}', '{id}', pattern)}", request.method not in ("GET", "HEAD"), None, kind)

    def component_info(self, component: str) -> Json:
        raise Refused(f"{self.name} has no component {component!r}")

    def stored(self) -> dict[str, str]:
        return {}

    def snapshot(self, component: str) -> Json:
        raise Refused(f"{self.name} has no component {component!r}")

    def serving(self, component: str) -> Release | None:
        return None

    def release(self, deployment: str) -> Release | None:
        return None

    def probed(self, component: str) -> None:
        """Nothing here sleeps."""

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        raise Refused(f"{self.name} has no {component or ', '.join(sorted(changes))}")

    def act(self, component: str, action: str, facts: Json) -> str:
        raise Refused(f"{self.name} does not know the action {action!r}")

    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"message": message, "statusCode": status}

    def graphql_error(self, message: str, code: str) -> Json:
        raise Refused(f"{self.name} has no GraphQL")

    def headers(self) -> dict[str, str]:
        return {}

    def obscure(self, body: t.Any) -> t.Any:
        """The same answer with statuses that nobody has heard of."""
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: "hibernating" if key == "status" and isinstance(value, str) else self.obscure(value) for key, value in body.items()}

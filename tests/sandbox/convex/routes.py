# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex's HTTP side: the table of calls, who may make each, and how an answer gets out.

A deployment's calls lie below ``/api`` (its app's own HTTP below ``/http``), the management API's below ``/v1``.
"""

from __future__ import annotations

import functools
import inspect
import json
import typing as t
from dataclasses import dataclass

from aiohttp import web

from . import access
from .access import Identity
from .state import ConvexError, Deployment, Json

if t.TYPE_CHECKING:
    from .vendor import Convex

# Who may ask: everybody, whoever holds a key, whoever holds a token, the vendor's client with a key as if it were a token, or
# (any other word) whoever is allowed that action.
ANYONE, ADMIN, MANAGER, PROVISIONER = "anyone", "admin", "manager", "provisioner"
Answer = tuple[int, t.Any] | web.StreamResponse
Operation = t.Callable[["Asked"], Answer | t.Awaitable[Answer]]


@dataclass
class Asked:
    """One request that may be made. ``body`` is the JSON object that was sent, ``raw`` whatever was sent."""

    convex: Convex
    request: web.Request
    identity: Identity
    body: Json
    raw: bytes

    @property
    def deployment(self) -> Deployment:
        return self.convex.deployment

    @property
    def names(self) -> t.Mapping[str, str]:
        return self.request.match_info

    @property
    def query(self) -> t.Mapping[str, str]:
        return self.request.query

    def field(self, name: str, kind: type[t.Any] | tuple[type[t.Any], ...] = str) -> t.Any:
        """A field of the body that must be there and be of that kind."""
        if name not in self.body:
            raise ConvexError(400, "BadJsonBody", f"Failed to deserialize the JSON body into the target type: missing field `{name}`")
        value = self.body[name]
        if not isinstance(value, kind):
            raise ConvexError(400, "BadJsonBody", f"Failed to deserialize the JSON body into the target type: {name}: invalid type")
        return value


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    operation: Operation
    needs: str
    changes: bool = False


@functools.cache
def table() -> tuple[Route, ...]:
    from . import exports, functions, imports, management, observe, platform, push, streams, sync

    topics = (platform, functions, exports, imports, observe, streams, management, push, sync)
    return tuple(route for topic in topics for route in topic.ROUTES)


def application(convex: Convex, middlewares: t.Sequence[t.Any]) -> web.Application:
    app = web.Application(middlewares=middlewares, client_max_size=64 * 1024 * 1024)
    for route in table():
        app.router.add_route(route.method, route.path, _handler(convex, route))
    app.router.add_route("*", "/{unknown:.*}", _handler(convex, Route("*", "", _unknown, ANYONE)))
    return app


def _unknown(asked: Asked) -> Answer:
    # The backend's router answers like this, without a JSON body.
    return web.Response(status=404)


def _handler(convex: Convex, route: Route) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            asked = Asked(convex, request, _admitted(convex, route, request), await _body(request), await request.read())
            answer = route.operation(asked)
            if inspect.isawaitable(answer):
                answer = await answer
        except ConvexError as error:
            return web.json_response(error.body, status=error.status)
        if isinstance(answer, web.StreamResponse):
            return answer
        status, document = answer
        return web.Response(status=status) if document is None else web.json_response(document, status=status)

    return handle


def _admitted(convex: Convex, route: Route, request: web.Request) -> Identity:
    header = request.headers.get("Authorization")
    if route.needs == MANAGER:
        return Identity(access.at_management(convex, header), frozenset())
    if route.needs == PROVISIONER:
        return access.from_key(convex, (header or "").removeprefix("Bearer "))
    if route.method == "*":
        return access.NOBODY
    identity = access.at_deployment(convex, header)
    if route.needs != ANYONE and not identity.admin:
        raise access.bad_deploy_key(convex.deployment)
    if route.needs not in (ANYONE, ADMIN):
        identity.require(route.needs)
    return identity


async def _body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw or request.content_type != "application/json":
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise ConvexError(400, "BadJsonBody", "Failed to parse the request body as JSON") from None
    return body if isinstance(body, dict) else {}


def changes(request: web.Request) -> bool:
    """Whether the call that a request matched changes something, whoever makes it."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else ""
    return any(route.changes for route in table() if route.method == request.method and route.path == path)

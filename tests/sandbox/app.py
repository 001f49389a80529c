# SPDX-License-Identifier: GPL-3.0-or-later
"""The small app that every component runs: its health depends on the release that serves, and on what a test breaks."""

from __future__ import annotations

import asyncio
import typing as t

from aiohttp import web

from .errors import Refused
from .gateway import HTML
from .world import Call, Component, Release, World

# What the first visitor of a sleeping service waits, in real milliseconds.
WAKE_MS = 300
METRICS_PAGE = "/metrics"
METRICS = """# HELP api_response_time Seconds that answers took.
# TYPE api_response_time histogram
api_response_time_bucket{{le="0.1"}} 900
api_response_time_bucket{{le="0.5"}} 990
api_response_time_bucket{{le="+Inf"}} 1000
api_response_time_sum 84
api_response_time_count 1000
# TYPE jobs_waiting gauge
jobs_waiting{{queue="mail"}} 3
jobs_waiting{{queue="images"}} 4
# TYPE requests_total counter
requests_total {probes}
"""


class App:
    """Takes the vendor's place in the gateway, so that faults and the journal work for the app too."""

    name = "app"

    def __init__(self, world: World) -> None:
        self._world = world

    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        app = web.Application(middlewares=middlewares)
        app.router.add_route("*", "/production/{component}{path:(/.*)?}", self._production)
        app.router.add_route("*", "/deployments/{deployment}{path:(/.*)?}", self._deployment)
        app.router.add_route("*", "/{unknown:.*}", self._unknown)
        return app

    def identify(self, request: web.Request, body: t.Any) -> Call:
        names = request.match_info
        component = names.get("component")
        if component is None and "deployment" in names:
            release = self._release(names["deployment"])
            component = release.component if release is not None else None
        where = "production" if "component" in names else "deployment"
        return Call(f"{request.method} {where}{names.get('path', '')}", False, component)

    def error(self, status: int, message: str, code: str | None = None) -> dict[str, t.Any]:
        return {"error": message}

    def graphql_error(self, message: str, code: str) -> dict[str, t.Any]:
        raise Refused("the app has no GraphQL")

    def headers(self) -> dict[str, str]:
        return {}

    def obscure(self, body: t.Any) -> t.Any:
        return {**body, "status": "HIBERNATING"} if isinstance(body, dict) else body

    # -- answers
    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text=HTML, content_type="text/html")

    async def _production(self, request: web.Request) -> web.StreamResponse:
        component = self._world.components.get(request.match_info["component"])
        if component is None:
            return await self._unknown(request)
        release = component.vendor.serving(component.name)
        component.vendor.probed(component.name)
        if release is None:
            return web.json_response({"error": "Application failed to respond"}, status=502)
        if release.asleep:
            await asyncio.sleep(WAKE_MS / 1000)
        return await self._answer(component, release, request.match_info["path"])

    async def _deployment(self, request: web.Request) -> web.StreamResponse:
        release = self._release(request.match_info["deployment"])
        if release is None or not release.answers:
            return web.json_response({"error": "The deployment could not be found"}, status=404)
        component = self._world.components[release.component]
        if component.health.protected:
            return web.Response(status=401, text=HTML, content_type="text/html")
        return await self._answer(component, release, request.match_info["path"])

    def _release(self, deployment: str) -> Release | None:
        for vendor in self._world.vendors.values():
            release = vendor.release(deployment)
            if release is not None and release.component in self._world.components:
                return release
        return None

    async def _answer(self, component: Component, release: Release, path: str) -> web.StreamResponse:
        health = component.health
        health.probes += 1
        if health.slow_ms:
            await asyncio.sleep(health.slow_ms / 1000)
        if health.html:
            return web.Response(text=HTML, content_type="text/html")
        good = not release.bad if health.healthy is None else health.healthy
        if health.database_down or (health.flapping and health.probes % 2 == 0):
            good = False
        if path == METRICS_PAGE:
            text = METRICS.format(probes=health.probes) if health.metrics is None else health.metrics
            return web.Response(text=text, content_type="text/plain")
        parts = {"database": "pass" if good else "fail", **health.parts}
        document = {
            "status": health.word or ("ok" if good else "unhealthy"),
            "version": release.version,
            "commit": release.commit,
            "checks": [{"name": name, "status": word} for name, word in parts.items()],
            **health.page,
        }
        return web.json_response(document, status=200 if good else 503)

# SPDX-License-Identifier: GPL-3.0-or-later
"""The control port: what a test, a demonstration or a trainer does to the world. Loopback only, and not for browsers."""

from __future__ import annotations

import typing as t

from aiohttp import web

from . import inventory, scenario
from .errors import Refused
from .kill import Kill
from .status_pages import post
from .world import World

Json = dict[str, t.Any]


class Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def application(self) -> web.Application:
        app = web.Application(middlewares=[_plain_errors], client_max_size=8 * 1024 * 1024)
        app.router.add_get("/journal", self.read_journal)
        app.router.add_delete("/journal", self.clear_journal)
        app.router.add_get("/faults", self.read_faults)
        app.router.add_post("/faults", self.add_fault)
        app.router.add_delete("/faults", self.clear_faults)
        app.router.add_get("/kill", self.read_kill)
        app.router.add_post("/kill", self.arm_kill)
        app.router.add_delete("/kill", self.disarm_kill)
        app.router.add_get("/state", self.read_state)
        app.router.add_get("/secrets", self.read_secrets)
        app.router.add_post("/scenario", self.load_scenario)
        app.router.add_post("/world", self.patch_world)
        app.router.add_get("/deliveries", self.read_deliveries)
        app.router.add_post("/deliveries", self.change_deliveries)
        app.router.add_get("/received", self.read_received)
        app.router.add_get("/clock", self.read_clock)
        app.router.add_post("/clock/advance", self.advance_clock)
        return app

    async def read_journal(self, request: web.Request) -> web.Response:
        changes = {"1": True, "0": False}.get(request.query.get("changes", ""))
        return web.json_response({"requests": self._world.journal.read(changes, request.query.get("vendor"))})

    async def clear_journal(self, request: web.Request) -> web.Response:
        self._world.journal.clear()
        return web.json_response({})

    async def read_faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": self._world.faults.listing()})

    async def add_fault(self, request: web.Request) -> web.Response:
        return web.json_response({"id": self._world.faults.add(await _body(request))})

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._world.faults.clear()
        return web.json_response({})

    async def read_kill(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.kill.report())

    async def arm_kill(self, request: web.Request) -> web.Response:
        self._world.kill = Kill.armed(await _body(request))
        return web.json_response(self._world.kill.report())

    async def disarm_kill(self, request: web.Request) -> web.Response:
        self._world.kill = Kill()
        return web.json_response({})

    async def read_state(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.snapshot())

    async def read_secrets(self, request: web.Request) -> web.Response:
        return web.json_response({"secrets": self._world.secrets()})

    async def load_scenario(self, request: web.Request) -> web.Response:
        wish = await _body(request)
        _only(wish, {"scenario", "set", "world"})
        name = str(wish.get("scenario", self._world.scenario))
        known = scenario.load(name, wish.get("set"))
        self._world.seed(inventory.world(wish["world"], known) if "world" in wish else known)
        return web.json_response({"scenario": name, "epoch": self._world.epoch, "components": sorted(self._world.components)})

    async def patch_world(self, request: web.Request) -> web.Response:
        """``{"component", "deployment"?, "set": {...}}``, or ``{"vendor", "set": {...}}`` for a vendor without components, or one of
        ``push``, ``add``, ``maintenance`` with its facts; or ``{"vendor", "emit": {...}}``, an event as if it had happened; or
        ``{"status_page": {"vendor", "incidents"}}``, what that vendor's public page says."""
        wish = await _body(request)
        _only(wish, {"component", "deployment", "vendor", "set", "push", "add", "maintenance", "emit", "status_page"})
        if "status_page" in wish:
            post(self._world, dict(wish["status_page"]))
            return web.json_response({})
        if "emit" in wish:
            return web.json_response({"event": self._world.vendors[str(wish["vendor"])].act("", "emit", dict(wish["emit"]))})
        if "vendor" in wish:
            self._world.vendors[str(wish["vendor"])].patch("", None, wish.get("set", {}))
            return web.json_response({})
        acts = [name for name in ("push", "add", "maintenance") if name in wish]
        if not acts:
            self._world.patch(str(wish.get("component")), wish.get("deployment"), wish.get("set", {}))
            return web.json_response({})
        if len(acts) > 1:
            raise Refused(f"one action at a time, not {', '.join(acts)}")
        facts = wish[acts[0]]
        facts = dict(facts) if isinstance(facts, dict) else {}
        component = self._world.component(str(facts.pop("component", wish.get("component"))))
        return web.json_response({"deployment": component.vendor.act(component.name, acts[0], facts)})

    async def read_deliveries(self, request: web.Request) -> web.Response:
        """Webhooks, with every attempt. What is under way is waited for."""
        await self._world.deliveries.idle()
        return web.json_response({"deliveries": self._world.deliveries.listing(request.query.get("vendor"))})

    async def change_deliveries(self, request: web.Request) -> web.Response:
        """``{"set": {...}}``: the settings of a scenario that begin with ``webhook_``."""
        wish = await _body(request)
        _only(wish, {"set"})
        self._world.deliveries.change(wish.get("set", {}))
        return web.json_response({})

    async def read_received(self, request: web.Request) -> web.Response:
        """What was posted to ``receiver_url``, in order."""
        await self._world.deliveries.idle()
        return web.json_response({"received": self._world.received})

    async def read_clock(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.clock.snapshot())

    async def advance_clock(self, request: web.Request) -> web.Response:
        wish = await _body(request)
        _only(wish, {"seconds"})
        clock, seconds = self._world.clock, float(wish["seconds"])
        end = clock.now() + seconds
        # A webhook's outcome decides what is due next.
        while clock.virtual and clock.step(end):
            await self._world.deliveries.idle()
        clock.advance(end - clock.now() if clock.virtual else seconds)
        return web.json_response(self._world.clock.snapshot())


async def _body(request: web.Request) -> Json:
    body = await request.json()
    if not isinstance(body, dict):
        raise Refused("the body must be a JSON object")
    return body


def _only(wish: Json, known: set[str]) -> None:
    strange = set(wish) - known
    if strange:
        raise Refused(f"unknown: {', '.join(sorted(strange))} (known: {', '.join(sorted(known))})")


@web.middleware
async def _plain_errors(request: web.Request, handler: t.Any) -> web.StreamResponse:
    # A page in a browser must not be able to end processes: browsers say where they come from.
    if "Origin" in request.headers:
        return web.json_response({"error": "not for browsers"}, status=403)
    try:
        return t.cast(web.StreamResponse, await handler(request))
    except (ValueError, KeyError, TypeError) as error:
        return web.json_response({"error": f"{error}" if isinstance(error, Refused) else f"{type(error).__name__}: {error}"}, status=400)

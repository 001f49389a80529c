# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting the sandbox together: one loopback port per vendor, one for the app, one for control, one for the clock."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from .app import App
from .atlas import Atlas
from .clock import ClockConnection, RealClock, VirtualClock
from .control import Control
from .convex import Convex
from .datadog import Datadog
from .elsewhere import Elsewhere
from .gateway import middleware
from .pagerduty import PagerDuty
from .railway import Railway
from .receiver import Receiver
from .scenario import Scenario
from .sentry import Sentry
from .shopify import Shopify
from .slack import Slack
from .status_pages import StatusPages
from .statuspage import Statuspage
from .stripe import Stripe
from .supabase import Supabase
from .uptimerobot import UptimeRobot
from .vercel import Vercel
from .world import Vendor, World

HOST = "127.0.0.1"


@dataclass
class Options:
    scenario: Scenario
    state_file: Path
    virtual: bool
    until_eof: bool


def vendors(world: World) -> dict[str, Vendor]:
    """A further vendor is one more package and one more name here."""
    services: list[Vendor] = [Vercel(world), Railway(world), Convex(world), Shopify(world), Stripe(world), Elsewhere(world)]
    told: list[Vendor] = [Slack(world), PagerDuty(world), Statuspage(world)]
    watching: list[Vendor] = [UptimeRobot(world), Datadog(world), Sentry(world), Supabase(world), Atlas(world)]
    return {vendor.name: vendor for vendor in (*services, *told, *watching)}


class Server:
    def __init__(self, options: Options) -> None:
        self._options = options
        clock = VirtualClock() if options.virtual else RealClock()
        self.world = World(clock)
        self.world.vendors = vendors(self.world)
        self.world.seed(options.scenario)
        self._runners: list[web.AppRunner] = []
        self._clock_server: asyncio.Server | None = None

    async def start(self) -> dict[str, str]:
        """Listen everywhere, then say where in the state file."""
        world = self.world
        app = App(world)
        app_url = await self._listen(app.application([middleware(world, t.cast(Vendor, app))]))
        urls = {name: await self._listen(vendor.application([middleware(world, vendor)])) for name, vendor in world.vendors.items()}
        receiver_url = await self._listen(Receiver(world).application())
        status_url = await self._listen(StatusPages(world).application())
        control_url = await self._listen(Control(world).application())
        self._clock_server = await asyncio.get_running_loop().create_server(lambda: ClockConnection(world.clock), HOST, 0)
        port = self._clock_server.sockets[0].getsockname()[1]
        self._addresses = {
            "clock_url": f"tcp://{HOST}:{port}",
            "control_url": control_url,
            "app_url": app_url,
            "receiver_url": receiver_url,
            "status_url": status_url,
        }
        self._vendor_urls = urls
        world.seeded = self._write
        self._write()
        return self._addresses

    def _write(self) -> None:
        write_private(self._options.state_file, self.run_info())

    def run_info(self) -> dict[str, t.Any]:
        """What a client needs; a new scenario keeps addresses and tokens, and has other components."""
        world, app_url = self.world, self._addresses["app_url"]
        return {
            "pid": os.getpid(),
            "scenario": world.scenario,
            "scale": world.scale,
            "clock": "virtual" if self._options.virtual else "real",
            **self._addresses,
            **{name: vendor.run_info(self._vendor_urls[name]) for name, vendor in world.vendors.items()},
            "components": {
                name: {
                    "vendor": component.vendor.name,
                    **component.vendor.component_info(name),
                    "url": f"{app_url}/production/{name}",
                    **({"deployment_url": f"{app_url}/deployments/{{id}}"} if component.vendor.name == "vercel" else {}),
                }
                for name, component in world.components.items()
            },
        }

    async def _listen(self, app: web.Application) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        self._runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        return f"http://{HOST}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._clock_server is not None:
            self._clock_server.close()
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))


def write_private(path: Path, document: dict[str, t.Any]) -> None:
    """Complete or absent, and readable by its owner alone: it holds the run's tokens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
    draft.replace(path)


async def serve(options: Options) -> None:
    server = Server(options)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    if options.until_eof:

        def heard() -> None:
            if not os.read(sys.stdin.fileno(), 4096):
                loop.remove_reader(sys.stdin.fileno())
                over.set()

        loop.add_reader(sys.stdin.fileno(), heard)
    try:
        addresses = await server.start()
        kind = "virtual" if options.virtual else "real"
        print(f"sandbox ready: scenario {options.scenario.name}, {kind} clock, control {addresses['control_url']}, state {options.state_file}", flush=True)
        await over.wait()
    finally:
        options.state_file.unlink(missing_ok=True)
        await server.stop()

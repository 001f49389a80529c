# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way into maintenance, in a world of the sandbox: what is declared, what is switched, what it looked like before, and a kill at each of its changes."""

from __future__ import annotations

import dataclasses
import http.server
import json
import sys
import threading
import time
import typing as t

import requests

from tests.harness.launcher import Launcher, Started
from tests.harness.world import TIMEOUT, Run, World
from tests.sandbox.kill import kill_tree

Json = dict[str, t.Any]
NewWorld = t.Callable[..., World]
FORKS = ("--forks", "10")
QUICK = ("-e", "maintenance_verify_deadline=20s")
VARIABLE = "MAINTENANCE_MODE"
# Real seconds, longer than any test waits: who hangs so long is killed before.
HANGING = 600
# Holds still where it is told to, so that it can be killed there.
PROGRAM = f"""import pathlib, sys, time
here = pathlib.Path(__file__).parent
def reached(when):
    if (here / "hold").exists() and (here / "hold").read_text() == when:
        (here / "reached").touch()
        time.sleep({HANGING})
if sys.argv[1] == "state":
    print((here / "mode").read_text())
else:
    reached("before")
    (here / "mode").write_text(sys.argv[1])
    (here / "calls").open("a").write(sys.argv[1] + " ")
    reached("after")
"""


class Application:
    """An application that is switched by calls. ``kill``: the run that dies at the next of them, and whether that has its effect before."""

    def __init__(self) -> None:
        self.mode, self.drop = "off", False
        self.sent: list[str] = []
        self.kill: tuple[int, str] | None = None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_arguments: t.Any) -> None:
                return None

            def do_GET(self) -> None:
                self._answer({"mode": outer.mode})

            def do_PUT(self) -> None:
                pid, when = outer.kill or (0, "")
                outer.kill = None
                if when == "before":
                    kill_tree(pid)
                    return
                outer.mode = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["mode"]
                outer.sent.append(outer.mode)
                if when == "after":
                    kill_tree(pid)
                if outer.drop:
                    outer.drop, self.close_connection = False, True
                    self.connection.close()
                    return
                self._answer({"fine": True})

            def _answer(self, body: Json) -> None:
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mode"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def declared(self) -> Json:
        calls = {mode: {"url": self.url, "method": "PUT", "json": {"mode": mode}} for mode in ("on", "off")}
        return {"how": "http", **calls, "state": {"url": self.url, "value": "mode"}}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclasses.dataclass(frozen=True)
class Way:
    """``on``, ``off``: how many changing requests it takes. ``facts``: of the sandbox's component, before anything is switched."""

    name: str
    host: str
    declared: Json
    on: int
    off: int
    facts: Json = dataclasses.field(default_factory=dict)
    variables: Json = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


FLAG = Way("a flag", "app", {"how": "vercel_global_config", "config": "shop-flags"}, 1, 1)
# While it is not paused, a project that assigns no domains by itself has to be put back to that.
HELD_BACK = Way("a pause where builds do not go live", "app", {"how": "vercel_pause"}, 1, 2, {"auto_assign": False})
PAUSE = Way("a pause", "app", {"how": "vercel_pause"}, 1, 1)
CONVEX = Way("a deployment's pause", "functions", {"how": "convex_pause"}, 1, 1, variables={"component_vendor": "convex"})
RAILWAY = Way("a variable", "api", {"how": "railway_variable", "variable": VARIABLE}, 2, 2)
MONITORS = Way("held alerts", "api", {"how": "monitors"}, 1, 1, variables={"component_monitors": [{"name": "api health"}]})
CALL = Way("a call", "api", {"how": "http"}, 1, 1)
COMMAND = Way("a command", "api", {"how": "command"}, 1, 1)
WAYS = (FLAG, HELD_BACK, PAUSE, CONVEX, RAILWAY, MONITORS, CALL, COMMAND)


class Place:
    """One world with one component that declares that way."""

    def __init__(self, new_world: NewWorld, application: Application, way: Way, scenario: str = "healthy") -> None:
        self.way, self.application, self.world = way, application, new_world(scenario)
        self.folder = self.world.folder
        if way.facts:
            self.world.sandbox.patch(way.host, **way.facts)
        told = [{"name": "own", "kind": "http", "url": f"{self.world.sandbox_run['receiver_url']}/told"}]
        hosts = {way.host: {**way.variables, "component_maintenance": self._declared(), "component_folder": str(self.folder)}}
        self.world.inventory = self.world.write_inventory(hosts=hosts, notify_routes=told)
        self.before = self.looks()

    def _declared(self) -> Json:
        if self.way is CALL:
            return self.application.declared()
        if self.way is COMMAND:
            (self.folder / "mode.py").write_text(PROGRAM)
            (self.folder / "mode").write_text("off")
            return {"how": "command", **{mode: [sys.executable, str(self.folder / "mode.py"), mode] for mode in ("on", "off", "state")}}
        return self.way.declared

    # -- what there is
    def looks(self) -> Json:
        """All that this way can move, as it is now."""
        components = self.world.sandbox.state()["components"]
        app, api = components["app"], components["api"]
        return {
            "app": {name: app[name] for name in ("paused", "auto_assign")} | {"serving": app["serving"]["tag"]},
            "flag": flag(self.world),
            "functions": components["functions"]["state"]["user"],
            # Where it was not there, the application reads the same from what says off.
            "api": {"serving": api["serving"]["tag"], "variable": api["stored"].get(VARIABLE, "false")},
            "windows": self._windows() if self.way is MONITORS else [],
            "call": self.application.mode,
            "command": self._program("mode"),
        }

    def is_on(self) -> bool:
        return self.looks() != self.before

    def _windows(self) -> list[str]:
        robot = self.world.sandbox_run["uptimerobot"]
        answer = requests.get(f"{robot['url']}/maintenance-windows", headers={"Authorization": f"Bearer {robot['api_key']}"}, timeout=10)
        return [str(one["name"]) for one in answer.json()["data"]]

    def _program(self, name: str) -> str:
        return (self.folder / name).read_text() if (self.folder / name).exists() else ""

    def effects(self) -> list[str]:
        """What was switched, by whichever run."""
        return [*self.world.effects(), *self.application.sent, *self._program("calls").split()]

    # -- what is done
    def play(self, launcher: Launcher, state: str) -> Run:
        return launcher.play(self.world, "maintenance", *self.words(state))

    def words(self, state: str) -> tuple[str, ...]:
        return (*FORKS, "--limit", self.way.host, "-e", f"maintenance_state={state}", *QUICK)

    def killed(self, launcher: Launcher, state: str, number: int, when: str) -> Run:
        """The run that dies ``before`` or ``after`` the effect of that change; or whose answer is ``lost``, which is no reason to die."""
        run = launcher.start(self.world, "maintenance", *self.words(state))
        if self.way is CALL:
            self.application.drop = when == "lost"
            self.application.kill = None if when == "lost" else (run.pid, when)
        elif self.way is COMMAND:
            return self._killed_program(run, when)
        elif when == "lost":
            self.world.sandbox.fault("lost", changes=True, skip=number - 1)
        else:
            self.world.sandbox.arm_kill(run.pid, number, when)
        done = run.go().wait()
        if self.way is not CALL:
            met = self.world.sandbox.ask("GET", "/faults")["faults"][0]["struck"] if when == "lost" else self.world.sandbox.kill_report()["fired"]
            assert met, f"no changing request number {number} in:\n{done.output}"
        return done

    def _killed_program(self, run: Started, when: str) -> Run:
        (self.folder / "hold").write_text(when)
        run.go()
        end = time.monotonic() + TIMEOUT
        while not (self.folder / "reached").exists():
            assert not run.ended() and time.monotonic() < end, f"it did not come so far:\n{run.output.read_text()}"
            time.sleep(0.01)
        kill_tree(run.pid)
        (self.folder / "hold").unlink()
        return run.wait()


def flag(world: World, value: t.Any = None) -> t.Any:
    """What the application reads; or what somebody sets it to by hand."""
    vercel = world.sandbox_run["vercel"]
    asked: Json = {"headers": {"Authorization": f"Bearer {vercel['token']}"}, "params": {"slug": vercel["team"]}, "timeout": 10}
    (config,) = (one["id"] for one in requests.get(f"{vercel['url']}/v1/global-config", **asked).json() if one["slug"] == "shop-flags")
    address = f"{vercel['url']}/v1/global-config/{config}/items"
    if value is not None:
        body = {"items": [{"operation": "upsert", "key": "maintenance", "value": value}]}
        assert requests.patch(address, json=body, **asked).status_code == 200
        world.sandbox.clear_journal()
    return {one["key"]: one["value"] for one in requests.get(address, **asked).json()}["maintenance"]


def told(world: World) -> list[tuple[str, str, str]]:
    """What people were told."""
    bodies = [json.loads(one["body"]) for one in world.sandbox.received()]
    return [(body["state"], body["severity"], body["title"]) for body in bodies]

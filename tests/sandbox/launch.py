# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's side: start a sandbox as a process of one's own, and speak with its control port. Standard library only."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path
from urllib.parse import urlencode, urlsplit

Json = dict[str, t.Any]
# To start, on a machine that has much else to do.
PATIENCE = 60.0


class ControlError(RuntimeError):
    """The control port refused; the message is its own."""


class Control:
    """A running sandbox's control port."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 0

    def ask(self, method: str, path: str, body: Json | None = None, **query: t.Any) -> Json:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        try:
            target = f"{path}?{urlencode(query)}" if query else path
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, target, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            document: Json = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= 400:
            raise ControlError(str(document.get("error")))
        return document

    # -- what happened
    def journal(self, changes: bool | None = None, vendor: str | None = None) -> list[Json]:
        query: Json = {"changes": int(changes)} if changes is not None else {}
        if vendor is not None:
            query["vendor"] = vendor
        return t.cast(list[Json], self.ask("GET", "/journal", **query)["requests"])

    def clear_journal(self) -> None:
        self.ask("DELETE", "/journal")

    def state(self, component: str | None = None) -> Json:
        """One component's state, or the whole answer."""
        whole = self.ask("GET", "/state")
        return t.cast(Json, whole["components"][component]) if component is not None else whole

    def secrets(self) -> dict[str, str]:
        """Every token, key and variable's value that there is now, and those that were made for a client since the scenario began."""
        return t.cast("dict[str, str]", self.ask("GET", "/secrets")["secrets"])

    # -- what shall happen
    def scenario(self, name: str, world: Json | None = None, **settings: t.Any) -> Json:
        """``world``: components and addresses as ``inventory`` takes them."""
        own = {} if world is None else {"world": world}
        return self.ask("POST", "/scenario", {"scenario": name, "set": settings, **own})

    def fault(self, kind: str, **options: t.Any) -> int:
        return int(self.ask("POST", "/faults", {"kind": kind, **options})["id"])

    def clear_faults(self) -> None:
        self.ask("DELETE", "/faults")

    def arm_kill(self, pid: int, at: int = 1, when: str = "before", tree: bool = True) -> None:
        self.ask("POST", "/kill", {"pid": pid, "at": at, "when": when, "tree": tree})

    def kill_report(self) -> Json:
        return self.ask("GET", "/kill")

    def patch(self, component: str, deployment: str | None = None, **changes: t.Any) -> None:
        wish: Json = {"component": component, "set": changes}
        self.ask("POST", "/world", wish if deployment is None else {**wish, "deployment": deployment})

    def push(self, component: str, **facts: t.Any) -> str:
        return str(self.ask("POST", "/world", {"push": {"component": component, **facts}})["deployment"])

    def add(self, component: str, **facts: t.Any) -> str:
        return str(self.ask("POST", "/world", {"add": {"component": component, **facts}})["deployment"])

    def maintenance(self, component: str) -> str:
        return str(self.ask("POST", "/world", {"component": component, "maintenance": {}})["deployment"])

    def emit(self, vendor: str, **facts: t.Any) -> str:
        """Have an event happen at the vendor; its id."""
        return str(self.ask("POST", "/world", {"vendor": vendor, "emit": facts})["event"])

    def status_page(self, vendor: str, *incidents: Json, down: bool = False) -> None:
        """What the vendor's public page says: ``{name, impact, status}`` of each incident, or nothing at all."""
        self.ask("POST", "/world", {"status_page": {"vendor": vendor, "incidents": None if down else list(incidents)}})

    def deliveries(self, vendor: str | None = None) -> list[Json]:
        """Webhooks with their attempts; what is under way is waited for."""
        query: Json = {"vendor": vendor} if vendor is not None else {}
        return t.cast(list[Json], self.ask("GET", "/deliveries", **query)["deliveries"])

    def received(self) -> list[Json]:
        """What the sandbox's own receiver of webhooks was sent."""
        return t.cast(list[Json], self.ask("GET", "/received")["received"])

    def deliver(self, **settings: t.Any) -> None:
        self.ask("POST", "/deliveries", {"set": settings})

    def clock(self) -> Json:
        return self.ask("GET", "/clock")

    def advance(self, seconds: float) -> Json:
        return self.ask("POST", "/clock/advance", {"seconds": seconds})


class Sandbox(Control):
    """A sandbox process: ``with Sandbox(scenario="bad-release") as sandbox: sandbox.run["vercel"]["url"]``.

    It ends with ``stop()``, and also when this process dies: its standard input ends then.
    """

    def __init__(self, scenario: str = "bad-release", clock: str = "virtual", state_file: Path | None = None, **settings: t.Any) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-") if state_file is None else None
        self.state_file = state_file or Path(self._folder.name if self._folder else "") / "run.json"
        self.log_file = self.state_file.with_suffix(".log")
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", __package__, "--scenario", scenario, "--clock", clock, "--state-file", str(self.state_file), "--until-eof"]
        for name, value in settings.items():
            command += ["--set", f"{name}={json.dumps(value)}"]
        # The package's own place comes first, so that it is found however this module was imported.
        root = Path(__file__).absolute().parents[len((__package__ or "").split("."))]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))}
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, env=environment)
        self.run = self._ready()
        super().__init__(self.run["control_url"])

    def _ready(self) -> Json:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.state_file.exists():
                document: Json = json.loads(self.state_file.read_text(encoding="utf-8"))
                if document["pid"] == self._process.pid:
                    return document
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        said = self.log_file.read_text(encoding="utf-8", errors="replace")
        self.stop()
        raise RuntimeError(f"the sandbox did not start: {said.strip()}")

    def scenario(self, name: str, world: Json | None = None, **settings: t.Any) -> Json:
        """Another world at the same addresses; ``run`` follows it, for its components have other ids."""
        answer = super().scenario(name, world, **settings)
        self.run = json.loads(self.state_file.read_text(encoding="utf-8"))
        return answer

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()


class ClockMember:
    """One membership of a sandbox's clock, for tests and for tools that live in virtual time."""

    def __init__(self, url: str, group: str | None = None, seats: int = 1) -> None:
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")
        if group is not None:
            self.ask({"do": "join", "group": group, "of": seats})

    def ask(self, request: Json) -> Json:
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        return t.cast(Json, json.loads(self._lines.readline()))

    def now(self) -> float:
        return float(self.ask({"do": "now"})["now"])

    def sleep(self, seconds: float) -> float:
        return float(self.ask({"do": "sleep", "seconds": seconds})["now"])

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

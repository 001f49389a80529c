# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks of a world without paying for Ansible's import each time, and lets a test act between start and first request."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import pathlib
import selectors
import subprocess
import sys
import time
import typing as t

from tests.harness import asked
from tests.harness.world import ROOT, TIMEOUT, Run, World


@dataclasses.dataclass(eq=False)
class Started:
    """One run of a playbook, held before its first line until ``go()``."""

    launcher: Launcher
    pid: int
    output: pathlib.Path
    argv: list[str]

    @property
    def asked(self) -> pathlib.Path:
        """Where the operations stand that it has asked of vendors."""
        return self.output.with_suffix(".asked")

    def go(self) -> Started:
        self.launcher.tell({"do": "go", "pid": self.pid})
        return self

    def ended(self) -> bool:
        return self.launcher.code(self.pid, 0) is not None

    def wait(self, timeout: float = TIMEOUT) -> Run:
        code = self.launcher.code(self.pid, timeout)
        assert code is not None, f"the run did not end within {timeout} s:\n{self.output.read_text(errors='replace')}"
        strange = asked.strange(self.argv, self.asked)
        # What a verb needs of a token is told by the operations that it can come to ask.
        assert not strange, f"asked, and not in the table of tests/tools/verb_operations.py: {', '.join(strange)}"
        return Run(code, self.output.read_text(encoding="utf-8", errors="replace"))


class Launcher:
    """``play`` and ``start`` take what ``World.play`` takes; each run is a forked copy of a process that has imported Ansible."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._codes: dict[int, int] = {}
        self._buffer = b""
        # Ansible reads its configuration when it is imported: the same as World.environment gives to a fresh command line.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "SAASOPS_", "VERCEL_", "RAILWAY_"))}
        settled = {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_SHOW_CUSTOM_STATS": "1",
            "ANSIBLE_LOCAL_TEMP": str(folder / "zygote-tmp"),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "harness" / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "asked",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.zygote"], cwd=ROOT, env={**kept, **settled}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin and self._process.stdout
        os.set_blocking(self._process.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self._event("ready", TIMEOUT)

    def play(self, world: World, verb: str, *arguments: str, inventory: pathlib.Path | str | None = None, environment: dict[str, str] | None = None) -> Run:
        return self.start(world, verb, *arguments, inventory=inventory, environment=environment).go().wait()

    def start(
        self, world: World, verb: str, *arguments: str, inventory: pathlib.Path | str | None = None, environment: dict[str, str] | None = None
    ) -> Started:
        """A run that waits for ``go()``; until then its process id can be given to the sandbox's ``kill``."""
        return self.command(world.command(verb, *arguments, inventory=inventory), environment or world.environment())

    def command(self, argv: list[str], environment: dict[str, str], folder: pathlib.Path = ROOT) -> Started:
        """The same for any command line of ansible-playbook; Ansible's own settings are those of the zygote, whatever ``environment`` says."""
        output = self._folder / f"run-{next(self._numbers)}.txt"
        self.tell({"do": "start", "argv": argv, "env": {**environment, "ASKED": str(output.with_suffix(".asked"))}, "cwd": str(folder), "output": str(output)})
        pid = int(self._event("started", TIMEOUT)["pid"])
        # Process ids come round again: how an earlier bearer of this one ended says nothing.
        self._codes.pop(pid, None)
        return Started(self, pid, output, argv)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)
        self._selector.close()

    # -- the zygote's lines
    def tell(self, wish: dict[str, t.Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        self._process.stdin.flush()

    def code(self, pid: int, timeout: float) -> int | None:
        """How the run ended; None when it has not within ``timeout`` seconds."""
        end = time.monotonic() + timeout
        while pid not in self._codes:
            if self._next(max(0.0, end - time.monotonic())) is None:
                return None
        return self._codes[pid]

    def _event(self, name: str, timeout: float) -> dict[str, t.Any]:
        end = time.monotonic() + timeout
        while True:
            event = self._next(max(0.0, end - time.monotonic()))
            assert event is not None, f"the zygote did not say {name!r} within {timeout} s"
            if event["event"] == name:
                return event

    def _next(self, timeout: float) -> dict[str, t.Any] | None:
        end = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            if not self._selector.select(max(0.0, end - time.monotonic())):
                return None
            assert self._process.stdout
            data = os.read(self._process.stdout.fileno(), 65536)
            assert data, f"the zygote has ended ({self._process.poll()})"
            self._buffer += data
        line, _newline, self._buffer = self._buffer.partition(b"\n")
        event: dict[str, t.Any] = json.loads(line)
        if event["event"] == "ended":
            self._codes[event["pid"]] = event["code"]
        return event


def hold(world: World, verb: str, *arguments: str) -> subprocess.Popen[str]:
    """A fresh command line that waits for a line on its standard input before it becomes ``ansible-playbook``, under the same process id."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r go && exec "$@" </dev/null', "sh", *world.command(verb, *arguments)],
        cwd=ROOT,
        env=world.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Maintenance as the application itself does it: a call of its own address, or a command; or nothing but that its alerts are held back.

Such a call or command says what shall be, so that it may be sent again when nobody knows whether it has arrived.
"""

from __future__ import annotations

import json
import os
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import app_command
from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations, posting, probing, programs, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import OFF, ON, READ_ONLY, UNREADABLE, Seen
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Wire, checked_base_url, sendable

Json = dict[str, t.Any]
VENDOR = "application"
SWITCH = Operation("switch_maintenance", changes=True)
MOST_SENDS = 2
WORDS = {ON: ON, READ_ONLY: READ_ONLY, OFF: OFF, "true": ON, "false": OFF}


def _word(found: t.Any, where: str) -> Seen:
    word = WORDS.get((found if isinstance(found, str) else json.dumps(found)).strip().lower())
    if word is None:
        hint = "It must say on, read_only or off, or true or false"
        raise Failure("protocol", f"{where} says {plain(found, 60)!r} of its maintenance", hint, VENDOR, code="state")
    return Seen(word)


class Http:
    def __init__(self, task: Task, component: t.Mapping[str, t.Any], settings: Json) -> None:
        self._task, self._settings = task, settings
        self._name = str(component.get("name"))
        variable = str(settings.get("token_from") or "")
        self._token = os.environ.get(variable, "") if variable else ""
        redaction.register(self._token)
        if variable and not (self._token and sendable(self._token)):
            raise Failure("auth", f"{self._name}: the environment variable {variable} holds no token", "Export it where this is started", VENDOR)
        self._wires: dict[str, Wire] = {}
        # What cannot be asked is told before anything is sent.
        for call in (*settings["values"].values(), *([settings["state"]] if "state" in settings else [])):
            self._wire(str(call["url"]))
        self.where = f"{self._name} at {urlsplit(str(settings['values'][ON]['url'])).netloc}"

    def look(self) -> Seen:
        asked = self._settings.get("state")
        if not asked:
            return Seen(UNREADABLE)
        wire, path = self._wire(str(asked["url"]))
        reply = wire.send("state_of_maintenance", "GET", path, changes=False)
        if not 200 <= reply.status < 300:
            raise Failure("failed", f"{self.where} answers {reply.status} when it is asked for its state", "Check state.url", VENDOR, status=reply.status)
        return _word(probing.value_of(str(asked["value"]), reply.body) if asked.get("value") else reply.body, self.where)

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        call = self._settings["values"][wanted]
        self._task.gate.change(VENDOR, SWITCH, f"{self.where} -> {wanted}", call, lambda: self._send(wanted, call))

    def _send(self, wanted: str, call: t.Mapping[str, t.Any]) -> None:
        wire, path = self._wire(str(call["url"]))
        headers = {**{str(name): str(value) for name, value in (call.get("headers") or {}).items()}, "Content-Type": "application/json"}
        body = json.dumps(call["json"]).encode() if call.get("json") is not None else b""
        good = [int(one) for one in call.get("status") or range(200, 300)]
        for attempt in range(MOST_SENDS):
            posted = posting.post(wire, SWITCH.name, path, body, headers, str(call.get("method") or "POST").upper())
            if posted.status in good or (posted.in_doubt and self.look().state == wanted):
                return
            if posted.status is not None or attempt + 1 == MOST_SENDS:
                break
            self._task.gate.again()
        raise posting.failure(posted, VENDOR, SWITCH.name, "Look at the application, then run the same command again")

    def _wire(self, url: str) -> tuple[Wire, str]:
        parts = urlsplit(url)
        origin = checked_base_url(f"{parts.scheme}://{parts.netloc}", f"{self._name}: url")
        if origin not in self._wires:
            self._wires[origin] = self._task.wire(VENDOR, origin, ("Authorization", f"Bearer {self._token}") if self._token else None)
        return self._wires[origin], (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class Command:
    def __init__(self, task: Task, component: t.Mapping[str, t.Any], settings: Json) -> None:
        self._task, self._settings = task, settings
        self._name = str(component.get("name"))
        self._folder = os.path.expanduser(str(component.get("component_folder") or "."))
        self._seconds = durations.seconds(settings.get("timeout") or "5m", "timeout")
        self._environment = app_command.environment([str(name) for name in settings.get("pass_environment") or []])
        if not os.path.isdir(self._folder):
            raise Failure("invalid", f"{self._name}: there is no folder {self._folder}", "Set component_folder: where the application is checked out")
        for command in (*settings["values"].values(), *([settings["state"]] if "state" in settings else [])):
            if not programs.there(str(command[0]), self._folder):
                raise Failure("invalid", f"{self._name}: there is no program {plain(command[0], 200)}", "Install it for the user that runs this")
        self.where = self._name

    def look(self) -> Seen:
        command = self._settings.get("state")
        if not command:
            return Seen(UNREADABLE)
        said = self._run(command)
        return _word(said[-1] if said else "", self.where)

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        command = self._settings["values"][wanted]
        self._task.gate.change(VENDOR, SWITCH, f"{self.where} -> {wanted}", command, lambda: self._run(command))

    def _run(self, command: t.Sequence[t.Any]) -> list[str]:
        words = [str(word) for word in command]
        ended = programs.run(words, self._folder, self._environment, lambda: self._seconds, together=True, turn=self._task.gate.recorder.turn)
        output = programs.lines(ended.output, self._environment)
        if ended.code != 0:
            shown = plain(redaction.scrub(" ".join(words)), 120)
            how = f"had not ended after {self._seconds:g} s" if ended.code is None else f"ended with {ended.code}"
            said = f": {output[-1]}" if output else ""
            raise Failure("failed", f"{shown} {how}{said}", f"Run it by hand in {self._folder}, then run the same command again", VENDOR, code="command")
        return output


class Monitors:
    """Nothing is switched: the lease is all that there is, and what it mutes."""

    def __init__(self, task: Task, component: t.Mapping[str, t.Any], settings: Json) -> None:
        self.where = f"the monitors of {component.get('name')}"

    def look(self) -> Seen:
        return Seen(UNREADABLE)

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        return None

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What an application exports by a command of its own: its standard output is a part of a set, and a second command takes it back on its standard input.

``component_backup: {command: {argv, folder, file, timeout, restore, count, pass_environment}}``, for a component of any vendor.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import app_command
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, piping, programs, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import VARIABLE, Component, Part, Source, Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK, Sink

KIND = "command"
VENDOR = "application"
RESTORE = Operation("restore_in_place", changes=True, destroys=True)
SETTINGS = ("argv", "count", "file", "folder", "pass_environment", "restore", "timeout")
# JSON is read whole to be counted; what is larger is counted in lines alone.
MOST_COUNTED = 32 * 1024 * 1024
Row = t.Mapping[str, t.Any]


class Command(t.NamedTuple):
    """What the inventory declares, checked."""

    argv: list[str]
    restore: list[str]
    folder: str
    file: str
    timeout: float
    count: t.Any
    given: dict[str, str]


def declared(component: Component) -> Command:
    """Refuses what cannot be right, before anything is run."""
    whose = f"{VARIABLE} of {component.get('name')}: command"
    said = (component.get(VARIABLE) or {}).get("command")

    def wrong(what: str, hint: str) -> Failure:
        return Failure("invalid", f"{whose} {what}", hint, code="command")

    if not isinstance(said, t.Mapping):
        raise wrong(
            "is no mapping", "Give command: {argv: [npm, run, --silent, export:membership-data], restore: [npm, run, --silent, import:membership-data]}"
        )
    for strange in sorted(set(said) - set(SETTINGS)):
        raise wrong(f"says {redaction.plain(strange, 60)}", f"It may say {', '.join(SETTINGS)}")
    for name in ("argv", "restore", "pass_environment"):
        words = said.get(name, [] if name != "argv" else None)
        if not isinstance(words, (list, tuple)) or (name == "argv" and not words) or not all(isinstance(word, (str, int)) and str(word) for word in words):
            raise wrong(f"has {name} {redaction.plain(words, 80)!r}", "Give a list: the program and its arguments, each as a word of its own")
    file = str(said.get("file") or "export")
    if not file.replace("-", "").replace("_", "").replace(".", "").isalnum() or file.startswith("."):
        raise wrong(f"has the file {redaction.plain(file, 80)!r}", "Give a name such as membership.json: letters, digits, dots, - and _")
    folder = os.path.expanduser(str(said.get("folder") or component.get("component_folder") or "."))
    if not os.path.isdir(folder):
        raise wrong(f"has the folder {redaction.plain(folder, 200)}, which is not there", "Check out the application there, or set component_folder")
    argv, back = ([str(word) for word in said.get(name) or ()] for name in ("argv", "restore"))
    for command in (argv, back):
        if command and not programs.there(command[0], folder):
            raise wrong(f"names the program {redaction.plain(command[0], 200)}, which is not there", "Install it for the user that runs this")
    count = app_command.compiled(str(said["count"]), "count") if said.get("count") else None
    given = app_command.environment([str(name) for name in said.get("pass_environment") or ()])
    return Command(argv, back, folder, file, durations.seconds(said.get("timeout") or "30m", "timeout"), count, given)


def parts(task: Task, component: Component) -> list[Part]:
    command = declared(component)
    return [Part(f"{component['name']}/{command.file}", KIND, lambda sink: _write(task, command, sink))]


def _start(task: Task, command: Command, argv: list[str]) -> piping.Start:
    until = clock.Deadline(command.timeout)
    return piping.Start(argv, command.folder, command.given, lambda: min(until.left(), task.deadline.left()), task.gate.recorder.turn)


def _write(task: Task, command: Command, sink: Sink) -> Told:
    moment, counter = clock.now(), _Counter(command)
    with piping.reading(_start(task, command, command.argv)) as (source, flow):
        while piece := source.read(CHUNK):
            counter.take(piece)
            sink.take(piece)
    _succeeded(command, command.argv, flow.ended)
    if not counter.size:
        hint = "Run it by hand, and see that it writes the export to its standard output"
        raise Failure("failed", f"{_shown(command.argv)} ended well and wrote nothing", hint, VENDOR, code="empty")
    counts, notes = counter.told()
    return Told(moment, counts, notes=notes)


class _Counter:
    """Lines of what comes by, and its JSON where it is to be counted."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self.size = self._lines = 0
        self._last = b""
        self._kept = bytearray()

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        self._lines += piece.count(b"\n")
        self._last = piece[-1:] or self._last
        if self._command.count is not None and self.size <= MOST_COUNTED:
            self._kept += piece

    def told(self) -> tuple[dict[str, int], list[str]]:
        lines = {"lines": self._lines + (self._last not in (b"", b"\n"))}
        if self._command.count is None:
            return lines, []
        if self.size > MOST_COUNTED:
            return lines, [f"its records are not counted: it is larger than {MOST_COUNTED >> 20} MB"]
        try:
            found = self._command.count.search(json.loads(self._kept))
        except UNREADABLE:
            found = None
        if isinstance(found, (list, dict)):
            found = len(found)
        if isinstance(found, bool) or not isinstance(found, int):
            hint = "Look at what the command writes, and at count in component_backup"
            raise Failure("protocol", "what the command wrote has nothing that can be counted at its count", hint, VENDOR, code="count")
        # Where something is counted that means something, how it is laid out in lines does not.
        return {"records": found}, []


def _succeeded(command: Command, argv: list[str], ended: programs.Ended | None) -> None:
    if ended is None or ended.code != 0:
        said = "; ".join(programs.lines(ended.errors, command.given)[-3:]) if ended else ""
        what = f"ended with {ended.code if ended else 'its output unread'}"
        hint = f"Run it by hand in {command.folder}"
        raise Failure("failed", f"{_shown(argv)} {what}{f': {said}' if said else ''}", hint, VENDOR, code="command")


def _shown(argv: list[str]) -> str:
    return redaction.plain(redaction.scrub(" ".join(argv)), 120)


# -- the way back
def admit(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> None:
    _taking(where, only)


def _taking(where: Where, only: t.Sequence[str]) -> Command:
    """The command that takes the export back."""
    _in_place(where)
    if only:
        raise refuse("a command takes back the whole of its export", "Restore the whole part", code="only")
    command = declared(where.component)
    if not command.restore:
        hint = "Give command: {restore: [...]}: a command that takes the export on its standard input; or leave it out: restore_parts"
        raise refuse(f"{where.component.get('name')} declares no command that takes its export back", hint, code="no_place")
    return command


def put(task: Task, part: Row, source: Source, where: Where, only: t.Sequence[str]) -> None:
    command = _taking(where, only)
    body = {"part": part["name"], "snapshot": part.get("snapshot"), "argv": command.restore}
    task.gate.change(VENDOR, RESTORE, place(part, where), body, lambda: _fed(task, command, source))


def _fed(task: Task, command: Command, source: Source) -> None:
    with piping.feeding(_start(task, command, command.restore)) as feed:
        while piece := source.read(CHUNK):
            feed.write(piece)
    _succeeded(command, command.restore, feed.ended)


def look(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> Told:
    """What the application exports now, which is read and thrown away. Of an export that nothing takes back, this is not asked."""
    return _write(task, _taking(where, ()), _Nowhere())


class _Nowhere:
    def take(self, piece: bytes) -> None:
        return None

    def restart(self) -> None:
        return None


def drop(task: Task, part: Row, where: Where) -> None:
    _in_place(where)
    raise refuse("what a command took back is served, and is not dropped", "Restore the safety backup instead", code="in_place")


def _in_place(where: Where) -> None:
    if where.mode != "in_place":
        hint = "Restore it in place into another environment's component, whose command takes it there"
        raise refuse(f"nobody but the application knows where its export belongs, so it cannot be put {where.mode}", hint, code="mode")


def place(part: Row, where: Where) -> str:
    return f"the application of {where.component.get('name')}"

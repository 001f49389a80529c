# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Variables of a component as a part of a set: values inside the encrypted repository alone, names and keyed fingerprints in the manifest."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shlex
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Part, Source, Told
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import keyed_fingerprint, plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink

KIND, FORMAT = "variables", 1
# Far more than any vendor keeps.
LARGEST = 64 * 1024 * 1024
# Stands for a value in the manifest that nobody can read at the vendor, and so nobody can put back.
HIDDEN = "unreadable"
KEY = "fingerprint_key"
PATIENCE = 30.0


@dataclasses.dataclass(frozen=True)
class Variable:
    """``value`` is None where nobody can read it. ``facts``: what else its vendor is told when it is written; with places they tell which."""

    name: str
    value: str | None
    place: str = ""
    facts: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def label(self) -> str:
        return plain(f"{self.name} ({self.place})" if self.place else self.name, 200)


class Room(t.Protocol):
    """What a vendor's room of this name does."""

    def read(self, task: Task, component: t.Mapping[str, t.Any]) -> list[Variable]:
        """All that somebody has set there; what the vendor itself provides is left out."""

    def write(self, task: Task, component: t.Mapping[str, t.Any], wanted: t.Sequence[Variable]) -> None:
        """Have these values there, and touch no other variable."""


def part(task: Task, component: t.Mapping[str, t.Any], vendor: str, read: t.Callable[[], list[Variable]]) -> Part:
    def write(sink: Sink) -> Told:
        asked = clock.now()
        found = read()
        sink.restart()
        rows = [dataclasses.asdict(one) for one in found]
        sink.take(json.dumps({"format": FORMAT, "vendor": vendor, "variables": rows}, sort_keys=True, indent=1).encode() + b"\n")
        return told(task.params, found, asked)

    return Part(f"{component['name']}/variables.json", KIND, write)


def told(params: t.Mapping[str, t.Any], found: t.Sequence[Variable], moment: float) -> Told:
    key = key_of(params)
    hidden = sorted(one.label for one in found if one.value is None)
    notes = [f"nobody can read {', '.join(hidden)} at the vendor: keep what they hold elsewhere"] if hidden else []
    names = {one.label: HIDDEN if one.value is None else keyed_fingerprint(key, one.value) for one in sorted(found, key=lambda one: one.label)}
    return Told(moment, {KIND: len(found)}, tools={KEY: mark_of(key)}, names=names, notes=notes)


def kept(source: Source, name: str) -> list[Variable]:
    raw = source.read(LARGEST)
    try:
        document = json.loads(raw)
        if document["format"] != FORMAT:
            raise Failure("invalid", f"{name} was written by a newer version of this collection", "Update the collection")
        found = [Variable(one["name"], one["value"], one["place"], one["facts"]) for one in document["variables"]]
    except UNREADABLE as error:
        raise Failure("protocol", f"{name} is not what was stored", "Take another set, and run backup_verify", code="damaged") from error
    return found


def key_of(params: t.Mapping[str, t.Any]) -> str:
    """Nobody without it can guess values from their fingerprints. It is the repository's password: a vendor's token changes."""
    given = params.get("password") or os.environ.get("RESTIC_PASSWORD") or _of_file(os.environ.get("RESTIC_PASSWORD_FILE") or "")
    given = given or _of_command(os.environ.get("RESTIC_PASSWORD_COMMAND") or "", float(params.get("request_timeout") or PATIENCE))
    if not given:
        hint = "Give backup_password or the environment's RESTIC_PASSWORD; or leave variables out: component_backup: {variables: false}"
        raise Failure("invalid", "variables are kept only where the repository's password is at hand, which keys their fingerprints", hint, code="no_key")
    register(str(given))
    return str(given)


def _of_file(path: str) -> str:
    try:
        return pathlib.Path(path).read_text(encoding="utf-8").strip() if path else ""
    except (OSError, ValueError) as error:
        raise Failure("invalid", f"the file of RESTIC_PASSWORD_FILE cannot be read: {plain(error, 200)}", "Check the path and its permissions") from error


def _of_command(command: str, patience: float) -> str:
    if not command:
        return ""
    from ansible_collections.saasops.runbooks.plugins.module_utils.core import programs

    until = clock.elapsed() + patience
    ended = programs.run(shlex.split(command), os.getcwd(), os.environ, lambda: until - clock.elapsed())
    if ended.code != 0 or not ended.output.strip():
        raise Failure("invalid", "the command of RESTIC_PASSWORD_COMMAND tells no password", "Run it by hand, and see what it says")
    return ended.output.strip()


def mark_of(key: str) -> str:
    """Tells one key from another."""
    return keyed_fingerprint(key, KIND)

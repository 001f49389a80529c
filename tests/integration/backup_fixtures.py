# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of sets as they are written and put back, without a repository between."""

from __future__ import annotations

import dataclasses
import io
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Mode, Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from tests.integration.tasks import Json


class Kept:
    """A sink that keeps what it takes."""

    def __init__(self) -> None:
        self.restart()

    def take(self, piece: bytes) -> None:
        self.content += piece

    def restart(self) -> None:
        self.content = bytearray()


class Spoilt(io.BytesIO):
    """Whole, and found to be something else than what was stored when its end is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            raise Failure("protocol", "its SHA-256 is another one", "Take another set", code="damaged")
        return piece


@dataclasses.dataclass
class Stored:
    """A part as its manifest tells it, and its content."""

    row: Json
    content: bytes
    told: Told


class Room:
    """The rooms as the modules of backup and restore use them, for one component."""

    def __init__(self, component: Json, **options: t.Any) -> None:
        self.component = {"name": "database", **component}
        self.options = options
        self.changes: list[str] = []

    def task(self, check: bool = False) -> Task:
        given = {"component": self.component, "dsn": None, "source": None, "sslmode": None, "request_timeout": "10s", "deadline": "5m", "programs": None}
        return Task({**given, "allow": "change", **self.options}, check)

    def store(self) -> Stored:
        """The component's only part."""
        task, kept = self.task(), Kept()
        try:
            (part,) = rooms.parts(task, self.component)
            told = part.write(kept)
        finally:
            self._ended(task)
        row = {"name": part.name, "component": self.component["name"], "kind": part.kind, "snapshot": "a1b2c3d4", "bytes": len(kept.content), **told.as_dict()}
        return Stored(row, bytes(kept.content), told)

    def put(self, stored: Stored, mode: Mode, name: str = "", only: t.Sequence[str] = (), check: bool = False, content: io.BytesIO | None = None) -> None:
        task = self.task(check)
        try:
            self._restorer(stored).put(task, stored.row, content or io.BytesIO(stored.content), Where(mode, self.component, name), only)
        finally:
            self._ended(task)

    def admit(self, stored: Stored, mode: Mode, name: str = "", only: t.Sequence[str] = (), **tools: str) -> None:
        """``tools``: other versions than those that it was made with."""
        task = self.task()
        row = {**stored.row, "tools": {**stored.row["tools"], **tools}}
        try:
            self._restorer(stored).admit(task, row, Where(mode, self.component, name), only)
        finally:
            self._ended(task)

    def look(self, stored: Stored, mode: Mode, name: str = "", only: t.Sequence[str] = ()) -> Told:
        task = self.task()
        try:
            return self._restorer(stored).look(task, stored.row, Where(mode, self.component, name), only)
        finally:
            self._ended(task)

    def drop(self, stored: Stored, mode: Mode, name: str = "") -> None:
        task = self.task()
        try:
            self._restorer(stored).drop(task, stored.row, Where(mode, self.component, name))
        finally:
            self._ended(task)

    def _restorer(self, stored: Stored) -> t.Any:
        found = rooms.restorer(stored.row["kind"])
        assert found is not None
        return found

    def _ended(self, task: Task) -> None:
        self.changes = [change.operation for change in task.gate.changes]
        task.close()
        redaction.forget()


def same(found: Told, stored: Stored) -> bool:
    """Whether there is, where it was put back, what the manifest tells."""
    return (found.counts, found.hashes, found.schema, found.watermark) == (stored.told.counts, stored.told.hashes, stored.told.schema, stored.told.watermark)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a component as the tests write them, look at them and put them back: in this process, with the content in memory instead of a repository."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task, outcome
from tests.integration.tasks import Json

PASSWORD = "repository-test-4Kx8Qm2Vz6Wn9Tb"


class Sink:
    """Keeps what it takes. ``restarts``: how often a part began."""

    def __init__(self) -> None:
        self.content, self.restarts, self.largest = bytearray(), 0, 0

    def take(self, piece: bytes) -> None:
        self.largest = max(self.largest, len(piece))
        self.content += piece

    def restart(self) -> None:
        self.restarts += 1
        self.content.clear()


@dataclasses.dataclass
class Stored:
    """A part's row, as a manifest has it, and its content."""

    row: Json
    content: bytes
    result: Json

    @property
    def source(self) -> io.BytesIO:
        return io.BytesIO(self.content)


@dataclasses.dataclass
class Place:
    """One component of the sandbox, and the secrets that its vendor is asked with."""

    component: Json
    secrets: Json
    params: Json = dataclasses.field(default_factory=dict)

    def run(self, do: t.Callable[[Task], t.Any], check: bool = False, **params: t.Any) -> Json:
        usual = {"request_timeout": 10.0, "deadline": 900.0, "allow": "destroy", "password": PASSWORD}
        return outcome(lambda task: {"told": do(task)}, {**usual, **self.secrets, **self.params, **params}, check)

    def parts(self) -> list[tuple[str, str]]:
        """Their names and kinds."""
        result = self.run(lambda task: [(part.name, part.kind) for part in rooms.parts(task, self.component)])
        return [(str(name), str(kind)) for name, kind in result["told"]]

    def store(self, name: str, check: bool = False, **params: t.Any) -> Stored:
        """Write the part of that name."""
        sink, seen = Sink(), {}

        def write(task: Task) -> Json:
            part = next(one for one in rooms.parts(task, self.component) if one.name == name)
            seen.update(kind=part.kind)
            if task.check_mode:
                if part.plan is not None:
                    part.plan()
                return {}
            return part.write(sink).as_dict()

        result = self.run(write, check, **params)
        content = bytes(sink.content)
        told = result.get("told") or {}
        about = {"name": name, "component": self.component["name"], "vendor": self.component["component_vendor"], "state": "whole", **seen}
        return Stored({**about, **told, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}, content, result)

    def put(self, stored: Stored, mode: t.Any = "in_place", only: t.Sequence[str] = (), source: t.Any = None, **params: t.Any) -> Json:
        where = Where(mode, self.component, "restored")

        def do(task: Task) -> None:
            room = rooms.restorer(stored.row["kind"])
            assert room is not None
            room.put(task, stored.row, source or stored.source, where, only)

        return self.run(do, **params)

    def admit(self, stored: Stored, mode: t.Any = "in_place", only: t.Sequence[str] = (), **params: t.Any) -> Json:
        """Whether it could be put back; nothing is changed."""

        def do(task: Task) -> None:
            room = rooms.restorer(stored.row["kind"])
            assert room is not None
            room.admit(task, stored.row, Where(mode, self.component, "restored"), only)

        return self.run(do, **params)

    def look(self, stored: Stored, mode: t.Any = "in_place", only: t.Sequence[str] = (), **params: t.Any) -> Json:
        """What is there now; the whole result when that could not be seen."""

        def do(task: Task) -> Json:
            room = rooms.restorer(stored.row["kind"])
            assert room is not None
            told: Told = room.look(task, stored.row, Where(mode, self.component, "restored"), only)
            return told.as_dict()

        result = self.run(do, **params)
        return result if result.get("failed") else t.cast(Json, result["told"])

    def drop(self, stored: Stored, mode: t.Any = "beside", **params: t.Any) -> Json:
        def do(task: Task) -> None:
            room = rooms.restorer(stored.row["kind"])
            assert room is not None
            room.drop(task, stored.row, Where(mode, self.component, "restored"))

        return self.run(do, **params)


def same(row: Json, told: Json) -> bool:
    """Whether it is there as it was stored."""
    return all(row[name] == told[name] for name in ("counts", "hashes", "schema", "names"))

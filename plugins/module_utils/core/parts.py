# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups is made of: parts that write themselves, and the way back for each kind of them.

A set holds the parts of all components at one moment, and a manifest that tells of each. A part is one stream of bytes, stored under its name;
it is never whole in memory, and never in clear on the disk but in a file that its owner alone can read.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink

Component = t.Mapping[str, t.Any]
VARIABLE = "component_backup"
# What any component may tell there, whatever its vendor.
ANY_VENDOR: dict[str, type] = {"command": dict}
Mode = t.Literal["beside", "in_place", "disposable"]


@dataclasses.dataclass(frozen=True)
class Told:
    """What the content of a part is, as told while it was written, or as found where it was put back.

    ``moment``: the data are as of then, seconds since the epoch. ``counts``: rows of each table, keys of each database, objects of each resource.
    ``hashes``: of each table a fingerprint of all its rows in any order, where one could be made. ``schema``: fingerprint of the structure, or "".
    ``watermark``: ``{"at": epoch seconds, "value": text}`` that was written into the data just before, or None. ``tools``: programs and servers
    with their versions. ``names``: names of variables with keyed fingerprints of their values. ``notes``: what the vendor leaves out, in words.
    """

    moment: float
    counts: t.Mapping[str, int]
    hashes: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    schema: str = ""
    watermark: t.Optional[t.Mapping[str, t.Any]] = None  # noqa: UP045
    tools: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    names: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    notes: t.Sequence[str] = ()

    def as_dict(self) -> dict[str, t.Any]:
        return {**dataclasses.asdict(self), "notes": list(self.notes)}


@dataclasses.dataclass(frozen=True)
class Part:
    """One stream of a component. ``name``: ``<component>/<file>``, such as ``database/postgres.dump``. ``kind`` says how it comes back.

    ``write(sink)`` gives the whole content to ``sink.take`` in pieces and returns what it is. After a fault it may begin again: ``sink.restart``
    throws away what was taken. It raises a ``Failure`` when the content could not be had whole.

    ``plan()`` is called in its place in check mode, where writing it changes something at its vendor, so that this stands in the plan, too.
    """

    name: str
    kind: str
    write: t.Callable[[Sink], Told]
    plan: t.Optional[t.Callable[[], t.Any]] = None  # noqa: UP045 - evaluated, where pylint cannot see that it is a type


@dataclasses.dataclass(frozen=True)
class Where:
    """Where a part is put back. ``beside``: into a new place called ``name`` next to what is there; ``disposable``: the same, and it is dropped
    afterwards; ``in_place``: what is there is replaced. ``component``: whose place it is, which may be another environment's."""

    mode: Mode
    component: Component
    name: str = ""


@dataclasses.dataclass(frozen=True)
class Promise:
    """What a vendor says of that to which a part refers. ``broken``: why it could not be had from there, empty when it could; ``until``: so long."""

    broken: str = ""
    until: t.Optional[float] = None  # noqa: UP045


class Source(t.Protocol):
    """The content of a stored part, read once from its beginning."""

    def read(self, size: int = -1, /) -> bytes: ...


class Restorer(t.Protocol):
    """The room of one kind of parts: a module with these functions. ``part`` is the part's row of the manifest."""

    def admit(self, task: Task, part: t.Mapping[str, t.Any], where: Where, only: t.Sequence[str]) -> None:
        """Refuse what could not be put back: programs that are missing or of another version, a place that may not be written, no room for it.
        Asked of every part of every component before maintenance begins and the first of them is changed. Changes nothing."""

    def put(self, task: Task, part: t.Mapping[str, t.Any], source: Source, where: Where, only: t.Sequence[str]) -> None:
        """Put the content back, all of it or the tables ``only``. What was half put back before is put back anew: asked twice, it is there once."""

    def look(self, task: Task, part: t.Mapping[str, t.Any], where: Where, only: t.Sequence[str]) -> Told:
        """What is there now, in the same terms as the manifest tells it. Changes nothing."""

    def drop(self, task: Task, part: t.Mapping[str, t.Any], where: Where) -> None:
        """Remove a place that was made for it (``beside``, ``disposable``). Refuses any other. One that is gone already is no failure."""

    def place(self, part: t.Mapping[str, t.Any], where: Where) -> str:
        """What a person calls the place, such as ``the database shop_restored on Postgres``."""


def tuned(component: Component, known: t.Mapping[str, type]) -> dict[str, t.Any]:
    """What ``component_backup`` says of a component, checked: the names in ``known`` with values of those types. Nothing is asked before this."""
    given, kinds = component.get(VARIABLE), {**ANY_VENDOR, **known}
    whose = f"{VARIABLE} of {component.get('name')}"
    if given is None or given is True:
        return {}
    if not isinstance(given, t.Mapping):
        raise Failure("invalid", f"{whose} is {plain(given, 60)!r}", f"Give false, or a mapping of {', '.join(sorted(kinds))}")
    for name, value in given.items():
        if name not in kinds:
            near = difflib.get_close_matches(str(name), kinds, 1)
            hint = f"Did you mean {near[0]}?" if near else f"It may hold: {', '.join(sorted(kinds))}"
            raise Failure("invalid", f"{whose} has {plain(name, 60)}, which {component.get('component_vendor')} does not know", hint)
        if not isinstance(value, kinds[name]) or (kinds[name] is int and isinstance(value, bool)):
            raise Failure("invalid", f"{whose}: {name} is {plain(value, 60)!r}", f"Give {name} as a {_WORDS[kinds[name]]}")
    return dict(given)


_WORDS = {bool: "boolean: true or false", dict: "mapping", int: "whole number", list: "list", str: "text"}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which vendor's room gives the parts of a component, and which one puts a kind of parts back.

Each function of these tables imports its room by name where it is called: so Ansible packs the room with a module, and nobody else pays for it.
"""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import VARIABLE, Component, Part, Restorer, Source, Told, Where, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task


def _atlas(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import backup

    return backup.parts(task, component)


def _command(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import commands

    return commands.parts(task, component)


def _command_back() -> Restorer:
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import commands

    return commands


def _convex(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import backup

    return backup.parts(task, component)


def _convex_back() -> Restorer:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import restore

    return restore


def _postgres(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import backup

    return backup.parts(task, component, lambda: addresses.needed(task))


def _postgres_back() -> Restorer:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import restore

    return _Addressed(restore)


class _Addressed:
    """The room of a kind that lives in a database: its functions find the address of that as ``dsn`` among the options."""

    def __init__(self, room: Restorer) -> None:
        self._room = room
        self.place = room.place

    def admit(self, task: Task, part: t.Mapping[str, t.Any], where: Where, only: t.Sequence[str]) -> None:
        self._room.admit(_addressed(task), part, where, only)

    def put(self, task: Task, part: t.Mapping[str, t.Any], source: Source, where: Where, only: t.Sequence[str]) -> None:
        self._room.put(_addressed(task), part, source, where, only)

    def look(self, task: Task, part: t.Mapping[str, t.Any], where: Where, only: t.Sequence[str]) -> Told:
        return self._room.look(_addressed(task), part, where, only)

    def drop(self, task: Task, part: t.Mapping[str, t.Any], where: Where) -> None:
        self._room.drop(_addressed(task), part, where)


def _addressed(task: Task) -> Task:
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses

    other = copy.copy(task)
    other.params = {**task.params, "dsn": addresses.needed(task)}
    return other


def _railway(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import backup

    return backup.parts(task, component)


def _redis(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import backup

    return backup.parts(task, component, lambda: addresses.needed(task))


def _redis_back() -> Restorer:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import restore

    return _Addressed(restore)


def _shopify(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import backup

    return backup.parts(task, component)


def _stripe(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import backup

    return backup.parts(task, component)


def _supabase(task: Task, component: Component) -> list[Part]:
    """Its database, as of any PostgreSQL; and beside it what Supabase keeps."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import backup

    return [*_postgres(task, component), *backup.parts(task, component)]


def _vercel(task: Task, component: Component) -> list[Part]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import backup

    return backup.parts(task, component)


def _variables_back() -> Restorer:
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import variables

    return variables


# By component_vendor. A vendor that is not here holds nothing that a set keeps.
PARTS: dict[str, t.Callable[[Task, Component], list[Part]]] = {
    "atlas": _atlas,
    "convex": _convex,
    "postgres": _postgres,
    "railway": _railway,
    "redis": _redis,
    "shopify": _shopify,
    "stripe": _stripe,
    "supabase": _supabase,
    "vercel": _vercel,
}
# By the kind of a part. Parts of other kinds are kept to be read, and are not put back.
RESTORERS: dict[str, t.Callable[[], Restorer]] = {
    "command": _command_back,
    "convex": _convex_back,
    "postgres": _postgres_back,
    "redis": _redis_back,
    "variables": _variables_back,
}


def parts(task: Task, component: Component) -> list[Part]:
    """The parts of one component; none when it holds nothing, or when the inventory leaves it out (``component_backup: false``)."""
    if component.get(VARIABLE) is False:
        return []
    room = PARTS.get(str(component["component_vendor"]))
    declared = component.get(VARIABLE)
    # What is declared wrongly is refused before any room asks for something.
    exported = _command(task, component) if isinstance(declared, t.Mapping) and "command" in declared else []
    if room is None:
        tuned(component, {})
    return (room(task, component) if room else []) + exported


def restorer(kind: str) -> Restorer | None:
    """None when parts of this kind are not put back."""
    room = RESTORERS.get(kind)
    return room() if room else None

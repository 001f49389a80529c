# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""How variables of a component come back: those that differ are written, and no other one is touched or removed.

A vendor fulfils it with ``vendors/<vendor>/kept_variables.py`` (see ``core/kept_variables.Room``).
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, kept_variables
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source, Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

Row = t.Mapping[str, t.Any]


def admit(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> None:
    """Whether its vendor can be asked has been seen by looking."""
    _room(part, where)


def put(task: Task, part: Row, source: Source, where: Where, only: t.Sequence[str]) -> None:
    room = _room(part, where)
    wanted = [one for one in kept_variables.kept(source, part["name"]) if one.value is not None and _meant(one.label, only)]
    there = {one.label: one for one in room.read(task, where.component)}
    # One that is sealed by now would have to be deleted first: it is told as another value, and left alone.
    sealed = {label for label, one in there.items() if one.value is None}
    differing = [one for one in wanted if one.label not in sealed and (one.label not in there or there[one.label].value != one.value)]
    if differing:
        room.write(task, where.component, differing)


def look(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> Told:
    """Of the variables that the part tells of."""
    room = _room(part, where)
    if kept_variables.mark_of(kept_variables.key_of(task.params)) != part["tools"].get(kept_variables.KEY):
        hint = "Give the repository's password as it was when this set was made: option password, RESTIC_PASSWORD or RESTIC_PASSWORD_FILE"
        raise Failure("invalid", f"{part['name']}: fingerprints of values were made with another key, and cannot be compared", hint, code="other_key")
    asked = clock.now()
    found = [one for one in room.read(task, where.component) if one.label in part["names"] and _meant(one.label, only)]
    return kept_variables.told(task.params, found, asked)


def drop(task: Task, part: Row, where: Where) -> None:
    raise _no_place(part)


def place(part: Row, where: Where) -> str:
    return f"the variables of {where.component['name']}"


def _meant(label: str, only: t.Sequence[str]) -> bool:
    return not only or label in only or label.partition(" ")[0] in only


def _no_place(part: Row) -> Failure:
    hint = "Put them back in place (-e restore_to=in_place), or name another component: -e restore_target=<component>"
    return refuse(f"{part['name']}: variables have no place beside those of their component", hint, "no_place")


def _room(part: Row, where: Where) -> kept_variables.Room:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if where.mode == "disposable" or (where.mode == "beside" and where.component["name"] == part["component"]):
        raise _no_place(part)
    vendor = where.component["component_vendor"]
    if vendor != part["vendor"]:
        raise refuse(f"{part['name']} is of {part['vendor']}, and {where.component['name']} is at {vendor}", "Name a component of the same vendor", "vendor")
    if vendor == "convex":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import kept_variables as convex

        return convex
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import kept_variables as railway

        return railway
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import kept_variables as vercel

    return vercel

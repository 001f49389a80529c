# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_restore does: parts of a set are put back for one component, beside what is there, in its place, or for a drill.

It looks before it acts, so that what is there already is left alone, and it looks afterwards, so that nothing is called restored that is not
the same as the set. What it decides it decides in check mode, too, with the same changes.
"""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, manifest, rooms, undoing
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.undoing import Ask
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import component_of
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, not_there, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Change, Gate
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Restorer, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import fingerprint
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import references, restores
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository

VENDOR = "backup"
PUT, DROP_DISPOSABLE = (Operation(name, changes=True) for name in ("put_back", "drop_disposable"))
REPLACE, DROP = (Operation(name, changes=True, destroys=True) for name in ("replace", "drop_place"))
# What a room says that can put its parts in place alone, or into another component.
NO_PLACE = ("mode", "no_place")
WITH_TABLES = ("convex", "postgres")
Row = t.Mapping[str, t.Any]
Json = dict[str, t.Any]


@dataclasses.dataclass
class One:
    """A part, the room that puts it back, and where."""

    row: Row
    room: Restorer
    where: Where
    only: t.Sequence[str]
    found: Json | None = None  # what was there, as told; None: the place is not there

    @property
    def place(self) -> str:
        return self.room.place(self.row, self.where)


def execute(task: Task) -> Json:
    component = component_of(task)
    store = runs.join(task, component["name"])
    ask = undoing.ask(task, store, component["name"])
    if ask is None:
        return _result(task, component, Ask(), None, [], [], "already" if task.params["undo"] else "none", {})
    own = f"{component['saasops_system']}/{component['saasops_environment']}"
    source = ask.source if "/" in ask.source else f"{own.partition('/')[0]}/{ask.source}" if ask.source else own
    repo = repository.connect(task, source)
    # Of what another environment keeps, this one's ledger knows nothing.
    sets = catalogue.sets(task, repo, store if source == own else None)
    chosen, caution = _chosen(sets, ask)
    parts, kept = _admitted(chosen, ask, component, sets)
    if not parts and not kept:
        caution = _elsewhere(sets, component["name"], caution)
    parts = _looked_at(task, ask, parts, kept)
    if ask.absent:
        return _dropped(task, component, ask, chosen, parts)
    before = {one.row["name"]: restores.compare(one.row, one.found or {}, one.only) for one in parts}
    differing = [one for one in parts if one.found is None or before[one.row["name"]].same is not True]
    if differing:
        _check_meant(task, ask, component, chosen, own)
        for one in differing:
            _check_possible(task, one)
    told = [_part(one, before[one.row["name"]], "same" if one not in differing else "differs") for one in parts]
    found = {row["name"]: row["differences"] for row in told}
    for one in differing:
        row = next(row for row in told if row["name"] == one.row["name"])
        began = clock.now()
        _put(task, repo, one)
        if not task.check_mode:
            after = restores.compare(one.row, _looked(task, one) or {}, one.only)
            result = "unproved" if after.same is None else "restored" if after.same else "different"
            row.update(result=result, by=after.by, differences=list(after.differences), seconds=clock.now() - began)
    # What nothing could be compared with is not the same as the set.
    how = "restored" if differing else "already" if parts else "none"
    return {**_result(task, component, ask, chosen, told, kept, how, found), "caution": caution}


# -- which set, which parts
def _chosen(sets: t.Sequence[catalogue.Set], ask: Ask) -> tuple[catalogue.Set, str]:
    if ask.set != "latest":
        return catalogue.named(sets, ask.set), ""
    facts = [{"id": one.id, "at": one.at, "why": one.manifest["why"], "complete": one.manifest["complete"]} for one in sets]
    found, caution = restores.newest(facts)
    if found is None:
        hint = f"Name one that is not whole, such as -e restore_set={facts[0]['id']}" if facts else "Make one first: playbooks/backup.yml"
        raise refuse("there is no whole set of backups" if facts else "there is no set of backups", hint, "no_set")
    return next(one for one in sets if one.id == found["id"]), caution


def _admitted(chosen: catalogue.Set, ask: Ask, component: Row, sets: t.Sequence[catalogue.Set]) -> tuple[list[One], list[Json]]:
    """(what is put back, what is kept to be read); refused what cannot be put back as it was asked for."""
    where = Where(ask.mode, component, ask.name or (restores.place_name(chosen.id) if ask.mode != "in_place" else ""))
    # What the set was made without is not in it.
    held = [row for row in chosen.manifest["parts"] if row["state"] != manifest.SKIPPED]
    rows = [row for row in held if ask.any_component or row["component"] == component["name"]]
    meant = [row for row in rows if restores.is_wanted(row, ask.parts)]
    if ask.parts and not meant and (rows or ask.any_component):
        raise not_there(f"part in the set {chosen.id}", ask.parts[0], [row["name"] for row in rows], "Leave restore_parts out for all of them", VENDOR)
    parts: list[One] = []
    kept: list[Json] = []
    for row in meant:
        room = rooms.restorer(row["kind"])
        if room is None:
            if row["name"] in ask.parts and row["kind"] in references.KINDS:
                raise refuse(f"{row['name']} is a reference to what its vendor keeps", "Put it back there: docs/backup_parts.md says with what", "no_restorer")
            if row["name"] in ask.parts:
                raise refuse(f"{row['name']} is kept to be read, and is not put back", f"Read it: restic dump {row['snapshot']} {row['name']}", "no_restorer")
            why = references.BACK if row["kind"] in references.KINDS else "kept to be read, not put back"
            kept.append({"name": row["name"], "kind": row["kind"], "why": why})
            continue
        if row["state"] != "whole":
            raise refuse(f"{row['name']} is not whole in the set {chosen.id}: {row['why']}", _instead(sets, row["name"]), "not_whole")
        if ask.only and row["kind"] not in WITH_TABLES and row["name"] not in ask.parts:
            continue
        if ask.only and restores.missing(row, ask.only):
            raise not_there(f"table in {row['name']}", restores.missing(row, ask.only)[0], row["counts"], "Leave restore_tables out for all of them", VENDOR)
        parts.append(One(row, room, where, ask.only))
    return parts, kept


def _elsewhere(sets: t.Sequence[catalogue.Set], name: str, caution: str) -> str:
    """A component that the chosen set does not hold at all, and another one does, is not left alone without a word."""
    other = next((one for one in sets if one.manifest["why"] != restores.SAFETY and any(_holds(row, name) for row in one.manifest["parts"])), None)
    return f"the set does not hold {name}; the newest that does: -e restore_set={other.id} --limit {name}" if other else caution


def _holds(row: Row, component: str) -> bool:
    return bool(row["component"] == component and row["state"] == manifest.WHOLE)


def _instead(sets: t.Sequence[catalogue.Set], name: str) -> str:
    """The next safe choice: the newest set in which that part is whole."""
    for one in sets:
        if one.manifest["why"] != restores.SAFETY and any(row["name"] == name and row["state"] == "whole" for row in one.manifest["parts"]):
            return f"Safe now: -e restore_set={one.id}"
    return "No set holds it whole: make one (playbooks/backup.yml), or leave it out with restore_parts"


# -- what a person has to have meant
def _check_meant(task: Task, ask: Ask, component: Row, chosen: catalogue.Set, own: str) -> None:
    params, environment = task.params, own.rpartition("/")[2]
    is_production = credentials.is_production(component)
    confirmed = params["confirm"] in (own, environment)
    if ask.mode == "disposable":
        return
    if (ask.mode == "in_place" or is_production) and not confirmed:
        what = "what was written since the backup would be lost" if ask.mode == "in_place" else f"{environment} is what customers use"
        allow = " -e saasops_allow=destroy" if ask.mode == "in_place" and task.gate.allow != "destroy" else ""
        raise refuse(f"{what}, and nobody has confirmed it", f"Say the environment: -e saasops_confirm={environment}{allow}", "confirm")
    why = restores.refused_source(str(chosen.manifest["environment"]), own, is_production, params["confirm_from"])
    if why:
        raise refuse(why, f"If that is meant: -e restore_confirm_from={chosen.manifest['environment']}", "confirm_from")
    task.gate.admit(VENDOR, REPLACE if ask.mode == "in_place" else PUT, component["name"])
    if ask.mode == "in_place" and not task.check_mode and not params["safety"]:
        raise refuse("nothing keeps what is there now", "Give safety: the id of a set that was made just before, as playbooks/restore.yml does", "safety")


def _check_possible(task: Task, one: One) -> None:
    try:
        one.room.admit(task, one.row, one.where, one.only)
    except Failure as failure:
        if not failure.message.startswith(str(one.row["name"])):
            failure.message = f"{one.row['name']}: {failure.message}"
        raise


# -- looking and putting
def _looked_at(task: Task, ask: Ask, parts: t.Sequence[One], kept: list[Json]) -> list[One]:
    """The parts with what is there. One that has no such place is left alone, and told, where nobody has named it."""
    made = []
    for one in parts:
        try:
            one.found = _looked(task, one)
            made.append(one)
        except Failure as failure:
            # A name that was made here need not fit every kind of place.
            alone = failure.code in NO_PLACE or (failure.code == "name" and not ask.name)
            if not alone or one.row["name"] in ask.parts:
                raise
            kept.append({"name": one.row["name"], "kind": one.row["kind"], "why": failure.message.removeprefix(f"{one.row['name']}: ")})
    return made


def _looked(task: Task, one: One) -> Json | None:
    try:
        return one.room.look(task, one.row, one.where, one.only).as_dict()
    except Failure as failure:
        if failure.kind == "not_found":
            return None
        raise


def _inner(task: Task, allow: t.Any) -> Task:
    """The same transaction for a room: its requests are fenced and written down as any, and told as one change of this task."""
    inner = copy.copy(task)
    inner.gate = Gate(task.check_mode, allow, task.gate.recorder)
    return inner


def _put(task: Task, repo: repository.Repository, one: One) -> None:
    # A place of our own making may be made anew; what others have made is only ever replaced by who may destroy.
    allow = task.gate.allow if one.where.mode == "in_place" else "destroy"

    def send() -> None:
        with catalogue.source(repo, one.row) as source:
            one.room.put(_inner(task, allow), one.row, source, one.where, one.only)

    sends = {"part": one.row["name"], "sha256": one.row["sha256"], "only": list(one.only)}
    task.gate.change(VENDOR, REPLACE if one.where.mode == "in_place" else PUT, one.place, sends, send)


def _dropped(task: Task, component: Row, ask: Ask, chosen: catalogue.Set, parts: t.Sequence[One]) -> Json:
    """Places that a restore or a drill has made are gone. Whether one is there says its room, which knows one that is half made, too."""
    operation = DROP_DISPOSABLE if ask.mode == "disposable" else DROP
    told = []
    for one in parts:
        told.append({**_part(one, restores.compare(one.row, one.found or {}, one.only), "same"), "result": "gone"})
        task.gate.admit(VENDOR, operation, one.place)
        inner = _inner(task, "destroy")
        one.room.drop(inner, one.row, one.where)
        if inner.gate.changes:
            # Sent and written down by the room; told as one change of this task.
            task.gate.changes.append(Change(VENDOR, operation.name, one.place, fingerprint(one.row["name"])))
    return _result(task, component, ask, chosen, told, [], "dropped" if task.gate.changes else "already", {row["name"]: row["differences"] for row in told})


# -- what is told
def _part(one: One, compared: restores.Compared, result: str) -> Json:
    counts = (one.found or {}).get("counts") or {}
    tables = restores.named(one.row.get("counts") or {}, one.only)
    return {
        "name": one.row["name"],
        "component": one.row["component"],
        "vendor": one.row["vendor"],
        "kind": one.row["kind"],
        "place": one.place,
        "there": one.found is not None,
        "result": result,
        "by": compared.by,
        "differences": list(compared.differences) if one.found is not None else ["the place is not there yet"],
        "more": list(compared.more),
        "rows_now": sum(int(counts[name]) for name in restores.named(counts, one.only)) if one.found is not None else None,
        "rows": sum(int(one.row["counts"][name]) for name in tables),
        "tables": len(tables),
        "moment": one.row["moment"],
        "watermark": one.row.get("watermark"),
        "lost_seconds": max(0.0, clock.now() - float(one.row["moment"])),
        "bytes": one.row["bytes"],
        "seconds": 0.0,
    }


def _result(task: Task, component: Row, ask: Ask, chosen: catalogue.Set | None, parts: list[Json], kept: list[Json], how: str, found: Row) -> Json:
    """``found``: how each part differed before anything was done."""
    manifest = chosen.manifest if chosen else {}
    shown = {"id": chosen.id, "at": chosen.at, **{name: manifest[name] for name in ("environment", "why", "reason", "complete")}} if chosen else {}
    return {
        "changed": bool(task.gate.changes),
        "caution": "",
        "restore": {
            "component": component["name"],
            "supported": bool(parts),
            "how": how if parts or how == "already" else "none",
            "set": shown,
            "to": "gone" if ask.absent else ask.mode,
            "name": ask.name or (restores.place_name(chosen.id) if chosen and ask.mode != "in_place" else ""),
            "tables": list(ask.only),
            "parts": parts,
            "kept": kept,
            "ended_at": clock.now(),
        },
        "diff": {
            "before": dict(found),
            "after": {part["name"]: [] if part["result"] != "different" else part["differences"] for part in parts},
        },
    }

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups tells of a cluster at MongoDB Atlas: a snapshot that Atlas keeps. The part is a reference to it, and not the data.

Whether the snapshot is still there says Atlas alone, so whoever verifies a set asks.
"""

from __future__ import annotations

import datetime
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Promise, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import snapshots
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import ATLAS_ARGUMENTS, VENDOR, connect, is_id

Json = dict[str, t.Any]
TUNING: dict[str, type] = {"snapshot": str, "retention_days": int}
NEW, SCHEDULED = "new", "scheduled"
# What snapshots of sets are called, before the set.
NAME, DAYS = "saasops", 7
NOTE = "a reference: the snapshot is at Atlas alone, and is gone with the project; it is put back with atlas_restore_job"


def parts(task: Task, component: Component) -> list[Part]:
    """One, where the inventory names the cluster."""
    wish = tuned(component, TUNING)
    if wish.get("snapshot", NEW) not in (NEW, SCHEDULED):
        told = plain(wish["snapshot"], 60)
        raise Failure("invalid", f"component_backup of {component['name']}: snapshot is {told!r}", f"Give {NEW} or {SCHEDULED}", VENDOR)
    days = snapshots.days(wish.get("retention_days", DAYS))
    missing = [name for name in ("atlas_project", "atlas_cluster") if not component.get(name)]
    if len(missing) == 2:
        return []
    if missing:
        raise Failure("invalid", f"{missing[0]} is missing", f"Set {missing[0]} for {component['name']}, or component_backup: false", VENDOR)
    given = credentials.of_component(VENDOR, ATLAS_ARGUMENTS, component, task.params).options

    def kept() -> Json:
        return _scheduled(task, given) if wish.get("snapshot") == SCHEDULED else _new(task, given, days)

    def write(sink: Sink) -> Told:
        found = kept()
        sink.restart()
        place = {"project": str(given["project"]), "cluster": str(given["cluster"])}
        sink.take(json.dumps({**place, "snapshot": found}, sort_keys=True, indent=1).encode() + b"\n")
        about = {"snapshot": found["id"], "type": found["type"], "mongodb": found["version"], "bytes": str(found["bytes"] or ""), "until": _day(found)}
        return Told(found["created_at"], {}, tools={**place, **{name: value for name, value in about.items() if value}}, notes=[NOTE])

    return [Part(f"{component['name']}/atlas.json", VENDOR, write, kept)]


def _new(task: Task, given: Json, days: int) -> Json:
    """One that is made for the set, and waited for. What a killed run has begun is not begun again."""
    place = connect(task, given)
    known = snapshots.listed(place)
    description = f"{NAME} {task.params.get('set') or ''}".strip()
    mine = [one for one in known if one["description"] == description and one["status"] == snapshots.COMPLETED]
    begun = [one for one in known if one["description"].startswith(NAME) and one["status"] in snapshots.UNDER_WAY]
    return mine[0] if mine else snapshots.obtain(task, place, known, begun[0] if begun else None, description, days, "snapshot for a set")


def _scheduled(task: Task, given: Json) -> Json:
    """The newest of Atlas's own schedule."""
    place = connect(task, given)
    for one in snapshots.listed(place):
        if one["type"] == SCHEDULED and one["status"] == snapshots.COMPLETED and not snapshots.is_over(one):
            return one
    hint = "Set a backup schedule for the cluster in Atlas, or component_backup: {snapshot: new}"
    raise Failure("not_found", f"Atlas keeps no snapshot of the schedule of {place.where}", hint, VENDOR)


def _day(one: Json) -> str:
    return "" if one["expires_at"] is None else datetime.datetime.fromtimestamp(one["expires_at"], datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def look(task: Task, component: Component, row: t.Mapping[str, t.Any]) -> Promise:
    """Whether Atlas still has the snapshot of which a part tells. Two requests."""
    told = row["tools"]
    identity = str(told.get("snapshot") or "")
    if not is_id(identity):
        return Promise(f"the manifest names no snapshot that could be looked for ({plain(identity, 60)!r})")
    given = credentials.of_component(VENDOR, ATLAS_ARGUMENTS, component, task.params).options
    # Of the cluster that it was made of, whatever the inventory names today.
    place = connect(task, {**given, "project": told.get("project"), "cluster": told.get("cluster")})
    try:
        found = snapshots.read(place, identity)
    except Failure as failure:
        if failure.kind != "not_found":
            raise
        return Promise(f"the snapshot {identity} of {place.where} is not at Atlas any more")
    if found["status"] != snapshots.COMPLETED:
        return Promise(f"the snapshot {identity} of {place.where} is {found['status']}")
    if snapshots.is_over(found):
        return Promise(f"the snapshot {identity} of {place.where} has expired")
    return Promise("", found["expires_at"])

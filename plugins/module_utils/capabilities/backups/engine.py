# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_backup does: the parts of one component go into the repository, each as a stream of its own.

What fails takes nothing else with it: it is a row that tells why, and the other parts are kept.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import manifest, releases, rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import component_of
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import Repository, Stored

Json = dict[str, t.Any]
PLANNED = "planned"
# With these no other part could be stored either.
HOPELESS = ("password", "no_repository", "format", "access", "disk_full", "repository_down")


def execute(task: Task) -> Json:
    component = component_of(task)
    # What a room makes at its vendor is named after it.
    task.params["set"] = set_id = set_of(task)
    runs.join(task, component["name"])
    repo = repository.connect(task)
    if not task.check_mode:
        # What a killed run left in clear goes before anything new comes.
        scratch.work()
    rows = store_component(task, repo, component, set_id)
    failed = [row for row in rows if row["state"] == manifest.FAILED]
    release = releases.served(task, component) if rows else {}
    result: Json = {"changed": bool(task.gate.changes), "set": set_id, "parts": rows, "release": release, "diff": _diff(rows)}
    if failed:
        result["failed"] = True
        result["msg"] = "; ".join(f"{row['name']}: {row['why']}" for row in failed)
        kept = ", ".join(row["name"] for row in rows if row["state"] == manifest.WHOLE)
        hint = f"Kept: {kept}" if kept else "Nothing of it was kept"
        result["failure"] = Failure("failed", result["msg"], hint, code="part").as_dict()
    return result


def set_of(task: Task) -> str:
    """The set that the task belongs to: told, or the run's own."""
    run, told = task.params["run"] or {}, task.params["set"]
    if told:
        if not manifest.is_set_id(told):
            raise Failure("invalid", f"set is {told!r}", "Give it as 20261120T030000Z-name, all modules of one set the same", code="set")
        return str(told)
    if not run:
        raise Failure("invalid", "set is missing", "Give it as 20261120T030000Z-name, all modules of one set the same", code="set")
    return manifest.set_id(str(run["id"]), float(run["started_at"]))


def store_component(task: Task, repo: Repository, component: Component, set_id: str) -> list[Json]:
    """A row for each part, in their order. Raises for what cannot be right, and when the run itself may not go on."""
    try:
        every = rooms.parts(task, component)
    except Failure as failure:
        if failure.kind in ("invalid", "refused"):
            # Such a mistake is a person's to mend, and is told before anything is stored.
            raise
        return [_failed(component, Part(component["name"], "", lambda sink: Told(0.0, {})), _why(failure))]
    rows: list[Json] = []
    hopeless = ""
    for part in every:
        row = _failed(component, part, hopeless) if hopeless else _stored(task, repo, component, part, set_id)
        hopeless = hopeless or row.pop("hopeless", "")
        rows.append(row)
    return rows


def _stored(task: Task, repo: Repository, component: Component, part: Part, set_id: str) -> Json:
    try:
        kept = repo.store(part.name, [f"set:{set_id}", f"part:{part.name}"], clock.now(), part.write)
        if task.check_mode and part.plan is not None:
            part.plan()
    except Failure as failure:
        if failure.kind == "refused":
            # The lease is lost, or the run may change nothing: that is no fault of the part.
            raise
        why = _why(failure)
        hopeless = why if failure.vendor == VENDOR and failure.code in HOPELESS else ""
        return {**_failed(component, part, why), **({"hopeless": hopeless} if hopeless else {})}
    except Exception as error:
        # What no room foresaw must not cost the other parts. Its text may hold anything.
        return _failed(component, part, f"it met something that it does not understand: {type(error).__name__}")
    return _row(component, part, PLANNED if task.check_mode else manifest.WHOLE, "", kept)


def _why(failure: Failure) -> str:
    return ". ".join(text.rstrip(".") for text in (failure.message, failure.hint) if text)


def _failed(component: Component, part: Part, why: str) -> Json:
    return _row(component, part, manifest.FAILED, why, Stored())


def _row(component: Component, part: Part, state: str, why: str, kept: Stored) -> Json:
    told = kept.told or Told(clock.now(), {})
    return {
        "name": part.name,
        "component": component["name"],
        "vendor": component["component_vendor"],
        "kind": part.kind,
        "state": state,
        "why": why,
        "snapshot": kept.snapshot,
        "bytes": kept.bytes,
        "added": kept.added,
        "sha256": kept.sha256,
        "seconds": round(kept.seconds, 3),
        **told.as_dict(),
    }


def _diff(rows: t.Sequence[Json]) -> Json:
    kept = [row["name"] for row in rows if row["state"] != manifest.FAILED]
    return {"before": {"parts": []}, "after": {"parts": kept}}

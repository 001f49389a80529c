# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The backups that Supabase keeps of a project, and restore points, which are made when they are asked for.

Vendor facts (Supabase's OpenAPI document): no call makes a backup at once; a restore point is one that can be gone back to, has a name of 20 characters at
the most, and is ``PENDING`` until it is ``AVAILABLE``. Of a name that was never used the API tells nothing.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import VENDOR, connect, malformed

Json = dict[str, t.Any]
COMPLETED = "COMPLETED"
AVAILABLE, PENDING, GONE = "AVAILABLE", "PENDING", ("FAILED", "REMOVED")
LONGEST_NAME = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def execute_info(task: Task) -> Json:
    """What the module supabase_backup_info does; its documentation tells options and result."""
    client, ref = connect(task, task.params)
    project, found = client.call(op.GET_PROJECT, path={"ref": ref}), listed(client, ref)
    try:
        about = {"ref": ref, "name": plain(project["name"], 200), "state": plain(project["status"], 40), "database": _version(project)}
    except UNREADABLE as error:
        raise malformed("project", op.GET_PROJECT) from error
    newest = next((one["at"] for one in found["backups"] if one["status"] == COMPLETED), None)
    return {"project": about, **found, "newest_at": newest, "schedule": schedule(client, ref)}


def listed(client: Client, ref: str) -> Json:
    """``{backups, pitr}``. One request."""
    told = client.call(op.LIST_BACKUPS, path={"ref": ref})
    try:
        window = told["physical_backup_data"]
        return {
            "backups": sorted((_backup(one) for one in told["backups"]), key=lambda one: float(one["at"]), reverse=True),
            "pitr": {
                "enabled": told["pitr_enabled"] is True,
                "earliest": _number(window.get("earliest_physical_backup_date_unix")),
                "latest": _number(window.get("latest_physical_backup_date_unix")),
            },
        }
    except UNREADABLE as error:
        raise malformed("list of backups", op.LIST_BACKUPS) from error


def schedule(client: Client, ref: str) -> Json | None:
    """When Supabase backs up by itself; None where the plan has no such choice. One request."""
    try:
        return scheduled(client.call(op.GET_SCHEDULE, path={"ref": ref}), op.GET_SCHEDULE)
    except Failure as failure:
        if failure.kind not in ("plan", "not_found"):
            raise
        return None


def scheduled(raw: Json, operation: Operation) -> Json:
    try:
        return {"time": plain(raw["schedule_for"], 20), "updated_at": _moment(raw["updated_at"])}
    except UNREADABLE as error:
        raise malformed("backup schedule", operation) from error


def _version(project: Json) -> str:
    return plain(project["database"]["version"], 60)


def _backup(raw: Json) -> Json:
    return {"id": int(raw["id"]), "at": _moment(raw["inserted_at"]), "status": plain(raw["status"], 40), "physical": raw["is_physical_backup"] is True}


def _moment(text: str) -> float:
    at = datetime.datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=datetime.UTC)).timestamp()


def written(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(value: t.Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


# -- restore points
def execute(task: Task) -> Json:
    """What the module supabase_restore_point does; its documentation tells options and result."""
    name = named(task.params["name"], "name")
    client, ref = connect(task, task.params)
    there = read(client, ref, name)
    point = there if there and there["status"] == AVAILABLE else _made(task, client, ref, name, there)
    before = {"name": name, "status": there["status"]} if there else None
    return {
        "changed": bool(task.gate.changes),
        "restore_point": point,
        "diff": {"before": {"restore_point": before}, "after": {"restore_point": {"name": name, "status": AVAILABLE}}},
    }


def named(name: str, option: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        hint = f"Give 1 to {LONGEST_NAME} letters, digits and any of - _ ., beginning with a letter or digit"
        raise Failure("invalid", f"{option} is {plain(name, 60)!r}", hint, VENDOR)
    return name


def read(client: Client, ref: str, name: str) -> Json | None:
    """One request. None where there is none of that name."""
    try:
        return _point(client.call(op.GET_RESTORE_POINT, path={"ref": ref}, query={"name": name}), name, op.GET_RESTORE_POINT)
    except Failure as failure:
        if failure.kind != "not_found":
            raise
        return None


def _point(raw: Json, name: str, operation: Operation) -> Json | None:
    if raw.get("name") != name:
        return None
    try:
        completed = raw.get("completed_on")
        return {"name": name, "status": plain(raw["status"], 40), "completed_at": _moment(completed) if completed else None}
    except UNREADABLE as error:
        raise malformed("restore point", operation) from error


def _made(task: Task, client: Client, ref: str, name: str, there: Json | None) -> Json:
    """It, once it can be gone back to."""
    if there is None or there["status"] in GONE:

        def look() -> Json | None:
            now = read(client, ref, name)
            return now if now and now["status"] not in GONE else None

        answer = client.change(op.CREATE_RESTORE_POINT, f"project {ref}: restore point {name}", path={"ref": ref}, body={"name": name}, look=look)
        if planned(answer):
            return {"name": name, "status": KnownAfter(op.CREATE_RESTORE_POINT.name), "completed_at": KnownAfter(op.CREATE_RESTORE_POINT.name)}
    elif task.check_mode:
        return there

    def done(now: Json | None) -> bool:
        if now is None or now["status"] == PENDING:
            # For a moment it may not be shown.
            return False
        if now["status"] != AVAILABLE:
            kind: t.Literal["failed", "unknown"] = "failed" if now["status"] in GONE else "unknown"
            raise Failure(kind, f"the restore point {name} of {ref} is {now['status']}", f"Look at the project's backups in the dashboard. {AGAIN}", VENDOR)
        return True

    hint = f"It goes on at Supabase. {AGAIN}"
    found = wait_for(lambda: read(client, ref, name), done, f"the restore point {name}", task.deadline, hint, each_turn=task.gate.recorder.turn)
    return t.cast(Json, found)

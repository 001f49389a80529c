# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A project's database goes back: to a backup, to a moment, or to a restore point.

Vendor facts (Supabase's OpenAPI document): each is taken at once and answered without a body. The project is ``RESTORING`` and away then, and at last
``ACTIVE_HEALTHY`` or ``RESTORE_FAILED``. Nothing tells to what a project was restored, so a restore has no state that could be looked at.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, not_there, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import backups
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import VENDOR, connect, malformed

Json = dict[str, t.Any]
HEALTHY, RESTORING, FAILED = "ACTIVE_HEALTHY", "RESTORING", "RESTORE_FAILED"
# From these a restore may begin; on the way it may be one of those.
BEFORE = (HEALTHY, "ACTIVE_UNHEALTHY", FAILED)
UNDER_WAY = (RESTORING, "COMING_UP", "GOING_DOWN", "RESTARTING", "ACTIVE_UNHEALTHY")
# Seconds after which a restore that was taken has to show.
SHOWS = 300.0
KINDS = ("backup", "point_in_time", "restore_point")


class Wish(t.NamedTuple):
    """``as_of``: the data are as of then afterwards, where Supabase tells."""

    operation: Operation
    body: Json
    what: str
    as_of: float | None


def execute(task: Task) -> Json:
    """What the module supabase_restore does; its documentation tells options and result."""
    params = task.params
    given = [name for name in KINDS if params[name] is not None]
    if len(given) != 1:
        raise Failure("invalid", f"{' and '.join(given) or 'nothing'} is given to go back to", f"Give one of {', '.join(KINDS)}", VENDOR)
    at = durations.moment(params["point_in_time"], "point_in_time") if given == ["point_in_time"] else None
    if given == ["restore_point"]:
        backups.named(params["restore_point"], "restore_point")
    ref = str(params["project"]).strip()
    if params["confirm"] != ref:
        raise refuse(f"what was written into {plain(ref, 60)} since would be lost, and nobody has confirmed it", f"Set confirm: {plain(ref, 60)}", "confirm")
    task.gate.admit(VENDOR, op.RESTORE_MOMENT, f"project {plain(ref, 60)}")
    client, ref = connect(task, params)
    state = _state(client, ref)
    if state not in BEFORE:
        hint = "Wait until it is ACTIVE_HEALTHY, and look at its data: Supabase does not tell to what a project is restored"
        raise Failure("conflict", f"the project {ref} is {state}", hint, VENDOR, code="state", retryable=True)
    now = clock.now()
    if at is not None:
        wish = _moment(client, ref, at)
    else:
        wish = _backup(client, ref, params["backup"]) if given == ["backup"] else _point(client, ref, params["restore_point"])

    def look() -> Json | None:
        return {"seen": True} if _state(client, ref) in (RESTORING, "GOING_DOWN", "COMING_UP") else None

    answer = client.change(wish.operation, f"project {ref}: back to {wish.what}", path={"ref": ref}, body=wish.body, look=look)
    after = KnownAfter(wish.operation.name) if planned(answer) else _restored(task, client, ref, wish)
    lost = None if wish.as_of is None else max(0.0, now - wish.as_of)
    return {
        "changed": True,
        "project": {"ref": ref, "state": after},
        "restored": {"to": given[0], "as_of": wish.as_of, "lost_seconds": lost},
        "diff": {"before": {"data": "as of now"}, "after": {"data": wish.what}},
    }


def _state(client: Client, ref: str) -> str:
    state = client.call(op.GET_PROJECT, path={"ref": ref}).get("status")
    if not isinstance(state, str) or not state:
        raise malformed("state of the project", op.GET_PROJECT)
    return plain(state, 40)


# -- to what
def _backup(client: Client, ref: str, wanted: int) -> Wish:
    known = backups.listed(client, ref)["backups"]
    found = next((one for one in known if one["id"] == wanted), None)
    if found is None:
        raise not_there(f"backup of {ref}", str(wanted), [str(one["id"]) for one in known], "See which there are with supabase_backup_info", VENDOR)
    if found["status"] != backups.COMPLETED:
        raise Failure("invalid", f"the backup {wanted} of {ref} is {found['status']}", "Name another: supabase_backup_info", VENDOR)
    if not found["physical"]:
        hint = "Restore it in the project's dashboard, or put back a dump with playbooks/restore.yml"
        raise Failure("invalid", f"the backup {wanted} of {ref} is no physical one, and the API restores no other", hint, VENDOR)
    return Wish(op.RESTORE_BACKUP, {"id": wanted}, f"backup {wanted}", found["at"])


def _moment(client: Client, ref: str, at: float) -> Wish:
    window = backups.listed(client, ref)["pitr"]
    if not window["enabled"] or window["earliest"] is None or window["latest"] is None:
        hint = "Give backup or restore_point instead, or put back a dump with playbooks/restore.yml"
        raise Failure("plan", f"the project {ref} cannot go back to a moment", hint, VENDOR)
    if not window["earliest"] <= at <= window["latest"]:
        hint = f"Give a moment from {backups.written(window['earliest'])} to {backups.written(window['latest'])}"
        raise Failure("invalid", f"{ref} cannot go back to {backups.written(at)}", hint, VENDOR)
    return Wish(op.RESTORE_MOMENT, {"recovery_time_target_unix": int(at)}, backups.written(at), float(int(at)))


def _point(client: Client, ref: str, name: str) -> Wish:
    found = backups.read(client, ref, name)
    if found is None or found["status"] != backups.AVAILABLE:
        state = "is not there" if found is None else f"is {found['status']}"
        raise Failure("not_found" if found is None else "invalid", f"the restore point {name} of {ref} {state}", "Name one that is AVAILABLE", VENDOR)
    return Wish(op.UNDO, {"name": name}, f"restore point {name}", found["completed_at"])


# -- until it is there
def _restored(task: Task, client: Client, ref: str, wish: Wish) -> str:
    began = clock.now()
    seen = False

    def done(state: str) -> bool:
        nonlocal seen
        seen = seen or state not in BEFORE
        if state == FAILED and (seen or clock.now() - began > SHOWS):
            hint = "Look at the project in the dashboard, or ask Supabase's support. Its data are not to be trusted until then"
            raise Failure("failed", f"the restore of {ref} to {wish.what} failed", hint, VENDOR)
        if not seen and clock.now() - began > SHOWS:
            hint = "Look at the project's data in the dashboard before you run the same command again"
            raise Failure("unknown", f"Supabase took the restore of {ref}, and it does not show ({state})", hint, VENDOR)
        if seen and state not in (HEALTHY, FAILED, *UNDER_WAY):
            raise Failure("unknown", f"the project {ref} is {state} after its restore began", "Look at the project in the dashboard", VENDOR)
        return seen and state == HEALTHY

    hint = "It goes on at Supabase: look at the project's state, and do not begin another restore"
    return wait_for(lambda: _state(client, ref), done, f"the restore of {ref}", task.deadline, hint, each_turn=task.gate.recorder.turn)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Starting the containers of a Railway deployment again: the same image, the same id, no build.

Railway has no word for a restart that was made: only the instances and the time of the status tell that one has happened since. So what
a deployment looked like before (the *marker*) is all that a run that was killed has to leave behind.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments, service
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment, label
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release

Marker = dict[str, t.Any]


def marker(deployment: Deployment) -> Marker:
    instances = sorted(instance["id"] for instance in deployment["instances"])
    return {"id": deployment["id"], "status_updated_at": deployment["status_updated_at"], "instances": instances, "stopped": deployment["stopped"]}


def admit(target: Deployment) -> None:
    if target["state"] not in deployments.GOOD | {"CRASHED"}:
        raise refuse(f"{label(target)} is {target['state']}: only what runs or crashed can be restarted", "Use state: active or redeployed", code="not_ready")


def begun(now: Deployment | None, before: Marker) -> bool:
    """Whether it was restarted, or is about to come up again, since it looked like ``before``."""
    return now is not None and now["id"] == before["id"] and marker(now) != before and not now["stopped"]


def seen(room: Release, before: Marker) -> t.Callable[[service.State], Deployment | None]:
    """Picks the deployment out of a reading, once it was restarted."""

    def find(state: service.State) -> Deployment | None:
        now = state.get(before["id"]) or deployments.by_id(room.client, room.scope, before["id"], state.active)
        return now if begun(now, before) else None

    return find


def ask(room: Release, target: Deployment, before: Marker) -> bool:
    """Send the restart. Returns whether it was only planned."""
    find = seen(room, before)

    def look() -> dict[str, bool] | None:
        return {op.RESTART.name: True} if find(service.observe(room.client, room.scope)) else None

    return planned(room.client.change(op.RESTART, f"{room.scope}: {label(target)}", variables={"id": target["id"]}, look=look))


def wait(room: Release, target: Deployment, before: Marker) -> Deployment:
    return service.wait_until_active(room.task, room.client, room.scope, seen(room, before), f"the restart of {label(target)}")

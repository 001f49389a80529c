# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The deploy keys of a Convex deployment, by name.

Vendor facts (Convex's management API): a key's value is in the answer that makes it and in none after it; its name is unique; what it
may do cannot be changed; a key that was deleted is dead at once. Times are milliseconds.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.management import Managed, connect, unknown

SHORTEST_LIFE = 30 * 60.0
# What a key can be allowed to do, as the vendor's schema lists it.
PERMISSIONS = (
    "deployment:deploy",
    "deployment:env:view",
    "deployment:env:write",
    "deployment:pause",
    "deployment:unpause",
    "deployment:logs:view",
    "deployment:metrics:view",
    "deployment:integrations:view",
    "deployment:integrations:write",
    "deployment:data:view",
    "deployment:data:write",
    "deployment:backups:view",
    "deployment:backups:create",
    "deployment:backups:download",
    "deployment:backups:delete",
    "deployment:backups:import",
    "deployment:functions:actAsUser",
    "deployment:functions:runInternalQueries",
    "deployment:functions:runInternalMutations",
    "deployment:functions:runInternalActions",
    "deployment:functions:runTestQuery",
    "deployment:auditLog:view",
    "deployment:usageLimits:view",
    "deployment:usageLimits:write",
    "deployment:usage:view",
)
Key = dict[str, t.Any]


def listed(managed: Managed) -> list[Key]:
    """One request."""
    try:
        answer = managed.client.call(operations.LIST_DEPLOY_KEYS, path=managed.path)
    except Failure as failure:
        raise unknown(managed, failure) from None
    if not isinstance(answer, list):
        raise malformed("list of deploy keys")
    return [_key(raw) for raw in answer]


def _key(raw: t.Any) -> Key:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str) or not isinstance(raw.get("allowedActions"), list):
        raise malformed("deploy key")
    return {
        "id": plain(raw["id"], 100) if isinstance(raw.get("id"), str) else raw.get("id"),
        "name": plain(raw["name"], 200),
        "created_at": _seconds(raw.get("creationTime")),
        "last_used_at": _seconds(raw.get("lastUsedTime")),
        "expires_at": _seconds(raw.get("expiresAt")),
        "creator": raw["creator"] if isinstance(raw.get("creator"), int) else None,
        "permissions": sorted(plain(action, 100) for action in raw["allowedActions"]),
    }


def _seconds(milliseconds: t.Any) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, (int, float)) else None


def named(keys: list[Key], name: str) -> Key | None:
    return next((key for key in keys if key["name"] == name), None)


def create(managed: Managed, name: str, permissions: list[str] | None, lifetime: float | None) -> t.Any:
    """The new key's value; a ``KnownAfter`` in check mode. A key whose value was lost with the answer is of no use to anybody, and goes."""
    for _attempt in range(2):
        body: dict[str, t.Any] = {"name": name}
        if permissions is not None:
            body["allowedActions"] = permissions
        if lifetime is not None:
            body["expiresAt"] = round((clock.now() + lifetime) * 1000)
        answer = managed.client.change(
            operations.CREATE_DEPLOY_KEY,
            f"{managed.name} deploy key {name}",
            path=managed.path,
            body=body,
            look=lambda: {"lost": True} if named(listed(managed), name) else None,
            # The moment of its end is counted from when it is made.
            stands_for={**body, "expiresAt": lifetime},
        )
        if planned(answer):
            return answer
        if isinstance(answer, dict) and not answer.get("lost"):
            value = answer.get("deployKey")
            if not isinstance(value, str) or not value:
                raise malformed("deploy key", maybe_sent=True)
            return value
        remove(managed, name, " (its value was lost)")
    raise Failure("unknown", f"the deploy key {name} was made twice, and its value lost each time", "Run the same command again", VENDOR, code="lost_value")


def remove(managed: Managed, name: str, why: str = "") -> None:
    try:
        managed.client.change(
            operations.DELETE_DEPLOY_KEY,
            f"{managed.name} delete deploy key {name}{why}",
            path=managed.path,
            body={"id": name},
            look=lambda: None if named(listed(managed), name) else {},
        )
    except Failure as failure:
        # Somebody else was quicker, or a request of ours whose answer was lost.
        if failure.status != 404 or named(listed(managed), name) is not None:
            raise


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_deploy_key does; its documentation tells options and result."""
    params = task.params
    name, permissions, lifetime = params["name"].strip(), params["permissions"], params["lifetime"]
    if not name or "|" in name:
        raise Failure("invalid", f"{plain(params['name'], 80)!r} cannot be the name of a deploy key", "Give it a name that says who uses it", VENDOR)
    if lifetime is not None and lifetime < SHORTEST_LIFE:
        raise Failure("invalid", f"lifetime is {lifetime:g} s", "Give at least 30m", VENDOR)
    wanted = params["state"] == "present"
    if wanted:
        task.returns_secret("the new deploy key")
    managed = connect(task, params)
    there = named(listed(managed), name)
    before = _shown(there)
    after, value = before, None
    if wanted and there is None:
        value = create(managed, name, permissions, lifetime)
        after = {"name": name, "permissions": sorted(permissions) if permissions is not None else "all"}
    elif wanted and there is not None and permissions is not None and there["permissions"] != sorted(permissions):
        raise refuse(
            f"the deploy key {name} has other permissions ({', '.join(there['permissions']) or 'none'})",
            "What a key may do cannot be changed: make one of another name, then delete this one",
            "permissions",
        )
    elif not wanted and there is not None:
        remove(managed, name)
        after = None
    return {
        "changed": before != after,
        "deploy_key": {"deployment": managed.name, "name": name, "state": params["state"], "made": value is not None, "value": value},
        "diff": {"before": {"key": before}, "after": {"key": after}},
    }


def _shown(key: Key | None) -> dict[str, t.Any] | None:
    return {"name": key["name"], "permissions": key["permissions"]} if key is not None else None


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module convex_deploy_key_info does; its documentation tells options and result."""
    managed = connect(task, task.params)
    return {"deploy_keys": sorted(listed(managed), key=lambda key: key["name"])}

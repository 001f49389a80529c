# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether a Convex deployment runs or is paused: as wanted, looked at first.

Vendor facts (Convex's open-source backend): while a deployment is paused every function call fails, scheduled functions wait and
run afterwards, and cron jobs are skipped. Pausing what is paused is accepted, unpausing what runs is refused. What Convex itself
has stopped (plan, usage limits) nobody can unpause here.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, connect, malformed, query, read

STATE_QUERY = "_system/frontend/backendState:backendState"
VERSION_QUERY = "_system/frontend/getVersion"
# Who may have stopped it: the word that means nobody, and what the other words mean.
RUNS = "none"
USER_WORDS = {"none": "running", "paused": "paused"}
INFO = {"kind": "kind", "type": "deploymentType", "reference": "reference", "project": "projectSlug", "project_id": "projectId", "team_id": "teamId"}
# The check of a key speaks in the backend's words; what it is called everywhere else.
PERMISSIONS = {
    "Deploy": "deployment:deploy",
    "ViewEnvironmentVariables": "deployment:env:view",
    "WriteEnvironmentVariables": "deployment:env:write",
    "PauseDeployment": "deployment:pause",
    "UnpauseDeployment": "deployment:unpause",
    "ViewLogs": "deployment:logs:view",
    "ViewMetrics": "deployment:metrics:view",
    "ViewIntegrations": "deployment:integrations:view",
    "WriteIntegrations": "deployment:integrations:write",
    "ViewData": "deployment:data:view",
    "WriteData": "deployment:data:write",
    "ViewBackups": "deployment:backups:view",
    "CreateBackups": "deployment:backups:create",
    "DownloadBackups": "deployment:backups:download",
    "DeleteBackups": "deployment:backups:delete",
    "ImportBackups": "deployment:backups:import",
    "ActAsUser": "deployment:functions:actAsUser",
    "RunInternalQueries": "deployment:functions:runInternalQueries",
    "RunInternalMutations": "deployment:functions:runInternalMutations",
    "RunInternalActions": "deployment:functions:runInternalActions",
    "RunTestQuery": "deployment:functions:runTestQuery",
    "ViewAuditLog": "deployment:auditLog:view",
    "ViewUsageLimits": "deployment:usageLimits:view",
    "WriteUsageLimits": "deployment:usageLimits:write",
    "ViewUsage": "deployment:usage:view",
}


def state(place: Place) -> dict[str, str]:
    """``{state, system, usage_limit, user}``; ``state`` is running, paused, or stopped (by Convex). One request."""
    raw = query(place, STATE_QUERY)
    if not isinstance(raw, dict) or not all(isinstance(raw.get(name), str) for name in ("system", "usage_limit", "user")):
        raise malformed("state of the deployment")
    words = {name: plain(raw[name], 40) for name in ("system", "usage_limit", "user")}
    stopped = words["system"] != RUNS or words["usage_limit"] != RUNS
    return {"state": "stopped" if stopped else USER_WORDS.get(words["user"], "unknown"), **words}


def ensure(place: Place, now: dict[str, str], wish: str) -> bool:
    """Pause or unpause; whether that was needed."""
    if now["user"] not in USER_WORDS:
        raise Failure("protocol", f"{place.where} is in a state that is not known: {now['user']}", "Look at the dashboard; update the collection", VENDOR)
    if USER_WORDS[now["user"]] == wish:
        _refuse_stopped(place, now, wish)
        return False
    _refuse_stopped(place, now, "")

    def look() -> dict[str, str] | None:
        seen = state(place)
        return seen if USER_WORDS.get(seen["user"]) == wish else None

    operation = operations.PAUSE_DEPLOYMENT if wish == "paused" else operations.UNPAUSE_DEPLOYMENT
    try:
        place.client.change(operation, f"{place.where} -> {wish}", look=look)
    except Failure as failure:
        # Refused because it is so already, by somebody else or by a request of ours whose answer was lost.
        if failure.status != 400 or look() is None:
            raise
    return True


def _refuse_stopped(place: Place, now: dict[str, str], wish: str) -> None:
    """What Convex has stopped does not run, whatever is wanted; that it is paused as well can be left as it is."""
    if now["state"] == "stopped" and wish != "paused":
        why = f"system: {now['system']}" if now["system"] != RUNS else f"usage_limit: {now['usage_limit']}"
        raise refuse(f"Convex itself has stopped {place.where} ({why})", "Look at its usage and the plan of the team in the dashboard", "stopped")


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_deployment does; its documentation tells options and result."""
    place, wish = connect(task, task.params), task.params["state"]
    now = state(place)
    changed = ensure(place, now, wish)
    before = {"state": now["state"]}
    after = {"state": wish if changed else now["state"]}
    notes = ["every function call fails, and cron jobs are skipped, until it runs again"] if wish == "paused" else []
    return {"changed": changed, "deployment": {"name": place.name, "url": place.url, **after, "notes": notes}, "diff": {"before": before, "after": after}}


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module convex_deployment_info does; its documentation tells options and result."""
    place = connect(task, task.params)
    key = key_of(place)
    facts, addresses, version = (unless_forbidden(ask) for ask in (lambda: _info(place), lambda: urls(place), lambda: query(place, VERSION_QUERY)))
    return {
        "deployment": {
            "name": place.name,
            "url": place.url,
            **state(place),
            **(facts or dict.fromkeys(INFO)),
            **(addresses or {"canonical_url": None, "site_url": None}),
            "version": None if version is None else plain(version, 100),
            "key": key,
        }
    }


def key_of(place: Place) -> dict[str, t.Any]:
    """What the key may do: ``{permissions, read_only}``. One request. An empty list is the backend's word for everything; a word that is not known
    stays as it is."""
    told = read(place, operations.CHECK_ADMIN_KEY)
    if not isinstance(told, dict) or not isinstance(told.get("allowedOps"), list):
        raise malformed("check of the deploy key")
    permissions = sorted(PERMISSIONS.get(str(word), plain(word, 100)) for word in told["allowedOps"] or PERMISSIONS)
    return {"permissions": permissions, "read_only": told.get("isReadOnly") is True}


def unless_forbidden(ask: t.Callable[[], t.Any]) -> t.Any:
    """Its answer; None where the key may not see it."""
    try:
        return ask()
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return None


def _info(place: Place) -> dict[str, t.Any]:
    raw = read(place, operations.DEPLOYMENT_INFO)
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
        raise malformed("deployment_info")
    return {name: plain(value, 200) if isinstance(value := raw.get(field), str) else value for name, field in INFO.items()}


def urls(place: Place) -> dict[str, str]:
    """``{canonical_url, site_url}``. One request."""
    raw = read(place, operations.GET_CANONICAL_URLS)
    if not isinstance(raw, dict):
        raise malformed("canonical addresses")
    return {"canonical_url": plain(raw.get("convexCloudUrl") or "", 300), "site_url": plain(raw.get("convexSiteUrl") or "", 300)}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_alias does; its documentation tells options and result.

Vendor facts (Vercel REST API): an alias points to one deployment; assigning it again moves it. The production domains of a project are
aliases too, but moving one by hand leaves the project's idea of what production serves behind: that is what promote and rollback are for.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project

Alias = dict[str, t.Any]
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    name = params["alias"]
    if not _HOST.fullmatch(name):
        raise Failure("invalid", f"alias is {plain(name, 80)!r}", "Give a host name in lower case, such as beta.example.com, without https://")
    if params["state"] == "present" and not (params["deployment"] or "").strip():
        raise Failure("invalid", "no deployment is named", "Give the one that the alias shall point to with the option deployment")
    place = projects.scope(task, params)
    raw = projects.fetch(place)
    project = projects.parse(place, raw)
    now = read(place, name)
    _admit(project, raw, now, name)
    after = _present(task, place, project, now, name) if params["state"] == "present" else None
    if after is None:
        _remove(place, project, now, name)
    return {"changed": now != after, "alias": after, "diff": {"before": now or {}, "after": after or {}}}


def read(place: Scope, name: str) -> Alias | None:
    """One request; None when the team has no such alias."""
    try:
        raw = place.client.call(operations.GET_ALIAS, path={"idOrAlias": name})
    except Failure as failure:
        if failure.kind == "not_found":
            return None
        raise
    if not isinstance(raw.get("uid"), str) or raw.get("alias") != name:
        raise malformed("alias")
    return {
        "alias": name,
        "id": plain(raw["uid"], 200),
        "deployment": plain(raw["deploymentId"], 200) if raw.get("deploymentId") else None,
        "project_id": plain(raw["projectId"], 200) if raw.get("projectId") else None,
    }


def _admit(project: Project, raw: dict[str, t.Any], now: Alias | None, name: str) -> None:
    listed = raw["alias"] if isinstance(raw.get("alias"), list) else []
    if any(isinstance(item, dict) and item.get("domain") == name and item.get("target") == "PRODUCTION" for item in listed):
        raise refuse(f"{name} is a production domain of {project.name}", "Say what production serves with vercel_production", "production")
    if now is not None and now["project_id"] not in (None, project.id):
        raise refuse(f"{name} belongs to another project ({now['project_id']})", "Name that project, or another alias", "other_project")


def _present(task: Task, place: Scope, project: Project, now: Alias | None, name: str) -> Alias:
    wanted = task.params["deployment"]
    if now is not None and now["deployment"] == wanted:
        return now
    target = deployments.required(place, project.id, wanted, project.serving, any_target=True)
    if now is not None and now["deployment"] == target["id"]:
        return now
    if not target["ready"]:
        raise refuse(f"{target['id']} is not ready ({target['state']})", "Name one that is, or wait until it is built", "not_ready")

    def there() -> Alias | None:
        seen = read(place, name)
        return seen if seen is not None and seen["deployment"] == target["id"] else None

    answer = place.client.change(operations.ASSIGN_ALIAS, f"{name} -> {target['id']}", path={"id": target["id"]}, body={"alias": name}, look=there)
    if planned(answer):
        return {"alias": name, "id": now["id"] if now is not None else answer, "deployment": target["id"], "project_id": project.id}
    seen = wait_for(there, lambda it: it is not None, f"{name} on {target['id']}", task.deadline, AGAIN, each_turn=task.gate.recorder.turn)
    return t.cast("dict[str, t.Any]", seen)


def _remove(place: Scope, project: Project, now: Alias | None, name: str) -> None:
    if now is not None:
        target = f"{name} of {project.name} -> removed"
        place.client.change(operations.DELETE_ALIAS, target, path={"aliasId": now["id"]}, look=lambda: {} if read(place, name) is None else None)

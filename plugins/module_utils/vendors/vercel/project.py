# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules vercel_project and vercel_project_info do; their documentation tells options and result.

Vendor facts (Vercel REST API): a pause answers every visitor of production with 503 and switches the automatic assignment of domains
off; the end of a pause switches it on, whatever it was before. Both go by the project's id.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope

Json = dict[str, t.Any]
# Our option: the vendor's field. An empty text stands for null, which is the framework's own default.
SETTINGS = {
    "node_version": "nodeVersion",
    "build_command": "buildCommand",
    "install_command": "installCommand",
    "output_directory": "outputDirectory",
    "root_directory": "rootDirectory",
    "ignore_command": "commandForIgnoringBuildStep",
}


def execute(task: Task, planned: Json | None = None) -> Json:
    """``planned``: facts as they would be by then, for a plan of what comes after another one."""
    params = task.params
    if params["node_version"] == "":
        raise Failure("invalid", "node_version is empty", "Give one, such as 22.x, or leave it out")
    if params["paused"] and params["auto_assign"]:
        raise Failure("invalid", "a paused project assigns no domains by itself", "Leave auto_assign out, or unpause")
    place = projects.scope(task, params)
    before = {**_facts(place, projects.fetch(place)), **(planned or {})}
    if params["auto_assign"] and before["paused"] and params["paused"] is None:
        raise Failure("invalid", f"{before['name']} is paused, and assigns no domains by itself", "Unpause it with paused: false")
    after, notes = _made(task, place, before)
    return {"changed": before != after, "project": after, "notes": notes, "diff": {"before": _managed(before), "after": _managed(after)}}


def info(task: Task) -> Json:
    place = projects.scope(task, task.params)
    return {"project": _facts(place, projects.fetch(place))}


def _managed(facts: Json) -> Json:
    return {key: facts[key] for key in ("paused", "auto_assign", *SETTINGS)}


def _facts(place: Scope, raw: Json) -> Json:
    project = projects.parse(place, raw)
    return {
        "id": project.id,
        "name": project.name,
        "paused": project.paused,
        "auto_assign": project.auto_assign,
        "serving": None if project.serving is None else project.serving["id"],
        "branch": project.branch,
        "framework": plain(raw["framework"], 80) if raw.get("framework") else None,
        "rolling_releases": project.rolls,
        **{name: plain(raw[field]) if raw.get(field) else "" for name, field in SETTINGS.items()},
    }


def _made(task: Task, place: Scope, before: Json) -> tuple[Json, list[str]]:
    """The project as it then is. The pause comes after the settings and before the assignment, which it moves."""
    params, now = task.params, dict(before)
    notes: list[str] = []
    wish = {name: params[name] for name in SETTINGS if params[name] is not None and params[name] != before[name]}
    turns = params["paused"] is not None and params["paused"] is not before["paused"]
    assigns = params["auto_assign"]
    if assigns is not None and before["auto_assign"] is None:
        raise malformed("autoAssignCustomDomains of the project")
    if assigns is not None and not turns and assigns is not before["auto_assign"]:
        wish["auto_assign"] = assigns
    if wish:
        _update(place, now, wish)
    if turns:
        _turn(place, now, params["paused"])
        notes.append("visitors of production get 503" if params["paused"] else "production answers again")
        if assigns is not None and assigns is not now["auto_assign"]:
            _update(place, now, {"auto_assign": assigns})
        if not params["paused"] and assigns is None:
            notes.append("new builds go live again, also where that was off before the pause (auto_assign: false keeps it off)")
    if not task.check_mode and task.gate.changes:
        return _held(place, now), notes
    return now, notes


def _update(place: Scope, now: Json, wish: Json) -> None:
    """Send what is to be different; ``now`` becomes as it will be."""
    body = {{**SETTINGS, "auto_assign": "autoAssignCustomDomains"}[name]: None if value == "" else value for name, value in wish.items()}

    def look() -> Json | None:
        seen = _facts(place, projects.fetch(place, now["id"]))
        return {} if all(seen[name] == value for name, value in wish.items()) else None

    shown = ", ".join(f"{name} -> {plain(value, 60)!r}" if isinstance(value, str) else f"{name} -> {str(value).lower()}" for name, value in wish.items())
    place.client.change(operations.UPDATE_PROJECT, f"{now['name']} {shown}", path={"idOrName": now["id"]}, body=body, look=look)
    now.update(wish)


def _turn(place: Scope, now: Json, paused: bool) -> None:
    def look() -> Json | None:
        return {} if projects.read(place, now["id"]).paused is paused else None

    operation = operations.PAUSE_PROJECT if paused else operations.UNPAUSE_PROJECT
    answer = place.client.change(operation, f"{now['name']} -> {'paused' if paused else 'not paused'}", path={"projectId": now["id"]}, look=look)
    now.update(paused=paused, auto_assign=not paused if now["auto_assign"] is not None or planned(answer) else None)


def _held(place: Scope, wanted: Json) -> Json:
    seen = _facts(place, projects.fetch(place, wanted["id"]))
    lost = [name for name, value in _managed(wanted).items() if seen[name] != value]
    if lost:
        raise Failure(
            "failed",
            f"Vercel accepted the settings of {wanted['name']}, and these did not hold: {', '.join(lost)}",
            "Run the same command again; if it stays, set them in the project's settings in the dashboard",
            VENDOR,
            code="not_held",
        )
    return seen

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_variables does; its documentation tells options and result.

Facts (Railway public API): variables are compared as they are stored, with their ``${{ }}``, or a reference would differ on every run.
Each upsert without ``skipDeploys`` makes a deployment. A sealed variable is a name whose value reads as null for ever; it is written by a
config patch, which Railway deploys. ``replace`` removes everything that is not listed, sealed variables too.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import config_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import connect, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import PAGE, Scope, inner, malformed, nodes, resolve, resolve_environment

_NAME = re.compile(r"[^\s=\x00-\x1f\x7f]+")
# Railway gives these to every container; one of ours would be stored and never seen.
PROVIDED = re.compile(
    r"RAILWAY_(PUBLIC_DOMAIN|PRIVATE_DOMAIN|TCP_PROXY_DOMAIN|TCP_PROXY_PORT|TCP_APPLICATION_PORT|PROJECT_NAME|PROJECT_ID|ENVIRONMENT|ENVIRONMENT_NAME"
    r"|ENVIRONMENT_ID|SERVICE_NAME|SERVICE_ID|REPLICA_ID|REPLICA_REGION|DEPLOYMENT_ID|SNAPSHOT_ID|VOLUME_NAME|VOLUME_MOUNT_PATH|GIT_\w+)"
)
LONGEST_LIST = 20
LONGEST_NAME = 100
SEALED = "sealed"


@dataclasses.dataclass(frozen=True)
class Stored:
    """One variable as Railway keeps it. ``value`` is None for a sealed one; ``known`` is false for one that only the values name."""

    value: str | None
    sealed: bool
    references: tuple[str, ...] = ()
    updated_at: str = ""
    known: bool = True


@dataclasses.dataclass(frozen=True)
class Wanted:
    variables: dict[str, str]
    sealed: dict[str, str]
    absent: tuple[str, ...]
    purge: bool
    purge_sealed: bool
    write_sealed: bool  # also those that are sealed already


@dataclasses.dataclass(frozen=True)
class Plan:
    """``replaces``: what is written is all that stays; ``deleted`` then says what goes by that, else what is deleted one by one."""

    written: dict[str, str]
    sealed: dict[str, str]
    deleted: tuple[str, ...]
    replaces: bool


def where(task: Task) -> tuple[Client, Scope]:
    """The service that a module's options name, or the environment when the variables are its shared ones."""
    params = task.params
    client = connect(task, params)
    if params["shared"]:
        return client, resolve_environment(client, params["project"], params["environment"], bool(params["token"]))
    return client, resolve(client, params["project"], params["environment"], params["service"], bool(params["token"]))


def observe(client: Client, scope: Scope, rendered: bool = False) -> dict[str, Stored]:
    """Every variable of the scope, by name. One request, and one more for each further hundred variables of the environment."""
    values: t.Any = None

    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        nonlocal values
        data = read(client, op.VARIABLES, **_place(scope), unrendered=not rendered, withValues=after is None, first=PAGE, after=after)
        if after is None:
            values = data.get("variables")
        return nodes(inner(data.get("environment"), "variables"), op.VARIABLES)

    listed: dict[str, dict[str, t.Any]] = {}
    for one in paging.pages(fetch, "variables"):
        if not isinstance(one.get("name"), str) or not isinstance(one.get("references") or [], list):
            raise malformed(op.VARIABLES, "holds a variable without name, or references that are no list")
        if (one.get("serviceId") or "") == scope.service_id:
            listed[one["name"]] = one
    if not isinstance(values, dict) or not all(value is None or isinstance(value, str) for value in values.values()):
        raise malformed(op.VARIABLES, "does not hold the variables as texts")
    found = {}
    for name in sorted({*values, *listed}):
        node = listed.get(name)
        is_sealed = node.get("isSealed") if node is not None else values[name] is None
        if not isinstance(is_sealed, bool):
            raise malformed(op.VARIABLES, "does not say which variables are sealed")
        references = (node or {}).get("references") or ()
        value = values.get(name)
        found[name] = Stored(
            None if is_sealed else value,
            is_sealed or value is None,
            tuple(redaction.plain(other, 200) for other in references),
            str((node or {}).get("updatedAt") or ""),
            node is not None,
        )
    return found


def _place(scope: Scope) -> dict[str, str]:
    place = {"projectId": scope.project_id, "environmentId": scope.environment_id}
    return {**place, "serviceId": scope.service_id} if scope.service_id else place


# -- what is wanted
def wanted_of(params: t.Mapping[str, t.Any]) -> Wanted:
    """The options, checked before anything is asked."""
    variables, sealed, absent = _texts(params["variables"], "variables"), _texts(params["sealed"], "sealed"), tuple(dict.fromkeys(params["absent"]))
    for name in (*variables, *sealed, *absent):
        if not _NAME.fullmatch(name):
            raise Failure("invalid", f"{redaction.plain(name, 60)!r} cannot be the name of a variable", "Give a name without spaces and without =")
        if PROVIDED.fullmatch(name):
            raise Failure("invalid", f"{name} is provided by Railway itself, which would override it", "Leave it out, or choose another name")
    twice = sorted({name for name in (*variables, *sealed, *absent) if (name in variables) + (name in sealed) + (name in absent) > 1})
    if twice:
        raise Failure("invalid", f"{_listed(twice)} is named more than once", "Name each variable in one of variables, sealed and absent")
    if params["purge_sealed"] and not params["purge"]:
        raise Failure("invalid", "purge_sealed is set without purge", "Set purge too, or leave it out")
    if not (variables or sealed or absent or params["purge"]):
        raise Failure("invalid", "no variable was given", "Give variables, sealed or absent; to remove every variable, set purge")
    return Wanted(variables, sealed, absent, params["purge"], params["purge_sealed"], params["update_sealed"] == "always")


def _texts(given: t.Mapping[str, t.Any], option: str) -> dict[str, str]:
    """Values as Railway keeps them, which is text. What has more than one way of being written as text is refused."""
    texts = {}
    for name, value in given.items():
        if value is None:
            raise Failure("invalid", f"{option}: {name} has no value", f"Give it a value ('' is one), or name it in absent to remove it, not {option}")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            kind = "true or false" if isinstance(value, bool) else type(value).__name__
            raise Failure("invalid", f"{option}: {name} is {kind}, and variables are text", "Put it into quotes; for lists and maps use the filter to_json")
        texts[str(name)] = str(value)
    return texts


def decide(wanted: Wanted, stored: t.Mapping[str, Stored]) -> Plan:
    """What has to be sent, from what is there; raises what would destroy more than was said."""
    hidden = [name for name in wanted.variables if name in stored and stored[name].sealed]
    if hidden:
        raise refuse(
            f"{_listed(hidden)} is sealed: its value cannot be compared, and sealing cannot be undone",
            "Give it as sealed instead, or delete it first (absent)",
            code="sealed",
        )
    written = {name: value for name, value in wanted.variables.items() if name not in stored or stored[name].value != value}
    sealed = {name: value for name, value in wanted.sealed.items() if wanted.write_sealed or not (name in stored and stored[name].sealed)}
    absent = [name for name in wanted.absent if name in stored]
    if not wanted.purge:
        return Plan(written, sealed, tuple(absent), False)
    mine = {name for name, one in stored.items() if one.known or not PROVIDED.fullmatch(name)}
    surplus = sorted(mine - {*wanted.variables, *wanted.sealed})
    lost = [name for name in surplus if stored[name].sealed and name not in wanted.absent]
    if lost and not wanted.purge_sealed:
        raise refuse(
            f"purge would delete the sealed {_listed(lost)}, whose values nobody can read back",
            "Name them in sealed to keep them, or in absent to delete them; purge_sealed: true deletes all of them",
            code="purge_sealed",
        )
    # A replacement takes sealed variables too, so it is no way where one of them is to stay.
    stays = any(stored[name].sealed for name in wanted.sealed if name in stored)
    return Plan(wanted.variables if surplus and not stays else written, sealed, tuple(surplus), bool(surplus) and not stays)


# -- doing it
def execute(task: Task, planned: t.Mapping[str, str] | None = None) -> dict[str, t.Any]:
    """``planned``: variables as they would be by then, for a plan of what comes after another one."""
    wanted = wanted_of(task.params)
    client, scope = where(task)
    stored = observe(client, scope) | {name: Stored(value, False) for name, value in (planned or {}).items()}
    plan = decide(wanted, stored)
    if plan.deleted and task.gate.allow != "destroy":
        # Before anything is sent: the other changes must not be made alone.
        raise refuse(
            f"{scope}: deleting {_listed(plan.deleted)} loses the values, and needs allow: destroy",
            "Set allow: destroy on the task (inventory: saasops_allow) if you mean it",
            code="allow",
        )
    skips = task.params["skip_deploys"]
    secrets = [*wanted.variables.values(), *wanted.sealed.values()]
    try:
        _send(client, scope, stored, plan, skips)
    except Failure as failure:
        # A vendor may repeat in its words what it was sent.
        failure.message = redaction.without(failure.message, secrets)
        raise
    deploys = bool(plan.sealed or (plan.deleted and not plan.replaces))
    stores = bool(plan.written or plan.replaces)
    names = sorted({*wanted.variables, *wanted.sealed, *wanted.absent, *plan.deleted})
    before = {name: _mark(client, stored[name]) for name in names if name in stored}
    return {
        "changed": bool(task.gate.changes),
        "written": sorted(name for name in plan.written if name not in stored or stored[name].value != plan.written[name]),
        "sealed": sorted(plan.sealed),
        "deleted": sorted(redaction.plain(name, LONGEST_NAME) for name in plan.deleted),
        "needs_deployment": stores and skips and not deploys,
        "notes": _notes(scope, plan, stores, skips, deploys),
        "link": scope.link,
        "diff": {"before": before, "after": _after(client, before, plan)},
    }


def _send(client: Client, scope: Scope, stored: t.Mapping[str, Stored], plan: Plan, skips: bool) -> None:
    if plan.written or plan.replaces:
        _write(client, scope, plan, skips)
    if plan.sealed:
        _seal(client, scope, stored, plan.sealed)
    for name in plan.deleted if not plan.replaces else ():
        _delete(client, scope, name)


def _write(client: Client, scope: Scope, plan: Plan, skips: bool) -> None:
    operation: Operation = op.REPLACE_VARIABLES if plan.replaces else op.UPSERT_VARIABLES

    def look() -> dict[str, bool] | None:
        now = observe(client, scope)
        there = all(name in now and now[name].value == value for name, value in plan.written.items())
        return {operation.name: True} if there and not (plan.replaces and set(plan.deleted) & set(now)) else None

    target = f"{scope}: {_listed(sorted(plan.written))}" if plan.written else str(scope)
    if plan.replaces:
        target = f"{target}, without {_listed(sorted(plan.deleted))}"
    content = {**_place(scope), "variables": plan.written, "skipDeploys": skips}
    client.change(operation, target, variables={"input": {**content, "replace": True} if plan.replaces else content}, look=look)


def _seal(client: Client, scope: Scope, stored: t.Mapping[str, Stored], sealed: t.Mapping[str, str]) -> None:
    patch = {name: {"value": value, "isSealed": True} for name, value in sealed.items()}

    def look() -> dict[str, str] | None:
        # The values cannot be seen; that they were written just now can.
        now = observe(client, scope)
        fresh = all(name in now and now[name].sealed and (name not in stored or now[name].updated_at != stored[name].updated_at) for name in sealed)
        return {op.COMMIT_PATCH.name: "seen"} if fresh else None

    whole: dict[str, t.Any] = {"services": {scope.service_id: {"variables": patch}}} if scope.service_id else {"sharedVariables": patch}
    variables = {"environmentId": scope.environment_id, "patch": whole, "commitMessage": f"Seal {_listed(sorted(sealed))}"}
    client.change(op.COMMIT_PATCH, f"{scope}: sealed {_listed(sorted(sealed))}", variables=variables, look=look)


def _delete(client: Client, scope: Scope, name: str) -> None:
    def look() -> dict[str, bool] | None:
        return None if name in observe(client, scope) else {op.DELETE_VARIABLE.name: True}

    try:
        client.change(op.DELETE_VARIABLE, f"{scope}: {name}", variables={"input": {**_place(scope), "name": name}}, look=look)
    except Failure as failure:
        # Somebody else was faster.
        if failure.kind != "not_found":
            raise


# -- what is told of it
def _mark(client: Client, one: Stored) -> str:
    return SEALED if one.sealed else client.fingerprint(one.value)


def _after(client: Client, before: t.Mapping[str, str], plan: Plan) -> dict[str, str]:
    kept = {name: mark for name, mark in before.items() if name not in plan.deleted}
    written = {name: client.fingerprint(value) for name, value in plan.written.items()}
    return dict(sorted({**kept, **written, **{name: f"{SEALED} {client.fingerprint(value)}" for name, value in plan.sealed.items()}}.items()))


def _notes(scope: Scope, plan: Plan, stores: bool, skips: bool, deploys: bool) -> list[str]:
    notes = []
    if stores and skips and not deploys:
        which = "the service has" if scope.service_id else "services that refer to them have"
        notes.append(f"{which} the new variables with the next deployment (railway_deployment, state: redeployed)")
    if plan.sealed:
        notes.append("Railway deploys when a sealed variable is written")
    if plan.deleted and not plan.replaces:
        notes.append(f"Railway may deploy for each deleted variable ({len(plan.deleted)})")
    return notes


def _listed(names: t.Sequence[str]) -> str:
    more = f" and {len(names) - LONGEST_LIST} more" if len(names) > LONGEST_LIST else ""
    return ", ".join(redaction.plain(name, LONGEST_NAME) for name in names[:LONGEST_LIST]) + more

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules railway_project_token and railway_project_token_info do; their documentation tells options and result.

Facts (Railway public API): a project token is answered once, when it is made, without its id; names are not unique; making, listing and
deleting them needs an account or workspace token.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import sendable
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import config_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import epoch
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import PAGE, malformed, nodes, project_id, resolve_environment

Token = dict[str, t.Any]
_BROAD = "Set api_token (RAILWAY_API_TOKEN) to an account or workspace token; a project token cannot make, list or delete project tokens"


def _connect(task: Task) -> Client:
    if not (task.params["api_token"] or "").strip():
        raise Failure("auth", "project tokens are managed with an account or workspace token, and there is none", _BROAD, VENDOR)
    return connect(task, task.params)


def _broad(failure: Failure) -> Failure:
    """The vendor's only word is "Not Authorized": the likeliest cause is said."""
    if failure.kind == "auth" and failure.hint != _BROAD:
        failure.hint = f"{_BROAD}. {failure.hint}"
    return failure


def listed(client: Client, project: str) -> list[Token]:
    """Every project token, newest first. One request, and one more for each further hundred."""

    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        return nodes(read(client, op.PROJECT_TOKENS, projectId=project, first=PAGE, after=after).get("projectTokens"), op.PROJECT_TOKENS)

    try:
        found = [
            {
                "id": plain(node["id"], 100),
                "name": plain(node["name"], 200),
                "environment_id": plain(node["environmentId"], 100),
                "environment": plain(node["environment"]["name"], 100),
                "display": plain(node["displayToken"], 100),
                "created_at": epoch(node["createdAt"]),
            }
            for node in paging.pages(fetch, "project tokens")
        ]
    except UNREADABLE as error:
        raise malformed(op.PROJECT_TOKENS, "is not the documented list") from error
    return sorted(found, key=lambda one: float(one["created_at"] or 0), reverse=True)


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if params["name"] is not None and not params["name"].strip():
        raise Failure("invalid", "name is empty", "Name the token, for example by its purpose and the month")
    if params["state"] == "present":
        if params["token_id"]:
            raise Failure("invalid", "token_id was given for a token that is to be there", "Railway gives the id: leave token_id out, or set state: absent")
        task.returns_secret("the new project token")
    client = _connect(task)
    try:
        return _present(task, client) if params["state"] == "present" else _absent(task, client)
    except Failure as failure:
        raise _broad(failure) from None


def _present(task: Task, client: Client) -> dict[str, t.Any]:
    params = task.params
    scope = resolve_environment(client, params["project"], params["environment"], False)
    before = listed(client, scope.project_id)

    def named(tokens: list[Token]) -> list[Token]:
        return [one for one in tokens if one["name"] == params["name"] and one["environment_id"] == scope.environment_id]

    there = named(before)
    if len(there) > 1:
        raise _ambiguous(there, params["name"])
    if there:
        return {**_result(task, there[0], there[0], there[0]), "secret": None, "link": scope.link}
    known = {one["id"] for one in before}

    def made() -> list[Token]:
        return [one for one in named(listed(client, scope.project_id)) if one["id"] not in known]

    def look() -> dict[str, str] | None:
        found = made()
        return {"found": found[0]["id"]} if found else None

    place = {"projectId": scope.project_id, "environmentId": scope.environment_id}
    answer = client.change(op.CREATE_TOKEN, f"{scope}: token {params['name']}", variables={"input": {**place, "name": params["name"]}}, look=look)
    if planned(answer):
        new: Token = {"id": answer, "name": params["name"], "environment_id": scope.environment_id, "environment": scope.environment}
        new |= {"display": answer, "created_at": answer}
        return {**_result(task, None, new, new), "secret": answer, "link": scope.link}
    if "found" in answer:
        raise Failure(
            "failed",
            f"the token {params['name']} was made, and its secret was lost with the answer",
            f"Delete it (state: absent, token_id: {answer['found']}), then run the same command again",
            VENDOR,
            op.CREATE_TOKEN.name,
            code="secret_lost",
        )
    secret = answer[op.CREATE_TOKEN.name]
    if not isinstance(secret, str) or not secret or not sendable(secret):
        raise malformed(op.CREATE_TOKEN, f"does not hold the token {params['name']}, which was made")
    # The answer is the token alone; which one it is, the list tells. Two new ones of one name cannot be told apart.
    found = made()
    new = found[0] if len(found) == 1 else {"id": None, "name": params["name"], "environment_id": scope.environment_id, "environment": scope.environment}
    return {**_result(task, None, new, {"display": None, "created_at": None, **new}), "secret": secret, "link": scope.link}


def _absent(task: Task, client: Client) -> dict[str, t.Any]:
    params = task.params
    scope = resolve_environment(client, params["project"], params["environment"], False)
    before = listed(client, scope.project_id)
    if params["token_id"]:
        there = [one for one in before if one["id"] == params["token_id"]]
        if there and params["name"] is not None and there[0]["name"] != params["name"]:
            raise refuse(f"token {params['token_id']} is called {there[0]['name']}, not {params['name']}", "Leave out name, or correct token_id", code="name")
    else:
        there = [one for one in before if one["name"] == params["name"] and one["environment_id"] == scope.environment_id]
    if len(there) > 1:
        raise _ambiguous(there, params["name"])
    for one in there:
        _delete(client, scope.project_id, one)
    return {**_result(task, there[0] if there else None, None, None), "secret": None, "link": scope.link}


def _delete(client: Client, project: str, one: Token) -> None:
    def look() -> dict[str, bool] | None:
        left = any(other["id"] == one["id"] for other in listed(client, project))
        return None if left else {op.DELETE_TOKEN.name: True}

    client.change(op.DELETE_TOKEN, f"{one['environment']} (Railway): token {one['name']} ({one['id']})", variables={"id": one["id"]}, look=look)


def _ambiguous(there: list[Token], name: str) -> Failure:
    ids = ", ".join(one["id"] for one in there)
    return Failure(
        "invalid", f"{len(there)} tokens are called {name}", f"Delete those that are not used, by token_id, one of {ids}", VENDOR, code="two_of_a_name"
    )


def _result(task: Task, before: Token | None, after: Token | None, shown: Token | None) -> dict[str, t.Any]:
    compared = ("name", "environment")
    return {
        "changed": bool(task.gate.changes),
        "token": shown,
        "diff": {
            "before": {key: before[key] for key in compared} if before else {},
            "after": {key: after[key] for key in compared} if after else {},
        },
    }


def information(task: Task) -> dict[str, t.Any]:
    """The result of railway_project_token_info."""
    params = task.params
    client = _connect(task)
    try:
        if params["environment"]:
            scope = resolve_environment(client, params["project"], params["environment"], False)
            found = [one for one in listed(client, scope.project_id) if one["environment_id"] == scope.environment_id]
        else:
            found = listed(client, project_id(client, params["project"]))
    except Failure as failure:
        raise _broad(failure) from None
    return {"tokens": [one for one in found if params["name"] in (None, one["name"])]}

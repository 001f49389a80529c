# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Convex's management API: what a deploy key cannot do, a token of the team or of a person can."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.paging import pages
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, check_secret, interpret

API_URL = "https://api.convex.dev/v1"
TOKEN_VARIABLE = "CONVEX_OVERRIDE_ACCESS_TOKEN"
# Options of every module that speaks with the management API; documented in doc_fragments/convex.py.
MANAGEMENT_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, [TOKEN_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
    "deployment": {"type": "str", "required": True},
}


@dataclasses.dataclass(frozen=True)
class Managed:
    """One deployment as the management API knows it."""

    client: Client
    name: str

    @property
    def path(self) -> dict[str, str]:
        return {"deployment_name": self.name}


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Managed:
    """The deployment that ``token``, ``api_url`` and ``deployment`` name; sends nothing yet."""
    client = _connect(task, params)
    name = str(params["deployment"]).rpartition(":")[2].strip()
    if not name:
        raise Failure("invalid", "no deployment is named", "Give its name, such as happy-animal-123", VENDOR)
    return Managed(client, name)


def _connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    token = str(params.get("token") or "").strip()
    register(token)
    if not token:
        hint = f"Give the option token, set the inventory variable convex_token, or export {TOKEN_VARIABLE}"
        raise Failure("auth", "there is no Convex token", hint, VENDOR)
    check_secret(token, "token")
    if "|" in token and ":" in token.partition("|")[0]:
        raise Failure("auth", "this is a deploy key, and the management API takes none", "Make a token in the team's settings in the dashboard", VENDOR)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    return Client(task.wire(VENDOR, base_url, ("Authorization", f"Bearer {token}")), task.gate, interpret)


def deployments(task: Task, params: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """All of the team that the token belongs to. Two requests, and one for each further page."""
    client = _connect(task, params)
    listed = _of_team(client)
    if listed is None:
        raise Failure("auth", "the token belongs to no team", "Make a token of the team in its settings in the dashboard", VENDOR)
    return listed


def _of_team(client: Client) -> list[dict[str, t.Any]] | None:
    team = client.call(operations.TOKEN_DETAILS).get("teamId")
    if not isinstance(team, int):
        return None
    return [item for item in pages(lambda cursor: _page(client, team, cursor), "deployments") if isinstance(item, dict)]


def unknown(managed: Managed, failure: Failure) -> Failure:
    """The same failure, with near names when it says that there is no such deployment."""
    if failure.kind == "not_found":
        failure.message = f"there is no deployment {plain(managed.name, 80)} that this token sees"
        failure.hint = _near(managed) or "Check the name, and whose token this is"
    return failure


def _near(managed: Managed) -> str:
    """A hint out of the names of the team's deployments; empty when they cannot be read."""
    try:
        listed = _of_team(managed.client) or []
    except (Failure, AttributeError):
        return ""
    names = [plain(item.get("name"), 200) for item in listed]
    close = difflib.get_close_matches(managed.name, names, 3, 0.5) or sorted(names)[:5]
    return f"Near or other names here: {', '.join(close)}" if close else ""


def _page(client: Client, team: int, cursor: t.Any) -> tuple[list[t.Any], t.Any]:
    answer = client.call(operations.LIST_DEPLOYMENTS, path={"team_id": team}, query={"cursor": cursor} if cursor else {})
    following = answer.get("pagination") or {}
    return answer.get("items") or [], following.get("nextCursor") if following.get("hasMore") else None

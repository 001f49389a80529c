# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Vercel tells of the token that asks for a component: what it reaches, when it ends, and whether it sees the component's project.

Facts (Vercel REST API): a token reaches what its owner reaches (its scope ``user``), one team, or one project alone; the last, the safest, may
not ask for itself or for its user, so only its project tells that it lives. What belongs to another team is refused or not found.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import access_token_info, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, VERCEL_ARGUMENTS

PROJECT_TOKEN, TEAM_TOKEN, ACCOUNT_TOKEN = "project token", "team token", "account token"
RENEW = "Make a new token in the account's settings, Tokens, and put it where the old one is"


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(VENDOR, VERCEL_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return credentials.how_to_give(VENDOR, VERCEL_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """Two requests: the project, and the token."""
    wanted = given.options
    if not wanted["project"]:
        raise Failure("invalid", f"{component.get('name')} has no vercel_project", "Set it in the inventory: the project's name or its prj_ id", VENDOR)
    place = projects.scope(task, wanted)
    project = projects.read(place)
    try:
        told = access_token_info.read(place.client)
    except Failure as failure:
        if failure.kind not in credentials.ANSWERED:
            raise
        told = None
    kind, owner = _kind(told, place.team, project.name)
    fits, why, next_step = True, f"it sees project {project.name}", ""
    if told is not None and (told["leaked_at"] is not None or told["revoked_at"] is not None):
        word = "was found in public" if told["leaked_at"] is not None else "is revoked"
        fits, why, next_step = False, f"Vercel says that it {word}", f"{RENEW}; then delete the old one"
    can = dict.fromkeys(needed, kind != PROJECT_TOKEN if kind else None)
    return credentials.access(VENDOR, given.source, kind, owner, fits, why, told["expires_at"] if told else None, can, next_step)


def _kind(told: dict[str, t.Any] | None, team: str, project: str) -> tuple[str, str]:
    """(kind, to what it belongs). What may not ask for itself is a token for one project."""
    if told is None:
        return PROJECT_TOKEN, f"project {project}"
    teams = [scope["team_id"] for scope in told["scopes"] if scope["team_id"]]
    if any(scope["type"] == "user" for scope in told["scopes"]):
        return ACCOUNT_TOKEN, "a person's account and its teams"
    return (TEAM_TOKEN, f"team {team or ', '.join(teams)}") if teams else ("", "")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains of a project, their DNS and certificates; and what the vendor says of the token that asks."""

from __future__ import annotations

import typing as t

from . import render
from .asked import Answer, Asked, Routes
from .state import Alias, Json, Project, VercelError

DAY = 86400.0


def _domain(project: Project, alias: Alias) -> Json:
    unverified = alias.name in project.unverified
    document: Json = {
        "name": alias.name,
        "apexName": ".".join(alias.name.split(".")[-2:]),
        "projectId": project.id,
        "redirect": None,
        "redirectStatusCode": None,
        "gitBranch": alias.branch,
        "customEnvironmentId": None,
        "createdAt": render.ms(alias.created),
        "updatedAt": render.ms(alias.created),
        "verified": not unverified,
    }
    if unverified:
        value = f"vc-domain-verify={alias.name},0123456789abcdef"
        document["verification"] = [{"type": "TXT", "domain": f"_vercel.{document['apexName']}", "value": value, "reason": "pending_domain_verification"}]
    return document


def _owned(project: Project) -> list[Alias]:
    """Those of production, and those of branches."""
    return [*project.aliases, *(alias for alias in project.other_aliases if alias.branch is not None)]


def list_domains(asked: Asked) -> Answer:
    project = asked.project()
    page, pagination = asked.page(_owned(project), lambda alias: alias.created)
    return 200, {"domains": [_domain(project, alias) for alias in page], "pagination": pagination}


def _owner(asked: Asked, name: str) -> Project:
    for project in asked.vercel.projects.values():
        if project.team is asked.team and any(alias.name == name for alias in _owned(project)):
            return project
    raise VercelError(403, "forbidden", "You don't have access to this domain")


def read_configuration(asked: Asked) -> Answer:
    name = asked.names["domain"]
    wrong = name in _owner(asked, name).misconfigured
    return 200, {
        "acceptedChallenges": [] if wrong else ["http-01"],
        "configuredBy": None if wrong else "CNAME",
        "misconfigured": wrong,
        "recommendedCNAME": [{"rank": 1, "value": "cname.vercel-dns.example"}],
        "recommendedIPv4": [{"rank": 1, "value": ["192.0.2.10"]}],
    }


def list_certificates(asked: Asked) -> Answer:
    now = asked.vercel.world.now()
    found = []
    for project in asked.vercel.projects.values():
        if project.team is not asked.team:
            continue
        for alias in _owned(project):
            days = project.certificate_days.get(alias.name, 60)
            if days is not None:
                ends = now + days * DAY
                names: list[t.Any] = [alias.name]
                created = render.ms(ends - 90 * DAY)
                found.append({"id": f"cert_{alias.uid}", "cns": names, "autoRenew": True, "createdAt": created, "expiresAt": render.ms(ends)})
    return 200, {"certs": found, "pagination": {"count": len(found), "next": None, "prev": None}}


def read_token(asked: Asked) -> Answer:
    identity = f"token_{asked.token}"
    # A token for one project has no account in which it could be found.
    if asked.token == "project" or asked.names["token"] not in ("current", identity):
        raise VercelError(404, "not_found", "Token not found")
    facts: Json = {}
    for project in asked.vercel.projects.values():
        facts |= project.token_facts
    now = asked.vercel.world.now()
    teams = asked.vercel.teams[1:] if asked.token == "other" else asked.vercel.teams[:1]
    scopes = [{"type": "team", "teamId": team.id, "origin": "manual", "createdAt": render.ms(team.created)} for team in teams]
    document = {
        "id": identity,
        "name": f"Sandbox {asked.token}",
        "type": "oauth2-token",
        "origin": "manual",
        "prefix": "abcd",
        "suffix": "wxyz",
        "createdAt": render.ms(now - 30 * DAY),
        "activeAt": render.ms(now),
        "expiresAt": render.ms(now + 40 * DAY),
        "scopes": [{"type": "user", "origin": "manual", "createdAt": render.ms(now - 30 * DAY)}, *scopes],
    }
    return 200, {"token": {key: value for key, value in {**document, **facts}.items() if value is not None}}


ROUTES: Routes = (
    ("GET", "/v9/projects/{project}/domains", list_domains),
    ("GET", "/v6/domains/{domain}/config", read_configuration),
    ("GET", "/v8/certs", list_certificates),
    ("GET", "/v5/user/tokens/{token}", read_token),
)

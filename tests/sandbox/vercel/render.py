# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel's answers: state in, JSON out. Times become milliseconds here and nowhere else."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from .state import Alias, Deployment, Json, Project, Team

OWNER = {"uid": "usr_sandboxOperatorExample", "username": "operator", "email": "operator@example.com"}
REPO_ID = 100200300
# The project's retention policy.
EXPIRATION_DAYS = {"production": 365, "preview": 180}


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def bent(document: Json, thing: Deployment | Project) -> Json:
    """The document with what a test wants to be missing or strange."""
    document.update(thing.raw)
    return {key: value for key, value in document.items() if key not in thing.omit}


def user(limited: bool) -> Json:
    facts = {"id": OWNER["uid"], "email": OWNER["email"], "name": "Example Operator", "username": "operator", "avatar": None, "defaultTeamId": None}
    if limited:
        return {"user": {**facts, "limited": True}}
    full: Json = {
        "billing": None,
        "createdAt": 1735689600000,
        "hasTrialAvailable": False,
        "resourceConfig": {},
        "softBlock": None,
        "stagingPrefix": "operator",
    }
    return {"user": {**facts, **full}}


def team(it: Team) -> Json:
    return {
        "id": it.id,
        "slug": it.slug,
        "name": it.name,
        "avatar": None,
        "billing": None,
        "createdAt": ms(it.created),
        "creatorId": OWNER["uid"],
        "description": None,
        "stagingPrefix": it.slug,
        "updatedAt": ms(it.created),
        "membership": {
            "confirmed": True,
            "created": ms(it.created),
            "createdAt": ms(it.created),
            "role": "OWNER",
            "teamId": it.id,
            "uid": OWNER["uid"],
        },
    }


def page(items: t.Sequence[t.Any], more: bool, created: t.Callable[[t.Any], float]) -> Json:
    return {
        "count": len(items),
        "next": ms(created(items[-1])) if items and more else None,
        "prev": ms(created(items[0])) if items else None,
    }


def meta(it: Deployment) -> Json:
    return {
        "githubCommitSha": it.commit,
        "githubCommitRef": it.branch,
        "githubCommitMessage": f"Release {it.tag}",
        "githubCommitAuthorName": "Example Author",
        "githubOrg": "example",
        "githubRepo": "shop",
        "githubDeployment": "1",
        "tag": it.tag,
        **it.marks,
    }


def _progress(it: Deployment) -> Json:
    """What both shapes of a deployment say about its way to production."""
    facts: Json = {"readyState": it.state, "target": it.target, "source": it.source, "meta": meta(it)}
    if it.building_at is not None:
        facts["buildingAt"] = ms(it.building_at)
    if it.ready_at is not None:
        facts["ready"] = ms(it.ready_at)
    if it.substate is not None:
        facts["readySubstate"] = it.substate
    if it.alias_error is not None:
        facts["aliasError"] = it.alias_error
    if it.error is not None:
        facts |= {"errorCode": it.error["code"], "errorMessage": it.error["message"]}
    if it.state in ("READY", "ERROR"):
        facts |= {"checksState": "completed", "checksConclusion": "skipped"}
    return facts


def list_item(it: Deployment, project: Project, candidate: bool) -> Json:
    document = {
        "uid": it.id,
        "name": project.name,
        "projectId": project.id,
        "url": it.url,
        "type": "LAMBDAS",
        "created": ms(it.created),
        "createdAt": ms(it.created),
        "creator": {**OWNER, "githubLogin": "example-operator"},
        "inspectorUrl": inspector(it, project),
        "state": it.state,
        "aliasAssigned": ms(it.alias_assigned_at) if it.alias_assigned_at is not None else False,
        "isRollbackCandidate": candidate,
        "expiration": ms(it.created + EXPIRATION_DAYS["production" if it.target == "production" else "preview"] * 86400),
        **({"softDeletedByRetention": True} if it.expired else {}),
        **_progress(it),
    }
    document.setdefault("aliasError", None)
    return bent(document, it)


def inspector(it: Deployment, project: Project) -> str:
    return f"https://vercel.com/{project.team.slug}/{project.name}/{it.id.removeprefix('dpl_')}"


def single(it: Deployment, project: Project) -> Json:
    aliases = [alias.name for alias in project.aliases if alias.deployment == it.id]
    document = {
        "id": it.id,
        "name": project.name,
        "projectId": project.id,
        "ownerId": project.team.id,
        "plan": project.plan,
        "url": it.url,
        "type": "LAMBDAS",
        "version": 2,
        "status": it.state,
        "public": False,
        "createdAt": ms(it.created),
        "createdIn": "iad1",
        "bootedAt": ms(it.building_at or it.created),
        "buildingAt": ms(it.building_at or it.created),
        "buildSkipped": False,
        "build": {"env": []},
        "env": [],
        "creator": {"uid": OWNER["uid"], "username": OWNER["username"]},
        "inspectorUrl": inspector(it, project),
        "isInConcurrentBuildsQueue": False,
        "isInSystemBuildsQueue": it.state == "QUEUED",
        "projectSettings": {"framework": "nextjs", "nodeVersion": "22.x"},
        "project": {"id": project.id, "name": project.name, "framework": "nextjs"},
        "team": {"id": project.team.id, "name": project.team.name, "slug": project.team.slug},
        "regions": ["iad1"],
        "routes": None,
        "alias": aliases,
        "aliasAssigned": it.alias_assigned_at is not None,
        "autoAssignCustomDomains": bool(project.auto_assign),
        "gitSource": {
            "type": "github",
            "repoId": REPO_ID,
            "ref": it.branch,
            "sha": it.commit,
            "prId": None,
        },
        **_progress(it),
    }
    document["buildingAt"] = ms(it.building_at or it.created)
    document.setdefault("aliasError", None)
    if it.alias_assigned_at is not None:
        document["aliasAssignedAt"] = ms(it.alias_assigned_at)
    if it.canceled_at is not None:
        document["canceledAt"] = ms(it.canceled_at)
    return bent(document, it)


def target(it: Deployment, project: Project) -> Json:
    """The shorter form in which a project names a deployment of its own."""
    document = {
        "id": it.id,
        "name": project.name,
        "url": it.url,
        "deploymentHostname": it.url.removesuffix(".vercel.app"),
        "type": "LAMBDAS",
        "createdAt": ms(it.created),
        "createdIn": "iad1",
        "creator": {**OWNER, "githubLogin": "example-operator"},
        "plan": project.plan,
        "private": True,
        "teamId": project.team.id,
        "userId": OWNER["uid"],
        "alias": [alias.name for alias in project.aliases if alias.deployment == it.id],
        "aliasAssigned": ms(it.alias_assigned_at) if it.alias_assigned_at is not None else False,
        "aliasError": it.alias_error,
        "meta": meta(it),
        "readyState": it.state,
        "target": it.target,
    }
    if it.ready_at is not None:
        document["readyAt"] = ms(it.ready_at)
    if it.substate is not None:
        document["readySubstate"] = it.substate
    return bent(document, it)


def project(it: Project, production: Deployment | None, latest: list[Deployment], listed: bool) -> Json:
    """``listed``: the list leaves out what only the single project shows, and has one field more."""
    document: Json = {
        "id": it.id,
        "name": it.name,
        "accountId": it.team.id,
        "createdAt": ms(it.created),
        "updatedAt": ms(it.created),
        "framework": "nextjs",
        "nodeVersion": "22.x",
        "directoryListing": False,
        "live": not it.paused,
        "paused": it.paused,
        "deploymentExpiration": {
            "expirationDays": EXPIRATION_DAYS["preview"],
            "expirationDaysProduction": EXPIRATION_DAYS["production"],
            "deploymentsToKeep": 10,
        },
        "resourceConfig": {"functionDefaultRegions": ["iad1"]},
        "defaultResourceConfig": {"functionDefaultRegions": ["iad1"]},
        "alias": [
            {
                "domain": alias.name,
                "environment": "production",
                "target": "PRODUCTION",
                "deployment": target(production, it) if production is not None and alias.deployment == production.id else None,
            }
            for alias in it.aliases
        ],
        "targets": {"production": target(production, it)} if production is not None else {},
        "latestDeployments": [target(deployment, it) for deployment in latest],
        "link": {
            "type": "github",
            "org": "example",
            "repo": it.repo,
            "repoId": REPO_ID,
            "productionBranch": it.branch,
            "gitCredentialId": "cred_example",
            "deployHooks": [],
            "createdAt": ms(it.created),
            "updatedAt": ms(it.created),
        },
        **it.settings,
    }
    if listed:
        document["serverlessFunctionRegion"] = "iad1"
    if it.auto_assign is not None:
        document["autoAssignCustomDomains"] = it.auto_assign
    shown = it.stale_request or it.request
    document["lastAliasRequest"] = shown and {
        "type": shown.type,
        "jobStatus": shown.status,
        "requestedAt": ms(shown.requested),
        "fromDeploymentId": shown.from_,
        "toDeploymentId": shown.to,
        **({"fromRollingReleaseId": shown.rolling} if shown.rolling else {}),
    }
    rolling_back = it.request is not None and it.request.type == "rollback" and it.request.running
    document["lastRollbackTarget"] = {"id": it.request.to} if rolling_back and it.request else None
    document["rollingRelease"] = it.rolling_config
    document["security"] = it.security
    if it.rollback_description is not None:
        document["rollbackDescription"] = it.rollback_description
    return bent(document, it)


def alias(it: Alias, project: Project, deployment: Deployment | None) -> Json:
    document: Json = {
        "uid": it.uid,
        "alias": it.name,
        "created": iso(it.created),
        "createdAt": ms(it.created),
        "updatedAt": ms(it.updated),
        "creator": OWNER,
        "deploymentId": it.deployment,
        "projectId": project.id,
        "redirect": None,
    }
    if deployment is not None:
        document["deployment"] = {"id": deployment.id, "url": deployment.url}
    return document


def deployment_alias(it: Alias) -> Json:
    return {"uid": it.uid, "alias": it.name, "created": iso(it.created), "redirect": None}


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployment's platform API: who it is, its environment variables, and stopping and starting it."""

from __future__ import annotations

import re
import typing as t

from aiohttp import web

from .routes import ADMIN, ANYONE, Answer, Asked, Route
from .state import ACTIONS, ConvexError, Json

NAME = re.compile(r"[a-zA-Z_]+[a-zA-Z0-9_]*")
LONGEST_NAME, LARGEST_VALUE, MOST_VARIABLES = 256, 8 * 1024, 512
BUILT_IN = frozenset({"CONVEX_CLOUD_URL", "CONVEX_SITE_URL"})
# What the backend calls an action, where it is not the action's own words in another order.
SPECIAL = {"env": "EnvironmentVariables", "auditLog": "AuditLog", "usageLimits": "UsageLimits"}


def _word(action: str) -> str:
    _deployment, *parts = action.split(":")
    if parts[0] == "functions":
        return parts[1][0].upper() + parts[1][1:]
    if len(parts) == 2:
        return parts[1].capitalize() + SPECIAL.get(parts[0], parts[0].capitalize())
    return parts[0].capitalize() + ("" if parts[0] == "deploy" else "Deployment")


WORDS = {action: _word(action) for action in ACTIONS}
VERSION = "precompiled-2026-08-22-94a42c3"


def banner(asked: Asked) -> Answer:
    return web.Response(text="This Convex deployment is running. See https://docs.convex.dev/.")


def instance_name(asked: Asked) -> Answer:
    return web.Response(text=asked.deployment.name)


def instance_version(asked: Asked) -> Answer:
    return web.Response(text="unknown" if asked.deployment.self_hosted else VERSION)


def version(asked: Asked) -> Answer:
    return web.Response(text="unknown")


def check_admin_key(asked: Asked) -> Answer:
    """In the backend's own words for actions; a key that may do everything is told nothing."""
    allowed = asked.identity.allowed
    writes = any(not action.endswith((":view", ":download", "runInternalQueries", "runTestQuery")) for action in allowed)
    words = [] if allowed == set(ACTIONS) else [WORDS[action] for action in ACTIONS if action in allowed]
    return 200, {"success": True, "allowedOps": words, "isReadOnly": not writes}


def deployment_info(asked: Asked) -> Answer:
    deployment, convex = asked.deployment, asked.convex
    if deployment.self_hosted:
        return 200, {"kind": "selfHosted"}
    return 200, {
        "kind": "cloud",
        "teamId": convex.team.id,
        "projectId": convex.project.id,
        "projectName": convex.project.name,
        "projectSlug": convex.project.slug,
        "id": deployment.id,
        "deploymentType": deployment.type,
        "reference": deployment.reference,
    }


def canonical_urls(asked: Asked) -> Answer:
    convex, deployment = asked.convex, asked.deployment
    return 200, {"convexCloudUrl": deployment.cloud_url or convex.url, "convexSiteUrl": deployment.site_url or convex.site_url}


def update_canonical_url(asked: Asked) -> Answer:
    attribute = {"convexCloud": "cloud_url", "convexSite": "site_url"}.get(asked.field("requestDestination"))
    if attribute is None:
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: requestDestination: unknown variant")
    url = asked.body.get("url")
    if url != getattr(asked.deployment, attribute):
        setattr(asked.deployment, attribute, url)
        action = "delete_canonical_url" if url is None else "update_canonical_url"
        asked.convex.record(asked.identity, action, {"requestDestination": asked.body["requestDestination"], "url": url})
        asked.convex.changed()
    return 200, None


# -- environment variables
def list_variables(asked: Asked) -> Answer:
    return 200, {"environmentVariables": dict(sorted(asked.deployment.env.items()))}


def update_variables(asked: Asked) -> Answer:
    """All changes or none."""
    deployment, convex = asked.deployment, asked.convex
    after = dict(deployment.env)
    events: list[tuple[str, Json]] = []
    for change in asked.field("changes", list):
        name, value = _checked(change)
        if value is None:
            if after.pop(name, None) is not None:
                events.append(("delete_environment_variable", {"variable_name": name}))
        elif after.get(name) != value:
            events.append(("update_environment_variable" if name in after else "create_environment_variable", {"variable_name": name}))
            after[name] = value
    if len(after) > MOST_VARIABLES:
        raise ConvexError(400, "TooManyEnvVars", f"The number of environment variables cannot exceed {MOST_VARIABLES}.")
    if after != deployment.env:
        deployment.env = after
        deployment.effects.env_updates += 1
        for action, metadata in events:
            convex.record(asked.identity, action, metadata)
        convex.changed()
    return 200, None


def _checked(change: t.Any) -> tuple[str, str | None]:
    if not isinstance(change, dict) or not isinstance(change.get("name"), str) or not isinstance(change.get("value"), str | None):
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: changes: invalid type")
    name, value = change["name"], change.get("value")
    if NAME.fullmatch(name) is None:
        rule = "Environment variable names must begin with a letter and may only include characters a-z, A-Z, 0-9, and underscores."
        raise ConvexError(400, "EnvironmentVariableNameInvalid", f"The environment variable name {name} is invalid. {rule}")
    if len(name) > LONGEST_NAME:
        rule = f"Environment variable names must be less than {LONGEST_NAME}."
        raise ConvexError(400, "EnvironmentVariableNameTooLong", f"The environment variable name {name} is too long. {rule}")
    if name in BUILT_IN:
        raise ConvexError(400, "EnvVarNameForbidden", f'Environment variable with name "{name}" is built-in and cannot be overridden')
    size = len((value or "").encode())
    if size > LARGEST_VALUE:
        message = f"The environment variable value is {size} bytes, which is too large. (max size: {LARGEST_VALUE}"
        raise ConvexError(400, "EnvironmentVariableValueTooLarge", message)
    return name, value


# -- stopping and starting
def pause(asked: Asked) -> Answer:
    return _turn(asked, "paused")


def unpause(asked: Asked) -> Answer:
    if asked.deployment.system == "none" and asked.deployment.user != "paused":
        raise ConvexError(400, "UnpauseDeploymentFailed", "Deployment is not currently paused.")
    return _turn(asked, "none")


def _turn(asked: Asked, wanted: str) -> Answer:
    deployment = asked.deployment
    verb = "pause" if wanted == "paused" else "unpause"
    if deployment.system != "none":
        message = f"Deployment is currently disabled or suspended and cannot be {verb}d."
        raise ConvexError(400, f"{verb.capitalize()}DeploymentFailed", message)
    if deployment.user != wanted:
        deployment.user = wanted
        if wanted == "paused":
            deployment.effects.pauses += 1
        else:
            deployment.effects.unpauses += 1
            asked.convex.jobs.resume()
        asked.convex.record(asked.identity, f"{verb}_deployment", {})
        asked.convex.changed()
    return 200, None


# -- the app's own HTTP
def app_health(asked: Asked) -> Answer:
    deployment = asked.deployment
    if deployment.user == "paused" or deployment.system != "none" or deployment.usage_limit != "none":
        return web.Response(status=503, text="Cannot run functions while this deployment is paused.")
    release = asked.convex.current_push()
    good = not release.bad
    return (200 if good else 503), {"status": "ok" if good else "unhealthy", "version": release.tag, "commit": release.commit}


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", banner, ANYONE),
    Route("GET", "/version", version, ANYONE),
    Route("GET", "/instance_name", instance_name, ANYONE),
    Route("GET", "/instance_version", instance_version, ANYONE),
    Route("GET", "/http/health", app_health, ANYONE),
    Route("GET", "/api/check_admin_key", check_admin_key, ADMIN),
    Route("GET", "/api/v1/deployment_info", deployment_info, "deployment:data:view"),
    Route("GET", "/api/v1/get_canonical_urls", canonical_urls, ADMIN),
    Route("POST", "/api/v1/update_canonical_url", update_canonical_url, "deployment:env:write", True),
    Route("GET", "/api/v1/list_environment_variables", list_variables, "deployment:env:view"),
    Route("GET", "/api/list_environment_variables", list_variables, "deployment:env:view"),
    Route("POST", "/api/v1/update_environment_variables", update_variables, "deployment:env:write", True),
    Route("POST", "/api/update_environment_variables", update_variables, "deployment:env:write", True),
    Route("POST", "/api/v1/pause_deployment", pause, "deployment:pause", True),
    Route("POST", "/api/v1/unpause_deployment", unpause, "deployment:unpause", True),
)

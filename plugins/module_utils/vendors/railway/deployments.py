# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Railway's deployments as the rest of the house knows them, and how one is found by id, tag or commit.

Facts (Railway documentation "Deployments", schema of the public API): an active deployment is SUCCESS, or SLEEPING when serverless and
idle; older ones become REMOVED, and can be rolled back to for as long as ``canRollback`` is true (the plan's image retention).
A status that is not known here is terminal and not good. ``meta`` is opaque: every key may be missing.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, is_id, malformed, nodes

Deployment = dict[str, t.Any]

IN_PROGRESS = frozenset({"INITIALIZING", "QUEUED", "WAITING", "BUILDING", "DEPLOYING"})
GOOD = frozenset({"SUCCESS", "SLEEPING"})
GONE = frozenset({"REMOVING", "REMOVED"})
NEVER_SERVED = IN_PROGRESS | {"NEEDS_APPROVAL", "FAILED", "SKIPPED"}
STATES = sorted(GOOD | GONE | NEVER_SERVED | {"CRASHED"})
PAGE = 20
# The most that Railway's own client asks for at once; Railway publishes no number.
LARGEST_PAGE = 1000
# How far back a commit or tag is looked for beyond the history that was read: ten requests. What is looked for is mostly young.
FIND_PAGE, FIND_MOST = 100, 1000
SHORTEST_COMMIT = 7
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def normalise(node: t.Any, active: t.Container[str] = ()) -> Deployment:
    """Railway's object as the shared deployment; ``active`` holds the ids that run now.

    ``ready`` of a removed deployment is true: it was built once, and ``restorable`` says whether its image is still there.
    ``served`` is None where a removed deployment may as well have been cancelled before it ran.
    """
    try:
        identity, state, created = redaction.plain(node["id"], 100), redaction.plain(node["status"], 60), node["createdAt"]
        created_at = epoch(created)
        updated_at = epoch(node["statusUpdatedAt"]) if node.get("statusUpdatedAt") else None
    except UNREADABLE as error:
        raise malformed(op.DEPLOYMENTS, "holds a deployment without id, status or createdAt") from error
    meta = node.get("meta") if isinstance(node.get("meta"), dict) else {}
    can_rollback = node.get("canRollback")
    restorable = can_rollback if isinstance(can_rollback, bool) else None
    image = _text(meta, "image")
    digest = _DIGEST.search(f"{_text(meta, 'imageDigest')} {image}")
    instances = node["instances"] if isinstance(node.get("instances"), list) else []
    return {
        "id": identity,
        "commit": _text(meta, "commitHash") or None,
        "version": _text(meta, "tag") or _text(meta, "version") or _image_tag(image) or None,
        "created_at": created_at,
        "state": state,
        "ready": state in GOOD | GONE,
        "in_progress": state in IN_PROGRESS,
        "restorable": restorable,
        "served": _served(state, identity in active, bool(restorable or digest)),
        "url": None,
        "artifact": digest.group() if digest else image or None,
        "active": identity in active,
        "stopped": node.get("deploymentStopped") is True,
        "redeployable": node["canRedeploy"] if isinstance(node.get("canRedeploy"), bool) else None,
        "branch": _text(meta, "branch") or None,
        "image": image or None,
        "project_id": redaction.plain(node.get("projectId") or "", 100),
        "environment_id": redaction.plain(node.get("environmentId") or "", 100),
        "service_id": redaction.plain(node.get("serviceId") or "", 100),
        "status_updated_at": updated_at,
        "instances": [
            {"id": redaction.plain(one.get("id"), 100), "status": redaction.plain(one.get("status"), 60)} for one in instances if isinstance(one, dict)
        ],
    }


def _text(meta: dict[str, t.Any], key: str) -> str:
    value = meta.get(key)
    return redaction.plain(value, 300) if isinstance(value, str) else ""


def _image_tag(image: str) -> str:
    """The tag of ``registry:5000/name:tag@digest``; ``latest`` names no version."""
    name = image.split("@")[0].rpartition("/")[2]
    tag = name.partition(":")[2]
    return "" if tag == "latest" else tag


def _served(state: str, active: bool, was_published: bool) -> bool | None:
    if active or state in GOOD or state in ("CRASHED", "REMOVING"):
        return True
    if state in NEVER_SERVED:
        return False
    return True if state == "REMOVED" and was_published else None


def epoch(text: t.Any) -> float:
    """Seconds since the epoch of an RFC 3339 time; fractions finer than microseconds are dropped."""
    trimmed = re.sub(r"(\.\d{6})\d+", r"\1", str(text))
    moment = datetime.datetime.fromisoformat(trimmed)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def same_content(one: Deployment, other: Deployment) -> t.Literal["digest", "commit", "image", ""]:
    """By what two deployments are known to run the same thing; empty when they do not, or nothing proves it.

    ``image`` is weak: a tag may have moved between them.
    """
    digests = [bool(_DIGEST.fullmatch(deployment["artifact"] or "")) for deployment in (one, other)]
    if all(digests):
        return "digest" if one["artifact"] == other["artifact"] else ""
    if one["commit"] and other["commit"]:
        return "commit" if one["commit"] == other["commit"] else ""
    if one["image"] and one["image"] == other["image"]:
        return "image"
    return ""


def may_be(candidate: Deployment, target: Deployment) -> bool:
    """Whether a new deployment may be the one that was made of ``target``: equal, or it does not yet say what it runs."""
    says_nothing = not (candidate["artifact"] or candidate["commit"]) or not (target["artifact"] or target["commit"])
    return bool(same_content(candidate, target)) or says_nothing


def matches(deployment: Deployment, text: str) -> bool:
    by_commit = len(text) >= SHORTEST_COMMIT and (deployment["commit"] or "").lower().startswith(text.lower())
    return text in (deployment["id"], deployment["version"]) or by_commit


def best(found: t.Iterable[Deployment], text: str) -> Deployment | None:
    """Of all that ``text`` names, the active one, else the newest that is ready and restorable, else the newest."""
    named = [deployment for deployment in found if matches(deployment, text)]
    return max(named, key=lambda one: (one["active"], one["ready"] and one["restorable"] is True, one["created_at"]), default=None)


def selection(scope: Scope, states: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """The ``DeploymentListInput`` of one service."""
    chosen: dict[str, t.Any] = {"projectId": scope.project_id, "environmentId": scope.environment_id, "serviceId": scope.service_id}
    return {**chosen, "status": {"in": list(states)}} if states else chosen


def page(
    client: Client, scope: Scope, after: str | None, first: int, active: t.Container[str] = (), states: t.Sequence[str] = ()
) -> tuple[list[Deployment], str | None]:
    """One page of a service's deployments and the cursor of the next; sort by ``created_at`` afterwards, Railway promises no order."""
    data = read(client, op.DEPLOYMENTS, input=selection(scope, states), first=first, after=after)
    found, cursor = nodes(data.get("deployments"), op.DEPLOYMENTS)
    return [normalise(node, active) for node in found], cursor


def newest_first(found: t.Iterable[Deployment]) -> list[Deployment]:
    """Each deployment once, newest first."""
    return sorted({deployment["id"]: deployment for deployment in found}.values(), key=lambda one: float(one["created_at"]), reverse=True)


def by_id(client: Client, scope: Scope, identity: str, active: t.Container[str] = ()) -> Deployment | None:
    """One request. None when Railway has no such deployment; refused when it belongs to something else."""
    if not is_id(identity):
        return None
    try:
        found = normalise(read(client, op.DEPLOYMENT, id=identity).get("deployment"), active)
    except Failure as failure:
        if failure.kind == "not_found":
            return None
        if failure.kind not in ("auth", "permission") or failure.status != 200:
            raise
        # The token has just read the service, so it is the deployment that lies elsewhere.
        raise refuse(
            f"Railway does not show deployment {identity} to this token: it belongs elsewhere, or is not there",
            f"Name a deployment of {scope}",
            code="other_project",
        ) from failure
    theirs = (found["project_id"], found["environment_id"], found["service_id"])
    if theirs != (scope.project_id, scope.environment_id, scope.service_id):
        parts = zip(("project", "environment", "service"), theirs, (scope.project_id, scope.environment_id, scope.service_id), strict=True)
        other = " and ".join(f"{what} {their or 'unknown'}" for what, their, our in parts if their != our)
        raise refuse(f"deployment {identity} belongs to {other}", f"Name a deployment of {scope}", code="other_project")
    return found


def search(client: Client, scope: Scope, text: str, after: str | None, active: t.Container[str] = ()) -> Deployment | None:
    """Find a deployment by id (one request), or by tag or commit among the next thousand after a cursor (up to ten requests).

    Without a cursor there are none that were not read.
    """
    if is_id(text):
        return by_id(client, scope, text, active)
    for _page in range(FIND_MOST // FIND_PAGE):
        if after is None:
            return None
        found, after = page(client, scope, after, FIND_PAGE, active)
        if chosen := best(found, text):
            return chosen
    return None


def missing(text: str, known: t.Iterable[Deployment], scope: Scope) -> Failure:
    """The failure for a deployment that is not there, with what comes nearest."""
    listed, begins = newest_first(known), text[:4].lower()
    near = [label(one) for one in listed if any((one[key] or "").lower().startswith(begins) for key in ("version", "commit", "id"))]
    short = f"; a commit needs at least {SHORTEST_COMMIT} characters" if re.fullmatch(r"[0-9a-fA-F]{1,6}", text) else ""
    offered = (list(dict.fromkeys(near)) or [label(one) for one in listed])[:3]
    hint = f"{'Near it' if near else 'The newest are'}: {', '.join(offered)}{short}" if offered else "The service has no deployment at all"
    return Failure("not_found", f"there is no deployment {text} of {scope}", hint, VENDOR, code="deployment")


def label(deployment: Deployment) -> str:
    """How people call a deployment: tag and short commit, else its id."""
    words = [deployment["version"], (deployment["commit"] or "")[:SHORTEST_COMMIT]]
    return " ".join(word for word in words if word) or str(deployment["id"])

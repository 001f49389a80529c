# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Deployments of one Vercel project: one shape for what the list, the single deployment and the project say of them.

Vendor facts (Vercel REST API): times are milliseconds; the list calls the id ``uid``; ``readyState`` READY means built, not
serving; ``readySubstate`` is STAGED for a production build that never served, PROMOTED for one that has; only the list says
whether production can be returned to a deployment (``isRollbackCandidate``).
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.paging import pages
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed

Deployment = dict[str, t.Any]
IN_PROGRESS = ("QUEUED", "INITIALIZING", "BUILDING")
LARGEST_PAGE = 100
# Where what was just made, or was meant by a misspelt name, is looked for.
NEWEST = 20
# How far a search by tag or commit goes back.
MOST_SEARCHED = 1000
# Marks a deployment that was made here out of an older one, so that a later run recognises it.
REBUILD_MARK = "saasopsRebuildOf"
OWN_URL = "https://{url}"
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_VERSION = re.compile(r"v?\d+(\.\d+)+([-+.][0-9A-Za-z.-]+)?")


@dataclasses.dataclass(frozen=True)
class Scope:
    """One project as reached with one token. ``own_url`` tells a deployment's own address, from its ``{id}`` or ``{url}``."""

    client: Client
    project: str  # name or prj_ id
    team: str = ""
    own_url: str = OWN_URL

    @property
    def where(self) -> str:
        return f"{self.project} (Vercel, team {self.team})" if self.team else f"{self.project} (Vercel)"


def normalise(raw: t.Any, own_url: str = OWN_URL) -> Deployment:
    """One deployment, whichever call it came from; see the module vercel_deployment_info for the keys.

    Raises ``protocol`` when it has no id or no time of creation. A state that is not known is neither ready nor in progress.
    """
    named = (raw.get("uid") or raw.get("id")) if isinstance(raw, dict) else None
    if not isinstance(named, str) or not named:
        raise malformed("deployment id")
    created = raw.get("createdAt") or raw.get("created")
    if not isinstance(created, (int, float)):
        raise malformed("deployment's time of creation")
    identity = plain(named, 200)
    meta = raw["meta"] if isinstance(raw.get("meta"), dict) else {}
    state = plain(raw.get("readyState") or raw.get("state") or raw.get("status") or "UNKNOWN", 80)
    substate = raw.get("readySubstate")
    removed = bool(raw.get("softDeletedByRetention") or raw.get("deleted"))
    candidate = raw.get("isRollbackCandidate")
    restorable = False if removed else candidate if isinstance(candidate, bool) else None
    served = {"PROMOTED": True, "STAGED": False}.get(str(substate), True if restorable else None)
    host = plain(raw.get("url") or "", 300)
    return {
        "id": identity,
        "commit": _commit(raw, meta),
        "version": _version(meta),
        "created_at": created / 1000,
        "state": state,
        "ready": state == "READY" and not removed,
        "in_progress": state in IN_PROGRESS,
        "restorable": restorable,
        "served": served,
        "url": own_url.replace("{id}", identity).replace("{url}", host) if host else None,
        "artifact": None,
        "substate": plain(substate, 80) if substate else None,
        "target": plain(raw["target"], 80) if raw.get("target") else "preview",
        "project_id": _project_of(raw),
        "rebuild_of": plain(meta[REBUILD_MARK], 200) if meta.get(REBUILD_MARK) else None,
        "error": _error(raw),
        "inspector_url": plain(raw["inspectorUrl"], 300) if raw.get("inspectorUrl") else None,
        "expires_at": raw["expiration"] / 1000 if _is_number(raw.get("expiration")) else None,
    }


def _is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _commit(raw: dict[str, t.Any], meta: dict[str, t.Any]) -> str | None:
    """Vercel puts the commit under githubCommitSha, gitlabCommitSha or bitbucketCommitSha; the single deployment has a source, too."""
    source = raw["gitSource"] if isinstance(raw.get("gitSource"), dict) else {}
    found = _of_git(meta, "commitsha") or source.get("sha")
    return plain(found, 80) if found else None


def _version(meta: dict[str, t.Any]) -> str | None:
    """The tag for people: what the deployer wrote into ``tag`` or ``version``, else the git ref when it looks like a tag."""
    ref = str(_of_git(meta, "commitref") or "")
    named = meta.get("tag") or meta.get("version")
    if named:
        return plain(named, 200)
    if ref.startswith("refs/tags/"):
        return plain(ref.removeprefix("refs/tags/"), 200)
    return plain(ref, 200) if _VERSION.fullmatch(ref) else None


def _of_git(meta: dict[str, t.Any], ending: str) -> t.Any:
    return next((value for key, value in meta.items() if str(key).lower().endswith(ending) and value), None)


def _project_of(raw: dict[str, t.Any]) -> str | None:
    within = raw["project"] if isinstance(raw.get("project"), dict) else {}
    found = raw.get("projectId") or within.get("id")
    return plain(found, 200) if found else None


def _error(raw: dict[str, t.Any]) -> str | None:
    alias = raw["aliasError"] if isinstance(raw.get("aliasError"), dict) else {}
    text = raw.get("errorMessage") or alias.get("message") or raw.get("errorCode")
    return plain(text, 300) if text else None


def listing(scope: Scope, project_id: str, limit: int = LARGEST_PAGE, most: int | None = None, **filters: t.Any) -> t.Iterator[Deployment]:
    """The project's deployments, newest first, page by page as they are taken, ``most`` in all. Filters are those of the vendor's list."""
    left = most

    def fetch(until: t.Any) -> tuple[list[Deployment], t.Any]:
        nonlocal left
        query = {"projectId": project_id, "limit": limit if left is None else min(limit, left), **filters}
        if until is not None:
            query["until"] = until
        answer = scope.client.call(operations.GET_DEPLOYMENTS, query=query)
        if not isinstance(answer.get("deployments"), list):
            raise malformed("list of deployments")
        pagination = answer["pagination"] if isinstance(answer.get("pagination"), dict) else {}
        if left is not None:
            left -= len(answer["deployments"])
        found = [normalise(raw, scope.own_url) for raw in answer["deployments"]]
        return found, pagination.get("next") if left is None or left > 0 else None

    return itertools.islice(pages(fetch, "deployments"), most)


def get(scope: Scope, id_or_host: str) -> Deployment | None:
    """One deployment of the team, of whatever project; None when there is none that this token can see."""
    try:
        return normalise(scope.client.call(operations.GET_DEPLOYMENT, path={"idOrUrl": id_or_host}), scope.own_url)
    except Failure as failure:
        if failure.kind == "not_found":
            return None
        raise


def is_named(deployment: Deployment, text: str) -> bool:
    """Whether ``text`` is its id, its address, its tag, or at least 7 characters of its commit."""
    if text in (deployment["id"], deployment["version"], deployment["url"]):
        return True
    return bool(_COMMIT.fullmatch(text)) and str(deployment["commit"] or "").startswith(text)


def find(scope: Scope, project_id: str, text: str, serving: Deployment | None = None, any_target: bool = False) -> Deployment | None:
    """The deployment that a person names by id, address, tag or commit; None when there is none.

    What serves now wins where it fits the name; else the newest that is ready and can be returned to; else the newest. An id of
    another project, or of another target than production (unless ``any_target``), is refused with code ``other_project``.
    """
    if serving is not None and is_named(serving, text):
        return serving
    if text.startswith(("dpl_", "https://", "http://")) or text.endswith(".vercel.app"):
        return _by_id(scope, project_id, urlsplit(text).netloc or text, any_target)
    filters: dict[str, t.Any] = {} if any_target else {"target": "production"}
    if len(text) == 40 and _COMMIT.fullmatch(text):
        filters["sha"] = text
    matches = []
    for deployment in itertools.islice(listing(scope, project_id, **filters), MOST_SEARCHED):
        if is_named(deployment, text):
            if deployment["ready"] and deployment["restorable"]:
                return deployment
            matches.append(deployment)
    return max(matches, key=lambda deployment: (deployment["ready"], deployment["created_at"]), default=None)


def _by_id(scope: Scope, project_id: str, id_or_host: str, any_target: bool) -> Deployment | None:
    found = get(scope, id_or_host)
    if found is None:
        return None
    # Vercel shows a stranger's deployment in a short form, which names no project.
    if found["project_id"] != project_id:
        raise refuse(f"{found['id']} is not a deployment of {scope.where}", "Name a deployment of this project", "other_project")
    if found["target"] != "production" and not any_target:
        raise refuse(
            f"{found['id']} is a {found['target']} deployment, and production can only return to a production build",
            "Name a production deployment",
            "other_project",
        )
    # The single deployment does not say whether it is a rollback candidate; the list of its moment does.
    moment = round(found["created_at"] * 1000)
    return next((item for item in listing(scope, project_id, since=moment - 1, until=moment + 1) if item["id"] == found["id"]), found)


def required(scope: Scope, project_id: str, text: str, serving: Deployment | None = None, any_target: bool = False) -> Deployment:
    """The same, and an error that lists the near names when there is none."""
    found = find(scope, project_id, text, serving, any_target)
    if found is not None:
        return found
    filters: dict[str, t.Any] = {} if any_target else {"target": "production"}
    newest = list(itertools.islice(listing(scope, project_id, NEWEST, **filters), NEWEST))
    close = near(text, newest)
    recent = ", ".join(deployment["version"] or (deployment["commit"] or "")[:7] or deployment["id"] for deployment in newest[:3])
    raise Failure(
        "not_found",
        f"there is no {'' if any_target else 'production '}deployment {text!r} in {scope.where}",
        f"Did you mean {', '.join(close)}?" if close else f"The newest are: {recent}" if recent else "Deploy something first",
        VENDOR,
    )


def near(text: str, known: t.Iterable[Deployment]) -> list[str]:
    """Names of deployments that ``text`` may have meant, at most 3."""
    names: dict[str, None] = {}
    for deployment in known:
        commit = deployment["commit"] or ""
        names.update(dict.fromkeys(name for name in (deployment["version"], commit[: max(7, len(text))], deployment["id"]) if name))
    return difflib.get_close_matches(text, names, 3, 0.6)

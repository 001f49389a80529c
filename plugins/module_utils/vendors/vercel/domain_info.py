# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The domains of a Vercel project: whether they are verified, whether their DNS points here, and when their certificate ends.

Vendor facts (Vercel REST API): times are milliseconds, also of certificates; a certificate names its hosts in ``cns``, wildcards too.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.paging import pages
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope

DAY = 86400.0
Json = dict[str, t.Any]


def execute(task: Task) -> Json:
    """What the module vercel_domain_info does; its documentation tells options and result."""
    params = task.params
    place = projects.scope(task, params)
    try:
        found = _found(place, set(params["domains"] or []))
    except Failure as failure:
        raise projects.missing(place, failure) if failure.kind == "not_found" else failure from None
    if missing := sorted(set(params["domains"] or []) - {raw["name"] for raw in found}):
        known = ", ".join(sorted(plain(raw["name"], 200) for raw in found)) or "none of the named ones"
        raise Failure("not_found", f"{missing[0]} is no domain of {place.where}", f"Found here: {known}")
    certificates = _certificates(place) if found else []
    return {"domains": [_shown(place, raw, certificates, params["configuration"]) for raw in found]}


def _found(place: Scope, wanted: set[str]) -> list[Json]:
    """The domains, or the named ones; pages are read until all of those are found."""
    found: list[Json] = []
    for raw in _domains(place):
        if not wanted or raw["name"] in wanted:
            found.append(raw)
        if wanted and {one["name"] for one in found} == wanted:
            break
    return found


def _domains(place: Scope) -> t.Iterator[Json]:
    def fetch(until: t.Any) -> tuple[list[Json], t.Any]:
        query = {"limit": 100, **({"until": until} if until is not None else {})}
        answer = place.client.call(operations.GET_PROJECT_DOMAINS, path={"idOrName": place.project}, query=query)
        listed = answer.get("domains")
        if not isinstance(listed, list) or not all(isinstance(raw, dict) and isinstance(raw.get("name"), str) for raw in listed):
            raise malformed("list of domains")
        pagination = answer["pagination"] if isinstance(answer.get("pagination"), dict) else {}
        return listed, pagination.get("next")

    return pages(fetch, "domains")


def _certificates(place: Scope) -> list[Json]:
    """Those of the team. One request: the vendor's document names no way to a second page."""
    listed = place.client.call(operations.GET_CERTS).get("certs")
    if not isinstance(listed, list) or not all(isinstance(raw, dict) and isinstance(raw.get("cns"), list) for raw in listed):
        raise malformed("list of certificates")
    return listed


def _certificate(name: str, certificates: list[Json]) -> Json | None:
    """The one that lasts longest of those that name this host or its wildcard."""
    hosts = {name, f"*.{name.partition('.')[2]}"}
    fitting = [raw for raw in certificates if hosts & {str(host) for host in raw["cns"]} and isinstance(raw.get("expiresAt"), (int, float))]
    if not fitting:
        return None
    raw = max(fitting, key=lambda one: t.cast(float, one["expiresAt"]))
    ends = raw["expiresAt"] / 1000
    renews = raw.get("autoRenew")
    return {
        "id": plain(raw.get("id") or "", 200),
        "expires_at": ends,
        "days_left": int((ends - clock.now()) // DAY),
        "auto_renew": renews if isinstance(renews, bool) else None,
    }


def _shown(place: Scope, raw: Json, certificates: list[Json], asks: bool) -> Json:
    answer = place.client.call(operations.GET_DOMAIN_CONFIG, path={"domain": raw["name"]}, query={"projectIdOrName": place.project}) if asks else {}
    misconfigured, verified = answer.get("misconfigured"), raw.get("verified")
    if asks and not isinstance(misconfigured, bool):
        raise malformed("configuration of the domain")
    return {
        "name": plain(raw["name"], 300),
        # What is not said is not good.
        "verified": verified is True,
        "verification": [_step(step) for step in raw.get("verification") or [] if isinstance(step, dict)],
        "redirect": plain(raw["redirect"], 300) if raw.get("redirect") else None,
        "git_branch": plain(raw["gitBranch"], 250) if raw.get("gitBranch") else None,
        "misconfigured": misconfigured if asks else None,
        "configured_by": plain(answer["configuredBy"], 40) if answer.get("configuredBy") else None,
        "certificate": _certificate(raw["name"], certificates),
    }


def _step(raw: Json) -> dict[str, str]:
    """What has to be done so that the domain is verified."""
    return {key: plain(raw.get(key) or "", 500) for key in ("type", "domain", "value", "reason")}

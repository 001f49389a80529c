# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The projects of a Vercel team as components of an inventory.

Vendor facts (Vercel REST API): the list is paged by ``from``, with ``pagination.next``; a project's production domains stand in its
production target, the vendor's own ones (``*.vercel.app``) among them.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import client as vercel
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations

Json = dict[str, t.Any]
PAGE = 100


def components(client: Client, team: str | None, projects: t.Sequence[str]) -> list[Json]:
    """``{name, variables}`` of every project, or of the named ones; one request for each hundred projects.

    Projects that never served production have no address, and are components all the same.
    """

    def fetch(start: t.Any) -> tuple[list[Json], t.Any]:
        answer = client.call(operations.GET_PROJECTS, query={"limit": PAGE, **({} if start is None else {"from": start})})
        listed, page = answer.get("projects"), answer.get("pagination")
        if not isinstance(listed, list) or not isinstance(page, dict):
            raise vercel.malformed("list of projects")
        return [item for item in listed if isinstance(item, dict)], page.get("next")

    found = [_component(item, team) for item in paging.pages(fetch, "projects") if not projects or item.get("name") in projects]
    return sorted(found, key=lambda component: str(component["name"]))


def _component(raw: Json, team: str | None) -> Json:
    if not isinstance(raw.get("name"), str):
        raise vercel.malformed("project")
    name = plain(raw["name"], 200)
    targets = raw["targets"] if isinstance(raw.get("targets"), dict) else {}
    production = targets["production"] if isinstance(targets.get("production"), dict) else {}
    domains = [plain(domain, 300) for domain in production.get("alias") or [] if isinstance(domain, str)]
    # The team's own domain is what visitors see; the vendor's exists beside it.
    domain = next((domain for domain in domains if not domain.endswith(".vercel.app")), next(iter(domains), None))
    return {
        "name": name,
        "variables": {"component_url": f"https://{domain}" if domain else None, "vercel_project": name, "vercel_team": team or None},
    }

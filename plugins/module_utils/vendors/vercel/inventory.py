# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The projects of a Vercel team as components of an inventory.

Vendor facts (Vercel REST API): the list is paged by ``from``, with ``pagination.next``; a project's production domains stand in its
production target, the vendor's own ones (``*.vercel.app``) among them. A token for one project may not list teams.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Found, Wish, choose
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
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


def draft(task: Task, params: t.Mapping[str, t.Any], wish: Wish) -> Found:
    """The projects of the team that are meant. Two requests, and one more for each further hundred projects; one less when the team is given."""
    team = params.get("team") or _team(vercel.connect(task, {**params, "team": None}), wish)
    every = components(vercel.connect(task, {**params, "team": team}), team, ())
    names = [component["name"] for component in every]
    taken = choose(vercel.VENDOR, names, wish)
    found = Found([{**one, "vendor": vercel.VENDOR} for one in every if one["name"] in taken], names)
    without = [one["name"] for one in found.components if not one["variables"]["component_url"]]
    found.notes = [f"{name}: Vercel knows no production domain of it: component_url" for name in without]
    if left := [name for name in names if name not in taken]:
        found.notes.append(f"left out of Vercel: {', '.join(left)}")
    return found


def _team(client: Client, wish: Wish) -> str | None:
    """The slug of the only team, or of the one that is called like the system; None for a token that sees none."""
    try:
        answer = client.call(operations.GET_TEAMS, query={"limit": PAGE})
    except Failure as failure:
        if failure.kind not in ("permission", "not_found"):
            raise
        return None
    listed = answer.get("teams")
    if not isinstance(listed, list) or not all(isinstance(one, dict) and isinstance(one.get("slug"), str) for one in listed):
        raise vercel.malformed("list of teams")
    slugs = [plain(one["slug"], 200) for one in listed]
    if len(slugs) <= 1 or wish.system in slugs:
        return wish.system if wish.system in slugs else next(iter(slugs), None)
    raise refuse(f"the token sees {len(slugs)} teams at Vercel: {', '.join(slugs)}", f"Name one: -e vercel_team={slugs[0]}", "team")


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

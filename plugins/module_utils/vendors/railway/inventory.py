# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The services of one Railway environment as components of an inventory.

Vendor facts (Railway public API): a project token is one environment of one project; deleted projects and environments stay
listed; a service has the vendor's own domain (``*.up.railway.app``), the team's, both or none. A database is a service like any other: it
is told by its image or its name, and by a variable of its own that holds its address.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Component, Found, Wish, choose
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import scope, variables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect, read

Json = dict[str, t.Any]
# What health asks when nothing is said.
HEALTH = "/health"
# Words in the image or the name of a database, what the collection calls it, and the variables that hold its address, the public one first:
# the others are reached from within Railway alone.
ENGINES = (
    (re.compile(r"postgres|postgis|timescale|pgvector"), "postgres", ("DATABASE_PUBLIC_URL", "DATABASE_URL")),
    (re.compile(r"redis|valkey"), "redis", ("REDIS_PUBLIC_URL", "REDIS_URL")),
    (re.compile(r"mongo"), "mongodb", ("MONGO_PUBLIC_URL", "MONGO_URL")),
)


def components(client: Client, project: str | None, environment: str, services: t.Sequence[str], has_project_token: bool) -> list[Json]:
    """``{name, variables}`` of every service in the environment, or of the named ones.

    Requests: one for the token, or one for each name that must be looked up; and one for each hundred services.
    """
    place = scope.environment_of_token(client, project, environment) if has_project_token else _named(client, project, environment)
    found = [_component(node, place) for node in _services(client, place)]
    return sorted((one for one in found if not services or one["name"] in services), key=lambda one: str(one["name"]))


def draft(task: Task, params: t.Mapping[str, t.Any], wish: Wish) -> Found:
    """Every service of the environment, in the projects that are meant.

    Requests: those of :func:`components` for each project, one for the list of projects where the token is no project token, and one for the
    variables of each database, of which only the names are used.
    """
    client = connect(task, params)
    environment, found = params.get("environment") or wish.environment, Found()
    if params.get("token"):
        places = [scope.environment_of_token(client, params.get("project"), environment)]
        found.projects = [places[0].project]
    elif params.get("project"):
        places = [scope.environment(client, params["project"], environment)]
        found.projects = [places[0].project]
    else:
        known = scope.projects(client)
        found.projects = sorted(name for _identity, name in known)
        taken = choose(VENDOR, found.projects, wish, whole=True)
        places = [scope.environment(client, identity, environment) for identity, name in known if name in taken]
        if left := [name for name in found.projects if name not in taken]:
            found.notes.append(f"left out of Railway: {', '.join(left)}")
    for place in places:
        for node in sorted(_services(client, place), key=lambda one: str(one.get("serviceName"))):
            found.components.append(_drafted(client, place, node, found.notes))
    return found


def _services(client: Client, place: scope.Environment) -> list[Json]:
    def fetch(after: str | None) -> tuple[list[Json], str | None]:
        data = read(client, op.ENVIRONMENT_SERVICES, environmentId=place.environment_id, projectId=place.project_id, first=scope.PAGE, after=after)
        return scope.nodes(scope.inner(data.get("environment"), "serviceInstances"), op.ENVIRONMENT_SERVICES)

    return [node for node in paging.pages(fetch, "services") if not node.get("deletedAt")]


def _drafted(client: Client, place: scope.Environment, node: Json, notes: list[str]) -> Component:
    """A database by where its address is, anything else by its service."""
    made = _component(node, place)
    name = made["name"]
    where = {variable: made["variables"][variable] for variable in ("railway_project", "railway_environment")}
    for words, vendor, addresses in ENGINES:
        if words.search(f"{plain(scope.inner(node.get('source'), 'image') or '', 300)} {name}".lower()):
            there = _variables(client, place, node, notes)
            address = next((one for one in addresses if one in there), None)
            if address:
                if address != addresses[0]:
                    notes.append(f"{name}: {address} may be reached from within Railway alone, and it has no {addresses[0]}")
                return {"name": name, "vendor": vendor, "variables": {"component_dsn_from": f"railway:{name}/{address}", **where}}
    if not made["variables"]["component_url"]:
        notes.append(f"{name}: Railway knows no domain of it, so its health is not looked at: component_url")
    return {**made, "vendor": VENDOR}


def _variables(client: Client, place: scope.Environment, node: Json, notes: list[str]) -> t.Collection[str]:
    name = plain(node.get("serviceName"), 100)
    here = scope.Scope(place.project_id, place.environment_id, str(node.get("serviceId")), place.project, place.environment, name)
    try:
        return variables.observe(client, here)
    except Failure as failure:
        if failure.kind not in ("auth", "permission", "not_found"):
            raise
        notes.append(f"{name}: its variables may not be read, so where its address is has to be said: component_dsn_from")
        return ()


def _named(client: Client, project: str | None, environment: str) -> scope.Environment:
    if not project:
        raise Failure("invalid", "no project was given, and only a project token could tell it", "Give project", VENDOR)
    return scope.environment(client, project, environment)


def _component(node: Json, place: scope.Environment) -> Json:
    domains = node["domains"] if isinstance(node.get("domains"), dict) else {}
    listed = [one for kind in ("customDomains", "serviceDomains") for one in domains.get(kind) or [] if isinstance(one, dict) and one.get("domain")]
    name, health = plain(node.get("serviceName"), 100), plain(node.get("healthcheckPath") or HEALTH, 300)
    return {
        "name": name,
        "variables": {
            "component_url": f"https://{plain(listed[0]['domain'], 300)}" if listed else None,
            "component_health": health if health != HEALTH else None,
            "railway_service": name,
            "railway_project": place.project,
            "railway_environment": place.environment,
        },
    }

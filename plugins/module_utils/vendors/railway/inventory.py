# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The services of one Railway environment as components of an inventory.

Vendor facts (Railway public API): a project token is one environment of one project; deleted projects and environments stay
listed; a service has the vendor's own domain (``*.up.railway.app``), the team's, both or none.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, read

Json = dict[str, t.Any]


def components(client: Client, project: str | None, environment: str, services: t.Sequence[str], has_project_token: bool) -> list[Json]:
    """``{name, variables}`` of every service in the environment, or of the named ones.

    Requests: one for the token, or one for each name that must be looked up; and one for each hundred services.
    """
    place = scope.environment_of_token(client, project, environment) if has_project_token else _named(client, project, environment)

    def fetch(after: str | None) -> tuple[list[Json], str | None]:
        data = read(client, op.ENVIRONMENT_SERVICES, environmentId=place.environment_id, projectId=place.project_id, first=scope.PAGE, after=after)
        return scope.nodes(scope.inner(data.get("environment"), "serviceInstances"), op.ENVIRONMENT_SERVICES)

    found = [_component(node, place) for node in paging.pages(fetch, "services") if not node.get("deletedAt")]
    return sorted((one for one in found if not services or one["name"] in services), key=lambda one: str(one["name"]))


def _named(client: Client, project: str | None, environment: str) -> scope.Environment:
    if not project:
        raise Failure("invalid", "no project was given, and only a project token could tell it", "Give project", VENDOR)
    return scope.environment(client, project, environment)


def _component(node: Json, place: scope.Environment) -> Json:
    domains = node["domains"] if isinstance(node.get("domains"), dict) else {}
    listed = [one for kind in ("customDomains", "serviceDomains") for one in domains.get(kind) or [] if isinstance(one, dict) and one.get("domain")]
    name = plain(node.get("serviceName"), 100)
    return {
        "name": name,
        "variables": {
            "component_url": f"https://{plain(listed[0]['domain'], 300)}" if listed else None,
            "railway_service": name,
            "railway_project": place.project,
            "railway_environment": place.environment,
        },
    }

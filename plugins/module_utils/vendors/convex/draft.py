# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Convex deployments of one environment, for a first inventory.

Vendor facts (Convex's management API and its documentation): a deploy key names its deployment, and not the address of it; a token of the team
lists deployments with their addresses, each of type dev, prod, preview or custom.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Component, Found, Wish, choose
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client, deployment, management

PRODUCTION = "production"
NAME = "functions"


def draft(task: Task, params: t.Mapping[str, t.Any], wish: Wish) -> Found:
    """The deployment of the key, else those of the team's token. One request for the key; two with the token, and one for each further page."""
    if params.get("deploy_key"):
        return _of_key(task, params)
    return _of_team(task, params, wish)


def _of_key(task: Task, params: t.Mapping[str, t.Any]) -> Found:
    name = client.name_of(params["deploy_key"]) or params.get("deployment")
    url = params.get("url")
    if not url and params.get("token"):
        url = next((plain(one.get("deploymentUrl"), 300) for one in management.deployments(task, params) if one.get("name") == name), None)
    if not url:
        note = "Convex tells a deploy key no address: set convex_url, which the deployment's settings in the dashboard show"
        return Found([_component(name, None)], notes=[note])
    place = client.connect(task, {**params, "url": url})
    site = deployment.unless_forbidden(lambda: deployment.urls(place))
    return Found([_component(place.name, place.url, site["site_url"] if site else "")])


def _of_team(task: Task, params: t.Mapping[str, t.Any], wish: Wish) -> Found:
    if wish.environment != PRODUCTION:
        return Found(notes=[f"Convex does not tell which of its deployments is {wish.environment}: give that one's CONVEX_DEPLOY_KEY"])
    listed = [one for one in management.deployments(task, params) if one.get("deploymentType") == "prod"]
    there = {plain(one.get("name"), 200): plain(one.get("deploymentUrl") or "", 300) for one in listed}
    if not there:
        return Found(notes=["Convex has no production deployment that this token sees"])
    return Found([_component(name, there[name]) for name in choose(client.VENDOR, sorted(there), wish)], sorted(there))


def _component(deployed: str | None, url: str | None, site: str = "") -> Component:
    """``also`` are further addresses of it, for which there is no variable."""
    return {"name": NAME, "vendor": client.VENDOR, "variables": {"convex_deployment": deployed or None, "convex_url": url or None}, "also": [site]}

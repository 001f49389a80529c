# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The access capability: which token a component's vendor is asked with, whether it is the right one, and what it may do.

A vendor fulfils it with a module ``vendors/<vendor>/access.py``: ``given(component, secrets)`` tells what its client is made of, ``how_to_give()`` what
to set where there is no token, and ``of(task, component, given, needed) -> Access`` asks, and changes nothing.

*access*: ``{vendor, token, kind, belongs_to, fits, why, expires_at, can, missing, next}``; ``token`` tells where it came from, never what it
is. ``fits`` is true when the token lives and sees what the inventory names, false when it does not or there is none, None where the vendor
does not tell. ``can`` has the permissions that verbs need there for this component, by the vendor's own names; ``missing`` are those that are known
to be lacking.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import permissions
from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

VENDORS = ("atlas", "convex", "datadog", "railway", "sentry", "shopify", "stripe", "supabase", "uptimerobot", "vercel")
# Of these a component is reached by an address; its vendor's API is asked only where the inventory names it there.
NAMED = {"atlas": "atlas_cluster", "supabase": "supabase_project"}
# Secrets that a neutral module takes for whatever vendor its component has: the inventory variables ``<vendor>_<name>``.
SECRETS = ("token", "api_token", "deploy_key", "client_secret", "api_key")
ACCESS_ARGUMENTS: dict[str, dict[str, t.Any]] = {name: {"type": "str", "no_log": True} for name in SECRETS}


def of(task: Task, component: t.Mapping[str, t.Any], service: str = "") -> Access:
    """Raises only when the vendor could not be asked; that it refused is an answer.

    ``service``: not the vendor where the component lives, but one that serves it too, such as the one of its monitors. What reaches that one are the
    options ``<service>_<name>`` of the task.
    """
    vendor = service or str(component.get("component_vendor") or "")
    if vendor not in VENDORS:
        return credentials.access(vendor, why="it is reached without a vendor's token")
    if vendor in NAMED and not component.get(NAMED[vendor]):
        return credentials.access(vendor, why=f"the inventory names no {NAMED[vendor]}, so the vendor is not asked")
    room = _room(vendor)
    prefix = f"{service}_" if service else ""
    secrets = {name.removeprefix(prefix): value for name, value in task.params.items() if name.startswith(prefix)}
    given = Given({}, {})
    try:
        given = room.given({**component, **task.params} if service else component, secrets)
        if not given.sources:
            return credentials.access(vendor, fits=False, why="there is no token", next_step=room.how_to_give())
        return t.cast(Access, room.of(task, component, given, permissions.needed_by_any(vendor, component)))
    except Failure as failure:
        if failure.kind not in credentials.ANSWERED:
            raise
        return credentials.refused(vendor, given, failure)


def _room(vendor: str) -> t.Any:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "atlas":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import access as atlas

        return atlas
    if vendor == "convex":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import access as convex

        return convex
    if vendor == "datadog":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import access as datadog

        return datadog
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import access as railway

        return railway
    if vendor == "sentry":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import access as sentry

        return sentry
    if vendor == "shopify":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import access as shopify

        return shopify
    if vendor == "stripe":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import access as stripe

        return stripe
    if vendor == "supabase":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import access as supabase

        return supabase
    if vendor == "uptimerobot":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import access as uptimerobot

        return uptimerobot
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import access as vercel

    return vercel

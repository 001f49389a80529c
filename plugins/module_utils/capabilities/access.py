# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The access capability: which token a component's vendor is asked with, whether it is the right one, and what it may do.

A vendor fulfils it with a module ``vendors/<vendor>/access.py``: ``ARGUMENTS`` are the options of its client, of whose secrets one of
``EITHER`` is enough; ``of(task, component, given, needed) -> Access`` asks, and changes nothing.

*access*: ``{vendor, token, kind, belongs_to, fits, why, expires_at, can, missing, next}``; ``token`` tells where it came from, never what it
is. ``fits`` is true when the token lives and sees what the inventory names, false when it does not or there is none, None where the vendor
does not tell. ``can`` has the permissions that the verbs need there, by the vendor's own names; ``missing`` are those that are known to be lacking.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import permissions
from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

VENDORS = ("railway", "vercel")
# Secrets that a neutral module takes for whatever vendor its component has: the inventory variables ``<vendor>_<name>``.
SECRETS = ("token", "api_token", "deploy_key", "client_secret", "api_key")
ACCESS_ARGUMENTS: dict[str, dict[str, t.Any]] = {name: {"type": "str", "no_log": True} for name in SECRETS}


def of(task: Task, component: t.Mapping[str, t.Any]) -> Access:
    """Raises only when the vendor could not be asked; that it refused is an answer."""
    vendor = str(component.get("component_vendor") or "")
    if vendor not in VENDORS:
        return credentials.access(vendor, why="it is reached without a vendor's token")
    room = _room(vendor)
    secrets = {name: task.params.get(name) for name in SECRETS}
    given = credentials.of_component(vendor, room.ARGUMENTS, component, secrets, room.EITHER)
    if not given.sources:
        return credentials.access(vendor, fits=False, why="there is no token", next_step=credentials.how_to_give(vendor, room.ARGUMENTS))
    try:
        return t.cast(Access, room.of(task, component, given, permissions.needed_by_any(vendor)))
    except Failure as failure:
        if failure.kind not in credentials.ANSWERED:
            raise
        return credentials.refused(vendor, given, failure)


def _room(vendor: str) -> t.Any:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import access as railway

        return railway
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import access as vercel

    return vercel

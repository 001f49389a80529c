# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which permissions a verb needs at a vendor, by the vendor's own names.

Each operation declares what it needs beside its name in the vendor's schema. Which operations a verb can come to ask is in
``verb_operations.py``: read from the source of its playbook, roles and modules, compared by a test, and held against what the verbs ask of the
sandbox when their scenarios are played. ``docs/permissions.md`` is written from both.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.verb_operations import VERBS
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

# Those whose operations tell what they need.
VENDORS = ("atlas", "convex", "datadog", "railway", "sentry", "shopify", "stripe", "supabase", "uptimerobot", "vercel")
# What a verb looks at only where the inventory of a component says so.
WHERE_DECLARED = {"logs": "component_logs", "maintenance": "component_maintenance", "monitors": "component_monitors"}
# What a verb does unless the inventory of a component says that it must not (false).
UNLESS_DECLINED = dict.fromkeys(("backup", "drill", "restore"), "component_backup")
# What restore registers again, only where the inventory of a component says so.
REGISTERED = "component_webhooks"
REGISTERS = {
    "shopify": frozenset({"webhookSubscriptionCreate", "webhookSubscriptionUpdate", "webhookSubscriptions", "webhookSubscriptionsWithNames"}),
    "stripe": frozenset({"get_webhook_endpoint", "list_webhook_endpoints", "update_webhook_endpoint"}),
}
# They ask what each token can tell, whichever it is, and say what that leaves open.
CONTENT = ("doctor", "init")
# They put components into maintenance around their own work, where these declare how.
IN_MAINTENANCE = ("db_migrate", "restore")
# It looks on behalf of other verbs.
ON_BEHALF = ("scheduled",)


def needed(verb: str, vendor: str, component: t.Mapping[str, t.Any] | None = None) -> list[str]:
    """Empty where any token that reaches the component will do, and where the verb asks nothing of the vendor.

    With a component's inventory variables, what the verb surely never asks for this one is left out, so that a token of few permissions is not
    taken for one that lacks some, and what its maintenance asks is added where the verb puts it into maintenance.
    """
    return _of(vendor, _asked(verb, vendor, component))


def needed_by_any(vendor: str, component: t.Mapping[str, t.Any] | None = None) -> list[str]:
    """What a token needs that every verb may use."""
    return _of(vendor, {name for verb in VERBS for name in _asked(verb, vendor, component)})


def _asked(verb: str, vendor: str, component: t.Mapping[str, t.Any] | None) -> set[str]:
    names = set() if verb in CONTENT else set(VERBS.get(verb, {}).get(vendor, ()))
    if verb in ON_BEHALF:
        return names & {name for other in VERBS if other not in ON_BEHALF for name in _asked(other, vendor, component)}
    registers = names & REGISTERS.get(vendor, frozenset()) if verb == "restore" else set()
    if component is not None and verb in UNLESS_DECLINED and component.get(UNLESS_DECLINED[verb]) is False:
        return registers if component.get(REGISTERED) else set()
    if component is not None and registers and not component.get(REGISTERED):
        # What a backup reads, a restore that keeps what is there reads, too.
        names -= registers - set(VERBS["backup"].get(vendor, ()))
    if component is not None and verb in IN_MAINTENANCE:
        names |= _asked("maintenance", vendor, component)
    if component is None or verb not in WHERE_DECLARED:
        return names
    declared = component.get(WHERE_DECLARED[verb])
    # Of a component's own vendor, maintenance asks only where it is done there.
    elsewhere = verb == "maintenance" and vendor == component.get("component_vendor") and not str((declared or {}).get("how")).startswith(vendor)
    return set() if not declared or elsewhere else names


def _of(vendor: str, names: t.Iterable[str]) -> list[str]:
    table = operations(vendor)
    return sorted({permission for name in names if name in table for permission in table[name].needs})


def operations(vendor: str) -> dict[str, Operation]:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "atlas":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.operations import OPERATIONS as ATLAS

        return ATLAS
    if vendor == "convex":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.operations import OPERATIONS as CONVEX

        return CONVEX
    if vendor == "datadog":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.operations import OPERATIONS as DATADOG

        return DATADOG
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.operations import OPERATIONS as RAILWAY

        return RAILWAY
    if vendor == "sentry":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.operations import OPERATIONS as SENTRY

        return SENTRY
    if vendor == "shopify":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.operations import OPERATIONS as SHOPIFY

        return SHOPIFY
    if vendor == "stripe":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.operations import OPERATIONS as STRIPE

        return STRIPE
    if vendor == "supabase":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.operations import OPERATIONS as SUPABASE

        return SUPABASE
    if vendor == "uptimerobot":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.operations import OPERATIONS as UPTIMEROBOT

        return UPTIMEROBOT
    if vendor == "vercel":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.operations import OPERATIONS as VERCEL

        return VERCEL
    return {}

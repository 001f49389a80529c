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
VENDORS = ("railway", "vercel")


def needed(verb: str, vendor: str) -> list[str]:
    """Empty where any token that reaches the component will do, and where the verb asks nothing of the vendor."""
    return _of(vendor, VERBS.get(verb, {}).get(vendor, ()))


def needed_by_any(vendor: str) -> list[str]:
    """What a token needs that every verb may use."""
    return _of(vendor, {name for asked in VERBS.values() for name in asked.get(vendor, ())})


def _of(vendor: str, names: t.Iterable[str]) -> list[str]:
    table = operations(vendor)
    return sorted({permission for name in names if name in table for permission in table[name].needs})


def operations(vendor: str) -> dict[str, Operation]:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.operations import OPERATIONS as RAILWAY

        return RAILWAY
    if vendor == "vercel":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.operations import OPERATIONS as VERCEL

        return VERCEL
    return {}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The usage capability: how much of its memory or of its points a component uses, and until when its token and its API hold, where its vendor tells that."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import release
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

MEMORY_VENDORS = ("railway",)
TOKEN_VENDORS = ("vercel",)
API_VENDORS = ("shopify",)


def memory(found: release.Provider) -> tuple[float | None, str]:
    """(percent or None, why there is none or what it is a part of). Call only for a vendor of ``MEMORY_VENDORS``."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import usage
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release

    opened = t.cast(Release, found)
    return usage.memory(opened.client, opened.scope)


def token(found: release.Provider) -> dict[str, t.Any]:
    """``{days_left, leaked_at, revoked_at}``. Call only for a vendor of ``TOKEN_VENDORS``."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import access_token_info
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.release import VercelRelease

    return access_token_info.read(t.cast(VercelRelease, found).client)


def api(task: Task, component: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """``{name, without, requested, served, days_left, renew, points}`` in one request. Call only for a vendor of ``API_VENDORS``."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import usage as shopify

    return shopify.read(task, component)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The usage capability: how much of its memory a component uses, and until when its token holds, where its vendor tells that."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import release

MEMORY_VENDORS = ("railway",)
TOKEN_VENDORS = ("vercel",)


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

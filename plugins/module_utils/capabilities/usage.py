# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The usage capability: how much of its memory a component uses, where its vendor measures that."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import release

VENDORS = ("railway",)


def memory(vendor: str, found: release.Provider) -> tuple[float | None, str]:
    """(percent or None, why there is none or what it is a part of). Call only for a vendor of ``VENDORS``."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import usage
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release

    opened = t.cast(Release, found)
    return usage.memory(opened.client, opened.scope)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""How much of its memory a Railway service uses: the newest measurements of the last minutes, replicas added up on both sides."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import metrics
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.moments import Window
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope

WINDOW, SAMPLE = 900.0, 60
USED, LIMIT = "MEMORY_USAGE_GB", "MEMORY_LIMIT_GB"


def memory(client: Client, scope: Scope) -> tuple[float | None, str]:
    """(percent, of how much), or (None, why not)."""
    now = clock.now()
    used, limit = metrics.asked(client, scope, Window(now - WINDOW, now), _newest, measurements=[USED, LIMIT], sample=SAMPLE)
    if used is None or not limit:
        return None, "Railway has no measurement of the last 15 min"
    return round(used / limit * 100, 1), f"{used:.2f} of {limit:g} GB"


def _newest(data: dict[str, t.Any]) -> tuple[float | None, ...]:
    newest = {one["measurement"]: max(one["values"], key=lambda value: value["ts"])["value"] for one in data["metrics"] if one["values"]}
    return tuple(float(newest[name]) if name in newest else None for name in (USED, LIMIT))

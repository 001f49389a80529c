# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether a shop lets us in, how long the version of the API that is asked for is served, and how much of the app's points is used."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import access, client, shop_info


def read(task: Task, component: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """``{name, without, requested, served, days_left, renew, points}`` in one request; ``points`` is None where the answer does not tell them."""
    asked = {**access.given(component, task.params).options, "api_version_mismatch": "warn"}
    told = shop_info.read(client.connect(task, asked))
    api = told["api"]
    return {
        "name": told["shop"]["domain"],
        "without": told["app"]["missing_scopes"],
        **{name: api[name] for name in ("requested", "served", "days_left")},
        "renew": f"read what changed in {api['newest']}, then set shopify_api_version",
        "points": told["throttle"],
    }

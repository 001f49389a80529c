# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_webhook_endpoint_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client, webhook_endpoints


def execute(task: Task) -> dict[str, t.Any]:
    wanted = task.params["endpoint"]
    found = webhook_endpoints.every(client.connect(task, task.params))
    if wanted is not None:
        named = [one for one in found if wanted in (one["id"], one["name"], one["url"])]
        if not named:
            raise webhook_endpoints.unknown(wanted, found)
        found = named
    return {"endpoints": found}

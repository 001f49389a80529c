# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_global_config_item_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.global_config import open_store


def execute(task: Task) -> dict[str, t.Any]:
    keys = task.params["keys"]
    store = open_store(connect(task, task.params), task.params["config"])
    return {"config_id": store.id, "config_items": {key: value for key, value in store.items.items() if not keys or key in keys}}

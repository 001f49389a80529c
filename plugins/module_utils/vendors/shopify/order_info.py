# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module shopify_order_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import orders
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import connect, gid

MOST = 100_000


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {MOST}", VENDOR)
    none: dict[str, t.Any] = {"orders": [], "complete": True, "count": None, "precision": None, "all_orders": None}
    if params["order"] is not None:
        # Filters with an empty default, which Ansible cannot tell from one that is not set.
        strange = [name for name in ("count", "financial_status", "fulfillment_status", "tags") if params[name]]
        if strange:
            raise Failure("invalid", f"order names one order, and {', '.join(strange)} many", "Set one of them", VENDOR)
        if not orders.is_name(params["order"]):
            gid("Order", params["order"], "order")
        client = connect(task, params)
        one = orders.found(client, orders.order_id(client, params["order"]), params["personal"])
        told = client.told()
        if len(one.refunds) == op.REFUNDS:
            told["warnings"] = [*told.get("warnings", []), f"{one.name} may have more refunds than the {op.REFUNDS} that are shown"]
        return {**none, **told, "orders": [one.shown]}
    window = orders.window_of(params)
    client = connect(task, params)
    if params["count"]:
        counted, sees_all = orders.counted(client, window)
        result = {**none, **counted}
    else:
        listed, complete, sees_all = orders.listed(client, window, params["limit"], params["personal"])
        result = {**none, "orders": listed, "complete": complete}
    told = client.told()
    warnings = [*told.pop("warnings", []), *orders.warned(window, sees_all)]
    if not result["complete"]:
        warnings.append(f"there are more than the {params['limit']} newest orders that are shown: raise limit, or narrow the window")
    return {**told, **result, "all_orders": sees_all, **({"warnings": warnings} if warnings else {})}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_balance_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import number, text

KINDS = ("available", "pending", "connect_reserved", "instant_available")


def execute(task: Task) -> dict[str, t.Any]:
    raw = client.connect(task, task.params).call(operations.GET_BALANCE)
    if not isinstance(raw.get("livemode"), bool) or not isinstance(raw.get("available"), list) or not isinstance(raw.get("pending"), list):
        raise client.malformed("balance", operations.GET_BALANCE)
    balances: dict[str, dict[str, t.Any]] = {}
    for kind in KINDS:
        for one in raw.get(kind) or []:
            currency, amount = (text(one.get("currency"), 10), number(one.get("amount"))) if isinstance(one, dict) else (None, None)
            if currency is None or amount is None:
                raise client.malformed(f"{kind} balance", operations.GET_BALANCE)
            balances.setdefault(currency, {"currency": currency, **dict.fromkeys(KINDS, 0)})[kind] += amount
    shown = [balances[currency] for currency in sorted(balances)]
    negative = [one["currency"] for one in shown if one["available"] < 0]
    return {"balances": shown, "negative": negative, "livemode": raw["livemode"]}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_account_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, inner, number, text, words


def execute(task: Task) -> dict[str, t.Any]:
    place = client.connect(task, task.params)
    raw = place.call(operations.GET_ACCOUNT)
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("charges_enabled"), bool) or not isinstance(raw.get("payouts_enabled"), bool):
        raise client.malformed("account", operations.GET_ACCOUNT)
    wanted = inner(raw.get("requirements"))
    account = {
        "id": text(raw["id"], 200),
        "name": text(inner(raw.get("business_profile")).get("name")) or text(inner(inner(raw.get("settings")).get("dashboard")).get("display_name")),
        "country": text(raw.get("country"), 10),
        "default_currency": text(raw.get("default_currency"), 10),
        "type": text(raw.get("type"), 40),
        "mode": client.mode_of(task.params["api_key"]) or None,
        "charges_enabled": raw["charges_enabled"],
        "payouts_enabled": raw["payouts_enabled"],
        "details_submitted": flag(raw.get("details_submitted")),
        "disabled_reason": text(wanted.get("disabled_reason"), 200),
        "currently_due": words(wanted.get("currently_due")),
        "past_due": words(wanted.get("past_due")),
        "current_deadline": number(wanted.get("current_deadline")),
    }
    return {"account": account}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The shop at Shopify, for a first inventory. A token is of one shop, and does not say of which."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Found, Wish
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import client, shop_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR

NAME = "store"


def draft(task: Task, params: t.Mapping[str, t.Any], dummy: Wish) -> Found:
    """One request; none when no shop was named."""
    if not params.get("shop"):
        return Found(notes=["Shopify: a token does not say of which shop it is: -e shopify_shop=example-shop.myshopify.com"])
    asked = {**params, "api_version": params.get("api_version") or client.API_VERSION, "api_version_mismatch": "warn"}
    shop = shop_info.read(client.connect(task, asked))["shop"]
    return Found([{"name": NAME, "vendor": VENDOR, "variables": {"shopify_shop": shop["domain"] or client.shop_domain(params["shop"])}}])

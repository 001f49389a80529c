# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Stripe account and where it tells the application what happens, for a first inventory."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Found, Wish
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client, webhook_endpoints

NAME = "billing"


def draft(task: Task, params: t.Mapping[str, t.Any], wish: Wish) -> Found:
    """One request for each hundred webhook endpoints. Of several at the components' hosts, the enabled ones come first, then the oldest."""
    found = Found()
    variables = {"stripe_mode": client.mode_of(params["api_key"]) or None, "stripe_account": params.get("account"), "stripe_webhook_url": None}
    found.components.append({"name": NAME, "vendor": client.VENDOR, "variables": variables})
    try:
        listed = webhook_endpoints.every(client.connect(task, params))
    except Failure as failure:
        if failure.kind != "permission":
            raise
        found.notes.append("billing: the key may not read webhook endpoints, so where Stripe reports to has to be said: stripe_webhook_url")
        return found
    fitting = sorted((one for one in listed if _host(one["url"]) in wish.hosts), key=lambda one: (one["status"] != "enabled", one["created_at"] or 0))
    # Who knows such an address may post to it: it is a secret.
    plain = [one for one in fitting if not urlsplit(one["url"]).query and "@" not in one["url"]]
    variables["stripe_webhook_url"] = next((one["url"] for one in plain), None)
    if len(fitting) != 1:
        many = f"{len(fitting)} webhook endpoints of Stripe are at hosts of components, and the oldest was taken"
        few = f"none of Stripe's {len(listed)} webhook endpoints is at the host of a component" if listed else "Stripe has no webhook endpoint in this mode"
        found.notes.append(f"billing: {many if fitting else few}: stripe_webhook_url")
    elif not plain:
        found.notes.append("billing: the address of its webhook endpoint holds a secret, and is left out: stripe_webhook_url")
    return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""

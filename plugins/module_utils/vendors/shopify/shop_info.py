# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The shop, the app that asks, and the versions of the API: what the module shopify_shop_info does.

Fact (Shopify, ``publicApiVersions``): ``supported`` is true for stable versions within their year; the candidate, ``unstable`` and ended
ones are false.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect

_STABLE = re.compile(r"\d{4}-\d{2}")


def execute(task: Task) -> dict[str, t.Any]:
    return read(connect(task, task.params))


def read(client: Shop) -> dict[str, t.Any]:
    """One request."""
    data = client.ask(op.SHOP)
    told = client.told()
    api = {**told["api"], **support(_handles(data), client.version), **lasts(client.version)}
    return {**told, "shop": _shop(data), "app": _app(data), "api": api, "throttle": client.throttle()}


def lasts(version: str) -> dict[str, t.Any]:
    """Until when a version is served at least: a year from the first day of its quarter. ``unstable`` has no end."""
    if not _STABLE.fullmatch(version):
        return {"ends_at": None, "days_left": None}
    year, month = (int(part) for part in version.split("-"))
    ends = datetime.datetime(year + 1, month, 1, tzinfo=datetime.UTC).timestamp()
    return {"ends_at": ends, "days_left": max(0, int((ends - clock.now()) // 86400))}


def support(versions: t.Mapping[str, bool], requested: str) -> dict[str, t.Any]:
    """How long the requested version is good for: one version ends with every quarter, the oldest first."""
    stable = sorted(handle for handle, supported in versions.items() if supported and _STABLE.fullmatch(handle))
    return {
        "supported": stable,
        "newest": stable[-1] if stable else None,
        "is_supported": requested in stable,
        "quarters_left": stable.index(requested) + 1 if requested in stable else 0,
    }


def _handles(data: dict[str, t.Any]) -> dict[str, bool]:
    versions = data.get("publicApiVersions")
    if not isinstance(versions, list) or not all(isinstance(one, dict) and isinstance(one.get("handle"), str) for one in versions):
        raise malformed(op.SHOP, "does not list the versions of the API")
    return {plain(one["handle"], 20): one.get("supported") is True for one in versions}


def _shop(data: dict[str, t.Any]) -> dict[str, t.Any]:
    shop = data.get("shop")
    if not isinstance(shop, dict):
        raise malformed(op.SHOP, "holds no shop")
    domain, plan = _within(shop, "primaryDomain"), _within(shop, "plan")
    return {
        "id": _text(shop.get("id")),
        "name": _text(shop.get("name")),
        "domain": _text(shop.get("myshopifyDomain")),
        "primary_domain": _text(domain.get("host")),
        "email": _text(shop.get("email")),
        "contact_email": _text(shop.get("contactEmail")),
        "currency": _text(shop.get("currencyCode")),
        "timezone": _text(shop.get("ianaTimezone")),
        "plan": _text(plan.get("publicDisplayName")),
        "is_plus": plan.get("shopifyPlus") is True,
        "is_development": plan.get("partnerDevelopment") is True,
        "setup_required": shop.get("setupRequired") is True,
    }


def _app(data: dict[str, t.Any]) -> dict[str, t.Any]:
    installation = _within(data, "currentAppInstallation")
    app = _within(installation, "app")
    granted, requested = _scopes(installation.get("accessScopes")), _scopes(app.get("requestedAccessScopes"))
    return {
        "id": _text(app.get("id")),
        "title": _text(app.get("title")),
        "handle": _text(app.get("handle")),
        "webhook_api_version": _text(app.get("webhookApiVersion")),
        "scopes": granted,
        "missing_scopes": sorted(set(requested) - set(granted)),
    }


def _within(whole: dict[str, t.Any], name: str) -> dict[str, t.Any]:
    if not isinstance(whole.get(name), dict):
        raise malformed(op.SHOP, f"holds no {name}")
    return t.cast("dict[str, t.Any]", whole[name])


def _scopes(listed: t.Any) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(one, dict) and isinstance(one.get("handle"), str) for one in listed):
        raise malformed(op.SHOP, "does not list the access scopes")
    return sorted(plain(one["handle"], 100) for one in listed)


def _text(value: t.Any) -> str | None:
    return plain(value, 200) if value is not None else None

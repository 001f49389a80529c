# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Webhook endpoints as they are: read, found by name, address or id, and compared.

Vendor facts (Stripe's OpenAPI document and documentation): an endpoint has no name and two may share an address, so a name is kept in its
metadata; ``secret`` is in the answer to its creation alone; ``api_version`` and ``connect`` hold for its life.
"""

from __future__ import annotations

import difflib
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import is_loopback
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, metadata, number, text, words

Endpoint = dict[str, t.Any]
# Metadata that this collection keeps: the name of an endpoint, the endpoint whose place it is to take, the one that took its place, and
# whether it gets the events of connected accounts, which Stripe does not tell.
NAME, ROTATION_OF, REPLACED_BY, CONNECT = KEPT = ("saasops_name", "saasops_rotation_of", "saasops_replaced_by", "saasops_connect")
FLAGS = {"true": True, "false": False}


def parse(raw: dict[str, t.Any], operation: Operation = operations.LIST_WEBHOOK_ENDPOINTS) -> Endpoint:
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("url"), str) or not isinstance(raw.get("enabled_events"), list):
        raise stripe.malformed("webhook endpoint", operation)
    kept = metadata(raw.get("metadata"))
    return {
        "id": plain(raw["id"], 200),
        "name": kept.get(NAME),
        "url": plain(raw["url"]),
        "enabled_events": sorted(words(raw["enabled_events"])),
        "status": text(raw.get("status"), 40),
        "api_version": text(raw.get("api_version"), 40),
        "description": text(raw.get("description"), 2000),
        "rotation_of": kept.get(ROTATION_OF),
        "replaced_by": kept.get(REPLACED_BY),
        "connect": FLAGS.get(kept.get(CONNECT, "")),
        "livemode": flag(raw.get("livemode")),
        "created_at": number(raw.get("created")),
        "metadata": {key: value for key, value in kept.items() if key not in KEPT},
    }


def every(client: Client) -> list[Endpoint]:
    """One request for each hundred; an account may have about sixteen."""
    return [parse(raw) for raw in stripe.listed(client, operations.LIST_WEBHOOK_ENDPOINTS)]


def check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port is None or parts.port > 0) and not parts.fragment
        good = good and (parts.scheme == "https" or is_loopback(parts.hostname or "")) and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise Failure("invalid", f"url is {plain(url, 200)!r}", "Give url as https://host/path; Stripe delivers to https alone", stripe.VENDOR)


def unknown(wanted: str, found: list[Endpoint]) -> Failure:
    """Nothing is called so: with the near names, and the addresses."""
    names = [name for one in found for name in (one["name"], one["id"], one["url"]) if name]
    close = difflib.get_close_matches(wanted, names, 3, 0.5) or names[:5]
    hint = f"Near or other names here: {', '.join(close)}" if close else "This account has no webhook endpoint in this mode"
    return Failure("not_found", f"there is no webhook endpoint {plain(wanted, 200)}", hint, stripe.VENDOR)


def two(wanted: str, found: list[Endpoint]) -> Failure:
    ids = ", ".join(one["id"] for one in found)
    hint = f"Name one by its id in the option endpoint: {ids}"
    return Failure("invalid", f"{len(found)} webhook endpoints fit {plain(wanted, 200)}", hint, stripe.VENDOR, code="two_of_a_name")

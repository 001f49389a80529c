# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Webhook subscriptions of an app exactly as listed, as far as their addresses begin alike: what is missing is made, what is not listed goes.

What Shopify removed after failed deliveries is made again, and told: events were lost in between.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import webhooks
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.webhooks import Subscription

Json = dict[str, t.Any]
# Topic, address, and the settings that are named.
Wish = tuple[str, str, Json]


def wishes(params: t.Mapping[str, t.Any]) -> list[Wish]:
    """What is wanted, checked before anything is asked."""
    prefix = _prefix(params["uri_prefix"])
    found: list[Wish] = []
    for one in params["subscriptions"]:
        topic, uri = webhooks.topic_of(one["topic"]), webhooks.checked_uri(one["uri"])
        if not uri.startswith(prefix):
            raise Failure("invalid", f"{plain(uri, 120)} does not begin with uri_prefix", "Only what begins so is looked at: correct one of them", VENDOR)
        if any((topic, uri) == (other, address) for other, address, _settings in found):
            raise Failure("invalid", f"{topic} to {plain(uri, 120)} is listed twice", "List each topic of an address once", VENDOR)
        found.append((topic, uri, webhooks.wanted_of(one)))
    return found


def _prefix(text: str) -> str:
    """It ends a host's name, so that it is no beginning of somebody else's."""
    prefix = webhooks.checked_uri(text)
    if prefix.startswith("https://") and not urlsplit(prefix).path:
        raise Failure("invalid", f"uri_prefix is {plain(prefix, 120)!r}", "End the host's name with a slash, as in https://hooks.example.com/", VENDOR)
    return prefix


def paired(mine: list[Subscription], wanted: list[Wish]) -> tuple[list[tuple[Wish, Subscription | None]], list[Subscription]]:
    """Which subscription each wish stands for, and those that none does. Of several of one topic and address the filter decides, then the age."""
    left, pairs = sorted(mine, key=lambda one: (one.created_at, one.id)), []
    for wish in wanted:
        topic, uri, settings = wish
        same = [one for one in left if (one.topic, one.uri) == (topic, uri)]
        chosen = next((one for one in same if webhooks.is_so(one, settings)), None)
        chosen = chosen or next((one for one in same if one.settings["filter"] == settings.get("filter", "")), same[0] if same else None)
        if chosen is not None:
            left.remove(chosen)
        pairs.append((wish, chosen))
    return pairs, left


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    wanted = wishes(params)
    client = connect(task, params)
    is_named = any("name" in settings for _topic, _uri, settings in wanted)
    webhooks.check_name(client, is_named)
    prefix = _prefix(params["uri_prefix"])
    mine = [one for one in webhooks.listed(client, None, is_named) if one.uri.startswith(prefix)]
    pairs, extra = paired(mine, wanted)
    shown, created, updated = [], [], []
    # First what is delivered, then what no longer is: in between too much arrives, and never too little.
    for (topic, uri, settings), before in pairs:
        after: t.Any = before
        if before is None:
            after = webhooks.create(client, topic, uri, settings)
            created.append({"topic": topic, "uri": uri})
        elif not webhooks.is_so(before, settings):
            after = webhooks.update(client, before, settings)
            updated.append({"topic": topic, "uri": uri})
        shown.append(webhooks.described(topic, uri, settings, before, after))
    for one in extra:
        webhooks.delete(client, one)
    told = [{name: value for name, value in one.items() if name not in ("id", "api_version")} for one in shown]
    return {
        **client.told(),
        "changed": bool(task.gate.changes),
        "webhooks": shown,
        "created": created,
        "updated": updated,
        "removed": [{"id": one.id, "topic": one.topic, "uri": one.uri} for one in extra],
        "diff": {
            "before": {"webhooks": [one.shown() for one in _sorted(mine)]},
            "after": {"webhooks": sorted(told, key=lambda one: (one["topic"], one["uri"]))},
        },
    }


def _sorted(some: list[Subscription]) -> list[Subscription]:
    return sorted(some, key=lambda one: (one.topic, one.uri, one.id))

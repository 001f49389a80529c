# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Webhook subscriptions of the app that asks, by topic and address.

Facts (Shopify, "Webhooks"): a subscription belongs to the app whose token made it, and one that was made through the API is removed after
eight failed deliveries in a row. Those of the app's own file and those of the shop's admin are not listed. The topic cannot be changed.
There is one of each topic, address and filter.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE, Shop, connect, nodes

_TOPIC = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_ELSEWHERE = re.compile(r"pubsub://[^:/\s]+:[^/\s]+|arn:aws:events:[^\s]+")
# Result name: the vendor's.
SETTINGS = {"name": "name", "format": "format", "filter": "filter", "include_fields": "includeFields", "metafield_namespaces": "metafieldNamespaces"}
LISTS = ("include_fields", "metafield_namespaces")


@dataclasses.dataclass(frozen=True)
class Subscription:
    id: str
    topic: str
    uri: str
    settings: dict[str, t.Any]
    api_version: str | None
    created_at: str
    updated_at: str

    def shown(self) -> dict[str, t.Any]:
        """As results and diffs have it."""
        return {"topic": self.topic, "uri": self.uri, **self.settings}


def topic_of(text: str) -> str:
    """The vendor's name of a topic, also where it is given as deliveries have it (``orders/paid``)."""
    topic = text.strip().replace("/", "_").replace("-", "_").upper()
    if not _TOPIC.fullmatch(topic):
        raise Failure("invalid", f"{redaction.plain(text, 80)!r} is no topic", "Give it as ORDERS_PAID, or as orders/paid", VENDOR)
    return topic


def checked_uri(uri: str) -> str:
    """An address to which Shopify delivers. Its path is the receiver's own affair, but not where a password may stand."""
    text = uri.strip()
    try:
        parts = urlsplit(text)
        is_https = parts.scheme == "https" and bool(parts.hostname) and not parts.username and not parts.password and not parts.fragment
    except ValueError:
        is_https = False
    if not (is_https or _ELSEWHERE.fullmatch(text)) or not text.isprintable() or " " in text:
        raise Failure(
            "invalid",
            f"uri cannot be delivered to: {redaction.plain(text.rpartition('@')[2], 120)!r}",
            "Give an https address, pubsub://project:topic, or the ARN of an EventBridge event source",
            VENDOR,
        )
    return text


# -- what is there
def listed(client: Shop, topics: list[str] | None, with_names: bool = False) -> list[Subscription]:
    """One request for each 250 subscriptions. Older versions of the API know no names."""
    operation = op.NAMED_WEBHOOKS if with_names else op.WEBHOOKS

    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        return nodes(client.ask(operation, first=PAGE, after=after, topics=topics).get("webhookSubscriptions"), operation)

    return [_subscription(raw, operation) for raw in paging.pages(fetch, "webhook subscriptions")]


def check_name(client: Shop, is_named: bool) -> None:
    if is_named:
        client.needs(op.NAMED_WEBHOOKS.since, "name")


def _subscription(raw: t.Any, operation: Operation) -> Subscription:
    known = raw if isinstance(raw, dict) else {}
    if not all(isinstance(known.get(name), str) and known[name] for name in ("id", "topic", "uri", "format")):
        raise malformed(operation, "holds a subscription without id, topic, address or format")
    lists = {name: known.get(SETTINGS[name]) or [] for name in LISTS}
    if not all(isinstance(value, list) and all(isinstance(one, str) for one in value) for value in lists.values()):
        raise malformed(operation, "holds a subscription whose fields are no list")
    version = known.get("apiVersion")
    settings: dict[str, t.Any] = {
        **({"name": redaction.plain(known["name"] or "", 200)} if "name" in known else {}),
        "format": redaction.plain(known["format"], 20),
        "filter": redaction.plain(known.get("filter") or "", 2000),
        **{name: sorted(redaction.plain(one, 200) for one in value) for name, value in lists.items()},
    }
    return Subscription(
        redaction.plain(known["id"], 200),
        redaction.plain(known["topic"], 100),
        redaction.plain(known["uri"], 2000),
        settings,
        redaction.plain(version["handle"], 20) if isinstance(version, dict) and version.get("handle") else None,
        redaction.plain(known.get("createdAt") or "", 40),
        redaction.plain(known.get("updatedAt") or "", 40),
    )


def chosen(found: list[Subscription], topic: str, uri: str, text: str | None, exactly: bool) -> Subscription | None:
    """The one of this topic and address. Where there are several, which the vendor allows for different filters, the filter decides.

    ``exactly``: it decides always, for what is to be removed.
    """
    same = [one for one in found if (one.topic, one.uri) == (topic, uri)]
    if text is not None and (exactly or len(same) > 1):
        fitting = [one for one in same if one.settings["filter"] == text]
        if same and not fitting and not exactly:
            raise refuse(f"{topic} has several subscriptions to that address, none of them with this filter", "Remove one of them first", "two_of_one_name")
        same = fitting
    if len(same) > 1:
        raise refuse(
            f"{topic} has {len(same)} subscriptions to that address: {', '.join(one.id for one in same)}", "Name its filter with filter", "two_of_one_name"
        )
    return same[0] if same else None


def wanted_of(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The settings that the task names, as they are compared; what it leaves out is not touched."""
    settings: dict[str, t.Any] = {}
    if params["name"] is not None and (not params["name"].strip() or not params["name"].isprintable()):
        raise Failure("invalid", "name is empty, or holds characters that cannot be shown", "Give a name, or leave it out", VENDOR)
    for name in SETTINGS:
        if params[name] is not None:
            settings[name] = sorted(set(params[name])) if name in LISTS else params[name].strip()
    return settings


def is_so(one: Subscription | None, settings: t.Mapping[str, t.Any]) -> bool:
    return one is not None and all(one.settings.get(name) == value for name, value in settings.items())


# -- doing it
def execute(task: Task) -> dict[str, t.Any]:
    """What the module shopify_webhook does; its documentation tells options and result."""
    params = task.params
    if params["state"] == "exact":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import webhook_exact

        return webhook_exact.execute(task)
    topic, uri, settings = wish(params)
    client = connect(task, params)
    if params["state"] == "absent":
        check_name(client, "name" in settings)
        before, after = chosen(listed(client, [topic], "name" in settings), topic, uri, settings.get("filter"), True), None
        if before is not None:
            delete(client, before)
    else:
        before, after = ensure(client, topic, uri, settings)
    shown: dict[str, t.Any] = {"topic": topic, "uri": uri, "id": None}
    told: dict[str, t.Any] | None = None
    if after is not None:
        shown = described(topic, uri, settings, before, after)
        told = {name: value for name, value in shown.items() if name not in ("id", "api_version")}
    return {
        **client.told(),
        "changed": bool(task.gate.changes),
        "webhook": {"state": params["state"], **shown},
        "diff": {"before": {"webhook": before.shown() if before else None}, "after": {"webhook": told}},
    }


def wish(params: t.Mapping[str, t.Any]) -> tuple[str, str, dict[str, t.Any]]:
    """(topic, address, settings) of one subscription, checked before anything is asked."""
    return topic_of(params["topic"]), checked_uri(params["uri"]), wanted_of(params)


def ensure(client: Shop, topic: str, uri: str, settings: t.Mapping[str, t.Any]) -> tuple[Subscription | None, t.Any]:
    """(as it was, as it is): made where there is none, and changed where it is another one."""
    check_name(client, "name" in settings)
    before = chosen(listed(client, [topic], "name" in settings), topic, uri, settings.get("filter"), False)
    if before is None:
        return None, create(client, topic, uri, settings)
    return before, before if is_so(before, settings) else update(client, before, settings)


def described(topic: str, uri: str, settings: t.Mapping[str, t.Any], before: Subscription | None, after: t.Any) -> dict[str, t.Any]:
    """The subscription as it now is. A plan tells what it knows: what is there, with what is to change."""
    if planned(after):
        usual = {"format": "JSON", "filter": "", "include_fields": [], "metafield_namespaces": []}
        return {"topic": topic, "uri": uri, **(before.settings if before else usual), **settings, "id": before.id if before else after}
    return {**after.shown(), "id": after.id, "api_version": after.api_version}


def _input(uri: str, settings: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"uri": uri, **{SETTINGS[name]: value for name, value in settings.items()}}


def create(client: Shop, topic: str, uri: str, settings: t.Mapping[str, t.Any]) -> t.Any:
    def seen() -> Subscription | None:
        return next((one for one in listed(client, [topic], "name" in settings) if (one.topic, one.uri) == (topic, uri) and is_so(one, settings)), None)

    return _made(client, op.CREATE_WEBHOOK, f"{topic} to {uri}", {"topic": topic, "subscription": _input(uri, settings)}, seen, settings.get("name"))


def update(client: Shop, one: Subscription, settings: t.Mapping[str, t.Any]) -> t.Any:
    changed = {name: value for name, value in settings.items() if one.settings.get(name) != value}

    def seen() -> Subscription | None:
        return next((now for now in listed(client, [one.topic], "name" in settings) if now.id == one.id and is_so(now, settings)), None)

    name = settings.get("name", one.settings.get("name"))
    # The address is sent too, so that the request says all by itself which subscription is meant.
    return _made(client, op.UPDATE_WEBHOOK, f"{one.topic} to {one.uri}", {"id": one.id, "subscription": _input(one.uri, changed)}, seen, name)


def _made(
    client: Shop, operation: Operation, target: str, variables: dict[str, t.Any], seen: t.Callable[[], Subscription | None], name: str | None = None
) -> t.Any:
    """The subscription as it now is: as the answer has it, or as it was found when the answer was lost."""

    def look() -> dict[str, t.Any] | None:
        one = seen()
        return {"seen": one} if one else None

    try:
        answer = client.change(operation, target, variables=variables, look=look)
        if planned(answer):
            return answer
        if "seen" in answer:
            return answer["seen"]
        made = _subscription((answer.get(operation.name) or {}).get("webhookSubscription"), operation)
        # No answer to a change tells names.
        return dataclasses.replace(made, settings={"name": name, **made.settings}) if name is not None else made
    except Failure as failure:
        # Somebody else was quicker, or a request of ours whose answer was lost.
        there = look() if failure.kind in ("conflict", "protocol") else None
        if there is None:
            raise
        return there["seen"]


def delete(client: Shop, one: Subscription) -> None:
    def look() -> dict[str, t.Any] | None:
        return None if any(now.id == one.id for now in listed(client, [one.topic])) else {"seen": True}

    try:
        client.change(op.DELETE_WEBHOOK, f"{one.topic} to {one.uri}", variables={"id": one.id}, look=look)
    except Failure as failure:
        if failure.kind not in ("not_found", "protocol") or look() is None:
            raise


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module shopify_webhook_info does; its documentation tells options and result."""
    params = task.params
    topics = sorted({topic_of(topic) for topic in params["topics"]})
    client = connect(task, params)
    with_names = client.version >= op.NAMED_WEBHOOKS.since
    found = [one for one in listed(client, topics or None, with_names) if params["uri_prefix"] is None or one.uri.startswith(params["uri_prefix"])]
    shown = [
        {"id": one.id, "name": "", **one.shown(), "api_version": one.api_version, "created_at": one.created_at, "updated_at": one.updated_at}
        for one in sorted(found, key=lambda one: (one.topic, one.uri, one.id))
    ]
    return {**client.told(), "webhooks": shown}

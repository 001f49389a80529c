# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_event_info does; its documentation tells options and result."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, identity, inner, number, text

MOST, MOST_TYPES = 10_000, 20
# Stripe keeps events for so long.
KEPT_FOR = 30 * 86400.0
_TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_EVENT = re.compile(r"evt_\w+")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    _check(params)
    client = stripe.connect(task, params)
    if params["event"] is not None:
        return {"events": [_single(client, params["event"])]}
    query: dict[str, t.Any] = {}
    if params["types"]:
        query["types[]"] = params["types"]
    if params["delivered"] is not None:
        query["delivery_success"] = str(params["delivered"]).lower()
    if params["max_age"] is not None:
        query["created[gte]"] = int(clock.now() - params["max_age"])
    return {"events": [parse(raw, op.LIST_EVENTS) for raw in stripe.listed(client, op.LIST_EVENTS, query, params["limit"])]}


def _check(params: dict[str, t.Any]) -> None:
    check_filter(params, MOST)
    if params["event"] is not None:
        check_id(params["event"], "event")


def check_id(event: str, option: str) -> None:
    if not _EVENT.fullmatch(event):
        raise Failure("invalid", f"{option}: {plain(event, 80)!r}", "Give the id of an event, which begins with evt_", stripe.VENDOR)


def check_filter(params: dict[str, t.Any], most: int) -> None:
    """The options limit, types and max_age."""
    if not 1 <= params["limit"] <= most:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {most}", stripe.VENDOR)
    types = params["types"] or []
    bad = [one for one in types if not _TYPE.fullmatch(one)]
    if bad or len(types) > MOST_TYPES:
        said = f"types has {plain(bad[0], 80)!r}" if bad else f"types has {len(types)} entries"
        raise Failure("invalid", said, f"Give at most {MOST_TYPES} types of events, such as invoice.paid", stripe.VENDOR)
    if params["max_age"] is not None and params["max_age"] > KEPT_FOR:
        raise Failure("invalid", "max_age is more than 30 days", "Stripe lists the events of the last 30 days only (720h)", stripe.VENDOR)


def _single(client: Client, event: str) -> dict[str, t.Any]:
    return parse(found(client, event), op.GET_EVENT)


def found(client: Client, event: str) -> t.Any:
    """What the client makes of the answer about one event."""
    try:
        return client.call(op.GET_EVENT, path={"id": event})
    except Failure as failure:
        if failure.kind == "not_found":
            failure.message = f"there is no event {event}"
            failure.hint = "Stripe keeps events for 30 days. Check the id, the account, and the mode"
        raise


def parse(raw: dict[str, t.Any], operation: Operation) -> dict[str, t.Any]:
    thing = inner(inner(raw.get("data")).get("object"))
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("type"), str) or number(raw.get("created")) is None:
        raise stripe.malformed("event", operation)
    pending = number(raw.get("pending_webhooks"))
    if pending is None:
        raise stripe.malformed("count of deliveries", operation)
    return {
        "id": plain(raw["id"], 200),
        "type": plain(raw["type"], 200),
        "created_at": raw["created"],
        "object": text(thing.get("object"), 80),
        "object_id": identity(thing),
        "pending_webhooks": pending,
        "api_version": text(raw.get("api_version"), 40),
        "account": text(raw.get("account"), 200),
        "request_id": text(inner(raw.get("request")).get("id"), 200),
        "livemode": flag(raw.get("livemode")),
    }

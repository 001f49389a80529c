# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The events that are to be delivered once more: named by their ids, or those that did not arrive; oldest first, no more than a limit."""

from __future__ import annotations

import fnmatch
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import event_info, webhook_endpoints
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op

Event = dict[str, t.Any]
MOST = 1000
# Options of both modules; documented in each.
ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "events": {"type": "list", "elements": "str"},
    "types": {"type": "list", "elements": "str"},
    "max_age": {"type": "str"},
    "limit": {"type": "int", "default": 100},
}
EXCLUSIVE = [("events", "types"), ("events", "max_age")]
ONE_OF = [("events", "max_age")]


def check(params: dict[str, t.Any]) -> None:
    event_info.check_filter(params, MOST)
    events = params["events"]
    if events is not None:
        params["events"] = events = list(dict.fromkeys(events))
        if not 1 <= len(events) <= params["limit"]:
            said = "events is empty" if not events else f"events names {len(events)}, and limit is {params['limit']}"
            raise Failure("invalid", said, f"Name 1 to {params['limit']} events, or raise limit (at most {MOST})", stripe.VENDOR)
        for event in events:
            event_info.check_id(event, "events")


def endpoint(client: Client, wanted: str) -> webhook_endpoints.Endpoint:
    """The one of this id, name or address. One request for each hundred."""
    every = webhook_endpoints.every(client)
    found = [one for one in every if wanted in (one["id"], one["name"], one["url"])]
    if not found:
        raise webhook_endpoints.unknown(wanted, every)
    if len(found) > 1:
        raise webhook_endpoints.two(wanted, found)
    return found[0]


def wants(place: webhook_endpoints.Endpoint, event: Event) -> bool:
    return any(fnmatch.fnmatchcase(event["type"], one) for one in place["enabled_events"])


def chosen(client: Client, params: dict[str, t.Any], fits: t.Callable[[Event], bool]) -> tuple[list[Event], int]:
    """(the events, oldest first, how many more there are beyond the limit). Of those that are not named only the ones that fit."""
    if params["events"] is not None:
        return sorted((event_info.parse(event_info.found(client, event), op.GET_EVENT) for event in params["events"]), key=_age), 0
    query = {"delivery_success": "false", "created[gte]": int(clock.now() - params["max_age"])}
    if params["types"]:
        query["types[]"] = params["types"]
    found = [event_info.parse(raw, op.LIST_EVENTS) for raw in stripe.listed(client, op.LIST_EVENTS, query, event_info.MOST + 1)]
    if len(found) > event_info.MOST:
        # The oldest, which come first, are not among them.
        message = f"more than {event_info.MOST} events did not arrive in this time"
        raise refuse(message, "Give a smaller max_age, or types, and repeat the task with larger ones", "too_many")
    fitting = sorted((event for event in found if fits(event)), key=_age)
    return fitting[: params["limit"]], max(0, len(fitting) - params["limit"])


def _age(event: Event) -> tuple[int, str]:
    return event["created_at"], event["id"]


def verbatim(client: Client) -> Client:
    """A client whose answers are the text that came."""

    def interpret(operation: Operation, reply: Reply) -> bytes:
        stripe.interpret(operation, reply)
        return reply.content

    return Client(client.wire, client.gate, interpret)


def text_of(client: Client, event: Event) -> bytes:
    """The event as it was delivered, to the letter. One request."""
    raw = event_info.found(verbatim(client), event["id"])
    if not isinstance(raw, bytes) or not raw.strip():
        raise stripe.malformed(f"event {plain(event['id'], 80)}", op.GET_EVENT)
    return raw

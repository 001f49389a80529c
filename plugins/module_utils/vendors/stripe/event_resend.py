# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_event_resend does; its documentation tells options and result.

Vendor facts (Stripe's command-line client and reports of its users): the call is in no published document. It says that the resend was taken,
not that it arrived; ``pending_webhooks`` of the event tells how many endpoints it did not reach yet. An endpoint gets only what happened
while it was there and wanted that type. Without an endpoint nothing reaches a real one.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import chosen_events, event_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.chosen_events import Event
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.webhook_endpoints import Endpoint

NEXT = "Post them straight to the application instead, with the module stripe_event_replay"
# Statuses with which Stripe refuses a resend as such.
REFUSALS = (400, 403, 404)


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    chosen_events.check(params)
    client = stripe.connect(task, params)
    place = chosen_events.endpoint(client, params["webhook_endpoint"])
    if place["status"] != "enabled":
        raise refuse(f"{place['id']} is {place['status']}, so Stripe delivers nothing to it", f"Enable it first. {NEXT}", "disabled")
    found, more = chosen_events.chosen(client, params, lambda event: not _obstacle(place, event))
    stuck = [event for event in found if event["pending_webhooks"] and _obstacle(place, event)]
    if stuck:
        raise refuse(f"Stripe would not send {stuck[0]['id']} to {place['id']}: {_obstacle(place, stuck[0])}", NEXT, "not_resendable")
    wanted = [event for event in found if event["pending_webhooks"]]
    for event in wanted:
        _resend(client, place, event)
    left = None if task.check_mode else _unproven(task, client, wanted)
    results = [{**_told(event), "state": _state(event, left)} for event in found]
    ids = [event["id"] for event in wanted]
    return {
        "changed": bool(wanted),
        "webhook_endpoint": place["id"],
        "events": results,
        "unproven": sum(one["state"] == "accepted" for one in results),
        "more": more,
        "diff": {"before": {"resent": []}, "after": {"resent": ids}},
    }


def _obstacle(place: Endpoint, event: Event) -> str:
    """Why this endpoint can never get the event from Stripe; empty when it may."""
    if place["created_at"] is not None and event["created_at"] < place["created_at"]:
        return "it happened before that endpoint was made"
    return "" if chosen_events.wants(place, event) else f"that endpoint does not want {event['type']}"


def _resend(client: Client, place: Endpoint, event: Event) -> None:
    body = {"webhook_endpoint": place["id"], **({"account": event["account"]} if event["account"] else {})}

    def look() -> dict[str, t.Any] | None:
        now = event_info.parse(event_info.found(client, event["id"]), op.GET_EVENT)
        return now if now["pending_webhooks"] < event["pending_webhooks"] else None

    target = f"event {event['id']} ({event['type']}) -> {place['id']}"
    try:
        answer = client.change(op.RESEND_EVENT, target, path={"event": event["id"]}, body=body, look=look, key=stripe.fresh_key())
    except Failure as failure:
        if failure.status in REFUSALS and not failure.maybe_sent:
            failure.message = f"Stripe refused to resend {event['id']}: {failure.message}"
            failure.hint = f"{NEXT} (Stripe publishes no call for this, and may refuse it: {failure.hint})"
        raise
    if not planned(answer) and answer.get("id") != event["id"]:
        raise stripe.malformed("event", op.RESEND_EVENT)


def _unproven(task: Task, client: Client, wanted: list[Event]) -> set[str]:
    """Of these, the ones that Stripe still counts as not arrived when the time for the proof is over. One request a look for each hundred."""
    waiting = {event["id"] for event in wanted}
    patience = min(task.params["verify_within"], task.deadline.left())
    if not waiting or patience <= 0:
        return waiting
    first, last = wanted[0]["created_at"], wanted[-1]["created_at"]
    query = {"delivery_success": "false", "created[gte]": first, "created[lte]": last}

    def look() -> set[str]:
        if len(waiting) == 1:
            event = event_info.parse(event_info.found(client, next(iter(waiting))), op.GET_EVENT)
            return waiting if event["pending_webhooks"] else set()
        return waiting & {str(raw["id"]) for raw in stripe.listed(client, op.LIST_EVENTS, query)}

    try:
        return wait_for(look, lambda left: not left, "the delivery of all events", clock.Deadline(patience), each_turn=task.gate.recorder.turn)
    except Failure as failure:
        if failure.kind != "timeout" or failure.state is None:
            raise
        return t.cast("set[str]", failure.state)


def _state(event: Event, left: set[str] | None) -> t.Any:
    if not event["pending_webhooks"]:
        return "delivered"
    if left is None:
        return {"known_after": op.RESEND_EVENT.name}
    return "accepted" if event["id"] in left else "resent"


def _told(event: Event) -> dict[str, t.Any]:
    return {name: event[name] for name in ("id", "type", "created_at", "object", "object_id")}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_subscription does; its documentation tells options and result.

Nobody can write a status. It is moved: by paying the open invoice, by pausing and resuming, and by canceling, which is for ever.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments, subscriptions
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.invoices import pay
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.subscriptions import ENDED, STATUSES, WHOLE, Subscription

Json = dict[str, t.Any]
BEHAVIORS = ["keep_as_draft", "mark_uncollectible", "void"]
GOOD, UNPAID, PAUSABLE = ("active", "trialing"), ("past_due", "unpaid", "incomplete"), ("active", "trialing", "past_due")
# The first version of the API in which a subscription itself is paused, and resumed at any time.
PAUSES_SINCE = "2026-09-30"
# Options that one state alone has a use for, and which value they mean nothing by.
BELONGS: dict[str, tuple[str, t.Any]] = {
    "pay": ("active", False),
    "billing_cycle_anchor": ("active", None),
    "proration_behavior": ("active", None),
    "pause": ("paused", None),
    "behavior": ("paused", None),
    "resumes_at": ("paused", None),
    "invoicing_behavior": ("paused", None),
    "when": ("canceled", None),
    "invoice_now": ("canceled", False),
    "prorate": ("canceled", False),
}
# What is known of the subscription afterwards, and the subscription.
Outcome = tuple[Json, Subscription]


def execute(task: Task) -> Json:
    params = task.params
    _check(params)
    client = stripe.connect(task, params)
    now = subscriptions.read(client, params["subscription"]) if params["subscription"] else subscriptions.of_customer(client, params["customer"])
    act = {"active": _active, "paused": _paused, "canceled": _canceled}[params["state"]]
    shown, after = act(task, client, params, now)
    return {"changed": bool(task.gate.changes), "subscription": after, "diff": {"before": {key: _view(now)[key] for key in shown}, "after": shown}}


def _view(one: Subscription) -> Json:
    return {**one, "invoice": one["latest_invoice"] and one["latest_invoice"]["status"]}


def _check(params: Json) -> None:
    state = params["state"]
    if params["subscription"] is not None:
        payments.check_id(params["subscription"], "subscription", "sub_")
    strange = [name for name, (of, nothing) in BELONGS.items() if of != state and params[name] != nothing]
    if strange:
        of = BELONGS[strange[0]][0]
        raise Failure("invalid", f"{strange[0]} has no meaning with state {state}", f"Leave it out, or give state: {of}", stripe.VENDOR)
    kinds = {"collection": ("behavior", "resumes_at"), "subscription": ("invoicing_behavior",)}
    other = [name for kind, names in kinds.items() for name in names if params["pause"] not in (None, kind) and params[name] is not None]
    if other:
        raise Failure("invalid", f"{other[0]} has no meaning with pause {params['pause']}", "Leave it out, or pause the other thing", stripe.VENDOR)
    if params["when"] == "period_end" and (params["invoice_now"] or params["prorate"]):
        raise Failure("invalid", "invoice_now and prorate have no meaning with when period_end", "Leave them out, or give when: now", stripe.VENDOR)
    if params["pause"] == "subscription" and (params["version"] or stripe.VERSION) < PAUSES_SINCE:
        hint = f"Leave version out, or give {PAUSES_SINCE} or a later one"
        raise Failure("invalid", f"no subscription can be paused by version {plain(params['version'], 40)}", hint, stripe.VENDOR)
    until = params["resumes_at"]
    if until and until <= clock.now():
        raise Failure("invalid", f"resumes_at is {until}, which is over", "Give a moment to come, in seconds since the epoch, or 0 for no end", stripe.VENDOR)


def _going(now: Subscription) -> None:
    if now["status"] in ENDED:
        raise refuse(f"{now['id']} is {now['status']}, and stays so", "The customer has to subscribe anew", "ended")
    _known(now)


def _known(now: Subscription) -> None:
    if now["status"] not in STATUSES:
        raise refuse(f"{now['id']} is {now['status']}, which is not known here", "Look at it in Stripe's dashboard, or update the collection", "status")


def _driven(now: Subscription, what: str) -> None:
    if now["schedule"] is not None:
        hint = "Release the schedule in Stripe's dashboard first, or change the schedule"
        raise refuse(f"{now['id']} is driven by the schedule {now['schedule']}, so it cannot be {what}", hint, "schedule")


# -- active
def _active(task: Task, client: Client, params: Json, now: Subscription) -> Outcome:
    """All that can be refused is refused before the first change."""
    _going(now)
    body: Json = {}
    if now["cancel_at_period_end"]:
        body["cancel_at_period_end"] = False
    elif now["cancel_at"] is not None:
        body["cancel_at"] = None
    if body:
        _driven(now, "kept from ending")
    if now["pause_collection"] is not None:
        body["pause_collection"] = None
    owes = now["status"] in UNPAID or (now["status"] == "paused" and (now["latest_invoice"] or {}).get("status") in ("open", "draft"))
    resumes = now["status"] == "paused" and not owes
    settle: t.Callable[[Subscription], Outcome] | None = None
    if owes:
        settle = pay(client, params, now, _until_good(task, client, now))
    elif resumes:
        settle = _resuming(client, params, now)
    shown, after = _update(client, now, body) if body else ({}, now)
    if settle is None:
        return shown, after
    more, after = settle(after)
    return {**shown, **more}, after


def _until_good(task: Task, client: Client, now: Subscription) -> t.Callable[[], Subscription]:
    """Once it is paid, Stripe moves the status at once or in a moment."""

    def wait() -> Subscription:
        def is_good(one: Subscription) -> bool:
            _going(one)
            return one["status"] in GOOD

        hint = "Other invoices of it may be open, or unpaid: see Stripe's dashboard"
        deadline = clock.Deadline(min(60.0, task.deadline.left()))
        return wait_for(lambda: subscriptions.read(client, now["id"]), is_good, f"{now['id']} as active", deadline, hint, each_turn=task.gate.recorder.turn)

    return wait


def _resuming(client: Client, params: Json, now: Subscription) -> t.Callable[[Subscription], Outcome]:
    if params["billing_cycle_anchor"] is None:
        raise refuse(
            f"{now['id']} is paused, and what is billed when it is resumed is not said",
            "Give billing_cycle_anchor: now to begin and bill a new period at once, or unchanged to go on with the old one",
            "billing_cycle_anchor",
        )
    if now["collection_method"] == "send_invoice":
        raise refuse(f"{now['id']} is paid by invoices that are sent, and Stripe resumes such ones never", "Resume it in Stripe's dashboard", "send_invoice")
    body: Json = {"billing_cycle_anchor": {"type": params["billing_cycle_anchor"]}}
    if params["proration_behavior"] is not None:
        body["proration_behavior"] = params["proration_behavior"]
    newest = (now["latest_invoice"] or {}).get("id")

    def seen(one: Subscription) -> bool:
        # An invoice of today tells as well that it was resumed.
        return one["status"] != "paused" or (one["latest_invoice"] or {}).get("id") != newest

    def resume(before: Subscription) -> Outcome:
        target = f"subscription {now['id']}: resumed, billing cycle {params['billing_cycle_anchor']}"
        after = _change(client, op.RESUME_SUBSCRIPTION, target, now, body, seen)
        if after is None:
            return {"status": "active"}, {**before, "status": "active", "latest_invoice": KnownAfter(op.RESUME_SUBSCRIPTION.name)}
        if after["status"] not in GOOD:
            invoice = (after["latest_invoice"] or {}).get("id")
            hint = "Run the same command with pay: true when the customer's card is good again"
            raise Failure(
                "failed", f"{now['id']} is {after['status']} until {invoice} is paid", hint, stripe.VENDOR, op.RESUME_SUBSCRIPTION.name, code="not_paid"
            )
        return {"status": after["status"]}, after

    return resume


# -- paused
def _paused(dummy: Task, client: Client, params: Json, now: Subscription) -> Outcome:
    _going(now)
    if params["pause"] == "subscription":
        return _pause_itself(client, params, now)
    if now["status"] == "paused":
        raise refuse(f"{now['id']} is paused itself, so nothing is collected", "Give pause: subscription, or state: active first", "paused")
    before, until = now["pause_collection"] or {}, params["resumes_at"]
    wanted = {"behavior": params["behavior"], "resumes_at": before.get("resumes_at") if until is None else until or None}
    if wanted == before:
        return {}, now
    return _update(client, now, {"pause_collection": wanted})


def _pause_itself(client: Client, params: Json, now: Subscription) -> Outcome:
    if now["status"] == "paused":
        return {}, now
    _driven(now, "paused")
    if now["status"] not in PAUSABLE:
        raise refuse(f"{now['id']} is {now['status']}, and cannot be paused", "Pay its invoice first (state: active, pay: true), or cancel it", "not_pausable")
    body = {"type": "subscription"}
    if params["invoicing_behavior"] is not None:
        body["invoicing_behavior"] = params["invoicing_behavior"]
    after = _change(client, op.PAUSE_SUBSCRIPTION, f"subscription {now['id']}: paused", now, body, lambda one: one["status"] == "paused")
    if after is not None and after["status"] != "paused":
        raise _other_state(now, op.PAUSE_SUBSCRIPTION)
    return {"status": "paused"}, after or {**now, "status": "paused"}


# -- canceled
def _canceled(dummy: Task, client: Client, params: Json, now: Subscription) -> Outcome:
    if now["status"] in ENDED:
        return {}, now
    _known(now)
    if params["when"] == "now":
        return _cancel(client, params, now)
    if now["cancel_at_period_end"] or now["cancel_at"] in [
        item["current_period_end"] for item in now["subscription_items"] if item["current_period_end"] is not None
    ]:
        return {}, now
    if now["cancel_at"] is not None:
        raise refuse(f"{now['id']} is to end at {now['cancel_at']}, not with its period", "Run with state: active first, which takes that back", "cancel_at")
    if now["status"] == "paused":
        raise refuse(f"{now['id']} is paused, so its period never ends", "Give when: now, or state: active first", "paused")
    _driven(now, "set to end")
    return _update(client, now, {"cancel_at_period_end": True})


def _cancel(client: Client, params: Json, now: Subscription) -> Outcome:
    path, query = {"id": now["id"]}, {**WHOLE, **{name: "true" for name in ("invoice_now", "prorate") if params[name]}}

    def look() -> Json | None:
        seen = subscriptions.read(client, now["id"])
        return {"seen": seen} if seen["status"] in ENDED else None

    try:
        answer = client.change(op.CANCEL_SUBSCRIPTION, f"subscription {now['id']} of {now['customer']}: canceled now", path=path, query=query, look=look)
    except Failure as failure:
        # What has ended meanwhile is not found.
        answer = look() if failure.kind == "not_found" else None
        if answer is None:
            raise
    shown = {"status": "canceled"}
    if planned(answer):
        return shown, {**now, **shown, "canceled_at": answer, "ended_at": answer}
    after = answer.get("seen") or subscriptions.parse(answer, op.CANCEL_SUBSCRIPTION)
    if after["status"] not in ENDED:
        raise _other_state(now, op.CANCEL_SUBSCRIPTION)
    return shown, after


# -- sending
def _update(client: Client, now: Subscription, body: Json) -> Outcome:
    """``body``: what is to be, with None for nothing, which is sent as an empty value."""
    sent = {key: {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value for key, value in body.items()}

    def is_so(one: Subscription) -> bool:
        return all(one[key] == value for key, value in body.items())

    words = {"cancel_at_period_end": "ends with its period", "cancel_at": "ends then", "pause_collection": "collection paused"}
    said = [f"{words[key]} ({value['behavior']})" if isinstance(value, dict) else words[key] if value else f"not: {words[key]}" for key, value in body.items()]
    after = _change(client, op.UPDATE_SUBSCRIPTION, f"subscription {now['id']}: {', '.join(said)}", now, sent, is_so)
    if after is None:
        later = KnownAfter(op.UPDATE_SUBSCRIPTION.name)
        ends = "cancel_at_period_end" in body
        unknown = {"cancel_at": later, "canceled_at": later} if body.get("cancel_at_period_end") else {"cancel_at": None} if ends else {}
        return body, {**now, **unknown, **body}
    if not is_so(after):
        raise _other_state(now, op.UPDATE_SUBSCRIPTION)
    return body, after


def _change(client: Client, operation: Operation, target: str, now: Subscription, body: Json, is_done: t.Callable[[Subscription], bool]) -> Subscription | None:
    """The subscription afterwards; None: it was only planned."""

    def look() -> Json | None:
        seen = subscriptions.read(client, now["id"])
        return {"seen": seen} if is_done(seen) else None

    answer = client.change(operation, target, path={"id": now["id"]}, body={**body, "expand": ["latest_invoice"]}, look=look, key=stripe.fresh_key())
    if planned(answer):
        return None
    return answer.get("seen") or subscriptions.parse(answer, operation)


def _other_state(now: Subscription, operation: Operation) -> Failure:
    return Failure("failed", f"Stripe took the change of {now['id']}, and shows another state", AGAIN, stripe.VENDOR, operation.name)

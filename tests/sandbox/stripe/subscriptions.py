# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions, and what moves them: nobody can write a status, and what has ended stays so."""

from __future__ import annotations

import typing as t

from .asked import Answer, Asked, Routes
from .billing import Billing
from .invoices import collect
from .payments import narrowed
from .state import Json, StripeError, missing

ENDED = ("canceled", "incomplete_expired")
STATUSES = ("active", "canceled", "unpaid", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "all", "ended")
BEHAVIORS = ("keep_as_draft", "mark_uncollectible", "void")
UPDATED = ("cancel_at_period_end", "cancel_at", "pause_collection", "metadata")


def _billing(asked: Asked) -> Billing:
    return asked.stripe.shop(asked.mode).billing


def _find(asked: Asked) -> Json:
    found = _billing(asked).by_id.get(asked.names["id"])
    if found is None:
        raise missing("subscription", asked.names["id"])
    return _billing(asked).settled(found, asked.now)


def listed(asked: Asked) -> Answer:
    billing, moment = _billing(asked), asked.now
    status, price = asked.given.pop("status", None), asked.given.pop("price", None)
    if status not in (None, *STATUSES):
        raise StripeError(400, f"Invalid status: must be one of {', '.join(STATUSES)}", param="status")
    found = narrowed(asked, [billing.settled(one, moment) for one in billing.subscriptions], "customer", "collection_method")
    wanted = {None: set(STATUSES) - {"canceled"}, "all": set(STATUSES), "ended": set(ENDED)}.get(status, {status})
    found = [one for one in found if one["status"] in wanted]
    if price is not None:
        found = [one for one in found if any(billing.prices[key]["id"] == price for key, _quantity in one["bought"])]
    whole = asked.expands("data.latest_invoice")
    return 200, asked.page(found, "/v1/subscriptions", lambda one: billing.subscription(one, whole))


def read(asked: Asked) -> Answer:
    return 200, _billing(asked).subscription(_find(asked), asked.expands("latest_invoice"))


def _going(asked: Asked) -> Json:
    """One that has not ended, or the refusal that Stripe gives."""
    facts = _find(asked)
    if facts["status"] in ENDED:
        raise StripeError(400, "A canceled subscription can only update its cancellation_details and metadata.")
    return facts


def _done(asked: Asked, facts: Json, kind: str, before: Json) -> Answer:
    """What was changed is told, as an event too, and found by a search only later."""
    billing, world = _billing(asked), asked.stripe.world
    if before != facts:
        shop = asked.stripe.shop(asked.mode)
        shop.changed_at(facts["id"], before, world.now())
        shop.happened(asked.stripe.identity(asked.mode, "evt"), f"customer.subscription.{kind}", billing.subscription(facts), asked.now)
        world.changed()
    return 200, billing.subscription(facts, asked.expands("latest_invoice"))


def update(asked: Asked) -> Answer:
    asked.only(*UPDATED)
    facts = _going(asked)
    before, given = {**facts}, asked.given
    ending = asked.flag("cancel_at_period_end")
    if facts["schedule"] and (ending is not None or "cancel_at" in given):
        by = f"The subscription is managed by the subscription schedule `{facts['schedule']}`"
        message = f"{by}, and updating any cancelation behavior directly is not allowed."
        raise StripeError(400, message)
    if ending and given.get("cancel_at"):
        raise StripeError(400, "You may only specify one of these parameters: cancel_at, cancel_at_period_end.")
    if "pause_collection" in given:
        facts["pause_collection"] = _pause_of(asked)
    if "cancel_at" in given:
        moment = asked.number("cancel_at") if given["cancel_at"] else None
        facts.update(cancel_at=moment, cancel_at_period_end=False, canceled_at=asked.now if moment else None)
    if ending is not None and ending != facts["cancel_at_period_end"]:
        end = facts["period"][1] if ending else None
        facts.update(cancel_at_period_end=ending, cancel_at=end, canceled_at=asked.now if ending else None, reason="cancellation_requested" if ending else None)
    facts["metadata"] = asked.metadata(facts["metadata"])
    return _done(asked, facts, "updated", before)


def _pause_of(asked: Asked) -> Json | None:
    given = asked.given["pause_collection"]
    if given == "":
        return None
    if not isinstance(given, dict) or set(given) - {"behavior", "resumes_at"} or given.get("behavior") not in BEHAVIORS:
        raise StripeError(400, f"Invalid pause_collection[behavior]: must be one of {', '.join(BEHAVIORS)}", param="pause_collection[behavior]")
    resumes = given.get("resumes_at")
    if resumes is not None and (not resumes.isdigit() or int(resumes) <= asked.now):
        raise StripeError(400, "Invalid timestamp: must be an integer Unix timestamp in the future.", param="pause_collection[resumes_at]")
    return {"behavior": given["behavior"], "resumes_at": int(resumes) if resumes else None}


def cancel(asked: Asked) -> Answer:
    asked.only("invoice_now", "prorate", "cancellation_details")
    asked.flag("invoice_now")
    asked.flag("prorate")
    facts = _find(asked)
    if facts["status"] in ENDED:
        raise missing("subscription", facts["id"])
    before = {**facts}
    facts.update(status="canceled", canceled_at=asked.now, ended_at=asked.now, reason="cancellation_requested", schedule=None, pause_collection=None)
    return _done(asked, facts, "deleted", before)


def pause(asked: Asked) -> Answer:
    asked.only("type", "bill_for", "invoicing_behavior")
    facts = _going(asked)
    if asked.given.get("type", "subscription") != "subscription":
        raise StripeError(400, "Invalid type: must be subscription", param="type")
    if asked.given.get("invoicing_behavior") not in (None, "invoice", "pending_invoice_item"):
        raise StripeError(400, "Invalid invoicing_behavior: must be one of invoice, pending_invoice_item", param="invoicing_behavior")
    if facts["schedule"]:
        raise StripeError(400, "You cannot pause a subscription with an attached schedule.")
    if facts["status"] not in ("active", "trialing", "past_due"):
        raise StripeError(400, f"You cannot pause a subscription that is {facts['status']}.")
    before = {**facts}
    facts["status"] = "paused"
    return _done(asked, facts, "paused", before)


def resume(asked: Asked) -> Answer:
    asked.only("billing_cycle_anchor", "payment_behavior", "proration_behavior", "proration_date")
    facts = _going(asked)
    anchor = asked.given.get("billing_cycle_anchor", {"type": "now"})
    if not isinstance(anchor, dict) or anchor.get("type") not in ("now", "unchanged"):
        raise StripeError(400, "Invalid billing_cycle_anchor[type]: must be one of now, unchanged", param="billing_cycle_anchor[type]")
    if asked.given.get("proration_behavior") not in (None, "none", "always_invoice", "create_prorations"):
        raise StripeError(400, "Invalid proration_behavior", param="proration_behavior")
    if facts["status"] != "paused":
        raise StripeError(400, f"You cannot resume a subscription that is {facts['status']}: only one that is paused.")
    if facts["collection_method"] != "charge_automatically":
        raise StripeError(400, "You can only resume a subscription with collection_method charge_automatically.")
    before = {**facts}
    if anchor["type"] == "now":
        start, end = facts["period"]
        facts["period"] = (asked.now, asked.now + end - start)
        made = _billing(asked).bill(asked.stripe.identity(asked.mode, "in"), facts, asked.now)
        asked.stripe.shop(asked.mode).changed_at(made["id"], None, asked.now)
        refused = collect(asked, made, facts)
        if refused is not None and asked.given.get("payment_behavior") != "resume_on_payment_attempt":
            return _done(asked, facts, "updated", before)
    facts["status"] = "active"
    return _done(asked, facts, "resumed", before)


def products(asked: Asked) -> Answer:
    return 200, asked.page(narrowed(asked, _billing(asked).products), "/v1/products")


def prices(asked: Asked) -> Answer:
    return 200, asked.page(narrowed(asked, list(_billing(asked).prices.values()), "product", "type"), "/v1/prices")


def _one_of(items: t.Callable[[Billing], t.Iterable[Json]], what: str) -> t.Callable[[Asked], Answer]:
    def read_one(asked: Asked) -> Answer:
        for one in items(_billing(asked)):
            if one["id"] == asked.names["id"]:
                return 200, one
        raise missing(what, asked.names["id"])

    return read_one


ROUTES: Routes = (
    ("GET", "/v1/subscriptions", listed, "subscription_read"),
    ("GET", "/v1/subscriptions/{id}", read, "subscription_read"),
    ("POST", "/v1/subscriptions/{id}", update, "subscription_write"),
    ("DELETE", "/v1/subscriptions/{id}", cancel, "subscription_write"),
    ("POST", "/v1/subscriptions/{id}/pause", pause, "subscription_write"),
    ("POST", "/v1/subscriptions/{id}/resume", resume, "subscription_write"),
    ("GET", "/v1/products", products, "product_read"),
    ("GET", "/v1/products/{id}", _one_of(lambda billing: billing.products, "product"), "product_read"),
    ("GET", "/v1/prices", prices, "plan_read"),
    ("GET", "/v1/prices/{id}", _one_of(lambda billing: billing.prices.values(), "price"), "plan_read"),
)

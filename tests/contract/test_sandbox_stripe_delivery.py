# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's webhooks of Stripe: who gets them, how they are signed, when they are tried again, and when they are lost."""

from __future__ import annotations

import json
import typing as t

import pytest
import stripe as library

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.stripe_sandbox import Json, Stripe
from ansible_collections.saasops.runbooks.tests.harness.loopback import Answer, Loopback, Request, each, said
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Control, ControlError

HOOKS = "/v1/webhook_endpoints"
GOOD, BAD = said({"received": True}), said({"error": "no"}, 500)
HOUR, DAY = 3600, 86400


@pytest.fixture
def stripe(sandbox: Control) -> Stripe:
    return Stripe(sandbox.run)


@pytest.fixture
def app() -> t.Iterator[Loopback]:
    with Loopback(each(GOOD)) as server:
        yield server


def hook(stripe: Stripe, server: Loopback, *types: str) -> Json:
    wish = {f"enabled_events[{number}]": kind for number, kind in enumerate(types or ("*",))}
    return t.cast(Json, stripe.post(HOOKS, url=f"{server.url}/hook", **wish))


def got(server: Loopback) -> list[str]:
    return [json.loads(request.body)["id"] for request in server.requests]


def verified(request: Request, secret: str) -> library.Event:
    """What the vendor's own library says of it; the sandbox's time is not this machine's."""
    signature = request.headers["Stripe-Signature"]
    return library.Webhook.construct_event(request.body, signature, secret, tolerance=None)  # type: ignore[no-untyped-call,no-any-return]


def pending(stripe: Stripe, event: str) -> int:
    return int(stripe.get(f"/v1/events/{event}")["pending_webhooks"])


# -- who gets what
def test_a_refund_is_told_to_those_who_want_it(sandbox: Control, stripe: Stripe, app: Loopback) -> None:
    made = hook(stripe, app, "charge.refunded")
    hook(stripe, app, "invoice.paid")
    payment = stripe.get("/v1/payment_intents", limit=1)["data"][0]
    stripe.post("/v1/refunds", payment_intent=payment["id"], amount="100")
    event = stripe.get("/v1/events", limit=1)["data"][0]
    assert (event["type"], event["pending_webhooks"], app.requests) == ("charge.refunded", 1, [])
    sandbox.advance(1)
    (one,) = sandbox.deliveries("stripe")
    assert (one["target"], one["subject"], one["state"]) == (made["id"], event["id"], "delivered")
    assert [(attempt["status"], attempt["outcome"]) for attempt in one["attempts"]] == [(200, "answered 200")]
    assert pending(stripe, event["id"]) == 0
    shown = json.loads(app.requests[0].body)
    assert shown == event and b"\n" in app.requests[0].body
    vendor_schemas.stripe().check_answer("GET", f"/v1/events/{event['id']}", 200, shown)


def test_each_endpoint_has_a_secret_and_a_mode_of_its_own(sandbox: Control, stripe: Stripe, app: Loopback) -> None:
    with Loopback(each(GOOD)) as other, Loopback(each(GOOD)) as test:
        places = [(app, hook(stripe, app)), (other, hook(stripe, other))]
        stripe.key = stripe.run["test_key"]
        hook(stripe, test)
        event = sandbox.emit("stripe", type="customer.subscription.updated", object={"id": "sub_1", "object": "subscription"}, account="acct_1")
        sandbox.advance(1)
        for server, made in places:
            assert got(server) == [event]
            seen = verified(server.requests[0], made["secret"])
            assert (seen.type, seen.account, seen.data.object["id"]) == ("customer.subscription.updated", "acct_1", "sub_1")
        with pytest.raises(library.SignatureVerificationError):
            verified(app.requests[0], places[1][1]["secret"])
        assert got(test) == []


def test_an_endpoint_that_is_disabled_misses_what_happens(sandbox: Control, stripe: Stripe, app: Loopback) -> None:
    made = hook(stripe, app)
    stripe.post(f"{HOOKS}/{made['id']}", disabled="true")
    event = sandbox.emit("stripe", type="invoice.paid")
    stripe.post(f"{HOOKS}/{made['id']}", disabled="false")
    sandbox.advance(5 * DAY)
    assert (got(app), sandbox.deliveries(), pending(stripe, event)) == ([], [], 0)


# -- tried again
@pytest.mark.parametrize(("mode", "attempts", "within"), [("live", 10, 3 * DAY), ("test", 4, 6 * HOUR)])
def test_what_fails_is_tried_again_for_a_while(sandbox: Control, stripe: Stripe, mode: str, attempts: int, within: float) -> None:
    stripe.key = stripe.run["api_key" if mode == "live" else "test_key"]
    with Loopback(each(BAD)) as down:
        hook(stripe, down)
        event = sandbox.emit("stripe", type="invoice.paid", mode=mode)
        sandbox.advance(30)
        assert [one["state"] for one in sandbox.deliveries()] == ["pending"]
        sandbox.advance(within)
        (one,) = sandbox.deliveries()
        assert (one["state"], len(one["attempts"]), len(down.requests)) == ("failed", attempts, attempts)
        waits = [after["at"] - before["at"] for before, after in zip(one["attempts"], one["attempts"][1:], strict=False)]
        assert waits == sorted(waits) and one["attempts"][-1]["at"] - one["attempts"][0]["at"] <= within
        sandbox.advance(5 * DAY)
        assert len(down.requests) == attempts
        assert [found["id"] for found in stripe.get("/v1/events", delivery_success="false", limit=1)["data"]] == [event]


def test_each_attempt_is_signed_anew(sandbox: Control, stripe: Stripe) -> None:
    with Loopback(each(BAD, GOOD)) as app:
        made = hook(stripe, app)
        event = sandbox.emit("stripe", type="invoice.paid")
        sandbox.advance(HOUR)
        assert got(app) == [event, event] and pending(stripe, event) == 0
        assert len({request.headers["Stripe-Signature"] for request in app.requests}) == 2
        assert all(verified(request, made["secret"]).id == event for request in app.requests)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(302, b"", {"Location": "/elsewhere"}), "answered 302"),
        (Answer(204, b""), "answered 204"),
        (Answer(kind="reset"), "no answer: "),
        (Answer(kind="hang"), "no answer in time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_only_2xx_in_time_is_good(sandbox: Control, stripe: Stripe, answer: Answer, outcome: str) -> None:
    if answer.kind == "hang":
        sandbox.deliver(webhook_timeout_ms=200)
    with Loopback(each(answer)) as app:
        hook(stripe, app)
        sandbox.emit("stripe", type="invoice.paid")
        sandbox.advance(2)
        (one,) = sandbox.deliveries()
        assert one["attempts"][0]["outcome"].startswith(outcome)
        assert one["state"] == ("delivered" if outcome == "answered 204" else "pending")
        assert [request.path for request in app.requests] == ["/hook"]


def test_nothing_leaves_the_machine(sandbox: Control, stripe: Stripe) -> None:
    stripe.post(HOOKS, url="https://app.example.com/hook", **{"enabled_events[0]": "*"})
    sandbox.emit("stripe", type="invoice.paid")
    sandbox.advance(1)
    (one,) = sandbox.deliveries()
    assert (one["state"], one["attempts"][0]["status"]) == ("pending", None) and "loopback" in one["attempts"][0]["outcome"]


@pytest.mark.parametrize("end", ["deleted", "disabled"])
def test_what_has_not_arrived_is_lost_with_its_endpoint(sandbox: Control, stripe: Stripe, end: str) -> None:
    with Loopback(each(BAD, GOOD)) as app:
        made = hook(stripe, app)
        event = sandbox.emit("stripe", type="invoice.paid")
        sandbox.advance(2)
        if end == "deleted":
            assert stripe.ask("DELETE", f"{HOOKS}/{made['id']}")[0] == 200
        else:
            stripe.post(f"{HOOKS}/{made['id']}", disabled="true")
            stripe.post(f"{HOOKS}/{made['id']}", disabled="false")
        sandbox.advance(5 * DAY)
        assert [one["state"] for one in sandbox.deliveries()] == ["dropped"] and got(app) == [event]
        assert pending(stripe, event) == (0 if end == "deleted" else 1)


# -- doubled, and out of order
def test_deliveries_may_be_doubled_and_overtake_each_other(sandbox: Control, stripe: Stripe, app: Loopback) -> None:
    hook(stripe, app)
    sandbox.deliver(webhook_duplicates=1, webhook_late_seconds=60)
    events = [sandbox.emit("stripe", type="invoice.paid") for _number in range(3)]
    sandbox.advance(HOUR)
    assert got(app) == [events[0], events[2], events[0], events[2], events[1], events[1]]
    assert [attempt["copy"] for one in sandbox.deliveries() for attempt in one["attempts"]] == [False, True] * 3
    with pytest.raises(ControlError):
        sandbox.deliver(webhook_speed=1)


# -- by hand
def test_an_event_is_sent_again_to_an_endpoint_that_is_named(sandbox: Control, stripe: Stripe) -> None:
    with Loopback(each(BAD, GOOD)) as app:
        made = hook(stripe, app)
        event = sandbox.emit("stripe", type="invoice.paid")
        sandbox.advance(2)
        # Without an endpoint it goes to listeners of the command line alone.
        assert stripe.post(f"/v1/events/{event}/retry", for_stripecli="true")["id"] == event
        sandbox.advance(2)
        assert got(app) == [event]
        assert stripe.post(f"/v1/events/{event}/retry", webhook_endpoint=made["id"])["pending_webhooks"] == 1
        sandbox.advance(2)
        assert pending(stripe, event) == 0
        # What was sent by hand stops nothing.
        sandbox.advance(HOUR)
        assert got(app) == [event] * 3
        assert [len(one["attempts"]) for one in sandbox.deliveries()] == [2, 1]


def test_an_event_does_not_reach_an_endpoint_that_came_after_it(sandbox: Control, stripe: Stripe, app: Loopback) -> None:
    unwanting = hook(stripe, app, "charge.refunded")
    event = sandbox.emit("stripe", type="invoice.paid")
    late = hook(stripe, app)
    stripe.post(f"{HOOKS}/{unwanting['id']}", **{"enabled_events[0]": "*"})
    for endpoint in (unwanting, late):
        assert stripe.post(f"/v1/events/{event}/retry", webhook_endpoint=endpoint["id"])["id"] == event
    sandbox.advance(DAY)
    assert got(app) == []


def test_what_cannot_be_sent_again_is_refused(stripe: Stripe, sandbox: Control, app: Loopback) -> None:
    made = hook(stripe, app)
    event = sandbox.emit("stripe", type="invoice.paid")
    assert stripe.refused("POST", f"/v1/events/{event}/retry", {"webhook_endpoint": "we_none"}) == (404, "resource_missing")
    assert stripe.refused("POST", "/v1/events/evt_none/retry", {"webhook_endpoint": made["id"]}) == (404, "resource_missing")
    sandbox.advance(31 * DAY)
    assert stripe.refused("POST", f"/v1/events/{event}/retry", {"webhook_endpoint": made["id"]}) == (404, "resource_missing")
    stripe.key = stripe.run["restricted_key"]
    assert stripe.refused("POST", f"/v1/events/{event}/retry", {"webhook_endpoint": made["id"]})[0] == 403

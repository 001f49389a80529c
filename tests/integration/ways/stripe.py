# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Stripe."""

from __future__ import annotations

import requests

from tests.harness import stripe_hooks
from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_KEY = "sk_live_waysTestWrong6Gd1Kw9Px3Vn8Tj"
SIGNING_SECRET = "whsec_waysTest5Tn8Wk2Zr6Hq9Xb3"
SECRETS = (WRONG_KEY, SIGNING_SECRET)
HOOK: Json = {"name": "checkout", "url": "https://app.example.com/hook", "enabled_events": ["invoice.paid"]}
NEEDED: dict[str, Json] = {
    "stripe_account_info": {},
    "stripe_balance_info": {},
    "stripe_customer_info": {},
    "stripe_dispute_info": {},
    "stripe_event_info": {},
    "stripe_event_replay": {"url": "http://127.0.0.1:9/hook", "secret": SIGNING_SECRET, "events": ["evt_none"], "environment": "shop/ways"},
    "stripe_event_resend": {"webhook_endpoint": "checkout", "events": ["evt_none"]},
    "stripe_export": {"dest": "stripe", "resources": ["payouts"]},
    "stripe_payment_info": {},
    "stripe_payout_info": {},
    "stripe_refund": {"payment_intent": "pi_none", "key": "returned"},
    "stripe_subscription": {"subscription": "sub_none", "state": "active"},
    "stripe_subscription_info": {},
    "stripe_webhook_endpoint": {"name": "checkout", "state": "rotated"},
    "stripe_webhook_endpoint_info": {},
}
BAD: list[tuple[str, Json]] = [
    ("stripe_account_info", {"api_key": WRONG_KEY}),
    ("stripe_account_info", {"mode": "test"}),
    ("stripe_account_info", {"mode": "both"}),
    ("stripe_balance_info", {"api_url": "http://api.example.com"}),
    ("stripe_balance_info", {"version": "newest"}),
    ("stripe_customer_info", {"customer": "cus_none"}),
    ("stripe_customer_info", {"customer": "somebody"}),
    ("stripe_dispute_info", {"dispute": "du_none"}),
    ("stripe_dispute_info", {"status": ["open"]}),
    ("stripe_event_info", {"event": "evt_none"}),
    ("stripe_event_info", {"event": "evt_1", "types": ["invoice.paid"]}),
    ("stripe_event_info", {"max_age": "721h"}),
    ("stripe_event_replay", {}),
    ("stripe_event_replay", {"secret": " "}),
    ("stripe_event_replay", {"secret": None}),
    ("stripe_event_replay", {"url": "http://app.example.com/hook"}),
    ("stripe_event_replay", {"webhook_endpoint": "checkout"}),
    ("stripe_event_replay", {"in_doubt": "maybe"}),
    ("stripe_event_replay", {"events": None}),
    ("stripe_event_resend", {}),
    ("stripe_event_resend", {"webhook_endpoint": None}),
    ("stripe_event_resend", {"max_age": "24h"}),
    ("stripe_event_resend", {"limit": 0}),
    ("stripe_export", {}),
    ("stripe_export", {"dest": "away/stripe"}),
    ("stripe_export", {"dest": "new", "resources": ["customer"]}),
    ("stripe_export", {"dest": "new", "parallel": 11}),
    ("stripe_export", {"dest": "new", "created_gte": 2, "created_lt": 1}),
    ("stripe_payment_info", {"customer": "nobody@example.com"}),
    ("stripe_payment_info", {"customer": "cus_1", "payment_intent": "pi_1"}),
    ("stripe_payment_info", {"status": ["paid"]}),
    ("stripe_payment_info", {"limit": 0}),
    ("stripe_payout_info", {"payout": "po_none"}),
    ("stripe_payout_info", {"payout": "po_1", "status": ["paid"]}),
    ("stripe_refund", {}),
    ("stripe_refund", {"payment_intent": None}),
    ("stripe_refund", {"charge": "ch_none"}),
    ("stripe_refund", {"key": " "}),
    ("stripe_refund", {"key": None}),
    ("stripe_refund", {"amount": "much"}),
    ("stripe_subscription", {}),
    ("stripe_subscription", {"subscription": None}),
    ("stripe_subscription", {"state": "past_due"}),
    ("stripe_subscription", {"state": "paused"}),
    ("stripe_subscription", {"state": "paused", "pause": "collection"}),
    ("stripe_subscription", {"state": "canceled"}),
    ("stripe_subscription", {"when": "now"}),
    ("stripe_subscription_info", {"subscription": "sub_none"}),
    ("stripe_subscription_info", {"subscription": "sub_1", "status": "all"}),
    ("stripe_subscription_info", {"copies": {"cus_1": "ACTIVE"}}),
    ("stripe_webhook_endpoint", {"state": "present"}),
    ("stripe_webhook_endpoint", {"name": None}),
    ("stripe_webhook_endpoint", {"name": "nothing"}),
    ("stripe_webhook_endpoint", {"secret_stored": False}),
    ("stripe_webhook_endpoint", {"state": "gone"}),
    ("stripe_webhook_endpoint", {"enabled_events": ["paid!"]}),
    ("stripe_webhook_endpoint_info", {"endpoint": "chekout"}),
]


def newest(world: World) -> Json:
    """The newest payment of the shop, the same in every world of a seed."""
    known = world.sandbox_run["stripe"]
    headers = {"Authorization": f"Bearer {known['api_key']}"}
    answer = requests.get(f"{known['url']}/v1/payment_intents", params={"limit": "1"}, headers=headers, timeout=10)
    return dict(answer.json()["data"][0])


def first_of(world: World, things: str) -> str:
    known = world.sandbox_run["stripe"]
    headers = {"Authorization": f"Bearer {known['api_key']}"}
    return str(requests.get(f"{known['url']}/v1/{things}", params={"limit": "1"}, headers=headers, timeout=10).json()["data"][0]["id"])


def subscriptions() -> list[Cycle | Look]:
    module, info = "stripe_subscription", "stripe_subscription_info"
    owing, going = ({"customer": f"customer-{number:04d}@example.com"} for number in (4, 1))
    status = "subscriptions[].status"
    return [
        Cycle(module, {**owing, "state": "active", "pay": True}, info, owing, f"{status} == ['active']"),
        Cycle(
            module,
            {**going, "state": "paused", "pause": "collection", "behavior": "void"},
            info,
            going,
            "subscriptions[].pause_collection.behavior == ['void']",
        ),
        Cycle(module, {**going, "state": "active"}, info, going, "subscriptions[0].pause_collection == `null`"),
        Cycle(module, {**going, "state": "paused", "pause": "subscription"}, info, going, f"{status} == ['paused']"),
        Cycle(module, {**going, "state": "active", "billing_cycle_anchor": "unchanged"}, info, going, f"{status} == ['active']"),
        Cycle(module, {**going, "state": "canceled", "when": "period_end"}, info, going, "subscriptions[].cancel_at_period_end == [`true`]"),
        Cycle(module, {**going, "state": "canceled", "when": "now", "allow": "destroy"}, info, {**going, "status": "all"}, f"{status} == ['canceled']"),
    ]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    name: Json = {"name": "checkout"}
    found = newest(world)
    payment = {"payment_intent": found["id"]}
    module, info = "stripe_webhook_endpoint", "stripe_webhook_endpoint_info"
    test: Json = {"api_key": world.sandbox_run["stripe"]["test_key"], "mode": "test"}
    made, (first, second) = stripe_hooks.undelivered(world.sandbox, "test", 2)
    posted: Json = {"secret": made["secret"], "environment": "shop/ways", "ledger_url": ledger}
    # What is there already, read in one go: the same either way.
    exported: Json = {"dest": "stripe", "overwrite": True, "created_lt": found["created"], "parallel": 1}
    return [
        Look("stripe_account_info", {"mode": "live"}, "account.charges_enabled"),
        Look("stripe_balance_info", {}, "negative == ['usd']"),
        Look("stripe_customer_info", {"customer": found["customer"]}, "length(customers) == `1`"),
        Look("stripe_customer_info", {"customer": "customer-0007@example.com"}, "customers[].email == ['customer-0007@example.com']"),
        Look("stripe_dispute_info", {"status": ["needs_response"]}, "disputes[].waits_for == ['merchant']"),
        Look("stripe_dispute_info", {"dispute": first_of(world, "disputes")}, "length(disputes) == `1`"),
        Look("stripe_event_info", {"event": first_of(world, "events")}, "events[0].object == 'payment_intent'"),
        Look("stripe_event_info", {"delivered": False}, "length(events) > `0` && length(events[?pending_webhooks == `0`]) == `0`"),
        Cycle(
            "stripe_event_resend",
            {**test, "webhook_endpoint": made["id"], "events": [first]},
            "stripe_event_info",
            {**test, "event": first},
            "events[0].pending_webhooks == `0`",
        ),
        Cycle(
            "stripe_event_replay",
            {**test, **posted, "webhook_endpoint": made["id"], "max_age": "1h"},
            "stripe_event_info",
            {**test, "event": second},
            "events[0].pending_webhooks == `1`",
        ),
        Cycle("stripe_export", exported, "stripe_balance_info", {}, "livemode", repeats=True),
        Look("stripe_payment_info", payment, "payments[0].amount_refunded == `0`"),
        Look("stripe_payment_info", {"customer": "customer-0007@example.com"}, "length(payments) == `2`"),
        Look("stripe_payout_info", {"status": ["in_transit"]}, "payouts[].final == [`false`]"),
        Look("stripe_payout_info", {"payout": first_of(world, "payouts"), "transactions": True}, "length(transactions) > `1`"),
        Look("stripe_subscription_info", {"subscription": first_of(world, "subscriptions")}, "subscriptions[].status == ['active']"),
        Look("stripe_subscription_info", {"copies": {"sub_none": "ACTIVE"}}, "differences[].copy_status == ['ACTIVE']"),
        *subscriptions(),
        Cycle("stripe_refund", {**payment, "key": "damaged", "amount": 100}, "stripe_payment_info", payment, "payments[0].amount_refunded == `100`"),
        Cycle(
            "stripe_refund",
            {"charge": found["latest_charge"], "key": "returned"},
            "stripe_payment_info",
            payment,
            "payments[0].amount_refunded == payments[0].amount",
        ),
        Cycle(module, HOOK, info, {}, "endpoints[].name == ['checkout']", no_log=True),
        Cycle(module, {**name, "state": "rotating"}, info, {}, "length(endpoints) == `2`", no_log=True),
        Cycle(module, {**name, "state": "rotated"}, info, {}, "endpoints[].status == ['enabled', 'disabled']"),
        Cycle(module, {**name, "description": "Payments"}, info, {"endpoint": "checkout"}, "endpoints[0].description == 'Payments'", no_log=True),
        Cycle(module, {**name, "state": "absent", "allow": "destroy"}, info, {}, "length(endpoints) == `1`"),
    ]

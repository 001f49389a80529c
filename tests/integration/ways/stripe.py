# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Stripe."""

from __future__ import annotations

import requests

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_KEY = "sk_live_waysTestWrong6Gd1Kw9Px3Vn8Tj"
SECRETS = (WRONG_KEY,)
HOOK: Json = {"name": "checkout", "url": "https://app.example.com/hook", "enabled_events": ["invoice.paid"]}
NEEDED: dict[str, Json] = {
    "stripe_account_info": {},
    "stripe_balance_info": {},
    "stripe_customer_info": {},
    "stripe_event_info": {},
    "stripe_payment_info": {},
    "stripe_refund": {"payment_intent": "pi_none", "key": "returned"},
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
    ("stripe_event_info", {"event": "evt_none"}),
    ("stripe_event_info", {"event": "evt_1", "types": ["invoice.paid"]}),
    ("stripe_event_info", {"max_age": "721h"}),
    ("stripe_payment_info", {"customer": "nobody@example.com"}),
    ("stripe_payment_info", {"customer": "cus_1", "payment_intent": "pi_1"}),
    ("stripe_payment_info", {"status": ["paid"]}),
    ("stripe_payment_info", {"limit": 0}),
    ("stripe_refund", {}),
    ("stripe_refund", {"payment_intent": None}),
    ("stripe_refund", {"charge": "ch_none"}),
    ("stripe_refund", {"key": " "}),
    ("stripe_refund", {"key": None}),
    ("stripe_refund", {"amount": "much"}),
    ("stripe_webhook_endpoint", {"state": "present"}),
    ("stripe_webhook_endpoint", {"name": None}),
    ("stripe_webhook_endpoint", {"name": "nothing"}),
    ("stripe_webhook_endpoint", {"state": "absent"}),
    ("stripe_webhook_endpoint", {"enabled_events": ["paid!"]}),
    ("stripe_webhook_endpoint_info", {"endpoint": "chekout"}),
]


def paid(world: World) -> str:
    known = world.sandbox_run["stripe"]
    headers = {"Authorization": f"Bearer {known['api_key']}"}
    return str(requests.get(f"{known['url']}/v1/payment_intents", params={"limit": "1"}, headers=headers, timeout=10).json()["data"][0]["id"])


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    name: Json = {"name": "checkout"}
    # The newest payment of the shop is the same in every world of a seed.
    payment = paid(world)
    return [
        Look("stripe_account_info", {"mode": "live"}, "account.charges_enabled"),
        Look("stripe_balance_info", {}, "negative == ['usd']"),
        Look("stripe_customer_info", {"customer": "customer-0007@example.com"}, "customers[].email == ['customer-0007@example.com']"),
        Look("stripe_event_info", {"delivered": False}, "length(events) > `0` && !events[?pending_webhooks == `0`]"),
        Look("stripe_payment_info", {"customer": "customer-0007@example.com"}, "length(payments) == `2`"),
        Cycle(
            "stripe_refund",
            {"payment_intent": payment, "key": "returned", "amount": 100},
            "stripe_payment_info",
            {"payment_intent": payment},
            "payments[0].amount_refunded == `100`",
        ),
        Cycle("stripe_webhook_endpoint", HOOK, "stripe_webhook_endpoint_info", {}, "endpoints[].name == ['checkout']", no_log=True),
        Cycle("stripe_webhook_endpoint", {**name, "state": "rotating"}, "stripe_webhook_endpoint_info", {}, "length(endpoints) == `2`", no_log=True),
        Cycle("stripe_webhook_endpoint", {**name, "state": "rotated"}, "stripe_webhook_endpoint_info", {}, "endpoints[].status == ['enabled', 'disabled']"),
        Cycle(
            "stripe_webhook_endpoint",
            {**name, "description": "Payments"},
            "stripe_webhook_endpoint_info",
            {"endpoint": "checkout"},
            "endpoints[0].description == 'Payments'",
            no_log=True,
        ),
    ]

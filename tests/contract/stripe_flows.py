# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the rooms of Stripe ever ask for, once, by topic, against a vendor that answers as it says."""

from __future__ import annotations

import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import (
    account_info,
    balance_info,
    customer_info,
    event_info,
    event_resend,
    export,
    payment_info,
    refund,
    webhook_endpoint,
    webhook_endpoint_info,
)
from ansible_collections.saasops.runbooks.tests.contract import stripe_billing_flows
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import (
    ACCOUNT,
    BACK,
    BALANCE,
    ENDPOINT,
    EVENT,
    HOOK,
    PAY,
    PAYMENT,
    REFUND,
    SECRET,
    Json,
    Stripe,
    error,
    of_module,
    page,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import LOST

ANSWERS: list[tuple[str, Json]] = [
    ("/v1/account", ACCOUNT),
    ("/v1/balance", BALANCE),
    ("/v1/webhook_endpoints", page(HOOK)),
    ("/v1/events", page(EVENT, url="/v1/events")),
    ("/v1/webhook_endpoints/we_1", HOOK),
]


def good(result: Json) -> Json:
    assert not result.get("failed"), result["msg"]
    return result


def account(stripe: Stripe) -> None:
    stripe.on("GET", "/v1/account", ACCOUNT)
    stripe.on("GET", "/v1/balance", BALANCE)
    good(of_module(account_info.execute))
    good(of_module(balance_info.execute))


def webhooks(stripe: Stripe) -> None:
    changed = {**HOOK, "url": "https://app.example.com/new", "enabled_events": ["*"], "status": "disabled", "description": "x"}
    stripe.on("GET", "/v1/webhook_endpoints", page(HOOK, more=True), page(), page(), page(HOOK))
    stripe.on("POST", "/v1/webhook_endpoints", {**HOOK, "secret": SECRET})
    stripe.on("POST", "/v1/webhook_endpoints/we_1", {**changed, "metadata": {**HOOK["metadata"], "team": "shop"}})
    stripe.on("DELETE", "/v1/webhook_endpoints/we_1", LOST, {"id": "we_1", "object": "webhook_endpoint", "deleted": True})
    stripe.on("GET", "/v1/webhook_endpoints/we_1", (404, error("No such webhook endpoint", "resource_missing")))
    good(of_module(webhook_endpoint_info.execute, endpoint=None))
    wish = {**ENDPOINT, "name": "checkout", "url": HOOK["url"], "enabled_events": ["invoice.paid"], "metadata": {"team": "shop"}}
    good(of_module(webhook_endpoint.execute, **{**wish, "connect": True, "description": "x", "api_version": "2026-10-28.endive"}))
    more = {**wish, "url": changed["url"], "enabled_events": ["*"], "enabled": False, "description": "x"}
    good(of_module(webhook_endpoint.execute, **more))
    good(of_module(webhook_endpoint.execute, **{**ENDPOINT, "name": "checkout", "state": "absent"}, allow="destroy"))


def payments(stripe: Stripe) -> None:
    stripe.on("GET", "/v1/customers", page({"id": "cus_1"}, url="/v1/customers"))
    stripe.on("GET", "/v1/payment_intents", page(PAYMENT, more=True, url="/v1/payment_intents"), page(url="/v1/payment_intents"))
    stripe.on("GET", "/v1/payment_intents/pi_1", PAYMENT)
    stripe.on("GET", "/v1/charges/ch_1", PAYMENT["latest_charge"])
    stripe.on("GET", "/v1/refunds", page(url="/v1/refunds"))
    stripe.on("POST", "/v1/refunds", REFUND)
    good(of_module(payment_info.execute, **{**PAY, "customer": "a@example.com", "max_age": "24h", "status": ["succeeded"]}))
    stripe.on("GET", "/v1/customers/cus_1", {"id": "cus_1", "object": "customer", "deleted": True})
    good(of_module(customer_info.execute, customer="cus_1", max_age=None, limit=20))
    good(of_module(payment_info.execute, **{**PAY, "payment_intent": "pi_1"}))
    good(of_module(refund.execute, **{**BACK, "payment_intent": "pi_1", "key": "a", "amount": 100, "reason": "duplicate"}))
    good(of_module(refund.execute, **{**BACK, "charge": "ch_1", "key": "b", "reverse_transfer": True, "refund_application_fee": True}))


def events(stripe: Stripe) -> None:
    stripe.on("GET", "/v1/events", page(EVENT, url="/v1/events"))
    stripe.on("GET", "/v1/events/evt_1", EVENT)
    wish: Json = {"event": None, "types": ["payment_intent.succeeded"], "delivered": False, "max_age": "24h", "limit": 100}
    good(of_module(event_info.execute, **wish))
    good(of_module(event_info.execute, **{**dict.fromkeys(wish), "limit": 1, "event": "evt_1"}))
    of_account = {**EVENT, "id": "evt_2", "account": "acct_1", "type": "invoice.paid"}
    stripe.on("GET", "/v1/events/evt_2", of_account)
    stripe.on("GET", "/v1/webhook_endpoints", page(HOOK))
    stripe.on("POST", "/v1/events/evt_2/retry", of_account)
    again: Json = {"webhook_endpoint": "checkout", "events": ["evt_2"], "types": None, "max_age": None, "limit": 100, "verify_within": 0.0}
    good(of_module(event_resend.execute, **again))


def exports(stripe: Stripe) -> None:
    """Also of a list that goes on."""
    stripe.on("GET", "/v1/account", ACCOUNT)
    for name in export.RESOURCES:
        url = f"/v1/{name}"
        stripe.on("GET", url, page({"id": "a_1", "created": 5}, more=True, url=url), page({"id": "a_2", "created": 4}, url=url))
    wish: Json = {"overwrite": False, "resources": None, "created_gte": 1, "created_lt": 9, "parallel": 2, "requests_per_second": 100}
    with tempfile.TemporaryDirectory() as folder:
        assert good(of_module(export.execute, dest=f"{folder}/stripe", **wish))["export"]["records"] == 2 * len(export.RESOURCES)


FLOWS: tuple[t.Callable[[Stripe], None], ...] = (account, webhooks, payments, events, exports, *stripe_billing_flows.FLOWS)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Stripe API, version 2026-10-28.endive. Bodies are forms; every POST carries an idempotency key."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

PAGE = ("limit", "starting_after")

GET_ACCOUNT = Operation("get_account", "GET", "/v1/account")
GET_BALANCE = Operation("get_balance", "GET", "/v1/balance")

LIST_WEBHOOK_ENDPOINTS = Operation("list_webhook_endpoints", "GET", "/v1/webhook_endpoints", query=PAGE)
GET_WEBHOOK_ENDPOINT = Operation("get_webhook_endpoint", "GET", "/v1/webhook_endpoints/{id}")
CREATE_WEBHOOK_ENDPOINT = Operation(
    "create_webhook_endpoint",
    "POST",
    "/v1/webhook_endpoints",
    body=("url", "enabled_events", "api_version", "connect", "description", "metadata"),
    changes=True,
    form=True,
)
UPDATE_WEBHOOK_ENDPOINT = Operation(
    "update_webhook_endpoint",
    "POST",
    "/v1/webhook_endpoints/{id}",
    body=("url", "enabled_events", "disabled", "description", "metadata"),
    changes=True,
    form=True,
)
# What was not delivered to it yet is lost with it.
DELETE_WEBHOOK_ENDPOINT = Operation("delete_webhook_endpoint", "DELETE", "/v1/webhook_endpoints/{id}", changes=True, destroys=True)

LIST_CUSTOMERS = Operation("list_customers", "GET", "/v1/customers", query=(*PAGE, "created", "email"))
GET_CUSTOMER = Operation("get_customer", "GET", "/v1/customers/{id}")
LIST_PAYMENT_INTENTS = Operation("list_payment_intents", "GET", "/v1/payment_intents", query=(*PAGE, "created", "customer", "expand"))
GET_PAYMENT_INTENT = Operation("get_payment_intent", "GET", "/v1/payment_intents/{id}", query=("expand",))
GET_CHARGE = Operation("get_charge", "GET", "/v1/charges/{id}")
LIST_REFUNDS = Operation("list_refunds", "GET", "/v1/refunds", query=(*PAGE, "charge", "payment_intent"))
CREATE_REFUND = Operation(
    "create_refund",
    "POST",
    "/v1/refunds",
    body=("charge", "payment_intent", "amount", "reason", "metadata", "refund_application_fee", "reverse_transfer"),
    changes=True,
    form=True,
)

LIST_EVENTS = Operation("list_events", "GET", "/v1/events", query=(*PAGE, "created", "delivery_success", "types"))
GET_EVENT = Operation("get_event", "GET", "/v1/events/{id}")
# In no document: it is what Stripe's own command-line client sends.
RESEND_EVENT = Operation("resend_event", "POST", "/v1/events/{event}/retry", body=("webhook_endpoint", "account"), changes=True, form=True)

OPERATIONS = table(
    GET_ACCOUNT,
    GET_BALANCE,
    LIST_WEBHOOK_ENDPOINTS,
    GET_WEBHOOK_ENDPOINT,
    CREATE_WEBHOOK_ENDPOINT,
    UPDATE_WEBHOOK_ENDPOINT,
    DELETE_WEBHOOK_ENDPOINT,
    LIST_CUSTOMERS,
    GET_CUSTOMER,
    LIST_PAYMENT_INTENTS,
    GET_PAYMENT_INTENT,
    GET_CHARGE,
    LIST_REFUNDS,
    CREATE_REFUND,
    LIST_EVENTS,
    GET_EVENT,
    RESEND_EVENT,
)

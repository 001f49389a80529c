# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Stripe API, version 2026-10-28.endive. Bodies are forms; every POST carries an idempotency key."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

PAGE = ("limit", "starting_after")

GET_ACCOUNT = Operation("get_account", "GET", "/v1/account", needs=("rak_accounts_kyc_basic_read",))
GET_BALANCE = Operation("get_balance", "GET", "/v1/balance", needs=("rak_balance_read",))

LIST_WEBHOOK_ENDPOINTS = Operation("list_webhook_endpoints", "GET", "/v1/webhook_endpoints", query=PAGE, needs=("rak_webhook_read",))
GET_WEBHOOK_ENDPOINT = Operation("get_webhook_endpoint", "GET", "/v1/webhook_endpoints/{id}", needs=("rak_webhook_read",))
CREATE_WEBHOOK_ENDPOINT = Operation(
    "create_webhook_endpoint",
    "POST",
    "/v1/webhook_endpoints",
    body=("url", "enabled_events", "api_version", "connect", "description", "metadata"),
    changes=True,
    form=True,
    needs=("rak_webhook_write",),
)
UPDATE_WEBHOOK_ENDPOINT = Operation(
    "update_webhook_endpoint",
    "POST",
    "/v1/webhook_endpoints/{id}",
    body=("url", "enabled_events", "disabled", "description", "metadata"),
    changes=True,
    form=True,
    needs=("rak_webhook_write",),
)
# What was not delivered to it yet is lost with it.
DELETE_WEBHOOK_ENDPOINT = Operation(
    "delete_webhook_endpoint", "DELETE", "/v1/webhook_endpoints/{id}", changes=True, destroys=True, needs=("rak_webhook_write",)
)

LIST_CUSTOMERS = Operation("list_customers", "GET", "/v1/customers", query=(*PAGE, "created", "email"), needs=("rak_customer_read",))
GET_CUSTOMER = Operation("get_customer", "GET", "/v1/customers/{id}", needs=("rak_customer_read",))
LIST_PAYMENT_INTENTS = Operation(
    "list_payment_intents", "GET", "/v1/payment_intents", query=(*PAGE, "created", "customer", "expand"), needs=("rak_payment_intent_read",)
)
GET_PAYMENT_INTENT = Operation("get_payment_intent", "GET", "/v1/payment_intents/{id}", query=("expand",), needs=("rak_payment_intent_read",))
GET_CHARGE = Operation("get_charge", "GET", "/v1/charges/{id}", needs=("rak_charge_read",))
LIST_CHARGES = Operation("list_charges", "GET", "/v1/charges", query=(*PAGE, "created"), needs=("rak_charge_read",))
LIST_REFUNDS = Operation("list_refunds", "GET", "/v1/refunds", query=(*PAGE, "charge", "created", "payment_intent"), needs=("rak_charge_read",))
CREATE_REFUND = Operation(
    "create_refund",
    "POST",
    "/v1/refunds",
    body=("charge", "payment_intent", "amount", "reason", "metadata", "refund_application_fee", "reverse_transfer"),
    changes=True,
    form=True,
    needs=("rak_charge_write",),
)

LIST_SUBSCRIPTIONS = Operation(
    "list_subscriptions", "GET", "/v1/subscriptions", query=(*PAGE, "created", "customer", "expand", "status"), needs=("rak_subscription_read",)
)
GET_SUBSCRIPTION = Operation("get_subscription", "GET", "/v1/subscriptions/{id}", query=("expand",), needs=("rak_subscription_read",))
UPDATE_SUBSCRIPTION = Operation(
    "update_subscription",
    "POST",
    "/v1/subscriptions/{id}",
    body=("cancel_at", "cancel_at_period_end", "pause_collection", "expand"),
    changes=True,
    form=True,
    needs=("rak_subscription_write",),
)
PAUSE_SUBSCRIPTION = Operation(
    "pause_subscription",
    "POST",
    "/v1/subscriptions/{id}/pause",
    body=("type", "invoicing_behavior", "expand"),
    changes=True,
    form=True,
    needs=("rak_subscription_write",),
)
RESUME_SUBSCRIPTION = Operation(
    "resume_subscription",
    "POST",
    "/v1/subscriptions/{id}/resume",
    body=("billing_cycle_anchor", "proration_behavior", "expand"),
    changes=True,
    form=True,
    needs=("rak_subscription_write",),
)
# What has ended cannot be taken up again: the customer would have to subscribe anew.
CANCEL_SUBSCRIPTION = Operation(
    "cancel_subscription",
    "DELETE",
    "/v1/subscriptions/{id}",
    query=("expand", "invoice_now", "prorate"),
    changes=True,
    destroys=True,
    needs=("rak_subscription_write",),
)
LIST_INVOICES = Operation("list_invoices", "GET", "/v1/invoices", query=(*PAGE, "created"), needs=("rak_invoice_read",))
GET_INVOICE = Operation("get_invoice", "GET", "/v1/invoices/{id}", needs=("rak_invoice_read",))
PAY_INVOICE = Operation("pay_invoice", "POST", "/v1/invoices/{id}/pay", changes=True, form=True, needs=("rak_invoice_write",))
LIST_INVOICE_PAYMENTS = Operation(
    "list_invoice_payments", "GET", "/v1/invoice_payments", query=(*PAGE, "created", "expand", "invoice"), needs=("rak_invoice_read",)
)

LIST_PAYOUTS = Operation("list_payouts", "GET", "/v1/payouts", query=(*PAGE, "created", "status"), needs=("rak_payout_read",))
GET_PAYOUT = Operation("get_payout", "GET", "/v1/payouts/{id}", needs=("rak_payout_read",))
LIST_BALANCE_TRANSACTIONS = Operation(
    "list_balance_transactions", "GET", "/v1/balance_transactions", query=(*PAGE, "created", "payout"), needs=("rak_balance_transaction_read",)
)
LIST_DISPUTES = Operation("list_disputes", "GET", "/v1/disputes", query=(*PAGE, "charge", "created", "payment_intent"), needs=("rak_dispute_read",))
GET_DISPUTE = Operation("get_dispute", "GET", "/v1/disputes/{id}", needs=("rak_dispute_read",))

LIST_EVENTS = Operation("list_events", "GET", "/v1/events", query=(*PAGE, "created", "delivery_success", "types"), needs=("rak_event_read",))
GET_EVENT = Operation("get_event", "GET", "/v1/events/{id}", needs=("rak_event_read",))
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
    LIST_CHARGES,
    LIST_REFUNDS,
    CREATE_REFUND,
    LIST_SUBSCRIPTIONS,
    GET_SUBSCRIPTION,
    UPDATE_SUBSCRIPTION,
    PAUSE_SUBSCRIPTION,
    RESUME_SUBSCRIPTION,
    CANCEL_SUBSCRIPTION,
    LIST_INVOICES,
    GET_INVOICE,
    PAY_INVOICE,
    LIST_INVOICE_PAYMENTS,
    LIST_PAYOUTS,
    GET_PAYOUT,
    LIST_BALANCE_TRANSACTIONS,
    LIST_DISPUTES,
    GET_DISPUTE,
    LIST_EVENTS,
    GET_EVENT,
    RESEND_EVENT,
)

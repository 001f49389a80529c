#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_subscription
short_description: Keep a subscription at Stripe going, paused or canceled
version_added: 0.1.0
description:
  - Brings a subscription into a state - going on and paid, paused in one of Stripe's two ways, or canceled, now or with its period.
  - Nobody can write the status of a subscription; Stripe moves it. A V(past_due) one becomes active when its open invoice is paid. So
    O(state=active) with O(pay=true) collects that invoice, once. What an application's own database says is corrected from Stripe, see
    M(saasops.runbooks.stripe_subscription_info), and never the other way round.
notes:
  - "Requests: 1 when it is so already, and 1 for each change; to pay an invoice 2 more. A customer's e-mail address takes 1 more."
  - An invoice is paid once. The invoice and its payments are looked at before anything is collected; what a bank is still working on is
    refused; and each request carries an idempotency key. A card that is refused fails the task, and is asked once in each run.
  - With O(state=active) an end and a pause are taken back first, in one request, and then it is resumed, or its invoice is paid.
  - To cancel now cannot be undone, and needs O(allow=destroy). To cancel with the period can be undone by O(state=active) until it ends.
  - What is V(canceled) or V(incomplete_expired) stays so. Any status that is not known here is refused.
  - A subscription that a schedule drives cannot be paused, nor set to end or kept from it; its collection can be paused, and it can be canceled
    now, its schedule with it.
  - O(pause=subscription) needs the version 2026-09-30 of Stripe's API or a later one.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document, its changelog and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  subscription:
    description:
      - Id (C(sub_)) of the subscription. One of O(subscription) and O(customer) is needed.
    type: str
  customer:
    description:
      - Id (C(cus_)) or e-mail address of a customer with one subscription. Of several, all but those that have ended count; two are an error.
    type: str
  state:
    description:
      - V(active) is going on - not paused in any way, not about to end, and paid. V(trialing) is as good.
      - V(paused) is paused in the way that O(pause) says.
      - V(canceled) has ended, or will, as O(when) says. One that has ended is canceled in either way.
    type: str
    choices: [active, paused, canceled]
    required: true
  pay:
    description:
      - Whether the newest invoice is collected from the customer's card now, where the subscription waits for it (V(past_due), V(unpaid),
        V(incomplete), or V(paused) with an open invoice). Without it such a subscription is refused, with the amount. For O(state=active).
    type: bool
    default: false
  billing_cycle_anchor:
    description:
      - What is billed when a subscription that is paused itself is resumed - V(now) begins a new period and bills it at once, V(unchanged) goes
        on with the old one. Needed then. For O(state=active).
    type: str
    choices: [now, unchanged]
  proration_behavior:
    description:
      - What becomes of the time between when it is resumed. When not set, as Stripe does. For O(state=active).
    type: str
    choices: [none, always_invoice, create_prorations]
  pause:
    description:
      - Which of the two. V(collection) goes on making invoices and does with them what O(behavior) says; the status stays. V(subscription) moves it
        to V(paused), with no invoices until it is resumed. Needed with O(state=paused).
    type: str
    choices: [collection, subscription]
  behavior:
    description:
      - What becomes of invoices while collection is paused. Needed with O(pause=collection).
    type: str
    choices: [keep_as_draft, mark_uncollectible, void]
  resumes_at:
    description:
      - When collection goes on by itself, in seconds since the epoch; V(0) for never. When not set, a pause that is there keeps its end, and a new
        one has none. For O(pause=collection).
    type: int
  invoicing_behavior:
    description:
      - What becomes of what is owed when the subscription itself is paused - V(invoice) bills it at once, V(pending_invoice_item) with the next
        invoice. When not set, as Stripe does. For O(pause=subscription).
    type: str
    choices: [invoice, pending_invoice_item]
  when:
    description:
      - Whether it is canceled V(now), or at V(period_end), until when the customer has paid. Needed with O(state=canceled).
    type: str
    choices: [now, period_end]
  invoice_now:
    description:
      - Whether what was used and is not billed yet is billed. For O(when=now).
    type: bool
    default: false
  prorate:
    description:
      - Whether the customer is credited with the rest of the period. For O(when=now).
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.stripe_subscription_info
  - module: saasops.runbooks.stripe_refund
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Collect nothing while the service is down
  saasops.runbooks.stripe_subscription:
    customer: customer-0001@example.com
    state: paused
    pause: collection
    behavior: void

- name: See what the customer has subscribed to
  saasops.runbooks.stripe_subscription_info:
    customer: customer-0001@example.com
  register: found

- name: Collect again by itself a week after the period
  saasops.runbooks.stripe_subscription:
    subscription: "{{ found.subscriptions[0].id }}"
    state: paused
    pause: collection
    behavior: void
    resumes_at: "{{ found.subscriptions[0].subscription_items[0].current_period_end + 7 * 86400 }}"

- name: Collect again now
  saasops.runbooks.stripe_subscription:
    customer: customer-0001@example.com
    state: active

- name: See what was not paid
  saasops.runbooks.stripe_subscription_info:
    status: past_due
    limit: 1
  register: unpaid

- name: Collect the open invoice, so that the subscription becomes active
  saasops.runbooks.stripe_subscription:
    subscription: "{{ unpaid.subscriptions[0].id }}"
    state: active
    pay: true

- name: Pause a subscription itself
  saasops.runbooks.stripe_subscription:
    customer: customer-0001@example.com
    state: paused
    pause: subscription

- name: Resume it within its old period
  saasops.runbooks.stripe_subscription:
    customer: customer-0001@example.com
    state: active
    billing_cycle_anchor: unchanged

- name: Let it end with the period that is paid for
  saasops.runbooks.stripe_subscription:
    customer: customer-0001@example.com
    state: canceled
    when: period_end

- name: Cancel it now, which cannot be undone
  saasops.runbooks.stripe_subscription:
    customer: customer-0001@example.com
    state: canceled
    when: now
    prorate: true
    allow: destroy
"""

RETURN = r"""
subscription:
  description:
    - The subscription, in check mode as it would be. What only the apply can tell is C({"known_after":"update_subscription"}), or by the name of
      the operation that will tell.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    status:
      description:
        - As Stripe says it - V(active), V(canceled), V(incomplete), V(incomplete_expired), V(past_due), V(paused), V(trialing) or V(unpaid). Any
          other is new; take it for no good one.
      type: str
    customer:
      description: Id of the customer.
      type: str
    collection_method:
      description: V(charge_automatically) or V(send_invoice).
      type: str
    subscription_items:
      description: What is subscribed to, with the same keys as in M(saasops.runbooks.stripe_subscription_info).
      type: list
      elements: dict
    pause_collection:
      description:
        - What becomes of invoices while collection is paused (C(behavior) is V(keep_as_draft), V(mark_uncollectible) or V(void)), and until
          when (C(resumes_at), seconds since the epoch, V(null) for no end). V(null) when it is not paused. It changes no status.
      type: dict
    cancel_at_period_end:
      description: Whether it ends with the period that is paid for.
      type: bool
    cancel_at:
      description: When it ends, in seconds since the epoch; V(null) when it goes on.
      type: int
    canceled_at:
      description: When the cancellation was asked for; V(null) when it was not.
      type: int
    ended_at:
      description: When it ended; V(null) when it has not.
      type: int
    cancel_reason:
      description: Such as V(cancellation_requested), V(payment_failed) or V(payment_disputed); V(null) when it was not canceled.
      type: str
    trial_end:
      description: When the trial ends; V(null) when there was none.
      type: int
    schedule:
      description: Id of the subscription schedule that drives it; V(null) when there is none.
      type: str
    latest_invoice:
      description: The newest invoice; V(null) when there is none.
      type: dict
      contains:
        id:
          description: Its id.
          type: str
        status:
          description: V(draft), V(open), V(paid), V(uncollectible) or V(void).
          type: str
        amount_due:
          description: What it asks for, in the smallest unit of the currency.
          type: int
        amount_remaining:
          description: What is not paid of it.
          type: int
        currency:
          description: Three-letter code in lower case.
          type: str
        attempt_count:
          description: How often Stripe tried to collect it.
          type: int
        next_payment_attempt:
          description: When Stripe tries again by itself; V(null) when it does not.
          type: int
        due_date:
          description: Until when the customer is to pay it; V(null) when it is collected.
          type: int
        created_at:
          description: When it was made.
          type: int
    created_at:
      description: When it was made, in seconds since the epoch.
      type: int
    livemode:
      description: Whether it is of live mode.
      type: bool
    metadata:
      description: What the application has noted of it.
      type: dict
  sample:
    id: sub_1AbCdEfGhIjKlMnOpQrStUvW
    status: active
    customer: cus_AbCdEfGhIjKlMn
    collection_method: charge_automatically
    subscription_items:
      - id: si_AbCdEfGhIjKlMn
        price: price_1AbCdEfGhIjKlMnOpQrStUvW
        product: prod_AbCdEfGhIjKlMn
        unit_amount: 4900
        currency: eur
        interval: month
        interval_count: 1
        quantity: 1
        current_period_start: 1763521320
        current_period_end: 1766113320
    pause_collection: null
    cancel_at_period_end: false
    cancel_at: null
    canceled_at: null
    ended_at: null
    cancel_reason: null
    trial_end: null
    schedule: null
    latest_invoice:
      id: in_1AbCdEfGhIjKlMnOpQrStUvW
      status: paid
      amount_due: 4900
      amount_remaining: 0
      currency: eur
      attempt_count: 1
      next_payment_attempt: null
      due_date: null
      created_at: 1763521320
    created_at: 1763521320
    livemode: true
    metadata: {}
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(stripe).
      type: str
    operation:
      description: V(update_subscription), V(pause_subscription), V(resume_subscription), V(cancel_subscription) or V(pay_invoice).
      type: str
    target:
      description: What is changed, for people; of an invoice with its amount.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks), V(not_found),
      V(invalid), V(refused) (C(code) is V(unpaid), V(processing), V(send_invoice), V(invoice), V(ended), V(status), V(schedule), V(paused),
      V(not_pausable), V(cancel_at), V(billing_cycle_anchor), V(mode) or V(allow)), V(failed) (the card was refused, with Stripe's C(code) and
      C(status) 402; or C(code) is V(processing) or V(not_paid)), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect
      nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: stripe
    operation: get_subscription
    kind: auth
    status: 401
    code: invalid_request_error
    message: 'Invalid API Key provided: sk_live_****1a2b'
    request_id: req_00000000000001
    retryable: false
    hint: Give a valid secret or restricted key (option api_key, inventory variable stripe_api_key, or STRIPE_API_KEY)
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.subscription import BEHAVIORS, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "subscription": {"type": "str"},
        "customer": {"type": "str"},
        "state": {"type": "str", "choices": ["active", "paused", "canceled"], "required": True},
        "pay": {"type": "bool", "default": False},
        "billing_cycle_anchor": {"type": "str", "choices": ["now", "unchanged"]},
        "proration_behavior": {"type": "str", "choices": ["none", "always_invoice", "create_prorations"]},
        "pause": {"type": "str", "choices": ["collection", "subscription"]},
        "behavior": {"type": "str", "choices": BEHAVIORS},
        "resumes_at": {"type": "int"},
        "invoicing_behavior": {"type": "str", "choices": ["invoice", "pending_invoice_item"]},
        "when": {"type": "str", "choices": ["now", "period_end"]},
        "invoice_now": {"type": "bool", "default": False},
        "prorate": {"type": "bool", "default": False},
    },
    "mutually_exclusive": [("subscription", "customer")],
    "required_one_of": [("subscription", "customer")],
    "required_if": [("state", "paused", ["pause"]), ("pause", "collection", ["behavior"]), ("state", "canceled", ["when"])],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

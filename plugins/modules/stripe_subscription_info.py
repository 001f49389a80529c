#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_subscription_info
short_description: See subscriptions at Stripe, and where an application's copy of their status is wrong
version_added: 0.1.0
description:
  - Tells what is subscribed to, in which status it is, what pauses or ends it, and the newest invoice. Either one by its id, or the newest ones,
    of one customer or of one status.
  - With O(copies) it compares what an application believes with what Stripe says. Stripe's word is the truth. Where they differ, correct the
    application's copy; never the other way round, and never without having asked Stripe.
notes:
  - "Requests: 1 for one subscription; 1 for each hundred of a list, and 1 more where the customer is named by an e-mail address; 1 for each of
    O(copies)."
  - Nobody can write a status. M(saasops.runbooks.stripe_subscription) tells what moves it.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  subscription:
    description:
      - Id (C(sub_)) of one subscription. One that is not there is an error.
    type: str
  customer:
    description:
      - Only those of this customer, by id (C(cus_)) or e-mail address.
    type: str
  status:
    description:
      - Only those of this status. V(ended) are those that were canceled or never begun. When not set, all but the canceled ones; V(all) is all.
    type: str
    choices: [active, canceled, incomplete, incomplete_expired, past_due, paused, trialing, unpaid, all, ended]
  max_age:
    description:
      - Only subscriptions that were made since, such as V(24h). Not for one that is named by its id.
    type: str
  limit:
    description:
      - How many at most, 1 to 10000.
    type: int
    default: 20
  copies:
    description:
      - What an application's database says, by the subscription's id, at most 100 at a time. The statuses are compared without regard to large and
        small letters; V(cancelled) is V(canceled), and V(trial) is V(trialing).
      - It is shown, so it should hold no secrets.
    type: dict
seealso:
  - module: saasops.runbooks.stripe_subscription
  - module: saasops.runbooks.stripe_customer_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what was not paid
  saasops.runbooks.stripe_subscription_info:
    status: past_due
    limit: 5
  register: unpaid

- name: Compare the application's copies with Stripe
  saasops.runbooks.stripe_subscription_info:
    copies: "{{ dict(unpaid.subscriptions | map(attribute='id') | product(['ACTIVE'])) }}"
  register: compared

- name: Show what the application should say instead
  ansible.builtin.debug:
    msg: "{{ item.subscription }} is {{ item.status }}, not {{ item.copy_status }}"
  loop: "{{ compared.differences }}"
"""

RETURN = r"""
subscriptions:
  description: The subscriptions, newest first; with O(copies) in the order of these.
  returned: success
  type: list
  elements: dict
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
      description: What is subscribed to.
      type: list
      elements: dict
      contains:
        id:
          description: Its id.
          type: str
        price:
          description: Id of the price.
          type: str
        product:
          description: Id of the product.
          type: str
        unit_amount:
          description: What one costs, in the smallest unit of the currency; V(null) where the price has steps.
          type: int
        currency:
          description: Three-letter code in lower case.
          type: str
        interval:
          description: V(day), V(week), V(month) or V(year).
          type: str
        interval_count:
          description: How many of these a period has.
          type: int
        quantity:
          description: How many; V(null) for what is measured.
          type: int
        current_period_start:
          description: When the period that is paid for began, in seconds since the epoch. Since the version 2025-03-31 each item has its own.
          type: int
        current_period_end:
          description: When it ends, in seconds since the epoch.
          type: int
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
    - id: sub_1AbCdEfGhIjKlMnOpQrStUvW
      status: past_due
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
        status: open
        amount_due: 4900
        amount_remaining: 4900
        currency: eur
        attempt_count: 1
        next_payment_attempt: 1763953320
        due_date: null
        created_at: 1763521320
      created_at: 1763521320
      livemode: true
      metadata: {}
differences:
  description: Where O(copies) are wrong. Empty when they are right, or none were given.
  returned: success
  type: list
  elements: dict
  contains:
    subscription:
      description: Id of the subscription.
      type: str
    copy_status:
      description: What the application says.
      type: str
    status:
      description: What Stripe says; V(null) when there is no such subscription.
      type: str
  sample:
    - subscription: sub_1AbCdEfGhIjKlMnOpQrStUvW
      copy_status: ACTIVE
      status: past_due
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks), V(not_found),
      V(invalid), V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: stripe
    operation: list_subscriptions
    kind: auth
    status: 401
    code: invalid_request_error
    message: 'Invalid API Key provided: sk_live_****1a2b'
    request_id: req_00000000000001
    retryable: false
    hint: Give a valid secret or restricted key (option api_key, inventory variable stripe_api_key, or STRIPE_API_KEY)
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.subscription_info import FILTERS, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "subscription": {"type": "str"},
        "customer": {"type": "str"},
        "status": {"type": "str", "choices": FILTERS},
        "max_age": {"type": "str"},
        "limit": {"type": "int", "default": 20},
        "copies": {"type": "dict"},
    },
    "mutually_exclusive": [("subscription", "customer", "copies"), ("subscription", "status"), ("copies", "status")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

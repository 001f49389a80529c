# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on the cycles in which a subscription contract is billed. What became of an attempt is told from version 2026-04 on."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

STATE_FIELDS = """__typename
          ... on SubscriptionBillingAttemptSuccessState { order { id name } }
          ... on SubscriptionBillingAttemptFailedState {
            error {
              __typename
              ... on SubscriptionBillingAttemptPaymentError { payment: code }
              ... on SubscriptionBillingAttemptInventoryError { inventory: code }
              ... on SubscriptionBillingAttemptGeneralError { general: code }
            }
          }"""
ATTEMPT_FIELDS = f"id idempotencyKey createdAt completedAt state {{ {STATE_FIELDS} }}"
CYCLE = Operation(
    "subscriptionBillingCycle",
    document=f"""
query subscriptionBillingCycle($input: SubscriptionBillingCycleInput!, $first: Int!) {{
  subscriptionBillingCycle(billingCycleInput: $input) {{
    cycleIndex status skipped billingAttemptExpectedDate
    sourceContract {{ id status }}
    billingAttempts(first: $first) {{
      nodes {{ {ATTEMPT_FIELDS} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}""",
    since="2026-04",
    needs=("read_own_subscription_contracts",),
)
# It has a key of its own: what was sent with it is answered again, and not done again.
BILL = Operation(
    "subscriptionBillingAttemptCreate",
    document=f"""
mutation subscriptionBillingAttemptCreate($contract: ID!, $input: SubscriptionBillingAttemptInput!) {{
  subscriptionBillingAttemptCreate(subscriptionContractId: $contract, subscriptionBillingAttemptInput: $input) {{
    subscriptionBillingAttempt {{ {ATTEMPT_FIELDS} }}
    userErrors {{ field message code }}
  }}
}}""",
    changes=True,
    since="2026-04",
    needs=("write_own_subscription_contracts",),
)

BILLING_OPERATIONS = (CYCLE, BILL)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on subscription contracts, of which an app sees those that it made."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

CONTRACT_FIELDS = """id status createdAt updatedAt nextBillingDate lastPaymentStatus lastBillingAttemptErrorType revisionId currencyCode
    billingPolicy { interval intervalCount }
    customer { id }
    originOrder { id name }"""


def _switch(name: str, destroys: bool = False) -> Operation:
    return Operation(
        name,
        document=f"""
mutation {name}($id: ID!) {{
  {name}(subscriptionContractId: $id) {{
    contract {{ {CONTRACT_FIELDS} }}
    userErrors {{ field message code }}
  }}
}}""",
        changes=True,
        destroys=destroys,
        needs=("write_own_subscription_contracts",),
    )


CONTRACT = Operation(
    "subscriptionContract",
    document=f"""
query subscriptionContract($id: ID!) {{
  subscriptionContract(id: $id) {{ {CONTRACT_FIELDS} }}
}}""",
    needs=("read_own_subscription_contracts",),
)
CONTRACTS = Operation(
    "subscriptionContracts",
    document=f"""
query subscriptionContracts($first: Int!, $after: String, $query: String) {{
  subscriptionContracts(first: $first, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {CONTRACT_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
    needs=("read_own_subscription_contracts",),
)
PAUSE_CONTRACT = _switch("subscriptionContractPause")
ACTIVATE_CONTRACT = _switch("subscriptionContractActivate")
# A contract that is cancelled stays so: the customer would have to subscribe again.
CANCEL_CONTRACT = _switch("subscriptionContractCancel", destroys=True)

SUBSCRIPTION_OPERATIONS = (CONTRACT, CONTRACTS, PAUSE_CONTRACT, ACTIVATE_CONTRACT, CANCEL_CONTRACT)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Every question and every change that Shopify's Admin API is sent.

Source: Shopify GraphQL Admin API, ``POST https://{shop}.myshopify.com/admin/api/{version}/graphql.json``. Each document is valid in the
oldest version that the vendor serves and in the newest. An operation is named after its root field, where it has one. Lists are
connections of which ``nodes`` and ``pageInfo`` are asked for.
"""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.billing_operations import BILLING_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.bulk_operations import BULK_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.customer_operations import CUSTOMER_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.discount_operations import DISCOUNT_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.inventory_operations import INVENTORY_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.order_operations import ORDER_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.subscription_operations import SUBSCRIPTION_OPERATIONS

# The client credentials grant: the one call that is no GraphQL. It changes nothing, and another token does no harm.
ACCESS_TOKEN = Operation("oauth_access_token", method="POST", path="/admin/oauth/access_token", body=("grant_type", "client_id", "client_secret"))
# Everything that a check of health and of credentials wants to know, in one request.
SHOP = Operation(
    "shop",
    document="""
query shop {
  shop {
    id name myshopifyDomain email contactEmail currencyCode ianaTimezone setupRequired
    primaryDomain { host }
    plan { publicDisplayName partnerDevelopment shopifyPlus }
  }
  publicApiVersions { handle displayName supported }
  currentAppInstallation {
    id
    accessScopes { handle }
    app { id title handle webhookApiVersion requestedAccessScopes { handle } }
  }
}""",
)
WEBHOOK_FIELDS = "id topic uri format filter includeFields metafieldNamespaces createdAt updatedAt apiVersion { handle supported }"
WEBHOOKS = Operation(
    "webhookSubscriptions",
    document=f"""
query webhookSubscriptions($first: Int!, $after: String, $topics: [WebhookSubscriptionTopic!]) {{
  webhookSubscriptions(first: $first, after: $after, topics: $topics, sortKey: ID) {{
    nodes {{ {WEBHOOK_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)
NAMED_WEBHOOKS = Operation(
    "webhookSubscriptionsWithNames",
    document=f"""
query webhookSubscriptionsWithNames($first: Int!, $after: String, $topics: [WebhookSubscriptionTopic!]) {{
  webhookSubscriptions(first: $first, after: $after, topics: $topics, sortKey: ID) {{
    nodes {{ name {WEBHOOK_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
    since="2026-04",
)
CREATE_WEBHOOK = Operation(
    "webhookSubscriptionCreate",
    document=f"""
mutation webhookSubscriptionCreate($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {{
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {{
    webhookSubscription {{ {WEBHOOK_FIELDS} }}
    userErrors {{ field message }}
  }}
}}""",
    changes=True,
)
UPDATE_WEBHOOK = Operation(
    "webhookSubscriptionUpdate",
    document=f"""
mutation webhookSubscriptionUpdate($id: ID!, $subscription: WebhookSubscriptionInput!) {{
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {{
    webhookSubscription {{ {WEBHOOK_FIELDS} }}
    userErrors {{ field message }}
  }}
}}""",
    changes=True,
)
DELETE_WEBHOOK = Operation(
    "webhookSubscriptionDelete",
    document="""
mutation webhookSubscriptionDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}""",
    changes=True,
)

OPERATIONS = table(
    ACCESS_TOKEN,
    SHOP,
    WEBHOOKS,
    NAMED_WEBHOOKS,
    CREATE_WEBHOOK,
    UPDATE_WEBHOOK,
    DELETE_WEBHOOK,
    *BILLING_OPERATIONS,
    *BULK_OPERATIONS,
    *CUSTOMER_OPERATIONS,
    *DISCOUNT_OPERATIONS,
    *INVENTORY_OPERATIONS,
    *ORDER_OPERATIONS,
    *SUBSCRIPTION_OPERATIONS,
)

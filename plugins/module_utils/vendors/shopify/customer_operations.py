# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on customers: what membership is kept in, which is tags and metafields."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

METAFIELD_FIELDS = "namespace key type value compareDigest"
CUSTOMER_FIELDS = "id displayName state tags updatedAt defaultEmailAddress { emailAddress }"
CUSTOMER = Operation(
    "customerByIdentifier",
    document=f"""
query customerByIdentifier($identifier: CustomerIdentifierInput!, $first: Int!, $keys: [String!], $withMetafields: Boolean!) {{
  customerByIdentifier(identifier: $identifier) {{
    {CUSTOMER_FIELDS}
    metafields(first: $first, keys: $keys) @include(if: $withMetafields) {{ nodes {{ {METAFIELD_FIELDS} }} }}
  }}
}}""",
    needs=("read_customers",),
)
CUSTOMERS = Operation(
    "customers",
    document=f"""
query customers($first: Int!, $after: String, $query: String) {{
  customers(first: $first, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {CUSTOMER_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
    needs=("read_customers",),
)
# Another document, for what a query costs is what it could ask for.
MEMBERS = Operation(
    "customersWithMetafields",
    document=f"""
query customersWithMetafields($first: Int!, $after: String, $query: String, $fields: Int!, $keys: [String!]) {{
  customers(first: $first, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {CUSTOMER_FIELDS} metafields(first: $fields, keys: $keys) {{ nodes {{ {METAFIELD_FIELDS} }} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
    needs=("read_customers",),
)
ADD_TAGS = Operation(
    "tagsAdd",
    document="mutation tagsAdd($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } } }",
    changes=True,
    needs=("write_customers",),
)
REMOVE_TAGS = Operation(
    "tagsRemove",
    document="mutation tagsRemove($id: ID!, $tags: [String!]!) { tagsRemove(id: $id, tags: $tags) { node { id } userErrors { field message } } }",
    changes=True,
    needs=("write_customers",),
)
SET_METAFIELDS = Operation(
    "metafieldsSet",
    document="""
mutation metafieldsSet($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { namespace key }
    userErrors { field message code }
  }
}""",
    changes=True,
    needs=("write_customers",),
)
# What a metafield held is lost with it.
DELETE_METAFIELDS = Operation(
    "metafieldsDelete",
    document="""
mutation metafieldsDelete($metafields: [MetafieldIdentifierInput!]!) {
  metafieldsDelete(metafields: $metafields) {
    deletedMetafields { namespace key }
    userErrors { field message }
  }
}""",
    changes=True,
    destroys=True,
    needs=("write_customers",),
)

CUSTOMER_OPERATIONS = (CUSTOMER, CUSTOMERS, MEMBERS, ADD_TAGS, REMOVE_TAGS, SET_METAFIELDS, DELETE_METAFIELDS)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on bulk operations: queries that Shopify runs by itself and whose result it keeps as a file."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

BULK_FIELDS = "id status type query errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl"
BULK = Operation("bulkOperation", document=f"query bulkOperation($id: ID!) {{ bulkOperation(id: $id) {{ {BULK_FIELDS} }} }}")
# The newest first, and unfiltered: a filter asks an index that follows some seconds later.
BULKS = Operation(
    "bulkOperations",
    document=f"""
query bulkOperations($first: Int!, $after: String) {{
  bulkOperations(first: $first, after: $after, sortKey: CREATED_AT, reverse: true) {{
    nodes {{ {BULK_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)
RUN_BULK = Operation(
    "bulkOperationRunQuery",
    document=f"""
mutation bulkOperationRunQuery($query: String!) {{
  bulkOperationRunQuery(query: $query, groupObjects: false) {{
    bulkOperation {{ {BULK_FIELDS} }}
    userErrors {{ field message code }}
  }}
}}""",
    changes=True,
)
CANCEL_BULK = Operation(
    "bulkOperationCancel",
    document="""
mutation bulkOperationCancel($id: ID!) {
  bulkOperationCancel(id: $id) {
    bulkOperation { id status }
    userErrors { field message }
  }
}""",
    changes=True,
)

BULK_OPERATIONS = (BULK, BULKS, RUN_BULK, CANCEL_BULK)
# The file of a result lies elsewhere, at an address that the vendor signs: it is no call of the API, and gets no token.
RESULT = "bulk_result"

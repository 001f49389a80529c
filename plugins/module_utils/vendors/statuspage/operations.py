# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Every call that the collection makes to Atlassian Statuspage."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

LIST_UNRESOLVED = Operation("list_unresolved_incidents", "GET", "/pages/{page_id}/incidents/unresolved", query=("page", "per_page"), lists=True)
CREATE = Operation("create_incident", path="/pages/{page_id}/incidents", body=("incident",), changes=True)
UPDATE = Operation("update_incident", "PATCH", "/pages/{page_id}/incidents/{incident_id}", body=("incident",), changes=True)
OPERATIONS = table(LIST_UNRESOLVED, CREATE, UPDATE)

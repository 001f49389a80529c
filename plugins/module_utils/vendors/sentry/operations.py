# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Sentry API. It only reads."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

_ORGANIZATION = "/api/0/organizations/{organization_id_or_slug}"

LIST_ISSUES = Operation(
    "list_issues",
    "GET",
    f"{_ORGANIZATION}/issues/",
    query=("cursor", "end", "environment", "groupStatsPeriod", "limit", "project", "query", "sort", "start", "statsPeriod"),
    lists=True,
    needs=("event:read",),
)
GET_TIMESERIES = Operation(
    "get_events_timeseries",
    "GET",
    f"{_ORGANIZATION}/events-timeseries/",
    query=("dataset", "end", "environment", "interval", "project", "query", "start", "statsPeriod", "yAxis"),
    needs=("org:read",),
)

OPERATIONS = table(LIST_ISSUES, GET_TIMESERIES)

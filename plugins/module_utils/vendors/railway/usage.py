# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""How much of its memory a Railway service uses: the newest measurements of the last minutes, replicas added up on both sides."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import telemetry_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.moments import written
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, malformed

WINDOW, SAMPLE = 900.0, 60
USED, LIMIT = "MEMORY_USAGE_GB", "MEMORY_LIMIT_GB"


def memory(client: Client, scope: Scope) -> tuple[float | None, str]:
    """(percent, of how much), or (None, why not)."""
    now = clock.now()
    data = read(
        client,
        op.METRICS,
        projectId=scope.project_id,
        environmentId=scope.environment_id,
        serviceId=scope.service_id,
        startDate=written(now - WINDOW),
        endDate=written(now),
        withMeasurements=True,
        measurements=[USED, LIMIT],
        sampleRateSeconds=SAMPLE,
        groupBy=None,
        withHttp=False,
        stepSeconds=SAMPLE,
        path=None,
        method=None,
    )
    try:
        newest = {one["measurement"]: max(one["values"], key=lambda value: value["ts"])["value"] for one in data["metrics"] if one["values"]}
        used, limit = (float(newest[name]) if name in newest else None for name in (USED, LIMIT))
    except UNREADABLE as error:
        raise malformed(op.METRICS, "does not hold the documented samples") from error
    if used is None or not limit:
        return None, "Railway has no measurement of the last 15 min"
    return round(used / limit * 100, 1), f"{used:.2f} of {limit:g} GB"

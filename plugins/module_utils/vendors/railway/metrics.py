# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Railway asked for a service's metrics, and for the requests that its public domain was sent."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import telemetry_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.moments import Window, written
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, malformed

Understood = t.TypeVar("Understood")


def asked(
    client: Client,
    scope: Scope,
    window: Window,
    understood: t.Callable[[dict[str, t.Any]], Understood],
    *,
    measurements: t.Sequence[str],
    sample: int,
    group_by: t.Sequence[str] = (),
    http: bool = False,
    step: int | None = None,
    path: str | None = None,
    method: str | None = None,
) -> Understood:
    """What ``understood`` makes of the answer; without ``measurements``, or without ``http``, that half is not asked for."""
    data = read(
        client,
        op.METRICS,
        projectId=scope.project_id,
        environmentId=scope.environment_id,
        serviceId=scope.service_id,
        startDate=written(window.since),
        endDate=written(window.until),
        withMeasurements=bool(measurements),
        measurements=measurements,
        sampleRateSeconds=sample,
        groupBy=group_by or None,
        withHttp=http,
        stepSeconds=step,
        path=path,
        method=method,
    )
    try:
        return understood(data)
    except UNREADABLE as error:
        raise malformed(op.METRICS, "does not hold the documented samples") from error

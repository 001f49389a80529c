# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_metric_info does; its documentation tells options and result.

Facts (Railway public API): times of samples are seconds since the epoch; replicas are added up unless they are grouped; requests are
counted, and their durations told in milliseconds, for services with a public domain only.
"""

from __future__ import annotations

import math
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import metrics
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.moments import Window
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import resolve

MEASUREMENTS = (
    "CPU_USAGE",
    "CPU_LIMIT",
    "MEMORY_USAGE_GB",
    "MEMORY_LIMIT_GB",
    "NETWORK_RX_GB",
    "NETWORK_TX_GB",
    "DISK_USAGE_GB",
    "EPHEMERAL_DISK_USAGE_GB",
    "BACKUP_USAGE_GB",
)
GROUPS = ("DEPLOYMENT_ID", "DEPLOYMENT_INSTANCE_ID", "REGION")
# Samples of a window when no length is given, and the shortest length of one.
SAMPLES, SHORTEST = 60, 60.0
MOST_SAMPLES = 2000
PERCENTILES = ("p50", "p90", "p95", "p99")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    window = Window.of(params["since"], params["until"])
    length = window.until - t.cast(float, window.since)
    sample = _sample(params["sample"], length)
    client = connect(task, params)
    scope = resolve(client, params["project"], params["environment"], params["service"], bool(params["token"]))

    def understood(data: dict[str, t.Any]) -> dict[str, t.Any]:
        return {
            "metrics": [_series(one) for one in data["metrics"]] if params["measurements"] else [],
            "http": _http(data) if params["http"] else None,
            "window": window.as_dict(),
            "link": scope.link,
        }

    return metrics.asked(
        client,
        scope,
        window,
        understood,
        measurements=params["measurements"],
        sample=sample or max(int(SHORTEST), math.ceil(length / SAMPLES)),
        group_by=params["group_by"],
        http=params["http"],
        # One step for all of it: percentiles of parts cannot be put together.
        step=sample or math.ceil(length),
        path=params["path"],
        method=params["method"],
    )


def _sample(text: str | None, length: float) -> int | None:
    if text is None:
        return None
    seconds = durations.seconds(text, "sample")
    if seconds < 1 or length / seconds > MOST_SAMPLES:
        message = f"sample is {text}, for a window of {length:.0f} s"
        raise Failure("invalid", message, f"Give a sample of at least 1s, and no more than {MOST_SAMPLES} of them", VENDOR)
    return round(seconds)


def _series(found: t.Any) -> dict[str, t.Any]:
    samples = sorted(({"at": float(one["ts"]), "value": float(one["value"])} for one in found["values"]), key=lambda one: one["at"])
    values = [one["value"] for one in samples]
    tags = {"service_id": "serviceId", "deployment_id": "deploymentId", "instance_id": "deploymentInstanceId", "region": "region"}
    return {
        "measurement": redaction.plain(found["measurement"], 60),
        "tags": {name: redaction.plain(found["tags"][key], 100) if found["tags"].get(key) else None for name, key in tags.items()},
        "samples": samples,
        "last": values[-1] if values else None,
        "average": sum(values) / len(values) if values else None,
        "maximum": max(values, default=None),
    }


def _http(data: dict[str, t.Any]) -> dict[str, t.Any]:
    counts: dict[int, float] = {}
    for one in data["httpMetricsGroupedByStatus"]:
        counts[int(one["statusCode"])] = counts.get(int(one["statusCode"]), 0.0) + sum(float(sample["value"]) for sample in one["samples"])
    total = round(sum(counts.values()))
    failed = round(sum(count for status, count in counts.items() if status >= 500))
    latency = [{"at": float(one["ts"]), **{f"{name}_ms": float(one[name]) for name in PERCENTILES}} for one in data["httpDurationMetrics"]["samples"]]
    return {
        "requests": total,
        "failed": failed,
        # Nothing was asked for is not the same as nothing failed.
        "failed_share": failed / total if total else None,
        "statuses": [{"status": status, "count": round(counts[status])} for status in sorted(counts)],
        "latency": sorted(latency, key=lambda one: one["at"]),
    }

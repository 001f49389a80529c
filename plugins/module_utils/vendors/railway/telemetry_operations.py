# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Railway is asked about logs and metrics; a part of the table in ``operations.py``. All of it only reads."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

_RANGE = "$deploymentId: String!, $filter: String, $limit: Int, $startDate: DateTime, $endDate: DateTime"
_IN_RANGE = "deploymentId: $deploymentId, filter: $filter, limit: $limit, startDate: $startDate, endDate: $endDate"
# What lies before the anchor, newest rows first to be kept; nothing after it.
_ANCHOR = "$filter: String, $beforeLimit: Int, $beforeDate: String, $anchorDate: String, $afterDate: String, $afterLimit: Int"
_AT_ANCHOR = "filter: $filter, beforeLimit: $beforeLimit, beforeDate: $beforeDate, anchorDate: $anchorDate, afterDate: $afterDate, afterLimit: $afterLimit"
_LINE = "timestamp severity message attributes { key value } tags { serviceId deploymentId deploymentInstanceId }"

DEPLOY_LOGS = Operation("deploymentLogs", document=f"query deploymentLogs({_RANGE}) {{ deploymentLogs({_IN_RANGE}) {{ {_LINE} }} }}")
BUILD_LOGS = Operation("buildLogs", document=f"query buildLogs({_RANGE}) {{ buildLogs({_IN_RANGE}) {{ {_LINE} }} }}")
ENVIRONMENT_LOGS = Operation(
    "environmentLogs",
    document=f"query environmentLogs($environmentId: String!, {_ANCHOR}) {{ environmentLogs(environmentId: $environmentId, {_AT_ANCHOR}) {{ {_LINE} }} }}",
)
HTTP_LOGS = Operation(
    "httpLogs",
    document=f"""
query httpLogs($deploymentId: String!, {_ANCHOR}) {{
  httpLogs(deploymentId: $deploymentId, {_AT_ANCHOR}) {{
    timestamp requestId method path host httpStatus totalDuration upstreamRqDuration responseDetails upstreamErrors
    deploymentInstanceId srcIp edgeRegion
  }}
}}""",
)
METRICS = Operation(
    "metrics",
    document="""
query metrics(
  $projectId: String!, $environmentId: String!, $serviceId: String!, $startDate: DateTime!, $endDate: DateTime!,
  $withMeasurements: Boolean!, $measurements: [MetricMeasurement!]!, $sampleRateSeconds: Int, $groupBy: [MetricTag!],
  $withHttp: Boolean!, $stepSeconds: Int, $path: String, $method: String
) {
  metrics(
    projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, startDate: $startDate, endDate: $endDate,
    measurements: $measurements, sampleRateSeconds: $sampleRateSeconds, groupBy: $groupBy
  ) @include(if: $withMeasurements) {
    measurement tags { serviceId deploymentId deploymentInstanceId region } values { ts value }
  }
  httpMetricsGroupedByStatus(
    serviceId: $serviceId, environmentId: $environmentId, startDate: $startDate, endDate: $endDate,
    stepSeconds: $stepSeconds, path: $path, method: $method
  ) @include(if: $withHttp) { statusCode samples { ts value } }
  httpDurationMetrics(
    serviceId: $serviceId, environmentId: $environmentId, startDate: $startDate, endDate: $endDate,
    stepSeconds: $stepSeconds, path: $path, method: $method
  ) @include(if: $withHttp) { samples { ts p50 p90 p95 p99 } }
}""",
)

TELEMETRY_OPERATIONS = (DEPLOY_LOGS, BUILD_LOGS, ENVIRONMENT_LOGS, HTTP_LOGS, METRICS)

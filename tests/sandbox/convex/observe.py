# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be seen of a deployment: the stream of its functions' logs, its audit log, metrics, usage and usage limits."""

from __future__ import annotations

import asyncio
import json
import typing as t

from .jobs import Record
from .paging import page
from .routes import Answer, Asked, Route
from .state import ConvexError, Json

LOGS, METRICS = "deployment:logs:view", "deployment:metrics:view"
STRUCTURED = ("npm-cli-", "dashboard-")
LEAST_BUCKETS, MOST_BUCKETS = 1, 10_000
UNITS = {
    "functionCalls": "calls",
    "databaseIoGb": "GB",
    "dataEgressGb": "GB",
    "searchQueryGb": "Query-GB",
    "queryMutationComputeGbHours": "GB-hours",
    "actionComputeConvexGbHours": "GB-hours",
    "actionComputeNodeJsGbHours": "GB-hours",
    "actionComputeCpuGbHours": "GB-hours",
}


# -- logs
def stream_logs(asked: Asked) -> t.Awaitable[Answer]:
    """Log lines are objects for the vendor's own clients, and plain text for all others."""
    structured = asked.request.headers.get("Convex-Client", "").startswith(STRUCTURED)
    return _stream(asked, structured)


def stream_executions(asked: Asked) -> t.Awaitable[Answer]:
    return _stream(asked, True)


async def _stream(asked: Asked, structured: bool) -> Answer:
    try:
        cursor = float(asked.query.get("cursor", ""))
    except ValueError:
        raise ConvexError(400, "BadQueryArgs", "Failed to deserialize query string: cursor: invalid float literal") from None
    convex = asked.convex
    loop = asyncio.get_running_loop()
    end = loop.time() + float(convex.world.setting("convex_poll_ms")) / 1000
    while True:
        records, last = convex.log.since(cursor)
        left = end - loop.time()
        if records or left <= 0:
            return 200, {"entries": [record.entry(structured) for record in records], "newCursor": last}
        await asyncio.wait([convex.news()], timeout=left)


# -- audit log
def audit_log(asked: Asked) -> Answer:
    """From least to most recent."""
    try:
        since = int(asked.query["from"])
    except (KeyError, ValueError):
        raise ConvexError(400, "BadQueryArgs", "Failed to deserialize query string: missing field `from`") from None
    return 200, page([event for event in asked.deployment.audit if event["createTime"] >= since], asked.query)


# -- metrics
class Window:
    def __init__(self, text: str) -> None:
        try:
            wish = json.loads(text)
            self.start, self.end = (wish[name]["secs_since_epoch"] + wish[name]["nanos_since_epoch"] / 1e9 for name in ("start", "end"))
            self.buckets = int(wish["num_buckets"])
        except (ValueError, KeyError, TypeError):
            raise ConvexError(400, "BadQueryArgs", "Failed to deserialize query string: window") from None
        if not LEAST_BUCKETS <= self.buckets <= MOST_BUCKETS or self.end <= self.start:
            raise ConvexError(400, "InvalidMetricsWindow", f"num_buckets must be in [{LEAST_BUCKETS}, {MOST_BUCKETS}], and end after start")

    def series(self, records: list[Record], measure: t.Callable[[list[Record]], float | None], now: float) -> list[t.Any]:
        """One value for each bucket; null where nothing is known."""
        width = (self.end - self.start) / self.buckets
        found = []
        for number in range(self.buckets):
            begin = self.start + number * width
            inside = [record for record in records if begin <= record.at < begin + width]
            moment = {"secs_since_epoch": int(begin), "nanos_since_epoch": int((begin % 1) * 1e9)}
            found.append([moment, measure(inside) if begin <= now else None])
        return found


def _asked_window(asked: Asked) -> Window:
    return Window(asked.query.get("window", ""))


def _records(asked: Asked) -> list[Record]:
    from .functions import canonical

    path = canonical(asked.query.get("path", ""))
    return [record for record in asked.convex.log.records if record.path == path]


def _count(records: list[Record]) -> float:
    return float(len(records))


def _errors(records: list[Record]) -> float:
    return float(sum(record.error is not None for record in records))


def _none(records: list[Record]) -> float:
    return 0.0


def _failure_percentage(records: list[Record]) -> float | None:
    return 100 * _errors(records) / len(records) if records else None


RATES = {"invocations": _count, "errors": _errors, "cacheHits": _none, "cacheMisses": _count, "subscriptionInvalidations": _none}


def udf_rate(asked: Asked) -> Answer:
    measure = RATES.get(asked.query.get("metric", ""))
    if measure is None:
        raise ConvexError(400, "BadQueryArgs", f"Failed to deserialize query string: metric: unknown variant, expected one of {', '.join(RATES)}")
    return 200, _asked_window(asked).series(_records(asked), measure, asked.convex.world.now())


def latency_percentiles(asked: Asked) -> Answer:
    try:
        wanted = [int(each) for each in json.loads(asked.query.get("percentiles", ""))]
    except (ValueError, TypeError):
        raise ConvexError(400, "BadQueryArgs", "Failed to deserialize query string: percentiles") from None
    window, records, now = _asked_window(asked), _records(asked), asked.convex.world.now()

    def measure(percentile: int) -> t.Callable[[list[Record]], float | None]:
        def at(found: list[Record]) -> float | None:
            times = sorted(record.seconds for record in found)
            return times[min(len(times) - 1, len(times) * percentile // 100)] if times else None

        return at

    return 200, [[each, window.series(records, measure(each), now)] for each in wanted]


def failure_percentage_top_k(asked: Asked) -> Answer:
    window, now = _asked_window(asked), asked.convex.world.now()
    by_path: dict[str, list[Record]] = {}
    for record in asked.convex.log.records:
        by_path.setdefault(record.path, []).append(record)
    worst = sorted(by_path, key=lambda path: _failure_percentage(by_path[path]) or 0, reverse=True)[: int(asked.query.get("k", 5))]
    return 200, [[path, window.series(by_path[path], _failure_percentage, now)] for path in worst]


def table_rate(asked: Asked) -> Answer:
    return 200, _asked_window(asked).series([], _none, asked.convex.world.now())


# -- usage
def current_usage(asked: Asked) -> Answer:
    now = asked.convex.world.now()
    today = sum(record.at >= now - now % 86400 for record in asked.convex.log.records)
    metrics: Json = {name: {"unit": unit, "usage": {"current_day": 0.0, "current_month": 0.0}} for name, unit in UNITS.items()}
    metrics["functionCalls"]["usage"] = {"current_day": float(today), "current_month": float(len(asked.convex.log.records))}
    return 200, {"metrics": metrics, "seedStatus": asked.deployment.seed_status}


def list_limits(asked: Asked) -> Answer:
    return 200, {"usageLimits": list(asked.deployment.usage_limits.values())}


def _limit(asked: Asked, id: str) -> Json:
    wish = {
        "metric": asked.field("metric"),
        "window": asked.field("window"),
        "limitType": asked.field("limitType"),
        "limit": asked.field("limit", int),
        "enabled": asked.field("enabled", bool),
    }
    if wish["metric"] not in UNITS or wish["window"] not in ("day", "month") or wish["limitType"] not in ("warning", "disable") or wish["limit"] < 1:
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: unknown variant")
    return {"id": id, **wish}


def create_limit(asked: Asked) -> Answer:
    limit = _limit(asked, asked.convex.new_id("l"))
    asked.deployment.usage_limits[limit["id"]] = limit
    asked.convex.record(asked.identity, "create_usage_limit", limit)
    asked.convex.changed()
    return 200, {"usageLimit": limit}


def _known_limit(asked: Asked) -> str:
    if asked.names["id"] not in asked.deployment.usage_limits:
        raise ConvexError(404, "UsageLimitNotFound", f"Usage limit {asked.names['id']} not found")
    return asked.names["id"]


def update_limit(asked: Asked) -> Answer:
    limit = _limit(asked, _known_limit(asked))
    if asked.deployment.usage_limits[limit["id"]] != limit:
        asked.deployment.usage_limits[limit["id"]] = limit
        asked.convex.record(asked.identity, "update_usage_limit", limit)
        asked.convex.changed()
    return 200, {"usageLimit": limit}


def delete_limit(asked: Asked) -> Answer:
    limit = asked.deployment.usage_limits.pop(_known_limit(asked))
    asked.convex.record(asked.identity, "delete_usage_limit", limit)
    asked.convex.changed()
    return 200, None


SEE, WRITE = "deployment:usageLimits:view", "deployment:usageLimits:write"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/stream_function_logs", stream_logs, LOGS),
    Route("GET", "/api/stream_udf_execution", stream_executions, LOGS),
    Route("GET", "/api/v1/list_audit_log_events", audit_log, "deployment:auditLog:view"),
    Route("GET", "/api/app_metrics/udf_rate", udf_rate, METRICS),
    Route("GET", "/api/app_metrics/latency_percentiles", latency_percentiles, METRICS),
    Route("GET", "/api/app_metrics/failure_percentage_top_k", failure_percentage_top_k, METRICS),
    Route("GET", "/api/app_metrics/table_rate", table_rate, METRICS),
    Route("GET", "/api/app_metrics/scheduled_job_lag", table_rate, METRICS),
    Route("GET", "/api/v1/get_current_usage", current_usage, "deployment:usage:view"),
    Route("GET", "/api/v1/list_usage_limits", list_limits, SEE),
    Route("POST", "/api/v1/create_usage_limit", create_limit, WRITE, True),
    Route("POST", "/api/v1/update_usage_limit/{id}", update_limit, WRITE, True),
    Route("POST", "/api/v1/delete_usage_limit/{id}", delete_limit, WRITE, True),
)

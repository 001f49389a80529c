# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's answers about logs and metrics; a part of ``Resolvers``."""

from __future__ import annotations

import typing as t

from .access import Access
from .state import Deployment, Json, RailwayError
from .telemetry import Row, newest_first, percentile, seconds

FOREVER = 0.0


class TelemetryResolvers(Access):
    # -- logs
    def deploymentLogs(self, _info: t.Any, deploymentId: str, **wish: t.Any) -> list[Json]:
        it = self._deployment(deploymentId)
        return self._range(lambda since, until: self._railway.telemetry.deploy_rows(it, since, until, wish.get("filter")), wish)

    def buildLogs(self, _info: t.Any, deploymentId: str, **wish: t.Any) -> list[Json]:
        it = self._deployment(deploymentId)
        return self._range(lambda since, until: self._railway.telemetry.build_rows(it, since, until), wish)

    def _range(self, of: t.Callable[[float, float], t.Iterable[Row]], wish: Json) -> list[Json]:
        since, until = seconds(wish.get("startDate")) or FOREVER, seconds(wish.get("endDate")) or self._railway.world.now()
        return [self._line(row) for row in self._railway.telemetry.last(of(since, until), wish.get("filter"), wish.get("limit"))]

    def environmentLogs(self, _info: t.Any, environmentId: str, **wish: t.Any) -> list[Json]:
        own = [it for it in self._railway.deployments.values() if it.environment == self._environment(environmentId).id]

        def rows(since: float, until: float) -> t.Iterator[Row]:
            return newest_first(self._railway.telemetry.deploy_rows(it, since, until, wish.get("filter")) for it in own)

        return [self._line(row) for row in self._railway.telemetry.at_anchor(rows, wish.get("filter"), wish)]

    def httpLogs(self, _info: t.Any, deploymentId: str, **wish: t.Any) -> list[Json]:
        it = self._deployment(deploymentId)
        wish = {"beforeLimit": wish.get("limit"), **{name: value for name, value in wish.items() if value is not None}}
        found = self._railway.telemetry.at_anchor(lambda since, until: self._railway.telemetry.http_rows(it, since, until), wish.get("filter"), wish)
        return [self._request(row) for row in found]

    def _line(self, row: Row) -> Json:
        it = row.deployment
        return {
            "timestamp": row.timestamp,
            "severity": row.severity,
            "message": row.message,
            "attributes": [{"key": name, "value": str(value)} for name, value in row.attributes.items()],
            "tags": {
                "projectId": self._railway.project_id,
                "environmentId": it.environment,
                "serviceId": it.service,
                "deploymentId": it.id,
                "deploymentInstanceId": it.instances[0].id if it.instances else None,
                "snapshotId": it.snapshot,
            },
        }

    def _request(self, row: Row) -> Json:
        it, service = row.deployment, self._railway.services[row.deployment.service]
        return {
            "timestamp": row.timestamp,
            "requestId": f"{it.id[:8]}-{row.number}",
            "deploymentId": it.id,
            "deploymentInstanceId": it.instances[0].id if it.instances else "",
            "method": "GET",
            "host": f"{service.name}-production.up.railway.app",
            "path": row.path,
            "httpStatus": row.status,
            "totalDuration": row.ms,
            "upstreamRqDuration": max(0, row.ms - 2),
            "upstreamAddress": "http://10.0.0.1:8080",
            "upstreamErrors": "",
            "upstreamProto": "HTTP/1.1",
            "downstreamProto": "HTTP/2.0",
            # Only filled when the app did not answer.
            "responseDetails": "",
            "srcIp": "198.51.100.7",
            "edgeRegion": "us-west2",
            "clientUa": "example/1.0",
            "rxBytes": 200,
            "txBytes": 1200,
        }

    # -- metrics
    def metrics(self, _info: t.Any, startDate: str, measurements: list[str], **wish: t.Any) -> list[Json]:
        self._anyone()
        if wish.get("environmentId"):
            self._environment(wish["environmentId"])
        since, until = seconds(startDate) or 0.0, seconds(wish.get("endDate")) or self._railway.world.now()
        rate = wish.get("sampleRateSeconds") or 60
        if until <= since or rate < 1:
            raise RailwayError("Invalid time range", "BAD_USER_INPUT")
        services = [self._service(wish["serviceId"])] if wish.get("serviceId") else list(self._railway.services.values())
        found = []
        for measurement in measurements:
            for service in services:
                serving = self._railway.jobs.serving(service.id, wish.get("environmentId") or self._railway.production)
                values = []
                at = since
                while at <= min(until, self._railway.world.now()):
                    values.append({"ts": int(at), "value": self._railway.telemetry.measured(measurement, serving, at)})
                    at += rate
                found.append({"measurement": measurement, "tags": self._tags(service.id, serving, wish.get("groupBy") or []), "values": values})
        return found

    def _tags(self, service: str, serving: Deployment | None, groups: list[str]) -> Json:
        instance = serving.instances[0].id if serving and serving.instances else None
        known = {
            "SERVICE_ID": ("serviceId", service),
            "DEPLOYMENT_ID": ("deploymentId", serving.id if serving else None),
            "DEPLOYMENT_INSTANCE_ID": ("deploymentInstanceId", instance),
            "REGION": ("region", "us-west2"),
        }
        return dict(known[group] for group in groups if group in known)

    def httpMetricsGroupedByStatus(self, _info: t.Any, environmentId: str, serviceId: str, startDate: str, endDate: str, **wish: t.Any) -> list[Json]:
        codes: dict[int, list[Json]] = {}
        for begin, rows in self._steps(environmentId, serviceId, startDate, endDate, wish).items():
            for code in {row.status for row in rows}:
                codes.setdefault(code, []).append({"ts": begin, "value": float(sum(row.status == code for row in rows))})
        return [{"statusCode": code, "samples": samples} for code, samples in sorted(codes.items())]

    def httpDurationMetrics(self, _info: t.Any, environmentId: str, serviceId: str, startDate: str, endDate: str, **wish: t.Any) -> Json:
        shares = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
        samples = []
        for begin, rows in self._steps(environmentId, serviceId, startDate, endDate, wish).items():
            durations = [row.ms for row in rows]
            samples.append({"ts": begin, **{name: percentile(durations, share) for name, share in shares.items()}})
        return {"samples": samples}

    def _steps(self, environment: str, service: str, start: str, end: str, wish: Json) -> dict[int, list[Row]]:
        place, which = self._environment(environment), self._service(service)
        since, until = seconds(start) or 0.0, seconds(end) or 0.0
        return self._railway.telemetry.http_steps(which, place.id, since, until, wish.get("stepSeconds") or 60, wish)

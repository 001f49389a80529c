# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_log_info does; its documentation tells options and result.

Facts (Railway documentation "Logs", its own client): rows come oldest first, one more of them than was asked for; their times have
nanoseconds; logs of builds are not among those of an environment; a question by anchor gives the rows before a moment.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import telemetry_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect, read, tokens
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment, epoch
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.moments import Window, written
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import is_id, malformed, resolve, resolve_environment

MOST = 5000
LONGEST_FILTER = 1000
Row = dict[str, t.Any]
_OPERATIONS = {"deploy": op.DEPLOY_LOGS, "build": op.BUILD_LOGS, "http": op.HTTP_LOGS, "environment": op.ENVIRONMENT_LOGS}


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    _check(params)
    window, operation = Window.of(params["since"], params["until"]), _OPERATIONS[params["source"]]
    client = connect(task, params)
    if operation is op.ENVIRONMENT_LOGS:
        scope = resolve_environment(client, params["project"], params["environment"], bool(params["token"]))
        deployment = None
        about = {"environmentId": scope.environment_id}
    else:
        scope = resolve(client, params["project"], params["environment"], params["service"], bool(params["token"]))
        deployment = _deployment(Release(task, client, scope), params["deployment"], operation)
        about = {"deploymentId": deployment["id"]}
    rows = _rows(client, operation, about, window, params["filter"], params["limit"])
    return {
        # The newest are kept: that is where one looks first.
        "logs": rows[-params["limit"] :],
        "more": len(rows) > params["limit"],
        "deployment": deployment and {key: deployment[key] for key in ("id", "commit", "version", "state")},
        "window": window.as_dict(),
        "link": scope.link,
    }


def of_component(task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, str | None], wanted: t.Mapping[str, t.Any]) -> tuple[list[Row], str]:
    """Rows of an inventory component's log, and why there may be more of them; empty: these are all."""
    params = {
        **tokens(secrets),
        "api_url": component.get("railway_api_url"),
        "project": component.get("railway_project"),
        "environment": component.get("railway_environment") or component.get("saasops_environment"),
        "service": component.get("railway_service"),
        "source": wanted["source"] or "deploy",
        "deployment": None,
        "since": wanted["since"],
        "until": None,
        "filter": wanted["filter"],
        "limit": MOST,
    }
    found = execute(task.given(params))
    return found["logs"], f"of this time there are more than the {MOST} lines that Railway gives" if found["more"] else ""


def _check(params: dict[str, t.Any]) -> None:
    whole = params["source"] == "environment"
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give limit as a number from 1 to {MOST}", VENDOR)
    if params["filter"] is not None and not (params["filter"].isprintable() and len(params["filter"]) <= LONGEST_FILTER):
        raise Failure("invalid", "filter holds control characters, or is too long", f"Give at most {LONGEST_FILTER} printable characters", VENDOR)
    if not whole and not params["service"]:
        raise Failure("invalid", "no service was given", "Name it: service, or use source: environment", VENDOR)
    if whole and params["deployment"]:
        raise Failure("invalid", "deployment has no meaning with source: environment", "Use source: deploy, build or http, or filter", VENDOR)


def _deployment(room: Release, wanted: str | None, operation: Operation) -> Deployment:
    """The one that is named; else what serves, or for a build the newest, whatever became of it."""
    if wanted and is_id(wanted):
        found = deployments.by_id(room.client, room.scope, wanted)
    elif wanted:
        found = room.find(wanted)
    elif operation is op.BUILD_LOGS:
        found = next(iter(room.state().history), None)
    else:
        found = room.state().serving
    if found is not None:
        return found
    if wanted:
        raise deployments.missing(wanted, room.state().history, room.scope)
    raise refuse(f"nothing runs in {room.scope}", "Name the deployment that is meant", code="no_serving")


def _rows(client: Client, operation: Operation, about: dict[str, str], window: Window, text: str | None, limit: int) -> list[Row]:
    """Oldest first; one more than ``limit`` where there are more."""
    since, until = written(window.since), written(window.until)
    if operation in (op.DEPLOY_LOGS, op.BUILD_LOGS):
        asked: dict[str, t.Any] = {"limit": limit, "startDate": since, "endDate": until}
    else:
        asked = {"beforeLimit": limit, "beforeDate": since, "anchorDate": until, "afterDate": until, "afterLimit": 0}
    listed = read(client, operation, **about, filter=text, **asked).get(operation.name)
    if not isinstance(listed, list):
        raise malformed(operation, "is not the documented list")
    try:
        rows = [(_exactly(row["timestamp"]), (_request if operation is op.HTTP_LOGS else _line)(row)) for row in listed]
    except UNREADABLE as error:
        raise malformed(operation, "holds a row without the documented fields") from error
    # Whatever the vendor's rounding lets through besides.
    inside = [(exact, row) for exact, row in rows if row["at"] <= window.until + 1 and (window.since is None or row["at"] >= window.since - 1)]
    return [row for _exact, row in sorted(inside, key=lambda pair: pair[0])]


def _exactly(timestamp: t.Any) -> tuple[int, str]:
    """Seconds and nanoseconds, to sort by: a float holds microseconds only."""
    fraction = re.search(r"\.(\d+)", str(timestamp))
    return int(epoch(timestamp)), (fraction.group(1) if fraction else "").ljust(9, "0")


def _line(row: t.Any) -> Row:
    tags = row.get("tags") or {}
    attributes = row.get("attributes") or []
    return {
        "timestamp": redaction.plain(row["timestamp"], 60),
        "at": epoch(row["timestamp"]),
        "severity": redaction.plain(row["severity"], 40) if row.get("severity") else None,
        "message": redaction.plain(row["message"]),
        "attributes": {redaction.plain(one["key"], 100): redaction.plain(one["value"], 500) for one in attributes},
        "service_id": _word(tags.get("serviceId")),
        "deployment_id": _word(tags.get("deploymentId")),
        "instance_id": _word(tags.get("deploymentInstanceId")),
    }


def _request(row: t.Any) -> Row:
    return {
        "timestamp": redaction.plain(row["timestamp"], 60),
        "at": epoch(row["timestamp"]),
        "request_id": redaction.plain(row["requestId"], 100),
        "method": redaction.plain(row["method"], 20),
        "host": redaction.plain(row["host"], 300),
        "path": redaction.plain(row["path"], 1000),
        "status": int(row["httpStatus"]),
        "duration_ms": int(row["totalDuration"]),
        "upstream_ms": int(row["upstreamRqDuration"]),
        "details": _word(row.get("responseDetails"), 500),
        "errors": _word(row.get("upstreamErrors"), 500),
        "ip": _word(row.get("srcIp")),
        "edge_region": _word(row.get("edgeRegion")),
        "instance_id": _word(row.get("deploymentInstanceId")),
    }


def _word(value: t.Any, limit: int = 100) -> str | None:
    return redaction.plain(value, limit) if value else None

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Build and runtime logs of a Vercel deployment, as far as Vercel shows them.

Vendor facts (Vercel REST API and its official client): the events of a build are one JSON list, or a line of JSON each; an entry has
its text in ``payload`` (old) or beside its type (new); lines without a time only keep the connection open. The runtime log has no
past: it begins when it is asked for, and goes on until Vercel sends ``delimiter`` or the connection ends.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import streaming
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, path_of
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, interpret, malformed, token_of
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope

LARGEST = 16 * 1024 * 1024
LONGEST_LINE = 4000
MOST_LINES = 10_000
# Seconds for which a component's log is watched.
LOOK = 10.0
BAD = ("error", "fatal", "warning")


def execute(task: Task) -> dict[str, t.Any]:
    """What the module vercel_log_info does; its documentation tells options and result."""
    params = task.params
    limit, seconds = params["limit"], params["seconds"]
    if not 1 <= limit <= MOST_LINES:
        raise Failure("invalid", f"limit is {limit}", f"Give limit from 1 to {MOST_LINES}")
    if seconds <= 0 or seconds >= params["deadline"]:
        raise Failure("invalid", f"seconds is {seconds:g} and deadline is {params['deadline']:g}", "Give seconds as a duration above 0 and below the deadline")
    place = projects.scope(task, params)
    project = projects.read(place)
    named = params["deployment"]
    found = deployments.find(place, project.id, named, project.serving, any_target=True) if named else project.serving
    if found is None:
        message = f"there is no deployment {named!r} in {place.where}" if named else f"production of {place.where} serves nothing"
        raise Failure("not_found", message, "Name another deployment", VENDOR)
    is_build = params["source"] == "build"
    take = _Lines(limit, params["level"], _build_line if is_build else _runtime_line)
    if is_build:
        # The newest of them, in their order.
        query: dict[str, t.Any] = {"builds": 1, "direction": "backward", "limit": limit}
        _read(place, operations.GET_DEPLOYMENT_EVENTS, {"idOrUrl": found["id"]}, query, min(task.deadline.left(), 4 * params["request_timeout"]), take)
        take.lines.sort(key=lambda line: line["at"])
    else:
        path = {"projectId": project.id, "deploymentId": found["id"]}
        _read(place, operations.GET_RUNTIME_LOGS, path, {}, seconds, take)
    return {"deployment": found["id"], "lines": take.lines, "ended": take.ended, "dropped": take.dropped}


def of_component(
    task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, str | None], wanted: t.Mapping[str, t.Any]
) -> tuple[list[dict[str, t.Any]], str]:
    """Rows of an inventory component's log, and why there may be more of them; empty: these are all."""
    names = {name: component.get(f"vercel_{name}") for name in ("api_url", "team", "project")}
    if not names["project"]:
        raise Failure("invalid", f"component {component.get('name')} has no vercel_project", "Set it in the inventory: its name or prj_ id", VENDOR)
    source = wanted["source"] or "runtime"
    params = {**names, "token": token_of(secrets), "deployment": None, "source": source, "level": None, "limit": MOST_LINES, "seconds": LOOK}
    found = execute(task.given(params))
    if source == "runtime":
        # What was before is kept by a log drain alone.
        return found["lines"], f"Vercel shows only what happens while one looks, which was for {LOOK:g} s"
    whole = found["ended"] == "complete" and not found["dropped"]
    return found["lines"], "" if whole else f"the log could not be read to its end ({found['ended']}, {found['dropped']} lines were cut)"


class _Lines:
    """Takes the lines of one answer, at most ``limit`` that are wanted; what is no line is counted as dropped."""

    def __init__(self, limit: int, level: str | None, parse: t.Callable[[dict[str, t.Any]], dict[str, t.Any] | None]) -> None:
        self._limit, self._level, self._parse = limit, level, parse
        self._begin()

    def _begin(self) -> None:
        self.lines: list[dict[str, t.Any]] = []
        self.ended = "complete"
        self.dropped = 0

    def __call__(self, response: t.Any, stream: streaming.Stream) -> None:
        self._begin()
        for raw in stream:
            for entry in self._entries(raw):
                if entry.get("source") == "delimiter":
                    return
                line = self._parse(entry)
                if line is None or (self._level == "error" and line["level"] not in BAD):
                    continue
                if len(self.lines) >= self._limit:
                    self.ended = "limit"
                    return
                self.lines.append(line)
        self.ended = stream.ended

    def _entries(self, raw: bytes) -> list[dict[str, t.Any]]:
        """The entries of one line, which may be the whole list."""
        if not raw.strip():
            return []
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            # A line that the end of time or size has cut, or a proxy's page.
            self.dropped += 1
            return []
        if isinstance(found, dict) and isinstance(found.get("error"), dict):
            raise malformed("log")
        entries = found if isinstance(found, list) else [found]
        self.dropped += sum(not isinstance(entry, dict) for entry in entries if entry is not None)
        return [entry for entry in entries if isinstance(entry, dict)]


def _read(place: Scope, operation: Operation, path: dict[str, str], query: dict[str, t.Any], seconds: float, take: _Lines) -> None:
    client = place.client

    def refused(reply: Reply) -> Failure:
        try:
            interpret(operation, reply)
        except Failure as failure:
            return failure
        return malformed("log")

    streaming.read(client.wire, operation.name, path_of(operation.path, path), {**client.always, **query}, seconds, LARGEST, take, refused)
    if not take.lines and take.dropped and take.ended == "complete":
        raise malformed("log")


def _build_line(entry: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """Either shape; None for what only keeps the connection open."""
    payload = entry["payload"] if isinstance(entry.get("payload"), dict) else entry
    at = entry.get("created") or payload.get("date")
    if not isinstance(at, (int, float)):
        return None
    kind = plain(entry.get("type") or "", 40)
    level = plain(entry.get("level") or ("error" if kind in ("stderr", "fatal") else "info"), 40)
    return {"at": at / 1000, "level": level, "type": kind, "text": plain(payload.get("text") or "", LONGEST_LINE), "request": None}


def _runtime_line(entry: dict[str, t.Any]) -> dict[str, t.Any] | None:
    at = entry.get("timestampInMs")
    if not isinstance(at, (int, float)):
        return None
    status = entry.get("responseStatusCode")
    request = {
        "method": plain(entry.get("requestMethod") or "", 20),
        "path": plain(entry.get("requestPath") or "", 500),
        "domain": plain(entry.get("domain") or "", 300),
        "status": status if isinstance(status, int) else None,
    }
    text = plain(entry.get("message") or "", LONGEST_LINE)
    return {"at": at / 1000, "level": plain(entry.get("level") or "info", 40), "type": plain(entry.get("source") or "", 40), "text": text, "request": request}

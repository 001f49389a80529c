# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The health capability: is a component well, asked at its own addresses."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, probing
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

# How often, how far apart and how long a component is asked before it gets a verdict.
PROBE_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "in_a_row": {"type": "int", "default": 3},
    "interval": {"type": "str", "default": "5s"},
    "deadline": {"type": "str", "default": "2m"},
}


def endpoints(component: t.Mapping[str, t.Any], own_url: str | None = None) -> list[probing.Endpoint]:
    """A component's health page and journeys, at its production address or at a deployment's ``own_url``."""
    base = str(own_url or component.get("component_url") or "").rstrip("/")
    if not base:
        return []
    health = component.get("component_health") or "/health"
    given = component.get("component_conditions") or ()
    conditions = (given,) if isinstance(given, str) else tuple(given)
    journeys = [path for path in _paths(component, "component_journeys") if path != health]
    where = "own address " if own_url else ""
    return [
        probing.Endpoint(f"{where}{path}", base + path, conditions=conditions if path == health else (), optional=own_url is not None)
        for path in [health, *journeys]
    ]


def _paths(component: t.Mapping[str, t.Any], variable: str) -> tuple[str, ...]:
    """A list of paths, which an operator may also write as one text: comma-separated."""
    value = component.get(variable) or ()
    if not isinstance(value, str):
        return tuple(value)
    if value.strip().startswith("["):
        raise Failure("invalid", f"{variable} is the text {value!r}, not a list", f"Write {variable}=one,two, or a list in the inventory")
    return tuple(part.strip() for part in value.split(",") if part.strip())


def measure(task: Task, asked: list[probing.Endpoint], rules: t.Mapping[str, t.Any], until_good: bool = False, warm_up: bool = False) -> dict[str, t.Any]:
    """``{verdict, reason, endpoints, first_failed_at, passed, probes, last_at}``.

    A component without an address is not measured, and never called well.
    """
    if rules["in_a_row"] < 1 or rules["interval"] < 0 or rules["deadline"] <= 0:
        raise Failure("invalid", "a probe needs in_a_row >= 1, interval >= 0 and deadline > 0", "Give counts and durations above 0, such as 90s or 15m")
    if not asked:
        return {
            "verdict": "inconclusive",
            "reason": "it has no component_url, so its health was not checked",
            "endpoints": [],
            "first_failed_at": None,
            "passed": 0,
            "probes": 0,
            "last_at": None,
        }
    seen = probing.run(
        asked,
        rules["in_a_row"],
        rules["interval"],
        clock.Deadline(rules["deadline"]),
        task.params["request_timeout"],
        until_good=until_good,
        each_turn=task.gate.recorder.turn,
        warm_up=warm_up,
    )
    verdict = probing.worst(seen)
    bad = next((state for state in seen if state.verdict == verdict and verdict != "pass"), None)
    failed = [state.first_failed_at for state in seen if state.first_failed_at is not None]
    return {
        "verdict": verdict,
        "reason": f"{bad.name} {bad.reason}" if bad else "",
        "endpoints": [dataclasses.asdict(state) for state in seen],
        "first_failed_at": min(failed) if failed else None,
        "passed": min((state.passed for state in seen if state.verdict != "skipped"), default=0),
        "probes": max(state.probes for state in seen),
        "last_at": max(state.last_at or 0 for state in seen),
    }


def execute(task: Task) -> dict[str, t.Any]:
    """``execute`` of http_probe: the given endpoints, or those of a component."""
    params = task.params
    component = params["component"] or {}
    if params["endpoints"]:
        asked = [_endpoint(number, given) for number, given in enumerate(params["endpoints"], start=1)]
    elif component:
        asked = [*(endpoints(component, params["own_url"]) if params["own_url"] else []), *endpoints(component)]
    else:
        raise Failure("invalid", "neither endpoints nor component was given", "Give endpoints: [{url: https://...}]")
    runs.join(task, str(component.get("name", "")))
    return measure(task, asked, params, until_good=params["until_good"])


def _endpoint(number: int, given: dict[str, t.Any]) -> probing.Endpoint:
    return probing.Endpoint(
        given["name"] or f"endpoint {number}",
        given["url"],
        given["method"],
        tuple(given["status"]),
        tuple(given["conditions"]),
        given["headers"],
        given["optional"],
        given["certificate"],
    )

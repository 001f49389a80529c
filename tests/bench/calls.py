# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run asked, read from the sandbox's journal: which calls follow one another, and which are made side by side."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t
from urllib.parse import urlencode

Json = dict[str, t.Any]
APP = "app"
# A look that follows the same look so long (seconds) after its answer was waited for, not computed.
PAUSE = 0.4


@dataclasses.dataclass(frozen=True)
class Call:
    """``body`` is sent as JSON; ``pause`` are seconds between the call before and this one."""

    vendor: str
    method: str
    path: str
    body: t.Any
    status: int
    changes: bool
    operation: str
    pause: float = 0.0


# The calls of each component, one after another; the components are side by side.
Chains = dict[str, list[Call]]


def steps(journal: t.Sequence[Json]) -> dict[str, Chains]:
    """The calls of a run in its own order: looks at all components, one wave of changes for each vendor, the verdict.

    A task has connections of its own, so a component's next connection to its vendor is its next step.
    """
    owner = {entry["connection"]: entry["component"] for entry in journal if entry["component"]}
    looks: dict[str, int] = {}
    last: dict[str, Json] = {}
    changing = {entry["connection"] for entry in journal if entry["changes"]}
    changed: set[str] = set()
    found: dict[str, Chains] = {}
    for entry in journal:
        component, before = owner[entry["connection"]], last.get(owner[entry["connection"]])
        if entry["vendor"] == APP:
            step = "verify" if component in changed else f"look {looks.get(component, 1)}"
        else:
            if before is None or before["connection"] != entry["connection"]:
                looks[component] = looks.get(component, 0) + 1
            step = f"apply at {entry['vendor']}" if entry["connection"] in changing else f"look {looks[component]}"
            last[component] = entry
        if entry["changes"]:
            changed.add(component)
        found.setdefault(step, {}).setdefault(component, []).append(_call(entry, before))
    return found


def _call(entry: Json, before: Json | None) -> Call:
    query = f"?{urlencode(entry['query'])}" if entry["query"] else ""
    pause = 0.0
    if before and before["operation"] == entry["operation"] and before["connection"] == entry["connection"]:
        gap = entry["at"] - before["at"] - before["ms"] / 1000
        pause = round(gap, 1) if gap >= PAUSE else 0.0
    return Call(entry["vendor"], entry["method"], entry["path"] + query, entry["body"], entry["status"], entry["changes"], entry["operation"], pause)


def origins(run: Json) -> Json:
    """Where each vendor listens, and the header that lets one in."""
    railway = str(run["railway"]["url"]).removesuffix("/graphql/v2")
    return {
        "vercel": {"origin": run["vercel"]["url"], "headers": {"Authorization": f"Bearer {run['vercel']['token']}"}},
        "railway": {"origin": railway, "headers": {"Project-Access-Token": run["railway"]["token"]}},
        APP: {"origin": run["app_url"], "headers": {}},
    }


def write_plan(path: pathlib.Path, run: Json, wanted: dict[str, Chains], threads: int, pauses: bool) -> None:
    """What ``plain.py`` reads: ``{origins, threads, steps: [[chain of calls of one component, ...], ...]}``."""
    chains = [[[dataclasses.asdict(call) | ({} if pauses else {"pause": 0.0}) for call in chain] for chain in step.values()] for step in wanted.values()]
    path.write_text(json.dumps({"origins": origins(run), "threads": threads, "steps": chains}), encoding="utf-8")


def count(wanted: dict[str, Chains], apps: bool = True) -> int:
    return sum(1 for step in wanted.values() for chain in step.values() for call in chain if apps or call.vendor != APP)

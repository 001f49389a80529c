# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Items of a Global Config of a Vercel team: read together, and changed together where they differ.

Vendor facts (Vercel REST API): Global Config was called Edge Config until 2026, and its ids still begin with ``ecfg_``. What is
written is at once what the API reads; the edge sees it within seconds. Several operations in one request are one change.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, connect, malformed

KEY = re.compile(r"[\w-]{1,256}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Calls:
    configs: Operation
    items: Operation
    patch: Operation


TODAY = Calls(operations.GET_GLOBAL_CONFIGS, operations.GET_GLOBAL_CONFIG_ITEMS, operations.PATCH_GLOBAL_CONFIG_ITEMS)
FORMER = Calls(operations.GET_EDGE_CONFIGS, operations.GET_EDGE_CONFIG_ITEMS, operations.PATCH_EDGE_CONFIG_ITEMS)


@dataclasses.dataclass(frozen=True)
class Store:
    """One Global Config and the calls that this installation knows. ``items``: the values by their keys."""

    client: Client
    calls: Calls
    id: str
    name: str
    items: dict[str, t.Any]


def open_store(client: Client, name: str) -> Store:
    """The config of this id or slug with its items: one request for an id, two for a slug; others where the calls have their former name."""
    missing: Failure | None = None
    for calls in (TODAY, FORMER):
        try:
            identity = name if name.startswith("ecfg_") else _named(client, calls, name)
            return Store(client, calls, identity, name, _items(client, calls, identity))
        except Failure as failure:
            if failure.status not in (404, 410):
                raise
            missing = missing or failure
    missing = t.cast(Failure, missing)
    if name.startswith("ecfg_"):
        missing.message, missing.hint = f"there is no Global Config {name}", "Check the id, and the option team: what belongs to another team is not found"
    raise missing


def _named(client: Client, calls: Calls, slug: str) -> str:
    answer = client.call(calls.configs)
    # The vendor's newest document shows one config where its API lists them.
    listed = answer.get("list", [answer] if "id" in answer else None)
    if not isinstance(listed, list) or not all(isinstance(it, dict) and isinstance(it.get("id"), str) for it in listed):
        raise malformed("list of Global Configs")
    found = [it["id"] for it in listed if it.get("slug") == slug]
    if len(found) > 1:
        raise Failure("invalid", f"{len(found)} Global Configs are called {slug}", f"Give an id: {', '.join(found)}", VENDOR)
    if found:
        return str(found[0])
    names = sorted(plain(it.get("slug") or it["id"], 200) for it in listed)
    near = difflib.get_close_matches(slug, names, 3, 0.5) or names[:5]
    raise Failure("not_found", f"there is no Global Config {slug!r}", f"Near or other names here: {', '.join(near)}" if near else "This team has none", VENDOR)


def _items(client: Client, calls: Calls, identity: str) -> dict[str, t.Any]:
    listed = client.call(calls.items, path={"edgeConfigId": identity}).get("list")
    if not isinstance(listed, list) or not all(isinstance(it, dict) and isinstance(it.get("key"), str) and "value" in it for it in listed):
        raise malformed("list of items")
    return {it["key"]: it["value"] for it in listed}


def _equal(one: t.Any, other: t.Any) -> bool:
    """As JSON tells them apart: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def execute(task: Task, planned: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """What the module vercel_global_config_item does; its documentation tells options and result.

    ``planned``: items as they would be by then, for a plan of what comes after another one.
    """
    params = task.params
    wanted: dict[str, t.Any] = dict(params["items"] or {})
    absent: list[str] = list(params["absent"] or [])
    for key in [*wanted, *absent]:
        if not KEY.fullmatch(str(key)):
            raise Failure("invalid", f"{plain(key, 80)!r} is no usable key", "A key has letters, digits, _ and -, at most 256")
    if both := sorted(set(wanted) & set(absent)):
        raise Failure("invalid", f"{both[0]} is wanted and to be absent", "Name each key once")
    store = open_store(connect(task, params), params["config"])
    store = dataclasses.replace(store, items={**store.items, **(planned or {})})
    differing = [key for key, value in wanted.items() if key not in store.items or not _equal(store.items[key], value)]
    leaving = [key for key in dict.fromkeys(absent) if key in store.items]
    if differing or leaving:
        _patch(store, {key: wanted[key] for key in differing}, leaving)
    after = {**store.items, **wanted}
    return {
        "changed": bool(differing or leaving),
        "config_id": store.id,
        "config_items": {key: after[key] for key in wanted},
        "diff": {
            "before": {key: store.items[key] for key in [*wanted, *absent] if key in store.items},
            "after": dict(wanted),
        },
    }


def _patch(store: Store, wanted: dict[str, t.Any], leaving: list[str]) -> None:
    """One request for all, which is safe to send again; then one look whether it is so."""

    def holds() -> dict[str, t.Any] | None:
        now = _items(store.client, store.calls, store.id)
        there = all(key in now and _equal(now[key], value) for key, value in wanted.items())
        return {} if there and not set(leaving) & set(now) else None

    items = [{"operation": "upsert", "key": key, "value": value} for key, value in wanted.items()] + [{"operation": "delete", "key": key} for key in leaving]
    what = ", ".join([*wanted, *(f"without {key}" for key in leaving)])
    answer = store.client.change(store.calls.patch, f"{store.name} {what}", path={"edgeConfigId": store.id}, body={"items": items}, look=holds)
    if planned(answer) or answer == {} or holds() is not None:
        return
    raise Failure(
        "failed",
        f"Vercel accepted {what} for {store.name}, and it does not hold",
        "Look at the Global Config in the dashboard: somebody else may be writing, or a schema may forbid it",
        VENDOR,
        store.calls.patch.name,
    )

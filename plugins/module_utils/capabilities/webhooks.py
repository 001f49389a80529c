# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_webhooks does: what a component declares to be delivered is registered at its vendor, as it is declared.

``component_webhooks`` of a shop is a list of what ``shopify_webhook`` takes, of a Stripe account of what ``stripe_webhook_endpoint`` takes. What is
not declared is left alone. An endpoint that is missing at Stripe is not made here: with it comes a new signing secret, which the application
would not know.
"""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import component_of
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

Json = dict[str, t.Any]
CHECK = "webhooks"
VARIABLE = f"component_{CHECK}"
WEBHOOKS_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **CHANGE_ARGUMENTS,
    **{name: access.ACCESS_ARGUMENTS[name] for name in ("token", "client_secret", "api_key")},
    "component": {"type": "dict", "required": True},
}
# By the vendor: what an entry may say, as (type, needed), as its module has it.
_TEXT, _TEXTS = (str, False), (list, False)
KNOWN: dict[str, dict[str, tuple[type, bool]]] = {
    "shopify": {
        "topic": (str, True),
        "uri": (str, True),
        "name": _TEXT,
        "format": _TEXT,
        "filter": _TEXT,
        "include_fields": _TEXTS,
        "metafield_namespaces": _TEXTS,
    },
    "stripe": {"name": (str, True), "url": (str, True), "enabled_events": (list, True), "description": _TEXT, "api_version": _TEXT, "connect": (bool, False)},
}
_WORDS = {bool: "true or false", list: "a list of texts", str: "a text"}


def execute(task: Task) -> Json:
    component = component_of(task)
    declared = read(component)
    runs.join(task, component["name"])
    if not declared:
        return _result(task, component, checks.check(CHECK, component["name"], "skipped", f"nothing is declared ({VARIABLE})"), [])
    told = [_shopify(task, component, one) if component["component_vendor"] == "shopify" else _stripe(task, component, one) for one in declared]
    return _result(task, component, _judged(component["name"], told), told)


def read(component: t.Mapping[str, t.Any]) -> list[Json]:
    """What is declared, checked before anything is asked; every option of each, with None where it says nothing."""
    declared, whose, vendor = component.get(VARIABLE), f"{VARIABLE} of {component.get('name')}", str(component.get("component_vendor"))
    if declared is None:
        return []
    if vendor not in KNOWN:
        raise Failure("invalid", f"{whose}: {vendor} has no webhooks that are registered", f"Declare it at a component of {' or '.join(KNOWN)}")
    if not isinstance(declared, (list, tuple)) or not all(isinstance(one, t.Mapping) for one in declared):
        raise Failure("invalid", f"{whose} is {plain(declared, 60)!r}", f"Give a list, each with {', '.join(KNOWN[vendor])}")
    return [_entry(f"{whose}, entry {number}", KNOWN[vendor], one) for number, one in enumerate(declared, 1)]


def _entry(whose: str, known: t.Mapping[str, tuple[type, bool]], said: t.Mapping[str, t.Any]) -> Json:
    for name in said:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            raise Failure("invalid", f"{whose} has {plain(name, 60)}", f"Did you mean {near[0]}?" if near else f"It may have {', '.join(known)}")
    for name, (kind, needed) in known.items():
        value = said.get(name)
        good = isinstance(value, kind) and (not isinstance(value, list) or all(isinstance(one, str) for one in value))
        if (value is None and needed) or (value is not None and not good):
            what = f"has no {name}" if value is None else f"has {name} {plain(value, 60)!r}"
            raise Failure("invalid", f"{whose} {what}", f"Give {name} as {_WORDS[kind]}")
    return {name: said.get(name) for name in known}


def _shopify(task: Task, component: Json, wanted: Json) -> Json:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import access as shop
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import client, webhooks

    made = len(task.gate.changes)
    topic, uri, settings = webhooks.wish(wanted)
    options = shop.given(component, task.params).options
    before, _after = webhooks.ensure(client.connect(task, options), topic, uri, settings)
    return _told(f"{topic} to {uri}", before is not None, len(task.gate.changes) > made)


def _stripe(task: Task, component: Json, wanted: Json) -> Json:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import access as account
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import webhook_endpoint

    made = len(task.gate.changes)
    options = account.given(component, task.params).options
    unsaid = {"endpoint": None, "enabled": True, "metadata": None, "secret_stored": None, "state": "present"}
    found = webhook_endpoint.keep(task.given({**options, **unsaid, **wanted}))
    what = f"{wanted['name']} to {wanted['url']}"
    return _told(what, True, len(task.gate.changes) > made) if found else {"what": plain(what, 300), "result": "missing"}


def _told(what: str, was: bool, changed: bool) -> Json:
    return {"what": plain(what, 300), "result": "there" if not changed else "corrected" if was else "registered"}


def _judged(name: str, told: t.Sequence[Json]) -> checks.Check:
    missing = [one["what"] for one in told if one["result"] == "missing"]
    if missing:
        step = "Make it with stripe_webhook_endpoint, and bring its signing secret to the application: docs/restore.md"
        return checks.check(CHECK, name, "fail", f"not registered: {'; '.join(missing)}", next=step)
    done = {result: sum(one["result"] == result for one in told) for result in ("there", "corrected", "registered")}
    words = {"there": "as declared", "corrected": "corrected", "registered": "registered again"}
    return checks.check(CHECK, name, "pass", ", ".join(f"{number} {words[result]}" for result, number in done.items() if number), float(len(told)))


def _result(task: Task, component: Json, judged: checks.Check, told: list[Json]) -> Json:
    return {
        "changed": bool(task.gate.changes),
        "verdict": judged["verdict"],
        "reason": judged["reason"],
        "checks": [judged],
        "webhooks": {"component": component["name"], "declared": bool(told), "registered": told},
        # What is delivered as it is declared.
        "diff": {
            "before": {"webhooks": [one["what"] for one in told if one["result"] == "there"]},
            "after": {"webhooks": [one["what"] for one in told if one["result"] != "missing"]},
        },
    }

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""An incident on an Atlassian Statuspage.

Customers read it, so nothing of what a machine found is written there: title and texts are the route's own, fixed and approved before.
The incident carries our fingerprint in its metadata and is looked for before one is made. Subscribers get mail only when the route says so.
Statuspage takes one request in a second.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.statuspage import operations as op

VENDOR = "statuspage"
API = "https://api.statuspage.io/v1"
BETWEEN_REQUESTS = 1.0
PER_PAGE = 100
MOST_PAGES = 5
STATUSES = {"raised": "investigating", "acknowledged": "identified", "resolved": "resolved"}
IMPACTS = {"critical": "critical", "error": "major", "warning": "minor", "info": "none"}
COMPONENT_STATUSES = ("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
# What customers read where the route says nothing else.
TITLE = "Service disruption"
TEXTS = {
    "raised": "We are looking into a problem with our service.",
    "acknowledged": "We have found the problem and are working on it.",
    "resolved": "The problem has been solved.",
}
Json = dict[str, t.Any]


def check(route: t.Mapping[str, t.Any]) -> None:
    checked_base_url(str(route.get("api_url") or API), "api_url")
    if not route.get("page"):
        raise Failure("invalid", "no page", "Give page: the id of the status page", VENDOR)
    components = route.get("components") or {}
    if not isinstance(components, dict) or set(map(str, components.values())) - set(COMPONENT_STATUSES):
        raise Failure("invalid", "components is not {id: status}", f"A status is one of: {', '.join(COMPONENT_STATUSES)}", VENDOR)
    texts = route.get("texts") or {}
    if not isinstance(texts, dict) or set(texts) - set(TEXTS):
        raise Failure("invalid", "texts is not what can be said", f"Give texts for some of: {', '.join(TEXTS)}", VENDOR)


def send(task: Task, route: t.Mapping[str, t.Any], message: Json, before: Json) -> Json:
    client, page = _client(task, route), {"page_id": route["page"]}
    key = f"{message['source']}/{message['fingerprint']}"
    found = _open_one(client, page, key)
    if found is None and message["state"] != "raised":
        # Somebody has closed it by hand.
        return before
    status = STATUSES[message["state"]]
    wanted: Json = {
        "status": status,
        "body": {**TEXTS, **(route.get("texts") or {})}[message["state"]],
        "deliver_notifications": bool(route.get("tell_subscribers")),
    }
    components = route.get("components") or {}
    if components:
        wanted["components"] = dict.fromkeys(components, "operational") if message["state"] == "resolved" else components
    clock.sleep(BETWEEN_REQUESTS)
    if found is not None:
        if found.get("status") == status:
            return {"incident": str(found["id"])}
        path = {**page, "incident_id": found["id"]}

        def changed() -> Json | None:
            now = _open_one(client, page, key)
            return {"id": found["id"]} if (now is None if status == "resolved" else now is not None and now.get("status") == status) else None

        client.change(op.UPDATE, f"page {route['page']}: {status}", path=path, body={"incident": wanted}, look=changed)
        return {"incident": str(found["id"])}
    wanted.update(name=str(route.get("title") or TITLE), impact_override=IMPACTS[message["severity"]], metadata={"saasops": {"key": key}})
    if components:
        wanted["component_ids"] = sorted(components)
    made = client.change(op.CREATE, f"page {route['page']}: {wanted['name']}", path=page, body={"incident": wanted}, look=lambda: _open_one(client, page, key))
    return {} if planned(made) else {"incident": str(made["id"])}


def try_key(task: Task, route: t.Mapping[str, t.Any]) -> None:
    """Whether page and key are good, without a word to customers."""
    _open_one(_client(task, route), {"page_id": route["page"]}, "")


def _client(task: Task, route: t.Mapping[str, t.Any]) -> Client:
    wire = task.wire(VENDOR, checked_base_url(str(route.get("api_url") or API), "api_url"), ("Authorization", f"OAuth {route['api_key']}"))
    return Client(wire, task.gate, _interpret)


def _open_one(client: Client, page: Json, key: str) -> Json | None:
    for number in range(1, MOST_PAGES + 1):
        if number > 1:
            clock.sleep(BETWEEN_REQUESTS)
        incidents = client.call(op.LIST_UNRESOLVED, path=page, query={"page": number, "per_page": PER_PAGE})
        for incident in incidents:
            if _key(incident) == key:
                return t.cast(Json, incident)
        if len(incidents) < PER_PAGE:
            return None
    raise Failure("protocol", f"more than {MOST_PAGES * PER_PAGE} incidents are open on the page", "Close some by hand", VENDOR, op.LIST_UNRESOLVED.name)


def _key(incident: Json) -> t.Any:
    """What marks an incident as one of ours."""
    metadata = incident.get("metadata")
    ours = metadata.get("saasops") if isinstance(metadata, dict) else None
    return ours.get("key") if isinstance(ours, dict) else None


def _interpret(operation: Operation, reply: Reply) -> t.Any:
    incidents = reply.body if operation.lists else [reply.body]
    if reply.status < 400 and isinstance(incidents, list) and all(isinstance(one, dict) and "id" in one for one in incidents):
        return reply.body
    body = reply.body if isinstance(reply.body, dict) else {}
    said = plain(body.get("error") or body.get("message") or reply.status, 160)
    kind: Kind = "failed"
    hint = "See the page's API tab"
    if reply.status in (401, 403):
        kind, hint = "auth", "Check api_key, and that its user may manage this page"
    elif reply.status == 404:
        kind, hint = "not_found", "Check page and the ids under components"
    elif reply.status in (420, 429):
        kind, hint = "rate_limited", "Try again later: one request in a second"
    elif reply.status >= 500:
        kind, hint = "vendor_down", "Try again later"
    elif reply.status < 400:
        kind, hint = "protocol", "Check api_url"
    passing = kind in ("rate_limited", "vendor_down")
    raise Failure(kind, f"answered {reply.status}: {said}", hint, VENDOR, operation.name, reply.status, retryable=passing, maybe_sent=kind == "vendor_down")

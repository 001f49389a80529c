# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""An event for PagerDuty (Events API v2). Its ``dedup_key`` makes it one alert, however often it is sent.

PagerDuty takes an event (202) before it works on it: that it was taken does not say that somebody was called.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import fingerprint, plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.pagerduty import operations as op

VENDOR = "pagerduty"
API = "https://events.pagerduty.com/v2"
LONGEST_SUMMARY, LONGEST_KEY = 1024, 255
ACTIONS = {"raised": "trigger", "acknowledged": "acknowledge", "resolved": "resolve"}
Json = dict[str, t.Any]


def check(route: t.Mapping[str, t.Any]) -> None:
    checked_base_url(str(route.get("api_url") or API), "api_url")


def send(task: Task, route: t.Mapping[str, t.Any], message: Json, before: Json) -> Json:
    key = before.get("dedup_key") or dedup_key(message)
    body: Json = {"routing_key": route["routing_key"], "event_action": ACTIONS[message["state"]], "dedup_key": key}
    if message["state"] == "raised":
        body.update(
            client="saasops.runbooks",
            payload={
                "summary": plain(message["headline"], LONGEST_SUMMARY),
                "severity": message["severity"],
                "source": message["source"],
                "timestamp": datetime.datetime.fromtimestamp(message["at"], datetime.UTC).isoformat(timespec="seconds"),
                "custom_details": {"text": message["text"]},
            },
        )
    client = Client(task.wire(VENDOR, checked_base_url(str(route.get("api_url") or API), "api_url"), None), task.gate, _interpret)
    client.change(op.ENQUEUE, f"{body['event_action']} {key}", body=body, key=message["key"], stands_for={"key": key, "action": body["event_action"]})
    return {"dedup_key": key}


def dedup_key(message: Json) -> str:
    key = f"{message['source']}/{message['fingerprint']}"
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 17]}-{fingerprint(key)}"


def _interpret(operation: Operation, reply: Reply) -> Json:
    body = reply.body if isinstance(reply.body, dict) else {}
    if reply.status == 202 and body.get("status") == "success":
        return body
    errors = body.get("errors") if isinstance(body.get("errors"), list) else []
    said = plain("; ".join(str(word) for word in [body.get("message") or reply.status, *(errors or [])]), 160)
    passing = reply.status == 429 or reply.status >= 500
    kind: Kind = "rate_limited" if reply.status == 429 else "vendor_down" if passing else "failed"
    hint = "Try again later" if passing else "Check routing_key: the integration key of an Events API v2 integration"
    raise Failure(kind, f"answered {reply.status}: {said}", hint, VENDOR, operation.name, reply.status, retryable=passing, maybe_sent=reply.status >= 500)

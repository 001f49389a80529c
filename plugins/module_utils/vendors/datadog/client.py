# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Datadog API as a client: two keys, the site, pages, and what its errors mean.

Vendor facts (Datadog's OpenAPI document and its own client for Python): whoever asks for monitors needs an API key and an application key; errors are
``{"errors": [...]}``; 429 comes with ``X-RateLimit-Reset``, the seconds until the next request is answered. There are no idempotency keys: a change
whose answer was lost is looked for before it is sent again.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, is_loopback, retry_after, sendable

VENDOR = "datadog"
# Every site of Datadog: the keys go to none but these.
SITES = (
    *("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com", "ap2.datadoghq.com", "uk1.datadoghq.com", "datadoghq.eu"),
    *("ddog-gov.com", "us2.ddog-gov.com"),
)
API_KEY_VARIABLES = ("DD_API_KEY", "DATADOG_API_KEY")
APP_KEY_VARIABLES = ("DD_APP_KEY", "DATADOG_APP_KEY")
RESET = "X-RateLimit-Reset"
# Options of every Datadog module; documented in doc_fragments/datadog.py.
DATADOG_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, list(API_KEY_VARIABLES))},
    "app_key": {"type": "str", "no_log": True, "fallback": (env_fallback, list(APP_KEY_VARIABLES))},
    "site": {"type": "str", "choices": list(SITES), "default": SITES[0], "fallback": (env_fallback, ["DD_SITE"])},
    "api_url": {"type": "str"},
}
GIVE_KEYS = (
    f"Give both keys: an API key (option api_key, inventory variable datadog_api_key, or {API_KEY_VARIABLES[0]}) and an application key "
    f"(app_key, datadog_app_key, or {APP_KEY_VARIABLES[0]})"
)
# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", GIVE_KEYS),
    402: ("plan", "The plan of this organisation does not include it"),
    403: (
        "permission",
        "Check both keys and the site; the application key needs monitors_read, monitors_write to change monitors, and monitors_downtime to mute",
    ),
    404: ("not_found", "Check the name, and whether the keys are of the right organisation and site"),
    409: ("conflict", AGAIN),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    """A client out of the options of ``DATADOG_ARGUMENTS``; sends nothing yet."""
    keys = {name: params.get(name) or "" for name in ("api_key", "app_key")}
    register(*keys.values())
    for name, key in keys.items():
        called = "API key" if name == "api_key" else "application key"
        if not key:
            raise Failure("auth", f"there is no Datadog {called}", GIVE_KEYS, VENDOR)
        if not sendable(key):
            raise Failure("auth", f"the Datadog {called} has blanks or characters that no key has", "Copy it again, without quotes and line ends", VENDOR)
    credential, headers = ("DD-API-KEY", keys["api_key"]), {"DD-APPLICATION-KEY": keys["app_key"]}
    return Client(task.wire(VENDOR, base_url(params), credential, headers=headers, reset_header=RESET), task.gate, interpret)


def base_url(params: t.Mapping[str, t.Any]) -> str:
    """Of the site; another address is accepted for loopback only."""
    given = params.get("api_url")
    if not given:
        return f"https://api.{params.get('site') or SITES[0]}"
    url = checked_base_url(given, "api_url")
    host = urlsplit(url).hostname or ""
    if not is_loopback(host) and url not in {f"https://api.{site}" for site in SITES}:
        message = f"api_url is an address of {plain(host, 100)}, which is none of Datadog's"
        raise Failure("invalid", message, f"Leave it out and give site, one of: {', '.join(SITES)}", VENDOR)
    return url


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict; a list is under ``list``. Below 500 a refusal is definite; else a change may have happened."""
    body = reply.body
    if reply.status >= 400:
        raise _failure(reply, body if isinstance(body, dict) else {})
    if isinstance(body, list) and operation.lists:
        return {"list": body}
    if body is None and operation.changes:
        return {}
    if not isinstance(body, dict) or operation.lists:
        message = f"answered {reply.status} without the documented JSON"
        hint = "Check the option site, and whether a proxy stands in between"
        raise Failure("protocol", message, hint, status=reply.status, request_id=reply.request_id, maybe_sent=True)
    return body


def _failure(reply: Reply, body: dict[str, t.Any]) -> Failure:
    errors = body.get("errors")
    words = [one.get("detail") or one.get("title") if isinstance(one, dict) else one for one in errors] if isinstance(errors, list) else []
    message = plain("; ".join(str(word) for word in words if word) or f"answered {reply.status}", 300)
    if reply.status >= 500:
        return Failure("vendor_down", message, AGAIN, status=reply.status, request_id=reply.request_id, retryable=True, maybe_sent=True)
    kind, hint = STATUSES.get(reply.status, ("invalid", "Check the options of this task"))
    again = kind in ("conflict", "rate_limited")
    waits = retry_after(reply.headers) or retry_after(reply.headers, RESET)
    return Failure(kind, message, hint, status=reply.status, request_id=reply.request_id, retryable=again, retry_after=waits)


def walked(fetch: t.Callable[[int], list[dict[str, t.Any]]], size: int, step: int, what: str) -> t.Iterator[dict[str, t.Any]]:
    """What a list holds, page by page, until one is not full. Pages are counted from 0 in steps of ``step``."""

    def page(cursor: t.Any) -> tuple[list[dict[str, t.Any]], t.Any]:
        at = cursor or 0
        rows = fetch(at)
        return rows, at + step if len(rows) >= size else None

    return paging.pages(page, what)


def malformed(what: str, operation: Operation) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    hint = "Try again; if it stays, update the collection"
    return Failure("protocol", f"Datadog's answer has no usable {what}", hint, VENDOR, operation.name, code="missing_field", maybe_sent=operation.changes)

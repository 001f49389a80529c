# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The UptimeRobot API, version 3, as a client: key, pages, and what its errors mean.

Vendor facts (UptimeRobot's OpenAPI document and its own Terraform provider): requests are few, 10 in a minute on the free plan, and 429 comes with
``Retry-After``; lists have ``data`` and ``nextLink``, an address with the cursor of the next page; texts may come back with HTML entities.
There are no idempotency keys: a change whose answer was lost is looked for before it is sent again.
"""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client, json_object, refused
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, sendable

VENDOR = "uptimerobot"
API_URL = "https://api.uptimerobot.com/v3"
KEY_VARIABLE = "UPTIMEROBOT_API_KEY"
# Options of every UptimeRobot module; documented in doc_fragments/uptimerobot.py.
UPTIMEROBOT_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, [KEY_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
}
GIVE_KEY = f"Give the account's main API key (option api_key, inventory variable uptimerobot_api_key, or {KEY_VARIABLE})"
# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", GIVE_KEY),
    402: ("plan", "The plan of this account does not include it"),
    403: ("permission", "Give the main API key: a read-only key or one of a single monitor changes nothing. Or the plan does not include it"),
    404: ("not_found", "Check the name, and whether the key is of the right account"),
    409: ("conflict", AGAIN),
    429: ("rate_limited", "Wait a minute, then run the same command again: the free plan answers 10 requests in a minute"),
}


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    """A client out of the options ``api_key`` and ``api_url``; sends nothing yet."""
    key = params.get("api_key") or ""
    register(key)
    if not key:
        raise Failure("auth", "there is no UptimeRobot key", GIVE_KEY, VENDOR)
    if not sendable(key):
        raise Failure("auth", "the UptimeRobot key has blanks or characters that no key has", "Copy it again, without quotes and line ends", VENDOR)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    return Client(task.wire(VENDOR, base_url, ("Authorization", f"Bearer {key}")), task.gate, interpret)


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict. Below 500 a refusal is definite; else, and where the body is not what is documented, a change may have happened."""
    body = reply.body
    if reply.status >= 400:
        raise _failure(reply, body if isinstance(body, dict) else {})
    if body is None and operation.changes:
        return {}
    return json_object(reply)


def _failure(reply: Reply, body: dict[str, t.Any]) -> Failure:
    said = body.get("message") or body.get("error") or f"answered {reply.status}"
    message = plain("; ".join(map(str, said)) if isinstance(said, list) else said, 300)
    code = plain(body.get("code") or "", 80)
    return refused(reply, STATUSES, message, code)


def listed(client: Client, operation: Operation, query: t.Mapping[str, t.Any] | None = None) -> t.Iterator[dict[str, t.Any]]:
    """What a list holds, page by page."""

    def fetch(cursor: t.Any) -> tuple[list[dict[str, t.Any]], t.Any]:
        answer = client.call(operation, query={**(query or {}), **({"cursor": cursor} if cursor else {})})
        data, following = answer.get("data"), answer.get("nextLink")
        is_list = isinstance(data, list) and all(isinstance(item, dict) and isinstance(item.get("id"), int) for item in data)
        cursors = parse_qs(urlsplit(following).query).get("cursor") if isinstance(following, str) and following else None
        # A list that ended too early would pass for a whole one.
        if not is_list or not isinstance(following, (str, type(None))) or (following and not cursors):
            raise malformed("list", operation)
        return data, cursors[0] if cursors else None

    return paging.pages(fetch, operation.name.removeprefix("list_").replace("_", " "))


def malformed(what: str, operation: Operation) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    hint = "Try again; if it stays, update the collection"
    return Failure("protocol", f"UptimeRobot's answer has no usable {what}", hint, VENDOR, operation.name, code="missing_field", maybe_sent=operation.changes)

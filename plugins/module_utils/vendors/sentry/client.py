# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Sentry API as a client: token, organisation, pages, and what its errors mean.

Vendor facts (Sentry's OpenAPI document): an organisation lives in one region, whose address is ``us.sentry.io`` or ``de.sentry.io``; paths end with a
slash; a list tells its next page in the header ``Link``, whether or not there is one; errors are ``{"detail": ...}``.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, retry_after, sendable

VENDOR = "sentry"
API_URL = "https://us.sentry.io"
TOKEN_VARIABLE = "SENTRY_AUTH_TOKEN"
# Options of every Sentry module; documented in doc_fragments/sentry.py.
SENTRY_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, [TOKEN_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
    "organization": {"type": "str", "required": True},
    "projects": {"type": "list", "elements": "int"},
    "environments": {"type": "list", "elements": "str"},
}
GIVE_TOKEN = f"Give a token with the scopes event:read and org:read (option token, inventory variable sentry_token, or {TOKEN_VARIABLE})"
# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", GIVE_TOKEN),
    403: ("permission", "Give the token the scopes event:read and org:read, and check that it belongs to this organisation"),
    404: ("not_found", "Check the organisation's slug, and the region in api_url: https://us.sentry.io or https://de.sentry.io"),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}
_NEXT = re.compile(r'rel="next";\s*results="(true|false)";\s*cursor="([^"]*)"')
_SLUG = re.compile(r"[\w-]{1,64}", re.ASCII)


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    """A client out of the options ``token`` and ``api_url``; sends nothing yet."""
    token = params.get("token") or ""
    register(token)
    if not token:
        raise Failure("auth", "there is no Sentry token", GIVE_TOKEN, VENDOR)
    if not sendable(token):
        raise Failure("auth", "the Sentry token has blanks or characters that no token has", "Copy it again, without quotes and line ends", VENDOR)
    if not _SLUG.fullmatch(params["organization"]):
        raise Failure("invalid", f"organization is {plain(params['organization'], 80)!r}", "Give its slug, as in the address of its dashboard", VENDOR)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    return Client(task.wire(VENDOR, base_url, ("Authorization", f"Bearer {token}")), task.gate, interpret)


def about(params: t.Mapping[str, t.Any]) -> tuple[dict[str, str], dict[str, t.Any]]:
    """Path and query of what both calls have in common."""
    query = {"project": params["projects"], "environment": params["environments"]}
    return {"organization_id_or_slug": params["organization"]}, {name: value for name, value in query.items() if value}


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict; a list is under ``list``, with the cursor of its next page, or None, under ``next``."""
    body = reply.body
    if reply.status >= 400:
        raise _failure(reply, body if isinstance(body, dict) else {})
    if isinstance(body, list) and operation.lists:
        found = _NEXT.search(str(reply.headers.get("Link") or ""))
        return {"list": body, "next": found[2] if found and found[1] == "true" else None}
    if not isinstance(body, dict) or operation.lists:
        raise Failure(
            "protocol",
            f"answered {reply.status} without the documented JSON",
            "Check the option api_url, and whether a proxy stands in between",
            status=reply.status,
            request_id=reply.request_id,
        )
    return body


def _failure(reply: Reply, body: dict[str, t.Any]) -> Failure:
    detail = body.get("detail")
    said = detail.get("message") if isinstance(detail, dict) else detail
    message = plain(said or f"answered {reply.status}", 300)
    if reply.status >= 500:
        return Failure("vendor_down", message, "Try again", status=reply.status, request_id=reply.request_id, retryable=True)
    kind, hint = STATUSES.get(reply.status, ("invalid", "Check the options of this task"))
    again = kind == "rate_limited"
    return Failure(kind, message, hint, status=reply.status, request_id=reply.request_id, retryable=again, retry_after=retry_after(reply.headers))


def malformed(what: str, operation: Operation) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    hint = "Try again; if it stays, update the collection"
    return Failure("protocol", f"Sentry's answer has no usable {what}", hint, VENDOR, operation.name, code="missing_field")

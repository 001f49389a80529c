# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Speaking with Railway: which token goes into which header, and what its answers mean.

Facts (Railway public API, "Introduction" and "API reference"): a project token travels as ``Project-Access-Token``, account and
workspace tokens as ``Authorization: Bearer``, and tokens do not show their kind. Refusals arrive as HTTP 200 with ``errors``; there is
no code for "forbidden" or "not found", so their messages decide. HTTP 429 carries ``Retry-After`` in seconds.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, credentials, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, retry_after, sendable
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.operations import ANSWER_TEXT, ANSWER_TRUE

VENDOR = "railway"
API_URL = "https://backboard.railway.com/graphql/v2"
# Options of every module that speaks with Railway; documented in doc_fragments/railway.py.
RAILWAY_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["RAILWAY_TOKEN"])},
    "api_token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["RAILWAY_API_TOKEN"])},
    "api_url": {"type": "str", "default": API_URL},
    "project": {"type": "str"},
    "environment": {"type": "str"},
    "service": {"type": "str", "required": True},
}
# One of these is enough, and two may belong to different places.
EITHER = ("token", "api_token")
# Reads that fail inside a 200 are asked again this often: one bad answer must not end a rollback.
MOST_READS = 4

_BOTH_TOKENS = "A dead token and a token without access to this look the same to Railway: check that the token lives, and that it may see this"
# (part of the message in lower case, kind, what to do); the first that fits decides.
_MESSAGES: tuple[tuple[str, Kind, str], ...] = (
    ("project token not found", "auth", "Put a project token into token (RAILWAY_TOKEN), an account or workspace token into api_token (RAILWAY_API_TOKEN)"),
    ("two factor authentication required", "permission", "The workspace asks for two-factor authentication: switch it on for the token's account"),
    ("not authorized", "auth", f"{_BOTH_TOKENS}; a project token sees one environment of one project"),
    ("unauthorized", "auth", _BOTH_TOKENS),
    ("not found", "not_found", "Check the id or name in Railway's dashboard"),
    ("rate limit", "rate_limited", "Wait a little, or use a token of its own for automation: the limit counts for the whole account"),
)
_CODES: dict[str, tuple[Kind, str]] = {
    "GRAPHQL_PARSE_FAILED": ("protocol", "Railway no longer accepts this request: look for a newer version of this collection"),
    "GRAPHQL_VALIDATION_FAILED": ("protocol", "Railway no longer accepts this request: look for a newer version of this collection"),
    "BAD_USER_INPUT": ("invalid", "Check the ids and values that were given"),
}


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    """A client for ``params``: ``token`` (project token) or ``api_token`` (account or workspace token), and ``api_url``."""
    url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    token, api_token = _clean(params.get("token"), "token"), _clean(params.get("api_token"), "api_token")
    # A vendor may repeat a token in what it answers, and answers are written down.
    redaction.register(token, api_token)
    if token and api_token:
        raise refuse(
            "both token (RAILWAY_TOKEN) and api_token (RAILWAY_API_TOKEN) are set, and they may belong to different places",
            "Keep one of them: the project token is the safer one",
            code="two_tokens",
        )
    if token:
        credential = ("Project-Access-Token", token)
    elif api_token:
        credential = ("Authorization", f"Bearer {api_token}")
    else:
        raise Failure("auth", "there is no Railway token", "Set token (RAILWAY_TOKEN, a project token) or api_token (RAILWAY_API_TOKEN)", VENDOR)
    return Client(task.wire(VENDOR, url, credential), task.gate, interpret)


def tokens(given: t.Mapping[str, str | None]) -> dict[str, str | None]:
    """The tokens of an inventory, else those of the process environment, which are registered to be kept out of every output."""
    return credentials.of_component(VENDOR, {name: RAILWAY_ARGUMENTS[name] for name in EITHER}, {}, given, EITHER).options


def read(client: Client, operation: Operation, **variables: t.Any) -> dict[str, t.Any]:
    """A query's ``data``. A passing error inside a 200, which HTTP retries do not see, is asked again."""
    for attempt in range(1, MOST_READS + 1):
        try:
            return t.cast("dict[str, t.Any]", client.call(operation, variables=variables))
        except Failure as failure:
            if failure.status != 200 or failure.kind == "protocol" or not failure.retryable or attempt == MOST_READS or client.wire.deadline.left() < attempt:
                raise
            clock.sleep(float(attempt))
    raise AssertionError("unreachable")


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The ``data`` of an answer, or what went wrong as a :class:`Failure`.

    ``maybe_sent`` stays true where an answer does not prove that nothing happened: 5xx, and errors inside a 200 that are not known
    to be refusals. ``state`` of a failure holds the paths of its errors.
    """
    body = reply.body if isinstance(reply.body, dict) else {}
    errors = body.get("errors")
    if reply.status != 200:
        raise _of_status(reply, errors)
    if errors:
        raise _of_errors(reply, errors)
    data = body.get("data")
    if not isinstance(data, dict):
        raise _malformed(reply, "answered without data and without errors")
    if operation.name in ANSWER_TRUE and data.get(operation.name) is not True:
        raise _malformed(reply, f"answered {redaction.plain(data.get(operation.name), 60)} instead of true")
    if operation.name in ANSWER_TEXT and not (isinstance(data.get(operation.name), str) and data[operation.name]):
        raise _malformed(reply, "answered without the text that this call returns")
    return data


def _of_status(reply: Reply, errors: t.Any) -> Failure:
    status = reply.status
    first = _first(errors)
    said = f": {redaction.plain(first.get('message'), 300)}" if first.get("message") else ""
    code = redaction.plain(first.get("code") or "", 60)
    known: dict[int, tuple[Kind, str]] = {
        400: _CODES.get(code, ("protocol", "Railway did not understand the request: check api_url, or look for a newer version of this collection")),
        401: ("auth", _BOTH_TOKENS),
        403: ("permission", _BOTH_TOKENS),
        404: ("protocol", "Check api_url: there is no GraphQL API at that address"),
        429: ("rate_limited", "Wait a little, or use a token of its own for automation: the limit counts for the whole account"),
    }
    kind, hint = known.get(status, ("vendor_down", "Try again; status.railway.com may tell more") if status >= 500 else ("protocol", "Check api_url"))
    return Failure(
        kind,
        f"answered {status}{said}",
        hint,
        status=status,
        code=code,
        request_id=first.get("trace") or reply.request_id,
        retryable=status >= 500 or status == 429,
        retry_after=retry_after(reply.headers),
        maybe_sent=status >= 500,
    )


def _of_errors(reply: Reply, errors: t.Any) -> Failure:
    first = _first(errors)
    message, code = redaction.plain(first.get("message") or "an error without a message", 300), redaction.plain(first.get("code") or "", 60)
    by_code = _CODES.get(code, ("vendor_down", "Try again; status.railway.com may tell more"))
    kind, hint = next(((kind, hint) for part, kind, hint in _MESSAGES if part in message.lower()), by_code)
    return Failure(
        kind,
        message,
        hint,
        status=reply.status,
        code=code,
        request_id=first.get("trace") or reply.request_id,
        retryable=kind in ("vendor_down", "rate_limited"),
        maybe_sent=kind == "vendor_down",
        state={"paths": first.get("paths", [])},
    )


def _first(errors: t.Any) -> dict[str, t.Any]:
    """Message, code and trace id of the first error; the trace id may sit beside the message or in ``extensions``."""
    listed = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    if not listed:
        return {}
    extensions = listed[0].get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    return {
        "message": listed[0].get("message"),
        "code": extensions.get("code"),
        "trace": redaction.plain(listed[0].get("traceId") or extensions.get("traceId") or "", 80),
        "paths": [str(error["path"][0]) for error in listed if isinstance(error.get("path"), list) and error["path"]],
    }


def _malformed(reply: Reply, what: str) -> Failure:
    return Failure("protocol", what, "Check api_url; if it is right, try again later", status=reply.status, request_id=reply.request_id, maybe_sent=True)


def _clean(token: t.Any, option: str) -> str:
    """A token as it can travel in a header; whitespace around it comes from files and is dropped."""
    text = str(token or "").strip()
    if not sendable(text):
        raise Failure("auth", f"{option} holds characters that no Railway token has", f"Copy the token again into {option}", VENDOR)
    return text

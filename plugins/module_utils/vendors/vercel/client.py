# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Vercel REST API as a client: token, team, and what its errors mean.

Errors come as ``{"error": {"code", "message", ...}}``. A resource of another team answers 403 or 404 without a hint, so the team
is sent with every call. There are no idempotency keys: a change whose answer was lost is looked for before it is sent again.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, retry_after, sendable

VENDOR = "vercel"
API_URL = "https://api.vercel.com"
TOKEN_VARIABLE = "VERCEL_TOKEN"
# Options of every Vercel module; documented in doc_fragments/vercel.py.
VERCEL_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, [TOKEN_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
    "team": {"type": "str"},
    "project": {"type": "str", "required": True},
}
# The same for what belongs to a team or to the token itself.
ACCOUNT_ARGUMENTS = {name: argument for name, argument in VERCEL_ARGUMENTS.items() if name != "project"}
TOKEN_ARGUMENTS = {name: argument for name, argument in ACCOUNT_ARGUMENTS.items() if name != "team"}

# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", f"Give a valid token (option token, inventory variable vercel_token, or {TOKEN_VARIABLE})"),
    402: ("plan", "The plan of this team does not include it: a Hobby project returns only to its previous production deployment"),
    403: ("permission", "Check that the token is valid, has not expired, and reaches this team and project; give the team with the option team"),
    404: ("not_found", "Check the name, and the team: what belongs to another team is not found"),
    409: ("conflict", f"Something else is going on in this project, or it is so already. {AGAIN}"),
    410: ("protocol", "Vercel has retired this version of the call: update the collection"),
    422: ("conflict", f"Vercel will not do it in the project's present state. {AGAIN}"),
    428: ("plan", "An add-on of the plan is missing"),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}
# Codes that ask for a person at a browser; a token alone can never satisfy them.
STEP_UP = ("challenge_required", "challenge_required_email_otp", "user_auth_required")


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    """A client out of the options ``token``, ``api_url`` and ``team`` (slug or ``team_`` id); sends nothing yet."""
    token = params.get("token") or ""
    if not token:
        raise Failure("auth", "there is no Vercel token", f"Give the option token, set the inventory variable vercel_token, or export {TOKEN_VARIABLE}", VENDOR)
    if not sendable(token):
        raise Failure("auth", "the Vercel token has blanks or characters that no token has", "Copy it again, without quotes and line ends", VENDOR)
    # The vendor may repeat the token in what it answers, and answers are written down.
    register(token)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    team = str(params.get("team") or "")
    always = {} if not team else {"teamId" if team.startswith("team_") else "slug": team}
    return Client(task.wire(VENDOR, base_url, ("Authorization", f"Bearer {token}"), "x-vercel-id"), task.gate, interpret, always=always)


def token_of(given: t.Mapping[str, str | None]) -> str | None:
    """The token of an inventory, else that of the process environment, which is registered to be kept out of every output."""
    return t.cast("str | None", credentials.of_component(VENDOR, {"token": VERCEL_ARGUMENTS["token"]}, {}, given).options["token"])


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict; a list is under ``list``; ``{"queued": True}`` where Vercel accepted (202) what it will do later.

    Below 500 a refusal is definite; from 500 on, and where the body is not what is documented, a change may have happened.
    """
    body = reply.body
    error = body.get("error") if isinstance(body, dict) else None
    if reply.status >= 400 or isinstance(error, dict):
        raise _failure(reply, error if isinstance(error, dict) else {})
    if reply.status == 202:
        return {"queued": True}
    if body is None and operation.changes:
        return {}
    if isinstance(body, list) and operation.lists:
        return {"list": body}
    if not isinstance(body, dict):
        raise Failure(
            "protocol",
            f"answered {reply.status} without the documented JSON object",
            "Check the option api_url, and whether a proxy stands in between",
            status=reply.status,
            request_id=reply.request_id,
            maybe_sent=True,
        )
    return body


def _failure(reply: Reply, error: dict[str, t.Any]) -> Failure:
    code = plain(error.get("code") or "", 80)
    message = plain(error.get("message") or f"answered {reply.status}", 300)
    if reply.status >= 500 or reply.status < 400:
        kind: Kind = "vendor_down" if reply.status >= 500 else "protocol"
        return Failure(kind, message, AGAIN, status=reply.status, code=code, request_id=reply.request_id, retryable=True, maybe_sent=True)
    kind, hint = STATUSES.get(reply.status, ("invalid", "Check the options of this task"))
    if code in STEP_UP:
        kind, hint = "auth", "Vercel wants a person to confirm this in a browser, which no token can: do it in the dashboard, or use a token of higher rights"
    elif error.get("invalidToken"):
        kind, hint = STATUSES[401]
    elif error.get("saml"):
        kind, hint = "permission", "The team requires single sign-on: make a token in a session that has passed it"
    return Failure(
        kind,
        message,
        hint,
        status=reply.status,
        code=code,
        request_id=reply.request_id,
        retryable=reply.status in (409, 429),
        retry_after=retry_after(reply.headers),
    )


def malformed(what: str) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    return Failure("protocol", f"Vercel's answer has no usable {what}", "Try again; if it stays, update the collection", VENDOR, code="missing_field")

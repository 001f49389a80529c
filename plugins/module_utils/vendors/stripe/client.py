# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Stripe API as a client: key, version, account, pages, and what its errors mean.

Vendor facts (Stripe's OpenAPI document, its SDKs and its command-line client): errors are ``{"error": {"type", "code", "message",
"param"}}``; ``Stripe-Should-Retry`` says whether sending again can help. Each POST carries an idempotency key: the first answer to it,
errors of Stripe's own included, is kept for a day and given again. So a key is made anew for each task where the same thing may be wanted
twice in a day, and what is there is looked at first.
"""

from __future__ import annotations

import re
import secrets
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client, json_object
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, retry_after, sendable

VENDOR = "stripe"
API_URL = "https://api.stripe.com"
VERSION = "2026-10-28.endive"
KEY_VARIABLE = "STRIPE_API_KEY"
LARGEST_PAGE = 100
# Options of every Stripe module; documented in doc_fragments/stripe.py.
STRIPE_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, [KEY_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
    "version": {"type": "str", "default": VERSION},
    "account": {"type": "str"},
    "mode": {"type": "str", "choices": ["live", "test"]},
}
GIVE_KEY = f"Give a valid secret or restricted key (option api_key, inventory variable stripe_api_key, or {KEY_VARIABLE})"
# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", GIVE_KEY),
    402: ("failed", "The card or the bank declined: the code and Stripe's dashboard tell why"),
    403: ("permission", "Give the restricted key the permission that the message names, in Stripe's dashboard, or use another key"),
    404: ("not_found", "Check the id, the account, and the mode: what belongs to live mode is not found in test mode"),
    409: ("conflict", f"Another request is doing the same at this moment. {AGAIN}"),
    424: ("vendor_down", f"A bank or network that Stripe depends on did not answer. {AGAIN}"),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}
# code: (kind, what a person can do next)
CODES: dict[str, tuple[Kind, str]] = {
    "lock_timeout": ("conflict", f"Another request holds the same object. {AGAIN}"),
    "rate_limit": STATUSES[429],
}
_MODE = re.compile(r"[sr]k_(live|test)_")
_VERSION = re.compile(r"\d{4}-\d\d-\d\d(\.[a-z]+)?")
_ACCOUNT = re.compile(r"acct_\w+")


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Client:
    """A client out of the options ``api_key``, ``api_url``, ``version``, ``account`` and ``mode``; sends nothing yet."""
    key = params.get("api_key") or ""
    register(key)
    _check_key(key, params.get("mode"))
    version, account = params.get("version") or VERSION, params.get("account") or ""
    if not _VERSION.fullmatch(version):
        raise Failure("invalid", f"version is {plain(version, 40)!r}", f"Give a version of Stripe's API, such as {VERSION}", VENDOR)
    if account and not _ACCOUNT.fullmatch(account):
        raise Failure("invalid", f"account is {plain(account, 40)!r}", "Give the id of a connected account, such as acct_1AbCdEfGhIjKlMnO", VENDOR)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    headers = {"Stripe-Version": version, **({"Stripe-Account": account} if account else {})}
    return Client(task.wire(VENDOR, base_url, ("Authorization", f"Bearer {key}"), "Request-Id", headers, "Stripe-Should-Retry"), task.gate, interpret)


def mode_of(key: str) -> str:
    """``live`` or ``test``, as the key's own words say; empty when it does not say."""
    found = _MODE.match(key)
    return found[1] if found else ""


def _check_key(key: str, mode: str | None) -> None:
    if not key:
        raise Failure("auth", "there is no Stripe key", GIVE_KEY, VENDOR)
    if not sendable(key):
        raise Failure("auth", "the Stripe key has blanks or characters that no key has", "Copy it again, without quotes and line ends", VENDOR)
    if key.startswith("pk_"):
        raise Failure("auth", "this is a publishable key, which may do nothing here", GIVE_KEY, VENDOR, code="publishable_key")
    if mode and mode_of(key) != mode:
        said = f"is a {mode_of(key)} key" if mode_of(key) else "does not say of which mode it is"
        raise refuse(
            f"this is {mode} mode, and the Stripe key {said}", f"Give a key that begins with sk_{mode}_ or rk_{mode}_, or correct the option mode", "mode"
        )


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict. Below 500 a refusal is definite; else, and where the body is not what is documented, a change may have happened."""
    body = reply.body
    error = body.get("error") if isinstance(body, dict) else None
    if reply.status >= 400 or isinstance(error, dict):
        raise _failure(reply, error if isinstance(error, dict) else {})
    return json_object(reply)


def _failure(reply: Reply, error: dict[str, t.Any]) -> Failure:
    code = plain(error.get("code") or error.get("type") or "", 80)
    message = plain(error.get("message") or f"answered {reply.status}", 300)
    if error.get("decline_code"):
        message = f"{message.rstrip('.')} ({plain(error['decline_code'], 80)})"
    if error.get("param"):
        message = f"{message.rstrip('.')} (parameter {plain(error['param'], 80)})"
    if reply.status >= 500 or reply.status < 400:
        kind: Kind = "vendor_down" if reply.status >= 500 else "protocol"
        return Failure(kind, message, AGAIN, status=reply.status, code=code, request_id=reply.request_id, retryable=True, maybe_sent=True)
    kind, hint = CODES.get(code) or STATUSES.get(reply.status, ("invalid", "Check the options of this task"))
    return Failure(
        kind,
        message,
        hint,
        status=reply.status,
        code=code,
        request_id=reply.request_id,
        retryable=kind in ("conflict", "rate_limited"),
        retry_after=retry_after(reply.headers),
    )


def fresh_key() -> str:
    """An idempotency key for this task alone: what it sends again has one effect, and what another task wants is not answered from memory."""
    return f"saasops-{secrets.token_hex(16)}"


def listed(client: Client, operation: Operation, query: t.Mapping[str, t.Any] | None = None, most: int | None = None) -> t.Iterator[dict[str, t.Any]]:
    """What a list holds, newest first, in pages of a hundred; no more is asked for than ``most``."""
    left = most

    def fetch(after: t.Any) -> tuple[list[dict[str, t.Any]], t.Any]:
        size = LARGEST_PAGE if left is None else min(left, LARGEST_PAGE)
        answer = client.call(operation, query={**(query or {}), "limit": size, **({"starting_after": after} if after else {})})
        data, more = answer.get("data"), answer.get("has_more")
        is_list = isinstance(data, list) and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in data)
        # A list that ended too early would pass for a whole one.
        if not is_list or not isinstance(more, bool) or (more and not data):
            raise malformed("list", operation)
        return data, data[-1]["id"] if more else None

    for item in paging.pages(fetch, operation.name.removeprefix("list_").replace("_", " ")):
        if left is not None:
            left -= 1
        yield item
        if left == 0:
            return


def malformed(what: str, operation: Operation) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    return Failure(
        "protocol", f"Stripe's answer has no usable {what}", "Try again; if it stays, update the collection", VENDOR, operation.name, code="missing_field"
    )

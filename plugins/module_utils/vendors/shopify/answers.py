# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Shopify's answers mean: their data, or what went wrong as a :class:`Failure`.

Facts (Shopify GraphQL Admin API): errors come on three levels. HTTP: a dead token is 401, a frozen shop 402, a locked one 423. In a 200,
``errors`` with ``extensions.code``. And in a mutation's payload, ``userErrors`` or a field whose name ends so.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, retry_after

VENDOR = "shopify"
THROTTLED = "THROTTLED"
_STATUS: dict[int, tuple[Kind, str]] = {
    400: ("protocol", "Shopify did not understand the request: look for a newer version of this collection"),
    401: ("auth", "The token is dead or of another shop (one that expires lives for an hour): give a live one, or client_id and client_secret"),
    402: ("plan", "The shop is frozen: its bill has to be paid before the API answers again"),
    403: ("permission", "The app may not do this, or the shop is locked: look into the shop's admin"),
    404: ("not_found", "Check shop and api_url: there is no such shop, or no such API at that address"),
    423: ("permission", "The shop is locked: its owner has to contact the vendor"),
    429: ("rate_limited", "Wait a little: the limit counts for the app in this shop, whoever uses its tokens"),
}
_DOWN = "Try again; www.shopifystatus.com may tell more"
_NEWER = "This version of the API does not take the request: check api_version, or look for a newer version of this collection"
_CODES: dict[str, tuple[Kind, str]] = {
    THROTTLED: ("rate_limited", "Give a larger deadline, or let fewer tasks use the app at the same time"),
    "ACCESS_DENIED": (
        "permission",
        "The app lacks an access scope, or the approval for protected customer data, or read_all_orders for orders older than 60 days: see shopify_shop_info",
    ),
    "MAX_COST_EXCEEDED": ("invalid", "Ask for fewer items or fields at once"),
    "SHOP_INACTIVE": ("permission", "The shop is not active: look into its admin"),
    "INTERNAL_SERVER_ERROR": ("vendor_down", _DOWN),
    "TIMEOUT": ("vendor_down", _DOWN),
    "IDEMPOTENCY_CONCURRENT_REQUEST": ("vendor_down", "The same is being done at this moment. Run the same command again: it looks before it acts"),
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": (
        "conflict",
        "The same wish was sent with other values within the last day. Look at what it did; if that is nothing, give another key",
    ),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": ("conflict", "An attempt within the last day failed, and did nothing. Give another key"),
    "INVALID_VARIABLE": ("invalid", "Check the values that were given"),
    "BAD_REQUEST": ("protocol", _NEWER),
}
# What the vendor's parser and validator say; each of them begins so.
_VALIDATION = ("undefined", "argument", "missing", "selection", "variable", "parse")
_TAKEN = ("TAKEN", "INVALID_COMPARE_DIGEST", "STALE_OBJECT", "has already been taken", "already exists")
_ABSENT = ("NOT_FOUND", "does not exist", "not found", "could not be found")


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The ``data`` of an answer, or what went wrong.

    ``maybe_sent`` stays true where an answer does not prove that nothing happened: 5xx, errors inside a 200 that are not known to be
    refusals, and what is not of the documented shape.
    """
    if reply.status != 200:
        raise _of_status(reply)
    body = reply.body if isinstance(reply.body, dict) else {}
    if not operation.document:
        if not body:
            raise malformed(operation, "is not the documented object", reply)
        return body
    if body.get("errors"):
        raise _of_errors(reply, body["errors"])
    data = body.get("data")
    if not isinstance(data, dict):
        raise malformed(operation, "has neither data nor errors", reply)
    _refuse_ignored_search(operation, body)
    if operation.changes:
        _refuse_user_errors(operation, data, reply)
    return data


def malformed(operation: Operation, what: str, reply: Reply | None = None) -> Failure:
    """An answer that is not as documented; whether a change had its effect is then unknown."""
    return Failure(
        "protocol",
        f"the answer to {operation.name} {what}",
        "Check api_url and api_version; if they are right, try again later",
        VENDOR,
        operation.name,
        reply.status if reply else None,
        request_id=reply.request_id if reply else "",
        maybe_sent=operation.changes,
    )


def cost_of(reply: Reply) -> dict[str, t.Any]:
    """``extensions.cost`` of an answer, as far as there is one."""
    body = reply.body if isinstance(reply.body, dict) else {}
    extensions = body.get("extensions")
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    return cost if isinstance(cost, dict) else {}


def _refuse_ignored_search(operation: Operation, body: dict[str, t.Any]) -> None:
    """A filter that the vendor does not know is ignored, and the answer then holds everything: only a warning beside the data tells."""
    extensions = body.get("extensions")
    searches = extensions.get("search") if isinstance(extensions, dict) else None
    for search in searches if isinstance(searches, list) else ():
        warnings = search.get("warnings") if isinstance(search, dict) else None
        for warning in warnings if isinstance(warnings, list) else ():
            told = f"{warning.get('field')}: {warning.get('message')}" if isinstance(warning, dict) else warning
            raise Failure(
                "invalid",
                f"Shopify ignores a part of the search: {redaction.plain(told, 200)}",
                "Check the names in the search: what is not known is left out, and the answer holds more than was asked for",
                VENDOR,
                operation.name,
                200,
                "search",
            )


def _of_status(reply: Reply) -> Failure:
    status, body = reply.status, reply.body if isinstance(reply.body, dict) else {}
    first = _first(body.get("errors"))
    code, message = first["code"], first["message"]
    if not message and isinstance(body.get("error"), str):
        # The token endpoint speaks OAuth.
        code, message = redaction.plain(body["error"], 60), redaction.plain(body.get("error_description") or body["error"], 300)
    kind, hint = _STATUS.get(status, ("vendor_down", _DOWN) if status >= 500 else ("protocol", "Check shop and api_url"))
    return Failure(
        kind,
        f"answered {status}{f': {message}' if message else ''}",
        hint,
        status=status,
        code=code,
        request_id=reply.request_id,
        retryable=status >= 500 or status == 429,
        retry_after=retry_after(reply.headers),
        maybe_sent=status >= 500,
    )


def _of_errors(reply: Reply, errors: t.Any) -> Failure:
    first = _first(errors)
    code = first["code"]
    kind, hint = _CODES.get(code) or (("protocol", _NEWER) if code.startswith(_VALIDATION) else ("vendor_down", _DOWN))
    needed = f" (it needs {first['scope']})" if first["scope"] else ""
    return Failure(
        kind,
        f"{first['message'] or 'an error without a message'}{needed}",
        hint,
        status=reply.status,
        code=code,
        request_id=first["request_id"] or reply.request_id,
        retryable=kind in ("vendor_down", "rate_limited"),
        maybe_sent=kind == "vendor_down",
    )


def _first(errors: t.Any) -> dict[str, str]:
    """Of the first error. Outside of GraphQL ``errors`` is one text."""
    if isinstance(errors, str):
        return {"message": redaction.plain(errors, 300), "code": "", "scope": "", "request_id": ""}
    error = next((one for one in errors if isinstance(one, dict)), {}) if isinstance(errors, list) else {}
    extensions = error.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    return {
        "message": redaction.plain(error.get("message") or "", 300),
        "code": redaction.plain(extensions.get("code") or "", 60),
        "scope": redaction.plain(extensions.get("requiredAccess") or "", 200),
        "request_id": redaction.plain(extensions.get("requestId") or "", 80),
    }


def _refuse_user_errors(operation: Operation, data: dict[str, t.Any], reply: Reply) -> None:
    """A mutation that was refused answers 200 too; without its list of errors nobody knows that it was not."""
    for payload in data.values():
        lists = {name: value for name, value in payload.items() if name.endswith("serErrors")} if isinstance(payload, dict) else {}
        if not lists or not all(isinstance(one, list) and all(isinstance(error, dict) for error in one) for one in lists.values()):
            raise malformed(operation, "has no list of userErrors", reply)
        errors = [error for one in lists.values() for error in one]
        if errors:
            raise of_user_errors(errors, reply.status, reply.request_id)
    if not data:
        raise malformed(operation, "is empty", reply)


def of_user_errors(errors: list[dict[str, t.Any]], status: int, request_id: str) -> Failure:
    told = []
    for error in errors[:5]:
        field = error.get("field")
        place = ".".join(str(part) for part in field) if isinstance(field, list) else ""
        told.append(f"{redaction.plain(place, 100)}: {redaction.plain(error.get('message'), 300)}" if place else redaction.plain(error.get("message"), 300))
    code, text = redaction.plain(errors[0].get("code") or "", 60), "; ".join(told)
    kind: Kind = "conflict" if _says(_TAKEN, code, text) else "not_found" if _says(_ABSENT, code, text) else "invalid"
    return Failure(kind, text, "Check the values that were given", status=status, code=code, request_id=request_id)


def _says(words: tuple[str, ...], code: str, text: str) -> bool:
    return code in words or any(word in text.lower() for word in words)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Stripe's HTTP side: who asks, in which mode, by which key, and whether it was asked before; then the table of calls."""

from __future__ import annotations

import base64
import json
import typing as t

from aiohttp import web

from . import account, delivering, events, invoices, money, payments, searching, subscriptions, webhooks
from .asked import Answer, Asked, Operation, Routes, form
from .state import VERSION, Json, Kept, Mode, StripeError

if t.TYPE_CHECKING:
    from .vendor import Stripe

KEPT_FOR = 86400.0
LONGEST_KEY = 255
DECLINED = 402
ROUTES: Routes = (
    *account.ROUTES,
    *webhooks.ROUTES,
    *searching.ROUTES,
    *payments.ROUTES,
    *subscriptions.ROUTES,
    *invoices.ROUTES,
    *money.ROUTES,
    *events.ROUTES,
    *delivering.ROUTES,
)


def application(stripe: Stripe, middlewares: t.Sequence[t.Any]) -> web.Application:
    app = web.Application(middlewares=middlewares, client_max_size=8 * 1024 * 1024)
    for method, path, operation, permission in ROUTES:
        app.router.add_route(method, path, _handler(stripe, operation, permission))
    app.router.add_route("*", "/{unknown:.*}", _handler(stripe, _unknown, ""))
    return app


def _unknown(asked: Asked) -> Answer:
    message = f"Unrecognized request URL ({asked.names['unknown']}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
    raise StripeError(404, message)


def _handler(stripe: Stripe, operation: Operation, permission: str) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        raw = (await request.read()).decode()
        headers = {"Request-Id": stripe.request_id()}
        try:
            mode, scope = _authenticated(stripe, request)
            stripe.limits.take(mode, request.path)
            headers["Stripe-Version"] = request.headers.get("Stripe-Version", VERSION)
            if scope is not None and permission not in scope:
                raise _forbidden(permission)
            given = form(raw if request.method == "POST" else request.rel_url.raw_query_string)
            asked = Asked(stripe, request.match_info, given, mode)
            status, document = _once(asked, request, raw, operation, headers)
        except StripeError as error:
            return web.json_response(error.body, status=error.status, headers=headers)
        return web.json_response(document, status=status, headers=headers)

    return handle


def _authenticated(stripe: Stripe, request: web.Request) -> tuple[Mode, frozenset[str] | None]:
    """The mode of the key, and what it may do; None: everything."""
    kind, _dummy, value = request.headers.get("Authorization", "").partition(" ")
    key = base64.b64decode(value).decode(errors="replace").partition(":")[0] if kind == "Basic" else value
    for known, mode, scope in stripe.known_keys():
        if kind in ("Bearer", "Basic") and key == known:
            return mode, scope
    hidden = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
    raise StripeError(401, f"Invalid API Key provided: {hidden}" if key else "You did not provide an API key.")


def _forbidden(permission: str) -> StripeError:
    return StripeError(
        403,
        "The provided key does not have the required permissions for this endpoint on this account."
        f" Having the 'rak_{permission}' permission would allow this request to continue.",
        "more_permissions_required",
    )


def _once(asked: Asked, request: web.Request, raw: str, operation: Operation, headers: dict[str, str]) -> Answer:
    """The first answer to an idempotency key is kept for a day, whatever it was, and given again."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return operation(asked)
    headers["Idempotency-Key"] = key
    if len(key) > LONGEST_KEY:
        raise StripeError(400, f"Idempotency-Key must be at most {LONGEST_KEY} characters.", kind="idempotency_error")
    now, wish = asked.stripe.world.now(), f"{request.path} {raw}"
    before = asked.mode.kept.get(key)
    if before is not None and now - before.at < KEPT_FOR:
        if before.asked != wish:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise StripeError(400, message, kind="idempotency_error")
        headers["Idempotent-Replayed"] = "true"
        return before.status, before.document
    failing = asked.stripe.failing
    try:
        if failing == "before":
            raise _own_fault()
        status, document = operation(asked)
        if failing == "after":
            raise _own_fault()
    except StripeError as error:
        # What is refused before anything was begun is not kept; a card that is refused was asked.
        if error.status >= 500:
            asked.stripe.failing = ""
        if error.status >= 500 or error.status == DECLINED:
            asked.mode.kept[key] = Kept(now, wish, error.status, error.body)
        raise
    asked.mode.kept[key] = Kept(now, wish, status, _copy(document))
    return status, document


def _own_fault() -> StripeError:
    return StripeError(500, "An unknown error occurred", kind="api_error")


def _copy(document: t.Any) -> Json:
    """As it was then: what is kept must not change with the object."""
    return t.cast(Json, json.loads(json.dumps(document)))

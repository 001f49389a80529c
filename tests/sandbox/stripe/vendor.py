# SPDX-License-Identifier: GPL-3.0-or-later
"""Stripe as one vendor of the sandbox. It runs no component: a shop's account is the same whatever is deployed."""

from __future__ import annotations

import functools
import re
import typing as t

from ..errors import Refused
from ..world import Call, Release, World
from . import delivering
from .account import ACCOUNT
from .limits import Limits
from .shop import Shop
from .state import Json, Mode, error

if t.TYPE_CHECKING:
    from aiohttp import web

# What the restricted key may do.
RESTRICTED = frozenset({"balance_read", "charge_read", "customer_read", "event_read", "payment_intent_read"})
KINDS = {401: "invalid_request_error", 402: "card_error", 409: "idempotency_error", 429: "invalid_request_error"}


class Stripe:
    name = "stripe"

    def __init__(self, world: World) -> None:
        self.world = world
        self.limits = Limits(world)
        self.live, self.test = Mode(True), Mode(False)
        # The next POST with an idempotency key breaks at Stripe itself: ``before`` or ``after`` its effect.
        self.failing = ""
        # What customers pay with: ``good`` and ``bad`` are all of one kind, otherwise each customer's own.
        self.cards = ""
        self._requests = 0

    # -- seeding
    def seed(self, components: dict[str, Json]) -> None:
        if components:
            raise Refused(f"Stripe runs no components: {', '.join(sorted(components))}")
        self.live, self.test = Mode(True), Mode(False)
        self._shops: dict[bool, Shop] = {}
        self._began = self.world.now()
        self.limits.clear()
        self.failing, self.cards, self._requests = "", "", 0

    def shop(self, mode: Mode) -> Shop:
        if mode.live not in self._shops:
            salt = self.world.source(f"stripe shop {mode.live}").random()
            made = self._shops[mode.live] = Shop(mode.live, str(salt), self._began, self.world.scale)
            made.tell = functools.partial(delivering.happened, self, mode)
        return self._shops[mode.live]

    def identity(self, mode: Mode, prefix: str) -> str:
        """An id that is the same in every world of one seed."""
        mode.made += 1
        return f"{prefix}_1{self.world.word(23, source=self.world.source(f'stripe {mode.live} {prefix} {mode.made}'))}"

    def request_id(self) -> str:
        self._requests += 1
        return f"req_{self._requests:014d}"

    def known_keys(self) -> t.Iterator[tuple[str, Mode, frozenset[str] | None]]:
        yield self.world.token("stripe.live", "sk_live_"), self.live, None
        yield self.world.token("stripe.test", "sk_test_"), self.test, None
        yield self.world.token("stripe.restricted", "rk_live_"), self.live, RESTRICTED

    # -- the vendor's side of the sandbox
    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        from .routes import application

        return application(self, middlewares)

    def identify(self, request: web.Request, body: t.Any) -> Call:
        resource = request.match_info.route.resource
        pattern = resource.canonical if resource is not None else request.path
        kind = {"Bearer": "bearer", "Basic": "basic"}.get(request.headers.get("Authorization", "").partition(" ")[0])
        return Call(f"{request.method} {re.sub('{[^}]*}', '{id}', pattern)}", request.method not in ("GET", "HEAD"), None, kind)

    def run_info(self, url: str) -> Json:
        live, test, restricted = (key for key, _mode, _scope in self.known_keys())
        return {"url": url, "account": ACCOUNT, "api_key": live, "test_key": test, "restricted_key": restricted}

    def component_info(self, component: str) -> Json:
        raise Refused(f"Stripe has no component {component!r}")

    def stored(self) -> dict[str, str]:
        """There are no variables, and signing secrets are made for clients."""
        return {}

    def snapshot(self, component: str) -> Json:
        raise Refused(f"Stripe has no component {component!r}")

    def serving(self, component: str) -> Release | None:
        return None

    def release(self, deployment: str) -> Release | None:
        return None

    def probed(self, component: str) -> None:
        """Nothing at Stripe sleeps."""

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        strange = set(changes) - {"cards", "failing"}
        if component or strange:
            raise Refused(f"Stripe has no {component or ', '.join(sorted(strange))}: cards, failing")
        self.failing, self.cards = changes.get("failing", self.failing), changes.get("cards", self.cards)

    def act(self, component: str, action: str, facts: Json) -> str:
        if action == "emit":
            return delivering.emit(self, facts)
        raise Refused(f"Stripe does not know the action {action!r}")

    # -- answers that are not about a resource
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        kind = "api_error" if status >= 500 else KINDS.get(status, "invalid_request_error")
        return error(message, code or ("rate_limit" if status == 429 else None), kind)

    def graphql_error(self, message: str, code: str) -> Json:
        raise Refused("Stripe has no GraphQL")

    def headers(self) -> dict[str, str]:
        return {}

    def obscure(self, body: t.Any) -> t.Any:
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: "hibernating" if key == "status" and isinstance(value, str) else self.obscure(value) for key, value in body.items()}

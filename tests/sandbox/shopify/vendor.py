# SPDX-License-Identifier: GPL-3.0-or-later
"""Shopify as one vendor of the sandbox: one shop, its customers, goods, orders and discounts, three apps in it, and what is theirs. It has no components."""

from __future__ import annotations

import dataclasses
import typing as t

from ..errors import Refused
from ..world import Call, Release, World
from . import bulk_routes, catalog, customers, delivering, discounts, orders, subscriptions
from .bulk import Operations
from .cost import Buckets
from .idempotency import Keys
from .orders import Order
from .shelf import Shelf
from .state import App, Json, Webhook

if t.TYPE_CHECKING:
    from aiohttp import web

DOMAIN = "example-shop.myshopify.com"
DAY = 86400.0
TOKEN_SECONDS = 86399
RECEIVER = "https://hooks.example.com/shopify"
SCOPES = ("write_customers", "write_discounts", "write_inventory", "write_orders", "write_own_subscription_contracts", "read_products")
RUNBOOKS = App(4_100_001, "Runbooks", "runbooks", (*SCOPES, "read_all_orders"), SCOPES)
REPORTS = App(4_100_002, "Reports", "reports", ("read_products",), ("read_products",))
# Sees the orders of the last 60 days, and nothing of who made them.
STOCK_SCOPES = ("read_inventory", "read_orders", "read_products")
STOCK = App(4_100_003, "Stock", "stock", STOCK_SCOPES, STOCK_SCOPES, protected=False)
# How many more subscriptions a larger shop has, and how many at most.
MORE, MOST = 300, 30_000


class Shopify:
    name = "shopify"

    def __init__(self, world: World) -> None:
        self.world = world
        self.domain = DOMAIN
        # Where the API was asked last.
        self.origin = ""
        self.created = 0.0
        self.buckets = Buckets(world)
        self.bulk = Operations(self)
        self.customers: Shelf[customers.Customer] = customers.seed(0, 0.0)
        self.discounts: Shelf[discounts.Discount] = discounts.seed(1, 0.0)
        self.contracts: Shelf[subscriptions.Contract] = subscriptions.seed(0, 0, (0, 0), 0.0)
        self.webhooks: dict[int, Webhook] = {}
        # By the numbers of a subscription and the id of an object: what was delivered last.
        self.delivered: dict[tuple[int, t.Any], bytes] = {}
        self.keys = Keys(world)
        self._catalog: catalog.Catalog | None = None
        self._orders: Shelf[Order] | None = None
        self._by_customer: dict[int, list[int]] = {}
        # Tokens that client credentials gave, and until when they live.
        self.granted: dict[str, float] = {}
        self._number = 0

    # -- seeding
    def seed(self, components: dict[str, Json]) -> None:
        now = self.world.now()
        self.domain = self.world.names.get("shopify_shop", DOMAIN)
        self.created = now - 700 * DAY
        self.buckets.clear()
        self.granted.clear()
        self.bulk.clear()
        self.keys.clear()
        self._catalog = self._orders = None
        self._by_customer.clear()
        self.customers = customers.seed(customers.USUAL * self.world.scale, now)
        self.discounts = discounts.seed(self.world.scale, now)
        contracts = subscriptions.USUAL * self.world.scale
        self.contracts = subscriptions.seed(contracts, len(self.customers), (RUNBOOKS.number, REPORTS.number), now)
        self.webhooks.clear()
        self.delivered.clear()
        self._number = 1_000_000_000
        for topic, age in (("APP_UNINSTALLED", 300.0), ("ORDERS_PAID", 200.0), ("REFUNDS_CREATE", 200.0)):
            self._add(RUNBOOKS, topic, RECEIVER, now - age * DAY)
        self._add(REPORTS, "PRODUCTS_UPDATE", "https://reports.example.com/shopify", now - 100 * DAY)
        for number in range(min(MOST, (self.world.scale - 1) * MORE)):
            self._add(RUNBOOKS, "PRODUCTS_UPDATE", f"https://hooks.example.com/tenants/{number:05}", now - 400 * DAY)

    @property
    def catalog(self) -> catalog.Catalog:
        """Made when it is first asked for, as orders are: most worlds are never asked."""
        if self._catalog is None:
            self._catalog = catalog.seed(catalog.USUAL * self.world.scale, self.created + 700 * DAY)
        return self._catalog

    @property
    def orders(self) -> Shelf[Order]:
        if self._orders is None:
            self._orders = orders.seed(orders.USUAL * self.world.scale, self.created + 700 * DAY, len(self.customers), self.catalog)
        return self._orders

    def orders_of(self, customer: int) -> list[Order]:
        if not self._by_customer:
            for place in range(len(self.orders)):
                self._by_customer.setdefault(orders.customer_of(place, len(self.customers)), []).append(orders.FIRST_ORDER + place)
        return [self.orders[number] for number in self._by_customer.get(customer, ())]

    def _add(self, app: App, topic: str, uri: str, created: float) -> None:
        it = Webhook(self.next_number(), app.number, topic, uri, created, created)
        self.webhooks[it.number] = it

    def next_number(self) -> int:
        self._number += 1
        return self._number

    # -- versions
    @property
    def plan(self) -> str:
        return str(self.world.setting("shopify_plan"))

    @property
    def supported(self) -> list[str]:
        """Oldest first."""
        return list(self.world.setting("shopify_versions"))

    @property
    def candidate(self) -> str:
        year, month = self.supported[-1].split("-")
        return f"{int(year) + 1}-01" if month == "10" else f"{year}-{int(month) + 3:02}"

    @property
    def ended(self) -> list[str]:
        year, month = self.supported[0].split("-")
        return [f"{int(year) - 1}-10" if month == "01" else f"{year}-{int(month) - 3:02}"]

    def version(self, handle: str) -> Json:
        is_candidate = handle == self.candidate
        name = f"{handle} (Release candidate)" if is_candidate else f"{handle} (Latest)" if handle == self.supported[-1] else handle
        return {"handle": handle, "displayName": name, "supported": handle in self.supported}

    def served(self, requested: str) -> str:
        """What has ended, or never was, is answered by the oldest."""
        return requested if requested in (*self.supported, self.candidate, "unstable") else self.supported[0]

    def secret(self, app: int) -> str:
        """Which deliveries to this app are signed with."""
        return self.world.token("shopify.client" if app == RUNBOOKS.number else f"shopify.client.{app}", "shpss_")

    # -- who asks
    @property
    def client_id(self) -> str:
        return "5f0e8a7c1b2d43968b0c7d5e6f1a2b3c"

    def caller(self, token: str | None) -> App | None:
        runbooks = RUNBOOKS
        if self.world.setting("shopify_all_orders"):
            runbooks = dataclasses.replace(runbooks, granted=runbooks.requested)
        tokens = {self.world.token(f"shopify.{app.handle}", "shpat_"): app for app in (runbooks, REPORTS, STOCK)}
        if token is not None and self.granted.get(token, 0.0) > self.world.now():
            return runbooks
        return tokens.get(token or "")

    def grant(self, wish: Json) -> tuple[int, Json]:
        """The client credentials grant."""
        if wish.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type", "error_description": "The grant type is not supported"}
        if wish.get("client_id") == "0" * 32:
            return 400, {"error": "shop_not_permitted", "error_description": "Client credentials cannot be performed on this shop."}
        if (wish.get("client_id"), wish.get("client_secret")) != (self.client_id, self.world.token("shopify.client", "shpss_")):
            return 401, {"error": "invalid_client", "error_description": "Client authentication failed"}
        token = self.world.made("shopify.granted", f"shpat_{self.world.word(32, '0123456789abcdef')}")
        self.granted[token] = self.world.now() + TOKEN_SECONDS
        return 200, {"access_token": token, "scope": ",".join(RUNBOOKS.granted), "expires_in": TOKEN_SECONDS}

    # -- the vendor's side of the sandbox
    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        from .routes import application

        return application(self, middlewares)

    def identify(self, request: web.Request, body: t.Any) -> Call:
        from graphql import FieldNode, GraphQLError, OperationType, get_operation_ast

        from .routes import parsed

        kind = "token" if "X-Shopify-Access-Token" in request.headers else None
        unknown = bulk_routes.identify(request, kind) or Call(f"{request.method} {request.path}", False, None, kind)
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return unknown
        try:
            operation = get_operation_ast(parsed(body["query"]), body.get("operationName"))
        except GraphQLError:
            return unknown
        if operation is None:
            return unknown
        names = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        return Call(" ".join(names), operation.operation == OperationType.MUTATION, None, kind)

    def run_info(self, url: str) -> Json:
        return {
            "url": url,
            "shop": self.domain,
            "token": self.world.token("shopify.runbooks", "shpat_"),
            "reports_token": self.world.token("shopify.reports", "shpat_"),
            "stock_token": self.world.token("shopify.stock", "shpat_"),
            "client_id": self.client_id,
            "client_secret": self.world.token("shopify.client", "shpss_"),
            "newest": self.supported[-1],
        }

    def component_info(self, component: str) -> Json:
        raise Refused("Shopify has no components")

    def stored(self) -> dict[str, str]:
        return {}

    def snapshot(self, component: str) -> Json:
        raise Refused("Shopify has no components")

    def serving(self, component: str) -> Release | None:
        return None

    def release(self, deployment: str) -> Release | None:
        return None

    def probed(self, component: str) -> None:
        return None

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``bulk_result``, ``bulk_error`` and ``bulk_stalls``: how bulk operations end from now on, or do not."""
        if component:
            raise Refused("Shopify has no components")
        known = {f"bulk_{name}": name for name in ("result", "error", "stalls")}
        strange = set(changes) - set(known)
        if strange:
            raise Refused(f"Shopify has no {', '.join(sorted(strange))}: {', '.join(known)}")
        for name, value in changes.items():
            setattr(self.bulk, known[name], value)

    def act(self, component: str, action: str, facts: Json) -> str:
        if action == "emit":
            return delivering.emit(self, facts)
        raise Refused("Shopify has no components")

    # -- answers that are not about a resource
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"errors": message}

    def graphql_error(self, message: str, code: str) -> Json:
        from .routes import failure

        return {"errors": [failure(self, message, code)]}

    def headers(self) -> dict[str, str]:
        return {"X-Request-Id": self.world.uuid()}

    def obscure(self, body: t.Any) -> t.Any:
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: "HIBERNATING" if key in ("status", "state", "format") and isinstance(value, str) else self.obscure(value) for key, value in body.items()}

# SPDX-License-Identifier: GPL-3.0-or-later
"""What is answered about orders, and about what happened to them."""

from __future__ import annotations

import typing as t

from .customers import Customer
from .inventory import InventoryResolvers, counted
from .orders import DAY, POUND, Line, Order, Refund, Transaction
from .state import Json, ShopifyError, connection, gid, number_of, when

SHOP_CURRENCY = "EUR"
# Without read_all_orders.
SEEN = 60 * DAY
UNAPPROVED = "This app is not approved to access the {} object. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."


class OrderResolvers(InventoryResolvers):
    """One per request."""

    # Of customers and of refunds, whose rooms are beside this one.
    _render_customer: t.Callable[[Customer], Json]
    _render_suggested: t.Callable[[Order, Json], Json]

    # -- queries
    def order(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_orders", "order")
        it = self._order(id)
        return self._render_order(it) if it else None

    _node_Order = order

    def refund(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_orders", "refund")
        number = number_of("Refund", id)
        found = ((order, refund) for order in self._shopify.orders.things() if self._sees(order) for refund in order.refunds if refund.number == number)
        return next((self._render_refund(order, refund) for order, refund in found), None)

    _node_Refund = refund

    def orders(self, _info: t.Any, query: str | None = None, sortKey: str = "PROCESSED_AT", **arguments: t.Any) -> Json:
        self._need("read_orders", "orders")
        return self._order_list(self._shopify.orders.things(), query, sortKey, {**arguments, "most": len(self._shopify.orders)})

    def ordersCount(self, _info: t.Any, query: str | None = None, limit: int | None = 10000) -> Json:
        self._need("read_orders", "ordersCount")
        return counted(sum(1 for _order in self._searched("ordersCount", self._shopify.orders.things(), query)), limit)

    def _order_list(self, orders: t.Iterable[Order], query: str | None, sort: str, arguments: Json) -> Json:
        keys: dict[str, t.Callable[[Order], t.Any]] = {"UPDATED_AT": lambda it: (it.updated, it.number), "TOTAL_PRICE": lambda it: (it.total, it.number)}
        found: t.Iterable[Order] = self._searched("orders", orders, query)
        # They come in the order of their numbers, and so of their times.
        return connection(sorted(found, key=keys[sort]) if sort in keys else found, self._render_order, arguments)

    def _searched(self, name: str, orders: t.Iterable[Order], query: str | None) -> t.Iterator[Order]:
        """As the index knows them, which is some seconds behind."""
        now = self._shopify.world.now()

        def matches(test: t.Callable[[Order, str], bool]) -> t.Callable[[Order, str], bool]:
            return lambda it, value: test(it.indexed(now), value)

        known = {
            "id": lambda it, value: str(it.number) == value,
            "name": lambda it, value: it.name.removeprefix("#") == value.removeprefix("#"),
            "email": lambda it, value: (self._shopify.customers[it.customer].email or "").lower() == value.lower(),
            "customer_id": lambda it, value: str(it.customer) == value,
            "tag": lambda it, value: value.lower() in {tag.lower() for tag in it.tags},
            "tag_not": lambda it, value: value.lower() not in {tag.lower() for tag in it.tags},
            "financial_status": lambda it, value: it.financial == value.upper(),
            "fulfillment_status": lambda it, value: it.fulfilled is (value in ("shipped", "fulfilled")),
            "status": _status,
            "test": lambda it, value: it.test is (value == "true"),
            "gateway": lambda it, value: value in {one.gateway for one in it.transactions},
            "sku": lambda it, value: value in {line.variant.sku for line in it.lines},
            "source_name": lambda it, value: value == "web",
        }
        moments = {
            "created_at": lambda it: it.created,
            "processed_at": lambda it: it.created,
            "updated_at": lambda it: it.indexed(now).updated,
        }
        fits = self._searching(name, query, {field: matches(test) for field, test in known.items()}, moments)
        return (it for it in orders if self._sees(it) and fits(it))

    def _sees(self, it: Order) -> bool:
        return self._app.may("read_all_orders") or it.created >= self._shopify.world.now() - SEEN

    def _order(self, identity: str) -> Order | None:
        it = self._shopify.orders.get(number_of("Order", identity) or 0)
        return it if it is not None and self._sees(it) else None

    def _protected(self, kind: str, value: t.Callable[[], t.Any]) -> t.Any:
        def show(_info: t.Any) -> t.Any:
            if not self._app.protected:
                raise ShopifyError(UNAPPROVED.format(kind), "ACCESS_DENIED")
            return value()

        return show

    # -- rendering
    def _money(self, order: Order, cents: int) -> Json:
        own = round(cents * POUND) if order.currency == "GBP" else cents
        return {
            "presentmentMoney": {"amount": f"{cents / 100:.2f}", "currencyCode": order.currency},
            "shopMoney": {"amount": f"{own / 100:.2f}", "currencyCode": SHOP_CURRENCY},
        }

    def _render_order(self, it: Order) -> Json:
        closed = it.closed

        def lines(_info: t.Any, **arguments: t.Any) -> Json:
            return connection(it.lines, lambda line: self._render_line(it, line), arguments)

        def refunds(_info: t.Any, first: int | None = None) -> list[Json]:
            return [self._render_refund(it, refund) for refund in it.refunds[:first]]

        def transactions(_info: t.Any, first: int | None = None, **_more: t.Any) -> list[Json]:
            return [self._render_transaction(it, one) for one in it.transactions[:first]]

        return {
            "__typename": "Order",
            "id": gid("Order", it.number),
            "legacyResourceId": str(it.number),
            "name": it.name,
            "number": int(it.name.removeprefix("#")),
            "createdAt": when(it.created),
            "processedAt": when(it.created),
            "updatedAt": when(it.updated),
            "cancelledAt": when(it.cancelled) if it.cancelled is not None else None,
            "cancelReason": "CUSTOMER" if it.cancelled is not None else None,
            "closed": closed,
            "closedAt": when(it.updated) if closed else None,
            "currencyCode": SHOP_CURRENCY,
            "presentmentCurrencyCode": it.currency,
            "displayFinancialStatus": it.financial,
            "displayFulfillmentStatus": "FULFILLED" if it.fulfilled else "UNFULFILLED",
            "fullyPaid": it.received >= it.total,
            "unpaid": it.received < it.total,
            "refundable": it.received > it.refunded,
            "customer": self._protected("Customer", lambda: self._render_customer(self._shopify.customers[it.customer])),
            "email": self._protected("Customer", lambda: self._shopify.customers[it.customer].email),
            "phone": self._protected("Customer", lambda: self._shopify.customers[it.customer].phone),
            "note": None,
            "paymentGatewayNames": sorted({one.gateway for one in it.transactions}),
            "sourceName": "web",
            "tags": list(it.tags),
            "test": it.test,
            "totalPriceSet": self._money(it, it.total),
            "currentTotalPriceSet": self._money(it, it.total - it.refunded),
            "totalReceivedSet": self._money(it, it.received),
            "totalRefundedSet": self._money(it, it.refunded),
            "totalShippingPriceSet": self._money(it, it.shipping),
            "lineItems": lines,
            "refunds": refunds,
            "transactions": transactions,
            "suggestedRefund": lambda _info, **wish: self._render_suggested(it, wish),
        }

    def _render_line(self, order: Order, it: Line) -> Json:
        return {
            "__typename": "LineItem",
            "id": gid("LineItem", it.number),
            "name": f"{it.variant.product.title} - {it.variant.title}",
            "title": it.variant.product.title,
            "variantTitle": it.variant.title,
            "sku": it.variant.sku,
            "quantity": it.quantity,
            "currentQuantity": it.quantity - it.refunded,
            "refundableQuantity": it.quantity - it.refunded,
            "requiresShipping": True,
            "originalUnitPriceSet": self._money(order, it.unit),
            "discountedUnitPriceSet": self._money(order, it.unit),
            "originalTotalSet": self._money(order, it.unit * it.quantity),
            "discountedTotalSet": lambda _info, **_asked: self._money(order, it.unit * it.quantity),
            "product": lambda _info: self._render_product(it.variant.product),
            "variant": lambda _info: self._render_variant(it.variant),
        }

    def _render_transaction(self, order: Order, it: Transaction) -> Json:
        parent = next((one for one in order.transactions if one.number == it.parent), None)
        return {
            "__typename": "OrderTransaction",
            "id": gid("OrderTransaction", it.number),
            "kind": it.kind,
            "status": it.status,
            "gateway": it.gateway,
            "errorCode": it.error,
            "test": order.test,
            "amountSet": self._money(order, it.amount),
            "parentTransaction": self._render_transaction(order, parent) if parent else None,
            "order": lambda _info: self._render_order(order),
            "createdAt": when(it.created),
            "processedAt": when(it.created),
        }

    def _render_refund(self, order: Order, it: Refund) -> Json:
        def transactions(_info: t.Any, **arguments: t.Any) -> Json:
            return connection(it.transactions, lambda one: self._render_transaction(order, one), arguments)

        def lines(_info: t.Any, **arguments: t.Any) -> Json:
            return connection(it.lines, lambda one: self._render_refund_line(order, *one), arguments)

        return {
            "__typename": "Refund",
            "id": gid("Refund", it.number),
            "legacyResourceId": str(it.number),
            "note": it.note,
            "order": lambda _info: self._render_order(order),
            "totalRefundedSet": self._money(order, it.amount),
            "transactions": transactions,
            "refundLineItems": lines,
            "createdAt": when(it.created),
            "processedAt": when(it.created),
            "updatedAt": when(it.created),
        }

    def _render_refund_line(self, order: Order, line: Line, quantity: int, restock: str) -> Json:
        is_back = restock in ("RETURN", "CANCEL")
        return {
            "id": gid("RefundLineItem", line.number),
            "lineItem": self._render_line(order, line),
            "quantity": quantity,
            "restockType": restock,
            "restocked": is_back,
            "location": self._render_location(self._shopify.catalog.locations[0]) if is_back else None,
            "priceSet": self._money(order, line.unit),
            "subtotalSet": self._money(order, line.unit * quantity),
            "totalTaxSet": self._money(order, 0),
        }

    # -- events
    def events(self, _info: t.Any, query: str | None = None, sortKey: str = "ID", **arguments: t.Any) -> Json:
        self._need("read_orders", "events")
        every: list[Json] = []
        for order in filter(self._sees, self._shopify.orders.things()):
            every.append(_event(order, "placed", order.created, 0))
            if order.cancelled is not None:
                every.append(_event(order, "cancelled", order.cancelled, 1))
            every += [_event(order, "refunded", refund.created, 2 + at) for at, refund in enumerate(order.refunds)]
        matches = {
            "id": lambda it, value: it["id"].endswith(f"/{value}"),
            "action": lambda it, value: it["action"] == value,
            "subject_type": lambda it, value: it["subjectType"] == value.upper(),
        }
        found = self._found("events", every, query, matches, {"created_at": lambda it: it["at"]})
        return connection(sorted(found, key=lambda it: (it["at"] if sortKey == "CREATED_AT" else 0, it["id"])), lambda it: it, arguments)


def _event(order: Order, action: str, at: float, kind: int) -> Json:
    return {
        "__typename": "BasicEvent",
        "at": at,
        "id": gid("BasicEvent", order.number * 1000 + kind),
        "action": action,
        "appTitle": None,
        "attributeToApp": False,
        "attributeToUser": action != "placed",
        "createdAt": when(at),
        "criticalAlert": False,
        "message": f"The order {order.name} was {action}.",
        "subjectId": gid("Order", order.number),
        "subjectType": "ORDER",
    }


def _status(order: Order, value: str) -> bool:
    return {"open": not order.closed, "closed": order.closed, "cancelled": order.cancelled is not None, "not_closed": not order.closed}.get(value, True)

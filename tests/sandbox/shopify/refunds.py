# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving money back: what the shop suggests, and what is then done, once for each key."""

from __future__ import annotations

import typing as t

from . import delivering
from .idempotency import KeyRefused
from .order_resolvers import OrderResolvers
from .orders import Line, Order, Refund, Transaction
from .state import Json, ShopifyError, gid, number_of, user_error


class RefundResolvers(OrderResolvers):
    """One per request."""

    def _render_suggested(self, order: Order, wish: Json) -> Json:
        if wish.get("suggestFullRefund"):
            lines = [(line, line.quantity - line.refunded, "NO_RESTOCK") for line in order.lines if line.quantity > line.refunded]
            shipping = order.shipping_left
        else:
            lines, wrong = self._refund_lines(order, wish.get("refundLineItems") or [])
            if wrong:
                raise ShopifyError(wrong, "BAD_REQUEST")
            shipping = order.shipping_left if wish.get("refundShipping") else cents(wish["shippingAmount"]) if wish.get("shippingAmount") else 0
        subtotal, most = sum(line.unit * quantity for line, quantity, _restock in lines), order.received - order.refunded
        amount = left = min(subtotal + shipping, most)
        suggested = []
        for paid in order.paid():
            there = order.left_of(paid)
            part = min(there, left)
            left -= part
            if part:
                suggested.append(
                    {
                        "kind": "SUGGESTED_REFUND",
                        "gateway": paid.gateway,
                        "formattedGateway": paid.gateway.replace("_", " ").title(),
                        "amountSet": self._money(order, part),
                        "maximumRefundableSet": self._money(order, there),
                        "parentTransaction": self._render_transaction(order, paid),
                    }
                )
        return {
            "amountSet": self._money(order, amount),
            "maximumRefundableSet": self._money(order, most),
            "subtotalSet": self._money(order, subtotal),
            "discountedSubtotalSet": self._money(order, subtotal),
            "totalTaxSet": self._money(order, 0),
            "shipping": {"amountSet": self._money(order, shipping), "maximumRefundableSet": self._money(order, order.shipping_left)},
            "refundLineItems": [self._render_refund_line(order, *one) for one in lines],
            "suggestedTransactions": suggested,
        }

    def _refund_lines(self, order: Order, wishes: list[Json]) -> tuple[list[tuple[Line, int, str]], str]:
        """The lines that are named, and what is wrong with them."""
        found = []
        for wish in wishes:
            line = next((one for one in order.lines if one.number == number_of("LineItem", wish["lineItemId"])), None)
            if line is None:
                return [], "Line item does not exist"
            if not 0 < wish["quantity"] <= line.quantity - line.refunded:
                return [], "Quantity cannot refund more items than were purchased"
            found.append((line, wish["quantity"], wish.get("restockType") or "NO_RESTOCK"))
        return found, ""

    def refundCreate(self, info: t.Any, input: Json) -> Json:
        self._need("write_orders", "refundCreate")
        order = self._order(input["orderId"])

        def refused(message: str, *field: str) -> tuple[Json, t.Callable[[], Json]]:
            return {"refund": None, "order": None, "userErrors": [user_error(message, *field)]}, dict

        def act() -> tuple[Json, t.Callable[[], Json]]:
            if order is None:
                return refused("Order does not exist", "orderId")
            if order.currency != "EUR" and input.get("currency") != order.currency:
                return refused("Currency must be the presentment currency of the order", "currency")
            lines, wrong = self._refund_lines(order, input.get("refundLineItems") or [])
            wrong = wrong or self._cannot_refund(order, input)
            if wrong:
                return refused(wrong)
            refund = self._make_refund(order, input, lines)

            def again() -> Json:
                return {"refund": self._render_refund(order, refund), "order": self._render_order(order), "userErrors": []}

            return again(), again

        try:
            return self._shopify.keys.once(self._app.number, info, self.version, input, act)
        except KeyRefused as key:
            # Errors in this payload have no code.
            raise ShopifyError(str(key), key.code) from key

    def _cannot_refund(self, order: Order, wish: Json) -> str:
        wanted: dict[int, int] = {}
        for one in wish.get("transactions") or []:
            if one["kind"] != "REFUND" or one["orderId"] != gid("Order", order.number):
                return "Transactions kind is invalid"
            paid = next((it for it in order.paid() if it.number == number_of("OrderTransaction", one.get("parentId") or gid("OrderTransaction", 0))), None)
            if paid is None or paid.gateway != one["gateway"]:
                return "Transactions require a parent_id"
            wanted[paid.number] = wanted.get(paid.number, 0) + cents(one["amount"])
            if cents(one["amount"]) <= 0 or wanted[paid.number] > order.left_of(paid):
                return "Refund amount cannot be greater than the amount that is left of the transaction"
        shipping = wish.get("shipping") or {}
        return "Shipping amount is more than what is left" if shipping.get("amount") and cents(shipping["amount"]) > order.shipping_left else ""

    def _make_refund(self, order: Order, wish: Json, lines: list[tuple[Line, int, str]]) -> Refund:
        world = self._shopify.world
        now, status = world.now(), str(world.setting("shopify_refund_status"))
        order.touch(now, float(world.setting("shopify_index_lag")))
        made = [
            Transaction(
                self._shopify.next_number(),
                "REFUND",
                status,
                one["gateway"],
                cents(one["amount"]),
                now,
                number_of("OrderTransaction", one["parentId"]),
                "GENERIC_ERROR" if status in ("FAILURE", "ERROR") else None,
            )
            for one in wish.get("transactions") or []
        ]
        given = wish.get("shipping") or {}
        shipping = order.shipping_left if given.get("fullRefund") else cents(given["amount"]) if given.get("amount") else 0
        refund = Refund(self._shopify.next_number(), now, wish.get("note"), lines, made, shipping)
        for line, quantity, restock in lines:
            line.refunded += quantity
            if restock in ("RETURN", "CANCEL"):
                line.variant.levels[0].add("available", quantity, now)
        order.transactions += made
        order.refunds.append(refund)
        world.changed()
        delivering.happened(self._shopify, "REFUNDS_CREATE", delivering.of_refund(order, refund))
        delivering.happened(self._shopify, "ORDERS_UPDATED", delivering.of_order(self._shopify, order.number))
        return refund


def cents(amount: str) -> int:
    return round(float(amount) * 100)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Search: Stripe's query language over an index that is up to date only after a while."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t

from . import shapes
from .asked import LARGEST_PAGE, Answer, Asked, Routes
from .shop import Shop
from .state import Json, StripeError

# For so many seconds a change is not found.
LAG = 45.0
_CLAUSE = re.compile(
    r"""\s*(?P<not>-)?(?P<field>[a-z_.]+)(?:\[(?P<quote>['"])(?P<key>[^'"]+)(?P=quote)\])?(?P<how>>=|<=|:|~|>|<)
        (?:(?P<around>['"])(?P<text>(?:\\.|(?!(?P=around)).)*)(?P=around)|(?P<bare>[\w.-]+))\s*""",
    re.VERBOSE,
)
_JOINT = re.compile(r"(AND|OR|and|or)\b|(?=\S)")
NUMBERS = frozenset({"amount", "created", "total", "canceled_at"})
Test = t.Callable[[Json], bool]
Fields = t.Callable[[Shop, Json, float], Json]


def _customer(shop: Shop, facts: Json, indexed: float) -> Json:
    who = shapes.person(facts["number"])
    return {"created": facts["created"], **{key: who[key] for key in ("email", "name", "phone")}, "metadata": {"number": str(facts["number"])}}


def _paid(facts: Json) -> Json:
    order = {"order": str(10_000 + facts["number"])}
    return {"amount": facts["amount"], "created": facts["created"], "currency": "eur", "customer": facts["customer"], "metadata": order}


def _payment(shop: Shop, facts: Json, indexed: float) -> Json:
    return {**_paid(facts), "status": facts["status"]}


def _charge(shop: Shop, facts: Json, indexed: float) -> Json:
    status = "failed" if facts["status"] == "requires_payment_method" else "succeeded"
    whole = shop.refunded(str(facts["id"]), indexed) == facts["amount"]
    return {**_paid(facts), "status": status, "disputed": str(facts["disputed"]).lower(), "refunded": str(whole).lower()}


def _subscription(shop: Shop, facts: Json, indexed: float) -> Json:
    return {key: facts[key] for key in ("created", "status", "canceled_at", "metadata")}


def _invoice(shop: Shop, facts: Json, indexed: float) -> Json:
    shown = {key: facts[key] for key in ("created", "customer", "status", "subscription")}
    return {**shown, "currency": "eur", "total": facts["amount"], "metadata": {}, "number": shop.billing.invoice(facts)["number"]}


def _tested(query: str, known: t.Collection[str]) -> Test:
    """What the query asks for, as a test of one object's fields."""
    tests: list[Test] = []
    joints: set[str] = set()
    place = 0
    while place < len(query):
        if tests:
            joint = _JOINT.match(query, place)
            joints.add(((joint and joint[1]) or "AND").upper())
            place = joint.end() if joint else place
        found = _CLAUSE.match(query, place)
        if found is None:
            raise StripeError(400, f"We were unable to parse your search query: {query}", param="query")
        tests.append(_clause(found, known))
        place = found.end()
    if not tests or len(joints) > 1:
        raise StripeError(400, "You can combine the clauses of a query with AND or with OR, not with both.", param="query")
    combine = any if joints == {"OR"} else all
    return lambda fields: combine(test(fields) for test in tests)


def _clause(found: re.Match[str], known: t.Collection[str]) -> Test:
    field, key, how, bare = found["field"], found["key"], found["how"], found["bare"]
    if field not in known or (field == "metadata") != (key is not None):
        raise StripeError(400, f"Field `{field}` is an unsupported search field for this resource.", param="query")
    wanted = (found["text"] or "") if bare is None else bare
    if how in (">", "<", ">=", "<=") and (field not in NUMBERS or not wanted.isdigit()):
        raise StripeError(400, f"Field `{field}` cannot be compared by `{how}`.", param="query")

    def test(fields: Json) -> bool:
        value = (fields["metadata"] or {}).get(key) if field == "metadata" else fields[field]
        if bare == "null":
            fits = value is None
        elif value is None:
            fits = False
        elif how in (">", "<", ">=", "<="):
            number, bound = int(value), int(wanted)
            fits = {">": number > bound, "<": number < bound, ">=": number >= bound, "<=": number <= bound}[how]
        else:
            fits = wanted.lower() in str(value).lower() if how == "~" else wanted.lower() == str(value).lower()
        return fits != bool(found["not"])

    return test


def _offset(page: str | None) -> int:
    if page is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(page))
    except (binascii.Error, ValueError):
        raise StripeError(400, f"Invalid page: {page}", param="page") from None


def _search(name: str, items: t.Callable[[Shop], t.Sequence[Json]], show: t.Callable[[Shop, Json], Json], fields: Fields, known: frozenset[str]) -> t.Any:
    def handle(asked: Asked) -> Answer:
        asked.only("query", "limit", "page")
        if not asked.given.get("query"):
            raise StripeError(400, "Missing required param: query.", "parameter_missing", param="query")
        limit = asked.number("limit") if "limit" in asked.given else 10
        if limit is None or not 1 <= limit <= LARGEST_PAGE:
            raise StripeError(400, f"Invalid integer: must be between 1 and {LARGEST_PAGE}", "parameter_invalid_integer", param="limit")
        test, shop, start = _tested(asked.given["query"], known), asked.stripe.shop(asked.mode), _offset(asked.given.get("page"))
        made = asked.stripe.world.now() - LAG
        indexed = (_as_indexed(shop, one, made) for one in items(shop))
        found = [one for one in indexed if one is not None and test(fields(shop, one, made))]
        more = start + limit < len(found)
        following = base64.urlsafe_b64encode(str(start + limit).encode()).decode() if more else None
        data = [show(shop, one) for one in found[start : start + limit]]
        return 200, {"object": "search_result", "url": f"/v1/{name}/search", "has_more": more, "next_page": following, "data": data}

    return handle


def _as_indexed(shop: Shop, facts: Json, made: float) -> Json | None:
    """As it was when the index was made; None: it was not there yet."""
    changed = shop.former.get(str(facts["id"]))
    return changed[1] if changed and changed[0] > made else facts


PAID = frozenset({"amount", "created", "currency", "customer", "metadata", "status"})
ROUTES: Routes = (
    (
        "GET",
        "/v1/customers/search",
        _search("customers", lambda shop: shop.customers, Shop.customer, _customer, frozenset({"created", "email", "name", "phone", "metadata"})),
        "customer_read",
    ),
    (
        "GET",
        "/v1/payment_intents/search",
        _search("payment_intents", lambda shop: shop.payments, Shop.payment_intent, _payment, PAID),
        "payment_intent_read",
    ),
    ("GET", "/v1/charges/search", _search("charges", lambda shop: shop.charges, Shop.charge, _charge, PAID | {"disputed", "refunded"}), "charge_read"),
    (
        "GET",
        "/v1/subscriptions/search",
        _search(
            "subscriptions",
            lambda shop: shop.billing.subscriptions,
            lambda shop, one: shop.billing.subscription(one),
            _subscription,
            frozenset({"created", "status", "canceled_at", "metadata"}),
        ),
        "subscription_read",
    ),
    (
        "GET",
        "/v1/invoices/search",
        _search(
            "invoices",
            lambda shop: shop.billing.invoices,
            lambda shop, one: shop.billing.invoice(one),
            _invoice,
            frozenset({"created", "currency", "customer", "metadata", "number", "status", "subscription", "total"}),
        ),
        "invoice_read",
    ),
)

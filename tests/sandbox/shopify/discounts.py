# SPDX-License-Identifier: GPL-3.0-or-later
"""Discounts of the shop: those with codes and automatic ones, of every kind, and what is answered and done about them."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from . import searching
from .customers import FIRST_NUMBER, CustomerResolvers
from .shelf import Shelf
from .state import Json, ShopifyError, connection, gid, number_of, when

DAY = 86400.0
FIRST_DISCOUNT = 1_200_000_000
SEGMENT = 610_000_001
# How many more there are in a shop of the usual size, and in each larger one.
MORE = 40
# Searches see a change only after so many seconds.
LAG = 3.0
LONGEST_CODE = 255
CURRENCY = "EUR"


@dataclass
class Discount:
    """``kind``: the vendor's type. ``codes``: none for automatic ones. ``value``: ``percentage`` or ``amount``, and how much."""

    number: int
    kind: str
    title: str
    codes: list[str]
    starts: float
    ends: float | None
    created: float
    updated: float
    value: tuple[str, Decimal] = ("percentage", Decimal("0.1"))
    each_item: bool = False
    usage_limit: int | None = None
    once: bool = False
    used: int = 0
    # all, customers or segments; and which.
    context: tuple[str, list[int]] = ("all", [])
    # quantity or subtotal, and how much.
    minimum: tuple[str, Decimal] | None = None
    tags: list[str] = field(default_factory=list)
    # As searches still see it; None: not at all.
    former: Discount | None = None

    def status(self, now: float) -> str:
        if self.ends is not None and self.ends <= now:
            return "EXPIRED"
        return "SCHEDULED" if self.starts > now else "ACTIVE"

    @property
    def is_automatic(self) -> bool:
        return self.kind.startswith("DiscountAutomatic")


def seed(scale: int, now: float) -> Shelf[Discount]:
    """One of every kind, and many old ones. The same number is the same discount in every world."""
    made: dict[int, Discount] = {}

    def add(kind: str, title: str, *codes: str, starts: float = 60.0, ends: float | None = None, **facts: t.Any) -> None:
        number = FIRST_DISCOUNT + len(made)
        begun, made_at = now - starts * DAY, now - (max(starts, 0.0) + 1) * DAY
        made[number] = Discount(number, kind, title, list(codes), begun, None if ends is None else now - ends * DAY, made_at, made_at, **facts)

    ten, five = ("percentage", Decimal("0.1")), ("amount", Decimal("5.0"))
    add("DiscountCodeBasic", "Welcome", "WELCOME10", value=ten, once=True, used=412)
    add("DiscountCodeBasic", "Members", "Members15", value=("percentage", Decimal("0.15")), context=("segments", [SEGMENT]), used=97)
    add("DiscountCodeBasic", "Sorry", "SORRY5", value=five, context=("customers", [FIRST_NUMBER + 1, FIRST_NUMBER + 2]), usage_limit=2, used=1)
    add("DiscountCodeBasic", "Last winter", "WINTER25", value=("percentage", Decimal("0.25")), starts=330.0, ends=250.0, used=1804)
    add("DiscountCodeBasic", "Next summer", "SUMMER20", value=("percentage", Decimal("0.2")), starts=-200.0, minimum=("subtotal", Decimal("50.0")))
    add("DiscountCodeBasic", "Partners", "PARTNER-0001", "PARTNER-0002", "PARTNER-0003", value=ten)
    add("DiscountCodeFreeShipping", "Free shipping", "FREESHIP", used=33)
    add("DiscountCodeBxgy", "Buy two, get one", "TWOPLUSONE")
    add("DiscountCodeApp", "Loyalty points", "LOYALTY")
    add("DiscountAutomaticBasic", "Autumn sale", starts=30.0)
    add("DiscountAutomaticFreeShipping", "Free shipping from 100")
    add("DiscountAutomaticBxgy", "Socks with shoes", starts=500.0, ends=400.0)
    add("DiscountAutomaticApp", "Volume pricing")

    def old(place: int) -> Discount:
        begun = now - (650.0 - place * 200 / (MORE * scale)) * DAY
        number = FIRST_DISCOUNT + len(made) + place
        return Discount(number, "DiscountCodeBasic", f"Campaign {place:04}", [f"CAMPAIGN-{place:04}"], begun, now - 400 * DAY, begun, begun, ten)

    return Shelf(FIRST_DISCOUNT, len(made) + MORE * scale, lambda place: made.get(FIRST_DISCOUNT + place) or old(place - len(made)))


class Refusal(Exception):
    """Becomes the one entry of ``userErrors``."""

    def __init__(self, message: str, code: str | None, *place: str) -> None:
        super().__init__(message)
        self.told = {"field": list(place) or None, "message": message, "code": code, "extraInfo": None}


class DiscountResolvers(CustomerResolvers):
    # -- queries
    def codeDiscountNodeByCode(self, _info: t.Any, code: str) -> Json | None:
        self._need("read_discounts", "codeDiscountNodeByCode")
        it = self._of_code(code)
        return self._code_node(it) if it else None

    def discountNode(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_discounts", "discountNode")
        it = self._discount(id, "DiscountNode", "DiscountCodeNode", "DiscountAutomaticNode")
        return self._node(it) if it else None

    def _node_DiscountCodeNode(self, _info: t.Any, id: str) -> Json | None:
        it = self._discount(id, "DiscountCodeNode")
        return self._code_node(it) if it else None

    def discountNodes(self, _info: t.Any, query: str | None = None, sortKey: str = "ID", **arguments: t.Any) -> Json:
        self._need("read_discounts", "discountNodes")
        now = self._shopify.world.now()
        matches: dict[str, searching.Match] = {
            "code": lambda it, value: value.lower() in {code.lower() for code in it.codes},
            "title": lambda it, value: value.lower() in it.title.lower(),
            "status": lambda it, value: it.status(now) == value.upper(),
            "method": lambda it, value: it.is_automatic is (value == "automatic"),
        }
        moments: dict[str, searching.Moment] = {"starts_at": lambda it: it.starts, "updated_at": lambda it: it.updated}
        every = found = list(self._shopify.discounts.things())
        if query:
            known = [seen for it in every if (seen := self._indexed(it)) is not None]
            fitting, warnings = searching.chosen(known, query, matches, moments)
            found = [self._shopify.discounts[it.number] for it in fitting]
            if warnings:
                self.searches.append({"path": ["discountNodes"], "query": query, "warnings": warnings})
        keys: dict[str, t.Callable[[Discount], t.Any]] = {
            "CREATED_AT": lambda it: it.created,
            "ENDS_AT": lambda it: it.ends or 0,
            "STARTS_AT": lambda it: it.starts,
            "TITLE": lambda it: it.title,
            "UPDATED_AT": lambda it: it.updated,
        }
        return connection(sorted(found, key=keys.get(sortKey, lambda it: it.number)), self._node, arguments)

    # -- mutations
    def discountCodeBasicCreate(self, _info: t.Any, basicCodeDiscount: Json) -> Json:
        self._need("write_discounts", "discountCodeBasicCreate")
        wish, now = basicCodeDiscount, self._shopify.world.now()

        def make() -> Discount:
            for name in ("title", "code", "startsAt"):
                if not wish.get(name):
                    raise Refusal(f"{name} can't be blank", "BLANK", "basicCodeDiscount", name)
            if not (wish.get("customerGets") or {}).get("value") or not wish.get("context"):
                raise Refusal("customerGets and context have to be given", "MISSING_ARGUMENT", "basicCodeDiscount", "customerGets")
            it = Discount(self._shopify.next_number(), "DiscountCodeBasic", "", [], now, None, now, now)
            self._settle_discount(it, wish)
            self._shopify.discounts[it.number] = it
            self._shopify.world.changed()
            return it

        return self._payload(make)

    def discountCodeBasicUpdate(self, _info: t.Any, id: str, basicCodeDiscount: Json) -> Json:
        self._need("write_discounts", "discountCodeBasicUpdate")

        def change() -> Discount:
            it = self._known(id)
            if it.kind != "DiscountCodeBasic":
                raise Refusal("Discount type cannot be changed", "INVALID", "id")
            draft = copy.deepcopy(it)
            self._settle_discount(draft, basicCodeDiscount)
            return self._keep(it, draft)

        return self._payload(change)

    def discountCodeActivate(self, _info: t.Any, id: str) -> Json:
        self._need("write_discounts", "discountCodeActivate")
        return self._payload(lambda: self._activate(self._known(id)))

    def discountCodeDeactivate(self, _info: t.Any, id: str) -> Json:
        self._need("write_discounts", "discountCodeDeactivate")
        return self._payload(lambda: self._deactivate(self._known(id)))

    def discountCodeDelete(self, _info: t.Any, id: str) -> Json:
        self._need("write_discounts", "discountCodeDelete")
        try:
            del self._shopify.discounts[self._known(id).number]
        except Refusal as refusal:
            return {"deletedCodeDiscountId": None, "userErrors": [refusal.told]}
        self._shopify.world.changed()
        return {"deletedCodeDiscountId": id, "userErrors": []}

    def discountAutomaticActivate(self, _info: t.Any, id: str) -> Json:
        self._need("write_discounts", "discountAutomaticActivate")
        return self._payload(lambda: self._activate(self._known(id, "DiscountAutomaticNode")), "automaticDiscountNode")

    def discountAutomaticDeactivate(self, _info: t.Any, id: str) -> Json:
        self._need("write_discounts", "discountAutomaticDeactivate")
        return self._payload(lambda: self._deactivate(self._known(id, "DiscountAutomaticNode")), "automaticDiscountNode")

    # -- what they rest on
    def _payload(self, act: t.Callable[[], Discount], name: str = "codeDiscountNode") -> Json:
        try:
            it = act()
        except Refusal as refusal:
            return {name: None, "userErrors": [refusal.told]}
        return {name: self._code_node(it) if name == "codeDiscountNode" else self._automatic_node(it), "userErrors": []}

    def _discount(self, identity: str, *kinds: str) -> Discount | None:
        return next((it for kind in kinds if (it := self._shopify.discounts.get(number_of(kind, identity) or 0)) is not None), None)

    def _known(self, identity: str, kind: str = "DiscountCodeNode") -> Discount:
        it = self._discount(identity, kind)
        if it is None or it.is_automatic is not (kind == "DiscountAutomaticNode"):
            raise Refusal("Discount does not exist", "INVALID", "id")
        return it

    def _of_code(self, code: str) -> Discount | None:
        wanted = code.strip().lower()
        return next((it for it in self._shopify.discounts.things() if wanted in {one.lower() for one in it.codes}), None)

    def _indexed(self, it: Discount) -> Discount | None:
        return it.former if it.updated > self._shopify.world.now() - LAG else it

    def _keep(self, it: Discount, draft: Discount) -> Discount:
        """Put the draft in its place, if it differs."""
        if draft == it:
            return it
        draft.former = self._indexed(it)
        if draft.former is not None:
            draft.former = copy.deepcopy(draft.former)
            draft.former.former = None
        draft.updated = self._shopify.world.now()
        self._shopify.discounts[it.number] = draft
        self._shopify.world.changed()
        return draft

    def _activate(self, it: Discount) -> Discount:
        now, draft = self._shopify.world.now(), copy.deepcopy(it)
        draft.starts = min(draft.starts, now)
        draft.ends = None if draft.ends is not None and draft.ends <= now else draft.ends
        return self._keep(it, draft)

    def _deactivate(self, it: Discount) -> Discount:
        now, draft = self._shopify.world.now(), copy.deepcopy(it)
        if draft.status(now) != "EXPIRED":
            draft.starts, draft.ends = min(draft.starts, now), now
        return self._keep(it, draft)

    def _settle_discount(self, it: Discount, wish: Json) -> None:
        """Give it the settings of the wish, or raise."""
        top = "basicCodeDiscount"
        if wish.get("code") is not None:
            other = self._of_code(wish["code"])
            if other is not None and other.number != it.number:
                raise Refusal("Code must be unique. Please try a different code.", "TAKEN", top, "code")
            if len(wish["code"]) > LONGEST_CODE:
                raise Refusal(f"Code is too long (maximum is {LONGEST_CODE} characters)", "TOO_LONG", top, "code")
            it.codes[:1] = [wish["code"].strip()]
        if wish.get("title") is not None:
            it.title = wish["title"]
        if wish.get("startsAt") is not None:
            it.starts = _seconds(wish["startsAt"])
        if "endsAt" in wish:
            it.ends = _seconds(wish["endsAt"]) if wish["endsAt"] is not None else None
        if it.ends is not None and it.ends <= it.starts:
            raise Refusal("Ends at needs to be after starts_at", "END_DATE_BEFORE_START_DATE", top, "endsAt")
        if "usageLimit" in wish:
            if wish["usageLimit"] is not None and wish["usageLimit"] < 1:
                raise Refusal("Usage limit must be greater than 0", "GREATER_THAN", top, "usageLimit")
            it.usage_limit = wish["usageLimit"]
        if wish.get("appliesOncePerCustomer") is not None:
            it.once = wish["appliesOncePerCustomer"]
        if wish.get("tags") is not None:
            it.tags = list(dict.fromkeys(wish["tags"]))
        self._settle_value(it, (wish.get("customerGets") or {}).get("value"))
        self._settle_context(it, wish.get("context"))
        self._settle_minimum(it, wish.get("minimumRequirement"))

    def _settle_value(self, it: Discount, value: Json | None) -> None:
        place = ("basicCodeDiscount", "customerGets", "value")
        if value is None:
            return
        if value.get("percentage") is not None:
            if not 0 < value["percentage"] <= 1:
                raise Refusal("Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE", *place, "percentage")
            it.value = ("percentage", Decimal(str(value["percentage"])))
        elif value.get("discountAmount") is not None:
            amount = Decimal(str(value["discountAmount"].get("amount") or 0))
            if amount <= 0:
                raise Refusal("Amount must be greater than 0", "GREATER_THAN", *place, "discountAmount")
            it.value, it.each_item = ("amount", amount), bool(value["discountAmount"].get("appliesOnEachItem"))

    def _settle_context(self, it: Discount, wish: Json | None) -> None:
        if wish is None:
            return
        if wish.get("all") is not None:
            it.context = ("all", [])
            return
        name, kind = ("customers", "Customer") if wish.get("customers") is not None else ("segments", "Segment")
        asked = wish["customers" if name == "customers" else "customerSegments"]
        kept = it.context[1] if it.context[0] == name else []
        add, gone = ([number_of(kind, one) for one in asked.get(key) or []] for key in ("add", "remove"))
        known: t.Container[int] = self._shopify.customers if name == "customers" else (SEGMENT, SEGMENT + 1)
        if any(one not in known for one in add):
            raise Refusal(f"{kind} does not exist", "INVALID", "basicCodeDiscount", "context")
        chosen = [one for one in dict.fromkeys([*kept, *t.cast("list[int]", add)]) if one not in gone]
        if not chosen:
            raise Refusal("Context has to name somebody", "BLANK", "basicCodeDiscount", "context")
        it.context = (name, chosen)

    def _settle_minimum(self, it: Discount, wish: Json | None) -> None:
        if wish is None:
            return
        quantity = (wish.get("quantity") or {}).get("greaterThanOrEqualToQuantity")
        subtotal = (wish.get("subtotal") or {}).get("greaterThanOrEqualToSubtotal")
        if quantity is not None and subtotal is not None:
            code = "MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT"
            raise Refusal("Only one minimum can be given", code, "basicCodeDiscount", "minimumRequirement")
        if quantity is not None:
            it.minimum = ("quantity", Decimal(str(quantity)))
        elif subtotal is not None:
            it.minimum = ("subtotal", Decimal(str(subtotal)))

    # -- how they look
    def _code_node(self, it: Discount) -> Json:
        return {"__typename": "DiscountCodeNode", "id": gid("DiscountCodeNode", it.number), "codeDiscount": self._render_discount(it)}

    def _automatic_node(self, it: Discount) -> Json:
        return {"__typename": "DiscountAutomaticNode", "id": gid("DiscountAutomaticNode", it.number), "automaticDiscount": self._render_discount(it)}

    def _node(self, it: Discount) -> Json:
        kind = "DiscountAutomaticNode" if it.is_automatic else "DiscountCodeNode"
        return {"__typename": "DiscountNode", "id": gid(kind, it.number), "discount": self._render_discount(it)}

    def _render_discount(self, it: Discount) -> Json:
        def codes(_info: t.Any, **arguments: t.Any) -> Json:
            places = list(range(len(it.codes)))
            return connection(places, lambda place: _code(it, place), arguments)

        kind, much = it.value
        value: Json = {"__typename": "DiscountPercentage", "percentage": float(much)}
        if kind == "amount":
            value = {"__typename": "DiscountAmount", "amount": _money(much), "appliesOnEachItem": it.each_item}
        return {
            "__typename": it.kind,
            "title": it.title,
            "status": it.status(self._shopify.world.now()),
            "startsAt": when(it.starts),
            "endsAt": when(it.ends) if it.ends is not None else None,
            "createdAt": when(it.created),
            "updatedAt": when(it.updated),
            "usageLimit": it.usage_limit,
            "appliesOncePerCustomer": it.once,
            "asyncUsageCount": it.used,
            "codes": codes,
            "codesCount": {"count": len(it.codes), "precision": "EXACT"},
            "context": self._render_context(it),
            "customerGets": {"items": {"__typename": "AllDiscountItems", "allItems": True}, "value": value},
            "minimumRequirement": _minimum(it),
            "discountClasses": ["SHIPPING" if "Shipping" in it.kind else "ORDER"],
            "summary": it.title,
            "tags": sorted(it.tags),
            "appDiscountType": {"functionId": "01920b3c-volume", "title": it.title},
            "discountId": gid("DiscountCodeNode", it.number),
        }

    def _render_context(self, it: Discount) -> Json:
        kind, chosen = it.context
        if kind == "all":
            return {"__typename": "DiscountBuyerSelectionAll", "all": "ALL"}
        if kind == "customers":
            known = [self._shopify.customers[number] for number in chosen if number in self._shopify.customers]
            return {"__typename": "DiscountCustomers", "customers": [self._render_customer(one) for one in known]}
        segments = [{"id": gid("Segment", number), "name": "Members", "query": "customer_tags CONTAINS 'member'"} for number in chosen]
        return {"__typename": "DiscountCustomerSegments", "segments": segments}


def _code(it: Discount, place: int) -> Json:
    return {"id": gid("DiscountRedeemCode", it.number * 10 + place), "code": it.codes[place], "asyncUsageCount": it.used if not place else 0}


def _money(amount: Decimal) -> Json:
    """With one digit behind the point at least, as the vendor writes it."""
    plain = amount.normalize()
    return {"amount": f"{plain:.1f}" if plain == plain.quantize(Decimal("0.1")) else f"{plain:f}", "currencyCode": CURRENCY}


def _minimum(it: Discount) -> Json | None:
    if it.minimum is None:
        return None
    kind, much = it.minimum
    if kind == "quantity":
        return {"__typename": "DiscountMinimumQuantity", "greaterThanOrEqualToQuantity": str(int(much))}
    return {"__typename": "DiscountMinimumSubtotal", "greaterThanOrEqualToSubtotal": _money(much)}


def _seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ShopifyError(f"Variable was provided invalid value: {text!r} is no DateTime", "INVALID_VARIABLE") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

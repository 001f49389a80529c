# SPDX-License-Identifier: GPL-3.0-or-later
"""Customers of the shop, with tags and metafields, and what is answered and done about them."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field

from . import delivering, searching
from .shelf import Shelf
from .state import App, Json, ShopifyError, connection, gid, number_of, user_error, when

if t.TYPE_CHECKING:
    from .vendor import Shopify

DAY = 86400.0
USUAL = 2000
FIRST_NUMBER = 7_000_000_000
MOST_METAFIELDS = 25
MOST_TAGS = 250
STATES = ("ENABLED", "DISABLED", "INVITED")


@dataclass
class Metafield:
    number: int
    type: str
    value: str
    created: float
    updated: float

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.number} {self.type} {self.value}".encode()).hexdigest()


@dataclass
class Customer:
    number: int
    name: str
    email: str | None
    phone: str | None
    state: str
    created: float
    updated: float
    tags: list[str] = field(default_factory=list)
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)


def seed(count: int, now: float) -> Shelf[Customer]:
    """Every fourth is a member, whose level stands in a metafield. The same number is the same customer in every world."""

    def make(place: int) -> Customer:
        number, created = FIRST_NUMBER + place, now - (600 - place * 500 / count) * DAY
        it = Customer(number, f"Customer {place:04}", f"customer-{place:04}@example.com", None, STATES[place % 3], created, created + DAY)
        if place % 5 == 0:
            it.phone = f"+4930{place:07}"
        if place % 4 == 0:
            it.tags = ["member", "newsletter"] if place % 8 == 0 else ["Member"]
            level = {"level": "gold" if place % 12 == 0 else "silver", "since": 2024}
            it.metafields["membership", "status"] = Metafield(number * 10, "json", json.dumps(level), created, created)
        return it

    return Shelf(FIRST_NUMBER, count, make)


class CustomerResolvers:
    """One per request."""

    # Of orders, whose room is beside this one.
    _order_list: t.Callable[..., Json]

    def __init__(self, shopify: Shopify, app: App, version: str) -> None:
        self._shopify = shopify
        self._app = app
        # The one that serves the request.
        self.version = version
        # Beside the data of this answer.
        self.searches: list[Json] = []

    # -- queries
    def customer(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_customers", "customer")
        it = self._customer(id)
        return self._render_customer(it) if it else None

    _node_Customer = customer

    def customerByIdentifier(self, _info: t.Any, identifier: Json) -> Json | None:
        self._need("read_customers", "customerByIdentifier")
        if identifier.get("id") is not None:
            it = self._customer(identifier["id"])
        else:
            email, phone = (identifier.get("emailAddress") or "").lower(), identifier.get("phoneNumber")
            every = self._shopify.customers.things()
            it = next((one for one in every if (email and (one.email or "").lower() == email) or (phone and one.phone == phone)), None)
        return self._render_customer(it) if it else None

    def customers(self, _info: t.Any, query: str | None = None, sortKey: str = "ID", **arguments: t.Any) -> Json:
        self._need("read_customers", "customers")
        matches: dict[str, searching.Match] = {
            "tag": lambda it, value: value.lower() in {tag.lower() for tag in it.tags},
            "tag_not": lambda it, value: value.lower() not in {tag.lower() for tag in it.tags},
            "email": lambda it, value: it.email == value,
            "id": lambda it, value: str(it.number) == value,
            "state": lambda it, value: it.state == value.upper(),
        }
        moments: dict[str, searching.Moment] = {"updated_at": lambda it: it.updated, "customer_date": lambda it: it.created}
        fits, warnings = searching.search(query, matches, moments)
        if warnings:
            self.searches.append({"path": ["customers"], "query": query, "warnings": warnings})
        # By their numbers they are in order already: a bulk operation then needs no more memory for more of them.
        found: t.Iterable[Customer] = filter(fits, self._shopify.customers.things())
        if sortKey != "ID":
            found = sorted(found, key={"CREATED_AT": lambda it: it.created, "UPDATED_AT": lambda it: it.updated}[sortKey])
        return connection(found, self._render_customer, {**arguments, "most": len(self._shopify.customers)})

    # -- mutations
    def tagsAdd(self, _info: t.Any, id: str, tags: list[str]) -> Json:
        def change(it: Customer) -> str | None:
            every = {tag.lower(): tag for tag in it.tags}
            for tag in (tag.strip() for text in tags for tag in text.split(",")):
                if tag:
                    every.setdefault(tag.lower(), tag)
            if len(every) > MOST_TAGS:
                return f"Customer cannot have more than {MOST_TAGS} tags"
            it.tags = list(every.values())
            return None

        return self._tagged(id, change)

    def tagsRemove(self, _info: t.Any, id: str, tags: list[str]) -> Json:
        def change(it: Customer) -> str | None:
            gone = {tag.strip().lower() for text in tags for tag in text.split(",")}
            it.tags = [tag for tag in it.tags if tag.lower() not in gone]
            return None

        return self._tagged(id, change)

    def _tagged(self, identity: str, change: t.Callable[[Customer], str | None]) -> Json:
        self._need("write_customers", "tags")
        it = self._customer(identity)
        if it is None:
            return {"node": None, "userErrors": [user_error("Customer does not exist", "id")]}
        before = list(it.tags)
        wrong = change(it)
        if it.tags != before:
            self._touch(it)
        return {"node": self._render_customer(it), "userErrors": [user_error(wrong, "tags")] if wrong else []}

    def metafieldsSet(self, _info: t.Any, metafields: list[Json]) -> Json:
        self._need("write_customers", "metafieldsSet")
        if len(metafields) > MOST_METAFIELDS:
            raise ShopifyError(
                f"The input array size of {len(metafields)} is greater than the maximum allowed of {MOST_METAFIELDS}.", "MAX_INPUT_SIZE_EXCEEDED"
            )
        errors = [error for place, wish in enumerate(metafields) if (error := self._wrong(place, wish))]
        if errors:
            return {"metafields": [], "userErrors": errors}
        made, now = [], self._shopify.world.now()
        for wish in metafields:
            it = t.cast(Customer, self._customer(wish["ownerId"]))
            name = (wish["namespace"], wish["key"])
            held = it.metafields.get(name)
            kind = wish.get("type") or t.cast(Metafield, held).type
            if held is None or (held.type, held.value) != (kind, wish["value"]):
                number = held.number if held else self._shopify.next_number()
                held = it.metafields[name] = Metafield(number, kind, wish["value"], held.created if held else now, now)
                self._touch(it)
            made.append(self._render_metafield(name, held))
        return {"metafields": made, "userErrors": []}

    def _wrong(self, place: int, wish: Json) -> Json | None:
        """Why this metafield cannot be written; none is then."""

        def error(message: str, code: str, name: str) -> Json:
            return {"field": ["metafields", str(place), name], "message": message, "code": code, "elementIndex": place}

        it = self._customer(wish["ownerId"])
        if it is None:
            return error("Owner does not exist", "INVALID_VALUE", "ownerId")
        held = it.metafields.get((wish.get("namespace") or "", wish["key"]))
        if not wish.get("type") and held is None:
            return error("Type can't be blank", "INVALID_TYPE", "type")
        if held is not None and wish.get("type") not in (None, held.type):
            return error(f"Type cannot be changed from {held.type}", "INVALID_TYPE", "type")
        if (wish.get("type") or (held.type if held else "")) == "json":
            try:
                json.loads(wish["value"])
            except ValueError:
                return error("Value is invalid JSON", "INVALID_VALUE", "value")
        if "compareDigest" in wish and wish["compareDigest"] != (held.digest if held else None):
            return error("The resource has been updated since it was loaded.", "INVALID_COMPARE_DIGEST", "compareDigest")
        return None

    def metafieldsDelete(self, _info: t.Any, metafields: list[Json]) -> Json:
        self._need("write_customers", "metafieldsDelete")
        gone: list[Json | None] = []
        for wish in metafields:
            it = self._customer(wish["ownerId"])
            held = it.metafields.pop((wish["namespace"], wish["key"]), None) if it else None
            if it is not None and held is not None:
                self._touch(it)
            gone.append(wish if held is not None else None)
        return {"deletedMetafields": gone, "userErrors": []}

    # -- what they rest on
    def _need(self, scope: str, name: str) -> None:
        if not self._app.may(scope):
            raise ShopifyError(f"Access denied for {name} field.", "ACCESS_DENIED", requiredAccess=f"`{scope}` access scope.")

    def _customer(self, identity: str) -> Customer | None:
        return self._shopify.customers.get(number_of("Customer", identity) or 0)

    def _touch(self, it: Customer) -> None:
        it.updated = self._shopify.world.now()
        self._shopify.world.changed()
        delivering.happened(self._shopify, "CUSTOMERS_UPDATE", delivering.of_customer(self._shopify, it.number))

    def _render_customer(self, it: Customer) -> Json:
        def metafields(_info: t.Any, namespace: str | None = None, keys: list[str] | None = None, **arguments: t.Any) -> Json:
            named = [name for name in sorted(it.metafields) if namespace in (None, name[0]) and (not keys or f"{name[0]}.{name[1]}" in keys)]
            return connection(named, lambda name: self._render_metafield(name, it.metafields[name]), arguments)

        def metafield(_info: t.Any, key: str, namespace: str | None = None) -> Json | None:
            held = it.metafields.get((namespace or "", key))
            return self._render_metafield((namespace or "", key), held) if held else None

        def orders(_info: t.Any, query: str | None = None, sortKey: str = "ID", **arguments: t.Any) -> Json:
            return self._order_list(self._shopify.orders_of(it.number), query, sortKey, arguments)

        first, _space, last = it.name.partition(" ")
        return {
            "__typename": "Customer",
            "id": gid("Customer", it.number),
            "legacyResourceId": str(it.number),
            "displayName": it.name,
            "firstName": first,
            "lastName": last,
            "defaultEmailAddress": {"emailAddress": it.email} if it.email else None,
            "defaultPhoneNumber": {"phoneNumber": it.phone} if it.phone else None,
            "state": it.state,
            "tags": sorted(it.tags, key=str.lower),
            "numberOfOrders": lambda _info: str(len(self._shopify.orders_of(it.number))),
            "orders": orders,
            "metafields": metafields,
            "metafield": metafield,
            "createdAt": when(it.created),
            "updatedAt": when(it.updated),
        }

    def _render_metafield(self, name: tuple[str, str], held: Metafield) -> Json:
        return {
            "__typename": "Metafield",
            "id": gid("Metafield", held.number),
            "namespace": name[0],
            "key": name[1],
            "ownerType": "CUSTOMER",
            "type": held.type,
            "value": held.value,
            "compareDigest": held.digest,
            "createdAt": when(held.created),
            "updatedAt": when(held.updated),
        }

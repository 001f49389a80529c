# SPDX-License-Identifier: GPL-3.0-or-later
"""What is answered about products, variants and stock, and how stock is set."""

from __future__ import annotations

import typing as t

from . import searching
from .catalog import NAMES, SETTABLE, Level, Location, Product, Variant
from .idempotency import KeyRefused
from .state import App, Json, ShopifyError, connection, gid, number_of, when

if t.TYPE_CHECKING:
    from .vendor import Shopify


class InventoryResolvers:
    """One per request."""

    _shopify: Shopify
    _app: App
    version: str
    searches: list[Json]

    def _need(self, scope: str, name: str) -> None:
        if not self._app.may(scope):
            raise ShopifyError(f"Access denied for {name} field.", "ACCESS_DENIED", requiredAccess=f"`{scope}` access scope.")

    def _found(self, name: str, items: t.Iterable[t.Any], query: str | None, matches: Json, moments: Json) -> list[t.Any]:
        """What a search finds."""
        return list(filter(self._searching(name, query, matches, moments), items))

    def _searching(self, name: str, query: str | None, matches: Json, moments: Json) -> t.Callable[[t.Any], bool]:
        """What tells whether something fits; warnings go beside the data."""
        fits, warnings = searching.search(query, matches, moments)
        if warnings:
            self.searches.append({"path": [name], "query": query, "warnings": warnings})
        return fits

    # -- anything by its id: ``_node_<Kind>`` of each topic
    def node(self, info: t.Any, id: str) -> Json | None:
        kind = id.removeprefix("gid://shopify/").partition("/")[0]
        find = getattr(self, f"_node_{kind}", None)
        number_of(kind, id)
        return t.cast("Json | None", find(info, id)) if find else None

    def nodes(self, info: t.Any, ids: list[str]) -> list[Json | None]:
        return [self.node(info, id) for id in ids]

    # -- products
    def products(self, _info: t.Any, query: str | None = None, sortKey: str = "ID", **arguments: t.Any) -> Json:
        self._need("read_products", "products")
        key: t.Any = {"ID": lambda it: it.number, "TITLE": lambda it: it.title, "CREATED_AT": lambda it: it.created, "UPDATED_AT": lambda it: it.updated}
        return connection(sorted(self._products(query), key=key[sortKey]), self._render_product, arguments)

    def productsCount(self, _info: t.Any, query: str | None = None, limit: int | None = 10000) -> Json:
        self._need("read_products", "productsCount")
        return counted(len(self._products(query)), limit)

    def _products(self, query: str | None) -> list[Product]:
        matches = {
            "id": lambda it, value: str(it.number) == value,
            "title": lambda it, value: it.title == value,
            "status": lambda it, value: it.status == value.upper(),
            "sku": lambda it, value: value in [one.sku for one in it.variants],
        }
        moments = {"created_at": lambda it: it.created, "updated_at": lambda it: it.updated}
        return self._found("products", self._shopify.catalog.products.values(), query, matches, moments)

    def product(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_products", "product")
        it = self._shopify.catalog.products.get(number_of("Product", id) or 0)
        return self._render_product(it) if it else None

    def productVariants(self, _info: t.Any, query: str | None = None, sortKey: str = "ID", **arguments: t.Any) -> Json:
        self._need("read_products", "productVariants")
        matches = {"id": lambda it, value: str(it.number) == value, "sku": lambda it, value: it.sku == value}
        moments = {"updated_at": lambda it: it.product.updated}
        found = self._found("productVariants", self._shopify.catalog.variants.values(), query, matches, moments)
        return connection(sorted(found, key=(lambda it: it.sku) if sortKey == "SKU" else (lambda it: it.number)), self._render_variant, arguments)

    def productVariant(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_products", "productVariant")
        it = self._shopify.catalog.variants.get(number_of("ProductVariant", id) or 0)
        return self._render_variant(it) if it else None

    _node_Product, _node_ProductVariant = product, productVariant

    # -- stock
    def inventoryItems(self, _info: t.Any, query: str | None = None, **arguments: t.Any) -> Json:
        self._need("read_inventory", "inventoryItems")
        matches = {"id": lambda it, value: str(it.item) == value, "sku": lambda it, value: it.sku == value}
        moments = {"created_at": lambda it: it.product.created, "updated_at": _updated}
        found = self._found("inventoryItems", self._shopify.catalog.variants.values(), query, matches, moments)
        return connection(sorted(found, key=lambda it: it.item), self._render_item, arguments)

    def inventoryItem(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_inventory", "inventoryItem")
        it = self._shopify.catalog.by_item(number_of("InventoryItem", id) or 0)
        return self._render_item(it) if it else None

    def inventoryLevel(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_inventory", "inventoryLevel")
        number = number_of("InventoryLevel", id)
        found = ((variant, level) for variant in self._shopify.catalog.variants.values() for level in variant.levels if level.number == number)
        return next((self._render_level(variant, level) for variant, level in found), None)

    def locations(self, _info: t.Any, includeInactive: bool = False, query: str | None = None, sortKey: str = "NAME", **arguments: t.Any) -> Json:
        self._need("read_inventory", "locations")
        shown = [it for it in self._shopify.catalog.locations if it.active or includeInactive]
        matches = {"name": lambda it, value: it.name == value, "id": lambda it, value: str(it.number) == value}
        found = self._found("locations", shown, query, {**matches, "active": lambda it, value: it.active is (value == "true")}, {})
        return connection(sorted(found, key=(lambda it: it.name) if sortKey == "NAME" else (lambda it: it.number)), self._render_location, arguments)

    def location(self, _info: t.Any, id: str | None = None) -> Json | None:
        self._need("read_inventory", "location")
        every = self._shopify.catalog.locations
        it = every[0] if id is None else next((one for one in every if one.number == number_of("Location", id)), None)
        return self._render_location(it) if it else None

    _node_InventoryItem, _node_InventoryLevel, _node_Location = inventoryItem, inventoryLevel, location

    def inventorySetQuantities(self, info: t.Any, input: Json) -> Json:
        self._need("write_inventory", "inventorySetQuantities")

        def act() -> tuple[Json, t.Callable[[], Json]]:
            errors, now = self._unfit_stock(input), self._shopify.world.now()
            if errors:
                return {"inventoryAdjustmentGroup": None, "userErrors": errors}, dict
            for wish in input["quantities"]:
                variant, level = t.cast("tuple[Variant, Level]", self._level(wish))
                delta = wish["quantity"] - level.quantity(input["name"])
                if delta:
                    level.add(input["name"], delta, now)
                    variant.product.updated = now
                    self._shopify.world.changed()
            number = self._shopify.next_number()
            group = {"__typename": "InventoryAdjustmentGroup", "id": gid("InventoryAdjustmentGroup", number), "reason": input["reason"], "createdAt": when(now)}
            payload = {"inventoryAdjustmentGroup": {**group, "referenceDocumentUri": input.get("referenceDocumentUri")}, "userErrors": []}
            return payload, lambda: payload

        try:
            return self._shopify.keys.once(self._app.number, info, self.version, input, act)
        except KeyRefused as refused:
            return {"inventoryAdjustmentGroup": None, "userErrors": [{"field": None, "message": str(refused), "code": refused.code}]}

    def _unfit_stock(self, wish: Json) -> list[Json]:
        def error(place: int, name: str, message: str, code: str) -> Json:
            return {"field": ["input", "quantities", str(place), name], "message": message, "code": code}

        if wish["name"] not in SETTABLE:
            return [{"field": ["input", "name"], "message": "The quantity name must be either 'available' or 'on_hand'.", "code": "INVALID_NAME"}]
        errors = []
        for place, one in enumerate(wish["quantities"]):
            if self._shopify.catalog.by_item(number_of("InventoryItem", one["inventoryItemId"]) or 0) is None:
                errors.append(error(place, "inventoryItemId", "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM"))
                continue
            found = self._level(one)
            if found is None:
                errors.append(error(place, "locationId", "The specified location could not be found.", "INVALID_LOCATION"))
            elif one["quantity"] < 0:
                errors.append(error(place, "quantity", "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"))
            elif one.get("changeFromQuantity") not in (None, found[1].quantity(wish["name"])):
                told = "The changeFromQuantity argument no longer matches the persisted quantity."
                errors.append(error(place, "changeFromQuantity", told, "CHANGE_FROM_QUANTITY_STALE"))
        return errors

    def _level(self, wish: Json) -> tuple[Variant, Level] | None:
        variant = self._shopify.catalog.by_item(number_of("InventoryItem", wish["inventoryItemId"]) or 0)
        place = number_of("Location", wish["locationId"])
        level = next((one for one in variant.levels if one.location.number == place), None) if variant else None
        return (variant, level) if variant and level else None

    # -- rendering
    def _render_product(self, it: Product) -> Json:
        return {
            "__typename": "Product",
            "descriptionHtml": f"<p>{it.title}, made to last.</p>",
            "id": gid("Product", it.number),
            "legacyResourceId": str(it.number),
            "title": it.title,
            "handle": it.title.lower().replace(" ", "-"),
            "productType": "Goods",
            "vendor": "Example Shop",
            "status": it.status,
            "tags": ["sale"] if it.number % 7 == 0 else [],
            "totalInventory": sum(level.quantity("available") for variant in it.variants for level in variant.levels),
            "variants": lambda _info, **arguments: connection(it.variants, self._render_variant, arguments),
            "createdAt": when(it.created),
            "updatedAt": when(it.updated),
        }

    def _render_variant(self, it: Variant) -> Json:
        return {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", it.number),
            "legacyResourceId": str(it.number),
            "title": it.title,
            "displayName": f"{it.product.title} - {it.title}",
            "sku": it.sku,
            "price": f"{it.price / 100:.2f}",
            "product": lambda _info: self._render_product(it.product),
            "inventoryItem": lambda _info: self._render_item(it),
            "inventoryQuantity": sum(level.quantity("available") for level in it.levels),
            "createdAt": when(it.product.created),
            "updatedAt": when(it.product.updated),
        }

    def _render_item(self, it: Variant) -> Json:
        def level(_info: t.Any, locationId: str) -> Json | None:
            place = number_of("Location", locationId)
            return next((self._render_level(it, one) for one in it.levels if one.location.number == place), None)

        return {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", it.item),
            "legacyResourceId": str(it.item),
            "sku": it.sku,
            "tracked": it.tracked,
            "requiresShipping": True,
            "variants": lambda _info, **arguments: connection([it], self._render_variant, arguments),
            "inventoryLevel": level,
            "inventoryLevels": lambda _info, query=None, **arguments: connection(it.levels, lambda one: self._render_level(it, one), arguments),
            "createdAt": when(it.product.created),
            "updatedAt": when(_updated(it)),
        }

    def _render_level(self, it: Variant, level: Level) -> Json:
        def quantities(_info: t.Any, names: list[str]) -> list[Json]:
            strange = [name for name in names if name not in NAMES]
            if strange:
                raise ShopifyError(f"Invalid quantity name '{strange[0]}'", "INVALID_FIELD_ARGUMENTS")
            found = [(name, level.quantity(name)) for name in names]
            base = {"__typename": "InventoryQuantity", "updatedAt": when(level.updated)}
            return [{**base, "id": gid("InventoryQuantity", level.number) + f"?name={name}", "name": name, "quantity": quantity} for name, quantity in found]

        return {
            "__typename": "InventoryLevel",
            "id": gid("InventoryLevel", level.number),
            "item": lambda _info: self._render_item(it),
            "location": self._render_location(level.location),
            "quantities": quantities,
            "createdAt": when(it.product.created),
            "updatedAt": when(level.updated),
        }

    def _render_location(self, it: Location) -> Json:
        return {
            "__typename": "Location",
            "id": gid("Location", it.number),
            "legacyResourceId": str(it.number),
            "name": it.name,
            "isActive": it.active,
            "fulfillsOnlineOrders": it.online,
            "createdAt": when(self._shopify.created),
            "updatedAt": when(self._shopify.created),
        }


def _updated(it: Variant) -> float:
    return max(level.updated for level in it.levels)


def counted(number: int, limit: int | None) -> Json:
    """A count, which stops at the limit and says so."""
    return {"count": number, "precision": "EXACT"} if limit is None or number <= limit else {"count": limit, "precision": "AT_LEAST"}

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shop sells, and how much of it is where. The same place is the same product in every world."""

from __future__ import annotations

from dataclasses import dataclass, field

DAY = 86400.0
# Products of a shop of the usual size; each has one to three variants.
USUAL = 40
FIRST_PRODUCT = 3_000_000_000
FIRST_LOCATION = 2_000_000_001
# What a quantity can be called; those that are there when nothing else is said are counted as the vendor does.
NAMES = ("available", "committed", "damaged", "incoming", "on_hand", "quality_control", "reserved", "safety_stock")
SETTABLE = ("available", "on_hand")
SIZES = ("Small", "Medium", "Large")


@dataclass
class Location:
    number: int
    name: str
    active: bool
    online: bool


@dataclass
class Level:
    number: int
    location: Location
    quantities: dict[str, int]
    updated: float

    def quantity(self, name: str) -> int:
        return self.quantities.get(name, 0)

    def add(self, name: str, delta: int, now: float) -> None:
        """What is available is on hand and promised to nobody."""
        for one in ("available", "on_hand") if name in SETTABLE else (name,):
            self.quantities[one] = self.quantity(one) + delta
        self.updated = now


@dataclass
class Variant:
    number: int
    product: Product
    title: str
    sku: str
    price: int
    tracked: bool
    levels: list[Level] = field(default_factory=list)

    @property
    def item(self) -> int:
        """The number of its inventory item."""
        return self.number + 1_000_000_000


@dataclass
class Product:
    number: int
    title: str
    created: float
    updated: float
    status: str
    variants: list[Variant] = field(default_factory=list)


@dataclass
class Catalog:
    locations: list[Location]
    products: dict[int, Product]
    variants: dict[int, Variant]

    @property
    def levels(self) -> dict[int, Level]:
        return {level.number: level for variant in self.variants.values() for level in variant.levels}

    def by_item(self, number: int) -> Variant | None:
        return self.variants.get(number - 1_000_000_000)


def seed(count: int, now: float) -> Catalog:
    """Every fifth product runs low, every tenth is not counted at all."""
    made = [("Warehouse", True, True), ("Shop floor", True, False), ("Old warehouse", False, False)]
    locations = [Location(FIRST_LOCATION + place, name, active, online) for place, (name, active, online) in enumerate(made)]
    catalog = Catalog(locations, {}, {})
    for place in range(count):
        created = now - (650 - place * 600 / count) * DAY
        product = Product(FIRST_PRODUCT + place, f"Product {place:03}", created, created + DAY, "DRAFT" if place % 13 == 12 else "ACTIVE")
        catalog.products[product.number] = product
        for size in range(1 + place % 3):
            number = FIRST_PRODUCT + 100_000_000 + place * 10 + size
            price = 500 + place * 137 % 95 * 100
            variant = Variant(number, product, SIZES[size] if place % 3 else "Default Title", f"SKU-{place:03}-{size + 1}", price, place % 10 != 9)
            for where, location in enumerate(locations[:2]):
                on_hand = (place + size) % 4 if place % 5 == 4 else 10 + (place * 31 + size * 17 + where * 7) % 60
                committed = min(on_hand, (place + size + where) % 3)
                quantities = {"on_hand": on_hand, "committed": committed, "available": on_hand - committed}
                variant.levels.append(Level(number * 10 + where, location, quantities, created + DAY))
            product.variants.append(variant)
            catalog.variants[number] = variant
    return catalog

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Discounts as they are compared and shown: what is there, what is wanted, and what has to be sent.

Facts (Shopify GraphQL Admin API): codes do not tell upper from lower case, and one discount may have many. ``percentage`` is 0.15 for 15 %.
Amounts are in the shop's currency. Whoever may use a discount is one of all, customers, segments or markets.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing as t
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import gid

BASIC = "basic"
# The vendor's types, as they are called here.
KINDS = {
    "DiscountCodeBasic": BASIC,
    "DiscountCodeFreeShipping": "free_shipping",
    "DiscountCodeBxgy": "buy_x_get_y",
    "DiscountCodeApp": "app",
    "DiscountAutomaticBasic": "automatic_basic",
    "DiscountAutomaticFreeShipping": "automatic_free_shipping",
    "DiscountAutomaticBxgy": "automatic_buy_x_get_y",
    "DiscountAutomaticApp": "automatic_app",
}
LONGEST_CODE = 255
_MONEY = re.compile(r"\d{1,12}(\.\d{1,3})?")
EVERYBODY: dict[str, t.Any] = {"all": True, "customers": [], "customer_segments": []}


@dataclasses.dataclass(frozen=True)
class Discount:
    """``settings``: what can be stated, as it is compared. ``each_item``: an amount is taken off every item."""

    id: str
    kind: str
    codes: tuple[str, ...]
    status: str
    used: int
    settings: dict[str, t.Any]
    each_item: bool = False

    def shown(self) -> dict[str, t.Any]:
        return {"id": self.id, "kind": self.kind, "code": self.codes[0] if self.codes else None, "status": self.status, "used": self.used, **self.settings}


# -- what is wanted
def code_of(text: str) -> str:
    code = text.strip()
    if not code or len(code) > LONGEST_CODE or not code.isprintable() or "," in code:
        raise _invalid(f"{redaction.plain(text, 80)!r} cannot be a code", f"Give it as customers type it, in up to {LONGEST_CODE} characters")
    return code


def wanted_of(params: t.Mapping[str, t.Any], now: float) -> dict[str, t.Any]:
    """The settings that the task names, as they are compared; what it leaves out is not touched."""
    wanted: dict[str, t.Any] = {}
    if params["title"] is not None:
        wanted["title"] = params["title"].strip()
        if not wanted["title"] or not wanted["title"].isprintable():
            raise _invalid("title is empty, or holds characters that cannot be shown", "Give a title, or leave it out")
    if params["percentage"] is not None:
        wanted["percentage"] = _share(params["percentage"])
    for name in ("amount", "minimum_subtotal"):
        if params[name] is not None:
            wanted[name] = _money(params[name], name)
    for name in ("starts_at", "ends_at"):
        if params[name] is not None:
            wanted[name] = moment_of(params[name], name) if params[name].strip() or name == "starts_at" else None
    for name, least in (("usage_limit", 0), ("minimum_quantity", 1)):
        if params[name] is not None:
            if not least <= params[name] <= 1_000_000_000:
                raise _invalid(f"{name} is {params[name]}", f"Give a number from {least} on")
            wanted[name] = params[name] or None
    if params["once_per_customer"] is not None:
        wanted["once_per_customer"] = params["once_per_customer"]
    if params["context"] is not None:
        wanted["context"] = _context(params["context"])
    if params["tags"] is not None:
        wanted["tags"] = _tags(params["tags"])
    _check_times(params["state"], wanted, now)
    return wanted


def _check_times(state: str, wanted: t.Mapping[str, t.Any], now: float) -> None:
    """Times that cannot hold together with each other, or with the state."""
    starts, ends = (seconds(wanted[name]) if wanted.get(name) else None for name in ("starts_at", "ends_at"))
    if starts is not None and ends is not None and ends <= starts:
        raise _invalid("ends_at is not after starts_at", "Correct one of them")
    begins_later, is_over = starts is not None and starts > now, ends is not None and ends <= now
    if state == "active" and (begins_later or is_over):
        raise _invalid(f"{'starts_at' if begins_later else 'ends_at'} says that it cannot be used now, and state that it can", "Use state: present for both")
    if state == "inactive" and (begins_later or ("ends_at" in wanted and not is_over)):
        raise _invalid("starts_at or ends_at says that it can be used later, and state that it cannot", "Use state: present for both")


def moment_of(text: str, option: str) -> str:
    """A moment in UTC, in whole seconds; without a zone it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _invalid(f"{option} is {redaction.plain(text, 60)!r}", "Give a moment with its zone, such as 2026-11-27T00:00:00+01:00 or 2026-11-26T23:00:00Z")
    return written(moment.timestamp())


def written(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), tz=UTC).isoformat().replace("+00:00", "Z")


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _share(given: float) -> float:
    if not math.isfinite(given) or given <= 0:
        raise _invalid(f"percentage is {given:g}", "Give it as a share above 0, such as 0.15 for 15 %")
    if given > 1:
        raise _invalid(f"percentage is {given:g}, which is more than all of the price", f"It is a share: 15 % is 0.15, so you may mean {given / 100:g}")
    return round(given, 6)


def _money(text: str, option: str) -> str:
    if not _MONEY.fullmatch(text.strip()) or Decimal(text.strip()) <= 0:
        raise _invalid(f"{option} is {redaction.plain(text, 40)!r}", "Give an amount above 0, such as 5.00, in the shop's currency")
    return _plain_number(Decimal(text.strip()))


def _plain_number(value: Decimal) -> str:
    """5.0, 5.00 and 5 are one amount."""
    return f"{value.normalize():f}"


def _context(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    customers, segments = given.get("customers"), given.get("customer_segments")
    if not (given.get("all") or customers or segments):
        raise _invalid("context names nobody", "Give all: true, or at least one of customers or customer_segments")
    return {
        "all": bool(given.get("all")),
        "customers": sorted({gid("Customer", one, "context.customers") for one in customers or []}),
        "customer_segments": sorted({gid("Segment", one, "context.customer_segments") for one in segments or []}),
    }


def _tags(given: list[str]) -> list[str]:
    tags = sorted({tag.strip() for tag in given})
    for tag in tags:
        if not tag or "," in tag or not tag.isprintable():
            raise _invalid(f"tags: {redaction.plain(tag, 80)!r} cannot be a tag", "Give it without commas")
    return tags


def _invalid(message: str, hint: str) -> Failure:
    return Failure("invalid", message, hint, VENDOR)


# -- what is there
def discount(identity: t.Any, raw: t.Any, operation: Operation) -> Discount:
    """From an answer. A kind that nobody knows here keeps the vendor's name."""
    known = raw if isinstance(raw, dict) else {}
    kind = known.get("__typename")
    if not all(isinstance(one, str) and one for one in (identity, kind)):
        raise malformed(operation, "holds a discount without id or kind")
    if kind not in KINDS:
        return Discount(redaction.plain(identity, 200), redaction.plain(kind, 100), (), "", 0, {})
    if not all(isinstance(known.get(name), str) for name in ("title", "status", "startsAt")):
        raise malformed(operation, "holds a discount without title, status or start")
    settings: dict[str, t.Any] = {
        "title": redaction.plain(known["title"], 300),
        "starts_at": _moment(known["startsAt"], operation),
        "ends_at": _moment(known["endsAt"], operation) if known.get("endsAt") is not None else None,
    }
    if not kind.startswith("DiscountAutomatic"):
        settings |= {"usage_limit": _count(known.get("usageLimit"), operation), "once_per_customer": known.get("appliesOncePerCustomer") is True}
    each_item = False
    if "customerGets" in known:
        value, each_item = _value(known["customerGets"], operation)
        settings |= value
    if "context" in known:
        settings |= {"context": _selected(known["context"], operation), **_minimum(known.get("minimumRequirement"), operation)}
    if "tags" in known:
        settings["tags"] = sorted(redaction.plain(tag, 300) for tag in _texts(known["tags"], operation))
    return Discount(
        redaction.plain(identity, 200),
        KINDS[kind],
        tuple(redaction.plain(code, 300) for code in _codes(known, operation)),
        redaction.plain(known["status"], 40),
        _count(known.get("asyncUsageCount"), operation) or 0,
        settings,
        each_item,
    )


def _codes(known: dict[str, t.Any], operation: Operation) -> list[str]:
    if "codes" not in known:
        return []
    listed = known["codes"].get("nodes") if isinstance(known["codes"], dict) else None
    return _texts([one.get("code") if isinstance(one, dict) else None for one in listed] if isinstance(listed, list) else None, operation)


def _texts(listed: t.Any, operation: Operation) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise malformed(operation, "holds a discount whose codes or tags are no texts")
    return t.cast("list[str]", listed)


def _count(value: t.Any, operation: Operation) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise malformed(operation, "holds a discount whose limit or use is no number")
    return value


def _moment(value: t.Any, operation: Operation) -> str:
    try:
        return written(datetime.fromisoformat(value).timestamp())
    except (TypeError, ValueError, OverflowError) as error:
        raise malformed(operation, "holds a discount whose times cannot be read") from error


def _decimal(value: t.Any, operation: Operation) -> str:
    try:
        amount = Decimal(value) if isinstance(value, str) and len(value) < 40 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount.adjusted()) > 30:
        raise malformed(operation, "holds an amount that is no number")
    return _plain_number(amount)


def _value(gets: t.Any, operation: Operation) -> tuple[dict[str, t.Any], bool]:
    value = gets.get("value") if isinstance(gets, dict) else None
    if not isinstance(value, dict):
        raise malformed(operation, "holds a discount without its value")
    if value.get("__typename") == "DiscountPercentage":
        share = value.get("percentage")
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not math.isfinite(share):
            raise malformed(operation, "holds a percentage that is no number")
        return {"percentage": round(float(share), 6), "amount": None}, False
    if value.get("__typename") == "DiscountAmount":
        money = value["amount"] if isinstance(value.get("amount"), dict) else {}
        return {"percentage": None, "amount": _decimal(money.get("amount"), operation)}, value.get("appliesOnEachItem") is True
    return {"percentage": None, "amount": None}, False


def _selected(context: t.Any, operation: Operation) -> dict[str, t.Any]:
    known = context if isinstance(context, dict) else {}
    chosen: dict[str, t.Any] = {"all": known.get("__typename") == "DiscountBuyerSelectionAll", "customers": [], "customer_segments": []}
    for typename, key, name in (("DiscountCustomers", "customers", "customers"), ("DiscountCustomerSegments", "segments", "customer_segments")):
        if known.get("__typename") == typename:
            listed = known.get(key)
            if not isinstance(listed, list) or not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in listed):
                raise malformed(operation, "does not say who may use a discount")
            chosen[name] = sorted(redaction.plain(one["id"], 200) for one in listed)
    return chosen


def _minimum(raw: t.Any, operation: Operation) -> dict[str, t.Any]:
    known = raw if isinstance(raw, dict) else {}
    quantity, subtotal = known.get("greaterThanOrEqualToQuantity"), known.get("greaterThanOrEqualToSubtotal")
    if quantity is not None and not (isinstance(quantity, (str, int)) and str(quantity).isascii() and str(quantity).isdigit() and len(str(quantity)) < 20):
        raise malformed(operation, "holds a minimum that is no number")
    return {
        "minimum_quantity": int(quantity) if quantity is not None else None,
        "minimum_subtotal": _decimal(subtotal.get("amount"), operation) if isinstance(subtotal, dict) else None,
    }


# -- how they compare
def is_so(one: Discount, wanted: t.Mapping[str, t.Any]) -> bool:
    return all(one.settings.get(name) == value for name, value in wanted.items())


def with_wanted(settings: t.Mapping[str, t.Any], wanted: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The settings as they will be: a percentage takes the place of an amount, and the other way round."""
    other = {"percentage": "amount", "amount": "percentage"}
    return {**settings, **{other[name]: None for name in other if name in wanted}, **wanted}


def status_at(settings: t.Mapping[str, t.Any], now: float) -> str:
    if settings.get("ends_at") is not None and seconds(settings["ends_at"]) <= now:
        return "EXPIRED"
    return "SCHEDULED" if seconds(settings["starts_at"]) > now else "ACTIVE"


def input_of(changed: t.Mapping[str, t.Any], before: Discount | None) -> dict[str, t.Any]:
    """These settings in the vendor's words."""
    names = {"title": "title", "starts_at": "startsAt", "ends_at": "endsAt", "usage_limit": "usageLimit", "once_per_customer": "appliesOncePerCustomer"}
    sent: dict[str, t.Any] = {names.get(name, name): value for name, value in changed.items() if name in names or name == "tags"}
    if changed.get("percentage") is not None:
        sent["customerGets"] = {"value": {"percentage": changed["percentage"]}}
    elif changed.get("amount") is not None:
        each = before.each_item if before else False
        sent["customerGets"] = {"value": {"discountAmount": {"amount": changed["amount"], "appliesOnEachItem": each}}}
    if "context" in changed:
        sent["context"] = _context_input(changed["context"], before.settings["context"] if before else EVERYBODY)
    if "minimum_quantity" in changed:
        sent["minimumRequirement"] = {"quantity": {"greaterThanOrEqualToQuantity": str(changed["minimum_quantity"])}}
    elif "minimum_subtotal" in changed:
        sent["minimumRequirement"] = {"subtotal": {"greaterThanOrEqualToSubtotal": changed["minimum_subtotal"]}}
    return sent


def _context_input(wanted: t.Mapping[str, t.Any], now: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    if wanted["all"]:
        return {"all": "ALL"}
    name, key = ("customers", "customers") if wanted["customers"] else ("customer_segments", "customerSegments")
    add, remove = ([one for one in some if one not in others] for some, others in ((wanted[name], now[name]), (now[name], wanted[name])))
    return {key: {"add": add, **({"remove": remove} if remove else {})}}

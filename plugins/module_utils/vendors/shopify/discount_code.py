# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A basic discount by its code: made, changed, opened, closed and removed once.

Facts (Shopify GraphQL Admin API): there is one discount of each code, and a second one is refused with ``TAKEN``. Activating ends a start
in the future and takes away an end in the past; deactivating sets the end to now.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import discount_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import discounts, searches
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect, nodes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.discounts import Discount

# What the status is to be in each state.
STATUS = {"active": "ACTIVE", "inactive": "EXPIRED"}
MOMENTS = ("starts_at", "ends_at")
# What one query may cost bounds the page: a discount of unknown kind may be any of eight.
PAGE = 40


# -- what is there
def found(client: Shop, operation: Operation, code: str) -> tuple[str, Discount | None]:
    """The shop's currency, and the discount of this code. One request."""
    data = client.ask(operation, code=code)
    shop = data.get("shop")
    if not isinstance(shop, dict) or not isinstance(shop.get("currencyCode"), str) or "codeDiscountNodeByCode" not in data:
        raise malformed(operation, "holds no shop, or does not say whether there is such a code")
    raw = data["codeDiscountNodeByCode"]
    return redaction.plain(shop["currencyCode"], 20), None if raw is None else _of_node(raw, operation)


def _of_node(raw: t.Any, operation: Operation) -> Discount:
    known = raw if isinstance(raw, dict) else {}
    return discounts.discount(known.get("id"), known.get("codeDiscount"), operation)


# -- doing it
def execute(task: Task) -> dict[str, t.Any]:
    """What the module shopify_discount_code does; its documentation tells options and result."""
    params = task.params
    code, wanted = discounts.code_of(params["code"]), discounts.wanted_of(params, clock.now())
    client = connect(task, params)
    if "tags" in wanted:
        client.needs(op.TAGGED_DISCOUNT.since, "tags")
    work = _Work(client, op.TAGGED_DISCOUNT if "tags" in wanted else op.DISCOUNT, code, wanted)
    currency, before = found(client, work.look_with, code)
    _refuse_what_cannot_be(params, currency, code, before, wanted)
    state = params["state"]
    after: Discount | None = None
    if state == "absent":
        if before is not None:
            _refuse_several(before, code)
            work.delete(before)
    elif before is None:
        after = None if state == "inactive" else work.create()
    else:
        after = work.change(before, state)
    return {
        **client.told(),
        "changed": bool(task.gate.changes),
        "discount": {"code": code, "state": state, "currency": currency, **(after.shown() if after else {"id": None})},
        "diff": {"before": {"discount": _told(before, wanted, state)}, "after": {"discount": _told(after, wanted, state)}},
    }


def _told(one: Discount | None, wanted: t.Mapping[str, t.Any], state: str) -> dict[str, t.Any] | None:
    """Of a diff: what the task manages. Times that only the apply can tell are left to the result."""
    if one is None:
        return None
    named = [name for name in one.settings if name in discounts.with_wanted(wanted, wanted)]
    shown = {name: one.settings[name] for name in named} if state != "absent" else dict(one.settings)
    return {**shown, **({"status": one.status} if state != "present" else {})}


def _refuse_what_cannot_be(params: t.Mapping[str, t.Any], currency: str, code: str, before: Discount | None, wanted: t.Mapping[str, t.Any]) -> None:
    if before is not None and before.kind != discounts.BASIC:
        raise refuse(
            f"the discount of {code} is of the kind {before.kind}, and only basic ones can be changed here",
            "Use another code, or change it where it was made: the shop's admin, or the app it belongs to",
            "other_kind",
        )
    if params["currency"] is not None and params["currency"].strip().upper() != currency:
        given = redaction.plain(params["currency"], 20)
        raise refuse(f"the amount is meant in {given}, and the shop's currency is {currency}", "Correct currency, and the amount with it", "currency")
    if before is not None:
        for mine, other in (("minimum_quantity", "minimum_subtotal"), ("minimum_subtotal", "minimum_quantity")):
            if mine in wanted and before.settings.get(other) is not None:
                raise refuse(f"{code} has a {other} already, and Shopify knows one minimum of a discount", "Take it away in the shop's admin first", "minimum")
    elif params["state"] in ("present", "active") and not ("percentage" in wanted or "amount" in wanted):
        raise Failure("invalid", f"there is no discount {code} yet, and a new one needs its value", "Give percentage, or amount with currency", VENDOR)


def _refuse_several(one: Discount, code: str) -> None:
    if len(one.codes) > 1:
        raise refuse(
            f"the discount {one.id} has more codes than {code}: to change it would change them all",
            "Change it in the shop's admin, or give this code a discount of its own",
            "several_codes",
        )


@dataclasses.dataclass(frozen=True)
class _Work:
    client: Shop
    look_with: Operation
    code: str
    wanted: dict[str, t.Any]

    def now(self) -> Discount | None:
        return found(self.client, self.look_with, self.code)[1]

    def create(self) -> Discount:
        settings = discounts.with_wanted({"title": self.code, "context": discounts.EVERYBODY}, self.wanted)
        sent = {"code": self.code, **discounts.input_of(settings, None)}
        sent["customerGets"]["items"] = {"all": True}
        variables = {"discount": {"startsAt": discounts.written(clock.now()), **sent}}

        def seen() -> Discount | None:
            one = self.now()
            return one if one is not None and one.kind == discounts.BASIC and discounts.is_so(one, self.wanted) else None

        # When it starts is known to the apply alone, so the plan's fingerprint is of the rest.
        made = self._send(op.CREATE_DISCOUNT, self.code, variables, seen, {"discount": sent})
        if made is not None:
            return made
        known = KnownAfter(op.CREATE_DISCOUNT.name)
        usual = {"starts_at": known, "ends_at": None, "usage_limit": None, "once_per_customer": False, "minimum_quantity": None, "minimum_subtotal": None}
        merged = {**usual, **settings}
        status = "ACTIVE" if planned(merged["starts_at"]) else discounts.status_at(merged, clock.now())
        return Discount(t.cast(str, known), discounts.BASIC, (self.code,), status, 0, merged)

    def change(self, before: Discount, state: str) -> Discount:
        changed = {name: value for name, value in self.wanted.items() if before.settings.get(name) != value}
        one = before
        if changed:
            _refuse_several(before, self.code)
            one = self._update(before, changed)
        if state not in STATUS or one.status == STATUS[state]:
            return one
        _refuse_several(before, self.code)
        return self._switch(one, state)

    def _update(self, before: Discount, changed: dict[str, t.Any]) -> Discount:
        def seen() -> Discount | None:
            one = self.now()
            return one if one is not None and one.id == before.id and discounts.is_so(one, self.wanted) else None

        variables = {"id": before.id, "discount": discounts.input_of(changed, before)}
        made = self._send(op.UPDATE_DISCOUNT, f"{self.code}: {', '.join(changed)}", variables, seen)
        if made is not None:
            return made
        settings = discounts.with_wanted(before.settings, changed)
        is_moved = any(name in changed for name in MOMENTS)
        return dataclasses.replace(before, settings=settings, status=discounts.status_at(settings, clock.now()) if is_moved else before.status)

    def _switch(self, one: Discount, state: str) -> Discount:
        operation = op.ACTIVATE_DISCOUNT if state == "active" else op.DEACTIVATE_DISCOUNT

        def seen() -> Discount | None:
            now = self.now()
            return now if now is not None and now.id == one.id and now.status == STATUS[state] else None

        made = self._send(operation, self.code, {"id": one.id}, seen)
        if made is not None:
            if made.status != STATUS[state]:
                hint = "Look at it in the shop's admin: its times or its app may not allow it"
                raise Failure("failed", f"{self.code} is {made.status} after {operation.name}", hint, VENDOR, operation.name, state=made.status)
            return made
        known, settings, now = KnownAfter(operation.name), dict(one.settings), clock.now()
        if state == "inactive":
            settings["ends_at"] = known
        elif settings["ends_at"] is not None and discounts.seconds(settings["ends_at"]) <= now:
            settings["ends_at"] = None
        if discounts.seconds(settings["starts_at"]) > now:
            settings["starts_at"] = known
        return dataclasses.replace(one, status=STATUS[state], settings=settings)

    def delete(self, one: Discount) -> None:
        def gone() -> dict[str, t.Any] | None:
            now = self.now()
            return {"seen": True} if now is None or now.id != one.id else None

        try:
            self.client.change(op.DELETE_DISCOUNT, self.code, variables={"id": one.id}, look=gone)
        except Failure as failure:
            if failure.kind not in ("not_found", "protocol", "invalid") or failure.status is None or gone() is None:
                raise

    def _send(
        self, operation: Operation, target: str, variables: dict[str, t.Any], seen: t.Callable[[], Discount | None], stands_for: t.Any = None
    ) -> Discount | None:
        """The discount as it now is, as the answer has it, or as it was found when the answer was lost; None where it was only planned."""

        def look() -> dict[str, t.Any] | None:
            one = seen()
            return {"seen": one} if one else None

        try:
            answer = self.client.change(operation, target, variables=variables, look=look, stands_for=stands_for)
            if planned(answer):
                return None
            if "seen" in answer:
                return t.cast(Discount, answer["seen"])
            one = _of_node((answer.get(operation.name) or {}).get("codeDiscountNode"), operation)
        except Failure as failure:
            # TAKEN: somebody else was quicker, or a request of ours whose answer was lost.
            there = look() if failure.kind in ("conflict", "protocol") else None
            if there is None:
                raise
            return t.cast(Discount, there["seen"])
        if "tags" in self.wanted:
            # No answer to a change tells them.
            one = dataclasses.replace(one, settings={**one.settings, "tags": self.wanted["tags"]})
        wrong = [name for name, value in self.wanted.items() if one.settings.get(name) != value]
        if wrong:
            hint = "Look at it in the shop's admin before customers do; the same command would try again"
            raise Failure("failed", f"{self.code} was changed, and {', '.join(wrong)} is not as wanted", hint, VENDOR, operation.name)
        return one


# -- looking
def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module shopify_discount_code_info does; its documentation tells options and result."""
    params = task.params
    if params["code"] is not None:
        code = discounts.code_of(params["code"])
        client = connect(task, params)
        one = found(client, op.DISCOUNT, code)[1]
        listed = [] if one is None else [one]
    else:
        terms = [f"{name}:{params[name]}" for name in ("status", "method") if params[name] is not None]
        if params["updated_since"] is not None:
            terms.append(searches.since("updated_at", params["updated_since"], "updated_since"))
        client = connect(task, params)
        listed = list(_all(client, " AND ".join(terms) or None))
    return {**client.told(), "discounts": [one.shown() for one in listed]}


def _all(client: Shop, query: str | None) -> t.Iterator[Discount]:
    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        return nodes(client.ask(op.DISCOUNTS, first=PAGE, after=after, query=query).get("discountNodes"), op.DISCOUNTS)

    for raw in paging.pages(fetch, "discounts"):
        yield discounts.discount(raw.get("id"), raw.get("discount"), op.DISCOUNTS)

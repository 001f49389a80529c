# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription contracts, the cycles in which they are billed, and the attempts to bill them. Each belongs to the app that made it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import searching
from .customers import CustomerResolvers
from .orders import FIRST_ORDER, Order, customer_of
from .shelf import Shelf
from .state import Json, connection, gid, number_of, when

DAY = 86400.0
USUAL = 300
FIRST_CONTRACT = 26_000_000_000
MONTH = 30 * DAY
# An attempt is worked on for so many seconds.
PROCESSING = 8.0
# Of every 20 contracts so many of each status.
STATUSES = ("ACTIVE",) * 13 + ("PAUSED",) * 2 + ("CANCELLED",) * 3 + ("EXPIRED", "FAILED")
LAST_CYCLE = 120
# Whose card is declined, and whose bank wants to ask: by the place of the contract.
DECLINED, ASKED = 7, 11


@dataclass
class Attempt:
    number: int
    contract: int
    cycle: int
    key: str
    created: float
    completed: float
    # succeeded, asked, or the code of the error.
    outcome: str

    def state(self, now: float) -> str:
        return self.outcome if self.completed <= now else "pending"


@dataclass
class Contract:
    """``billed``: so many cycles were billed when the world began."""

    number: int
    app: int
    customer: int
    status: str
    created: float
    updated: float
    billed: int
    revision: int = 1
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def place(self) -> int:
        return self.number - FIRST_CONTRACT

    def is_billed(self, cycle: int, now: float) -> bool:
        return cycle <= self.billed or any(one.cycle == cycle and one.state(now) == "succeeded" for one in self.attempts)

    def next_cycle(self, now: float) -> int:
        return next(cycle for cycle in range(self.billed + 1, LAST_CYCLE + 2) if not self.is_billed(cycle, now))


def seed(count: int, customers: int, apps: tuple[int, int], now: float) -> Shelf[Contract]:
    """Every fiftieth belongs to the other app. The same number is the same contract in every world."""

    def make(place: int) -> Contract:
        number, created = FIRST_CONTRACT + place, now - (400 - place * 380 / count) * DAY
        status = STATUSES[place % len(STATUSES)]
        billed = int((now - created) // MONTH) if status != "FAILED" else int((now - created) // MONTH // 2)
        return Contract(number, apps[place % 50 == 49], customer_of(place, customers), status, created, created + billed * MONTH, max(billed, 1))

    return Shelf(FIRST_CONTRACT, count, make)


class SubscriptionResolvers(CustomerResolvers):
    # Of orders, whose room is beside this one.
    _render_order: t.Callable[[Order], Json]

    # -- queries
    def subscriptionContract(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_own_subscription_contracts", "subscriptionContract")
        it = self._contract(id)
        return self._render_contract(it) if it else None

    _node_SubscriptionContract = subscriptionContract

    def subscriptionContracts(self, _info: t.Any, query: str | None = None, sortKey: str = "CREATED_AT", **arguments: t.Any) -> Json:
        self._need("read_own_subscription_contracts", "subscriptionContracts")
        mine = [it for it in self._shopify.contracts.things() if it.app == self._app.number]
        matches: dict[str, searching.Match] = {
            "id": lambda it, value: str(it.number) == value,
            "status": lambda it, value: it.status == value.upper(),
            "customer_id": lambda it, value: str(it.customer) == value,
        }
        moments: dict[str, searching.Moment] = {"created_at": lambda it: it.created, "updated_at": lambda it: it.updated}
        found, warnings = searching.chosen(mine, query, matches, moments)
        if warnings:
            self.searches.append({"path": ["subscriptionContracts"], "query": query, "warnings": warnings})
        keys: dict[str, t.Callable[[Contract], t.Any]] = {
            "ID": lambda it: it.number,
            "CREATED_AT": lambda it: (it.created, it.number),
            "STATUS": lambda it: (it.status, it.number),
            "UPDATED_AT": lambda it: (it.updated, it.number),
        }
        return connection(sorted(found, key=keys[sortKey]), self._render_contract, arguments)

    def subscriptionBillingAttempt(self, _info: t.Any, id: str) -> Json | None:
        self._need("read_own_subscription_contracts", "subscriptionBillingAttempt")
        return self._attempt_of(id)

    _node_SubscriptionBillingAttempt = subscriptionBillingAttempt

    def subscriptionBillingCycle(self, _info: t.Any, billingCycleInput: Json) -> Json | None:
        self._need("read_own_subscription_contracts", "subscriptionBillingCycle")
        it = self._contract(billingCycleInput["contractId"])
        cycle = self._cycle(it, billingCycleInput["selector"]) if it else None
        return self._render_cycle(it, cycle) if it and cycle else None

    # -- mutations
    def subscriptionContractPause(self, _info: t.Any, subscriptionContractId: str) -> Json:
        return self._become(subscriptionContractId, "PAUSED", ("ACTIVE",))

    def subscriptionContractActivate(self, _info: t.Any, subscriptionContractId: str) -> Json:
        return self._become(subscriptionContractId, "ACTIVE", ("PAUSED", "FAILED"))

    def subscriptionContractCancel(self, _info: t.Any, subscriptionContractId: str) -> Json:
        return self._become(subscriptionContractId, "CANCELLED", ("ACTIVE", "PAUSED", "FAILED"))

    def _become(self, identity: str, status: str, from_: tuple[str, ...]) -> Json:
        self._need("write_own_subscription_contracts", "subscriptionContract")
        it = self._contract(identity)

        def no(message: str, code: str) -> Json:
            return {"contract": None, "userErrors": [{"field": ["subscriptionContractId"], "message": message, "code": code}]}

        if it is None:
            return no("Subscription contract does not exist", "INVALID")
        if it.status != status:
            if it.status in ("CANCELLED", "EXPIRED"):
                return no("The contract is terminated and cannot be changed", "CONTRACT_TERMINATED")
            if it.status not in from_:
                return no(f"A contract that is {it.status.lower()} cannot become {status.lower()}", "INVALID")
            it.status, it.updated, it.revision = status, self._shopify.world.now(), it.revision + 1
            self._shopify.world.changed()
        return {"contract": self._render_contract(it), "userErrors": []}

    def subscriptionBillingAttemptCreate(self, _info: t.Any, subscriptionContractId: str, subscriptionBillingAttemptInput: Json) -> Json:
        """What the same key was given for is answered again. Nothing else keeps a client from billing a cycle twice."""
        self._need("write_own_subscription_contracts", "subscriptionBillingAttemptCreate")
        wish, it, now = subscriptionBillingAttemptInput, self._contract(subscriptionContractId), self._shopify.world.now()

        def no(message: str, code: str, *place: str) -> Json:
            return {"subscriptionBillingAttempt": None, "userErrors": [{"field": list(place) or None, "message": message, "code": code}]}

        if it is None:
            return no("Subscription contract does not exist", "CONTRACT_NOT_FOUND", "subscriptionContractId")
        if not wish["idempotencyKey"].strip():
            return no("Idempotency key can't be blank", "BLANK", "subscriptionBillingAttemptInput", "idempotencyKey")
        known = next((one for one in it.attempts if one.key == wish["idempotencyKey"]), None)
        if known is not None:
            return {"subscriptionBillingAttempt": self._render_attempt(known), "userErrors": []}
        if it.status == "PAUSED":
            return no("The contract is paused", "CONTRACT_PAUSED", "subscriptionContractId")
        if it.status in ("CANCELLED", "EXPIRED"):
            return no("The contract is terminated", "CONTRACT_TERMINATED", "subscriptionContractId")
        cycle = self._cycle(it, wish.get("billingCycleSelector") or {"date": when(now)})
        if cycle is None:
            return no("There is no such cycle", "CYCLE_INDEX_OUT_OF_RANGE", "subscriptionBillingAttemptInput", "billingCycleSelector")
        place = it.place
        outcome = "INSUFFICIENT_FUNDS" if place % DECLINED == DECLINED - 1 else "asked" if place % ASKED == ASKED - 1 else "succeeded"
        made = Attempt(self._shopify.next_number(), it.number, cycle, wish["idempotencyKey"], now, now + PROCESSING, outcome)
        it.attempts.append(made)
        self._shopify.world.changed()
        return {"subscriptionBillingAttempt": self._render_attempt(made), "userErrors": []}

    # -- what they rest on
    def _contract(self, identity: str) -> Contract | None:
        it = self._shopify.contracts.get(number_of("SubscriptionContract", identity) or 0)
        return it if it is not None and it.app == self._app.number else None

    def _cycle(self, it: Contract, selector: Json) -> int | None:
        if selector.get("index") is not None:
            index = selector["index"]
        elif selector.get("date") is not None:
            moment = datetime.fromisoformat(selector["date"])
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
            index = int((seconds - it.created) // MONTH) + 1
        else:
            return None
        return index if 1 <= index <= LAST_CYCLE else None

    def _attempt_of(self, identity: str) -> Json | None:
        number = number_of("SubscriptionBillingAttempt", identity)
        mine = (it for it in self._shopify.contracts.things() if it.app == self._app.number)
        it = next((one for contract in mine for one in contract.attempts if one.number == number), None)
        return self._render_attempt(it) if it else None

    # -- how they look
    def _render_contract(self, it: Contract) -> Json:
        def attempts(_info: t.Any, **arguments: t.Any) -> Json:
            return connection(it.attempts, self._render_attempt, arguments)

        now = self._shopify.world.now()
        ended = [one for one in it.attempts if one.completed <= now and one.outcome != "asked"]
        has_failed = ended[-1].outcome != "succeeded" if ended else it.status == "FAILED"
        customer = self._shopify.customers.get(it.customer)
        is_over = it.status in ("CANCELLED", "EXPIRED")
        return {
            "__typename": "SubscriptionContract",
            "id": gid("SubscriptionContract", it.number),
            "status": it.status,
            "createdAt": when(it.created),
            "updatedAt": when(it.updated),
            "nextBillingDate": None if is_over else when(it.created + (it.next_cycle(now) - 1) * MONTH),
            "lastPaymentStatus": "FAILED" if has_failed else "SUCCEEDED",
            "lastBillingAttemptErrorType": "PAYMENT_ERROR" if has_failed else None,
            "revisionId": str(it.revision),
            "currencyCode": "EUR",
            "note": None,
            "billingPolicy": {"interval": "MONTH", "intervalCount": 1, "minCycles": None, "maxCycles": None},
            "customer": self._render_customer(customer) if customer else None,
            "originOrder": lambda _info: self._origin(it),
            "billingAttempts": attempts,
        }

    def _origin(self, it: Contract) -> Json | None:
        order = self._shopify.orders.get(FIRST_ORDER + it.place)
        return self._render_order(order) if order else None

    def _render_cycle(self, it: Contract, cycle: int) -> Json:
        def attempts(_info: t.Any, **arguments: t.Any) -> Json:
            return connection([one for one in it.attempts if one.cycle == cycle], self._render_attempt, arguments)

        start = it.created + (cycle - 1) * MONTH
        return {
            "cycleIndex": cycle,
            "cycleStartAt": when(start),
            "cycleEndAt": when(start + MONTH),
            "billingAttemptExpectedDate": when(start),
            "skipped": False,
            "sourceContract": lambda _info: self._render_contract(it),
            "status": "BILLED" if it.is_billed(cycle, self._shopify.world.now()) else "UNBILLED",
            "billingAttempts": attempts,
        }

    def _render_attempt(self, it: Attempt) -> Json:
        now = self._shopify.world.now()
        return {
            "__typename": "SubscriptionBillingAttempt",
            "id": gid("SubscriptionBillingAttempt", it.number),
            "idempotencyKey": it.key,
            "createdAt": when(it.created),
            "completedAt": when(it.completed) if it.completed <= now and it.outcome != "asked" else None,
            "originTime": None,
            "subscriptionContract": lambda _info: self._render_contract(self._shopify.contracts[it.contract]),
            "state": _state(it, now),
        }


def _state(it: Attempt, now: float) -> Json:
    state, name = it.state(now), "SubscriptionBillingAttempt"
    if state == "pending":
        return {"__typename": f"{name}PendingState", "processing": True}
    if state == "succeeded":
        return {"__typename": f"{name}SuccessState", "order": _order(it.number)}
    if state == "asked":
        challenge = {"__typename": f"{name}PaymentChallenge", "nextActionUrl": f"https://shop.example.com/challenges/{it.number}"}
        return {"__typename": f"{name}ActionRequiredState", "action": challenge}
    return {"__typename": f"{name}FailedState", "error": {"__typename": f"{name}PaymentError", "code": state}}


def _order(number: int) -> Json:
    return {"__typename": "Order", "id": gid("Order", number), "name": f"#S{number % 100000}"}

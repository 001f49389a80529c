# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A billing cycle of a subscription contract is billed, once.

Facts (Shopify GraphQL Admin API): nothing is billed but by the app that made the contract, one attempt for each wish. An attempt has an
idempotency key, and the same key is the same attempt. Two keys are two attempts, and may be two payments: so the attempts of the cycle are
looked at first, and none is made where one is under way or has succeeded.
"""

from __future__ import annotations

import dataclasses
import typing as t
import uuid
from datetime import datetime

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction, waiting
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import billing_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect, gid, nodes, shop_domain

PENDING, SUCCEEDED, FAILED, ACTION = "pending", "succeeded", "failed", "action_required"
STATES = {
    "SubscriptionBillingAttemptPendingState": PENDING,
    "SubscriptionBillingAttemptSuccessState": SUCCEEDED,
    "SubscriptionBillingAttemptFailedState": FAILED,
    "SubscriptionBillingAttemptActionRequiredState": ACTION,
}
BILLED, UNBILLED = "BILLED", "UNBILLED"
# A contract in one of these states is not billed.
CLOSED = ("PAUSED", "CANCELLED", "EXPIRED")
# So many attempts of a cycle are looked at: with more, nobody knows whether one of them has succeeded.
MOST_ATTEMPTS = 100
LATEST_CYCLE = 100_000


@dataclasses.dataclass(frozen=True)
class Attempt:
    id: str
    key: str
    state: str
    error: str | None
    order: str | None
    order_name: str | None
    created_at: str
    completed_at: str | None


@dataclasses.dataclass(frozen=True)
class Cycle:
    status: str
    contract_status: str
    due: float
    due_at: str
    skipped: bool
    attempts: tuple[Attempt, ...]

    def of_key(self, key: str) -> Attempt | None:
        return next((one for one in self.attempts if one.key == key), None)

    @property
    def paid(self) -> Attempt | None:
        return next((one for one in self.attempts if one.state == SUCCEEDED), None)


# -- what is there
def found(client: Shop, contract: str, index: int) -> Cycle:
    """One request."""
    data = client.ask(op.CYCLE, input={"contractId": contract, "selector": {"index": index}}, first=MOST_ATTEMPTS)
    raw = data.get("subscriptionBillingCycle")
    if raw is None and "subscriptionBillingCycle" in data:
        raise Failure(
            "not_found",
            f"there is no billing cycle {index} of {contract}, or another app made the contract",
            "Check both, and use the token of the app that sells the subscriptions: no other app sees its contracts",
            VENDOR,
            op.CYCLE.name,
        )
    known = raw if isinstance(raw, dict) else {}
    contract_of = known["sourceContract"] if isinstance(known.get("sourceContract"), dict) else {}
    if not all(isinstance(one, str) and one for one in (known.get("status"), known.get("billingAttemptExpectedDate"), contract_of.get("status"))):
        raise malformed(op.CYCLE, "holds a billing cycle without status, date or contract")
    if not isinstance(known.get("skipped"), bool) or known.get("cycleIndex") != index:
        raise malformed(op.CYCLE, "holds another billing cycle, or does not say whether it is skipped")
    listed, more = nodes(known.get("billingAttempts"), op.CYCLE)
    if more is not None:
        raise refuse(f"the cycle has more than {MOST_ATTEMPTS} attempts", "Look into the app that bills it: something makes attempts without end", "attempts")
    return Cycle(
        redaction.plain(known["status"], 40),
        redaction.plain(contract_of["status"], 40),
        _seconds(known["billingAttemptExpectedDate"]),
        redaction.plain(known["billingAttemptExpectedDate"], 40),
        known["skipped"],
        tuple(_attempt(one, op.CYCLE) for one in listed),
    )


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise malformed(op.CYCLE, "holds a date that cannot be read") from error


def _attempt(raw: t.Any, operation: Operation) -> Attempt:
    known = raw if isinstance(raw, dict) else {}
    state = known["state"] if isinstance(known.get("state"), dict) else {}
    if not all(isinstance(one, str) and one for one in (known.get("id"), known.get("idempotencyKey"), state.get("__typename"))):
        raise malformed(operation, "holds an attempt without id, key or state")
    order, error = (state[name] if isinstance(state.get(name), dict) else {} for name in ("order", "error"))
    code = next((error[name] for name in ("payment", "inventory", "general") if error.get(name)), error.get("__typename"))
    return Attempt(
        redaction.plain(known["id"], 200),
        redaction.plain(known["idempotencyKey"], 300),
        STATES.get(state["__typename"]) or redaction.plain(state["__typename"], 100),
        _text(code),
        _text(order.get("id")),
        _text(order.get("name")),
        redaction.plain(known.get("createdAt") or "", 40),
        _text(known.get("completedAt")),
    )


def _text(value: t.Any) -> str | None:
    return redaction.plain(value, 200) if value is not None else None


# -- doing it
def key_of(shop: str, contract: str, index: int, name: str) -> str:
    """The same wish has the same key, also in another run."""
    return f"saasops-{uuid.uuid5(uuid.NAMESPACE_URL, f'https://{shop}/{contract}/{index}/{name}')}"


def execute(task: Task) -> dict[str, t.Any]:
    """What the module shopify_subscription_billing does; its documentation tells options and result."""
    params = task.params
    contract, index, name = gid("SubscriptionContract", params["contract"], "contract"), params["cycle"], params["key"].strip()
    if not 1 <= index <= LATEST_CYCLE:
        raise Failure("invalid", f"cycle is {index}", "Give the number of the cycle; the first one is 1", VENDOR)
    if not name or len(name) > 100 or not name.isprintable():
        raise Failure("invalid", f"key is {redaction.plain(params['key'], 80)!r}", "Give a text that names this attempt, such as retry-2", VENDOR)
    client = connect(task, params)
    client.needs(op.CYCLE.since, "shopify_subscription_billing")
    key = key_of(shop_domain(params["shop"]), contract, index, name)
    before = found(client, contract, index)
    mine = before.of_key(key)
    if before.status != BILLED and before.paid is None:
        if mine is None:
            _refuse_what_is_not_due(before, contract, index)
            mine = _make(client, contract, index, key)
        if not planned(mine):
            mine = _ended(task, client, contract, index, mine)
    shown: dict[str, t.Any]
    if planned(mine):
        told_later = dict.fromkeys(("id", "state", "order", "order_name", "created_at", "completed_at"), mine)
        shown = {**told_later, "key": key, "error": None}
    else:
        one = before.paid or mine
        shown = dataclasses.asdict(one) if one else {}
    return {
        **client.told(),
        "changed": bool(task.gate.changes),
        "billing": {"contract": contract, "cycle": index, "status": BILLED, "due_at": before.due_at, "attempt": shown or None},
        "diff": {"before": {"status": before.status}, "after": {"status": BILLED if task.gate.changes else before.status}},
    }


def _refuse_what_is_not_due(cycle: Cycle, contract: str, index: int) -> None:
    under_way = next((one for one in cycle.attempts if one.state != FAILED), None)
    if cycle.status != UNBILLED:
        raise refuse(f"the cycle {index} is {cycle.status}, which is not known here", "Look for a newer version of this collection", "status")
    if under_way is not None:
        raise refuse(
            f"another attempt, {under_way.id}, is {under_way.state}: a second one could bill the customer twice",
            "Wait until it has ended, then run the same command again",
            "attempt_under_way",
        )
    if cycle.contract_status in CLOSED:
        hint = "See shopify_subscription_contract; nothing was billed"
        raise refuse(f"the contract {contract} is {cycle.contract_status}, and is not billed", hint, "contract_closed")
    if cycle.skipped:
        raise refuse(f"the cycle {index} is to be skipped", "Leave it; the next one is billed", "cycle_skipped")
    if cycle.due > clock.now():
        raise refuse(f"the cycle {index} is not due before {cycle.due_at}", "Check cycle, or wait until then", "not_due")


def _make(client: Shop, contract: str, index: int, key: str) -> t.Any:
    def look() -> dict[str, t.Any] | None:
        one = found(client, contract, index).of_key(key)
        return {"seen": one} if one else None

    variables = {"contract": contract, "input": {"idempotencyKey": key, "billingCycleSelector": {"index": index}}}
    try:
        answer = client.change(op.BILL, f"{contract}: cycle {index}", variables=variables, look=look)
        if planned(answer):
            return answer
        return answer["seen"] if "seen" in answer else _attempt((answer.get(op.BILL.name) or {}).get("subscriptionBillingAttempt"), op.BILL)
    except Failure as failure:
        there = look() if failure.kind == "protocol" else None
        if there is None:
            raise
        return there["seen"]


def _ended(task: Task, client: Shop, contract: str, index: int, one: Attempt) -> Attempt:
    """The attempt when it is no longer worked on; what did not succeed is an error."""
    if one.state == PENDING:

        def read() -> Attempt:
            now = found(client, contract, index).of_key(one.key)
            if now is None:
                raise malformed(op.CYCLE, f"does not hold the attempt {one.id} any more")
            return now

        hint = "Run the same command again: it waits for the same attempt, and makes no other"
        one = waiting.wait_for(read, lambda now: now.state != PENDING, f"the end of {one.id}", task.deadline, hint, each_turn=task.gate.recorder.turn)
    if one.state == SUCCEEDED:
        return one
    if one.state == ACTION:
        hint = "Shopify asks the customer by mail in most shops. The same command, run later, sees whether it was done"
        raise Failure("failed", f"the attempt {one.id} waits for the customer, whose bank asks for a confirmation", hint, VENDOR, code=ACTION, state=one.state)
    why = f" ({one.error})" if one.error else ""
    hint = "The customer did not pay. When the cause is gone, give another key to try again"
    raise Failure("failed", f"the attempt {one.id} is {one.state}{why}", hint, VENDOR, code=one.error or "", state=one.state)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_dispute_info does; its documentation tells options and result."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, identity, inner, metadata, number, text

MOST = 10_000
# status: whose turn it is. What is not known here has nobody's turn, and is no good end.
TURNS = {
    "needs_response": "merchant",
    "warning_needs_response": "merchant",
    "appeal_needs_response": "merchant",
    "under_review": "bank",
    "warning_under_review": "bank",
    "appeal_under_review": "bank",
    "won": "nobody",
    "lost": "nobody",
    "prevented": "nobody",
    "warning_closed": "nobody",
}
STATUSES = list(TURNS)


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {MOST}", stripe.VENDOR)
    for name, prefixes in (("dispute", ("du_", "dp_")), ("charge", ("ch_", "py_")), ("payment_intent", ("pi_",))):
        value = params[name]
        if value is not None:
            payments.check_id(value, name, next((one for one in prefixes if value.startswith(one)), prefixes[0]))
    client = stripe.connect(task, params)
    now = clock.now()
    if params["dispute"] is not None:
        return {"disputes": [parse(client.call(op.GET_DISPUTE, path={"id": params["dispute"]}), op.GET_DISPUTE, now)]}
    query: dict[str, t.Any] = {name: params[name] for name in ("charge", "payment_intent") if params[name] is not None}
    if params["max_age"] is not None:
        query["created[gte]"] = int(now - params["max_age"])
    wanted = params["status"]
    # Stripe's list has no filter by status: with one, pages are read until there are enough.
    every = (parse(raw, op.LIST_DISPUTES, now) for raw in stripe.listed(client, op.LIST_DISPUTES, query, None if wanted else params["limit"]))
    found = (one for one in every if not wanted or one["status"] in wanted)
    return {"disputes": list(itertools.islice(found, params["limit"]))}


def parse(raw: dict[str, t.Any], operation: Operation, now: float) -> dict[str, t.Any]:
    details = inner(raw.get("evidence_details"))
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("status"), str) or number(raw.get("amount")) is None:
        raise stripe.malformed("dispute", operation)
    status, due = plain(raw["status"], 40), number(details.get("due_by"))
    turn = TURNS.get(status)
    return {
        "id": plain(raw["id"], 200),
        "status": status,
        "waits_for": turn,
        "reason": text(raw.get("reason"), 80),
        "amount": number(raw["amount"]),
        "currency": text(raw.get("currency"), 10),
        "charge": identity(raw.get("charge")),
        "payment_intent": identity(raw.get("payment_intent")),
        "due_by": due,
        "due_in_seconds": due - int(now) if due is not None and turn == "merchant" else None,
        "past_due": flag(details.get("past_due")),
        "has_evidence": flag(details.get("has_evidence")),
        "submission_count": number(details.get("submission_count")),
        "is_charge_refundable": flag(raw.get("is_charge_refundable")),
        "created_at": number(raw.get("created")),
        "livemode": flag(raw.get("livemode")),
        "metadata": metadata(raw.get("metadata")),
    }

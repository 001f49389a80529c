# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Waiting for a workflow of Railway's, which does what a changing call has only asked for.

Facts (Railway's own client): the status is ``NotFound`` for a moment after the call (reads lag behind), ``Error`` is final, and for some
types the question is refused with "Not Authorized" although the workflow goes on. What it should bring about decides in the end.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import service
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, malformed

Effect = t.TypeVar("Effect")
# For so many seconds NotFound may still be the lag of a reader; afterwards only the effect can tell.
LAG = 60.0
# For so long a look waits for the effect of a call whose answer was lost: a workflow may only have begun.
PATIENCE = 120.0


def wait(task: Task, client: Client, scope: Scope, workflow: str | None, effect: t.Callable[[], Effect | None], what: str) -> Effect:
    """The effect, as soon as it shows. One request for each turn: the workflow while it may be asked and runs, then the effect."""
    asking, began = workflow is not None, clock.now()

    def turn() -> Effect | None:
        nonlocal asking
        if asking:
            state = _status(client, str(workflow), what)
            asking = state == "Running" or (state == "NotFound" and clock.now() - began < LAG)
            if asking:
                return None
        return effect()

    return t.cast(Effect, service.poll(task, scope, turn, lambda seen: seen is not None, what))


def patiently(task: Task, effect: t.Callable[[], Effect | None], what: str, patience: float = PATIENCE) -> Effect:
    """What a lost call has brought about. Raises when nothing shows: it may still run, so sending again could do it twice."""
    until = clock.now() + min(patience, task.deadline.left() / 2)
    while (seen := effect()) is None:
        if clock.now() >= until:
            raise Failure("timeout", f"{what} does not show, and may still come", "Run the same command again: it looks before it acts", VENDOR)
        task.gate.recorder.turn()
        clock.sleep(2.0)
    return seen


def identity(answer: t.Any) -> str | None:
    """The workflow's id in the answer of a call, where it has one."""
    found = answer.get("workflowId") if isinstance(answer, dict) else None
    return found if isinstance(found, str) and found else None


def _status(client: Client, workflow: str, what: str) -> str:
    """``Running``, ``NotFound``, ``Complete``, or ``refused`` where it may not be asked."""
    try:
        told = read(client, op.WORKFLOW, workflowId=workflow).get("workflowStatus")
    except Failure as failure:
        if failure.status == 200 and failure.kind in ("auth", "permission"):
            return "refused"
        raise
    if not isinstance(told, dict) or not isinstance(told.get("status"), str):
        raise malformed(op.WORKFLOW, "does not tell the workflow's status")
    state = redaction.plain(told["status"], 60)
    if state == "Error":
        said = redaction.plain(told.get("error") or "no reason was given", 300)
        raise Failure("failed", f"{what} did not work: {said}", "Look at the volume in Railway's dashboard", VENDOR, code=state)
    if state not in ("Running", "NotFound", "Complete"):
        raise Failure("unknown", f"{what}: its workflow is {state}, which is not known", "Look at the volume in Railway's dashboard", VENDOR, code=state)
    return state

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One Railway service: what it runs now, and waiting until it runs something else.

Facts (Railway public API): ``activeDeployments`` is what really runs; ``latestDeployment`` may have failed while an older one serves, so
it is not asked. Railway starts deployments by itself too (maintenance), so a new deployment is not taken for ours unless it fits.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction, waiting
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, inner, malformed, nodes

# Railway counts requests per hour and account (1,000 on Hobby), so polling gets slow early.
SCHEDULE = ((1.0, 0.5), (5.0, 1.0), (60.0, 5.0), (float("inf"), 10.0))
# One good answer may be followed by a bad one while Railway changes over.
GOOD_READS = 2
Seen = t.TypeVar("Seen")
_AUTO_DEPLOY = "serviceInstanceAutoDeployStatus"


@dataclasses.dataclass(frozen=True)
class State:
    """``history`` holds the newest deployments, newest first; ``more`` is the cursor of older ones; ``at`` is when it was read.

    ``listed`` says how many of the newest were read: the history may hold active ones besides, which are older.
    """

    serving: Deployment | None
    history: list[Deployment]
    active: frozenset[str]
    auto_deploy: bool | None
    cron: bool
    more: str | None
    at: float
    listed: int = 0

    def get(self, identity: str) -> Deployment | None:
        return next((deployment for deployment in self.history if deployment["id"] == identity), None)

    def in_progress(self) -> Deployment | None:
        """The newest deployment that is being made."""
        return next((deployment for deployment in self.history if deployment["in_progress"]), None)

    def runs(self, deployment: Deployment) -> bool:
        """Whether it runs right now. A cron service is idle between its runs, and a sleeping one until it is asked."""
        good = deployment["state"] in deployments.GOOD and (deployment["active"] or deployment["state"] == "SLEEPING")
        return good and (not deployment["stopped"] or self.cron or deployment["state"] == "SLEEPING")


def observe(client: Client, scope: Scope, with_auto_deploy: bool = False, first: int = deployments.PAGE) -> State:
    """One request (two when the token may not see whether pushes are deployed)."""
    variables = {
        "projectId": scope.project_id,
        "environmentId": scope.environment_id,
        "serviceId": scope.service_id,
        "input": deployments.selection(scope),
        "first": first,
    }
    try:
        data = read(client, op.SERVICE, **variables, withAutoDeploy=with_auto_deploy)
    except Failure as failure:
        paths = (failure.state or {}).get("paths", []) if failure.status == 200 else None
        if not with_auto_deploy or paths is None or (paths and _AUTO_DEPLOY not in paths):
            raise
        # That status is extra knowledge; a token that may not see it can still roll back.
        data = read(client, op.SERVICE, **variables, withAutoDeploy=False)
    instance = data.get("serviceInstance")
    if not isinstance(instance, dict) or not isinstance(instance.get("activeDeployments"), list):
        raise malformed(op.SERVICE, "does not say which deployments are active")
    try:
        active = frozenset(str(node["id"]) for node in instance["activeDeployments"])
    except UNREADABLE as error:
        raise malformed(op.SERVICE, "holds an active deployment without id") from error
    listed, more = nodes(data.get("deployments"), op.SERVICE)
    history = deployments.newest_first(deployments.normalise(node, active) for node in [*listed, *instance["activeDeployments"]])
    auto_deploy = inner(data.get(_AUTO_DEPLOY), "enabled")
    return State(
        _serving(history),
        history,
        active,
        auto_deploy if isinstance(auto_deploy, bool) else None,
        bool(instance.get("cronSchedule")),
        more,
        clock.now(),
        len(listed),
    )


def _serving(history: list[Deployment]) -> Deployment | None:
    """The newest active deployment that is good, else the newest active one that was finished. A sleeping one may not count as active."""
    settled = [one for one in history if one["active"] and not one["in_progress"]]
    good = [one for one in settled if one["state"] in deployments.GOOD]
    asleep = [one for one in history if one["state"] == "SLEEPING"]
    return next(iter(good or asleep or settled), None)


@dataclasses.dataclass(frozen=True)
class Marker:
    """What was there before a change whose answer names no new deployment."""

    known: frozenset[str]
    newest: float

    @classmethod
    def of(cls, state: State) -> Marker:
        return cls(frozenset(one["id"] for one in state.history), max((float(one["created_at"]) for one in state.history), default=0.0))

    def new(self, state: State, fits: t.Callable[[Deployment], bool]) -> Deployment | None:
        """The newest deployment made since that fits."""
        return next((one for one in state.history if one["id"] not in self.known and one["created_at"] >= self.newest and fits(one)), None)


def wait_until_active(task: Task, client: Client, scope: Scope, find: t.Callable[[State], Deployment | None], what: str) -> Deployment:
    """Wait until the deployment that ``find`` picks is good and active in two readings in a row; a failed one raises."""
    reads = 0

    def done(state: State) -> bool:
        nonlocal reads
        ours = find(state)
        if ours is None or ours["in_progress"]:
            reads = 0
            return False
        if ours["state"] not in deployments.GOOD:
            raise failed(client, ours, what)
        reads = reads + 1 if ours["active"] or ours["state"] == "SLEEPING" else 0
        return reads >= GOOD_READS

    return t.cast(Deployment, find(wait(task, client, scope, done, what)))


def wait(task: Task, client: Client, scope: Scope, done: t.Callable[[State], bool], what: str) -> State:
    return poll(task, scope, lambda: observe(client, scope), done, what)


def poll(task: Task, scope: Scope, read_once: t.Callable[[], Seen], done: t.Callable[[Seen], bool], what: str) -> Seen:
    """Read until ``done``, at the pace that Railway's hourly limits allow, and renew the lease meanwhile."""
    try:
        return waiting.wait_for(
            read_once,
            done,
            what,
            task.deadline,
            hint=f"It may still come: look at {scope.link}, or run the same command again, which takes up what is under way",
            schedule=SCHEDULE,
            each_turn=task.gate.recorder.turn,
        )
    except Failure as failure:
        failure.vendor = failure.vendor or VENDOR
        raise


def failed(client: Client, deployment: Deployment, what: str) -> Failure:
    """Why a deployment did not become good, with what its events tell."""
    state = deployment["state"]
    kind: Kind = "failed"
    if state == "NEEDS_APPROVAL":
        why = "waits for somebody to approve it"
        hint = "Approve it in Railway's dashboard, or with railway_deployment (state: approved); then run the same command again"
    elif state in deployments.GONE or state == "SKIPPED":
        why, hint = "was removed, skipped or replaced by another deployment", "See in Railway's dashboard what replaced it, then run the same command again"
    elif state in ("FAILED", "CRASHED"):
        why, hint = _reason(client, deployment["id"]) or "its logs say why", "Read its logs in Railway's dashboard; production keeps what served before"
    else:
        # It may still become good.
        why, hint, kind = "a status that is not known, and so not taken for good", "Look at it in Railway's dashboard", "unknown"
    return Failure(kind, f"{what}: deployment {deployment['id']} is {state}: {why}", hint, VENDOR, code=state, state=deployment)


def _reason(client: Client, identity: str) -> str:
    """The newest error among a deployment's events; one request, and no failure of its own."""
    try:
        events = [edge["node"] for edge in read(client, op.EVENTS, id=identity, first=50)["deploymentEvents"]["edges"]]
        told = [event for event in events if inner(event.get("payload"), "error")]
        last = max(told, key=lambda event: str(event.get("createdAt") or ""))
    except (Failure, TypeError, KeyError, ValueError):
        return ""
    return redaction.plain(f"{last.get('step')}: {last['payload']['error']}", 300)


def snapshots(client: Client, one: str, other: str) -> tuple[dict[str, t.Any], dict[str, t.Any]] | None:
    """The variables that two deployments were made with; None when they may not be read. The values are secrets: compare, never return."""
    try:
        data = read(client, op.SNAPSHOTS, one=one, other=other)
    except Failure:
        return None
    found = [inner(data.get(name), "variables") for name in ("one", "other")]
    return (found[0], found[1]) if isinstance(found[0], dict) and isinstance(found[1], dict) else None


def differing(one: dict[str, t.Any], other: dict[str, t.Any]) -> list[str]:
    """Names of the variables that differ. Railway's own (``RAILWAY_*``) differ in every deployment; sealed ones read as null and cannot."""
    missing = object()
    names = {*one, *other}
    return sorted(redaction.plain(name, 100) for name in names if not name.startswith("RAILWAY_") and one.get(name, missing) != other.get(name, missing))

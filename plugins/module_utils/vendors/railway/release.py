# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The release capability at Railway: which deployment a service runs, and how to make it run another.

Facts (Railway documentation "Deployment actions", public API): ``deploymentRollback`` takes the id of the old deployment, answers ``true``
and makes a new deployment of the old image and the old variables; no id comes back. Railway knows no description of a rollback, and
nothing like a pin: while auto-deploy is on, the next push is deployed again.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments, service
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect, tokens
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment, label, same_content
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, resolve

# Further pages of history that are read when the first names nothing to go back to.
MORE_PAGES = 5
# Hours for which Railway keeps the image of a removed deployment, by plan. The larger ones may keep it longer.
KEPT_HOURS = {"free": 24, "trial": 24, "hobby": 72, "pro": 120}
LONGEST_NOTE = 70
# Recognises a deployment among those that were just read.
Find = t.Callable[[service.State], "Deployment | None"]


def open(task: Task, component: t.Mapping[str, t.Any], token: t.Mapping[str, str | None], seen: t.Mapping[str, t.Any] | None = None) -> Release:
    """The release of one inventory component; resolves its names (requests: see ``scope.resolve``).

    ``seen`` is a state as ``Release.read`` has returned it to an earlier task: its names are not resolved again.
    """
    credentials = tokens(token)
    client = connect(task, {**credentials, "api_url": component.get("railway_api_url")})
    if not component.get("railway_service"):
        raise Failure("invalid", f"{component.get('name')} has no railway_service", "Set railway_service in the inventory", VENDOR)
    if seen is not None:
        differing = {(one, other): names for one, other, names in seen["reading"]["differing"]}
        return Release(task, client, Scope(**seen["reading"]["scope"]), _restored(seen), differing)
    scope = resolve(
        client,
        component.get("railway_project"),
        component.get("railway_environment") or component.get("saasops_environment"),
        str(component["railway_service"]),
        has_project_token=bool(credentials["token"]),
    )
    return Release(task, client, scope)


@dataclasses.dataclass
class Release:
    """One service. What was read is kept for the task, so that deciding and doing ask once."""

    task: Task
    client: Client
    scope: Scope
    _last: service.State | None = None
    # What a deployment was made with never changes: (id, id) -> names of the variables that differ, None where they may not be read.
    _differing: dict[tuple[str, str], list[str] | None] = dataclasses.field(default_factory=dict)
    # How many deployments are read with the service's state; None: a page, and further ones until there is something to go back to.
    first: int | None = None

    def read(self) -> dict[str, t.Any]:
        """The component's state; one request, and one more for each further page while nothing is there to go back to."""
        state = self.state()
        busy = state.in_progress()
        origin = self.origin(busy, state) if busy else None
        text = None
        if busy:
            text = f"rollback to {label(origin)} is in progress" if origin else f"deployment {label(busy)} is {busy['state']}"
        return {
            "where": str(self.scope),
            "serving": state.serving,
            "history": state.history,
            "pinned": False,
            "busy": text,
            "busy_with": (origin or busy)["id"] if busy else None,
            "busy_rollback": origin is not None,
            "rolling_release": None,
            "paused": False,
            "link": self.scope.link,
            "auto_deploy": state.auto_deploy,
            "reading": self.reading(),
        }

    def reading(self) -> dict[str, t.Any]:
        """What a later task needs beside the state, so that it need not ask again."""
        state = self.state()
        return {
            "at": state.at,
            "scope": dataclasses.asdict(self.scope),
            "active": sorted(state.active),
            "cron": state.cron,
            "more": state.more,
            "differing": [[*pair, names] for pair, names in self._differing.items()],
        }

    def find(self, text: str) -> Deployment | None:
        """By id, tag or commit; the history that was read is asked first, then Railway."""
        state = self.state()
        return deployments.best(state.history, text) or deployments.search(self.client, self.scope, text, state.more, state.active)

    def kept_until(self, target: Deployment) -> float | None:
        """The plan's retention begins when a deployment is removed. No request."""
        hours = KEPT_HOURS.get(self.scope.plan)
        removed = target["status_updated_at"] if target["state"] in deployments.GONE else None
        return None if hours is None or removed is None else float(removed) + hours * 3600.0

    def differences(self, target: Deployment, serving: Deployment) -> list[str]:
        """Names of the variables whose values differ between the two deployments; empty when that may not be read. One request."""
        return (self._differing_variables(target, serving) or []) if target["id"] != serving["id"] else []

    def already(self, target: Deployment, rebuild: bool = False) -> bool:
        """Whether the service runs ``target`` or a later deployment of the same content; one request where the variables must be compared."""
        return self.serves(target, self.state(), rebuild)

    def ensure(self, target: Deployment, description: str, rebuild: bool = False, wait: bool = True) -> dict[str, t.Any]:
        """The service runs ``target``, or a deployment made of it.

        ``rebuild`` builds the target's commit again with today's variables, instead of returning to its image and its own variables.
        A rollback to the target that is already under way is waited for. Without ``wait`` it ends when Railway has accepted the change.
        Requests: the change, one for the variables, and the polls.
        """
        started, state = clock.now(), self.state()
        before = state.serving
        if self.serves(target, state, rebuild):
            return self._done(t.cast(Deployment, before), "already", started, self._standing(target, state))
        how, operation = ("rebuild", self._rebuilding(target)) if rebuild else ("image", op.ROLLBACK)
        under_way = self.under_way(target, state, rebuild)
        if under_way:
            find, now = by_id(under_way["id"]), self.planned(target, under_way["id"])
        else:
            find, now = self._send(operation, target, state), self.planned(target, KnownAfter(operation.name))
        if wait and not self.task.check_mode:
            now = service.wait_until_active(self.task, self.client, self.scope, find, f"{self.scope.service} back on {label(target)}")
        elif not self.task.check_mode:
            now = find(service.observe(self.client, self.scope)) or now
        return self._done(now, how, started, self._notes(target, before, state, how))

    def undo_pin(self, target: Deployment | None, auto_assign: bool = True) -> dict[str, t.Any]:
        """Railway has no pin to take off: the service runs ``target``, and nothing else is to be undone. ``auto_assign`` means nothing here."""
        if target is None:
            return self._done(self.state().serving, "already", clock.now(), [])
        return self.ensure(target, "", rebuild=target["restorable"] is not True)

    def state(self) -> service.State:
        """What this task has just read, else a new reading."""
        return self._last if self._last and self.task.fresh(self._last.at) else self._observe()

    def serves(self, target: Deployment, state: service.State, rebuild: bool = False) -> bool:
        """Whether the service runs ``target`` already: itself, or a later deployment of the same content and variables.

        Where the variables may not be read, the same content counts only when it came back after something else.
        """
        serving = state.serving
        if serving is None:
            return False
        if serving["id"] == target["id"]:
            return True
        if serving["created_at"] <= target["created_at"]:
            return False
        if rebuild:
            return bool(target["commit"]) and serving["commit"] == target["commit"]
        proof = same_content(serving, target)
        if not proof:
            return False
        differing = self._differing_variables(target, serving)
        if differing:
            return False
        # The tag of an image may have been moved, so an equal tag alone proves nothing.
        return True if differing is not None and proof != "image" else _came_back(target, serving, state.history)

    def _observe(self) -> service.State:
        state = service.observe(self.client, self.scope, with_auto_deploy=True, first=self.first or deployments.PAGE)
        cursor, pages = state.more, 0
        while self.first is None and cursor and pages < MORE_PAGES and state.serving and not _can_go_back(state):
            older, cursor = deployments.page(self.client, self.scope, cursor, deployments.FIND_PAGE, state.active)
            state = dataclasses.replace(state, history=deployments.newest_first([*state.history, *older]), more=cursor, listed=state.listed + len(older))
            pages += 1
        self._last = state
        return state

    def _differing_variables(self, one: Deployment, other: Deployment) -> list[str] | None:
        key = (str(one["id"]), str(other["id"]))
        if key not in self._differing:
            pair = service.snapshots(self.client, *key)
            self._differing[key] = service.differing(*pair) if pair else None
        return self._differing[key]

    def origin(self, busy: Deployment, state: service.State) -> Deployment | None:
        """The older deployment that the one in progress goes back to, if that is what it does."""
        older = [
            one
            for one in state.history
            if one["created_at"] < busy["created_at"]
            and not one["in_progress"]
            and same_content(one, busy)
            and not (state.serving and same_content(one, state.serving))
        ]
        return max(older, key=lambda one: (one["restorable"] is True, one["created_at"]), default=None)

    def under_way(self, target: Deployment, state: service.State, rebuild: bool) -> Deployment | None:
        """A deployment in progress that leads to ``target``, also one that an earlier, killed run began."""
        for one in state.history:
            if not one["in_progress"] or (one["created_at"] <= target["created_at"] and one["id"] != target["id"]):
                continue
            if rebuild:
                leads = bool(target["commit"]) and one["commit"] == target["commit"]
            else:
                leads = one["id"] == target["id"] or (same_content(one, target) and not self._differing_variables(target, one))
            if leads:
                return one
        return None

    def _rebuilding(self, target: Deployment) -> Operation:
        """The change that builds ``target`` again: with today's variables where Railway knows a commit."""
        if not target["commit"] and not target["redeployable"]:
            raise refuse(f"{label(target)} has no commit that could be built again", "Name a deployment that has one", code="no_commit")
        return op.DEPLOY if target["commit"] else op.REDEPLOY

    def _send(self, operation: Operation, target: Deployment, state: service.State) -> Find:
        """Send a change that makes a deployment; returns how to recognise that deployment."""
        marker = service.Marker.of(state)
        if operation is op.ROLLBACK:
            if target["restorable"] is not True:
                why = "Railway does not say whether it can return to" if target["restorable"] is None else "Railway no longer has the image of"
                again = "Build that commit again (rebuild)" if target["commit"] else "Redeploy it"
                raise refuse(f"{why} {label(target)}", f"{again}, or name a newer deployment", code="not_restorable")
            variables = {"id": target["id"]}
        elif operation is op.DEPLOY:
            variables = {"serviceId": self.scope.service_id, "environmentId": self.scope.environment_id, "commitSha": target["commit"]}
        else:
            variables = {"id": target["id"], "usePreviousImageTag": True}

        def find(seen: service.State) -> Deployment | None:
            if operation is op.ROLLBACK:
                return marker.new(seen, lambda one: deployments.may_be(one, target))
            return marker.new(seen, lambda one: one["commit"] in (None, target["commit"]))

        def look() -> dict[str, t.Any] | None:
            # The id of what was found stands in for the lost answer, whatever its shape.
            seen = find(service.observe(self.client, self.scope))
            return {"found": seen["id"]} if seen else None

        answer = self.client.change(operation, f"{self.scope} to {label(target)}", variables=variables, look=look)
        self._last = self._last if self.task.check_mode else None
        made = answer.get("found") or answer.get(operation.name)
        identity = made.get("id") if isinstance(made, dict) else made if isinstance(made, str) else None
        return by_id(identity) if identity else find

    def planned(self, target: Deployment, identity: t.Any) -> Deployment:
        """The deployment that would be made of ``target``; what only the apply can tell stands in for itself."""
        good = {"state": "SUCCESS", "ready": True, "in_progress": False, "served": True, "active": True, "stopped": False}
        return {**target, **good, "id": identity, "created_at": identity, "status_updated_at": None, "instances": []}

    def _done(self, serving: Deployment | None, how: str, started: float, notes: list[str]) -> dict[str, t.Any]:
        return {"serving": serving, "how": how, "seconds": round(clock.now() - started, 3), "notes": notes}

    def _notes(self, target: Deployment, before: Deployment | None, state: service.State, how: str) -> list[str]:
        """What is true from now on, and what to know of the variables that came back."""
        notes = _auto_deploy(state, before or target)
        names = self._differing_variables(target, before) if how == "image" and before else None
        if names:
            made = datetime.datetime.fromtimestamp(target["created_at"], datetime.UTC)
            notes.append(_shortened(f"runs its variables of {made.day} {made:%b}; differs today: ", names))
        return notes

    def _standing(self, target: Deployment, state: service.State) -> list[str]:
        """What an earlier rollback left true; nothing when the newest release serves."""
        serving = state.serving
        if serving is None or serving["id"] == target["id"]:
            return []
        return _auto_deploy(state, serving)


def _restored(seen: t.Mapping[str, t.Any]) -> service.State:
    reading = seen["reading"]
    return service.State(seen["serving"], seen["history"], frozenset(reading["active"]), seen["auto_deploy"], reading["cron"], reading["more"], reading["at"])


def by_id(identity: str) -> Find:
    return lambda seen: seen.get(identity)


def _auto_deploy(state: service.State, deployment: Deployment) -> list[str]:
    if not state.auto_deploy:
        return []
    note = f"the next push to {deployment['branch'] or 'its branch'} WILL redeploy (Railway auto-deploy is on)"
    return [note if len(note) <= LONGEST_NOTE else "the next push WILL redeploy (Railway auto-deploy is on)"]


def _shortened(beginning: str, names: list[str]) -> str:
    """As many names as a line holds; the first stays even where it is too long."""
    for shown in range(len(names), 0, -1):
        left = f" and {len(names) - shown} more" if shown < len(names) else ""
        line = f"{beginning}{', '.join(names[:shown])}{left}"
        if len(line) <= LONGEST_NOTE:
            return line
    return f"{beginning}{len(names)} variables"


def _came_back(target: Deployment, serving: Deployment, history: list[Deployment]) -> bool:
    """Whether something else was deployed between the target and the serving one."""
    return any(target["created_at"] < one["created_at"] < serving["created_at"] and not same_content(one, target) for one in history)


def _can_go_back(state: service.State) -> bool:
    serving = t.cast(Deployment, state.serving)
    return any(one["restorable"] and one["created_at"] < serving["created_at"] and not same_content(one, serving) for one in state.history)

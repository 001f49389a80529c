# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_restart does: decide, write down, ask once, wait until it runs and is well.

A restart leaves no trace at the vendor but other instances. The ledger remembers, before it is asked for, what there was; a run that finds
such a row unended looks first, and never asks for what has happened.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import health as healths
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, remediation
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
RESTART_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **CHANGE_ARGUMENTS,
    "component": {"type": "dict", "required": True},
    "token": {"type": "str", "no_log": True},
    "api_token": {"type": "str", "no_log": True},
    "when": {"type": "str", "choices": ["asked", "breached"], "default": "asked"},
    "cooldown": {"type": "str", "default": "2m"},
    "force": {"type": "bool", "default": False},
    "reason": {"type": "str", "default": ""},
    "hold": {"type": "bool", "default": False},
    "probe": {"type": "dict", "default": {}, "options": healths.PROBE_ARGUMENTS},
}
# What to do instead, where nothing runs that could be restarted.
INSTEAD = {
    "vercel": "functions start anew with each deployment: go back with rollback.yml, or deploy again",
    "convex": "functions keep nothing between two calls: deploy again, or look at what they wait for",
}
ELSEWHERE = "restart it at its own vendor"
# An act whose end nobody wrote down is looked for within so many seconds; after that it is the past.
DOUBT = 900.0
REMEMBERED = 7200.0
_OPTIONS = ("when", "breaches", "cooldown", "most_per_hour", "within", "do")


@dataclasses.dataclass
class Wish:
    """``number``: the row of an act that an earlier run has begun; ``marker``: what there was before it."""

    do: str
    reason: str
    number: int = 0
    marker: Json = dataclasses.field(default_factory=dict)
    value: float | None = None


def execute(task: Task) -> Json:
    params = task.params
    component = dict(params["component"])
    for needed in ("name", "component_vendor"):
        if not component.get(needed):
            raise Failure("invalid", f"component has no {needed}", "Set component_vendor in the inventory, or give component: {name, component_vendor, ...}")
    name, breached = component["name"], params["when"] == "breached"
    cooldown = durations.seconds(params["cooldown"], "cooldown")
    remedies = read_remedies(name, component.get("component_remedies"))
    store = runs.join(task, name)
    if params["hold"]:
        return _result(task, checks.check("restart", name, "skipped", "not begun, for one before it did not come back"))
    if breached and not remedies:
        return _result(task, checks.check("restart", name, "skipped", "it has no component_remedies"))
    if component["component_vendor"] != "railway":
        instead = INSTEAD.get(component["component_vendor"], ELSEWHERE)
        # A remedy that can never be carried out is a mistake in the inventory.
        verdict = "fail" if breached else "skipped"
        return _result(task, checks.check("restart", name, verdict, f"{component['component_vendor']} has nothing to restart: {instead}", next=instead))
    if breached and store is None:
        raise refuse(f"{name}: whether a remedy is due cannot be known without the ledger", "Check saasops_ledger_url", "ledger")
    wish = _wish(task, store, name, remedies, cooldown)
    if wish.do != "restart":
        verdict = {"escalate": "fail", "wait": "warn"}.get(wish.do, "pass")
        return _result(task, checks.check("restart", name, verdict, wish.reason, wish.value), wish)
    return _restarted(task, store, component, wish)


def read_remedies(name: str, given: t.Any) -> list[remediation.Remedy]:
    found = []
    try:
        for one in given or []:
            strange = set(one) - set(_OPTIONS)
            if strange or one.get("do", "restart") != "restart":
                raise ValueError(f"{', '.join(sorted(strange)) or one['do']!r} is no part of a remedy: {', '.join(_OPTIONS)}; do: restart")
            told: Json = {key: durations.seconds(one[key], key) for key in ("cooldown", "within") if key in one}
            counts = {key: one[key] for key in ("breaches", "most_per_hour") if key in one}
            if not all(isinstance(value, int) and not isinstance(value, bool) and value > 0 for value in counts.values()):
                raise ValueError("breaches and most_per_hour are whole numbers of 1 or more")
            found.append(remediation.Remedy(*remediation.condition(one.get("when")), **{**told, **counts}))
    except (AttributeError, Failure, KeyError, TypeError, ValueError) as error:
        hint = "Write component_remedies: [{when: memory_percent > 90, breaches: 3, cooldown: 15m, most_per_hour: 2, do: restart}]"
        raise Failure("invalid", f"{name}: component_remedies cannot be used: {error}", hint) from error
    return found


def _wish(task: Task, store: Store | None, name: str, remedies: list[remediation.Remedy], cooldown: float) -> Wish:
    """What is to be done, from what was done and measured before."""
    params = task.params
    if store is None:
        return Wish("restart", params["reason"] or "asked for")
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, remediations

    now = clock.now()
    acts = remediations.acts(store, name, REMEMBERED)
    begun = acts[-1] if acts and acts[-1]["state"] == "asked" and now - acts[-1]["at"] < DOUBT else None
    if begun:
        return Wish("restart", f"begun by run {begun['run']}", begun["number"], begun["marker"])
    moments = [float(act["at"]) for act in acts]
    if params["when"] == "breached":
        decisions = [remediation.decide(remedy, history.samples(store, name, remedy.metric, now - remedy.within - 1), moments, now) for remedy in remedies]
        found = remediation.most_urgent(decisions)
        return Wish(found.do, found.reason, value=found.value)
    ago = now - max(moments, default=-1e12)
    if ago < cooldown and not params["force"]:
        return Wish("nothing", f"restarted {max(0.0, ago):.0f} s ago; -e restart_force=true restarts it once more")
    return Wish("restart", params["reason"] or "asked for")


def _restarted(task: Task, store: Store | None, component: Json, wish: Wish) -> Json:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments, release, restart

    params, name = task.params, component["name"]
    started = clock.now()
    room = release.open(task, component, {"token": params["token"], "api_token": params["api_token"]})
    state = room.state()
    target = state.get(wish.marker["id"]) if wish.marker else state.serving
    if target is None and not wish.marker:
        raise refuse(f"{name}: nothing runs in {room.scope}", "Deploy it first", code="no_serving")
    if target is None or (wish.marker and target["state"] in deployments.GONE):
        # Something else was deployed since: that is as good as a restart.
        _end(store, task, wish.number, "done")
        return _verified(task, component, wish, "another deployment has come since it was asked for", started)
    if wish.marker and restart.begun(target, wish.marker):
        if task.check_mode:
            return _result(task, checks.check("restart", name, "pass", f"was asked for and has begun ({wish.reason})"), wish)
        _until_up(task, store, wish.number, lambda: restart.wait(room, target, wish.marker))
        return _verified(task, component, wish, "restarted once, and looked for instead of asked again", started)
    busy = state.in_progress()
    if busy:
        raise Failure("conflict", f"{name}: a deployment is {busy['state']}", "Wait for it to end, then run it again", code="busy", retryable=True)
    restart.admit(target)
    before = wish.marker or restart.marker(target)
    number = wish.number
    if store is not None and not task.check_mode and not number:
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import remediations

        number = remediations.begin(store, str(params["run"]["id"]), name, before, wish.reason)
    try:
        if restart.ask(room, target, before):
            return _result(task, checks.check("restart", name, "pass", f"would be restarted: {wish.reason}", wish.value), wish)
    except Failure as failure:
        if not failure.maybe_sent and failure.kind != "unknown" and failure.code not in ("fenced", "orphan"):
            _end(store, task, number, "failed")
        raise
    _until_up(task, store, number, lambda: restart.wait(room, target, before))
    return _verified(task, component, wish, "restarted", started)


def _until_up(task: Task, store: Store | None, number: int, wait: t.Callable[[], t.Any]) -> None:
    """What came up, or surely will not, is ended; what is still on its way when the time is over is for the next run."""
    try:
        wait()
    except Failure as failure:
        if failure.kind == "failed":
            _end(store, task, number, "failed")
        raise
    _end(store, task, number, "done")


def _end(store: Store | None, task: Task, number: int, state: str) -> None:
    if store is None or task.check_mode or not number:
        return
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import remediations

    remediations.end(store, str(task.params["run"]["id"]), number, state)


def _verified(task: Task, component: Json, wish: Wish, what: str, started: float) -> Json:
    """It runs again; whether it is well is asked at its own addresses."""
    name = component["name"]
    health = healths.measure(task, healths.endpoints(component), _probe(task.params["probe"]), until_good=True)
    about = f"{what} in {clock.now() - started:.0f} s ({wish.reason})"
    if health["verdict"] == "pass":
        return _result(
            task, checks.check("restart", name, "pass", f"{about}; healthy, {health['passed']} of {health['probes']} probes", wish.value), wish, health
        )
    verdict = "fail" if health["verdict"] == "fail" else "inconclusive"
    hint = "A restart did not help: look at the logs, or go back with rollback.yml" if verdict == "fail" else ""
    return _result(task, checks.check("restart", name, verdict, f"{about}; {health['reason']}", wish.value, next=hint), wish, health)


def _probe(given: Json) -> Json:
    defaults = {name: option["default"] for name, option in healths.PROBE_ARGUMENTS.items()}
    rules = {**defaults, **{name: value for name, value in (given or {}).items() if value is not None}}
    return {name: durations.seconds(rules[name], name) if name != "in_a_row" else rules[name] for name in rules}


def _result(task: Task, check: checks.Check, wish: Wish | None = None, health: Json | None = None) -> Json:
    restarted = bool(task.gate.changes)
    return {
        **checks.result([{**check, "brief": check["reason"]}]),
        "changed": restarted,
        "decision": wish.do if wish else "nothing",
        "health": health,
        "diff": {"before": {"restarted": False}, "after": {"restarted": restarted}},
    }

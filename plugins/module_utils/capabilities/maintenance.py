# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The maintenance capability: a component is put into maintenance as a lease, with an owner, a reason and an end, and leaves it when all is well.

Whoever calls it inside a run uses the module component_maintenance, by the task files ``on`` and ``off`` of the role maintenance. The ledger
knows of it before the switch is turned, so that what a killed run leaves on is found, and ended by whoever comes next when all is well.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access, maintenance_alerts, maintenance_ways, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import health as healths
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import OFF, ON, READ_ONLY, UNREADABLE, Seen, Switch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import maintenances as judge
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
CHECK = "maintenance"
# What reaches the services at which monitors may be declared.
SERVICES_ARGUMENTS = {name: option for name, option in monitors.MONITORS_ARGUMENTS.items() if name.partition("_")[0] in monitors.SERVICES}
MAINTENANCE_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **CHANGE_ARGUMENTS,
    **{name: access.ACCESS_ARGUMENTS[name] for name in ("token", "api_token", "deploy_key")},
    **SERVICES_ARGUMENTS,
    "component": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": [ON, READ_ONLY, OFF, "looked", "checked"], "default": "looked"},
    "planned": {"type": "str", "choices": list(judge.STATES)},
    "reason": {"type": "str", "default": ""},
    "lifetime": {"type": "str"},
    "looks": {"type": "list", "elements": "dict"},
    "force": {"type": "bool", "default": False},
    "confirm": {"type": "str"},
    "probe": {"type": "dict", "default": {}, "options": healths.PROBE_ARGUMENTS},
}
# An end that is asked for again moves only when it is so much another one.
NEARLY = 60.0
FORCE = "-e maintenance_state=off -e maintenance_force=true -e saasops_confirm=<environment>"


@dataclasses.dataclass
class Lease:
    """One component, its switch, and what the ledger knows. ``row``: the maintenance that is open there; None when none is."""

    task: Task
    component: Json
    declared: maintenance_ways.Declared
    switch: Switch
    store: t.Optional[Store]  # noqa: UP045 - evaluated, where pylint cannot see that it is a type
    row: t.Optional[Json]  # noqa: UP045
    notes: list[str] = dataclasses.field(default_factory=list)
    was: str = ""

    def look(self) -> Seen:
        seen = self.switch.look()
        self.was = seen.state or (self.row["state"] if self.row is not None else OFF)
        return seen

    @property
    def run(self) -> t.Mapping[str, t.Any]:
        return self.task.params["run"] or {}

    @property
    def by_hand(self) -> bool:
        """Whether a person asks for it, and not another verb for its own sake."""
        return not self.run or self.run["verb"] == judge.BY_HAND

    @property
    def at_work(self) -> bool:
        """Whether another run holds it, which still goes on."""
        if self.row is None or self.store is None or self.row["run"] == self.run.get("id"):
            return False
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import maintenances

        return maintenances.is_at_work(self.store, self.row)

    @property
    def mine(self) -> bool:
        """Asked for by this run, or by one of the same verb that has ended without ending it."""
        if self.row is None:
            return False
        same_verb = self.row["verb"] == self.run.get("verb") and not self.by_hand and not self.at_work
        return bool(self.row["run"] == self.run.get("id") or same_verb)

    def note(self, **facts: t.Any) -> None:
        """Written down before anything follows from it. A plan notes nothing."""
        self.row = {**(self.row or {}), "component": self.declared.name, **facts}
        if self.store is None or self.task.check_mode:
            return
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import maintenances

        maintenances.note(self.store, str(self.run["id"]), self.declared.name, facts)


def execute(task: Task) -> Json:
    """What the module component_maintenance does; its documentation tells options and result."""
    params, component = task.params, dict(task.params["component"])
    if not component.get("name"):
        raise Failure("invalid", "component has no name", "Give component: {name, component_maintenance, ...}")
    declared = maintenance_ways.read(component)
    store = runs.join(task, str(component["name"]))
    row = _row(store, str(component["name"]))
    if params["state"] == "looked":
        return _looked(task, component, declared, row)
    if declared is None:
        return _undeclared(component, row)
    if params["state"] in (ON, READ_ONLY) and params["state"] not in declared.states:
        can = " or ".join(state for state in declared.states if state != OFF)
        hint = f"Ask for maintenance_state={can}, or declare a value for {params['state']} in {maintenance_ways.VARIABLE}"
        raise refuse(f"{declared.name}: {declared.how} cannot do {params['state']}; it can do {can}", hint, "unsupported")
    if params["state"] == "checked" and row is None:
        return _told(Lease(task, component, declared, t.cast(Switch, None), store, None), "skipped", "none is open")
    secrets = {name: params[name] for name in ("token", "api_token", "deploy_key")}
    lease = Lease(task, component, declared, maintenance_ways.switch(task, declared, component, secrets), store, row)
    if params["state"] in (ON, READ_ONLY):
        return _on(lease, params["state"])
    if params["state"] == OFF:
        return _planned_off(lease, params["planned"]) if params["planned"] and task.check_mode else _off(lease)
    return _checked(lease)


def _row(store: Store | None, name: str) -> Json | None:
    if store is None:
        return None
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import maintenances

    return maintenances.of(store, name)


# -- is it well?
def _looked(task: Task, component: Json, declared: maintenance_ways.Declared | None, row: Json | None) -> Json:
    """Whether the component is well, as far as that can be seen from outside while it may be in maintenance."""
    name = str(component["name"])
    asks = declared.asks if declared is not None and row is not None and row["state"] == ON else None
    hidden = asks == ()
    seen = {**component, "component_journeys": []} if declared is not None and row is not None and row["state"] == ON else component
    if asks:
        seen = {**component, "component_health": asks[0], "component_journeys": list(asks[1:])}
    if hidden or not component.get("component_url"):
        why = "its pages cannot be asked while it is on" if hidden else "it has no component_url"
        return {**checks.result([checks.check("health", name, "skipped", why)]), "maintenance": _facts(name, declared, row)}
    found = healths.measure(task, healths.endpoints(seen), _probe(task.params["probe"]), until_good=True)
    reason = f"healthy, {found['passed']} of {found['probes']} probes" if found["verdict"] == "pass" else found["reason"]
    return {**checks.result([checks.check("health", name, found["verdict"], reason)]), "maintenance": _facts(name, declared, row)}


def _probe(given: Json) -> Json:
    defaults = {name: option["default"] for name, option in healths.PROBE_ARGUMENTS.items()}
    rules = {**defaults, **{name: value for name, value in (given or {}).items() if value is not None}}
    return {name: durations.seconds(rules[name], name) if name != "in_a_row" else rules[name] for name in rules}


# -- on
def _on(lease: Lease, wanted: str) -> Json:
    task, declared, row = lease.task, lease.declared, lease.row
    now, seen = clock.now(), lease.look()
    asked = maintenance_ways.length(task.params["lifetime"], "lifetime") if task.params["lifetime"] else None
    if row is not None and not lease.mine and (lease.at_work or not lease.by_hand):
        return _joined(lease, wanted, seen, now + (asked or declared.seconds))
    holds = _is(seen, wanted, row)
    until = float(row["until"]) if row is not None else now + declared.seconds
    if until <= now or (asked is not None and abs(now + asked - until) > NEARLY):
        until = now + (asked or declared.seconds)
    moved = row is not None and until != row["until"]
    if row is not None and holds and row["phase"] == "held" and not moved and row["run"] == lease.run.get("id"):
        return _told(lease, "pass", judge.told(row))
    before = dict(row["before"]) if row is not None else {"state": seen.state, **seen.facts}
    facts: Json = {"state": wanted, "holder": dict(lease.run.get("holder") or {}), "reason": task.params["reason"] or (row or {}).get("reason") or ""}
    facts |= {"run": str(lease.run.get("id") or ""), "verb": str(lease.run.get("verb") or ""), "asked_by": str(lease.run.get("asked_by") or ""), "until": until}
    facts |= {"since": row["since"] if row is not None else now, "how": declared.how, "before": before, "ended_at": None}
    mutes = declared.mutes and wanted == ON
    muted = list(row["muted"]) if row is not None else []
    again = not holds or moved or row is None or row["phase"] != "held"
    # An end that was begun is still to be put right, should this one stop here, too.
    phase = "ending" if row is not None and row["phase"] == "ending" else "asked"
    lease.note(**facts, phase=phase, muted=maintenance_alerts.services(lease.component) if mutes and again else muted)
    if not holds:
        lease.switch.put(wanted, before)
    elif row is None and lease.store is not None:
        lease.notes.append("it was on already, and not by this collection: in the end it is left as it was")
    if mutes and again:
        muted, notes = maintenance_alerts.hold(task, lease.component, until)
        lease.notes += notes
    if lease.store is None and not (task.check_mode and lease.run):
        lease.notes.append("without a run and its ledger nothing ends it by itself")
    lease.note(phase="held", muted=muted)
    return _told(lease, "pass", judge.told(t.cast(Json, lease.row)))


def _is(seen: Seen, wanted: str, row: Json | None) -> bool:
    """Whether it is so already. Where that cannot be read, the ledger's word counts, if the switch was surely turned."""
    if seen.state == UNREADABLE:
        return row is not None and row["phase"] == "held" and row["state"] == wanted
    return seen.state == wanted


def _joined(lease: Lease, wanted: str, seen: Seen, until: float) -> Json:
    """Somebody else's maintenance is on: it serves this run, too, and stays his. It is only made to last."""
    row = t.cast(Json, lease.row)
    if row["state"] == READ_ONLY and wanted == ON:
        raise refuse(
            f"{lease.declared.name} is {judge.told(row)}, and full maintenance is wanted",
            "End that one first, or wait until it is over: playbooks/maintenance.yml -e maintenance_state=off",
            "maintenance",
        )
    if not _is(seen, row["state"], row):
        lease.notes.append(f"somebody had set it to {seen.state or 'another state'} by hand; it is {row['state']} again, for this was asked for")
        lease.switch.put(row["state"], row["before"])
    if until > row["until"] + NEARLY:
        lease.note(until=until)
        if row["muted"]:
            lease.notes += maintenance_alerts.hold(lease.task, lease.component, until)[1]
    lease.notes.append(f"it belongs to run {row['run']} ({row['verb']}), and is left on for it")
    return _told(lease, "pass", judge.told(t.cast(Json, lease.row)))


# -- off
def _off(lease: Lease) -> Json:
    row, name = lease.row, lease.declared.name
    if row is not None and lease.at_work:
        if lease.by_hand:
            hint = "Wait for that run: it switches maintenance off itself when all is well"
            raise refuse(f"{name}: run {row['run']} ({row['verb']}, {row['asked_by']}) is at work, and holds its maintenance", hint, "held")
        return _told(lease, "warn", f"{judge.told(row)}: left on for the run that is at work")
    if row is not None and not lease.mine and not lease.by_hand:
        return _told(lease, "warn", f"{judge.told(row)}: left on, for it is not this run's")
    seen = lease.look()
    if row is None:
        if seen.state == OFF or (seen.state == UNREADABLE and not (lease.by_hand and lease.task.params["force"])):
            return _told(lease, "pass", "off" if seen.state == OFF else "is not known to be on")
        if not lease.by_hand:
            return _told(lease, "warn", "is on, and was not switched on by this collection: left as it is", next=f"Switch it off yourself: {FORCE}")
    return _ended(lease, seen, OFF if lease.by_hand else _before(row))


def _planned_off(lease: Lease, planned: str) -> Json:
    """Its end, where the same plan has it ``planned`` by then, and all is well."""
    row = lease.row
    if row is not None and not lease.mine:
        return _told(lease, "pass", f"{judge.told(row)}: it will be left on, for it is not this run's")
    seen = lease.look()
    before = dict(row["before"]) if row is not None else {"state": seen.state, **seen.facts}
    if _before({"before": before}) != OFF:
        return _told(lease, "pass", "it will be left on, as it is now")
    lease.switch.put(OFF, before, planned)
    return _told(lease, "pass", "off again when all is well")


def _before(row: Json | None) -> str:
    """What is put back: it may have been on, by hand, before it was asked for."""
    state = str((row or {}).get("before", {}).get("state") or OFF)
    return state if state in (ON, READ_ONLY) else OFF


def _checked(lease: Lease) -> Json:
    """Ends what is due, when all is well. What is not due is told."""
    row = t.cast(Json, lease.row)
    why = judge.due(row, clock.now(), lease.at_work or row["run"] == lease.run.get("id"))
    if not why:
        return _told(lease, "pass", judge.told(row))
    lease.notes.append(why)
    return _ended(lease, lease.look(), _before(row))


def _ended(lease: Lease, seen: Seen, wanted: str) -> Json:
    """Off, when all is well; else it stays on, and says why."""
    task, row, declared = lease.task, lease.row, lease.declared
    forced = _forced(task)
    changed_by_hand = row is not None and row["phase"] == "held" and seen.state in (ON, READ_ONLY, OFF) and seen.state != row["state"]
    if changed_by_hand and (seen.state == wanted or not lease.by_hand):
        lease.notes.append("left so, and no more looked after")
        return _over(lease, "warn", f"somebody has set it to {seen.state} by hand")
    why = "" if forced else _unfinished(lease) or judge.may_end(_looks(lease), declared.hides)
    if why:
        if row is not None and row["phase"] == "ending" and seen.state == wanted:
            # A run was killed between the switch and the look that follows it.
            lease.switch.put(row["state"], row["before"])
            lease.note(phase="held")
        return _still_on(lease, why)
    started = clock.now()
    if row is not None:
        lease.note(phase="ending")
    if seen.state != wanted or _half_ended(row, seen):
        lease.switch.put(wanted, (row or {}).get("before") or {})
    if declared.hides and wanted == OFF and not forced and not task.check_mode and (why := _tried(lease)):
        lease.switch.put(ON, {})
        if row is not None:
            lease.note(phase="held")
        return _still_on(lease, f"it was off for {clock.now() - started:.0f} s, and {why}")
    return _over(lease, "pass", ("off - forced" if forced else "off - healthy") if wanted == OFF else f"left {wanted}, as it was before")


def _half_ended(row: Json | None, seen: Seen) -> bool:
    """Whether a run was killed between the switch and what has to be put back with it."""
    return row is not None and row["phase"] == "ending" and any(row["before"].get(name, fact) != fact for name, fact in seen.facts.items())


def _over(lease: Lease, verdict: str, what: str) -> Json:
    """Alerts go out again, and the ledger knows of its end."""
    row = lease.row
    muted = row["muted"] if row is not None else [] if lease.store is not None else maintenance_alerts.services(lease.component)
    lease.notes += maintenance_alerts.release(lease.task, lease.component, muted)
    if row is not None:
        lease.note(phase="over", ended_at=clock.now())
    lease.row = None
    return _told(lease, verdict, what)


def _forced(task: Task) -> bool:
    """A person knows better, and says for which environment."""
    if not task.params["force"]:
        return False
    environment = str((task.params["run"] or {}).get("environment") or task.params["component"].get("saasops_environment") or "")
    if not environment or task.params["confirm"] not in (environment, environment.rpartition("/")[2]):
        raise refuse(
            "maintenance is switched off whatever the verdict, and nobody has confirmed it",
            f"Say the environment: -e saasops_confirm={environment.rpartition('/')[2] or '<environment>'}",
            "confirm",
        )
    return True


def _unfinished(lease: Lease) -> str:
    """Why what a run has left half done keeps it on; empty when nothing does."""
    if lease.row is None or lease.store is None or lease.row["run"] == lease.run.get("id"):
        return ""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import maintenances

    verb = str(lease.row["verb"])
    run = maintenances.unfinished(lease.store, verb) if verb not in ("", judge.BY_HAND, lease.run.get("verb")) else ""
    return f"{verb} of run {run} is not finished: run it again, it goes on where it was" if run else ""


def _looks(lease: Lease) -> list[Json]:
    """What was seen of all components; its own alone where nobody else has looked."""
    given = lease.task.params["looks"]
    if given is not None:
        unseen = [checks.check("health", "a component", "error", "nobody could look whether it is well")]
        return [one for found in given for one in found.get("checks") or unseen]
    return list(_looked(lease.task, lease.component, lease.declared, lease.row)["checks"])


def _tried(lease: Lease) -> str:
    """What its own pages say now that they answer again; empty when they are well, or there are none."""
    if not (asked := healths.endpoints(lease.component)):
        return ""
    found = healths.measure(lease.task, asked, _probe(lease.task.params["probe"]), until_good=True)
    return "" if found["verdict"] == "pass" else str(found["reason"])


def _still_on(lease: Lease, why: str) -> Json:
    state = "STILL ON" if lease.row is None or lease.row["state"] == ON else "STILL READ-ONLY"
    return _told(lease, "fail", f"{state} - {why}", next=f"{lease.declared.name}: mend it, then switch it off, or if you know better: {FORCE}")


# -- what is told of it
def _undeclared(component: Json, row: Json | None) -> Json:
    name = str(component["name"])
    reason = f"it has no {maintenance_ways.VARIABLE}"
    if row is not None:
        told = checks.check(CHECK, name, "warn", f"{judge.told(row)}, and {reason} any more", next=f"Declare it again, or switch {name} off yourself")
        return {**checks.result([told]), "maintenance": _facts(name, None, row), "diff": {"before": {}, "after": {}}}
    return {**checks.result([checks.check(CHECK, name, "skipped", reason)]), "maintenance": _facts(name, None, None), "diff": {"before": {}, "after": {}}}


def _told(lease: Lease, verdict: str, reason: str, **more: t.Any) -> Json:
    """One check, the facts, and what is true besides."""
    whole = "; ".join([reason, *lease.notes])
    made = checks.check(CHECK, lease.declared.name, verdict, whole, brief=f"maintenance {whole}" if verdict == "pass" else "", **more)
    changed = bool(lease.task.gate.changes)
    after = lease.row["state"] if lease.row is not None else OFF
    return {
        **checks.result([made]),
        "changed": changed,
        "maintenance": _facts(lease.declared.name, lease.declared, lease.row),
        "notes": lease.notes,
        "diff": {"before": {"maintenance": lease.was} if changed else {}, "after": {"maintenance": after} if changed else {}},
    }


def _facts(name: str, declared: maintenance_ways.Declared | None, row: Json | None) -> Json:
    shown = ("since", "until", "run", "verb", "asked_by", "reason", "muted")
    facts = {key: (row or {}).get(key) for key in shown}
    return {
        "component": name,
        "supported": declared is not None,
        "how": declared.how if declared else "",
        "state": row["state"] if row is not None and row.get("phase") != "over" else OFF,
        **facts,
    }

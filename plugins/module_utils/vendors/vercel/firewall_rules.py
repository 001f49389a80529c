# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Address rules and system bypasses of a Vercel project's firewall, by name and by source.

Vendor facts (Vercel REST API): a change of the firewall is one action, is live at once, and answers with nothing; an insert that is
sent twice is two rules, so the active ones are read first. Rules do not end by themselves: their end is kept in their name, and a run
that finds one past it removes it. Keys of bypasses are capitalised; their lifetime is milliseconds; a deletion takes a body.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t
from datetime import UTC, datetime

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import seconds
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.paging import pages
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed

NAME = re.compile(r"[A-Za-z0-9][\w .:/-]{0,79}", re.ASCII)
_UNTIL = re.compile(r"(.+) \(until (\d{4}-\d\d-\d\dT\d\d:\d\dZ)\)")
_TIME = "%Y-%m-%dT%H:%MZ"
SHORTEST = 60.0
# Of bypasses: the maximum in the document that Vercel publishes.
LARGEST_PAGE = 256


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime(_TIME)


def end_of(length: t.Any, name: str) -> float:
    """When something that lasts so long from now ends: a whole minute, which is as fine as a rule's name tells it."""
    lasts = seconds(length, name)
    if lasts < SHORTEST:
        raise Failure("invalid", f"{name} is {length!r}", f"Give {name} as a duration of at least 1m")
    return float((clock.now() + lasts + 59) // 60 * 60)


def lasts(until: float | None, wanted: float) -> bool:
    """Whether what ends then need not be prolonged to the wanted end: at least half of the time is left."""
    now = clock.now()
    return until is not None and until - now >= (wanted - now) / 2


def network(text: str, what: str) -> str:
    """An address or a network as Vercel writes it."""
    try:
        found = ipaddress.ip_network(text, strict=True)
    except ValueError:
        raise Failure("invalid", f"{plain(text, 80)!r} of {what} is no address or network", "Give it like 203.0.113.7 or 203.0.113.0/24") from None
    if found.prefixlen < (8 if found.version == 4 else 16):
        raise Failure("invalid", f"{found} of {what} is a large part of the internet", "Give a narrower network")
    return str(found.network_address) if found.prefixlen == found.max_prefixlen else str(found)


@dataclasses.dataclass(frozen=True)
class Rule:
    """``ours``: a rule of addresses and nothing else. ``until`` None: it has no end."""

    id: str
    name: str
    action: str
    addresses: frozenset[str]
    until: float | None
    active: bool
    ours: bool

    def shown(self) -> dict[str, t.Any]:
        return {"action": self.action, "addresses": sorted(self.addresses), "until": moment(self.until) if self.until is not None else None}


def rules(client: Client, project_id: str) -> list[Rule]:
    """The active rules; none where the project's firewall was never configured. One request."""
    try:
        answer = client.call(operations.GET_FIREWALL_CONFIG, path={"configVersion": "active"}, query={"projectId": project_id})
    except Failure as failure:
        if failure.kind == "not_found":
            return []
        raise
    listed = answer.get("rules")
    if not isinstance(listed, list) or not all(isinstance(it, dict) and isinstance(it.get("id"), str) and isinstance(it.get("name"), str) for it in listed):
        raise malformed("list of firewall rules")
    return [_rule(it) for it in listed]


def _rule(raw: dict[str, t.Any]) -> Rule:
    found = _UNTIL.fullmatch(raw["name"])
    until = None
    if found:
        try:
            until = datetime.strptime(found.group(2), _TIME).replace(tzinfo=UTC).timestamp()
        except ValueError:
            found = None
    action = raw.get("action")
    mitigate = action.get("mitigate") if isinstance(action, dict) else None
    groups = raw.get("conditionGroup")
    first = groups[0].get("conditions") if isinstance(groups, list) and len(groups) == 1 and isinstance(groups[0], dict) else None
    condition = first[0] if isinstance(first, list) and len(first) == 1 and isinstance(first[0], dict) else {}
    values = condition.get("value")
    ours = condition.get("type") == "ip_address" and condition.get("op") == "inc" and not condition.get("neg") and isinstance(values, list)
    return Rule(
        plain(raw["id"], 200),
        plain(found.group(1) if found else raw["name"], 200),
        plain(mitigate.get("action"), 40) if isinstance(mitigate, dict) else "",
        frozenset(plain(value, 80) for value in values) if ours and isinstance(values, list) else frozenset(),
        until,
        raw.get("active") is True,
        ours,
    )


@dataclasses.dataclass
class Plan:
    """What is before and after, by the rule's name, and how it comes about; ``actions``: (body, for people), in order."""

    before: dict[str, dict[str, t.Any] | None] = dataclasses.field(default_factory=dict)
    after: dict[str, dict[str, t.Any] | None] = dataclasses.field(default_factory=dict)
    how: dict[str, str] = dataclasses.field(default_factory=dict)
    actions: list[tuple[dict[str, t.Any], str]] = dataclasses.field(default_factory=list)


def plan(known: list[Rule], wishes: list[dict[str, t.Any]], tidy: bool) -> Plan:
    """What makes the rules as wished; with ``tidy`` also, those whose end has passed are removed."""
    made = Plan()
    for wish in wishes:
        name = wish["name"]
        same = [rule for rule in known if rule.name == name]
        if len(same) > 1:
            raise Failure("invalid", f"{len(same)} firewall rules are called {name}", "Remove all but one in the dashboard", VENDOR, code="ambiguous")
        old = same[0] if same else None
        if old is not None and not old.ours:
            raise refuse(f"the firewall rule {name} is no rule of addresses", "Use another name, or change it in the dashboard", "foreign")
        made.before[name] = made.after[name] = old.shown() if old is not None else None
        made.how[name] = "already"
        if wish["state"] == "absent":
            if old is not None:
                made.after[name], made.how[name] = None, "removed"
                made.actions.append(({"action": "rules.remove", "id": old.id, "value": None}, f"without {name}"))
            continue
        wanted = Rule("", name, wish["action"], frozenset(wish["addresses"]), wish["until"], True, True)
        what = f"{wanted.action} {name} until {moment(wish['until'])}"
        if old is None:
            made.how[name] = "created"
            made.actions.append(({"action": "rules.insert", "value": _value(wanted)}, what))
        elif not old.active or (old.action, old.addresses) != (wanted.action, wanted.addresses) or not lasts(old.until, wish["until"]):
            made.how[name] = "edited"
            made.actions.append(({"action": "rules.update", "id": old.id, "value": _value(wanted)}, what))
        if made.how[name] != "already":
            made.after[name] = wanted.shown()
    now = clock.now()
    for rule in known:
        if tidy and rule.ours and rule.until is not None and rule.until <= now and rule.name not in made.how:
            made.before[rule.name], made.after[rule.name], made.how[rule.name] = rule.shown(), None, "expired"
            made.actions.append(({"action": "rules.remove", "id": rule.id, "value": None}, f"without {rule.name}, which has expired"))
    return made


def apply(client: Client, project_id: str, where: str, made: Plan) -> None:
    """One request for each action, and one that sees that all of them hold."""
    for body, what in made.actions:

        def look(body: dict[str, t.Any] = body) -> dict[str, t.Any] | None:
            return {} if _holds(rules(client, project_id), body) else None

        client.change(operations.UPDATE_FIREWALL_CONFIG, f"{where} firewall {what}", query={"projectId": project_id}, body=body, look=look)
    if not made.actions or client.gate.check_mode:
        return
    now = rules(client, project_id)
    for body, what in made.actions:
        if not _holds(now, body):
            raise Failure(
                "failed",
                f"Vercel accepted {what} for the firewall of {where}, and it does not hold",
                "Look at the firewall in the dashboard: the change may wait there as a draft",
                VENDOR,
                operations.UPDATE_FIREWALL_CONFIG.name,
            )


def _value(rule: Rule) -> dict[str, t.Any]:
    until = t.cast(float, rule.until)
    condition = {"type": "ip_address", "op": "inc", "value": sorted(rule.addresses)}
    name = f"{rule.name} (until {moment(until)})"
    return {"name": name, "active": True, "conditionGroup": [{"conditions": [condition]}], "action": {"mitigate": {"action": rule.action}}}


def _holds(now: list[Rule], body: dict[str, t.Any]) -> bool:
    """Whether the effect of this action shows among the active rules."""
    if body["value"] is None:
        return not any(rule.id == body["id"] for rule in now)
    wanted = _rule({"id": "", **body["value"]})
    return any(dataclasses.replace(rule, id="") == wanted for rule in now)


@dataclasses.dataclass(frozen=True)
class Bypass:
    """``domain`` empty: all domains of the project."""

    source: str
    domain: str
    until: float | None

    def __str__(self) -> str:
        return f"{self.source} for {self.domain or 'all domains'}"


def bypasses(client: Client, project_id: str) -> list[Bypass]:
    """The bypasses that hold now. One request for each page."""

    def fetch(offset: t.Any) -> tuple[list[Bypass], t.Any]:
        query = {"projectId": project_id, "limit": LARGEST_PAGE, **({"offset": offset} if offset is not None else {})}
        answer = client.call(operations.GET_BYPASS_IP, query=query)
        if not isinstance(answer.get("result"), list):
            raise malformed("list of bypasses")
        pagination = answer["pagination"] if isinstance(answer.get("pagination"), dict) else {}
        return [_bypass(it) for it in answer["result"]], pagination.get("Id")

    now = clock.now()
    return [it for it in pages(fetch, "bypasses") if it.until is None or it.until > now]


def _bypass(raw: t.Any) -> Bypass:
    if not isinstance(raw, dict) or not isinstance(raw.get("Ip"), str):
        raise malformed("bypass")
    ends = raw.get("ExpiresAt")
    project = raw.get("IsProjectRule") is True
    return Bypass(plain(raw["Ip"], 80), "" if project else plain(raw.get("Domain") or "", 300), ends / 1000 if isinstance(ends, (int, float)) else None)


def add(client: Client, project_id: str, where: str, wish: Bypass, note: str) -> None:
    body = {**_key(wish), **({"note": note} if note else {})}
    if wish.until is not None:
        body["ttl"] = round((wish.until - clock.now()) * 1000)
    _bypass_change(client, operations.ADD_BYPASS_IP, project_id, f"{where} bypass of {wish}", body, lambda: {} if _held(client, project_id, wish) else None)


def remove(client: Client, project_id: str, where: str, wish: Bypass) -> None:
    target = f"{where} without bypass of {wish}"
    _bypass_change(client, operations.REMOVE_BYPASS_IP, project_id, target, _key(wish), lambda: None if _held(client, project_id, wish) else {})


def _bypass_change(
    client: Client, operation: Operation, project_id: str, target: str, body: dict[str, t.Any], look: t.Callable[[], dict[str, t.Any] | None]
) -> None:
    try:
        answer = client.change(operation, target, query={"projectId": project_id}, body=body, look=look)
    except Failure as failure:
        if failure.kind == "plan":
            failure.hint = "A system bypass needs the Pro plan. Let the source in by a rule of addresses in the dashboard, or leave attack mode off"
        raise
    if isinstance(answer, dict) and answer.get("ok") is False:
        raise Failure("failed", f"Vercel did not take it: {target}", "Look at the firewall in the dashboard", VENDOR, operation.name)


def _key(wish: Bypass) -> dict[str, t.Any]:
    return {**({"domain": wish.domain} if wish.domain else {"projectScope": True}), "sourceIp": wish.source}


def _held(client: Client, project_id: str, wish: Bypass) -> bool:
    return any((it.source, it.domain) == (wish.source, wish.domain) for it in bypasses(client, project_id))

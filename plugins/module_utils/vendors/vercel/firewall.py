# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The firewall of a Vercel project as wanted: attack mode, which always has an end; rules of addresses; and who is let through.

Vendor facts (Vercel REST API and its official client): attack mode challenges every visitor, and what is no browser fails: API
clients, webhooks, health checks. Its end is milliseconds, and may be left out, which this collection never does.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import firewall_rules as firewall
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.firewall_rules import Bypass, moment

CHALLENGED = "attack mode challenges every visitor: API clients, webhooks and health checks fail unless they are let through"


def execute(task: Task) -> dict[str, t.Any]:
    """What the module vercel_firewall does; its documentation tells options and result."""
    params = task.params
    wanted = params["attack_mode"]
    until = firewall.end_of(params["attack_mode_for"], "attack_mode_for") if wanted else None
    rules = _rules(params["rules"] or [])
    bypasses = _bypasses(params["bypasses"] or [])
    place = projects.scope(task, params)
    project_id, name, attack = _project(place)
    client = place.client
    # Everything is read and judged before the first change.
    tidy = params["remove_expired"] is True
    plan = firewall.plan(firewall.rules(client, project_id) if rules or tidy else [], rules, tidy)
    held = firewall.bypasses(client, project_id) if bypasses else []
    diff: dict[str, dict[str, t.Any]] = {"before": {}, "after": {}}
    changed = False
    told = []
    for wish, entry in bypasses:
        there = next((it for it in held if (it.source, it.domain) == (wish.source, wish.domain)), None)
        present = entry["state"] == "present"
        diff["before"][f"bypass of {wish}"] = _ends(there)
        diff["after"][f"bypass of {wish}"] = _ends(there or wish) if present else None
        how = "already" if (there is not None) == present else "created" if present else "removed"
        told.append({"source": wish.source, "domain": wish.domain or None, "until": (there or wish).until if present else None, "how": how})
        changed = changed or how != "already"
        if how == "created":
            # Before attack mode begins, so that nobody who is to be let through is challenged.
            firewall.add(client, project_id, name, wish, entry["note"] or "")
    firewall.apply(client, project_id, name, plan)
    diff["before"].update({f"rule {rule}": value for rule, value in plan.before.items()})
    diff["after"].update({f"rule {rule}": value for rule, value in plan.after.items()})
    if wanted is not None:
        now = {"enabled": wanted, "until": until}
        fits = firewall.lasts(attack["until"], until) if until is not None and attack["enabled"] else attack["enabled"] == wanted
        diff["before"]["attack_mode"], diff["after"]["attack_mode"] = _shown(attack), _shown(attack if fits else now)
        if not fits:
            changed = True
            _set_attack_mode(place, project_id, name, wanted, until)
            attack = now
    for (wish, _entry), entry in zip(bypasses, told, strict=True):
        if entry["how"] == "removed":
            firewall.remove(client, project_id, name, wish)
    nothing: dict[str, t.Any] = {"action": None, "addresses": [], "until": None}
    shown = [{"name": rule, "how": plan.how[rule], **(value or nothing)} for rule, value in plan.after.items()]
    return {
        "changed": changed or bool(plan.actions),
        "attack_mode": {"enabled": attack["enabled"], "until": attack["until"]},
        "rules": shown,
        "bypasses": told,
        "notes": [CHALLENGED, f"attack mode ends by itself at {moment(attack['until'])}"] if attack["enabled"] and attack["until"] else [],
        "diff": diff,
    }


def _ends(it: Bypass | None) -> dict[str, t.Any] | None:
    return None if it is None else {"until": moment(it.until) if it.until is not None else None}


def _shown(attack: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"enabled": attack["enabled"], "until": moment(attack["until"]) if attack["enabled"] and attack["until"] is not None else None}


def _rules(given: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The wishes with their ends; refuses what cannot be right."""
    wishes = []
    for entry in given:
        name = entry["name"]
        if not firewall.NAME.fullmatch(name) or "(until" in name:
            raise Failure("invalid", f"{plain(name, 80)!r} is no usable name of a rule", "Give 1 to 80 letters, digits, blanks, and . : / _ -")
        if [other["name"] for other in given].count(name) > 1:
            raise Failure("invalid", f"the rule {name} is there twice", "Name each rule once")
        if entry["state"] == "absent":
            wishes.append(entry)
            continue
        if not entry["addresses"] or not entry["expires_in"]:
            raise Failure("invalid", f"the rule {name} has no addresses or no end", "Give addresses and expires_in: a rule that nobody ends is forgotten")
        addresses = [firewall.network(address, f"the rule {name}") for address in entry["addresses"]]
        wishes.append({**entry, "addresses": addresses, "until": firewall.end_of(entry["expires_in"], "expires_in")})
    return wishes


def _bypasses(given: list[dict[str, t.Any]]) -> list[tuple[Bypass, dict[str, t.Any]]]:
    wishes: list[tuple[Bypass, dict[str, t.Any]]] = []
    for entry in given:
        source = firewall.network(entry["source"], "bypasses")
        until = firewall.end_of(entry["expires_in"], "expires_in") if entry["expires_in"] and entry["state"] == "present" else None
        wish = Bypass(source, (entry["domain"] or "").lower(), until)
        if any((other.source, other.domain) == (wish.source, wish.domain) for other, _entry in wishes):
            raise Failure("invalid", f"the bypass of {wish} is there twice", "Name each source once for each domain")
        wishes.append((wish, entry))
    return wishes


def _project(place: Scope) -> tuple[str, str, dict[str, t.Any]]:
    """(id, name, attack mode) of the project; one request. What has ended is off."""
    try:
        raw = place.client.call(operations.GET_PROJECT, path={"idOrName": place.project})
    except Failure as failure:
        raise projects.missing(place, failure) if failure.kind == "not_found" else failure from None
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("name"), str):
        raise malformed("project")
    security = raw["security"] if isinstance(raw.get("security"), dict) else {}
    ends = security.get("attackModeActiveUntil")
    until = ends / 1000 if isinstance(ends, (int, float)) else None
    enabled = security.get("attackModeEnabled") is True and (until is None or until > clock.now())
    return plain(raw["id"], 200), plain(raw["name"], 200), {"enabled": enabled, "until": until if enabled else None}


def _set_attack_mode(place: Scope, project_id: str, name: str, on: bool, until: float | None) -> None:
    body: dict[str, t.Any] = {"projectId": project_id, "attackModeEnabled": on}
    if until is not None:
        body["attackModeActiveUntil"] = round(until * 1000)

    def look() -> dict[str, t.Any] | None:
        _id, _name, now = _project(place)
        return {"attackModeEnabled": on} if now == {"enabled": on, "until": until} else None

    target = f"{name} attack mode {f'until {moment(until)}' if until is not None else 'off'}"
    answer = place.client.change(operations.UPDATE_ATTACK_MODE, target, body=body, look=look)
    if not planned(answer) and answer.get("attackModeEnabled") is not on and look() is None:
        raise Failure(
            "failed",
            f"Vercel accepted attack mode {'on' if on else 'off'} for {name}, and it does not hold",
            "Set it in the project's firewall in the dashboard",
            VENDOR,
            operations.UPDATE_ATTACK_MODE.name,
        )

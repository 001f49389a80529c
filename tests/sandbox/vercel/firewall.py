# SPDX-License-Identifier: GPL-3.0-or-later
"""A project's firewall: attack mode, rules and system bypasses.

A change of the rules is one action and answers with nothing. An insert never looks whether the rule is there already.
"""

from __future__ import annotations

import typing as t

from . import render
from .asked import Answer, Asked, Routes
from .state import Json, Project, VercelError

CRS = ("gen", "java", "lfi", "ma", "php", "rce", "rfi", "sd", "sf", "sqli", "xss")
OPERATORS = {"eq", "neq", "inc", "ninc", "pre", "suf", "sub", "re", "ex", "nex"}
MOST_BYPASSES = 256
ACTIONS = {"deny", "challenge", "log", "bypass", "rate_limit", "redirect"}


def _project(asked: Asked, name: t.Any) -> Project:
    if not name:
        raise VercelError(400, "bad_request", "Missing required property `projectId`.")
    return asked.vercel.project_named(str(name), asked.team)


def set_attack_mode(asked: Asked) -> Answer:
    body = asked.body
    project = _project(asked, body.get("projectId"))
    enabled, until = body.get("attackModeEnabled"), body.get("attackModeActiveUntil")
    if not isinstance(enabled, bool) or set(body) - {"projectId", "attackModeEnabled", "attackModeActiveUntil"}:
        raise VercelError(400, "bad_request", "Invalid request: `attackModeEnabled` should be boolean.")
    now = asked.vercel.world.now()
    # Seconds in place of milliseconds are a time of long ago.
    if until is not None and (not isinstance(until, int | float) or until <= now * 1000):
        raise VercelError(400, "bad_request", "Invalid request: `attackModeActiveUntil` should be in the future.")
    project.security = {"attackModeEnabled": enabled, "attackModeActiveUntil": until if enabled else None, "attackModeUpdatedAt": render.ms(now)}
    asked.vercel.world.changed()
    return 200, {"attackModeEnabled": enabled, "attackModeUpdatedAt": render.ms(now)}


def _config(project: Project) -> Json:
    return {
        "id": f"waf_{project.id.removeprefix('prj_')}",
        "ownerId": project.team.id,
        "projectKey": project.id,
        "version": project.firewall_version,
        "updatedAt": "2026-11-01T00:00:00.000Z",
        "firewallEnabled": True,
        "crs": {name: {"active": False, "action": "log"} for name in CRS},
        "ips": [],
        "changes": [],
        "rules": [{**rule, "valid": True} for rule in project.firewall or []],
    }


def read_config(asked: Asked) -> Answer:
    project = _project(asked, asked.query.get("projectId"))
    if project.firewall is None or asked.names["version"] not in ("active", str(project.firewall_version)):
        raise VercelError(404, "not_found", "Firewall configuration not found")
    return 200, _config(project)


def update_config(asked: Asked) -> Answer:
    project, body = _project(asked, asked.query.get("projectId")), asked.body
    action, value = body.get("action"), body.get("value")
    rules = list(project.firewall or [])
    if action == "rules.insert":
        rules.append({"id": f"rule_{asked.vercel.world.word(12).lower()}", **_rule(value)})
    elif action in ("rules.update", "rules.remove"):
        places = [index for index, rule in enumerate(rules) if rule["id"] == body.get("id")]
        if not places:
            raise VercelError(404, "not_found", "The rule could not be found")
        if action == "rules.remove":
            del rules[places[0]]
        else:
            rules[places[0]] = {"id": body["id"], **_rule(value)}
    else:
        raise VercelError(400, "bad_request", "Invalid request: `action` is not one of the allowed values.")
    if project.firewall_drafts:
        # The change waits for somebody who publishes it.
        return 200, {}
    project.firewall, project.firewall_version = rules, project.firewall_version + 1
    asked.vercel.world.changed()
    return 200, {}


def _rule(value: t.Any) -> Json:
    try:
        conditions = [condition for group in value["conditionGroup"] for condition in group["conditions"]]
        right = value["action"]["mitigate"]["action"] in ACTIONS and all(it["op"] in OPERATORS and isinstance(it["type"], str) for it in conditions)
        if right and isinstance(value["name"], str) and isinstance(value["active"], bool) and conditions:
            return dict(value)
    except (KeyError, TypeError):
        pass
    raise VercelError(400, "bad_request", "Invalid request: `value` is no rule.")


def _bypasses(asked: Asked) -> tuple[Project, list[Json]]:
    project = _project(asked, asked.query.get("projectId"))
    if project.plan == "hobby":
        raise VercelError(402, "payment_required", "System bypass rules need the Pro plan.")
    now = asked.vercel.world.now() * 1000
    project.bypasses = [it for it in project.bypasses if it.get("ExpiresAt") is None or it["ExpiresAt"] > now]
    return project, project.bypasses


def _wish(body: Json) -> tuple[str, str]:
    domain = "*" if body.get("projectScope") else body.get("domain")
    source = "0.0.0.0/0" if body.get("allSources") else body.get("sourceIp")
    if not isinstance(domain, str) or not isinstance(source, str) or set(body) - {"domain", "projectScope", "sourceIp", "allSources", "ttl", "note"}:
        raise VercelError(400, "bad_request", "Invalid request: `domain` or `projectScope`, and `sourceIp` or `allSources` are required.")
    return domain, source


def list_bypasses(asked: Asked) -> Answer:
    found = _bypasses(asked)[1]
    project = _project(asked, asked.query.get("projectId"))
    start = next((index for index, it in enumerate(found) if it["Id"] == asked.query.get("offset")), -1) + 1
    page = found[start : start + asked.limit(MOST_BYPASSES)]
    more = {"pagination": {"Id": page[-1]["Id"], "OwnerId": project.team.id}} if start + len(page) < len(found) else {}
    return 200, {"result": page, **more}


def add_bypass(asked: Asked) -> Answer:
    project, found = _bypasses(asked)
    domain, source = _wish(asked.body)
    now = asked.vercel.world.now()
    at = render.iso(now)
    entry = {
        "Id": f"bypass_{asked.vercel.world.word(12)}",
        "OwnerId": project.team.id,
        "ProjectId": project.id,
        "Domain": domain,
        "Ip": source,
        "Action": "bypass",
        "IsProjectRule": domain == "*",
        "Note": asked.body.get("note", ""),
        "ActorId": render.OWNER["uid"],
        "CreatedAt": at,
        "UpdatedAt": at,
        "UpdatedAtHour": f"{at[:13]}:00:00.000Z",
        "ExpiresAt": render.ms(now) + asked.body["ttl"] if "ttl" in asked.body else None,
    }
    # Asked for twice, it is there twice.
    found.append(entry)
    asked.vercel.world.changed()
    return 200, {"ok": True, "result": [entry]}


def remove_bypass(asked: Asked) -> Answer:
    project, found = _bypasses(asked)
    domain, source = _wish(asked.body)
    kept = [it for it in found if (it["Domain"], it["Ip"]) != (domain, source)]
    if len(kept) == len(found):
        raise VercelError(404, "not_found", "The bypass rule could not be found")
    project.bypasses = kept
    asked.vercel.world.changed()
    return 200, {"ok": True}


ROUTES: Routes = (
    ("POST", "/v1/security/attack-mode", set_attack_mode),
    ("GET", "/v1/security/firewall/config/{version}", read_config),
    ("PATCH", "/v1/security/firewall/config", update_config),
    ("GET", "/v1/security/firewall/bypass", list_bypasses),
    ("POST", "/v1/security/firewall/bypass", add_bypass),
    ("DELETE", "/v1/security/firewall/bypass", remove_bypass),
)

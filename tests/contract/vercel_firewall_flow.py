# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the rooms of the firewall and of Global Config ask Vercel for, once."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import firewall, global_config
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import COMMON, Json, Vercel, project

SETTINGS: Json = {"allow": "change", "attack_mode": None, "attack_mode_for": None, "rules": None, "bypasses": None, "remove_expired": None}
RULES = "/v1/security/firewall/config/active"


def stored(name: str, *addresses: str, action: str = "deny") -> Json:
    condition = {"type": "ip_address", "op": "inc", "value": list(addresses)}
    group = [{"conditions": [condition]}]
    return {"id": f"rule_{name[:3]}", "name": name, "active": True, "conditionGroup": group, "action": {"mitigate": {"action": action}}}


def flow(vercel: Vercel) -> None:
    rule = {"action": "deny", "addresses": ["192.0.2.7"], "expires_in": "1h", "state": "present"}
    vercel.on("GET", "/v9/projects/hydrogen", project(security={}))
    before = [stored("old", "192.0.2.1"), stored("turned", "192.0.2.1")]
    vercel.on("GET", RULES, {"rules": before})
    vercel.on("PATCH", "/v1/security/firewall/config", {})
    vercel.on("GET", "/v1/security/firewall/bypass", {"result": [{"Ip": "203.0.113.9", "Domain": "*", "IsProjectRule": True}]})
    vercel.on("POST", "/v1/security/firewall/bypass", {"ok": True, "result": []})
    vercel.on("DELETE", "/v1/security/firewall/bypass", {"ok": True})
    vercel.on("POST", "/v1/security/attack-mode", {"attackModeEnabled": True, "attackModeUpdatedAt": 1})
    wishes: Json = {
        "attack_mode": True,
        "attack_mode_for": "1h",
        "rules": [{**rule, "name": "new"}, {**rule, "name": "turned"}, {"name": "old", "state": "absent"}],
        "bypasses": [
            {"source": "203.0.113.7", "domain": "app.example.com", "note": "webhooks", "expires_in": "1h", "state": "present"},
            {"source": "203.0.113.9", "domain": None, "note": None, "expires_in": None, "state": "absent"},
        ],
    }
    plan = transaction.outcome(firewall.execute, {**COMMON, **SETTINGS, **wishes}, True)
    until = plan["rules"][0]["until"]
    after = [stored(f"new (until {until})", "192.0.2.7"), stored(f"turned (until {until})", "192.0.2.7")]
    vercel.on("GET", RULES, {"rules": before}, {"rules": after})
    done = transaction.outcome(firewall.execute, {**COMMON, **SETTINGS, **wishes}, False)
    assert [it["how"] for it in done["rules"]] == ["created", "edited", "removed"], done
    assert done["changes"] == plan["changes"]


def global_config_of(name: str) -> Json:
    given = {**COMMON, "allow": "change", "config": name, "items": {"maintenance": True}, "absent": ["old"]}
    given.pop("project")
    return transaction.outcome(global_config.execute, given, False)


def flow_of_global_config(vercel: Vercel) -> None:
    before = [{"key": "maintenance", "value": False}, {"key": "old", "value": 1}]
    after = [{"key": "maintenance", "value": True}]
    vercel.on("GET", "/v1/global-config", [{"id": "ecfg_today", "slug": "flags"}])
    vercel.on("GET", "/v1/global-config/ecfg_today/items", before, after)
    vercel.on("PATCH", "/v1/global-config/ecfg_today/items", {"status": "ok"})
    assert global_config_of("flags")["changed"]


def flow_of_edge_config(vercel: Vercel) -> None:
    vercel.on("GET", "/v1/global-config", (410, {"error": {"code": "gone", "message": "gone"}}))
    vercel.on("GET", "/v1/edge-config", [{"id": "ecfg_former", "slug": "flags"}])
    vercel.on("GET", "/v1/edge-config/ecfg_former/items", [{"key": "maintenance", "value": False}], [{"key": "maintenance", "value": True}])
    vercel.on("PATCH", "/v1/edge-config/ecfg_former/items", {"status": "ok"})
    assert global_config_of("flags")["changed"]

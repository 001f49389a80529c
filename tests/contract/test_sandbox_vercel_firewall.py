# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's firewall and Global Config at Vercel against the vendor's documents, and their quirks one by one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Json, Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control
from ansible_collections.saasops.runbooks.tests.sandbox.vercel import firewall, global_config

CONFIG, BYPASS, ATTACK = "/v1/security/firewall/config", "/v1/security/firewall/bypass", "/v1/security/attack-mode"
HERE = {"projectId": "hydrogen"}


def rule(name: str = "scrapers") -> Json:
    condition = {"type": "ip_address", "op": "inc", "value": ["192.0.2.7"]}
    return {"name": name, "active": True, "conditionGroup": [{"conditions": [condition]}], "action": {"mitigate": {"action": "deny"}}}


def insert(vercel: Vercel) -> str:
    assert vercel.ask("PATCH", CONFIG, {"action": "rules.insert", "value": rule()}, **HERE)[:2] == (200, {})
    return str(vercel.get(f"{CONFIG}/active", **HERE)["rules"][-1]["id"])


def add(vercel: Vercel, **more: t.Any) -> int:
    return vercel.ask("POST", BYPASS, {"projectScope": True, "sourceIp": "203.0.113.7", **more}, **HERE)[0]


BODIES: dict[tuple[str, str], Json] = {
    ("POST", ATTACK): {"projectId": "hydrogen", "attackModeEnabled": False},
    ("PATCH", CONFIG): {"action": "rules.insert", "value": rule()},
    ("POST", BYPASS): {"domain": "app.example.com", "sourceIp": "203.0.113.7", "ttl": 60000, "note": "webhooks"},
    ("DELETE", BYPASS): {"projectScope": True, "sourceIp": "203.0.113.7"},
    ("PATCH", "/v1/global-config/{config}/items"): {"items": [{"operation": "upsert", "key": "maintenance", "value": True}]},
    ("PATCH", "/v1/edge-config/{config}/items"): {"items": [{"operation": "upsert", "key": "maintenance", "value": True}]},
}


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _operation in (*firewall.ROUTES, *global_config.ROUTES)])
def test_every_operation_answers_as_the_vendor_s_document_says(vercel: Vercel, method: str, path: str) -> None:
    insert(vercel)
    assert add(vercel) == 200
    config = listed(vercel)[0]["id"]
    names = {"version": "active", "config": config}
    query = HERE if "firewall" in path else {}
    assert vercel.ask(method, path.format(**names), BODIES.get((method, path)), **query)[0] == 200


def listed(vercel: Vercel) -> list[Json]:
    return t.cast("list[Json]", vercel.get("/v1/global-config"))


# -- the firewall
def test_an_insert_that_is_sent_twice_is_two_rules(vercel: Vercel) -> None:
    assert vercel.ask("GET", f"{CONFIG}/active", **HERE)[0] == 404
    first, second = insert(vercel), insert(vercel)
    assert first != second
    assert vercel.ask("PATCH", CONFIG, {"action": "rules.update", "id": first, "value": rule("probes")}, **HERE)[0] == 200
    assert vercel.ask("PATCH", CONFIG, {"action": "rules.remove", "id": second, "value": None}, **HERE)[0] == 200
    now = vercel.get(f"{CONFIG}/active", **HERE)
    assert ([it["name"] for it in now["rules"]], now["version"]) == (["probes"], 5)
    assert vercel.ask("PATCH", CONFIG, {"action": "rules.remove", "id": second, "value": None}, **HERE)[0] == 404


@pytest.mark.parametrize("body", [{"action": "rules.explode", "id": "x", "value": None}, {"action": "rules.insert", "value": {"name": "x"}}])
def test_nonsense_is_refused(sandbox: Control, vercel: Vercel, body: Json) -> None:
    assert vercel.ask("PATCH", CONFIG, body, **HERE)[0] == 400
    assert vercel.ask("PATCH", CONFIG, {"action": "rules.insert", "value": rule()})[0] == 400
    assert [entry["effect"] for entry in sandbox.journal(changes=True)] == [False, False]


def test_a_change_may_wait_as_a_draft(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", firewall_drafts=True)
    assert vercel.ask("PATCH", CONFIG, {"action": "rules.insert", "value": rule()}, **HERE)[0] == 200
    assert vercel.ask("GET", f"{CONFIG}/active", **HERE)[0] == 404


def test_attack_mode_ends_in_milliseconds(vercel: Vercel, member: ClockMember) -> None:
    until = round((member.now() + 3600) * 1000)
    wish = {"projectId": "hydrogen", "attackModeEnabled": True, "attackModeActiveUntil": until}
    assert vercel.ask("POST", ATTACK, wish)[1]["attackModeEnabled"] is True
    assert vercel.get("/v9/projects/hydrogen")["security"]["attackModeActiveUntil"] == until
    assert vercel.ask("POST", ATTACK, {**wish, "attackModeActiveUntil": until // 1000})[0] == 400
    assert vercel.ask("POST", ATTACK, {**wish, "attackModeEnabled": "yes"})[0] == 400


def test_bypasses_live_for_milliseconds_and_are_deleted_by_a_body(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    assert [add(vercel, ttl=60000), add(vercel)] == [200, 200]
    assert [it["IsProjectRule"] for it in vercel.get(BYPASS, **HERE)["result"]] == [True, True]
    member.sleep(61)
    assert len(vercel.get(BYPASS, **HERE)["result"]) == 1
    gone = {"projectScope": True, "sourceIp": "203.0.113.7"}
    assert vercel.ask("DELETE", BYPASS, gone, **HERE)[0] == 200
    assert vercel.ask("DELETE", BYPASS, gone, **HERE)[0] == 404
    assert vercel.ask("POST", BYPASS, {"sourceIp": "203.0.113.7"}, **HERE)[0] == 400
    sandbox.patch("app", plan="hobby")
    assert vercel.ask("GET", BYPASS, **HERE)[0] == 402 and add(vercel) == 402


def test_bypasses_are_paged(vercel: Vercel) -> None:
    for _turn in range(3):
        add(vercel)
    page = vercel.get(BYPASS, limit=2, **HERE)
    rest = vercel.get(BYPASS, limit=2, offset=page["pagination"]["Id"], **HERE)
    assert (len(page["result"]), len(rest["result"]), "pagination" in rest) == (2, 1, False)


# -- Global Config
def test_operations_of_one_request_happen_together_or_not_at_all(vercel: Vercel) -> None:
    items = f"/v1/global-config/{listed(vercel)[0]['id']}/items"

    def patch(*operations: Json) -> int:
        return int(vercel.ask("PATCH", items, {"items": list(operations)})[0])

    def values() -> Json:
        return {it["key"]: it["value"] for it in vercel.get(items)}

    before = values()
    upsert = {"operation": "upsert", "key": "notice", "value": {"on": None}}
    assert patch(upsert, {"operation": "create", "key": "maintenance", "value": True}) == 409
    assert patch(upsert, {"operation": "delete", "key": "never"}) == 409
    assert patch(upsert, {"operation": "upsert", "key": "a b", "value": 1}) == 400
    assert values() == before
    assert patch(upsert, {"operation": "delete", "key": "banner"}) == 200
    assert values() == {"maintenance": False, "notice": {"on": None}}
    assert vercel.ask("GET", items.replace("global-config", "edge-config"))[0] == 200


def test_an_old_installation_knows_the_former_address(sandbox: Control, vercel: Vercel) -> None:
    config = listed(vercel)[0]["id"]
    sandbox.patch("app", edge_config_status=410)
    assert vercel.ask("GET", f"/v1/global-config/{config}/items")[0] == 410
    assert vercel.ask("GET", f"/v1/edge-config/{config}/items")[0] == 200
    assert vercel.ask("GET", "/v1/global-config/ecfg_none/items")[0] == 404

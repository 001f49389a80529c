# SPDX-License-Identifier: GPL-3.0-or-later
"""A project's firewall: attack mode with an end, rules with an end, and who is let through; in the sandbox's virtual time."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_firewall
from tests.integration.tasks import Json, asked
from tests.integration.vercel_shop import changes, check_planned_and_done, run

PROJECT, RULES, BYPASSES = "get_project", "get_firewall_config", "get_bypass_ip"
ATTACK, CHANGE, ADD, REMOVE = "update_attack_challenge_mode", "update_firewall_config", "add_bypass_ip", "remove_bypass_ip"
HOUR = 3600.0


@pytest.fixture
def world(sandbox: t.Any) -> Iterator[t.Any]:
    return sandbox


def ensure(world: t.Any, **options: t.Any) -> Json:
    return check_planned_and_done(world, vercel_firewall, **options)


def failed(world: t.Any, **options: t.Any) -> Json:
    plan = run(world, vercel_firewall, True, **options)
    failure = run(world, vercel_firewall, **options)["failure"]
    assert failure["hint"] and plan["failure"]["message"] == failure["message"]
    assert changes(world) == []
    return t.cast(Json, failure)


def rule(name: str = "scrapers", **more: t.Any) -> Json:
    return {"name": name, "addresses": ["198.51.100.0/24", "192.0.2.7"], "expires_in": "24h", **more}


def stored(world: t.Any) -> list[Json]:
    return t.cast("list[Json]", world.state("app")["firewall"]["rules"] or [])


def now(world: t.Any) -> float:
    return float(world.clock()["now"])


# -- attack mode
def test_attack_mode_begins_with_an_end_and_ends_by_itself(world: t.Any) -> None:
    began = now(world)
    done = ensure(world, attack_mode=True, attack_mode_for="1h")
    assert asked(done) == [PROJECT, ATTACK]
    until = done["attack_mode"]["until"]
    assert HOUR <= until - began < HOUR + 120
    # Milliseconds, as the vendor counts.
    assert world.journal(changes=True)[-1]["body"]["attackModeActiveUntil"] == until * 1000
    assert "health checks fail" in done["notes"][0] and "ends by itself" in done["notes"][1]
    world.advance(20 * 60)
    assert not run(world, vercel_firewall, attack_mode=True, attack_mode_for="1h")["changed"]
    # Less than half is left: prolonged.
    world.advance(20 * 60)
    assert ensure(world, attack_mode=True, attack_mode_for="1h")["attack_mode"]["until"] > until
    world.advance(2 * HOUR)
    assert run(world, vercel_firewall, attack_mode=False)["attack_mode"] == {"enabled": False, "until": None}
    assert len(changes(world)) == 2


def test_attack_mode_can_be_ended_and_gets_an_end_that_it_lacks(world: t.Any) -> None:
    world.patch("app", security={"attackModeEnabled": True, "attackModeActiveUntil": None})
    assert ensure(world, attack_mode=True, attack_mode_for="1h")["attack_mode"]["until"]
    done = ensure(world, attack_mode=False)
    assert (done["attack_mode"], done["notes"]) == ({"enabled": False, "until": None}, [])
    assert len(changes(world)) == 2


def test_who_is_to_be_let_through_is_let_through_first(world: t.Any) -> None:
    webhooks = {"source": "203.0.113.7", "note": "webhooks"}
    done = ensure(
        world, attack_mode=True, attack_mode_for="1h", bypasses=[webhooks, {"source": "203.0.113.0/24", "domain": "app.example.com", "expires_in": "7d"}]
    )
    assert asked(done) == [PROJECT, BYPASSES, ADD, ADD, ATTACK]
    assert [(it["source"], it["domain"], it["how"]) for it in done["bypasses"]] == [
        ("203.0.113.7", None, "created"),
        ("203.0.113.0/24", "app.example.com", "created"),
    ]
    bodies = [entry["body"] for entry in world.journal(changes=True)[:2]]
    assert bodies[0] == {"projectScope": True, "sourceIp": "203.0.113.7", "note": "webhooks"}
    assert bodies[1]["ttl"] >= 7 * 86400 * 1000
    done = ensure(world, attack_mode=False, bypasses=[{**webhooks, "state": "absent"}, {"source": "203.0.113.9", "state": "absent"}])
    # Only afterwards nobody needs it any more.
    assert asked(done) == [PROJECT, BYPASSES, ATTACK, REMOVE]
    assert [it["how"] for it in done["bypasses"]] == ["removed", "already"]
    world.advance(8 * 86400)
    again = {"source": "203.0.113.0/24", "domain": "app.example.com", "expires_in": "7d"}
    assert ensure(world, bypasses=[again])["bypasses"][0]["how"] == "created"


# -- rules
def test_a_rule_is_made_once_and_kept_by_its_name(world: t.Any) -> None:
    done = ensure(world, rules=[rule(), rule("probes", action="challenge", addresses=["2001:db8::/32"])])
    assert asked(done) == [PROJECT, RULES, CHANGE, CHANGE, RULES]
    assert [(it["name"], it["how"], it["action"]) for it in done["rules"]] == [("scrapers", "created", "deny"), ("probes", "created", "challenge")]
    assert [it["name"].split(" (until 20")[0] for it in stored(world)] == ["scrapers", "probes"]
    quiet = run(world, vercel_firewall, rules=[rule()])
    assert (quiet["changed"], asked(quiet)) == (False, [PROJECT, RULES])
    edited = ensure(world, rules=[rule(addresses=["192.0.2.8"])])
    assert (edited["rules"][0]["how"], len(stored(world))) == ("edited", 2)
    gone = ensure(world, rules=[{"name": "scrapers", "state": "absent"}, {"name": "never", "state": "absent"}])
    assert [it["how"] for it in gone["rules"]] == ["removed", "already"]
    assert len(stored(world)) == 1


def test_a_rule_past_its_end_is_removed_or_made_anew(world: t.Any) -> None:
    ensure(world, rules=[rule(expires_in="1h"), rule("probes", expires_in="1h"), rule("long")])
    world.advance(2 * HOUR)
    done = ensure(world, rules=[rule("probes", expires_in="1h")], remove_expired=True)
    assert {it["name"]: it["how"] for it in done["rules"]} == {"probes": "edited", "scrapers": "expired"}
    assert [it["name"].split(" (until")[0] for it in stored(world)] == ["probes", "long"]
    assert not run(world, vercel_firewall, remove_expired=True)["changed"]


def foreign(name: str = "scrapers", **more: t.Any) -> Json:
    condition = {"type": "path", "op": "pre", "value": "/admin", **more}
    return {"id": f"rule_{name}", "name": name, "active": True, "conditionGroup": [{"conditions": [condition]}], "action": {"mitigate": {"action": "deny"}}}


def test_rules_of_others_are_left(world: t.Any) -> None:
    world.patch("app", firewall=[foreign(), foreign("other (until 2020-01-01T00:00Z)")])
    failure = failed(world, rules=[rule()], bypasses=[{"source": "203.0.113.7"}])
    assert (failure["kind"], failure["code"]) == ("refused", "foreign")
    assert not run(world, vercel_firewall, remove_expired=True)["changed"]
    ensure(world, rules=[rule("mine")])
    assert len(stored(world)) == 3


def test_two_rules_of_one_name_are_for_a_person(world: t.Any) -> None:
    world.patch("app", firewall=[foreign(), {**foreign(), "id": "rule_2"}])
    assert failed(world, rules=[rule()])["code"] == "ambiguous"


def test_a_rule_that_was_switched_off_is_switched_on(world: t.Any) -> None:
    ensure(world, rules=[rule()])
    world.patch("app", firewall=[{**stored(world)[0], "active": False}])
    assert ensure(world, rules=[rule()])["rules"][0]["how"] == "edited"


def test_what_waits_as_a_draft_does_not_hold(world: t.Any) -> None:
    world.patch("app", firewall_drafts=True)
    result = run(world, vercel_firewall, rules=[rule()])
    assert (result["failure"]["kind"], "draft" in result["failure"]["hint"]) == ("failed", True)


# -- what must not pass
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"attack_mode": True, "attack_mode_for": "30s"}, "attack_mode_for"),
        ({"attack_mode": True, "attack_mode_for": "soon"}, "attack_mode_for"),
        ({"rules": [rule(expires_in=None)]}, "no end"),
        ({"rules": [rule(addresses=[])]}, "no addresses"),
        ({"rules": [rule(addresses=["198.51.100.300"])]}, "no address"),
        ({"rules": [rule(addresses=["198.51.100.7/24"])]}, "no address"),
        ({"rules": [rule(addresses=["0.0.0.0/0"])]}, "large part"),
        ({"rules": [rule("a (until tomorrow)")]}, "usable name"),
        ({"rules": [rule(""), rule()]}, "usable name"),
        ({"rules": [rule(), rule()]}, "twice"),
        ({"bypasses": [{"source": "everybody"}]}, "no address"),
        ({"bypasses": [{"source": "203.0.113.7"}, {"source": "203.0.113.7"}]}, "twice"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_asked(world: t.Any, options: Json, words: str) -> None:
    failure = failed(world, **options)
    assert (failure["kind"], words in failure["message"]) == ("invalid", True)
    assert world.journal(vendor="vercel") == []


def test_a_plan_without_bypasses_is_told_before_attack_mode_begins(world: t.Any) -> None:
    world.patch("app", plan="hobby")
    failure = failed(world, attack_mode=True, attack_mode_for="1h", bypasses=[{"source": "203.0.113.7"}])
    assert (failure["kind"], failure["status"]) == ("plan", 402)
    assert failed(world, attack_mode=False, project="hydrogem")["kind"] == "not_found"


# -- what can go wrong on the way
@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after"])
def test_whatever_happens_to_the_changes_each_has_one_effect(world: t.Any, kind: str) -> None:
    gone = {"source": "203.0.113.9", "state": "absent"}
    ensure(world, rules=[rule("old"), rule("turned")], bypasses=[{**gone, "state": "present"}])
    world.clear_journal()
    for operation, skip in (("attack-mode", 0), ("PATCH .*config", 0), ("PATCH .*config", 2), ("POST .*bypass", 0), ("DELETE .*bypass", 0)):
        world.fault(kind, vendor="vercel", operation=operation, skip=skip, changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    wishes = [rule("new"), rule("turned", action="challenge"), {"name": "old", "state": "absent"}]
    options = {"attack_mode": True, "attack_mode_for": "1h", "rules": wishes, "bypasses": [{"source": "203.0.113.7"}, gone]}
    done = run(world, vercel_firewall, request_timeout=1.0, **options)
    assert not done.get("failed"), done["msg"]
    assert len(changes(world)) == 6
    assert sorted(it["name"].split(" (until")[0] for it in stored(world)) == ["new", "turned"]
    assert [it["Ip"] for it in world.state("app")["firewall"]["bypasses"]] == ["203.0.113.7"]
    assert not run(world, vercel_firewall, **options)["changed"]


def test_a_list_of_bypasses_that_goes_round_is_told(world: t.Any) -> None:
    entry = {"Id": "b", "OwnerId": "o", "Ip": "203.0.113.1", "Domain": "*", "IsProjectRule": True}
    world.fault("body", vendor="vercel", operation="bypass", body={"result": [entry], "pagination": {"Id": "b", "OwnerId": "o"}}, times=0)
    assert failed(world, bypasses=[{"source": "203.0.113.7"}])["kind"] == "protocol"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("config", {}),
        ("config", {"rules": [None]}),
        ("config", {"rules": [{"id": 1, "name": "x"}]}),
        ("bypass", {}),
        ("bypass", {"result": [{"Ip": 5}]}),
        ("projects", {"id": 5}),
    ],
)
def test_an_answer_that_is_none_is_told_before_anything_changes(world: t.Any, operation: str, body: Json) -> None:
    world.fault("body", vendor="vercel", operation=operation, changes=False, body=body, times=0)
    assert failed(world, attack_mode=True, attack_mode_for="1h", rules=[rule()], bypasses=[{"source": "203.0.113.7"}])["kind"] == "protocol"


def test_rules_of_strange_shapes_are_nobody_s(world: t.Any) -> None:
    strange = [{"id": f"r{n}", "name": "scrapers", "active": True, **more} for n, more in enumerate([{"conditionGroup": "x", "action": 5}])]
    world.fault("body", vendor="vercel", operation="config", changes=False, body={"rules": strange}, times=0)
    assert failed(world, rules=[rule()])["code"] == "foreign"


def test_attack_mode_that_does_not_hold_is_told(world: t.Any) -> None:
    world.fault("body", vendor="vercel", changes=True, body={"attackModeEnabled": False, "attackModeUpdatedAt": 1})
    assert run(world, vercel_firewall, attack_mode=True, attack_mode_for="1h")["failure"]["kind"] == "failed"

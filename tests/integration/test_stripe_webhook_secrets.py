# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_webhook_endpoint where a secret was lost, and where nobody can read whether an endpoint is for connected accounts."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_webhook_endpoint
from tests.harness.writes import Act, Child
from tests.integration.stripe_shop import changes, run
from tests.integration.tasks import Json, asked
from tests.integration.test_stripe_webhooks import CREATE, DELETE, HOOK, UPDATE, by_hand, listed, state

LOST: Json = {"secret_stored": False, "allow": "destroy"}
ROTATING: Json = {"name": "checkout", "state": "rotating"}


def planned_and_done(sandbox: t.Any, **options: t.Any) -> Json:
    """It acts each time, so there is no second run that changes nothing."""
    plan = run(sandbox, stripe_webhook_endpoint, check=True, **options)
    assert not plan.get("failed"), plan["msg"]
    done = run(sandbox, stripe_webhook_endpoint, **options)
    assert not done.get("failed"), done["msg"]
    assert (plan["changes"], plan["diff"], plan["changed"]) == (done["changes"], done["diff"], done["changed"])
    return done


def test_whose_secret_was_lost_is_found_and_made_anew_when_that_is_said(sandbox: t.Any) -> None:
    """A run was killed right after it had made the endpoint: nobody has the secret."""
    first = state(sandbox, **HOOK)
    again = state(sandbox, **HOOK)
    assert (again["changed"], again["secret"], again["endpoint"]["id"]) == (False, None, first["endpoint"]["id"])
    assert state(sandbox, **HOOK, secret_stored=True)["changed"] is False
    for check in (True, False):
        refused = state(sandbox, check, **HOOK, secret_stored=False)
        assert refused["failure"]["code"] == "allow" and changes(sandbox) == [CREATE]
    anew = planned_and_done(sandbox, **HOOK, **LOST)
    assert asked(anew) == ["list_webhook_endpoints", "delete_webhook_endpoint", "create_webhook_endpoint"]
    assert anew["secret"] not in (None, first["secret"]) and [one["id"] for one in listed(sandbox)] == [anew["endpoint"]["id"]] != [first["endpoint"]["id"]]
    assert {**anew["endpoint"], "id": 0, "created_at": 0} == {**first["endpoint"], "id": 0, "created_at": 0}
    assert state(sandbox, **HOOK)["changed"] is False and changes(sandbox) == [CREATE, DELETE, CREATE]


def test_one_that_is_not_there_is_made(sandbox: t.Any) -> None:
    assert state(sandbox, **HOOK, **LOST)["secret"] and changes(sandbox) == [CREATE]


def test_what_it_was_it_is_again(sandbox: t.Any) -> None:
    more = {"enabled": False, "description": "Shop", "metadata": {"team": "shop"}, "api_version": "2026-10-28.endive", "connect": True}
    first = state(sandbox, **HOOK, **more)["endpoint"]
    anew = planned_and_done(sandbox, **{**HOOK, "url": "https://app.example.com/new"}, **LOST)
    assert {**anew["endpoint"], "id": 0, "created_at": 0} == {**first, "id": 0, "created_at": 0, "url": "https://app.example.com/new"}
    assert changes(sandbox) == [CREATE, UPDATE, DELETE, CREATE, UPDATE]


@pytest.mark.parametrize(("number", "when"), [(1, "before"), (1, "after"), (2, "before"), (2, "after")])
@pytest.mark.parametrize("wish", [{**HOOK, **LOST}, {**ROTATING, **LOST}], ids=["present", "rotating"])
def test_a_run_that_is_killed_leaves_one_whose_secret_the_rerun_has(sandbox: t.Any, tmp_path: pathlib.Path, wish: Json, number: int, when: str) -> None:
    """At each of its two changes: never is there one more than there should be."""
    state(sandbox, **HOOK)
    if "state" in wish:
        state(sandbox, **ROTATING)
    there = len(listed(sandbox))
    child = Child(sandbox, Act("stripe_webhook_endpoint", wish), tmp_path)
    sandbox.arm_kill(child.pid, number, when)
    assert child.go() == -9 and len(listed(sandbox)) <= there
    assert state(sandbox, **wish)["secret"].startswith("whsec_") and len(listed(sandbox)) == there


def test_a_run_that_ended_in_between_is_taken_up(sandbox: t.Any) -> None:
    state(sandbox, **HOOK)
    sandbox.fault("status", vendor="stripe", operation=CREATE, times=0, status=503)
    assert state(sandbox, **HOOK, **LOST, deadline="5s", request_timeout="1s")["failed"] and listed(sandbox) == []
    sandbox.clear_faults()
    assert state(sandbox, **HOOK, **LOST)["secret"] and len(listed(sandbox)) == 1
    assert changes(sandbox) == [CREATE, DELETE, CREATE]


def test_a_successor_whose_secret_was_lost_is_made_anew_and_there_is_no_third(sandbox: t.Any) -> None:
    first = state(sandbox, **HOOK)["endpoint"]
    second = state(sandbox, **ROTATING)
    again = state(sandbox, **ROTATING)
    assert (again["changed"], again["secret"], again["endpoint"]["id"]) == (False, None, second["endpoint"]["id"])
    third = planned_and_done(sandbox, **ROTATING, **LOST)
    assert third["secret"] not in (None, second["secret"])
    assert [(one["id"], one["rotation_of"]) for one in listed(sandbox)] == [(third["endpoint"]["id"], first["id"]), (first["id"], None)]
    # While it is rotated, the first stays as it is.
    assert state(sandbox, **HOOK, **LOST)["failure"]["code"] == "rotating"
    assert state(sandbox, name="checkout", state="rotated")["endpoint"]["id"] == third["endpoint"]["id"]
    assert changes(sandbox) == [CREATE, CREATE, DELETE, CREATE, UPDATE, UPDATE]


@pytest.mark.parametrize(
    "options", [{"state": "rotated"}, {"state": "absent"}, {"url": None}, {"enabled_events": None}, {"name": None, "endpoint": "we_1"}], ids=str
)
def test_what_could_not_be_taken_up_is_refused(sandbox: t.Any, options: Json) -> None:
    assert state(sandbox, **{**HOOK, **LOST, **options})["failure"]["kind"] == "invalid" and changes(sandbox) == []


# -- connected accounts
@pytest.mark.parametrize("connect", [True, False])
def test_whether_it_is_for_connected_accounts_is_noted_and_kept(sandbox: t.Any, connect: bool) -> None:
    made = state(sandbox, **HOOK, connect=connect)
    assert made["endpoint"]["connect"] is connect and made["endpoint"]["metadata"] == {}
    assert state(sandbox, **HOOK, connect=connect)["changed"] is False
    for wish in (HOOK, ROTATING):
        assert state(sandbox, **wish, connect=not connect)["failure"]["code"] == "connect"
    assert state(sandbox, **ROTATING)["endpoint"]["connect"] is connect
    sent = [entry["body"] for entry in sandbox.journal(changes=True, vendor="stripe")]
    assert ["&connect=true" in body for body in sent] == [connect, connect]


def test_of_one_that_was_made_by_hand_it_is_not_guessed(sandbox: t.Any) -> None:
    made = by_hand(sandbox)
    taken = state(sandbox, endpoint=made, name="checkout")
    assert taken["endpoint"]["connect"] is None
    for wish in (ROTATING, {**HOOK, **LOST}):
        assert state(sandbox, **wish)["failure"]["code"] == "connect"
    noted = state(sandbox, name="checkout", connect=True)
    assert noted["changed"] and noted["endpoint"]["connect"] is True and listed(sandbox) == [noted["endpoint"]]
    assert state(sandbox, name="checkout", connect=True)["changed"] is False
    assert state(sandbox, **ROTATING)["endpoint"]["connect"] is True

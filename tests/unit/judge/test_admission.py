# SPDX-License-Identifier: GPL-3.0-or-later
"""Where production may go: every reason against it, and what is chosen when nobody names a target."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import admission
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.admission import Refusal

Json = dict[str, t.Any]
NOW = 1_795_143_720.0
DAY = 86400.0
SHAS = {"v1": "4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1", "v2": "77ab310b2281af3309300aaa0020d161371dbe99", "v3": "9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84"}
FORCEABLE = {"marked_bad", "schema_floor", "rotated_secret"}


def deployment(identity: str, version: str = "", days: float = 1.0, **facts: t.Any) -> Json:
    return {
        "id": identity,
        "commit": SHAS.get(version),
        "version": version or None,
        "created_at": NOW - days * DAY,
        "state": "READY",
        "ready": True,
        "in_progress": False,
        "restorable": True,
        "served": True,
        "url": None,
        "artifact": None,
        **facts,
    }


OLD, GOOD, BAD = deployment("d1", "v1", 9), deployment("d2", "v2", 3), deployment("d3", "v3", 0.1, restorable=False)


def state(*history: Json, **facts: t.Any) -> Json:
    """The newest of the history serves, unless ``serving`` says otherwise."""
    listed = sorted(history or (OLD, GOOD, BAD), key=lambda it: -it["created_at"])
    return {
        "where": "vercel hydrogen",
        "serving": listed[0],
        "history": listed,
        "pinned": False,
        "busy": None,
        "busy_with": None,
        "busy_rollback": False,
        "rolling_release": None,
        "paused": False,
        "link": "",
        "auto_deploy": True,
        **facts,
    }


def known(pin: Json | None = None, rotations: dict[str, float] | None = None, **rows: Json) -> Json:
    empty = {"commit": None, "version": None, "created_at": 0.0, "proved_at": None, "bad_at": None, "bad_reason": None, "schema_floor": None}
    return {"releases": {name: {**empty, "deployment": name, **row} for name, row in rows.items()}, "rotations": rotations or {}, "pin": pin}


def codes(refusals: list[Refusal]) -> list[str]:
    return [refusal.code for refusal in refusals]


# -- every reason why not
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"in_progress": True, "ready": False, "state": "BUILDING"}, "not_ready"),
        ({"ready": False, "served": None, "state": "ERROR"}, "failed"),
        ({"ready": False, "served": False, "state": "CANCELED"}, "failed"),
        ({"served": False}, "never_served"),
        ({"restorable": None}, "unknown_restorable"),
        ({"restorable": False}, "not_restorable"),
        ({"ready": False, "restorable": False, "state": "REMOVED"}, "not_restorable"),
    ],
)
def test_a_target_that_cannot_serve_is_refused(facts: Json, code: str) -> None:
    target = {**GOOD, **facts}
    refusals = admission.admit(target, state(OLD, target, BAD), None)
    assert codes(refusals) == [code]
    assert not refusals[0].forceable
    assert admission.admit(target, state(OLD, target, BAD), None, force=True) == refusals, "force does not make it possible"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"serving": None}, "no_serving"),
        ({"rolling_release": {"id": "rr_1"}}, "rolling_release"),
        ({"busy": "a rollback runs", "busy_with": "d1"}, "busy"),
        ({"busy": "a build runs", "busy_with": None}, "busy"),
        ({"pinned": None}, "unknown_pin"),
        ({"paused": True}, "paused"),
    ],
)
def test_a_component_that_cannot_move_is_refused(facts: Json, code: str) -> None:
    refusals = admission.admit(GOOD, state(**facts), None, force=True)
    assert codes(refusals) == [code]


@pytest.mark.parametrize(
    ("memory", "code", "words"),
    [
        (known(d2={"bad_at": NOW, "bad_reason": "leaks memory"}), "marked_bad", "leaks memory"),
        (known(d2={"bad_at": NOW}), "marked_bad", "no reason noted"),
        (known(other={"commit": SHAS["v2"], "bad_at": NOW}), "marked_bad", "no reason noted"),
        (known(d3={"schema_floor": "d3"}), "schema_floor", "fits today's data"),
        (known(d3={"schema_floor": "v3"}), "schema_floor", "fits today's data"),
        (known(d3={"schema_floor": SHAS["v3"][:7]}), "schema_floor", "fits today's data"),
        (known(d3={"schema_floor": "nobody-knows-it"}), "schema_floor", "fits today's data"),
        (known(rotations={"JWT_SECRET": NOW - DAY, "A_KEY": NOW}), "rotated_secret", "A_KEY, JWT_SECRET"),
    ],
)
def test_what_the_ledger_says_against_it_can_be_overruled(memory: Json, code: str, words: str) -> None:
    refusals = admission.admit(GOOD, state(), memory)
    assert codes(refusals) == [code]
    assert words in refusals[0].reason
    assert "-e rollback_force=true" in refusals[0].next_step
    assert refusals[0].forceable
    assert admission.admit(GOOD, state(), memory, force=True) == []


@pytest.mark.parametrize("floor", ["d2", "v2", SHAS["v2"][:7], "d1", "77"])
def test_a_floor_at_or_below_the_target_lets_it_pass(floor: str) -> None:
    refusals = codes(admission.admit(GOOD, state(), known(d3={"schema_floor": floor})))
    # Two characters are no commit: such a floor is not found, and what is not found refuses.
    assert refusals == (["schema_floor"] if floor == "77" else [])


def test_a_floor_may_be_a_release_that_only_the_ledger_remembers() -> None:
    memory = known(d3={"schema_floor": "v0.9"}, gone={"version": "v0.9", "created_at": NOW - 30 * DAY})
    assert admission.admit(OLD, state(), memory) == []


def test_a_secret_rotated_before_the_target_was_made_is_no_reason() -> None:
    assert admission.admit(GOOD, state(), known(rotations={"JWT_SECRET": GOOD["created_at"] - 1})) == []


def test_a_good_target_is_admitted_with_and_without_a_ledger() -> None:
    assert admission.admit(GOOD, state(), None) == []
    assert admission.admit(GOOD, state(), known(d2={"proved_at": NOW - DAY})) == []


def test_all_reasons_are_told_at_once() -> None:
    target = {**GOOD, "restorable": False}
    told = codes(admission.admit(target, state(OLD, target, BAD, paused=True, pinned=None), known(d2={"bad_at": NOW})))
    assert told == ["unknown_pin", "paused", "not_restorable", "marked_bad"]


# -- building it again
@pytest.mark.parametrize("facts", [{"restorable": False}, {"restorable": None}, {"served": False}])
def test_a_rebuild_needs_no_old_build(facts: Json) -> None:
    target = {**GOOD, **facts}
    assert admission.admit(target, state(OLD, target, BAD), None, rebuild=True) == []


def test_a_rebuild_takes_todays_secrets() -> None:
    assert admission.admit(GOOD, state(), known(rotations={"JWT_SECRET": NOW}), rebuild=True) == []


def test_a_rebuild_needs_a_commit() -> None:
    target = deployment("d2", days=3, restorable=False)
    refusals = admission.admit(target, state(OLD, target, BAD), None, rebuild=True)
    assert codes(refusals) == ["no_commit"]
    assert "rollback_to=4d20c7e" in refusals[0].next_step


@pytest.mark.parametrize(("facts", "code"), [({"in_progress": True}, "not_ready"), ({"ready": False, "served": False}, "failed")])
def test_a_rebuild_does_not_mend_a_broken_build(facts: Json, code: str) -> None:
    target = {**GOOD, **facts}
    assert codes(admission.admit(target, state(OLD, target, BAD), None, rebuild=True)) == [code]


# -- what a killed run began
@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"busy_with": "d2"}, False),
        ({"busy_with": "d1"}, True),
        ({"busy_with": "new", "busy_rollback": True}, False),
        ({"busy_with": "new", "busy_rollback": False}, True),
        ({"busy_with": None, "busy_rollback": True}, True),
    ],
)
def test_what_is_on_its_way_to_the_target_already_is_no_obstacle(facts: Json, refused: bool) -> None:
    again = deployment("new", "v2", 0, ready=False, in_progress=True, served=None)
    here = state(OLD, GOOD, BAD, again, serving=BAD, busy="a deployment is under way", **facts)
    assert codes(admission.admit(GOOD, here, None)) == (["busy"] if refused else [])


# -- forward
@pytest.mark.parametrize(
    ("facts", "memory", "expected"),
    [
        ({}, None, []),
        ({"served": False, "restorable": False}, None, []),
        ({"in_progress": True, "ready": False}, None, ["not_ready"]),
        ({"ready": False, "served": None}, None, ["failed"]),
        ({}, known(d9={"bad_at": NOW, "bad_reason": "leaks"}), ["marked_bad"]),
        ({}, known(d2={"schema_floor": "d9"}, rotations={"JWT_SECRET": NOW}), []),
    ],
)
def test_going_forward_needs_less(facts: Json, memory: Json | None, expected: list[str]) -> None:
    target = {**deployment("d9", "v3", 0), **facts}
    here = state(OLD, GOOD, target, serving=GOOD, pinned=True)
    refusals = admission.admit(target, here, memory, forward=True)
    assert codes(refusals) == expected
    assert all("roll_forward" in refusal.next_step or not refusal.forceable for refusal in refusals)


# -- what is chosen
def test_the_newest_earlier_release_is_chosen_without_a_ledger() -> None:
    assert admission.choose(state(), None) == (GOOD, [])


def test_a_proved_release_is_chosen_before_a_newer_one() -> None:
    assert admission.choose(state(), known(d1={"proved_at": NOW - DAY}))[0] == OLD
    assert admission.choose(state(), known(d1={"proved_at": NOW - 8 * DAY}, d2={"proved_at": NOW - DAY}))[0] == GOOD


@pytest.mark.parametrize("facts", [{"restorable": False}, {"restorable": None}, {"served": False}, {"commit": SHAS["v3"]}, {"created_at": NOW}])
def test_what_cannot_be_returned_to_is_not_chosen(facts: Json) -> None:
    target = {**GOOD, **facts}
    assert admission.candidates(state(OLD, target, serving=BAD), None) == [OLD]


def test_what_is_marked_bad_is_not_chosen() -> None:
    assert admission.choose(state(), known(d2={"bad_at": NOW}))[0] == OLD


def test_with_nothing_left_there_is_still_a_next_step() -> None:
    gone = {**GOOD, "restorable": False}
    target, refusals = admission.choose(state(gone, BAD), None)
    assert (target, codes(refusals)) == (None, ["no_target"])
    assert refusals[0].next_step.startswith("-e rollback_to=77ab310 -e rollback_rebuild=true")
    target, refusals = admission.choose(state(BAD), None)
    assert (target, codes(refusals)) == (None, ["no_target"])
    assert "fix forward" in refusals[0].next_step


def test_without_a_serving_release_nothing_is_chosen() -> None:
    target, refusals = admission.choose(state(serving=None), None)
    assert (target, codes(refusals)) == (None, ["no_serving"])
    assert admission.candidates(state(serving=None), None) == []


@pytest.mark.parametrize(
    ("here", "memory", "already"),
    [
        (state(), None, False),
        # Automatic assignment that is off proves nothing: some teams promote every release by hand.
        (state(pinned=True), None, False),
        (state(), known(pin={"run": "7f3c"}), True),
        # Something newer has served: this is where production was put back to.
        (state(serving=GOOD), None, True),
        (state(OLD, GOOD, {**BAD, "served": None}, serving=GOOD, pinned=True), None, True),
        (state(OLD, GOOD, {**BAD, "served": None}, serving=GOOD), None, False),
        (state(OLD, GOOD, {**BAD, "served": False}, serving=GOOD, pinned=True), None, False),
        (state(OLD, GOOD, deployment("again", "v2", 0), serving=GOOD), None, False),
        (state(), known(), False),
        (state(serving=None), None, False),
        # Railway: a rollback is a new deployment of old code, with other code in between.
        (state(OLD, GOOD, BAD, deployment("again", "v2", 0)), None, True),
        # The same code once more, with nothing in between, is no rollback.
        (state(OLD, GOOD, deployment("again", "v2", 0)), None, False),
        # What stood in between never served: it is not a rollback either.
        (state(OLD, GOOD, deployment("failed", "v3", 1, served=False), deployment("again", "v2", 0)), None, False),
    ],
)
def test_what_is_already_rolled_back_goes_no_further_unasked(here: Json, memory: Json | None, already: bool) -> None:
    assert admission.already_rolled_back(here, memory) is already
    if already:
        target, refusals = admission.choose(here, memory)
        assert (target, codes(refusals)) == (None, ["already_rolled_back"])
        assert "rollback_to" in refusals[0].next_step


def test_the_next_safe_choice_is_never_the_one_that_was_refused() -> None:
    refused = {**GOOD, "served": False}
    (refusal,) = admission.admit(refused, state(OLD, refused, BAD), None)
    assert refusal.next_step == "Safe now: -e rollback_to=4d20c7e"
    unnamed = deployment("d1", days=9)
    (refusal,) = admission.admit(refused, state(unnamed, refused, BAD), None)
    assert refusal.next_step == "Safe now: -e rollback_to=d1"


# -- names
def test_a_deployment_is_called_by_tag_and_short_commit() -> None:
    assert admission.label(GOOD) == "v2 77ab310"
    assert admission.label(deployment("d7")) == "d7"
    assert admission.label(None) == "nothing"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (GOOD, GOOD, True),
        (GOOD, deployment("x", "v2"), True),
        (GOOD, OLD, False),
        (deployment("a"), deployment("b"), False),
        (None, GOOD, False),
        (GOOD, None, False),
    ],
)
def test_the_same_release_is_the_same_code(one: Json | None, other: Json | None, same: bool) -> None:
    assert admission.same_release(one, other) is same


def test_every_refusal_of_the_source_is_tried_here() -> None:
    import pathlib
    import re

    raised = set(re.findall(r'Refusal\(\s*"(\w+)"', pathlib.Path(admission.__file__).read_text()))
    tried = set(re.findall(r'"(\w+)"', pathlib.Path(__file__).read_text()))
    assert raised and raised <= tried
    assert tried >= FORCEABLE

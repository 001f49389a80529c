# SPDX-License-Identifier: GPL-3.0-or-later
"""The one gate for every change: nothing is sent in check mode, nothing more than allowed, and the recorder sees before and after."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Allow, Change, Gate, KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

CHANGE = Operation("request_rollback", path="/rollback", changes=True)
DESTROY = Operation("delete_volume", path="/volume", changes=True, destroys=True)


class Diary:
    """Writes down what the gate tells, and can refuse."""

    def __init__(self, refuses: bool = False) -> None:
        self.seen: list[str] = []
        self.refuses = refuses

    def before(self, change: Change) -> None:
        self.seen.append(f"before {change.operation}")
        if self.refuses:
            raise refuse("the lease is lost", "Run it again", "fenced")

    def after(self, change: Change, failure: Failure | None) -> None:
        self.seen.append(f"after {change.operation}: {failure.kind if failure else 'good'}")

    def turn(self) -> None:
        self.seen.append("turn")

    def again(self) -> None:
        self.seen.append("again")


def passed(gate: Gate, diary: Diary, operation: Operation = CHANGE, body: t.Any = None, fails: Failure | None = None) -> t.Any:
    def send() -> str:
        diary.seen.append("sent")
        if fails:
            raise fails
        return "answer"

    return gate.change("vendor", operation, "project hydrogen", body, send)


def test_the_recorder_is_asked_before_and_told_after() -> None:
    diary = Diary()
    gate = Gate(check_mode=False, recorder=diary)
    assert passed(gate, diary) == "answer"
    assert diary.seen == ["before request_rollback", "sent", "after request_rollback: good"]
    assert [change.as_dict() for change in gate.changes] == [
        {"vendor": "vendor", "operation": "request_rollback", "target": "project hydrogen", "sends": gate.changes[0].sends}
    ]


def test_a_change_that_the_recorder_refuses_is_not_sent() -> None:
    diary = Diary(refuses=True)
    gate = Gate(check_mode=False, recorder=diary)
    with pytest.raises(Failure, match="the lease is lost"):
        passed(gate, diary)
    assert diary.seen == ["before request_rollback"]
    assert gate.changes == []


def test_the_recorder_is_told_of_a_change_that_failed() -> None:
    diary = Diary()
    gate = Gate(check_mode=False, recorder=diary)
    with pytest.raises(Failure, match="no answer"):
        passed(gate, diary, fails=Failure("timeout", "no answer", maybe_sent=True))
    assert diary.seen == ["before request_rollback", "sent", "after request_rollback: timeout"]
    assert len(gate.changes) == 1, "what may have been changed is told"


def test_check_mode_writes_the_change_down_and_sends_nothing() -> None:
    diary = Diary()
    gate = Gate(check_mode=True, recorder=diary)
    answer = passed(gate, diary)
    assert isinstance(answer, KnownAfter)
    assert answer == {"known_after": "request_rollback"}
    assert diary.seen == []
    assert len(gate.changes) == 1


def test_the_plan_equals_the_change_however_its_fields_are_ordered() -> None:
    made, planned = Gate(check_mode=False), Gate(check_mode=True)
    passed(made, Diary(), body={"a": 1, "b": {"c": 2, "d": None}})
    passed(planned, Diary(), body={"b": {"d": None, "c": 2}, "a": 1})
    passed(planned, Diary(), body={"b": {"d": None, "c": 3}, "a": 1})
    assert made.changes == planned.changes[:1]
    assert planned.changes[0].sends != planned.changes[1].sends


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("allow", "operation", "may"),
    [
        ("read", CHANGE, False),
        ("read", DESTROY, False),
        ("change", CHANGE, True),
        ("change", DESTROY, False),
        ("destroy", CHANGE, True),
        ("destroy", DESTROY, True),
    ],
)
def test_no_more_is_done_than_allowed(allow: Allow, operation: Operation, may: bool, check_mode: bool) -> None:
    diary = Diary()
    gate = Gate(check_mode, allow, diary)
    if may:
        passed(gate, diary, operation)
        assert len(gate.changes) == 1
        return
    with pytest.raises(Failure) as caught:
        passed(gate, diary, operation)
    assert (caught.value.kind, caught.value.code) == ("refused", "allow")
    assert f"saasops_allow={'destroy' if operation.destroys else 'change'}" in caught.value.hint
    assert (diary.seen, gate.changes) == ([], [])


def test_two_operations_of_one_name_are_a_mistake() -> None:
    assert list(table(CHANGE, DESTROY)) == ["request_rollback", "delete_volume"]
    with pytest.raises(ValueError, match="same name"):
        table(CHANGE, CHANGE)

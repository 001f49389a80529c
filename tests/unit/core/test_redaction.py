# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets stay inside, vendor text is harmless, and a task ends in a plain result whatever happens."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction, transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.operations import PAUSE_PROJECT

SECRET = "redaction-test-8Ju7Hy6Gt5Fr4De3Sw2Aq"
LONGER = f"{SECRET}-and-more"


@pytest.fixture(autouse=True)
def nothing_registered() -> t.Iterator[None]:
    redaction.forget()
    yield
    redaction.forget()


def test_registered_values_are_masked_everywhere() -> None:
    redaction.register(SECRET, LONGER, None, "", "short")
    value = {"url": f"https://x:{SECRET}@db.example.com", SECRET: [1, (f"<{LONGER}>", None)], "short": 2.5}
    assert redaction.scrub(value) == {"url": "https://x:********@db.example.com", "********": [1, ["<********>", None]], "short": 2.5}
    assert redaction.registered() == {SECRET, LONGER}


def test_nothing_is_masked_after_the_task() -> None:
    redaction.register(SECRET)
    redaction.forget()
    assert redaction.scrub([SECRET]) == [SECRET]


def test_vendor_text_becomes_one_harmless_line() -> None:
    nasty = "\x1b[31mred\x1b[0m\nnext\tline\r\x00\x07\u202eback\u2066 {{ lookup('pipe', 'id') }} "
    assert redaction.plain(nasty) == "?[31mred?[0m next line???" + "?back? {{ lookup('pipe', 'id') }}"
    assert redaction.plain(None) == "None"
    long = redaction.plain("x" * 5000, 100)
    assert (len(long), long[-1]) == (100, "…")
    assert len(redaction.plain("x" * 5000)) == redaction.LONGEST_TEXT


def test_a_fingerprint_tells_content_and_not_order() -> None:
    assert redaction.fingerprint({"a": 1, "b": [2]}) == redaction.fingerprint({"b": [2], "a": 1})
    assert redaction.fingerprint({"a": 1}) != redaction.fingerprint({"a": "1"})
    assert SECRET not in redaction.fingerprint({"token": SECRET})


# -- a task as a whole
def test_a_failure_becomes_a_plain_result() -> None:
    change = Operation("set_thing", path="/thing", changes=True)

    def execute(task: transaction.Task) -> dict[str, t.Any]:
        redaction.register(SECRET)
        task.gate.change("vendor", change, "thing", {}, lambda: None)
        raise Failure("conflict", f"busy with {SECRET}", "Wait", "vendor", "set_thing", 409, "busy", "req-1", retryable=True)

    result = transaction.outcome(execute, {"allow": "change"}, check_mode=False)
    assert result["failed"] and result["changed"]
    assert result["msg"] == "vendor set_thing: busy with ********. Wait."
    assert result["failure"] == {
        "vendor": "vendor",
        "operation": "set_thing",
        "kind": "conflict",
        "status": 409,
        "code": "busy",
        "message": "busy with ********",
        "request_id": "req-1",
        "retryable": True,
        "hint": "Wait",
    }
    assert [made["operation"] for made in result["changes"]] == ["set_thing"]
    assert redaction.registered() == frozenset()


def test_check_mode_never_says_that_a_failure_changed_something() -> None:
    def execute(task: transaction.Task) -> dict[str, t.Any]:
        task.gate.change("vendor", Operation("set_thing", path="/thing", changes=True), "thing", {}, lambda: None)
        raise refuse("no", "Something else")

    result = transaction.outcome(execute, {"allow": "change"}, check_mode=True)
    assert (result["failed"], result["changed"], len(result["changes"])) == (True, False, 1)


@pytest.mark.parametrize(("option", "value"), [("request_timeout", 0), ("request_timeout", -1.5), ("deadline", 0), ("deadline", -300)])
def test_seconds_must_be_above_0(option: str, value: float) -> None:
    result = transaction.outcome(lambda task: {}, {option: value}, check_mode=False)
    assert result["failure"]["kind"] == "invalid"
    assert option in result["msg"]


def test_a_module_without_changes_has_none_in_its_result() -> None:
    assert transaction.outcome(lambda task: {"seen": 1}, {}, check_mode=False) == {"changed": False, "steps": [], "seen": 1}


def test_after_a_mistake_of_ours_the_clock_is_left_and_what_was_done_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(clock, "close", lambda: closed.append(True))

    def execute(task: transaction.Task) -> dict[str, t.Any]:
        task.gate.change("vercel", PAUSE_PROJECT, "project example", {}, dict)
        raise RuntimeError("a mistake of ours, with a token in it")

    result = transaction.outcome(execute, {"allow": "change"}, check_mode=False)
    assert closed == [True]
    assert (result["failed"], result["changed"], result["changes"][0]["operation"]) == (True, True, PAUSE_PROJECT.name)
    assert (result["failure"]["kind"], result["failure"]["code"]) == ("unknown", "unforeseen")
    # Where the collection lies decides whether this file is part of it.
    assert re.search(r"RuntimeError \((transaction|test_redaction)\.py, line \d+\)", result["msg"]) and "token" not in result["msg"]


def test_messages_end_in_the_next_step() -> None:
    assert str(refuse("it is too old.", "Name another.")) == "it is too old. Name another."
    assert str(Failure("auth", "the token is dead")) == "the token is dead."

# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a component, and of all of them: every combination has its word."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import verdict

Json = dict[str, t.Any]
GOOD: Json = {"changed": True}
OUTCOMES = ("done", "unhealthy", "unproved", "refused", "undone", "failed", "unknown", "waiting")


def failed(kind: str | None, operation: str = "", *sent: str) -> Json:
    """A step that failed at ``operation``, after these changing operations had been sent."""
    if not kind:
        return {"failed": True}
    return {"failed": True, "failure": {"kind": kind, "operation": operation}, "changes": [{"operation": name} for name in sent]}


def seen(verdict: str, *endpoints: Json) -> Json:
    return {"verdict": verdict, "endpoints": list(endpoints) or [{"name": "/health"}]}


@pytest.mark.parametrize(
    ("plan", "applied", "undone", "verified", "outcome"),
    [
        (None, None, None, None, "refused"),
        (failed("refused"), None, None, None, "refused"),
        (failed("auth"), None, None, None, "refused"),
        (failed(None), None, None, None, "refused"),
        (failed("vendor_down"), None, None, None, "failed"),
        (failed("timeout"), None, None, None, "failed"),
        (failed("rate_limited"), None, None, None, "failed"),
        (failed("protocol"), None, None, None, "failed"),
        (GOOD, None, None, None, "waiting"),
        (GOOD, failed("conflict"), None, None, "failed"),
        (GOOD, failed("unknown"), None, None, "unknown"),
        (GOOD, failed(None), None, None, "unknown"),
        (GOOD, GOOD, None, seen("pass"), "done"),
        (GOOD, GOOD, None, seen("fail"), "unhealthy"),
        (GOOD, GOOD, None, seen("inconclusive"), "unhealthy"),
        (GOOD, GOOD, None, seen("error"), "unproved"),
        (GOOD, GOOD, None, {"verdict": "inconclusive", "endpoints": []}, "unproved"),
        (GOOD, GOOD, None, failed("invalid"), "unproved"),
        (GOOD, GOOD, None, None, "unproved"),
        (GOOD, GOOD, GOOD, seen("pass"), "undone"),
        (GOOD, failed("failed"), GOOD, None, "undone"),
        # An undo that surely did nothing leaves it where the apply has left it.
        (GOOD, GOOD, failed("vendor_down"), None, "unproved"),
        (GOOD, GOOD, failed("refused"), seen("pass"), "done"),
        (GOOD, failed("conflict"), failed("vendor_down"), None, "failed"),
        (GOOD, GOOD, failed("unknown"), seen("pass"), "unknown"),
        (GOOD, GOOD, failed(None), seen("pass"), "unknown"),
        # A change that fails itself was refused, or looked for in vain.
        (GOOD, failed("vendor_down", "rollback", "rollback"), None, None, "failed"),
        # What fails after it says nothing about it.
        (GOOD, failed("vendor_down", "get_project", "rollback"), None, None, "unknown"),
        (GOOD, failed("timeout", "", "rollback"), None, None, "unknown"),
        (GOOD, failed("vendor_down", "update_project", "promote", "update_project"), None, None, "unknown"),
        (GOOD, failed("failed", "", "rollback"), None, None, "failed"),
        (GOOD, None, GOOD, None, "undone"),
    ],
)
def test_of_a_component(plan: Json | None, applied: Json | None, undone: Json | None, verified: Json | None, outcome: str) -> None:
    assert verdict.of_component(plan, applied, undone, verified) == outcome


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ((), "nothing"),
        (("done",), "done"),
        (("unhealthy",), "unhealthy"),
        (("done", "unhealthy"), "unhealthy"),
        (("unproved",), "unproved"),
        (("done", "unproved"), "unproved"),
        (("unhealthy", "unproved"), "unhealthy"),
        (("failed", "unproved"), "split"),
        (("refused",), "refused"),
        (("refused", "waiting"), "refused"),
        (("undone",), "undone"),
        (("undone", "waiting"), "undone"),
        (("unknown",), "unknown"),
        (("unknown", "done"), "unknown"),
        (("failed",), "failed"),
        (("failed", "waiting"), "failed"),
        (("waiting",), "failed"),
        (("failed", "done"), "split"),
        (("waiting", "done"), "split"),
        (("failed", "unhealthy"), "split"),
        (("undone", "done"), "split"),
        (("undone", "failed"), "split"),
    ],
)
def test_of_all(outcomes: tuple[str, ...], word: str) -> None:
    assert verdict.overall(dict(enumerate(outcomes)), check_mode=False) == word  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes", "word"), [((), "nothing"), (("waiting",), "plan"), (("waiting", "refused"), "refused"), (("failed", "waiting"), "failed")]
)
def test_of_a_plan(outcomes: tuple[str, ...], word: str) -> None:
    assert verdict.overall(dict(enumerate(outcomes)), check_mode=True) == word  # type: ignore[arg-type]


def test_success_is_said_of_nothing_that_is_less() -> None:
    for number in range(1, len(OUTCOMES) + 1):
        for outcomes in itertools.combinations(OUTCOMES, number):
            word = verdict.overall({outcome: outcome for outcome in outcomes}, check_mode=False)
            assert verdict.is_good(word) == (outcomes == ("done",)), (outcomes, word)
            if (
                set(outcomes) & {"done", "unhealthy", "unproved"}
                and set(outcomes) & {"failed", "waiting", "undone"}
                and not set(outcomes) & {"refused", "unknown"}
            ):
                assert word == "split", (outcomes, word)


def test_good_words_are_few() -> None:
    words = ("nothing", "plan", "done", "refused", "unhealthy", "unproved", "undone", "unknown", "split", "failed")
    assert [word for word in words if verdict.is_good(word)] == ["nothing", "plan", "done"]

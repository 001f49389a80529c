# SPDX-License-Identifier: GPL-3.0-or-later
"""A remedy is done when it is due, seldom, and never for ever."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import remediation
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.remediation import Decision, Remedy, decide

NOW = 1_795_143_720.0
MEMORY = Remedy("memory_percent", ">", 90.0)


def measured(*values: t.Any, every: float = 60.0, until: float = NOW) -> list[dict[str, t.Any]]:
    """The newest last, ``until`` the moment of the newest."""
    return [{"at": until - every * number, "value": value} for number, value in enumerate(reversed(values))][::-1]


@pytest.mark.parametrize(
    ("values", "ago", "expected"),
    [
        # At the limit is not beyond it; just beyond is.
        ((91, 91, 90), (), "nothing"),
        ((91, 91, 90.01), (), "restart"),
        # In a row: a good one in between begins anew, and so does what could not be read.
        ((91, 91, 91, 89, 91, 91), (), "nothing"),
        ((91, 89, 91, 91, 91), (), "restart"),
        ((91, "none", 91), (), "nothing"),
        ((91, True, 91), (), "nothing"),
        ((), (), "nothing"),
        ((95, 95), (), "nothing"),
        # The cooldown: just before its end, and at it; what was measured before the act does not count.
        ((95, 95, 95), (899,), "wait"),
        ((95, 95, 95), (900,), "restart"),
        ((95, 95, 95), (100,), "nothing"),
        ((95, 95, 95), (121,), "wait"),
        # The cap: the hour just before its end, and at it. It goes before the cooldown, for no further act will come.
        ((95, 95, 95), (3599, 1800), "escalate"),
        ((95, 95, 95), (3600, 1800), "restart"),
        ((95, 95, 95), (1800, 300), "escalate"),
        ((95, 95, 80), (1800, 300), "nothing"),
        # A clock that was put back makes no loop.
        ((95, 95, 95), (-500,), "nothing"),
    ],
)
def test_what_is_decided(values: tuple[t.Any, ...], ago: tuple[float, ...], expected: str) -> None:
    assert decide(MEMORY, measured(*values), [NOW - seconds for seconds in ago], NOW).do == expected


def test_old_measurements_restart_nothing() -> None:
    old = measured(95, 95, 95, until=NOW - 3600)
    assert decide(MEMORY, old, [], NOW).do == "nothing"
    assert decide(MEMORY, measured(95, 95, 95, until=NOW + 1), [], NOW).do == "nothing", "one of them is of tomorrow"


def test_it_explains_itself() -> None:
    assert decide(MEMORY, measured(95, 96, 97.5), [], NOW).reason == "memory_percent > 90 3 times in a row, now 97.5"
    assert decide(MEMORY, measured(80, 96, 97), [], NOW).reason == "memory_percent is 97, beyond 90 2 of 3 times in a row"
    assert decide(MEMORY, [], [], NOW).reason == "memory_percent is not measured within 60 min, nor since the last act"
    assert "done 4 min ago, next in 11 min at the earliest" in decide(MEMORY, measured(95, 95, 95), [NOW - 240], NOW).reason
    assert (
        "done 2 times within the last hour, and it did not help: a person is needed" in decide(MEMORY, measured(95, 95, 95), [NOW - 900, NOW - 600], NOW).reason
    )


def test_there_is_no_loop_however_often_it_is_asked() -> None:
    """A week of a service that is beyond its limit at every look, asked every minute: two acts in any hour."""
    acts: list[float] = []
    for minute in range(7 * 24 * 60):
        now = NOW + 60 * minute
        if decide(MEMORY, measured(*([99] * 10), until=now), acts, now).do == "restart":
            acts.append(now)
    assert acts
    assert max(len([at for at in acts if start <= at < start + 3600]) for start in acts) == 2
    assert min(later - earlier for earlier, later in itertools.pairwise(acts)) >= 900


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("memory_percent > 90", ("memory_percent", ">", 90.0)),
        ("memory_percent>=90.5%", ("memory_percent", ">=", 90.5)),
        ("needs payments < 1", ("needs payments", "<", 1.0)),
        ("/health <= -1", ("/health", "<=", -1.0)),
    ],
)
def test_a_condition(text: str, expected: tuple[str, str, float]) -> None:
    assert remediation.condition(text) == expected


@pytest.mark.parametrize("text", ["memory", "> 90", "memory > high", "memory == 90", "a > 1 and b > 2", None, 90])
def test_what_is_no_condition(text: t.Any) -> None:
    with pytest.raises(ValueError, match="write it as memory_percent > 90"):
        remediation.condition(text)


def test_who_is_to_be_called_goes_first() -> None:
    made = [Decision("nothing", ""), Decision("restart", ""), Decision("escalate", ""), Decision("wait", "")]
    assert remediation.most_urgent(made).do == "escalate"
    assert remediation.most_urgent(made[:2]).do == "restart"

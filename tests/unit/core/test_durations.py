# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time as people write them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations, transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure


@pytest.mark.parametrize(
    ("written", "length"),
    [
        (90, 90.0),
        (0.2, 0.2),
        ("90", 90.0),
        ("1.5", 1.5),
        ("90s", 90.0),
        ("15m", 900.0),
        (" 15M ", 900.0),
        ("24h", 86400.0),
        ("7d", 604800.0),
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        ("0", 0.0),
    ],
)
def test_it_is_taken_as_seconds(written: t.Any, length: float) -> None:
    assert durations.seconds(written, "deadline") == length


@pytest.mark.parametrize("written", ["", "soon", "m", "15 minutes", "30m1h", "5m5m", "-1", "-5m", "nan", "inf", "1e999", None, True, [5]])
def test_anything_else_is_refused_by_name(written: t.Any) -> None:
    with pytest.raises(Failure, match="deadline is") as caught:
        durations.seconds(written, "deadline")
    assert caught.value.kind == "invalid" and "15m" in caught.value.hint


def test_the_options_of_a_task_become_seconds() -> None:
    given = {"deadline": "1h", "request_timeout": "2s", "probe": {"interval": "1m", "in_a_row": 3}, "description": "15m", "seconds": None}
    task = transaction.Task(given, check_mode=False)
    assert task.params == {"deadline": 3600.0, "request_timeout": 2.0, "probe": {"interval": 60.0, "in_a_row": 3}, "description": "15m", "seconds": None}
    assert given["deadline"] == "1h"


@pytest.mark.parametrize("option", ["deadline", "request_timeout"])
def test_no_time_at_all_is_refused(option: str) -> None:
    with pytest.raises(Failure, match=f"{option} is 0"):
        transaction.Task({option: "0s"}, check_mode=False)


def test_a_moment_needs_its_zone() -> None:
    assert durations.moment("2026-11-20T14:00:00Z", "at") == durations.moment(" 2026-11-20T15:00:00+01:00", "at") == 1795183200.0
    for wrong in ("2026-11-20T14:00:00", "2026-11-20", "yesterday", ""):
        with pytest.raises(Failure, match="at is"):
            durations.moment(wrong, "at")

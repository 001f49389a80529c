# SPDX-License-Identifier: GPL-3.0-or-later
"""When a cron expression is due on a wall clock, also when that clock is changed."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import cron

BERLIN = cron.zone("Europe/Berlin")


def at(text: str, name: str = "UTC") -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=cron.zone(name)).timestamp()


def due(text: str, after: str, until: str, name: str = "UTC") -> list[str]:
    where = cron.zone(name)
    found = cron.between(cron.read(text), where, at(after, name), at(until, name))
    return [datetime.datetime.fromtimestamp(one.first, where).strftime("%Y-%m-%d %H:%M") for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 7 * * *", ["2026-11-20 07:00", "2026-11-21 07:00", "2026-11-22 07:00", "2026-11-23 07:00"]),
        ("30 6 * * mon", ["2026-11-23 06:30"]),
        ("30 6 * * 1", ["2026-11-23 06:30"]),
        ("0 8 * * 0", ["2026-11-22 08:00"]),
        ("0 8 * * 7", ["2026-11-22 08:00"]),
        ("0 8 * * sat-7", ["2026-11-21 08:00", "2026-11-22 08:00"]),
        ("0 9 21,22 * *", ["2026-11-21 09:00", "2026-11-22 09:00"]),
        # Days that are restricted in both ways are due by either.
        ("0 9 21 * mon", ["2026-11-21 09:00", "2026-11-23 09:00"]),
        ("0 */12 22 * *", ["2026-11-22 00:00", "2026-11-22 12:00"]),
        ("10-40/15 5 22 nov *", ["2026-11-22 05:10", "2026-11-22 05:25", "2026-11-22 05:40"]),
        ("0 9 * jan,dec *", []),
    ],
)
def test_what_is_due_in_some_days(text: str, expected: list[str]) -> None:
    assert due(text, "2026-11-19 12:00", "2026-11-23 12:00") == expected


def test_the_edges_belong_to_one_side() -> None:
    assert due("0 7 * * *", "2026-11-20 07:00", "2026-11-21 07:00") == ["2026-11-21 07:00"]


def test_a_time_that_is_left_out_is_not_due() -> None:
    assert due("30 2 * * *", "2026-03-28 00:00", "2026-03-30 12:00", "Europe/Berlin") == ["2026-03-28 02:30", "2026-03-30 02:30"]


def test_a_time_that_comes_twice_is_due_once() -> None:
    [before, twice, after] = cron.between(cron.read("30 2 * * *"), BERLIN, at("2026-10-24 00:00"), at("2026-10-26 12:00"))
    assert (before.last - before.first, twice.last - twice.first, after.last - after.first) == (0, 3600, 0)
    assert after.first - twice.first == 25 * 3600


def test_the_next_one() -> None:
    found = cron.following(cron.read("0 10 1 jan,apr,jul,oct *"), BERLIN, at("2026-11-22 00:00"))
    assert found and found.first == at("2027-01-01 10:00", "Europe/Berlin")
    assert cron.following(cron.read("0 0 30 2 *"), BERLIN, at("2026-11-22 00:00")) is None


@pytest.mark.parametrize(
    "text",
    ["", "0 7 * *", "0 7 * * * *", "60 7 * * *", "0 24 * * *", "0 7 0 * *", "0 7 * 13 *", "0 7 * * 8", "x 7 * * *", "5-1 7 * * *", "*/0 7 * * *", "@daily"],
)
def test_what_is_no_expression_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="give"):
        cron.read(text)


def test_a_zone_that_is_none_is_refused() -> None:
    for name in ("Europe/Berlim", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="no time zone"):
            cron.zone(name)

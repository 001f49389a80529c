# SPDX-License-Identifier: GPL-3.0-or-later
"""When a line was written, in each way of writing it."""

from __future__ import annotations

import datetime
import random
import zoneinfo

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.moments import Times

NOW = 1_795_269_600.0  # 2026-11-21T14:00:00Z
DUBAI = datetime.timezone(datetime.timedelta(hours=4))
LINES = [
    ("iso", "2026-11-21T14:00:00Z x", NOW),
    ("iso", "2026-11-21 14:00:00 x", NOW),
    ("iso", "2026-11-21T14:00 x", NOW),
    ("iso", "[2026-11-21 14:00:00,250] x", NOW + 0.25),
    ("iso", '"2026-11-21T14:00:00.123456789Z" x', NOW + 0.123456789),
    ("iso", "2026-11-21 15:00:00 +0100 x", NOW),
    ("iso", "2026-11-21T15:00:00+01:00", NOW),
    ("iso", "2026-11-21 14:00:00 UTC x", NOW),
    ("iso", "<34>1 2026-11-21T14:00:00Z host", NOW),
    ("iso", "  2026-11-21T14:00:00Z", None),
    ("iso", "at 2026-11-21T14:00:00Z", None),
    ("iso", "2026-13-21T14:00:00Z", None),
    ("iso", "2026-02-30T14:00:00Z", None),
    ("iso", "2026-11-21T14:00:99Z", NOW),
    ("iso", "2026-11-21", None),
    ("epoch", "1795269600 x", NOW),
    ("epoch", "1795269600.5 x", NOW + 0.5),
    ("epoch", "1795269600500 x", None),
    ("epoch_ms", "1795269600500 x", NOW + 0.5),
    ("epoch_ms", "1795269600 x", None),
    ("syslog", "Nov 21 14:00:00 host app[1]: x", NOW),
    ("syslog", "<34>Nov  1 14:00:00 host", NOW - 20 * 86400),
    ("syslog", "Dec 24 14:00:00 host", NOW + (33 - 365) * 86400),
    ("syslog", "Feb 29 00:00:00 host", 1709164800.0),
    ("syslog", "Nov 31 00:00:00 host", None),
    ("syslog", "Foo 21 14:00:00 host", None),
    ("clf", '10.0.0.1 - - [21/Nov/2026:14:00:00 +0000] "GET / HTTP/1.1" 200', NOW),
    ("clf", '10.0.0.1 - - [21/Nov/2026:10:30:00 -0330] "GET / HTTP/1.1" 200', NOW),
    ("clf", "[99/Nov/2026:14:00:00 +0000]", None),
    ("none", "2026-11-21T14:00:00Z x", None),
]


@pytest.mark.parametrize(("written", "line", "at"), LINES)
def test_the_moment_of_a_line(written: str, line: str, at: float | None) -> None:
    raw = b"before\n" + line.encode() + b"\nafter 2026-11-21T14:00:00Z"
    assert Times(written, datetime.UTC, NOW).of(raw, 7) == (at if at is None else pytest.approx(at, abs=1e-6))


def test_a_time_without_a_zone_is_of_the_zone_that_is_given() -> None:
    assert Times("iso", DUBAI, NOW).of(b"2026-11-21 18:00:00 x") == NOW
    assert Times("iso", DUBAI, NOW).of(b"2026-11-21 14:00:00Z x") == NOW
    assert Times("syslog", DUBAI, NOW).of(b"Nov 21 18:00:00 x") == NOW
    berlin = Times("iso", zoneinfo.ZoneInfo("Europe/Berlin"), NOW)
    assert berlin.of(b"2026-11-21 15:00:00 x") == NOW
    assert berlin.of(b"2026-07-21 16:00:00 x") == NOW - 123 * 86400


def test_a_time_stands_after_a_text_of_its_own_line_alone() -> None:
    times = Times("iso", datetime.UTC, NOW, '"time":')
    assert times.of(b'{"level":"info","time":"2026-11-21T14:00:00Z"}') == NOW
    assert times.of(b'{"level":"info"}\n{"time":"2026-11-21T14:00:00Z"}') is None
    assert times.of(b"x" * 5000 + b'"time":"2026-11-21T14:00:00Z"') is None


def test_a_moment_is_what_the_standard_library_says() -> None:
    print("seed 3")
    chance, times = random.Random(3), Times("iso", datetime.UTC, NOW)
    for _line in range(3000):
        at = datetime.datetime.fromtimestamp(
            chance.randrange(4_000_000_000) + chance.random(), datetime.timezone(datetime.timedelta(minutes=chance.randrange(-700, 700)))
        )
        assert times.of(f"{at.isoformat()} x".encode()) == pytest.approx(at.timestamp(), abs=1e-6)


def test_there_is_no_other_way_of_writing() -> None:
    with pytest.raises(ValueError, match="fancy"):
        Times("fancy", datetime.UTC, NOW)

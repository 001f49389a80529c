# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether scheduled runs happened: a miss is told, and none is invented by a clock change, a late start or a new installation."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import cron, heartbeat

HOUR, DAY = 3600.0, 86400.0


def at(text: str, name: str = "Europe/Berlin") -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=cron.zone(name)).timestamp()


def row(started: float, verdict: str = "pass", ended: float | None = 0.0, tags: tuple[str, ...] = ("daily",)) -> dict[str, t.Any]:
    return {"tags": list(tags), "started_at": started, "ended_at": started + 60 if ended == 0.0 else ended, "verdict": verdict, "budget": 300.0}


def wanted(text: str = "0 7 * * *", grace: float = HOUR, name: str = "Europe/Berlin") -> dict[str, t.Any]:
    return {"tags": ["daily"], "cron": cron.read(text), "timezone": cron.zone(name), "grace": grace}


DAYS = [row(at(f"2026-11-{day} 07:00") + 2) for day in (18, 19, 20)]


@pytest.mark.parametrize(
    ("now", "verdict"),
    [("2026-11-20 12:00", "pass"), ("2026-11-21 07:59", "pass"), ("2026-11-21 08:00", "pass"), ("2026-11-21 08:01", "fail")],
)
def test_a_run_is_missed_when_its_grace_is_over(now: str, verdict: str) -> None:
    check = heartbeat.judge(wanted(), DAYS, at(now))
    assert check["verdict"] == verdict, check
    if verdict == "fail":
        assert check["reason"] == "did not run when it was due at Sat 21 Nov 07:00 CET" and check["next"]


def test_misses_are_counted_and_end_with_the_next_run() -> None:
    assert heartbeat.judge(wanted(), DAYS, at("2026-11-23 12:00"))["reason"].endswith("at Mon 23 Nov 07:00 CET, and 2 before it")
    late = [*DAYS, row(at("2026-11-23 07:00"))]
    assert heartbeat.judge(wanted(), late, at("2026-11-23 12:00"))["verdict"] == "pass"
    two = heartbeat.missed(cron.read("0 7 * * *"), cron.zone("Europe/Berlin"), HOUR, late, at("2026-11-23 12:00"))
    assert two == [at("2026-11-21 07:00"), at("2026-11-22 07:00")]


def test_a_run_by_hand_in_between_and_an_overlapped_one_do_not_count() -> None:
    for other in (row(at("2026-11-21 06:00")), row(at("2026-11-21 07:00"), "overlapped"), row(at("2026-11-21 07:00"), tags=("weekly",))):
        assert heartbeat.judge(wanted(), [*DAYS, other], at("2026-11-21 12:00"))["verdict"] == "fail", other
    assert heartbeat.judge(wanted(), [*DAYS, row(at("2026-11-21 07:00"), tags=("daily", "weekly"))], at("2026-11-21 12:00"))["verdict"] == "pass"


def test_before_anything_is_known_nothing_was_due() -> None:
    assert heartbeat.judge(wanted(), [], at("2026-11-21 12:00"))["verdict"] == "inconclusive"
    installed = [row(at("2026-11-20 15:00"), "installed")]
    assert heartbeat.judge(wanted(), installed, at("2026-11-21 06:00"))["reason"] == "not due yet; next due Sat 21 Nov 07:00 CET"
    assert heartbeat.judge(wanted(), installed, at("2026-11-21 12:00"))["verdict"] == "fail"


def test_one_that_never_ended_is_told() -> None:
    hanging = [*DAYS, row(at("2026-11-21 07:00"), "working", None)]
    assert heartbeat.judge(wanted(), hanging, at("2026-11-21 07:30"))["verdict"] == "pass"
    check = heartbeat.judge(wanted(), hanging, at("2026-11-21 12:00"))
    assert (check["verdict"], "never ended" in check["reason"]) == ("fail", True)


@pytest.mark.parametrize("text", ["30 1 * * *", "0 2 * * *", "30 2 * * *", "59 2 * * *", "0 3 * * *", "30 3 * * *"])
@pytest.mark.parametrize("first", ["2026-03-25", "2026-10-21"])
@pytest.mark.parametrize("shift", ["as the wall says", "not at all that night", "an hour later", "when it comes again"])
def test_a_clock_change_invents_no_miss(text: str, first: str, shift: str) -> None:
    """Launchers differ in the night of the change: they start at once, an hour later, at the second of two, or never. Each is right."""
    where = cron.zone("Europe/Berlin")
    begin = datetime.date.fromisoformat(first)
    minute, hour = (int(part) for part in text.split()[:2])
    rows = []
    for number in range(9):
        wall = datetime.datetime.combine(begin + datetime.timedelta(days=number), datetime.time(hour, minute), where)
        left_out = wall.astimezone(datetime.UTC).astimezone(where).replace(tzinfo=None) != wall.replace(tzinfo=None)
        if left_out and shift == "not at all that night":
            continue
        started = wall.replace(fold=1 if shift == "when it comes again" else 0).timestamp()
        rows.append(row(started + (HOUR if left_out and shift == "an hour later" else 5)))
    assert len(rows) >= 8
    now = rows[-1]["started_at"] + 2 * HOUR
    for hours in range(0, 8 * 24, 3):
        check = heartbeat.judge(wanted(text), [one for one in rows if one["started_at"] <= now - hours * HOUR], now - hours * HOUR)
        assert check["verdict"] != "fail", (hours, check)
    # A night that really had none is missed, the change notwithstanding.
    gone = [one for one in rows if one is not rows[-2]]
    assert len(heartbeat.missed(cron.read(text), where, HOUR, gone, now)) == 1


def test_a_time_that_comes_twice_may_be_met_at_its_second_coming() -> None:
    days = [row(at(f"2026-10-{day} 02:30")) for day in (23, 24)]
    second = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=cron.zone("Europe/Berlin"), fold=1).timestamp()
    # The grace of the first has passed, that of the second has not.
    assert heartbeat.judge(wanted("30 2 * * *", 600), days, second - 60)["verdict"] == "pass"
    assert heartbeat.judge(wanted("30 2 * * *", 600), days, second + 601)["verdict"] == "fail"


def test_a_time_that_comes_twice_is_missed_by_its_second_coming_alone() -> None:
    days, where, when = [row(at(f"2026-10-{day} 02:30")) for day in (23, 24)], cron.zone("Europe/Berlin"), cron.read("30 2 * * *")
    first, second = (datetime.datetime(2026, 10, 25, 2, 30, tzinfo=where, fold=fold).timestamp() for fold in (0, 1))
    assert second - first == HOUR
    for now, gone in ((first + 601, []), (second, []), (second + 600, []), (second + 601, [first])):
        assert heartbeat.missed(when, where, 600, days, now) == gone, now - first
    # Whoever starts at the second of two is in time up to its grace, and no longer.
    for late, gone in ((0, []), (600, []), (601, [first])):
        assert heartbeat.missed(when, where, 600, [*days, row(second + late)], second + 700) == gone, late

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


BACKUP = {"name": "backup", "do": "backup", "tags": ["daily"]}


def did(started: str, ran: bool | None = True, name: str = "health, backup", **more: t.Any) -> dict[str, t.Any]:
    """A run; ``ran`` is None where it never came to an item."""
    items = [] if ran is None else [{"name": name, "verdict": "pass", "ran": ran}]
    return {**row(at(started), **more), "run": "r1", "items": items}


@pytest.mark.parametrize(
    ("rows", "now", "verdict", "reason"),
    [
        ([did("2026-11-20 07:00")], "2026-11-20 12:00", "pass", "last Fri 20 Nov 07:00"),
        ([did("2026-11-19 07:00"), did("2026-11-20 07:00", False)], "2026-11-20 12:00", "fail", "could not carry it out; last Thu 19 Nov"),
        ([did("2026-11-19 07:00"), did("2026-11-20 07:00", None, verdict="stopped")], "2026-11-20 12:00", "fail", "did not come to it"),
        ([did("2026-11-19 07:00")], "2026-11-20 12:00", "fail", "no run of its tags began"),
        ([did("2026-11-19 07:00")], "2026-11-20 07:59", "pass", "last Thu 19 Nov"),
        ([did("2026-11-19 07:00"), did("2026-11-20 07:00", None, verdict="overlapped")], "2026-11-20 12:00", "fail", "no run of its tags began"),
        ([did("2026-11-19 07:00"), did("2026-11-20 07:55", None, verdict="working", ended=None)], "2026-11-20 08:30", "pass", "its run is at work"),
        ([did("2026-11-19 07:00"), did("2026-11-20 07:00", False), did("2026-11-20 11:00")], "2026-11-20 12:00", "pass", "last Fri 20 Nov 11:00"),
        ([did("2026-11-19 07:00", name="health"), did("2026-11-20 07:00", name="health")], "2026-11-20 12:00", "pass", "it was not scheduled when"),
        ([did("2026-11-20 15:00", None, verdict="installed")], "2026-11-21 06:00", "pass", "not due yet; never"),
        ([], "2026-11-20 12:00", "pass", "not due yet; never"),
    ],
)
def test_an_item_that_was_not_carried_out_is_told(rows: list[dict[str, t.Any]], now: str, verdict: str, reason: str) -> None:
    check = heartbeat.judge_item(BACKUP, [wanted()], rows, at(now))
    assert (check["verdict"], reason in check["reason"]) == (verdict, True), check
    assert bool(check.get("next")) is (verdict == "fail")


def test_an_item_of_other_tags_and_one_of_a_longer_name_are_others() -> None:
    monthly = {**BACKUP, "tags": ["monthly"]}
    rows = [did("2026-11-19 07:00"), did("2026-11-20 07:00", False)]
    assert heartbeat.judge_item(monthly, [wanted()], rows, at("2026-11-20 12:00"))["verdict"] == "pass"
    longer = [did("2026-11-19 07:00"), did("2026-11-20 07:00", name="backup of old")]
    assert heartbeat.judge_item(BACKUP, [wanted()], longer, at("2026-11-20 12:00"))["reason"].startswith("not due yet: it was not scheduled")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told now, who later, and who not again."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import notices
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.notices import Rules, decide

NOW = 1_795_143_720.0
ALL = frozenset(notices.SEVERITIES)


def said(state: str = "raised", severity: str = "warning", always: bool = False) -> dict[str, t.Any]:
    return {"severity": severity, "state": state, "always": always}


def past(state: str = "raised", severity: str = "warning", ago: float = 60.0, delivery: str = "sent") -> dict[str, t.Any]:
    return {"severity": severity, "state": state, "at": NOW - ago, "delivery": delivery}


@pytest.mark.parametrize(
    ("message", "before", "rules", "lately", "quiet", "expected"),
    [
        (said(), None, Rules(ALL), 0, "", ("send", "")),
        (said(severity="info"), None, Rules(ALL - {"info"}), 0, "", ("skip", "not_for")),
        # The window: just within, at its end; and what breaks through it.
        (said(), past(ago=3599.9), Rules(ALL), 0, "", ("skip", "repeated")),
        (said(), past(ago=3600), Rules(ALL), 0, "", ("send", "")),
        (said(severity="critical"), past(), Rules(ALL), 0, "", ("send", "")),
        (said(), past(severity="critical"), Rules(ALL), 0, "", ("send", "")),
        (said(always=True), past(), Rules(ALL), 0, "", ("send", "")),
        (said(), past("acknowledged"), Rules(ALL), 0, "", ("skip", "repeated")),
        (said(), past("resolved"), Rules(ALL), 0, "", ("send", "")),
        # Once it is over.
        (said("resolved"), past(), Rules(ALL), 0, "", ("send", "")),
        (said("resolved"), past("resolved"), Rules(ALL), 0, "", ("skip", "repeated")),
        (said("resolved"), None, Rules(ALL), 0, "", ("skip", "not_open")),
        (said("resolved", "info"), past(severity="critical"), Rules(frozenset({"critical"})), 99, "07:00", ("send", "")),
        (said("resolved"), past(delivery="held"), Rules(ALL), 0, "", ("hold", "digest")),
        (said("resolved"), past(delivery="collected"), Rules(ALL), 0, "", ("send", "")),
        (said("acknowledged"), past(), Rules(ALL), 0, "", ("send", "")),
        (said("acknowledged"), past("resolved"), Rules(ALL), 0, "", ("skip", "repeated")),
        # What waits, and what never does.
        (said(severity="info"), None, Rules(ALL, frozenset({"info"})), 0, "", ("hold", "digest")),
        (said(), None, Rules(ALL), 0, "07:00", ("hold", "quiet")),
        (said(severity="error"), None, Rules(ALL), 0, "07:00", ("hold", "quiet")),
        (said(severity="critical"), None, Rules(ALL), 99, "07:00", ("send", "")),
        (said(), None, Rules(ALL, most_per_hour=5), 4, "", ("send", "")),
        (said(), None, Rules(ALL, most_per_hour=5), 5, "", ("hold", "limit")),
        (said(), None, Rules(ALL, waits=False), 99, "07:00", ("send", "")),
    ],
)
def test_what_is_decided(message: t.Any, before: t.Any, rules: Rules, lately: int, quiet: str, expected: tuple[str, str]) -> None:
    found = decide(message, rules, before, lately, quiet, NOW)
    assert (found.do, found.code) == expected


def test_without_a_memory_everything_is_sent_that_the_route_takes() -> None:
    rules = Rules(frozenset({"warning"}), frozenset({"warning"}))
    assert decide(said("resolved"), rules, None, 0, "07:00", NOW, remembers=False).do == "send"
    assert decide(said(), rules, None, 0, "07:00", NOW, remembers=False).do == "send"
    assert decide(said(severity="info"), rules, None, 0, "", NOW, remembers=False).code == "not_for"


def at(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


BERLIN = {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        (BERLIN, "2026-11-20T20:59:59+00:00", ""),
        (BERLIN, "2026-11-20T21:00:00+00:00", "07:00"),
        (BERLIN, "2026-11-21T05:59:59+00:00", "07:00"),
        (BERLIN, "2026-11-21T06:00:00+00:00", ""),
        # In summer the same hours are an hour earlier.
        (BERLIN, "2026-07-20T20:00:00+00:00", "07:00"),
        (BERLIN, "2026-07-20T05:00:00+00:00", ""),
        # The night in which the clock goes back: two o'clock comes twice, and both are quiet.
        ({**BERLIN, "from": "02:00", "to": "03:00"}, "2026-10-25T00:30:00+00:00", "03:00"),
        ({**BERLIN, "from": "02:00", "to": "03:00"}, "2026-10-25T01:30:00+00:00", "03:00"),
        ({**BERLIN, "from": "02:00", "to": "03:00"}, "2026-10-25T02:00:00+00:00", ""),
        # Not over midnight; and YAML's reading of a bare 22:00.
        ({"from": "12:00", "to": "13:30"}, "2026-11-20T13:29:00+00:00", "13:30"),
        ({"from": "12:00", "to": "13:30"}, "2026-11-20T13:30:00+00:00", ""),
        ({"from": 1320, "to": "07:00"}, "2026-11-20T22:00:00+00:00", "07:00"),
        ({"from": "22:00", "to": "22:00"}, "2026-11-20T22:00:00+00:00", ""),
    ],
)
def test_quiet_hours(hours: dict[str, t.Any], moment: str, until: str) -> None:
    assert notices.quiet_until(hours, at(moment)) == until


@pytest.mark.parametrize(
    "hours",
    [
        {"from": "22:00"},
        {"from": "22:00", "to": "7"},
        {"from": "22:00", "to": "24:00"},
        {"from": True, "to": "07:00"},
        {"from": "22:00", "to": "07:00", "zone": "Europe/Berlinn"},
        {"from": "22:00", "to": "07:00", "zone": "../../etc/passwd"},
        {"from": "22:00", "to": "07:00", "zoen": "UTC"},
    ],
)
def test_what_are_no_quiet_hours(hours: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match="time zone|no time of day|quiet hours are"):
        notices.quiet_until(hours, NOW)


def row(route: str, state: str, reason: str = "") -> dict[str, str]:
    return {"route": route, "state": state, "reason": reason}


def test_the_line_for_people() -> None:
    rows = [row("Slack #incidents", "sent"), row("mail", "held"), row("status page", "failed", "no key"), row("pager", "not_for"), row("x", "repeated")]
    assert notices.told_line(rows, 5) == "Told: Slack #incidents. Told before: x. Held for the digest: mail. NOT told: status page (no key)"
    assert notices.told_line(rows[:1], 1, planned=True) == "Would tell: Slack #incidents"
    assert notices.told_line([], 0) == "Told: nobody (no routes)"
    assert notices.told_line([row("pager", "not_for")], 1, "info") == "Told: nobody (no route takes info)"
    assert notices.told_line([row("pager", "not_open")], 1, "info") == "Told: nobody (nobody was told that it began)"
    assert notices.told_line([], 2) == "Told: nobody (there was nothing to tell)"

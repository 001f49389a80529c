# SPDX-License-Identifier: GPL-3.0-or-later
"""A year of backups in virtual time: how old one may be, which sets go, and what never goes. The real restic decides by its policy.

Fewer days always run; 400 run as ``soak``.
"""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import random

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import backups
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups as kept
from tests.harness import matrix
from tests.harness.backup_shelf import DAY, HOUR, Content, Json, Shelf
from tests.harness.still_time import NOW

POLICY = {"daily": 5, "weekly": 3, "monthly": 4}
CONTENT = Content("payments/stripe.jsonl", "stripe", b'{"id":"ch_1","object":"charge"}\n', {"counts": {"charges": 1}})


@dataclasses.dataclass
class Year:
    """``made``: whole sets by their moments; ``proved``: the set that a drill has proved last."""

    shelf: Shelf
    made: dict[str, float]
    proved: str = ""


def a_day(year: Year, at: float, rng: random.Random) -> None:
    """A backup, unless it is missed; some lack a part; now and then a drill proves the newest one."""
    if rng.random() < 0.1:
        return
    fails = rng.random() < 0.1

    def write(manifest: Json) -> None:
        if fails:
            manifest["parts"][0].update(state="failed", why="no answer")
            manifest["complete"] = False

    told = year.shelf.add(at, [CONTENT], write)
    if not fails:
        year.made[told["set"]] = at
        if rng.random() < 0.06 or not year.proved:
            year.proved = told["set"]
            kept.proved(year.shelf.store, "a drill", told["set"], at + HOUR)


def expected(made: dict[str, float], now: float) -> set[str]:
    """What the policy keeps of whole sets, told without restic: the last of each of the last days, weeks and months that have any."""
    spans = {"daily": "%Y-%m-%d", "weekly": "%G-%V", "monthly": "%Y-%m"}
    wanted: set[str] = set()
    for name, span in spans.items():
        last: dict[str, str] = {}
        for set_id, at in sorted(made.items(), key=lambda one: one[1]):
            last[datetime.datetime.fromtimestamp(at, datetime.UTC).strftime(span)] = set_id
        wanted |= set(list(last.values())[-POLICY[name] :])
    return wanted


def live(folder: pathlib.Path, days: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was not as it should be, day by day."""
    now = [NOW - days * DAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    rng, year, wrong = random.Random(matrix.seed()), Year(Shelf.make(folder), {}), []
    for day in range(days):
        now[0] = NOW - (days - day) * DAY + rng.uniform(0, 2 * HOUR)
        before = {one.id for one in year.shelf.sets()}
        policy_keeps = expected({set_id: at for set_id, at in year.made.items() if set_id in before}, now[0])
        gone = set(year.shelf.keep(POLICY))
        a_day(year, now[0], rng)
        sets = year.shelf.sets()
        there = {one.id for one in sets}
        newest = max((at, set_id) for set_id, at in year.made.items()) if year.made else None
        wrong += [f"day {day}: {set_id} went, and the policy keeps it" for set_id in sorted(gone & policy_keeps)]
        if year.proved and year.proved not in there:
            wrong.append(f"day {day}: the last proved set {year.proved} is gone")
        if newest and newest[1] not in there:
            wrong.append(f"day {day}: the newest whole set is gone")
        if there != {row["id"] for row in kept.rows(year.shelf.store)}:
            wrong.append(f"day {day}: the ledger and the repository do not know the same sets")
        if len(there & set(year.made)) > sum(POLICY.values()) + 2:
            wrong.append(f"day {day}: {len(there)} sets are kept")
        for age, verdict in ((DAY - 0.001, "pass"), (DAY, "fail")):
            if newest and backups.age("payments", [one.manifest for one in sets], newest[0] + age, backups.Rules())["verdict"] != verdict:
                wrong.append(f"day {day}: a backup of {age} s is not {verdict}")
    return wrong


def test_what_may_be_needed_never_goes_and_what_is_too_old_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live(tmp_path / "shelf", 16, monkeypatch) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_what_may_be_needed_never_goes_in_400_days(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live(tmp_path / "shelf", 400, monkeypatch) == []

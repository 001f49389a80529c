# SPDX-License-Identifier: GPL-3.0-or-later
"""A release is proved by having been seen well for the watch time, over several looks."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases, store, watches
from tests.harness.still_time import NOW, Time

NEW, OLD = {"id": "d2", "commit": "2" * 40, "version": "v2", "created_at": NOW}, {"id": "d1", "commit": "1" * 40, "version": "v1", "created_at": NOW}


@pytest.fixture
def ledger(tmp_path: pathlib.Path, time: Time) -> store.Store:
    assert time.now == NOW
    made = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def look(ledger: store.Store, after: float, well: bool = True, deployment: dict[str, t.Any] | None = None) -> tuple[str, float | None]:
    return watches.look(ledger, "r1", "api", deployment or NEW, well, NOW + after, 900)


def proved(ledger: store.Store) -> list[str]:
    return [name for name, row in releases.about(ledger, "api")["releases"].items() if row["proved_at"]]


def test_well_for_the_whole_time_is_proved_and_just_before_it_is_not(ledger: store.Store) -> None:
    assert look(ledger, 0) == ("watched", NOW)
    assert look(ledger, 899.9) == ("watched", NOW)
    assert proved(ledger) == []
    assert look(ledger, 900) == ("proved", NOW)
    assert proved(ledger) == ["d2"]
    assert look(ledger, 1000)[0] == "proved"
    assert releases.about(ledger, "api")["releases"]["d2"]["proved_at"] == NOW + 900


def test_being_unwell_begins_the_watch_again(ledger: store.Store) -> None:
    look(ledger, 0)
    assert look(ledger, 600, well=False) == ("not well", None)
    assert look(ledger, 900) == ("watched", NOW + 900)
    assert proved(ledger) == []


def test_another_deployment_begins_the_watch_again(ledger: store.Store) -> None:
    look(ledger, 0, deployment=OLD)
    assert look(ledger, 900) == ("watched", NOW + 900)
    assert look(ledger, 1800, deployment=OLD) == ("watched", NOW + 1800)
    assert proved(ledger) == []


def test_a_clock_that_went_back_proves_nothing(ledger: store.Store) -> None:
    look(ledger, 0)
    assert look(ledger, -3600) == ("watched", NOW - 3600)
    assert look(ledger, -3000) == ("watched", NOW - 3600)
    assert proved(ledger) == []


def test_what_somebody_marked_bad_stays_bad(ledger: store.Store) -> None:
    releases.note(ledger, "r0", "api", NEW, bad_at=NOW, bad_reason="it leaks")
    look(ledger, 0)
    assert look(ledger, 86400)[0] == "watched"
    row = releases.about(ledger, "api")["releases"]["d2"]
    assert (row["proved_at"], row["bad_reason"]) == (None, "it leaks")

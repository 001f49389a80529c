# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of what every look has found."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, store
from tests.harness.still_time import NOW, Time


@pytest.fixture
def ledger(tmp_path: pathlib.Path, time: Time) -> store.Store:
    assert time.now == NOW
    made = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def test_numbers_and_texts_come_back_in_their_order(ledger: store.Store) -> None:
    for number, at in enumerate((NOW, NOW + 60, NOW + 120)):
        rows = [check("latency", "api", "pass", "", 100 + number, "ms"), check("status", "api", "pass", "", "healthy"), check("open", "api", "pass", "", True)]
        assert history.note(ledger, f"r{number}", at, rows) == 3
    assert history.samples(ledger, "api", "latency") == [{"at": NOW + 60 * number, "value": 100.0 + number} for number in range(3)]
    assert history.samples(ledger, "api", "latency", since=NOW) == history.samples(ledger, "api", "latency")[1:]
    assert [sample["value"] for sample in history.samples(ledger, "api", "status")] == ["healthy"] * 3
    assert history.samples(ledger, "api", "open") == [], "true is no measurement"
    assert history.rows(ledger, component="api", name="latency")[0] == {
        "component": "api",
        "name": "latency",
        "at": NOW,
        "run": "r0",
        "verdict": "pass",
        "value": 100.0,
        "text": None,
        "unit": "ms",
    }


def test_what_was_not_checked_is_not_remembered(ledger: store.Store) -> None:
    assert history.note(ledger, "r1", NOW, [check("latency", "api", "skipped", "no key")]) == 0
    assert history.rows(ledger) == []


def test_two_verbs_of_one_run_at_one_moment_keep_their_rows(ledger: store.Store) -> None:
    history.note(ledger, "r1", NOW, [check("latency", "api", "pass", "", 1)])
    history.note(ledger, "r1", NOW, [check("errors", "api", "pass", "", 2)])
    history.note(ledger, "r1", NOW, [check("errors", "api", "fail", "", 3)])
    assert [(row["name"], row["value"]) for row in history.rows(ledger, component="api")] == [("errors", 3.0), ("latency", 1.0)]


def test_what_is_too_old_goes_and_other_environments_stay(ledger: store.Store, tmp_path: pathlib.Path) -> None:
    other = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/staging")
    for each in (ledger, other):
        history.note(each, "r1", NOW, [check("latency", "api", "pass", "", 1)])
    history.note(ledger, "r2", NOW + history.KEPT_SECONDS, [])
    assert len(history.rows(ledger)) == 1, "at its limit it is kept"
    history.note(ledger, "r3", NOW + history.KEPT_SECONDS + 1, [])
    assert history.rows(ledger) == []
    assert len(history.rows(other)) == 1

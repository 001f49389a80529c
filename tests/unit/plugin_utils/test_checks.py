# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verb that looks makes of the checks of all components: the verdict, the history, the screen."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Change
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, runs, store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import check_runs, check_screen, summary
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from tests.harness.still_time import NOW, Time

Json = dict[str, t.Any]
GOOD = check("latency", "api", "pass", "143 ms", 143, "ms", "<= 500 ms")
SLOW = check("latency", "app", "warn", "700 ms (limit 500)", 700, "ms", "<= 500 ms", next="look at the database")
VENDORS = check("vendors", "", "pass", "no incident posted")


def run_of(tmp_path: pathlib.Path, **changes: t.Any) -> Json:
    return {
        "id": "r1",
        "environment": "shop/production",
        "system": "shop",
        "banner": "PRODUCTION",
        "verb": "health",
        "purpose": "",
        "generation": 0,
        "holder": {},
        "started_at": NOW - 6.2,
        "ledger": True,
        "check_mode": False,
        "cautions": [],
        "ledger_url": f"sqlite:///{tmp_path}/ledger.sqlite3",
        **changes,
    }


@pytest.fixture
def ledger(tmp_path: pathlib.Path, time: Time) -> store.Store:
    assert time.now == NOW
    made = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def components(**results: Json) -> Components:
    return Components("health", list(results), results)


def looked(*checks: Json) -> Json:
    return {"health_verify": {"checks": list(checks)}}


def test_what_all_components_tell_counts_once() -> None:
    found, changes = check_runs.gather(components(api=looked(GOOD, VENDORS), app=looked(SLOW, VENDORS)), ["verify"])
    assert found == [GOOD, VENDORS, SLOW]
    assert changes == []


def test_a_failed_task_is_an_error_and_a_silent_component_was_not_checked() -> None:
    failed = {"health_verify": {"failed": True, "msg": "no", "failure": {"message": "Railway did not answer", "hint": "Try again"}}}
    found, _changes = check_runs.gather(components(api=failed, app={}, store=looked()), ["verify"])
    assert [(one["component"], one["verdict"], one["reason"]) for one in found] == [
        ("api", "error", "Railway did not answer"),
        ("app", "skipped", "nothing is declared for it"),
        ("store", "skipped", "nothing is declared for it"),
    ]
    assert found[0]["next"] == "Try again"


@pytest.mark.parametrize(("verdict", "fails"), [("fail", True), ("error", True), ("inconclusive", False), ("warn", False), ("pass", False)])
def test_which_verdicts_fail_the_run(verdict: str, fails: bool, ledger: store.Store, tmp_path: pathlib.Path) -> None:
    run = run_of(tmp_path)
    mine = components(api=looked(GOOD), app=looked(check("latency", "app", verdict, "", 1)), store={})
    concluded = check_runs.conclude(run, mine, check_runs.gather(mine, ["verify"])[0], run["ledger_url"])
    assert concluded["word"] == verdict
    assert concluded["outcomes"] == {"api": "pass", "app": verdict, "store": "skipped"}
    assert concluded["not_there"] == (["app"] if fails else [])
    assert concluded["ends_on"] == (["app"] if fails else ["api"])
    assert [(row["component"], row["name"], row["verdict"]) for row in history.rows(ledger, name="health")] == [("", "health", verdict)]


def test_what_is_wrong_with_no_component_fails_one(ledger: store.Store, tmp_path: pathlib.Path) -> None:
    mine = components(api=looked(GOOD), app=looked(GOOD))
    concluded = check_runs.conclude(run_of(tmp_path), mine, [GOOD, check("vendors", "", "fail", "Railway: outage")], f"sqlite:///{tmp_path}/ledger.sqlite3")
    assert (concluded["not_there"], concluded["ends_on"]) == (["api"], ["api"])
    assert len(history.rows(ledger)) == 3


def test_nothing_is_written_in_check_mode_and_a_lost_ledger_hides_nothing(tmp_path: pathlib.Path, time: Time) -> None:
    mine = components(api=looked(GOOD))
    url = f"sqlite:///{tmp_path}/none.sqlite3"
    checked = check_runs.conclude(run_of(tmp_path, check_mode=True), mine, [GOOD], url)
    assert (checked["word"], checked["cautions"], list(tmp_path.iterdir())) == ("pass", [], [])
    concluded = check_runs.conclude(run_of(tmp_path), mine, [GOOD], url)
    assert concluded["word"] == "pass" and "the history was not written" in concluded["cautions"][0]
    assert concluded["seconds"] == pytest.approx(time.now - NOW + 6.2)


def test_the_screen_has_bad_lines_first_and_says_what_was_not_checked(tmp_path: pathlib.Path, time: Time) -> None:
    skipped = check("monitors", "store", "skipped", "no key")
    screen = check_screen.build(run_of(tmp_path), [GOOD, skipped, VENDORS, SLOW], "warn", time.now, 0)
    text = summary.render(screen)
    assert "PRODUCTION  shop   health WARN (1)" in text and "6.2 s   0 changes" in text
    assert text.index("WARN  latency: 700 ms (limit 500)") < text.index("ok  latency 143 ms")
    assert " shop      ok  vendors no incident posted" in text
    assert "NEXT\n 1 look at the database" in text
    assert "NOT CHECKED  store monitors (no key) - not counted as ok" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_run_that_only_looks_cannot_change_anything(ledger: store.Store, tmp_path: pathlib.Path) -> None:
    change = Change("stripe", "create_refund", "pi_1", "f")
    recorder = runs.Recorder(run_of(tmp_path), ledger, "api")
    recorder.turn()
    with pytest.raises(Failure) as caught:
        recorder.before(change)
    assert caught.value.code == "no_lease"
    assert "only looks" in str(caught.value)

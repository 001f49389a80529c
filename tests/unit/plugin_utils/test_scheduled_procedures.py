# SPDX-License-Identifier: GPL-3.0-or-later
"""An item of a scheduled run as a run of its own verb: its leases, what stands in its way, and what is told of it."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders, leases
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import scheduled_procedures as procedures

Json = dict[str, t.Any]
BACKUP: Json = {"name": "backup", "do": "backup", "what": []}
DRILL: Json = {"name": "test restore", "do": "drill", "what": []}


@pytest.fixture
def ledger(tmp_path: pathlib.Path) -> tuple[str, Store]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    store = Store(url, "shop/staging")
    store.prepare()
    return url, store


def run(**more: t.Any) -> Json:
    made: Json = {"id": "r1", "verb": "scheduled", "environment": "shop/staging", "purpose": "scheduled daily", "generation": 3, "also": {}, "values": {}}
    made |= {"reason": "daily", "started_at": 5.0, "holder": holders.describe(os.getpid()), "lease_seconds": 700.0}
    return {**made, "ledger": True, "check_mode": False, "cautions": ["before"], **more}


def held(store: Store) -> set[str]:
    return {purpose for purpose in leases.PURPOSES if leases.current(store, purpose)}


@pytest.mark.parametrize(
    ("item", "wanted"),
    [(BACKUP, ["backup"]), (DRILL, ["backup"]), ({**DRILL, "what": ["rollback"]}, ["backup", "change"]), ({**BACKUP, "do": "maintenance"}, ["change"])],
)
def test_it_holds_the_leases_of_its_verb_and_gives_them_back(ledger: tuple[str, Store], item: Json, wanted: list[str]) -> None:
    url, store = ledger
    before = run()
    begun = procedures.begin(before, item, {}, url)
    assert (begun["verb"], begun["purpose"], [begun["purpose"], *begun["also"]], begun["turn"]["begun"]) == (item["do"], wanted[0], wanted, True)
    assert held(store) == set(wanted) and "lease_seconds" not in begun and begun["reason"] == "scheduled daily"
    ended = procedures.end(begun, url)
    assert held(store) == set() and {name: ended[name] for name in before} == before


def test_what_the_inventory_says_of_a_verb_holds_and_the_item_says_more(ledger: tuple[str, Store]) -> None:
    url, store = ledger
    begun = procedures.begin(run(), DRILL, {"drill_what": ["rollback"], "drill_deadline": "5m"}, url)
    assert (begun["values"]["drill_what"], begun["values"]["drill_deadline"], held(store)) == (["rollback"], 300.0, {"backup", "change"})
    procedures.end(begun, url)
    begun = procedures.begin(run(), {**DRILL, "what": ["notify"]}, {"drill_what": ["rollback"]}, url)
    assert (begun["values"]["drill_what"], held(store)) == (["notify"], {"backup"})


def test_another_run_is_told_and_keeps_what_it_holds(ledger: tuple[str, Store]) -> None:
    url, store = ledger
    leases.acquire(store, "change", "r2", holders.describe(1), "deploy")
    before = run()
    stopped = procedures.begin(before, {**DRILL, "what": ["rollback"]}, {}, url)
    assert {name: stopped[name] for name in before} == before, "it is still the scheduled run"
    assert (stopped["turn"]["begun"], stopped["turn"]["verdict"], "run r2" in stopped["turn"]["why"]) == (False, "warn", True)
    assert held(store) == {"change"}, "all of them or none"
    procedures.end(stopped, url)
    current = leases.current(store, "change")
    assert current is not None and current["run"] == "r2"
    (told,), changes, ran = procedures.found(stopped, DRILL, {}, "")
    assert (told["verdict"], "run r2" in told["reason"], changes, ran) == ("warn", True, [], False)


def test_a_plan_takes_nothing_and_tells_who_is_at_work(ledger: tuple[str, Store]) -> None:
    url, store = ledger
    leases.acquire(store, "backup", "r2", holders.describe(1), "backup: by hand")
    begun = procedures.begin(run(check_mode=True), BACKUP, {}, url)
    assert begun["turn"]["begun"] and any("run r2" in one for one in begun["cautions"])
    assert procedures.end(begun, url)["verb"] == "scheduled" and held(store) == {"backup"}


@pytest.mark.parametrize(("item", "given", "why"), [(DRILL, {"drill_what": ["restor"]}, "restor"), (DRILL, {"drill_deadline": "soon"}, "drill_deadline")])
def test_what_the_inventory_says_wrong_is_an_error_of_the_item_alone(ledger: tuple[str, Store], item: Json, given: Json, why: str) -> None:
    stopped = procedures.begin(run(), item, given, ledger[0])
    assert (stopped["verb"], stopped["turn"]["verdict"], why in stopped["turn"]["why"]) == ("scheduled", "error", True)


def test_without_a_ledger_a_backup_is_made_and_nothing_is_drilled() -> None:
    assert procedures.begin(run(ledger=False), BACKUP, {}, None)["turn"]["begun"]
    assert procedures.begin(run(ledger=False), DRILL, {}, None)["turn"]["verdict"] == "error"
    assert procedures.begin(run(ledger=False, check_mode=True), DRILL, {}, None)["turn"]["begun"]


GOOD = {"word": "done", "checks": [checks.check("backed up", "app", "pass", "1 part")], "changes": [{"operation": "backup"}]}


@pytest.mark.parametrize(
    ("check_mode", "record", "stopped", "verdicts", "ran"),
    [
        (False, GOOD, "", ["pass"], True),
        (False, {**GOOD, "word": "refused"}, "", ["pass"], False),
        (False, {**GOOD, "checks": []}, "", ["skipped"], True),
        (False, {}, "", ["error"], False),
        (False, {"failed": True, "msg": "no"}, "", ["error"], False),
        (False, GOOD, "a task failed", ["error"], False),
        (True, GOOD, "", ["skipped"], False),
        (True, {**GOOD, "checks": [checks.check("plan", "app", "fail", "no")]}, "", ["fail", "skipped"], False),
    ],
)
def test_what_is_told_of_it(check_mode: bool, record: Json, stopped: str, verdicts: list[str], ran: bool) -> None:
    told, _changes, carried_out = procedures.found(run(check_mode=check_mode), BACKUP, record, stopped)
    assert ([one["verdict"] for one in told], carried_out) == (verdicts, ran)

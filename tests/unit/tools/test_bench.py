# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benches read from the sandbox's journal, and what they say of a target."""

from __future__ import annotations

import json
import os
import pathlib
import sys
import typing as t

import pytest

from tests.bench import bulk, calls, listing, measure, records, scan, uri
from tests.bench.table import Table, ratio
from tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
RUN: Json = {
    "app_url": "http://127.0.0.1:1",
    "vercel": {"url": "http://127.0.0.1:2", "token": "vercel-9f1c40d7e2b84a6fb1d02c77"},
    "railway": {"url": "http://127.0.0.1:3/graphql/v2", "token": "railway-5b7e0a91c34d4f28a6e1d3f0"},
}


def entry(connection: int, operation: str, component: str | None, vendor: str = "vercel", changes: bool = False, at: float = 0.0, **more: t.Any) -> Json:
    known: Json = {"method": "GET", "path": f"/{operation}", "query": {}, "body": None, "status": 200, "ms": 50.0}
    return {**known, "connection": connection, "operation": operation, "component": component, "vendor": vendor, "changes": changes, "at": at, **more}


@pytest.fixture
def journal() -> list[Json]:
    """Two components side by side, at two vendors; the first vendor's change comes first."""
    return [
        entry(1, "project", "app"),
        entry(2, "service", "api", "railway"),
        entry(1, "deployments", None, query={"limit": "20"}),
        entry(3, "health", "app", "app"),
        entry(4, "health", "api", "app"),
        entry(5, "project", "app"),
        entry(6, "service", "api", "railway"),
        entry(7, "project", "app"),
        entry(7, "rollback", "app", changes=True, method="POST", body={}),
        entry(8, "rollback", "api", "railway", changes=True, method="POST", body={"query": "mutation { x }", "operationName": "x"}),
        entry(8, "service", "api", "railway", at=10.0),
        entry(8, "service", "api", "railway", at=10.55),
        entry(8, "service", "api", "railway", at=10.8),
        entry(9, "health", "app", "app"),
        entry(10, "health", "api", "app"),
    ]


def test_steps_are_the_looks_then_one_wave_for_each_vendor_then_the_verdict(journal: list[Json]) -> None:
    found = {step: {name: [call.operation for call in chain] for name, chain in chains.items()} for step, chains in calls.steps(journal).items()}
    assert found == {
        "look 1": {"app": ["project", "deployments", "health"], "api": ["service", "health"]},
        "look 2": {"app": ["project"], "api": ["service"]},
        "apply at vercel": {"app": ["project", "rollback"]},
        "apply at railway": {"api": ["rollback", "service", "service", "service"]},
        "verify": {"app": ["health"], "api": ["health"]},
    }
    assert list(found) == ["look 1", "look 2", "apply at vercel", "apply at railway", "verify"]


def test_only_the_wait_between_two_polls_is_a_pause(journal: list[Json]) -> None:
    steps = calls.steps(journal)
    assert [call.pause for call in steps["apply at railway"]["api"]] == [0.0, 0.0, 0.5, 0.0]
    assert {call.pause for chains in steps.values() for chain in chains.values() for call in chain} == {0.0, 0.5}


def test_every_call_is_counted_once(journal: list[Json]) -> None:
    steps = calls.steps(journal)
    assert (calls.count(steps), calls.count(steps, apps=False)) == (15, 11)


def test_the_plain_plan_holds_every_call_in_its_order(journal: list[Json], tmp_path: pathlib.Path) -> None:
    calls.write_plan(tmp_path / "plan.json", RUN, calls.steps(journal), 4, pauses=False)
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert [[len(chain) for chain in step] for step in plan["steps"]] == [[3, 2], [1, 1], [2], [4], [1, 1]]
    assert plan["steps"][0][0][1]["path"] == "/deployments?limit=20"
    assert {call["pause"] for step in plan["steps"] for chain in step for call in chain} == {0.0}


def test_the_uri_playbook_makes_every_call_once(journal: list[Json], tmp_path: pathlib.Path) -> None:
    playbook, inventory = uri.write(tmp_path, RUN, calls.steps(journal))
    plays, everything = json.loads(playbook.read_text()), json.loads(inventory.read_text())["all"]
    made = 0
    for number, play in enumerate(plays):
        for index, task in enumerate(play["tasks"]):
            asked = [host for host in play["hosts"] if len(everything["hosts"][host][f"step_{number}"]) > index]
            assert asked == play["hosts"] or task["when"] == f"step_{number} | length > {index}"
            made += len(asked)
    assert made == 15
    assert everything["vars"]["documents"] == {"x": "mutation { x }"}


@pytest.mark.parametrize(
    ("value", "target", "at_least", "word"),
    [(2.4, 2.5, False, "met"), (2.6, 2.5, False, "MISSED"), (3.1, 3.0, True, "met"), (2.9, 3.0, True, "MISSED"), (9.0, None, False, "")],
)
def test_a_target_is_met_or_missed_in_words(value: float, target: float | None, at_least: bool, word: str) -> None:
    last = Table("t", ["way"], [], [ratio("r", value, target, at_least)]).markdown().splitlines()[-1]
    assert last.split("|")[4].strip() == word


def test_a_sample_counts_the_children_and_keeps_the_output(tmp_path: pathlib.Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    busy = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print('done')"
    memory = measure.Memory()
    found = measure.run([sys.executable, "-c", busy], os.environ, tmp_path, memory)
    assert found.output == "done\n"
    assert found.cpu >= 0.3
    assert memory.tree > 0


def test_what_did_not_work_is_never_measured(tmp_path: pathlib.Path) -> None:
    with pytest.raises(measure.BenchError, match="ended with 3"):
        measure.run([sys.executable, "-c", "raise SystemExit(3)"], os.environ, tmp_path)


def test_both_ways_of_a_listing_ask_as_seldom_as_the_pages_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ITEMS", 1001), ("DEPLOYMENTS_SCALE", 260), ("ROWS_SCALE", 100), ("CUSTOMERS_SCALE", 1)):
        monkeypatch.setattr(listing, name, value)
    with Sandbox(scenario="bad-release", clock="real") as sandbox:
        told = listing.ten_thousand(sandbox, 1)
    assert [row.cells[:2] for row in told.rows] == [["1001", "12"]] * 2 + [["1001", "3"]] * 2 + [["1200", "3"]] * 2 + [["2000", "8"]] * 2 + [["1001", "11"]] * 2
    assert [found.value for found in told.findings if "fewest" in found.name] == [1.0] * 5


def test_both_ways_of_a_bulk_export_write_everything() -> None:
    with Sandbox(scenario="bad-release", clock="real") as sandbox:
        told = bulk.million(sandbox, 1, scale=1, objects=2000)
    assert [row.name for row in told.rows] == ["shopify_bulk_export", "plain requests"] and told.title.startswith("2,000 objects")


def test_both_ways_of_an_export_write_every_record() -> None:
    with Sandbox(scenario="bad-release", clock="real") as sandbox:
        told = records.million(sandbox, 1, scale=1)
    assert [(row.name, row.cells[0]) for row in told.rows] == [("stripe_export", "20"), ("plain requests", "20")]


def test_all_ways_of_looking_through_a_log_count_the_same() -> None:
    told = scan.large(1, megabytes=2)
    assert [row.name for row in told.rows] == ["log_scan", "log_scan, and when each came", "grep, cut, sort, uniq", "the same with sed"]


def test_a_listing_that_is_cut_short_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ITEMS", 1001)
    monkeypatch.setattr(listing, "DEPLOYMENTS_SCALE", 10)
    with Sandbox(scenario="bad-release", clock="real") as sandbox, pytest.raises(measure.BenchError, match="listed 50 of 1001"):
        listing.ten_thousand(sandbox, 1)

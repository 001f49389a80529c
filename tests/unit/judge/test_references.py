# SPDX-License-Identifier: GPL-3.0-or-later
"""What a set of backups only refers to: looked for, and never taken for a copy elsewhere."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import backup_sets, references
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import DAY, HOUR
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.offsite import Place

Json = dict[str, t.Any]
NOW = 1795000000.0


def one_set(*parts: Json) -> Json:
    return {"set": "20261120T030000Z-one", "parts": list(parts)}


def part(**facts: t.Any) -> Json:
    return {"name": "database/postgres.dump", "component": "database", "kind": "postgres", "state": "whole", **facts}


def refers(**facts: t.Any) -> Json:
    return part(**{"name": "documents/atlas.json", "component": "documents", "kind": "atlas", **facts})


def test_a_component_is_by_reference_when_nothing_of_it_is_the_data() -> None:
    volume = part(name="api/volume.json", component="api", kind="railway_volume")
    variables = part(name="api/variables.json", component="api", kind="variables")
    assert references.alone(one_set(part(), refers(), volume, variables)) == ["documents"]
    dumped = refers(name="documents/mongodb.archive", kind="command")
    assert references.alone(one_set(part(), refers(), dumped)) == []
    # What failed is in no set, neither as data nor as a reference.
    assert references.alone(one_set(refers(), {**dumped, "state": "failed"})) == ["documents"]
    assert references.alone(one_set(part(), refers(state="failed"))) == []


@pytest.mark.parametrize(
    ("wish", "offsite", "referred", "verdict", "next_step"),
    [
        ("warn", True, [], "pass", ""),
        ("warn", True, ["documents"], "warn", "Export documents elsewhere"),
        ("required", True, ["documents"], "fail", "Export documents elsewhere"),
        ("ignored", True, ["documents"], "skipped", ""),
        ("required", False, ["documents"], "fail", "Give backup_repository"),
        ("warn", None, ["documents"], "warn", "Give backup_repository"),
    ],
)
def test_a_reference_is_no_copy_elsewhere(wish: str, offsite: bool | None, referred: list[str], verdict: str, next_step: str) -> None:
    told = backup_sets.away(Place(offsite, "s3.example.com"), wish, referred)
    assert told["verdict"] == verdict and told.get("next", "").startswith(next_step)
    assert ("documents" in told["reason"]) == bool(offsite and referred)


def test_what_a_vendor_keeps_no_more_fails_before_what_nobody_could_ask() -> None:
    there, gone, blind = references.Kept(until=NOW + 2 * DAY), references.Kept("it is gone"), references.Kept(unknown="no token")
    assert references.checks("documents", {}, NOW) == []
    for kept, verdict, said in (
        ({"a": there}, "pass", "for 2 d more"),
        ({"a": there, "b": references.Kept(until=NOW + HOUR)}, "pass", "for 1 h more"),
        ({"a": references.Kept()}, "pass", "still keeps it"),
        ({"a": there, "b": blind}, "error", "b: no token"),
        ({"a": gone, "b": blind}, "fail", "a: it is gone"),
    ):
        (told,) = references.checks("documents", kept, NOW)
        assert told["verdict"] == verdict and said in told["reason"], told

# SPDX-License-Identifier: GPL-3.0-or-later
"""Same or not the same: what a set tells of a part against what is there."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import restores

Facts = dict[str, t.Any]
PART: Facts = {
    "name": "database/postgres.dump",
    "component": "database",
    "moment": 1000.0,
    "counts": {"public.users": 3, "public.orders": 2},
    "hashes": {"public.users": "u1", "public.orders": "o1"},
    "schema": "s1",
    "watermark": {"at": 990.0, "value": "w1"},
    "names": {},
}


def there(**changes: t.Any) -> Facts:
    return {**{name: PART[name] for name in ("counts", "hashes", "schema", "watermark", "names")}, **changes}


def test_what_is_equal_is_the_same_row_by_row() -> None:
    found = restores.compare(PART, there())
    assert (found.same, found.by, found.differences, found.rows, found.more) == (True, "rows", (), {}, ())


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (there(counts={"public.users": 2, "public.orders": 2}), "public.users: 2 rows, 3 in the set"),
        (there(counts={"public.orders": 2}), "public.users: not there (3 rows in the set)"),
        (there(hashes={"public.users": "u2", "public.orders": "o1"}), "public.users: other rows, 3 of them"),
        (there(schema="s2"), "another structure (tables, columns, indexes or constraints)"),
        (there(watermark=None), "another watermark, or none"),
        (there(watermark={"at": 990.0, "value": "w0"}), "another watermark, or none"),
    ],
)
def test_each_difference_is_named_and_no_other(found: Facts, said: str) -> None:
    compared = restores.compare(PART, found)
    assert (compared.same, list(compared.differences)) == (False, [said])


def test_a_place_that_is_not_there_is_not_the_same() -> None:
    compared = restores.compare(PART, {})
    assert compared.same is False
    assert "public.orders: not there (2 rows in the set)" in compared.differences


def test_of_named_tables_nothing_else_is_compared() -> None:
    elsewhere = there(counts={"public.users": 3, "public.orders": 9}, hashes={"public.users": "u1", "public.orders": "o9"}, schema="s2", watermark=None)
    assert restores.compare(PART, elsewhere, ["users"]).same is True
    assert restores.compare(PART, elsewhere, ["orders"]).same is False
    assert restores.missing(PART, ["users", "public.orders", "carts"]) == ["carts"]


def test_without_fingerprints_it_is_the_same_by_counts_alone() -> None:
    compared = restores.compare(PART, there(hashes={}))
    assert (compared.same, compared.by) == (True, "counts")


def test_what_cannot_be_compared_is_neither() -> None:
    command = {**PART, "counts": {}, "hashes": {}, "schema": "", "watermark": None}
    compared = restores.compare(command, {})
    assert (compared.same, compared.by) == (None, "")


def test_a_database_without_rows_is_the_same_as_one_without_rows() -> None:
    empty = {**PART, "kind": "redis", "counts": {}, "hashes": {}, "schema": "", "watermark": None}
    assert restores.compare(empty, {"counts": {}}).same is True


def test_variables_are_compared_by_the_fingerprints_of_their_values() -> None:
    variables = {**PART, "counts": {}, "hashes": {}, "schema": "", "watermark": None, "names": {"A": "1", "B": "2", "C": "3"}}
    compared = restores.compare(variables, {"names": {"A": "1", "B": "9", "D": "4"}})
    assert (compared.same, compared.by, compared.differences) == (False, "values", ("B: another value", "C: not there"))
    assert restores.compare(variables, {"names": {**variables["names"], "D": "4"}}).same is True
    # That they are counted, too, makes no less of it.
    counted = restores.compare({**variables, "counts": {"variables": 3}}, {"names": variables["names"], "counts": {"variables": 3}})
    assert (counted.same, counted.by) == (True, "values")


def test_what_is_there_besides_is_told() -> None:
    compared = restores.compare(PART, there(counts={**PART["counts"], "public.carts": 4, "public.empty": 0}))
    assert (compared.same, compared.more) == (True, ("public.carts",))


def test_latest_is_the_newest_whole_set_that_was_not_made_to_take_a_restore_back() -> None:
    def made(number: int, why: str = "daily", complete: bool = True) -> Facts:
        return {"id": str(number), "at": float(number), "why": why, "complete": complete}

    assert restores.newest([]) == (None, "")
    assert restores.newest([made(3, "pre_restore"), made(2), made(1)]) == (made(2), "")
    found, caution = restores.newest([made(3, complete=False), made(2), made(1)])
    assert (found, caution) == (made(2), "the newest set, 3, is not whole: the newest whole one is taken")
    assert restores.newest([made(3, complete=False)])[0] is None


def test_a_lower_environment_goes_into_production_only_when_it_is_named() -> None:
    assert restores.refused_source("shop/production", "shop/production", True, "") == ""
    assert restores.refused_source("shop/production", "shop/staging", False, "") == ""
    assert "shop/staging" in restores.refused_source("shop/staging", "shop/production", True, "")
    assert "shop/staging" in restores.refused_source("shop/staging", "shop/production", True, "production")
    assert restores.refused_source("shop/staging", "shop/production", True, "staging") == ""


def test_a_drill_is_measured_by_its_oldest_part() -> None:
    other = {**PART, "name": "cache/redis.rdb", "moment": 900.0, "watermark": None}
    point, time = restores.drilled([PART, other], 2000.0, 60.0, 1100.0, 60.0)
    assert (point["verdict"], point["value"], time["verdict"], time["value"]) == ("pass", 1100.0, "pass", 60.0)
    assert "moment of cache/redis.rdb" in point["reason"]
    point, time = restores.drilled([PART, other], 2000.1, 60.1, 1100.0, 60.0)
    assert (point["verdict"], time["verdict"]) == ("fail", "fail")
    assert "watermark of database" in restores.drilled([PART], 2000.0, 1.0, 9e9, 1.0)[0]["reason"]


def test_a_drill_of_nothing_has_measured_nothing() -> None:
    assert {one["verdict"] for one in restores.drilled([], 2000.0, 60.0, 1.0, 1.0)} == {"inconclusive"}


def test_the_name_of_a_new_place_fits_a_database() -> None:
    assert restores.place_name("20261122T130501Z-7f3c") == "restored_20261122t130501z_7f3c"
    assert restores.few(["a", "b", "c"], 2) == "a; b; and 1 more"

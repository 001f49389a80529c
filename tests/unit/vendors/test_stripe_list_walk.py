# SPDX-License-Identifier: GPL-3.0-or-later
"""A list read in stretches side by side: every item once, also where hundreds were made in one second and while new ones come."""

from __future__ import annotations

import gzip
import io
import json
import pathlib
import random
import threading
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.jsonl import Written
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.list_walk import Pace, Walk

Json = dict[str, t.Any]
NOW = 1_795_143_720


class Vendor:
    """A list as Stripe keeps it; ``arriving``: with each request a new item comes in front."""

    def __init__(self, moments: list[int], arriving: bool = False) -> None:
        self.items = [{"id": f"cus_{number}", "created": moment} for number, moment in enumerate(sorted(moments, reverse=True))]
        self.arriving = arriving
        self.asked: list[Json] = []
        self._lock = threading.Lock()

    def call(self, _operation: t.Any, query: Json) -> Json:
        with self._lock:
            self.asked.append(query)
            if self.arriving:
                self.items.insert(0, {"id": f"new_{len(self.asked)}", "created": NOW})
            since, until = query.get("created[gte]", 0), query.get("created[lt]", NOW * 2)
            items = [item for item in self.items if since <= item["created"] < until]
            if "starting_after" in query:
                # An id that the filter leaves out is no place in the list.
                place = next(number for number, item in enumerate(items) if item["id"] == query["starting_after"])
                items = items[place + 1 :]
            return {"data": items[: query["limit"]], "has_more": len(items) > query["limit"]}


def walked(vendor: t.Any, folder: pathlib.Path, parallel: int = 4, since: int | None = None, floor: int = 0, timed: bool = True) -> tuple[list[Json], Written]:
    file = io.BytesIO()
    walk = Walk(vendor, op.LIST_CUSTOMERS, {}, timed, floor, parallel, Pace(100_000))
    written = walk.write(since, NOW, file, str(folder))
    return [json.loads(line) for line in gzip.decompress(file.getvalue()).splitlines()], written


@pytest.mark.parametrize("seconds", [1, 2, 7, 50, 100_000])
@pytest.mark.parametrize("parallel", [1, 2, 10])
def test_every_item_comes_once_and_in_order(tmp_path: pathlib.Path, seconds: int, parallel: int) -> None:
    chance = random.Random(f"{seconds} {parallel}")
    vendor = Vendor([NOW - 1 - chance.randrange(seconds) for _number in range(3457)])
    found, written = walked(vendor, tmp_path, parallel, floor=NOW - seconds)
    assert found == vendor.items and written.records == 3457
    assert len(vendor.asked) >= 35
    if parallel == 1:
        assert len(vendor.asked) == 35
    elif seconds > 2:
        assert len({query["created[lt]"] for query in vendor.asked}) > 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("floor", [0, NOW - 1000, NOW - 1, NOW + 1000])
def test_where_it_is_cut_does_not_depend_on_a_good_guess(tmp_path: pathlib.Path, floor: int) -> None:
    vendor = Vendor([NOW - 500 - number // 3 for number in range(2000)])
    assert walked(vendor, tmp_path, floor=floor)[0] == vendor.items
    assert len(vendor.asked) <= 20 + 60


def test_a_window_bounds_it(tmp_path: pathlib.Path) -> None:
    vendor = Vendor([NOW - 10 - number for number in range(3000)])
    since = NOW - 1500
    assert walked(vendor, tmp_path, since=since)[0] == [item for item in vendor.items if item["created"] >= since]


def test_what_comes_meanwhile_is_left_out(tmp_path: pathlib.Path) -> None:
    vendor = Vendor([NOW - 1 - number // 50 for number in range(3000)], arriving=True)
    found, _written = walked(vendor, tmp_path, floor=NOW - 60)
    assert len(vendor.items) > 3000 and found == [item for item in vendor.items if item["id"].startswith("cus_")]


def test_what_has_no_time_is_read_from_end_to_end(tmp_path: pathlib.Path) -> None:
    vendor = Vendor([NOW + 5 - number for number in range(250)])
    assert walked(vendor, tmp_path, timed=False)[0] == vendor.items
    assert not any("created" in name for query in vendor.asked for name in query)


def test_a_short_list_is_never_cut(tmp_path: pathlib.Path) -> None:
    vendor = Vendor([NOW - 1 - number for number in range(300)])
    assert walked(vendor, tmp_path, 10)[0] == vendor.items and len(vendor.asked) == 3


def test_a_failure_of_one_stretch_ends_all(tmp_path: pathlib.Path) -> None:
    class Broken(Vendor):
        def call(self, _operation: t.Any, query: Json) -> Json:
            if len(self.asked) > 10:
                raise Failure("permission", "no", status=403)
            return super().call(_operation, query)

    vendor = Broken([NOW - 1 - number for number in range(100_000)])
    with pytest.raises(Failure, match="no"):
        walked(vendor, tmp_path, floor=NOW - 100_000)
    assert len(vendor.asked) < 30 and list(tmp_path.iterdir()) == []


def test_a_vendor_that_heeds_no_bounds_is_noticed(tmp_path: pathlib.Path) -> None:
    class Deaf(Vendor):
        def call(self, _operation: t.Any, query: Json) -> Json:
            return super().call(_operation, {name: value for name, value in query.items() if not name.startswith("created")})

    with pytest.raises(Failure) as caught:
        walked(Deaf([NOW - 1 - number for number in range(3000)]), tmp_path, floor=NOW - 3000)
    assert caught.value.code == "missing_field"


def test_a_list_that_repeats_its_pages_ends(tmp_path: pathlib.Path) -> None:
    class Looping(Vendor):
        def call(self, _operation: t.Any, query: Json) -> Json:
            self.asked.append(query)
            return {"data": self.items[:100], "has_more": True}

    vendor = Looping([NOW - 1] * 100)
    with pytest.raises(Failure, match="repeats"):
        walked(vendor, tmp_path, 1)
    assert len(vendor.asked) <= 3

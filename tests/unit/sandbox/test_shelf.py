# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things that are made when they are asked for behave as if they had all been there."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.tests.sandbox.shopify import shelf
from ansible_collections.saasops.runbooks.tests.sandbox.shopify.shelf import Shelf


@pytest.fixture(params=[True, False], ids=["kept", "made"])
def things(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shelf[list[int]]:
    monkeypatch.setattr(shelf, "MOST_KEPT", 10 if request.param else 1)
    return Shelf(100, 5, lambda place: [place])


def test_what_was_changed_stays_so(things: Shelf[list[int]]) -> None:
    things[102].append(7)
    assert things[102] == [2, 7] and list(things.things()) == [[0], [1], [2, 7], [3], [4]]
    assert (len(things), list(things), 104 in things, 105 in things, things.get(105)) == (5, [100, 101, 102, 103, 104], True, False, None)


def test_what_is_gone_is_gone_and_what_is_new_comes_last(things: Shelf[list[int]]) -> None:
    del things[101]
    things[900], things[300] = [9], [3]
    assert (list(things), len(things), 101 in things) == ([100, 102, 103, 104, 300, 900], 6, False)
    with pytest.raises(KeyError):
        things[101]
    things[101] = [1, 1]
    assert list(things.things())[:2] == [[0], [1, 1]] and len(things) == 7


def test_a_large_one_keeps_only_what_was_asked_for_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    things: Shelf[int] = Shelf(0, shelf.MOST_KEPT + 1, lambda place: made.append(place) or place)
    assert made == []
    assert sum(things.things()) == sum(range(shelf.MOST_KEPT + 1)) and len(made) == shelf.MOST_KEPT + 1
    made.clear()
    assert things[5] == things[5] == 5 and made == [5]

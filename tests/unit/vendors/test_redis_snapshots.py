# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether keys that expire are those that a backup has told of, whenever one looks."""

from __future__ import annotations

import random

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import snapshots

HOUR, NOW = 3600.0, 1_800_000_000.0


def keys(times: list[float]) -> snapshots.Keys:
    made = snapshots.Keys()
    for number, moment in enumerate(times):
        made.add(b"key %d" % number, "string", moment)
    return made


@pytest.mark.parametrize("days", [0.9, 30, 4000])
@pytest.mark.parametrize("passed", [0, 0.3, 0.9, 2])
def test_what_has_expired_is_gone_as_it_should_be_and_nothing_else(days: float, passed: float) -> None:
    drawn = random.Random(7)
    times = [NOW + drawn.random() * days * 86400 for _number in range(3000)]
    calendar = keys(times).calendar
    later = NOW + passed * days * 86400
    # A server tells a moment a little too early, for its answer takes a while.
    left = [moment - drawn.random() for moment in times if moment > later]
    assert len(calendar) < 2000
    assert snapshots.expires_alike(calendar, keys(left), later)
    assert not snapshots.expires_alike(calendar, keys([*left, later + days * 86400 * 2]), later)
    far = [moment for moment in left if moment < later + 0.5 * days * 86400]
    assert snapshots.expires_alike(calendar, keys(far), later) == (len(far) == len(left))


def test_sessions_that_are_lost_or_live_longer_show() -> None:
    times = [NOW + 20 * HOUR + number for number in range(50)]
    calendar = keys(times).calendar
    assert not snapshots.expires_alike(calendar, keys([]), NOW)
    assert not snapshots.expires_alike(calendar, keys(times[1:]), NOW)
    assert not snapshots.expires_alike(calendar, keys([moment + 2 * HOUR for moment in times]), NOW)
    assert snapshots.expires_alike(calendar, keys([]), NOW + 30 * HOUR)
    assert snapshots.expires_alike(keys([]).calendar, keys([]), NOW)
    assert not snapshots.expires_alike(keys([]).calendar, keys([NOW + 1]), NOW)

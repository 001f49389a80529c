# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the Convex tests: a scripted vendor, a time that nobody has to wait for, and an environment without keys."""

from __future__ import annotations

import typing as t

import pytest
import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import Convex
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time


@pytest.fixture
def convex_time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    monkeypatch.setattr(clock, "sleep", time.sleep)
    return time


@pytest.fixture
def convex_script(convex_time: Time, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Convex]:
    for name in (*client.KEY_VARIABLES, client.SELF_HOSTED_KEY, client.SELF_HOSTED_URL):
        monkeypatch.delenv(name, raising=False)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Convex(mock)


@pytest.fixture
def convex(convex_script: Convex) -> Convex:
    return convex_script

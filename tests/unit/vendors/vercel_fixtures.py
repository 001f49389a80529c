# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the Vercel tests: a scripted vendor, and a time that nobody has to wait for."""

from __future__ import annotations

import typing as t

import pytest
import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time, Vercel


@pytest.fixture
def vercel_time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    monkeypatch.setattr(clock, "sleep", time.sleep)
    return time


@pytest.fixture
def vercel(vercel_time: Time) -> t.Iterator[Vercel]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Vercel(mock)

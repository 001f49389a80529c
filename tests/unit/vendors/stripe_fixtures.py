# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the Stripe tests: a scripted vendor, and a time that nobody has to wait for."""

from __future__ import annotations

import typing as t

import pytest
import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import Stripe
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time


@pytest.fixture
def stripe_time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    monkeypatch.setattr(clock, "sleep", time.sleep)
    return time


@pytest.fixture
def stripe_script(stripe_time: Time) -> t.Iterator[Stripe]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Stripe(mock)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the Railway tests: a scripted vendor, and a time that nobody has to wait for."""

from __future__ import annotations

import typing as t

import pytest
import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import Railway, Time, project_token


@pytest.fixture
def railway_time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    monkeypatch.setattr(clock, "sleep", time.sleep)
    return time


@pytest.fixture
def railway(railway_time: Time, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Railway]:
    monkeypatch.delenv("RAILWAY_TOKEN", raising=False)
    monkeypatch.delenv("RAILWAY_API_TOKEN", raising=False)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        scripted = Railway(mock)
        scripted.on("projectToken", project_token())
        yield scripted

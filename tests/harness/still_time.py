# SPDX-License-Identifier: GPL-3.0-or-later
"""A time that stands still until somebody sleeps, so that nobody has to wait for it."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock

NOW = 1_795_143_720.0


@dataclasses.dataclass
class Time:
    now: float = NOW
    slept: list[float] = dataclasses.field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += max(0.0, seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Deadlines of such a test count virtual seconds alone, however slow the machine is."""
    made = Time()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    monkeypatch.setattr(clock, "sleep", made.sleep)
    monkeypatch.setattr(clock, "is_virtual", lambda: True)
    return made

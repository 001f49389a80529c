# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the unit tests."""

from __future__ import annotations

from tests.harness.still_time import time

__all__ = ["time"]

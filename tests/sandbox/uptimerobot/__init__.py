# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's UptimeRobot: an account with a few monitors, and no maintenance window yet."""

from __future__ import annotations

from .vendor import UptimeRobot

__all__ = ["UptimeRobot"]

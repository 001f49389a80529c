# SPDX-License-Identifier: GPL-3.0-or-later
"""PagerDuty, as far as notifications need it."""

from __future__ import annotations

from .vendor import PagerDuty

__all__ = ["PagerDuty"]

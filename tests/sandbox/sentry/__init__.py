# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Sentry: one organisation whose shop has a few issues."""

from __future__ import annotations

from .vendor import Sentry

__all__ = ["Sentry"]

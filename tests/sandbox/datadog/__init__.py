# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Datadog: an organisation with a few monitors, and no downtime yet."""

from __future__ import annotations

from .vendor import Datadog

__all__ = ["Datadog"]

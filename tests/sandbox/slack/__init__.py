# SPDX-License-Identifier: GPL-3.0-or-later
"""Slack, as far as notifications need it."""

from __future__ import annotations

from .vendor import Slack

__all__ = ["Slack"]

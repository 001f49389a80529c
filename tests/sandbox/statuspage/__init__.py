# SPDX-License-Identifier: GPL-3.0-or-later
"""Statuspage, as far as notifications need it."""

from __future__ import annotations

from .vendor import Statuspage

__all__ = ["Statuspage"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""One Convex deployment with a small shop in it, and the management API beside it."""

from __future__ import annotations

from .vendor import Convex

__all__ = ["Convex"]

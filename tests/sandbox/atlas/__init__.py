# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster at MongoDB Atlas: its snapshots, and those that are asked for."""

from __future__ import annotations

from .vendor import Atlas

__all__ = ["Atlas"]

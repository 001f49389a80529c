# SPDX-License-Identifier: GPL-3.0-or-later
"""One project at Supabase: its backups, and its restore points."""

from __future__ import annotations

from .vendor import Supabase

__all__ = ["Supabase"]

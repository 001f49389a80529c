# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel's REST API, as far as deployments, projects, aliases, teams and users are concerned."""

from __future__ import annotations

from .vendor import Vercel

__all__ = ["Vercel"]

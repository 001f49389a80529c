# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's GraphQL API, as far as projects, environments, services, deployments and variables are concerned."""

from __future__ import annotations

from .vendor import Railway

__all__ = ["Railway"]

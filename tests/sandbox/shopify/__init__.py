# SPDX-License-Identifier: GPL-3.0-or-later
"""Shopify's GraphQL Admin API, as far as one shop, its customers, its apps and their webhook subscriptions are concerned."""

from __future__ import annotations

from .vendor import Shopify

__all__ = ["Shopify"]

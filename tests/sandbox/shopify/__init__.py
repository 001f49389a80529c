# SPDX-License-Identifier: GPL-3.0-or-later
"""Shopify's GraphQL Admin API, as far as one shop, its customers, discounts and apps, and what is theirs, are concerned."""

from __future__ import annotations

from .vendor import Shopify

__all__ = ["Shopify"]

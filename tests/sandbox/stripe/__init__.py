# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Stripe: one account with a small shop, in live mode and in test mode."""

from __future__ import annotations

from .vendor import Stripe

__all__ = ["Stripe"]

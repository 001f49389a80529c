# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control side answers when it is asked for something that cannot be."""

from __future__ import annotations


class Refused(ValueError):
    """The control request makes no sense; the message says why (answered as 400)."""

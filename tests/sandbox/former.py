# SPDX-License-Identifier: GPL-3.0-or-later
"""What a larger sandbox has more of: releases of long ago, older than all that a scenario tells of."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

DAY = 86400.0
# How every tenth release went; the others served.
FATES = {2: "failed", 5: "preview", 7: "unused", 8: "canceled"}


@dataclass(frozen=True)
class Former:
    """``fate``: served, failed, canceled, preview (of a branch), or unused (built for production, and never served)."""

    tag: str
    commit: str
    created: float
    fate: str
    branch: str


def releases(count: int, begin: float, end: float) -> t.Iterator[Former]:
    """``count`` releases, oldest first, evenly between the two moments. The same tag is the same commit at every vendor."""
    step = (end - begin) / (count + 1)
    for number in range(1, count + 1):
        tag = f"v0.0.{number}"
        fate = FATES.get(number % 10, "served")
        branch = f"feature/{number:04d}" if fate == "preview" else "main"
        yield Former(tag, hashlib.sha1(tag.encode(), usedforsecurity=False).hexdigest(), begin + number * step, fate, branch)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Lengths of time as people write them: ``90``, ``90s``, ``15m``, ``24h``, ``7d``, ``1h30m``; and moments, with their zone."""

from __future__ import annotations

import datetime
import math
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_WRITTEN = re.compile("".join(rf"(?:(?P<{unit}>\d+(?:\.\d+)?){unit})?" for unit in _UNITS))


def seconds(value: t.Any, name: str) -> float:
    """The length in seconds, 0 or more; a failure that names the option when it is not one."""
    text = str(value).strip().lower()
    try:
        length = float(text)
    except ValueError:
        parts = _WRITTEN.fullmatch(text)
        length = sum(float(number) * _UNITS[unit] for unit, number in parts.groupdict().items() if number) if parts and text else math.nan
    if isinstance(value, bool) or not (math.isfinite(length) and length >= 0):
        raise Failure("invalid", f"{name} is {value!r}", f"Give {name} as seconds, or like 90s, 15m, 24h, 7d")
    return length


def moment(text: str, name: str) -> float:
    """Seconds since the epoch. Without a zone it could be another moment on another machine."""
    try:
        at = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Failure("invalid", f"{name} is {plain(text, 60)!r}", f"Give {name} as a time with its zone, such as 2026-11-20T14:00:00Z")
    return at.timestamp()


def age(seconds: float) -> str:
    """So long ago, or so long still, as people say it: ``5 min``, ``9 h``, ``4 d``."""
    left = max(0.0, seconds)
    return f"{int(left // 86400)} d" if left >= 2 * 86400 else f"{int(left // 3600)} h" if left >= 3600 else f"{int(left // 60)} min"

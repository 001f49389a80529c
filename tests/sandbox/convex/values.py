# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex values and their two encodings in JSON.

Numbers are doubles and are written with a decimal point. ``json`` loses types (64-bit integers become decimal strings);
``convex_encoded_json`` keeps them by wrapping.
"""

from __future__ import annotations

import base64
import math
import struct
import typing as t

JSON, ENCODED = "json", "convex_encoded_json"


class Int64(int):
    """The vendor's ``int64`` (``bigint`` in JavaScript), apart from its numbers, which are doubles."""


def encode(value: t.Any, form: str) -> t.Any:
    if isinstance(value, Int64):
        return str(int(value)) if form == JSON else {"$integer": base64.b64encode(struct.pack("<q", value)).decode()}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        text = base64.b64encode(value).decode()
        return text if form == JSON else {"$bytes": text}
    if isinstance(value, int | float):
        number = float(value)
        if math.isfinite(number):
            return number
        return str(number) if form == JSON else {"$float": base64.b64encode(struct.pack("<d", number)).decode()}
    if isinstance(value, dict):
        # The fields of an object have no order of their own.
        return {key: encode(value[key], form) for key in sorted(value)}
    return [encode(item, form) for item in value]


def decode(value: t.Any) -> t.Any:
    """Arguments as a client sends them: a wrapped value is what it wraps, everything else is itself."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, item), *_rest = value.items()
        if name == "$integer":
            return Int64(struct.unpack("<q", base64.b64decode(item))[0])
        if name == "$bytes":
            return base64.b64decode(item)
        if name == "$float":
            return struct.unpack("<d", base64.b64decode(item))[0]
    return {key: decode(item) for key, item in value.items()}

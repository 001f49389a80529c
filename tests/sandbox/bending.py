# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a JSON answer, replaced by something that nobody expects there."""

from __future__ import annotations

import json
import random
import typing as t

TEMPLATE = "{{ lookup('pipe', 'id') }} {% raw %} \x1b[2J\u202e\x07 !unsafe"
DEEP = 100_000
_PLACEHOLDER = "bent-here-0f3a"
MISSING = "missing"
HOWS: dict[str, t.Any] = {
    "null": None,
    "true": True,
    "number": -12345678901234567890,
    "fraction": 1e300,
    "list": [],
    "lists": [[None], 3, {"id": None}],
    "object": {},
    "empty": "",
    "unknown": "SOMETHING_NEW",
    "template": TEMPLATE,
    "long": "x" * 1_000_000,
    "deep": _PLACEHOLDER,
    MISSING: None,
}


def bend(document: t.Any, how: str, seed: int) -> str:
    """The document as JSON text, with one value that chance (``seed``) picks replaced as ``how`` says."""
    spots = list(_spots(document))
    if spots:
        container, key = random.Random(seed).choice(spots)
        if how == MISSING:
            del container[key]
        else:
            container[key] = HOWS[how]
    else:
        document = HOWS[how]
    # Deeper than any encoder goes.
    return json.dumps(document).replace(json.dumps(_PLACEHOLDER), "[" * DEEP + "]" * DEEP)


def _spots(node: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    """Where a value stands: what holds it, and under which key or number."""
    entries = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in entries:
        yield node, key
        yield from _spots(value)

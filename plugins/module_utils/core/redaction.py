# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Keep secrets out of everything that leaves a module, and vendor text harmless.

Values that arrive through ``no_log`` options are scrubbed by Ansible; those that the code finds by itself (a token from the
process environment, a password inside a URL) are registered here and scrubbed from results and messages alike.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import typing as t

MASK = "********"
# Shorter strings would mask ordinary words everywhere.
SHORTEST_SECRET = 6
SHORTEST_VALUE = 4
LONGEST_TEXT = 2000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_secrets: set[str] = set()


def register(*values: str | None) -> None:
    """Remember secret values for the life of this task."""
    _secrets.update(value for value in values if value and len(value) >= SHORTEST_SECRET)


def forget() -> None:
    """Drop all registered values (a task has ended)."""
    _secrets.clear()


def registered() -> frozenset[str]:
    return frozenset(_secrets)


def scrub(value: t.Any) -> t.Any:
    """A copy of ``value`` with every registered secret masked, keys included."""
    if not _secrets:
        return value
    if isinstance(value, str):
        for secret in sorted(_secrets, key=len, reverse=True):
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(item) for item in value]
    return value


def plain(text: t.Any, limit: int = LONGEST_TEXT) -> str:
    """Vendor text made safe for a terminal and a log: one line, no control characters, bounded."""
    line = _CONTROL.sub("?", str(text).replace("\n", " ").replace("\t", " ").strip())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def fingerprint(body: t.Any) -> str:
    """A short digest of what a change sends, equal for equal content whatever the order of keys."""
    return hashlib.sha256(_canonical(body)).hexdigest()[:16]


def keyed_fingerprint(key: str, value: t.Any) -> str:
    """A fingerprint of something secret: without the key nobody can guess values until one of them fits."""
    return hmac.new(key.encode(), _canonical(value), hashlib.sha256).hexdigest()[:16]


def without(text: str, values: t.Iterable[t.Any]) -> str:
    """``text`` with these values masked, for words of others that may repeat what they were sent.

    What is shorter than ``SHORTEST_VALUE`` stays: it would mask parts of ordinary words, and is no secret.
    """
    for value in sorted({str(value) for value in values if value is not None and len(str(value).strip()) >= SHORTEST_VALUE}, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def _canonical(body: t.Any) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()

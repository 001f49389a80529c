# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Terms of the vendor's search syntax, in which a value can say nothing but itself."""

from __future__ import annotations

import datetime
import re

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?")


def quoted(text: str) -> str:
    return text.strip().replace("\\", "\\\\").replace("'", "\\'")


def term(field: str, value: str, sign: str = "") -> str:
    return f"{field}:{sign}'{quoted(value)}'"


def one_of(field: str, values: list[str]) -> str:
    terms = [term(field, value) for value in values]
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def since(field: str, moment: str, option: str) -> str:
    seconds_of(moment, option)
    return term(field, moment, ">=")


def seconds_of(text: str, option: str) -> float:
    """A moment in seconds since the epoch; a day begins when it does at Greenwich."""
    given = text.strip()
    try:
        if not _MOMENT.fullmatch(given):
            raise ValueError
        moment = datetime.datetime.fromisoformat(given)
    except ValueError:
        told = redaction.plain(text, 60)
        raise Failure("invalid", f"{option} is {told!r}", "Give a moment as 2026-11-20T08:00:00Z, or a day as 2026-11-20", VENDOR) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def moment_of(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

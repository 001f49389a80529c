# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Terms of the vendor's search syntax, in which a value can say nothing but itself."""

from __future__ import annotations

import re

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?")


def quoted(text: str) -> str:
    return text.strip().replace("\\", "\\\\").replace("'", "\\'")


def since(field: str, moment: str, option: str) -> str:
    if not _MOMENT.fullmatch(moment.strip()):
        told = redaction.plain(moment, 60)
        raise Failure("invalid", f"{option} is {told!r}", "Give a moment as 2026-11-20T08:00:00Z, or a day as 2026-11-20", VENDOR)
    return f"{field}:>='{quoted(moment)}'"

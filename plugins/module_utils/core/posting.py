# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One message to an application, sent once: only the status of its answer counts, whatever else it says. Imported where it is used."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Wire, body_of

# More of what an application says is not read.
LARGEST_ANSWER = 16 * 1024
SHOWN = 200


@dataclasses.dataclass(frozen=True)
class Posted:
    """``status`` is None where no answer came; ``in_doubt``: and it may have arrived. ``said`` is the application's own text, made harmless."""

    status: int | None
    in_doubt: bool
    said: str

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(wire: Wire, name: str, path: str, body: bytes, headers: t.Mapping[str, str], method: str = "POST") -> Posted:
    status: int | None = None
    said = ""
    try:
        with wire.exchange(name, method, path, body=body, headers=headers) as response:
            status = response.status_code
            said = plain(body_of(response, LARGEST_ANSWER, wire.timeout)[:LARGEST_ANSWER].decode("utf-8", "replace"), SHOWN)
    except Failure as failure:
        # With the status all is told that counts.
        if status is None:
            return Posted(None, failure.maybe_sent, failure.message)
    return Posted(status, False, said)


def failure(posted: Posted, vendor: str, operation: str, hint: str) -> Failure:
    """What it means that a message was not taken."""
    if posted.status is None:
        return Failure("vendor_down", posted.said, hint, vendor, operation, retryable=True, maybe_sent=posted.in_doubt)
    said = f": {posted.said}" if posted.said else ""
    passing = posted.status == 429 or posted.status >= 500
    return Failure("vendor_down" if passing else "failed", f"answered {posted.status}{said}", hint, vendor, operation, posted.status, retryable=passing)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Times that people give for logs and metrics (``15m`` ago, or a moment), and the window between two of them."""

from __future__ import annotations

import dataclasses
import datetime

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import epoch


@dataclasses.dataclass(frozen=True)
class Window:
    """Seconds since the epoch; ``since`` None reaches as far back as Railway keeps anything."""

    since: float | None
    until: float

    @classmethod
    def of(cls, since: str | None, until: str | None) -> Window:
        """The window that options give; a failure before the first request where it is none."""
        now = clock.now()
        begins, ends = moment(since, "since", now), moment(until, "until", now)
        window = cls(begins, now if ends is None else ends)
        if begins is not None and begins >= window.until:
            raise Failure("invalid", f"since ({since}) is not before until ({until or 'now'})", "Give an earlier since, or a later until", VENDOR)
        return window

    def as_dict(self) -> dict[str, float | None]:
        return dataclasses.asdict(self)


def moment(text: str | None, option: str, now: float) -> float | None:
    """Seconds since the epoch of ``15m`` (ago), or of an RFC 3339 time."""
    if text is None:
        return None
    if "T" in text or "-" in text:
        try:
            return epoch(text)
        except ValueError as error:
            message = f"{option} is {text!r}"
            raise Failure("invalid", message, f"Give {option} as a length of time ago, such as 15m, or as 2026-11-21T14:00:00Z", VENDOR) from error
    return now - durations.seconds(text, option)


def written(seconds: float | None) -> str | None:
    """As Railway takes it."""
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The leaky bucket of an app in a shop: points, not requests.

Facts (Shopify, "API rate limits"): every answer says what the query asked for, what is left, and how fast it comes back. A query costs
what it asks for when it begins, and gets back what it did not use.
"""

from __future__ import annotations

import math
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock

# Seconds more than calculated: the vendor's clock and this one are not the same.
MARGIN = 0.1


class Bucket:
    def __init__(self) -> None:
        self._costs: dict[str, float] = {}
        self._left = self._most = math.inf
        self._rate = 0.0
        self._at = 0.0

    def learn(self, operation: str, cost: t.Mapping[str, t.Any]) -> None:
        """What an answer says of costs; what cannot be read is left as it was."""
        told = cost.get("throttleStatus")
        status = told if isinstance(told, dict) else {}
        if _number(status.get("currentlyAvailable")) and _number(status.get("restoreRate")) and status["restoreRate"] > 0:
            self._left, self._rate, self._at = float(status["currentlyAvailable"]), float(status["restoreRate"]), clock.now()
        self._most = float(status["maximumAvailable"]) if _number(status.get("maximumAvailable")) else math.inf
        if _number(cost.get("requestedQueryCost")):
            # More than the bucket holds will never be there.
            self._costs[operation] = min(float(cost["requestedQueryCost"]), self._most)

    def told(self) -> dict[str, t.Any] | None:
        """``{maximum, available, restore_rate, used_percent}`` as the newest answer says; None when it does not."""
        if not self._rate or not 0 < self._most < math.inf:
            return None
        used = round(100 * (1 - min(self._left, self._most) / self._most), 2)
        return {"maximum": self._most, "available": self._left, "restore_rate": self._rate, "used_percent": used}

    def seconds_until(self, operation: str) -> float:
        """How long the bucket has to fill until this operation, asked before, can be asked again."""
        needed = self._costs.get(operation, 0.0)
        if not self._rate:
            return 0.0
        left = self._left + max(0.0, clock.now() - self._at) * self._rate
        return (needed - left) / self._rate + MARGIN if needed > left else 0.0


def _number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9

# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the API may be asked: by the hour and by the second, as the plan says, for all tokens of the account together."""

from __future__ import annotations

import math

from ..world import World

HOURLY = {"free": 100, "hobby": 1_000, "pro": 10_000, "enterprise": 100_000}
EACH_SECOND = {"free": 10, "hobby": 10, "pro": 50, "enterprise": 100}
HOUR = 3600.0


class Limits:
    """Counts in the world's own time. The setting ``railway_rate_limits`` says which limits hold: none, hour or all."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.began = 0.0
        self.used = 0
        self._second: tuple[int, int] = (0, 0)

    def clear(self) -> None:
        self.began, self.used, self._second = self._world.now(), 0, (0, 0)

    @property
    def hourly(self) -> int:
        return HOURLY[self._world.setting("railway_plan")]

    @property
    def left(self) -> int:
        return max(0, self.hourly - self.used)

    @property
    def resets(self) -> float:
        return self.began + HOUR

    def take(self) -> int | None:
        """Count a request. When it is one too many: the seconds after which to come again."""
        now, holds = self._world.now(), self._world.setting("railway_rate_limits")
        if now >= self.resets:
            self.began, self.used = now, 0
        if holds != "none" and self.left == 0:
            return max(1, math.ceil(self.resets - now))
        second, count = self._second
        count = count + 1 if second == int(now) else 1
        if holds == "all" and count > EACH_SECOND[self._world.setting("railway_plan")]:
            return 1
        self._second = (int(now), count)
        self.used += 1
        return None

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.hourly),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(math.ceil(self.resets)),
            "RateLimit-Policy": f'"api";q={self.hourly};w=3600',
        }

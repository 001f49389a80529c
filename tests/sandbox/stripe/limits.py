# SPDX-License-Identifier: GPL-3.0-or-later
"""How often Stripe may be asked in a second of the world's own time: less in test mode, and least by searches."""

from __future__ import annotations

import collections

from ..world import World
from .state import Mode, StripeError

EACH_SECOND = {True: 100, False: 25}
SEARCHES = 20


class Limits:
    """The setting ``stripe_rate_limits`` says whether they hold: none or second."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._counted: collections.Counter[tuple[bool, str]] = collections.Counter()
        self._second = 0

    def clear(self) -> None:
        self._counted.clear()

    def take(self, mode: Mode, path: str) -> None:
        """Count a request, also one that is refused."""
        if self._world.setting("stripe_rate_limits") == "none":
            return
        second = int(self._world.now())
        if second != self._second:
            self._counted.clear()
            self._second = second
        kinds = {"all": EACH_SECOND[mode.live], **({"search": SEARCHES} if path.endswith("/search") else {})}
        for kind in kinds:
            self._counted[mode.live, kind] += 1
        if any(self._counted[mode.live, kind] > most for kind, most in kinds.items()):
            raise StripeError(429, "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.", "rate_limit")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Points: what a query asks for before it runs, what it used, and the bucket of each app."""

from __future__ import annotations

import typing as t

from ..world import World
from .state import Json

if t.TYPE_CHECKING:
    from graphql import SelectionSetNode

# Points that come back in a second; the bucket holds twenty seconds of them.
RATES = {"standard": 100.0, "advanced": 200.0, "plus": 1000.0, "enterprise": 2000.0}
SECONDS = 20
MOST = 1000
MUTATION = 10


def requested(selections: SelectionSetNode, variables: Json) -> int:
    """Objects one point each, a connection two and as many of its items as it is asked for; scalars nothing."""
    from graphql import FieldNode, IntValueNode, VariableNode

    total = 0
    for node in selections.selections:
        inner = getattr(node, "selection_set", None)
        if inner is None:
            continue
        if not _included(node, variables):
            continue
        below = requested(inner, variables)
        if not isinstance(node, FieldNode):
            total += below
            continue
        asked: t.Any = None
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                if isinstance(value, VariableNode):
                    asked = variables.get(value.name.value)
                elif isinstance(value, IntValueNode):
                    asked = int(value.value)
        if isinstance(asked, int):
            total += 2 + asked * max(1, below)
        elif node.name.value in ("edges", "pageInfo"):
            total += below
        else:
            total += 1 + below
    return total


def _included(node: t.Any, variables: Json) -> bool:
    """``@include`` and ``@skip``: what is not asked for costs nothing."""
    from graphql import VariableNode

    for directive in node.directives or ():
        if directive.name.value in ("include", "skip"):
            value = directive.arguments[0].value
            said = bool(variables.get(value.name.value)) if isinstance(value, VariableNode) else value.value
            if said is (directive.name.value == "skip"):
                return False
    return True


def used(data: t.Any) -> int:
    """Objects in an answer."""
    if isinstance(data, list):
        return sum(used(item) for item in data)
    return 1 + sum(used(value) for value in data.values()) if isinstance(data, dict) else 0


class Buckets:
    """One for each app, in the world's own time. The setting ``shopify_plan`` says how fast points come back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._left: dict[int, tuple[float, float]] = {}

    def clear(self) -> None:
        self._left.clear()

    @property
    def rate(self) -> float:
        return RATES[self._world.setting("shopify_plan")]

    def left(self, app: int) -> float:
        most, now = self.rate * SECONDS, self._world.now()
        left, at = self._left.get(app, (most, now))
        return min(most, left + (now - at) * self.rate)

    def take(self, app: int, points: float) -> None:
        self._left[app] = (self.left(app) - points, self._world.now())

    def told(self, app: int, wanted: int, actual: int | None) -> Json:
        """``extensions.cost`` of an answer."""
        status = {"maximumAvailable": self.rate * SECONDS, "currentlyAvailable": int(self.left(app)), "restoreRate": self.rate}
        return {"requestedQueryCost": wanted, "actualQueryCost": actual, "throttleStatus": status}

# SPDX-License-Identifier: GPL-3.0-or-later
"""One request that Stripe was asked, its form or query read as Stripe reads it, and what every handler needs of it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import parse_qsl

from .series import Series
from .state import Json, Mode, StripeError

if t.TYPE_CHECKING:
    from .vendor import Stripe

LARGEST_PAGE = 100
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def form(text: str) -> Json:
    """``a[b]=1`` is an object, ``a[]=x`` and ``a[0]=x`` are lists."""
    root: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found = _NAME.fullmatch(name)
        if found is None:
            raise StripeError(400, f"Invalid parameter name: {name}", "parameter_unknown", param=name)
        keys = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])]
        node = root
        for key in keys[:-1]:
            node = node.setdefault(key, {})
            if not isinstance(node, dict):
                raise StripeError(400, f"Invalid object: {name}", param=name)
        node[keys[-1] or str(len(node))] = value
    return {key: _lists(value) for key, value in root.items()}


def _lists(node: t.Any) -> t.Any:
    if not isinstance(node, dict):
        return node
    inner = {key: _lists(value) for key, value in node.items()}
    return [inner[key] for key in sorted(inner, key=int)] if inner and all(key.isdigit() for key in inner) else inner


@dataclass
class Asked:
    stripe: Stripe
    names: t.Mapping[str, str]
    given: Json
    mode: Mode

    def only(self, *known: str) -> None:
        strange = sorted(set(self.given) - set(known) - {"expand"})
        if strange:
            raise StripeError(400, f"Received unknown parameter: {strange[0]}", "parameter_unknown", param=strange[0])

    @property
    def now(self) -> int:
        return int(self.stripe.world.now())

    def expands(self, name: str) -> bool:
        return name in self.given.get("expand", [])

    def flag(self, name: str) -> bool | None:
        value = self.given.get(name)
        if value not in (None, "true", "false"):
            raise StripeError(400, f"Invalid boolean: {value}", "parameter_invalid_boolean", param=name)
        return None if value is None else value == "true"

    def number(self, name: str) -> int | None:
        value = self.given.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise StripeError(400, f"Invalid integer: {value}", "parameter_invalid_integer", param=name) from None

    def metadata(self, now: t.Mapping[str, str]) -> dict[str, str]:
        """What is given is merged in; an empty value removes."""
        given = self.given.get("metadata")
        if given == "":
            return {}
        merged = {**now, **(given or {})}
        return {key: value for key, value in merged.items() if value != ""}

    def page(self, items: t.Sequence[t.Any], url: str, show: t.Callable[[t.Any], Json] = lambda item: t.cast(Json, item)) -> Json:
        """One page of items that have an ``id``, newest first."""
        limit = self.number("limit")
        limit = 10 if limit is None else limit
        if not 1 <= limit <= LARGEST_PAGE:
            raise StripeError(400, f"Invalid integer: must be between 1 and {LARGEST_PAGE}", "parameter_invalid_integer", param="limit")
        after, before = self.given.get("starting_after"), self.given.get("ending_before")
        if after and before:
            raise StripeError(400, "You can only use one of starting_after and ending_before.")
        places = {name: _place(items, self.given[name]) for name in ("starting_after", "ending_before") if self.given.get(name)}
        for name, place in places.items():
            if place is None:
                raise StripeError(400, f"No such object: '{self.given[name]}'", "resource_missing", param=name)
        if before:
            end = t.cast(int, places["ending_before"])
            start = max(0, end - limit)
            more = start > 0
        else:
            start = t.cast(int, places["starting_after"]) + 1 if after else 0
            end = min(start + limit, len(items))
            more = end < len(items)
        return {"object": "list", "url": url, "has_more": more, "data": [show(item) for item in items[start:end]]}


def _place(items: t.Sequence[t.Any], identity: str) -> int | None:
    if isinstance(items, Series):
        return items.place(identity)
    return next((number for number, item in enumerate(items) if item["id"] == identity), None)


Answer = tuple[int, t.Any]
Operation = t.Callable[[Asked], Answer]
# (method, path, handler, permission that a restricted key needs).
Routes = tuple[tuple[str, str, Operation, str], ...]

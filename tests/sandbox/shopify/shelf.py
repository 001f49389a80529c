# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things of consecutive numbers. A large shop would not fit into memory: there each is made when it is asked for, and kept when it
is asked for by its number, for then it may be changed."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, MutableMapping

# So many are kept from the beginning.
MOST_KEPT = 20_000
T = t.TypeVar("T")


class Shelf(MutableMapping[int, T], t.Generic[T]):
    """``make(place)`` gives the same thing for the same place, whenever it is asked."""

    def __init__(self, first: int, count: int, make: t.Callable[[int], T]) -> None:
        self._numbers = range(first, first + count)
        self._make = make
        self._kept: dict[int, T] = {}
        self._gone: set[int] = set()
        if count <= MOST_KEPT:
            self._kept = {first + place: make(place) for place in range(count)}

    def __getitem__(self, number: int) -> T:
        if number not in self._kept:
            if number not in self._numbers or number in self._gone:
                raise KeyError(number)
            self._kept[number] = self._make(number - self._numbers.start)
        return self._kept[number]

    def __setitem__(self, number: int, thing: T) -> None:
        self._kept[number] = thing
        self._gone.discard(number)

    def __delitem__(self, number: int) -> None:
        self._kept.pop(number, None)
        self._gone.add(number)

    def __contains__(self, number: object) -> bool:
        return number not in self._gone and (number in self._kept or number in self._numbers)

    def __iter__(self) -> Iterator[int]:
        yield from (number for number in self._numbers if number not in self._gone)
        yield from sorted(number for number in self._kept if number not in self._numbers)

    def __len__(self) -> int:
        return len(self._numbers) + sum(number not in self._numbers for number in self._kept) - sum(number in self._numbers for number in self._gone)

    def things(self) -> Iterator[T]:
        """All of them in the order of their numbers; what is made for this is not kept."""
        for number in self:
            yield self._kept[number] if number in self._kept else self._make(number - self._numbers.start)

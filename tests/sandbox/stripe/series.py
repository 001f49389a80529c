# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of facts that are worked out when they are looked at, so that a million of them need no memory: newest first, by their numbers."""

from __future__ import annotations

import bisect
import typing as t

from .state import Json


class Series(t.Sequence[Json]):
    """``make(number)`` gives the facts, ``number_of(id)`` the number that an id may stand for."""

    def __init__(self, numbers: range, make: t.Callable[[int], Json], number_of: t.Callable[[str], int | None]) -> None:
        self._numbers, self._make, self._number_of = numbers, make, number_of

    def __len__(self) -> int:
        return len(self._numbers)

    @t.overload
    def __getitem__(self, at: int) -> Json: ...

    @t.overload
    def __getitem__(self, at: slice) -> list[Json]: ...

    def __getitem__(self, at: int | slice) -> Json | list[Json]:
        return [self._make(number) for number in self._numbers[at]] if isinstance(at, slice) else self._make(self._numbers[at])

    def place(self, identity: str) -> int | None:
        """Where the one of this id stands."""
        number = self._number_of(identity)
        if number is None or number not in self._numbers or self._make(number)["id"] != identity:
            return None
        return self._numbers.index(number)

    def between(self, oldest: int | None, before: int | None) -> Series:
        """Those that were created from ``oldest`` on and earlier than ``before``."""
        start = 0 if before is None else bisect.bisect_right(self, -before, key=_age)
        end = len(self) if oldest is None else bisect.bisect_right(self, -oldest, key=_age)
        return Series(self._numbers[start : max(start, end)], self._make, self._number_of)


def _age(facts: Json) -> int:
    return -int(facts["created"])

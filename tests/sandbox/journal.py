# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the sandbox, in order. Credentials never get in: only which kind was used."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field


@dataclass
class Entry:
    """``at`` is the sandbox's time, ``ms`` real time; ``status`` is None when no answer was sent."""

    n: int
    at: float
    vendor: str
    operation: str
    method: str
    path: str
    query: dict[str, str]
    body: t.Any
    changes: bool
    component: str | None
    auth: str | None
    connection: int
    status: int | None = None
    effect: bool = False
    fault: str | None = None
    ms: float = 0.0


@dataclass
class Journal:
    entries: list[Entry] = field(default_factory=list)
    count: int = 0

    def open(self, **facts: t.Any) -> Entry:
        self.count += 1
        entry = Entry(n=self.count, **facts)
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        self.entries.clear()
        self.count = 0

    def read(self, changes: bool | None = None, vendor: str | None = None) -> list[dict[str, t.Any]]:
        return [asdict(entry) for entry in self.entries if (changes is None or entry.changes == changes) and (vendor is None or entry.vendor == vendor)]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: which requests they meet, and whether the effect happens before things go wrong."""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass, field

from .bending import HOWS
from .errors import Refused

# Nothing happens to the state; the answer (if any) is the fault's own.
BEFORE = frozenset({"status", "rate_limited", "reset", "timeout", "graphql_error", "garbage", "big", "body"})
# The request is served first, then its answer is lost, late or bent.
AFTER = frozenset({"lost", "timeout_after", "truncated", "graphql_error_after", "unknown_status", "bent", "slow"})
OPTIONS: dict[str, frozenset[str]] = {
    "status": frozenset({"status", "retry_after", "body_html", "message", "code"}),
    "rate_limited": frozenset({"retry_after", "body_html"}),
    "timeout": frozenset({"seconds"}),
    "timeout_after": frozenset({"seconds"}),
    "graphql_error": frozenset({"message", "code"}),
    "graphql_error_after": frozenset({"message", "code"}),
    "slow": frozenset({"delay_ms"}),
    "bent": frozenset({"how", "seed"}),
    "big": frozenset({"mb"}),
    "body": frozenset({"body", "status"}),
}
SELECTORS = frozenset({"vendor", "operation", "changes", "component", "skip", "times", "kind"})


@dataclass
class Fault:
    """Meets matching requests, lets the first ``skip`` of them pass, then strikes ``times`` times (0: for ever)."""

    id: int
    kind: str
    vendor: str | None = None
    operation: str | None = None
    changes: bool | None = None
    component: str | None = None
    skip: int = 0
    times: int = 1
    options: dict[str, t.Any] = field(default_factory=dict)
    seen: int = 0
    struck: int = 0

    @property
    def before_effect(self) -> bool:
        return self.kind in BEFORE

    def option(self, name: str, default: t.Any) -> t.Any:
        return self.options.get(name, default)

    def meets(self, vendor: str, operation: str, changes: bool, component: str | None) -> bool:
        if self.times and self.struck >= self.times:
            return False
        return (
            self.vendor in (None, vendor)
            and self.changes in (None, changes)
            and self.component in (None, component)
            and (self.operation is None or re.search(self.operation, operation) is not None)
        )


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, wish: dict[str, t.Any]) -> int:
        kind = wish.get("kind")
        if kind not in BEFORE | AFTER:
            raise Refused(f"unknown kind {kind!r}: one of {', '.join(sorted(BEFORE | AFTER))}")
        options = {name: value for name, value in wish.items() if name not in SELECTORS}
        strange = set(options) - OPTIONS.get(kind, frozenset())
        if strange:
            raise Refused(f"a fault of kind {kind!r} has no {', '.join(sorted(strange))}")
        try:
            re.compile(wish.get("operation") or "")
        except re.error as error:
            raise Refused(f"operation is not a regular expression: {error}") from error
        if kind == "bent" and options.get("how") not in HOWS:
            raise Refused(f"how is one of {', '.join(HOWS)}")
        selectors = {name: wish[name] for name in SELECTORS if name in wish}
        fault = Fault(id=next(self._ids), options=options, **selectors)
        self._faults.append(fault)
        return fault.id

    def clear(self) -> None:
        self._faults.clear()

    def strike(self, vendor: str, operation: str, changes: bool, component: str | None) -> Fault | None:
        """The first fault that this request runs into; every fault that matches counts it."""
        found: Fault | None = None
        for fault in self._faults:
            if not fault.meets(vendor, operation, changes, component):
                continue
            fault.seen += 1
            if found is None and fault.seen > fault.skip:
                fault.struck += 1
                found = fault
        return found

    def listing(self) -> list[dict[str, t.Any]]:
        return [
            {"id": f.id, "kind": f.kind, "vendor": f.vendor, "operation": f.operation, "seen": f.seen, "struck": f.struck, "times": f.times}
            for f in self._faults
        ]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Killing a run at a chosen changing request: the whole tree of processes, or its main process alone."""

from __future__ import annotations

import os
import signal
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .errors import Refused


def parents() -> dict[int, int]:
    """Process id -> id of its parent, for every process of this machine."""
    table: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        # The command's name stands in parentheses and may hold spaces and parentheses itself.
        table[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    return table


def signal_one(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def kill_tree(root: int) -> list[int]:
    """SIGKILL ``root`` and all its descendants. Each is stopped first, so that none can start another unseen."""
    stopped: list[int] = []
    wanted = [root]
    while wanted:
        for pid in wanted:
            if signal_one(pid, signal.SIGSTOP):
                stopped.append(pid)
        table = parents()
        wanted = [pid for pid, parent in table.items() if parent in stopped and pid not in stopped and pid != os.getpid()]
    return [pid for pid in stopped if signal_one(pid, signal.SIGKILL)]


@dataclass
class Kill:
    """``at``: which changing request after arming, counted from 1. ``when``: ``before`` or ``after`` its effect."""

    pid: int = 0
    at: int = 0
    when: str = "before"
    tree: bool = True
    seen: int = 0
    fired: bool = False
    at_operation: str | None = None
    killed: list[int] = field(default_factory=list)

    @classmethod
    def armed(cls, wish: dict[str, t.Any]) -> Kill:
        strange = set(wish) - {"pid", "at", "when", "tree"}
        if strange:
            raise Refused(f"kill has no {', '.join(sorted(strange))}: pid, at, when, tree")
        kill = cls(pid=int(wish.get("pid", 0)), at=int(wish.get("at", 1)), when=wish.get("when", "before"), tree=bool(wish.get("tree", True)))
        if kill.pid <= 1 or kill.pid == os.getpid():
            raise Refused("pid must be the process id of the run that is to be killed")
        if kill.at < 1 or kill.when not in ("before", "after"):
            raise Refused("at counts changing requests from 1; when is before or after")
        return kill

    def due(self, changes: bool) -> bool:
        """Count a request; True when it is the one at which the run dies."""
        if not changes or self.fired or not self.pid:
            return False
        self.seen += 1
        return self.seen == self.at

    def fire(self, operation: str) -> None:
        self.fired = True
        self.at_operation = operation
        self.killed = kill_tree(self.pid) if self.tree else [self.pid] * signal_one(self.pid, signal.SIGKILL)

    def report(self) -> dict[str, t.Any]:
        return {"fired": self.fired, "killed": self.killed, "at_operation": self.at_operation, "seen": self.seen, "armed": bool(self.pid) and not self.fired}

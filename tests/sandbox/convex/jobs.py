# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that run later, and what is said about those that ran."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from .access import SYSTEM
from .state import Json

if t.TYPE_CHECKING:
    from .vendor import Convex

# The buffer is small and in memory: older entries are gone.
KEPT = 1000


@dataclass
class Job:
    id: str
    path: str
    args: Json
    created: float
    due: float


class Jobs:
    """A job that is due while the deployment is stopped waits until it runs again."""

    def __init__(self, convex: Convex) -> None:
        self._convex = convex
        self._jobs: dict[str, Job] = {}

    def pending(self) -> list[Job]:
        return sorted(self._jobs.values(), key=lambda job: job.due)

    def schedule(self, path: str, args: Json, seconds: float) -> None:
        now = self._convex.world.now()
        job = Job(self._convex.new_id("s"), path, args, now, now + seconds)
        self._jobs[job.id] = job
        self._convex.world.after(seconds, lambda: self._run(job))

    def resume(self) -> None:
        for job in self.pending():
            if job.due <= self._convex.world.now():
                self._run(job)

    def cancel(self, path: str | None) -> int:
        found = [job.id for job in self._jobs.values() if path in (None, job.path)]
        for id in found:
            del self._jobs[id]
        return len(found)

    def _run(self, job: Job) -> None:
        from .functions import run

        deployment = self._convex.deployment
        stopped = deployment.user != "none" or deployment.system != "none" or deployment.usage_limit != "none"
        if job.id not in self._jobs or stopped:
            return
        del self._jobs[job.id]
        run(self._convex, SYSTEM, job.path, job.args, None)
        self._convex.notify()


class Log:
    """What functions did, in the vendor's words. An entry's cursor is its time in milliseconds, and grows."""

    def __init__(self, convex: Convex) -> None:
        self._convex = convex
        self._entries: list[tuple[float, Json]] = []
        self._numbers = itertools.count(1)

    def since(self, cursor: float) -> tuple[list[Json], float]:
        found = [(at, entry) for at, entry in self._entries if at > cursor]
        return [entry for _at, entry in found], found[-1][0] if found else cursor

    def completed(self, path: str, kind: str, request: str, lines: list[tuple[str, str]], error: str | None) -> None:
        now = self._convex.world.now()
        module, _colon, name = path.partition(":")
        sizes = ("databaseReadBytes", "databaseWriteBytes", "databaseIoReadBytes", "databaseIoWriteBytes", "databaseReadDocuments", "databaseWriteDocuments")
        others = ("storageReadBytes", "storageWriteBytes", "vectorIndexReadBytes", "vectorIndexWriteBytes", "textIndexQueryBytes", "textIndexWriteQueryBytes")
        rest = ("vectorIndexReadQueryBytes", "vectorIndexWriteQueryBytes", "networkEgressBytes", "memoryUsedMb")
        entry = {
            "kind": "Completion",
            "udfType": kind,
            "componentPath": None,
            "identifier": f"{module}.js:{name}",
            "logLines": [{"messages": [text], "isTruncated": False, "timestamp": int(now * 1000), "level": level} for level, text in lines],
            "timestamp": now,
            "executionTimestamp": now,
            "executionTime": 0.012,
            "cachedResult": False,
            "caller": "HttpApi",
            "environment": "isolate",
            "identityType": "instance_admin",
            "parentExecutionId": None,
            "requestId": request,
            "executionId": request[::-1],
            "usageStats": dict.fromkeys((*sizes, *others, *rest), 0),
            "returnBytes": 64.0,
            "occInfo": None,
            "willRetry": False,
            "success": None,
            "error": error,
        }
        last = self._entries[-1][0] if self._entries else 0.0
        self._entries.append((max(now * 1000, last + 1), entry))
        del self._entries[:-KEPT]
        self._convex.notify()

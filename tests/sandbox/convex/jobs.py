# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that run later, and what is said about those that ran."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .access import SYSTEM
from .state import Json

if t.TYPE_CHECKING:
    from .vendor import Convex

# The buffer is small and in memory: older entries are gone.
KEPT = 1000
USAGE = (
    "databaseReadBytes",
    "databaseWriteBytes",
    "databaseIoReadBytes",
    "databaseIoWriteBytes",
    "databaseReadDocuments",
    "databaseWriteDocuments",
    "storageReadBytes",
    "storageWriteBytes",
    "vectorIndexReadBytes",
    "vectorIndexWriteBytes",
    "textIndexQueryBytes",
    "textIndexWriteQueryBytes",
    "vectorIndexReadQueryBytes",
    "vectorIndexWriteQueryBytes",
    "networkEgressBytes",
    "memoryUsedMb",
)


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


@dataclass
class Record:
    """One execution that is over."""

    cursor: float
    at: float
    path: str
    kind: str
    request: str
    lines: list[tuple[str, str]]
    error: str | None
    seconds: float

    def entry(self, structured: bool) -> Json:
        module, _colon, name = self.path.partition(":")
        lines: list[t.Any] = [f"[{level}] '{text}'" for level, text in self.lines]
        if structured:
            lines = [{"messages": [text], "isTruncated": False, "timestamp": int(self.at * 1000), "level": level} for level, text in self.lines]
        return {
            "kind": "Completion",
            "udfType": self.kind,
            "componentPath": None,
            "identifier": f"{module}.js:{name}",
            "logLines": lines,
            "timestamp": self.at,
            "executionTimestamp": self.at,
            "executionTime": self.seconds,
            "cachedResult": False,
            "caller": "HttpApi",
            "environment": "isolate",
            "identityType": "instance_admin",
            "parentExecutionId": None,
            "requestId": self.request,
            "executionId": self.request[::-1],
            "usageStats": dict.fromkeys(USAGE, 0),
            "returnBytes": 64.0,
            "occInfo": None,
            "willRetry": False,
            "error": self.error,
            **({"success": {"status": "success"}} if self.error is None else {}),
        }


class Log:
    """What functions did. A record's cursor is its time in milliseconds, and grows."""

    def __init__(self, convex: Convex) -> None:
        self._convex = convex
        self.records: list[Record] = []

    def since(self, cursor: float) -> tuple[list[Record], float]:
        found = [record for record in self.records if record.cursor > cursor]
        return found, found[-1].cursor if found else cursor

    def completed(self, path: str, kind: str, request: str, lines: list[tuple[str, str]], error: str | None) -> None:
        now = self._convex.world.now()
        last = self.records[-1].cursor if self.records else 0.0
        # No two take equally long, so that percentiles differ.
        seconds = 0.01 + (len(self.records) % 10) / 1000
        self.records.append(Record(max(now * 1000, last + 1), now, path, kind, request, list(lines), error, seconds))
        del self.records[:-KEPT]
        self._convex.notify()

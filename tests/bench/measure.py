# SPDX-License-Identifier: GPL-3.0-or-later
"""One process tree, measured: seconds on the wall, seconds of CPU, memory."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import statistics
import subprocess
import time
import typing as t

MEGABYTE = 1024 * 1024
SAMPLE_EVERY = 0.1
LONGEST = 3600.0


class BenchError(RuntimeError):
    """What was to be measured did not do its work."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """``cpu`` are seconds of the process and of all its children."""

    wall: float
    cpu: float
    output: str


@dataclasses.dataclass
class Memory:
    """Peaks in bytes. ``main`` is the resident memory of the first process; ``tree`` counts a page that processes share once."""

    main: int = 0
    tree: int = 0


def run(command: t.Sequence[str], environment: t.Mapping[str, str], folder: pathlib.Path, memory: Memory | None = None) -> Sample:
    """Run to the end; an exit status other than 0 raises. Watching the memory costs time: not for samples that are compared."""
    with (folder / "output.txt").open("w+", encoding="utf-8", errors="replace") as output:
        started = time.monotonic()
        process = subprocess.Popen(command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        # wait4 tells the CPU time of this child and of those that it waited for, which is the whole tree at its end.
        while memory is not None and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            _look(process.pid, memory)
            time.sleep(SAMPLE_EVERY)
        _process, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise BenchError(f"{' '.join(command[:2])} ended with {process.returncode}:\n{text[-4000:]}")
    return Sample(wall, used.ru_utime + used.ru_stime, text)


def _look(process: int, memory: Memory) -> None:
    memory.main = max(memory.main, _kilobytes(pathlib.Path(f"/proc/{process}/status"), "VmRSS:") * 1024)
    shares = [_kilobytes(pathlib.Path(f"/proc/{member}/smaps_rollup"), "Pss:") for member in _tree(process)]
    memory.tree = max(memory.tree, sum(shares) * 1024)


def _kilobytes(file: pathlib.Path, name: str) -> int:
    # A process may end between the listing and the look.
    with contextlib.suppress(OSError):
        for line in file.read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0


def _tree(root: int) -> list[int]:
    """The process and its descendants; workers of Ansible have sessions of their own, but parents all the same."""
    children: dict[int, list[int]] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for member in found:
        found += children.get(member, [])
    return found


def median(values: t.Iterable[float]) -> float:
    return statistics.median(values)


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"

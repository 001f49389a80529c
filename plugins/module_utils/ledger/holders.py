# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Who holds a lease: a process on a machine, told apart from one that got the same number after it ended."""

from __future__ import annotations

import os
import pathlib
import socket
import typing as t

Holder = dict[str, t.Any]


def describe(process: int | None) -> Holder:
    """``{host, boot, process, started}`` of a process on this machine; without a process only time can tell that it ended."""
    return {"host": socket.gethostname(), "boot": _boot(), "process": process, "started": _status(process)[1] if process else ""}


def is_gone(holder: Holder) -> bool | None:
    """True when the holder's process has surely ended, False when it runs, None when that cannot be seen from here."""
    if not holder.get("process") or (holder.get("host"), holder.get("boot")) != (socket.gethostname(), _boot()):
        return None
    running, started = _status(int(holder["process"]))
    return not running or bool(started and holder.get("started") and started != holder["started"])


def _boot() -> str:
    try:
        return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""  # not Linux: the host name alone has to do


def _status(process: int) -> tuple[bool, str]:
    """(does it run, when it started in kernel ticks). A zombie does not run: nobody will ever do its work."""
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return fields[0] not in ("Z", "X"), fields[19]
    except OSError:
        if pathlib.Path("/proc/self/stat").exists():
            return False, ""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False, ""
    except PermissionError:
        pass
    return True, ""

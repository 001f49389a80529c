# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The time of day at which Supabase backs a project up.

Vendor facts (Supabase's OpenAPI document): it is told in UTC as ``HH:MM:SS``, can be set three times within 24 hours, and holds from the next backup on.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import backups
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import VENDOR, connect

Json = dict[str, t.Any]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


def execute(task: Task) -> Json:
    """What the module supabase_backup_schedule does; its documentation tells options and result."""
    wanted = str(task.params["time"]).strip()
    if not _TIME.fullmatch(wanted):
        raise Failure("invalid", f"time is {plain(wanted, 40)!r}", "Give HH:MM or HH:MM:SS in UTC, in quotes: time: '03:00'", VENDOR)
    wanted = wanted if wanted.count(":") == 2 else f"{wanted}:00"
    client, ref = connect(task, task.params)
    before = backups.scheduled(client.call(op.GET_SCHEDULE, path={"ref": ref}), op.GET_SCHEDULE)
    now = before
    if before["time"] != wanted:

        def look() -> Json | None:
            seen = client.call(op.GET_SCHEDULE, path={"ref": ref})
            return t.cast(Json, seen) if seen.get("schedule_for") == wanted else None

        answer = client.change(op.SET_SCHEDULE, f"project {ref}: backed up at {wanted} UTC", path={"ref": ref}, body={"schedule_for": wanted}, look=look)
        unknown = {"time": wanted, "updated_at": KnownAfter(op.SET_SCHEDULE.name)}
        now = unknown if planned(answer) else backups.scheduled(answer, op.SET_SCHEDULE)
    return {
        "changed": bool(task.gate.changes),
        "schedule": now,
        "diff": {"before": {"schedule": before["time"]}, "after": {"schedule": wanted}},
    }

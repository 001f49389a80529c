# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_volume_backup_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volumes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volumes import Room, Volume


def execute(task: Task) -> dict[str, t.Any]:
    room, wanted = Room.of(task), task.params["backup"]
    listed = room.volumes()
    if task.params["volume"] or task.params["service"]:
        listed = [volumes.choose(listed, task.params["volume"], room.scope)]
    return {"volumes": [_shown(room, volume, wanted) for volume in sorted(listed, key=lambda one: str(one["name"]))], "link": room.scope.link}


def _shown(room: Room, volume: Volume, wanted: str | None) -> dict[str, t.Any]:
    backups, schedule = room.backups(volume)
    return {**volume, "schedule": schedule, "backups": [one for one in backups if wanted in (None, one["id"], one["name"])]}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups keeps of a Railway service: its variables, and where that is asked for Railway's own backup of its volume, which stays at Railway."""

from __future__ import annotations

import json

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import kept_variables, volume_backup, volumes

TUNING: dict[str, type] = {"variables": bool, "volume": bool}
VOLUME, NAME = "railway_volume", "saasops"
NOTE = "a reference: the data are at Railway alone, and are gone with the project; they are put back with railway_volume_backup"


def parts(task: Task, component: Component) -> list[Part]:
    wish, made = tuned(component, TUNING), []

    def volume(sink: Sink) -> Told:
        return _volume(task, component, sink)

    def plan() -> None:
        _made(task, component)

    if wish.get("volume", False):
        made.append(Part(f"{component['name']}/volume.json", VOLUME, volume, plan))
    return [*made, kept_variables.part(task, component)] if wish.get("variables", True) else made


def _volume(task: Task, component: Component, sink: Sink) -> Told:
    asked = clock.now()
    mounted, made = _made(task, component)
    sink.restart()
    sink.take(json.dumps({"volume": mounted, "backup": made}, sort_keys=True, indent=1).encode() + b"\n")
    return Told(asked, {}, tools={"volume": str(mounted["name"]), "backup": str(made["id"])}, notes=[NOTE])


def _made(task: Task, component: Component) -> tuple[volumes.Volume, volumes.Backup]:
    room = volumes.Room.of(kept_variables.given(task, component, volume=None))
    mounted = volumes.choose(room.volumes(), None, room.scope)
    backups, _schedule = room.backups(mounted)
    # Railway dates them itself, and a plan says what is then done.
    return mounted, volume_backup.create(room, mounted, backups, NAME)

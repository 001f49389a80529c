# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups tells of the backups that Supabase itself keeps of a project: a reference, beside the dump of its database."""

from __future__ import annotations

import json

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import backups
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import SUPABASE_ARGUMENTS, VENDOR

NOTE = "a reference: these backups are at Supabase alone, and are gone with the project"


def parts(task: Task, component: Component) -> list[Part]:
    """One, where the inventory names the project."""
    if not component.get("supabase_project"):
        return []
    given = credentials.of_component(VENDOR, SUPABASE_ARGUMENTS, component, task.params).options

    def write(sink: Sink) -> Told:
        asked = clock.now()
        told = backups.execute_info(task.given(given))
        sink.restart()
        sink.take(json.dumps(told, sort_keys=True, indent=1).encode() + b"\n")
        return Told(asked, {"backups": len(told["backups"])}, tools={"project": told["project"]["ref"], "database": told["project"]["database"]}, notes=[NOTE])

    return [Part(f"{component['name']}/supabase.json", VENDOR, write)]

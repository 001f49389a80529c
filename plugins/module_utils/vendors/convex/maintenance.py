# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Maintenance at Convex: the pause of a deployment. Every function call fails meanwhile, scheduled functions wait, cron jobs are skipped."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import OFF, ON, Seen
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import deployment
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS, VENDOR, connect


class Pause:
    def __init__(self, task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any], settings: dict[str, t.Any]) -> None:
        self._place = connect(task, credentials.of_component(VENDOR, CONVEX_ARGUMENTS, component, secrets).options)
        self.where = f"deployment {self._place.where}"

    def look(self) -> Seen:
        # What Convex itself has stopped is not paused by anybody.
        return Seen(ON if deployment.USER_WORDS.get(deployment.state(self._place)["user"]) == "paused" else OFF)

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        now = deployment.state(self._place)
        if planned:
            now = {**now, "user": deployment.RUNS if planned == OFF else "paused"}
        deployment.ensure(self._place, now, "running" if wanted == OFF else "paused")

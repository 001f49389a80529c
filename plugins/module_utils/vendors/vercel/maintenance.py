# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Maintenance at Vercel: an item of a Global Config that the application reads, or the pause of the whole project.

Vendor facts (Vercel REST API): a pause answers every visitor with 503, stops functions and cron jobs, and switches the automatic assignment of
domains off; its end switches that on, whatever it was before. So what it was is put back.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import OFF, ON, Seen, word_of
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import global_config, project
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, VERCEL_ARGUMENTS, connect

Json = dict[str, t.Any]


class Flag:
    """One item of a Global Config. ``values``: what stands for which state."""

    def __init__(self, task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any], settings: Json) -> None:
        self._task, self._config, self._item, self._values = task, str(settings["config"]), str(settings["item"]), settings["values"]
        self._given = credentials.of_component(VENDOR, VERCEL_ARGUMENTS, component, secrets).options
        self.where = f"{self._item} in Global Config {self._config}"

    def look(self) -> Seen:
        items = global_config.open_store(connect(self._task, self._given), self._config).items
        return Seen(word_of(self._values, items.get(self._item), self.where))

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        asked = {**self._given, "config": self._config, "items": {self._item: self._values[wanted]}, "absent": None}
        global_config.execute(self._task.given(asked), {self._item: self._values[planned]} if planned else {})


class Pause:
    """The project itself."""

    def __init__(self, task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any], settings: Json) -> None:
        self._task = task
        self._given = credentials.of_component(VENDOR, VERCEL_ARGUMENTS, component, secrets).options
        if not self._given["project"]:
            raise Failure("invalid", f"{component.get('name')} has no vercel_project", "Set it in the inventory: the project's name or its prj_ id", VENDOR)
        self.where = f"project {self._given['project']}"

    def look(self) -> Seen:
        found = project.info(self._task.given(self._given))["project"]
        return Seen(ON if found["paused"] else OFF, {} if found["paused"] else {"auto_assign": found["auto_assign"]})

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        paused = wanted != OFF
        settings = dict.fromkeys(project.SETTINGS)
        # Without what was seen before, the vendor's own way stays: builds go live again.
        assign = None if paused else facts.get("auto_assign")
        asked = self._task.given({**self._given, **settings, "paused": paused, "auto_assign": assign})
        project.execute(asked, {"paused": planned != OFF, "auto_assign": planned == OFF} if planned else {})

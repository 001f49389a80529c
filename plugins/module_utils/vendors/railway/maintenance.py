# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Maintenance at Railway: a variable that the application reads, and the deployment that makes it do so.

Facts (Railway public API): what runs keeps the variables that it was made with; they can be read of each deployment. So the variable is written
without a deployment of its own, and what serves is deployed once more, unless a deployment that has it already is under way.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import BETWEEN, Seen, word_of
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployment, service, variables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import EITHER, RAILWAY_ARGUMENTS, VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import by_id

Json = dict[str, t.Any]


class Variable:
    """One variable of a service. ``values``: the text that stands for which state."""

    def __init__(self, task: Task, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any], settings: Json) -> None:
        self._task, self._name, self._values = task, str(settings["variable"]), settings["values"]
        given = credentials.of_component(VENDOR, RAILWAY_ARGUMENTS, component, secrets, EITHER).options
        if not given["service"]:
            raise Failure("invalid", f"{component.get('name')} has no railway_service", "Set railway_service in the inventory", VENDOR)
        given["environment"] = given["environment"] or component.get("saasops_environment")
        self._given = given
        self._room = deployment.room_of(task.given({**given, "use_previous_image_tag": False, "wait": True}))
        self.where = f"{self._name} of {self._room.scope}"

    def look(self) -> Seen:
        room, stored = self._room, variables.observe(self._room.client, self._room.scope).get(self._name)
        if stored is not None and stored.sealed:
            raise Failure("refused", f"{self.where} is sealed: what it says cannot be read", "Use a variable that is not sealed", VENDOR, code="sealed")
        state = word_of(self._values, stored.value if stored else None, self.where)
        serving = service.observe(room.client, room.scope).serving
        if serving is None or self._runs_with(serving["id"], state):
            return Seen(state)
        return Seen(BETWEEN)

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        wish = {self._name: str(self._values[wanted])}
        given = {"shared": False, "variables": wish, "sealed": {}, "absent": [], "update_sealed": "on_create"}
        switches = {"purge": False, "purge_sealed": False, "skip_deploys": True}
        variables.execute(self._task.given({**self._given, **given, **switches}), {self._name: str(self._values[planned])} if planned else {})
        room = self._room
        state = service.observe(room.client, room.scope)
        if planned and state.serving is not None:
            deployment.redeployed(room, {**state.serving, "id": KnownAfter(op.REDEPLOY.name)})
            return
        busy = state.in_progress()
        if busy is not None and not self._task.check_mode:
            # Of a run that was killed, or somebody's own.
            service.wait_until_active(self._task, room.client, room.scope, by_id(busy["id"]), f"the deployment with {self._name}")
            state = service.observe(room.client, room.scope)
        if state.serving is None or self._runs_with(state.serving["id"], wanted):
            return
        deployment.redeployed(room, state.serving)

    def _runs_with(self, identity: str, state: str) -> bool:
        """Whether that deployment was made with the variable as the state wants it."""
        made = service.snapshots(self._room.client, identity, identity)
        if made is None:
            raise Failure("permission", f"the variables of {self._room.scope}'s deployments may not be read", "Use a token that may read them", VENDOR)
        return word_of(self._values, made[0].get(self._name), self.where) == state

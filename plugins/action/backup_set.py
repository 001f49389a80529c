# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Runs the module backup_set in-process where it can, with what the tasks of a run have registered of all components."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, chosen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.direct import action

ROLE = "backup"
# Where the inventory tells who holds a component's data.
ADDRESSES = ("component_dsn", "component_url")


class ActionModule(action("backup_set", "ledger.backups", "ledger.leases")):  # type: ignore[misc]
    def _inventory_value(self, option: str, task_vars: dict[str, t.Any]) -> t.Any:
        if "saasops_run" in task_vars and option in ("components", "left_out", "parts", "releases"):
            return self._of_all(option, task_vars)
        return super()._inventory_value(option, task_vars)

    def _of_all(self, option: str, task_vars: dict[str, t.Any]) -> t.Any:
        hostvars, begins = task_vars["hostvars"], self._task.args.get("state") == "begun"
        every = list(task_vars["groups"].get("components", []))
        if option == "components":
            return [_holder(name, hostvars[name]) for name in every] if begins else None
        if begins:
            return None
        names = chosen(task_vars)
        if option == "left_out":
            return sorted(set(every) - set(names))
        components = Components(ROLE, names, hostvars)
        found = {name: components.result(name, "plan" if self._task.check_mode else "apply") or {} for name in names}
        if option == "releases":
            return {name: result["release"] for name, result in found.items() if result.get("release")}
        return [part for result in found.values() for part in result.get("parts") or []]


def _holder(name: str, facts: t.Any) -> dict[str, t.Any]:
    """Who holds the data of a component, and at which hosts. Of an address the host alone is told: it may be a secret."""
    source = str(facts.get("component_dsn_from") or "").partition(":")[0]
    return {
        "name": name,
        "vendors": sorted({str(facts.get("component_vendor")), *({source} if source else ())}),
        "hosts": sorted({host for address in ADDRESSES if (host := _host(str(facts.get(address) or "")))}),
    }


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""

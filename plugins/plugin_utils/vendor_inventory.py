# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Base of the inventory plugins: what a vendor lists becomes components of one environment, in groups, from the cache where that is wanted."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import host_names
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

Found = dict[str, t.Any]  # name, and the component's variables under variables


class VendorInventory(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """``VENDOR`` ends the names of its files: ``production.vercel.yml``."""

    VENDOR: t.ClassVar[str]

    def list_components(self, task: Task) -> list[Found]:
        """Ask the vendor. Every option is at ``self.get_option``."""
        raise TypeError(f"{type(self).__name__} lists nothing")

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith((f"{self.VENDOR}.yml", f"{self.VENDOR}.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        key = self.get_cache_key(path)
        wanted = self.get_option("cache")
        found: list[Found] | None = self._cache.get(key) if wanted and cache else None
        if found is None:
            found = self._ask()
            if wanted:
                self._cache[key] = found
        self._fill(found)

    def _ask(self) -> list[Found]:
        task = Task({"request_timeout": self.get_option("request_timeout"), "deadline": self.get_option("deadline")}, check_mode=True)
        try:
            return t.cast("list[Found]", redaction.scrub(self.list_components(task)))
        except Failure as failure:
            raise AnsibleParserError(str(failure)) from None
        finally:
            task.close()
            clock.close()
            redaction.forget()

    def _fill(self, found: list[Found]) -> None:
        environment = self.get_option("environment")
        for group in ("components", environment, self.VENDOR):
            self.inventory.add_group(self._sanitize_group_name(group))
        strict = self.get_option("strict")
        for name, component in zip(host_names([component["name"] for component in found]), found, strict=True):
            variables = {
                "saasops_system": self.get_option("system"),
                "saasops_environment": environment,
                "component_vendor": self.VENDOR,
                **{variable: value for variable, value in component["variables"].items() if value is not None},
            }
            self.inventory.add_host(name, group="components")
            for group in (environment, self.VENDOR):
                self.inventory.add_host(name, group=self._sanitize_group_name(group))
            for variable, value in variables.items():
                self.inventory.set_variable(name, variable, value)
            self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Base of the actions that run once for all components and decide from their registered results."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, chosen


class TogetherAction(ActionBase):  # type: ignore[misc]
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        # Ansible checks the options of those only that have some.
        if self._task.args and not self._VALID_ARGS:
            raise AnsibleActionFail(f"Invalid options for {self._task.action}: {', '.join(self._task.args)}")
        self._task_vars = task_vars
        hostvars, names = task_vars["hostvars"], chosen(task_vars)
        run = dict(hostvars[names[0]]["saasops_run"])
        clock.announce(None, 1)
        try:
            found = self.together(run, Components(run["verb"], names, hostvars), hostvars[names[0]].get("saasops_ledger_url"))
            return {**result, "changed": False, **found}
        except Failure as failure:
            return {**result, "failed": True, "msg": str(failure), "failure": failure.as_dict()}
        finally:
            clock.close()

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        """Decide and return the result's content."""
        raise TypeError(f"{type(self).__name__} decides nothing")

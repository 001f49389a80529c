# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Runs a module of this collection inside the worker that Ansible has already forked, instead of in a second Python process.

The same ``execute`` runs either way; only the way differs (shown at ``-vv``). A task goes the ordinary way when it asks for
anything that this process cannot give: another host, another user, another interpreter, ``async``, ``environment:``.
Set the variable ``saasops_direct: false`` to send every task the ordinary way.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import sys
import typing as t
from collections.abc import Mapping

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as core_version
from ansible.utils.vars import merge_hash

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome, shown
from ansible_collections.saasops.runbooks.plugins.plugin_utils import variables

COLLECTION = "saasops.runbooks"
# What most modules ask with: imported once, in Ansible's main process, and not in every worker.
importlib.import_module(f"{clock.__package__}.wire")
# In-process execution leans on a few inner names of ansible-core; on a core that was not tested it is simply not used.
TESTED_CORES = ("2.19", "2.20", "2.21")
_CONSTRAINTS = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")


class DirectAction(ActionBase):  # type: ignore[misc]
    """Base of the action plugins that stand beside the modules; made by :func:`action`."""

    NAME: t.ClassVar[str]
    MODULE: t.ClassVar[t.Any]
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        known = self._from_inventory(task_vars)
        arguments = {**known, **self._task.args}
        if not set(variables.TOKENS).isdisjoint(self.MODULE.SPEC["argument_spec"]):
            self._display.v(f"{self.NAME}: token from {_token_source(self._task.args, known)}", host=task_vars.get("inventory_hostname"))
        obstacle = self._obstacle(task_vars)
        if obstacle:
            self._display.vv(f"{self.NAME}: as a module ({obstacle})")
            return t.cast(
                "dict[str, t.Any]",
                merge_hash(
                    result,
                    self._execute_module(module_name=f"{COLLECTION}.{self.NAME}", module_args=arguments, task_vars=task_vars, wrap_async=self._task.async_val),
                ),
            )
        self._display.vv(f"{self.NAME}: in-process")
        return t.cast("dict[str, t.Any]", merge_hash(result, self._in_process(arguments, task_vars)))

    def _in_process(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        spec = self.MODULE.SPEC
        # What a module gets has been through JSON: the same here, so that no Ansible type reaches a vendor or the ledger.
        plain = json.loads(json.dumps(arguments, default=str))
        validator = ModuleArgumentSpecValidator(spec["argument_spec"], **{name: spec.get(name) for name in _CONSTRAINTS})
        checked = validator.validate(plain)
        hidden = set(checked._no_log_values)
        arguments = shown(spec["argument_spec"], getattr(self.MODULE, "HIDDEN", ()), checked.validated_parameters)
        invocation = {"invocation": {"module_args": arguments}} if _tells_invocation(task_vars) else {}
        if checked.error_messages:
            message = checked.errors.msg
            if isinstance(checked.errors[0], UnsupportedError):
                message = f"Unsupported parameters for ({COLLECTION}.{self.NAME}) module: {message}"
            return t.cast("dict[str, t.Any]", remove_values({"failed": True, "msg": message, **invocation}, hidden))
        forks = int(task_vars.get("ansible_forks") or 5)
        # A plan waits for nothing, and may be skipped by some hosts: nobody has to be waited for.
        together = 1 if self._task.run_once or self._task.check_mode else len(task_vars.get("ansible_play_batch") or [1])
        clock.announce(f"{self._task._uuid}", min(together, forks))
        result = outcome(self.MODULE.execute, checked.validated_parameters, bool(self._task.check_mode), bool(self._task.no_log))
        if not self._task.diff:
            result.pop("diff", None)
        return t.cast("dict[str, t.Any]", remove_values({**result, **invocation}, hidden))

    def _update_module_args(self, module_name: str, module_args: dict[str, t.Any], task_vars: dict[str, t.Any], **more: t.Any) -> None:
        super()._update_module_args(module_name, module_args, task_vars, **more)
        # Ansible also sets this for ``no_target_syslog``; a module that returns secrets must know whether its task hides them.
        module_args["_ansible_no_log"] = bool(self._task.no_log)

    def _obstacle(self, task_vars: dict[str, t.Any]) -> str:
        """Why this task cannot run here; empty when it can."""
        task = self._task
        if not boolean(self._value(task_vars, "saasops_direct", True), strict=False):
            return "saasops_direct is false"
        if not core_version.startswith(tuple(f"{core}." for core in TESTED_CORES)):
            return f"in-process execution was not tested on ansible-core {core_version}"
        if platform.system() == "Darwin":
            return "macOS cannot look up proxies after a fork"
        if task.async_val:
            return "async"
        if self._play_context.become:
            return "become"
        if any(task.environment or []):
            return "environment"
        if task.delegate_to and task.delegate_to not in ("localhost", "127.0.0.1", task_vars.get("inventory_hostname")):
            return "delegate_to"
        if self._connection.transport != "local":
            return f"connection {self._connection.transport}"
        interpreter = self._value(task_vars, "ansible_python_interpreter", sys.executable)
        if interpreter not in (sys.executable, task_vars.get("ansible_playbook_python")):
            return f"interpreter {interpreter}"
        return ""

    def _from_inventory(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Options that the task leaves out and the inventory knows. What the task or module_defaults say always wins."""
        options = [option for option in self.MODULE.SPEC["argument_spec"] if option not in self._task.args]
        return {option: value for option in options if (value := self._inventory_value(option, task_vars)) is not None}

    def _inventory_value(self, option: str, task_vars: dict[str, t.Any]) -> t.Any:
        vendor = self.NAME.split("_")[0]
        if option in ("component", *variables.TOKENS) and vendor not in variables.VENDOR:
            if option != "component":
                return self._value(task_vars, f"{self._vendor_of_component(task_vars)}_{option}")
            if self._task.args.get("endpoints"):
                return None
            if self.MODULE.SPEC["argument_spec"][option]["type"] == "str":
                return task_vars["inventory_hostname"] if "component_vendor" in task_vars else None
            return variables.component_of(task_vars["inventory_hostname"], task_vars, lambda name: self._value(task_vars, name))
        if option in variables.VENDOR and self.MODULE.SPEC["argument_spec"][option]["type"] == "dict":
            return self._of_vendor(option, option, task_vars)
        if option in ("dsn", "pooler_dsn"):
            return self._value(task_vars, f"component_{option}")
        if option == "source":
            return self._source(task_vars)
        if option == "run":
            run = _registered(task_vars, "saasops_run")
            return {**run, "saga": _registered(task_vars, f"{run['verb']}_saga").get("saga")} if run else None
        if option == "seen":
            verb = _registered(task_vars, "saasops_run").get("verb")
            plan, state = (_registered(task_vars, f"{verb}_{step}").get("release") or {} for step in ("plan", "state"))
            return plan.get("seen") or state or None
        if option in ("ledger_url", "allow", "confirm"):
            return self._value(task_vars, f"saasops_{option}")
        if option == "process":
            return os.getppid()
        if option in ("repository", "password", "programs") and "repository" in self.MODULE.SPEC["argument_spec"]:
            return self._value(task_vars, f"backup_{option}")
        if option == "environment" and f"{vendor}_environment" not in variables.VENDOR.get(vendor, ()):
            names = [self._value(task_vars, f"saasops_{name}") for name in ("system", "environment")]
            return "/".join(names) if all(names) else None
        if vendor == "component" and option in variables.known_variables():
            return self._value(task_vars, option)
        # The inventory gives it as <vendor>_<option>.
        name = f"{vendor}_{option}"
        known = variables.NEUTRAL.get(self.NAME) or variables.NEUTRAL.get(vendor) or variables.VENDOR.get(vendor) or frozenset()
        return self._value(task_vars, name) if name in known else None

    def _vendor_of_component(self, task_vars: dict[str, t.Any]) -> t.Any:
        """Of the one that the task names, else of the host: a token goes to nobody but its own vendor."""
        named = self._task.args.get("component")
        return named.get("component_vendor") if isinstance(named, Mapping) else self._value(task_vars, "component_vendor")

    def _source(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """What reaches the vendor that C(component_dsn_from) names."""
        vendor = str(self._value(task_vars, "component_dsn_from", "")).partition(":")[0]
        if vendor not in variables.VENDOR:
            return None
        return {"environment": self._value(task_vars, "saasops_environment"), **self._of_vendor(vendor, "source", task_vars)}

    def _of_vendor(self, vendor: str, option: str, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """What the inventory says of a vendor, for an option that holds the vendor's own options."""
        wanted = self.MODULE.SPEC["argument_spec"][option]["options"]
        given = {name: self._value(task_vars, f"{vendor}_{name}") for name in wanted if f"{vendor}_{name}" in variables.VENDOR[vendor]}
        return {name: value for name, value in given.items() if value is not None}

    def _value(self, task_vars: dict[str, t.Any], name: str, default: t.Any = None) -> t.Any:
        return self._templar.template(task_vars[name]) if name in task_vars else default


def _registered(task_vars: t.Mapping[str, t.Any], name: str) -> t.Mapping[str, t.Any]:
    """What a step has registered. It is final: templating it would only cost time, the more the larger it is."""
    found = task_vars.get(name)
    return found if isinstance(found, Mapping) else {}


def _token_source(task: t.Mapping[str, t.Any], inventory: t.Mapping[str, t.Any]) -> str:
    for place, options in (("the task", task), ("the inventory", inventory)):
        if any(options.get(name) for name in variables.TOKENS):
            return place
    return "the process environment"


def _tells_invocation(task_vars: dict[str, t.Any]) -> bool:
    """Newer cores put it into results only where that was asked for."""
    setting = "INJECT_INVOCATION"
    return setting not in C.config.get_configuration_definitions() or bool(C.config.get_config_value(setting, variables=task_vars))


def action(name: str, *rooms: str) -> type[DirectAction]:
    """The action plugin of one module. ``rooms`` of module_utils are imported now, in Ansible's main process, so that its
    workers inherit them instead of importing them one by one."""
    for room in rooms:
        importlib.import_module(f"ansible_collections.saasops.runbooks.plugins.module_utils.{room}")
    module = importlib.import_module(f"ansible_collections.saasops.runbooks.plugins.modules.{name}")
    # What is imported by now never becomes garbage. A worker's collector that looked it through would copy every page of it.
    gc.freeze()
    return type("ActionModule", (DirectAction,), {"NAME": name, "MODULE": module})

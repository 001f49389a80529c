# SPDX-License-Identifier: GPL-3.0-or-later
"""How the integration tests run a module: in this process, with its options checked as Ansible checks them."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome

Json = dict[str, t.Any]


def run(module: t.Any, options: Json, check: bool = False, no_log: bool = False) -> Json:
    """The module's result. An option of None is left out."""
    rules = {key: value for key, value in module.SPEC.items() if key != "supports_check_mode"}
    checked = ModuleArgumentSpecValidator(**rules).validate({name: value for name, value in options.items() if value is not None})
    assert not checked.error_messages, checked.error_messages
    return outcome(module.execute, checked.validated_parameters, check, no_log)


def planned_and_done(ask: t.Callable[..., Json], world: t.Any, module: t.Any, **options: t.Any) -> Json:
    """The plan, then the run, which must be what the plan said; and a second run, which must change nothing. Returns the run."""
    plan = ask(world, module, check=True, **options)
    assert not plan.get("failed"), plan["msg"]
    done = ask(world, module, **options)
    assert not done.get("failed"), done["msg"]
    assert (plan["changes"], plan["diff"], plan["changed"]) == (done["changes"], done["diff"], done["changed"])
    for check in (True, False):
        again = ask(world, module, check, **options)
        assert (again.get("changed"), again.get("changes")) == (False, []), again
    return done


def asked(result: Json) -> list[str]:
    """The requests of a task."""
    return [step["name"] for step in result["steps"]]


def sent(result: Json) -> list[str]:
    """Its changes, by the names of their operations."""
    return [change["operation"] for change in result["changes"]]

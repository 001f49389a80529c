# SPDX-License-Identifier: GPL-3.0-or-later
"""A Stripe module called in this process, against the sandbox, with its options checked as Ansible checks them."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome

Json = dict[str, t.Any]


def run(world: t.Any, module: t.Any, check: bool = False, no_log: bool = True, **options: t.Any) -> Json:
    known = world.run["stripe"]
    given = {"api_key": known["api_key"], "api_url": known["url"], "mode": "live", **options}
    rules = {key: value for key, value in module.SPEC.items() if key != "supports_check_mode"}
    checked = ModuleArgumentSpecValidator(**rules).validate({name: value for name, value in given.items() if value is not None})
    assert not checked.error_messages, checked.error_messages
    return outcome(module.execute, checked.validated_parameters, check, no_log)


def both(world: t.Any, module: t.Any, **options: t.Any) -> Json:
    """The plan, then the run, which must be what the plan said; and a second run, which must change nothing. Returns the run."""
    plan = run(world, module, check=True, **options)
    assert not plan.get("failed"), plan["msg"]
    done = run(world, module, **options)
    assert not done.get("failed"), done["msg"]
    assert (plan["changes"], plan["diff"], plan["changed"]) == (done["changes"], done["diff"], done["changed"])
    for check in (True, False):
        again = run(world, module, check, **options)
        assert (again.get("changed"), again.get("changes")) == (False, []), again
    return done


def changes(world: t.Any) -> list[str]:
    """Changing requests that had an effect."""
    return [entry["operation"] for entry in world.journal(changes=True, vendor="stripe") if entry["effect"]]


def steps(result: Json) -> list[str]:
    return [step["name"] for step in result["steps"]]


def breaks(world: t.Any, when: str) -> None:
    """The next POST fails at Stripe itself, ``before`` or ``after`` its effect, and the vendor keeps that answer."""
    world.ask("POST", "/world", {"vendor": "stripe", "set": {"failing": when}})

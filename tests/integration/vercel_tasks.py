# SPDX-License-Identifier: GPL-3.0-or-later
"""What the integration tests of Vercel's modules share: how a module is run, and what the sandbox saw of it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome

Json = dict[str, t.Any]
TEAM = "example-team"


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    """One module with its options checked as Ansible checks them."""
    given = {"token": world.token("vercel"), "api_url": world.url("vercel"), "team": TEAM, "project": "hydrogen", **options}
    rules = {key: value for key, value in module.SPEC.items() if key != "supports_check_mode"}
    checked = ModuleArgumentSpecValidator(**rules).validate(given)
    assert not checked.error_messages
    return outcome(module.execute, checked.validated_parameters, check)


def sent(result: Json) -> list[str]:
    return [change["operation"] for change in result["changes"]]


def planned_and_done(world: t.Any, module: t.Any, **options: t.Any) -> Json:
    """The result, after a plan that said the same; asked again, nothing changes."""
    plan = run(world, module, check=True, **options)
    done = run(world, module, **options)
    assert not done.get("failed"), done
    assert (plan["changed"], plan["changes"], plan["diff"]) == (done["changed"], done["changes"], done["diff"])
    again = run(world, module, **options)
    assert (again["changed"], again["changes"]) == (False, [])
    return done


def effects(world: t.Any, word: str) -> int:
    """How many changing requests whose operation has this word in it had an effect."""
    return len([entry for entry in world.journal(changes=True) if entry["effect"] and word in entry["operation"]])

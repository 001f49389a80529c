# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's Convex deployment in the sandbox, and how the tests run a module against it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome

Json = dict[str, t.Any]
# Whatever happens to a change's request or answer.
FAULTS: list[Json] = [
    {"kind": "lost"},
    {"kind": "truncated"},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 500, "body_html": True},
    {"kind": "reset"},
    {"kind": "rate_limited", "retry_after": 2},
    {"kind": "garbage"},
    {"kind": "timeout_after", "seconds": 2},
]


def named(fault: Json) -> str:
    return f"{fault['kind']}-{fault.get('status', '')}"


def run(world: t.Any, module: t.Any, check: bool = False, no_log: bool = False, **options: t.Any) -> Json:
    """One module with its options checked as Ansible checks them. An option of None is left out."""
    convex = world.run["convex"]
    given = {"deploy_key": convex["deploy_key"], "url": convex["url"], "deployment": convex["deployment"], **options}
    rules = {key: value for key, value in module.SPEC.items() if key != "supports_check_mode"}
    checked = ModuleArgumentSpecValidator(**rules).validate({name: value for name, value in given.items() if value is not None})
    assert not checked.error_messages, checked.error_messages
    return outcome(module.execute, checked.validated_parameters, check, no_log)


def asked(result: Json) -> list[str]:
    """The requests of a task."""
    return [step["name"] for step in result["steps"]]


def state(world: t.Any) -> Json:
    return t.cast(Json, world.state("functions"))


def changes(world: t.Any) -> list[tuple[str, bool]]:
    return [(entry["operation"].rsplit("/", 1)[-1], entry["effect"]) for entry in world.journal(changes=True, vendor="convex")]

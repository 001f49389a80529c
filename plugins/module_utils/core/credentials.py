# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The options of a vendor's client out of one component's inventory variables, and where each secret among them came from.

The modules of a vendor declare their options once, with the variable of the process environment that each falls back to. Whoever asks a
vendor on behalf of a component takes them from there.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client

Arguments = t.Mapping[str, t.Mapping[str, t.Any]]
# What a vendor tells of a token; its keys are those of ``access``.
Access = dict[str, t.Any]
# A vendor that says one of these has been asked, and has answered.
ANSWERED = ("auth", "not_found", "permission", "plan", "refused")
# Environments that mean what customers see.
PRODUCTION = ("live", "prod", "production")


@dataclasses.dataclass(frozen=True)
class Given:
    """``options`` as the vendor's ``connect`` takes them; ``sources`` tells of each secret that is there where it came from."""

    options: dict[str, t.Any]
    sources: dict[str, str]

    @property
    def source(self) -> str | None:
        return " and ".join(self.sources.values()) or None


def prefixed(vendor: str, arguments: Arguments, *names: str) -> dict[str, dict[str, t.Any]]:
    """The same options for a module that speaks with several vendors: ``<vendor>_<option>``, and a default is the vendor's own business."""
    return {
        f"{vendor}_{name}": {key: value for key, value in argument.items() if key not in ("default", "required")}
        for name, argument in arguments.items()
        if not names or name in names
    }


def of_component(vendor: str, arguments: Arguments, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any], either: t.Collection[str] = ()) -> Given:
    """What ``arguments`` want: secrets as given, the rest from the variables ``<vendor>_<option>``, then the process environment, then the default.

    Of the secrets ``either`` one is enough: when the inventory gives one of them, none of them is taken from the environment, where
    another's may be.
    """
    chosen = any(secrets.get(name) for name in either)
    options: dict[str, t.Any] = {}
    sources: dict[str, str] = {}
    for name, argument in arguments.items():
        hidden = bool(argument.get("no_log"))
        value = secrets.get(name) if hidden else component.get(f"{vendor}_{name}")
        source = f"variable {vendor}_{name}"
        if value in (None, "") and not (chosen and name in either):
            variable = next((one for one in variables_of(argument) if os.environ.get(one)), "")
            value, source = os.environ.get(variable), f"environment {variable}"
            redaction.register(*([value] if hidden else []))
        options[name] = argument.get("default") if value in (None, "") else value
        if hidden and options[name]:
            sources[name] = source
    return Given(options, sources)


def variables_of(argument: t.Mapping[str, t.Any]) -> list[str]:
    """The variables of the process environment that an option falls back to."""
    return list(argument["fallback"][1]) if "fallback" in argument else []


def is_production(component: t.Mapping[str, t.Any]) -> bool:
    return str(component.get("saasops_environment") or "").lower() in PRODUCTION


def how_to_give(vendor: str, arguments: Arguments, all_of_them: bool = False) -> str:
    """The next step for whoever has given no token; of several the safest stands first in the vendor's table."""
    hidden = {name: argument for name, argument in arguments.items() if argument.get("no_log")}
    word = " and " if all_of_them else " or "
    variables = word.join(f"{vendor}_{name}" for name in hidden)
    exported = word.join(one for argument in hidden.values() for one in variables_of(argument)[:1])
    return f"Set the inventory variable {variables}" + (f", or export {exported}" if exported else "")


def access(
    vendor: str,
    token: str | None = None,
    kind: str = "",
    belongs_to: str = "",
    fits: bool | None = None,
    why: str = "",
    expires_at: float | None = None,
    can: t.Mapping[str, bool | None] | None = None,
    next_step: str = "",
) -> Access:
    """Never holds the token itself. None in ``fits`` and ``can`` means that the vendor does not tell."""
    return {
        "vendor": vendor,
        "token": token,
        "kind": kind,
        "belongs_to": belongs_to,
        "fits": fits,
        "why": why,
        "expires_at": expires_at,
        "can": dict(can or {}),
        "missing": sorted(name for name, may in (can or {}).items() if may is False),
        "next": next_step,
    }


def refused(vendor: str, given: Given, failure: Failure, kind: str = "") -> Access:
    """A token that the vendor, or our own guard, does not take here."""
    return access(vendor, given.source, kind, fits=False, why=failure.message, next_step=failure.hint)


def tried(client: Client, operation: Operation, query: t.Mapping[str, t.Any], path: t.Mapping[str, t.Any] | None = None) -> bool:
    """Whether the token may ask this. Whatever else the vendor says is raised."""
    try:
        client.call(operation, path=path, query=query)
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return False
    return True

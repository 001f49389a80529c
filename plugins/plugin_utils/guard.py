# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The checks before the first request of any verb (OPERATOR §1): each one refuses with what to do instead."""

from __future__ import annotations

import functools
import json
import math
import pathlib
import re
import typing as t

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import BOOLEANS

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.plugin_utils import variables

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}$")
# Lengths of time, by the ends of their names.
DURATIONS = ("_deadline", "_interval", "_timeout", "_window", "_budget", "_after", "_watch")
# Numbers for which nothing is a sensible wish.
MAY_BE_ZERO = ("_interval", "_window", "_after")
# Not ours, and passed by launchers: AWX, ansible-runner, Ansible itself.
FOREIGN = ("ansible_", "awx_", "tower_")


@functools.cache
def options_of(verb: str) -> dict[str, t.Any]:
    """The variables of a verb, from its role's argument specs."""
    specs = yaml.safe_load((ROOT / "roles" / verb / "meta" / "argument_specs.yml").read_text())
    return t.cast("dict[str, t.Any]", specs["argument_specs"]["main"]["options"])


@functools.cache
def verbs() -> tuple[str, ...]:
    return tuple(sorted(path.name for path in (ROOT / "roles").iterdir() if (path / "meta" / "argument_specs.yml").is_file()))


def check_components(components: t.Sequence[str], chosen: t.Sequence[str], values: t.Callable[[str], t.Mapping[str, t.Any]]) -> tuple[str, str]:
    """(system, environment) that every component names. ``chosen`` are those that --limit leaves."""
    if not components:
        raise refuse(
            "the inventory has no group components, or nothing in it",
            "Check the file after -i: a path that does not exist is only a warning to Ansible",
            "no_components",
        )
    if not chosen:
        raise refuse("--limit leaves no component", f"Components are: {', '.join(components)}", "no_components")
    found: dict[tuple[str, str], str] = {}
    for name in components:
        facts = values(name)
        pair = (str(facts.get("saasops_system") or ""), str(facts.get("saasops_environment") or ""))
        for variable, value in zip(("saasops_system", "saasops_environment"), pair, strict=True):
            if not NAME.match(value):
                raise refuse(
                    f"{name}: {variable} is {value!r}" if value else f"{name} has no {variable}",
                    f"Set {variable} for the group components, such as shop or production",
                    "environment",
                )
        found.setdefault(pair, name)
        vendor = str(facts.get("component_vendor") or "")
        if vendor not in variables.VENDORS:
            meant = variables.near(vendor, variables.VENDORS)
            raise refuse(
                f"{name}: component_vendor is {vendor!r}" if vendor else f"{name} has no component_vendor",
                f"Did you mean {meant[0]}?" if meant else f"Give one of: {', '.join(variables.VENDORS)}",
                "vendor",
            )
        for variable in facts:
            if variables.is_ours(variable) and variable not in variables.known_variables() and not any(variable in options_of(verb) for verb in verbs()):
                known = variables.known_variables().union(*(options_of(verb) for verb in verbs()))
                raise refuse(f"{name}: there is no inventory variable {variable}", _meant(variable, known), "variable")
            if variable.endswith("_url") and variable != "saasops_ledger_url" and "@" in str(facts[variable]).partition("//")[2].split("/")[0]:
                raise refuse(f"{name}: {variable} holds a user name or a password", "Addresses are shown and written down: leave it out there", "variable")
        allow = str(facts.get("saasops_allow", "change"))
        if allow not in variables.ALLOW:
            raise refuse(f"{name}: saasops_allow is {allow!r}", f"Give one of: {', '.join(variables.ALLOW)}", "variable")
    if len(found) > 1:
        both = "; ".join(f"{name}: {'/'.join(pair)}" for pair, name in found.items())
        raise refuse(f"the inventory mixes environments ({both})", "Keep one inventory for each environment", "environment")
    return next(iter(found))


def check_names(verb: str, values: t.Mapping[str, t.Any]) -> tuple[str, str]:
    """(system, environment) of a verb that works before there is an inventory: they are variables of its own."""
    system, environment = (str(values[f"{verb}_{what}"]) for what in ("system", "environment"))
    for what, value in (("system", system), ("environment", environment)):
        if not NAME.match(value):
            raise refuse(f"{verb}_{what} is {value!r}", f"Give {verb}_{what} in lower case, digits and -, such as shop or production", "environment")
    return system, environment


def check_extra_variables(raw: t.Sequence[str], parsed: t.Mapping[str, t.Any], verb: str) -> dict[str, str]:
    """Refuse misspelt extra variables. Returns those that Ansible cut at the first space, whole again.

    ``-e rollback_reason="payments are down"`` loses its quotes in the shell; Ansible then reads only ``payments``.
    """
    options = options_of(verb)
    known = {*options, *variables.known_variables()}
    whole: dict[str, str] = {}
    for text in raw:
        if text[:1] in "@{[":
            continue
        name, equals, value = text.partition("=")
        if equals and " " in value.strip() and "=" not in value and value.strip()[:1] not in "'\"":
            if options.get(name, {}).get("type") != "str" or "choices" in options.get(name, {}):
                raise refuse(f"-e {text!r} has spaces that Ansible would cut off", f"""Write -e '{{"{name}": "..."}}'""", "extra_variable")
            whole[name] = value.strip()
        elif "_raw_params" in parsed and not equals:
            raise refuse(f"-e {text!r} is not name=value", "Write -e name=value", "extra_variable")
    if "_raw_params" in parsed and not whole:
        raise refuse(f"{parsed['_raw_params']!r} in an extra variable belongs to no name", """Write -e '{"name": "a text with spaces"}'""", "extra_variable")
    for name in parsed:
        if name in known or name == "_raw_params" or name.startswith(FOREIGN):
            continue
        other = next((role for role in verbs() if role != verb and name in options_of(role)), None)
        if other:
            raise refuse(f"{name} is a variable of {other}, not of {verb}", _meant(name.replace(f"{other}_", f"{verb}_", 1), known), "extra_variable")
        if name.startswith(f"{verb}_") or variables.is_ours(name) or variables.near(name, known):
            raise refuse(f"there is no variable {name}", _meant(name, known), "extra_variable")
    return whole


def check_values(verb: str, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The verb's variables, checked and converted by its argument spec."""
    options = {
        name: {key: value for key, value in option.items() if key in ("type", "choices", "elements", "default", "required")}
        for name, option in options_of(verb).items()
    }
    for name, value in given.items():
        if options[name].get("type") == "list" and isinstance(value, str) and value.strip().startswith("["):
            raise refuse(f"{name} is the text {value!r}, not a list", f"Write {name}=one,two", "extra_variable")
        if options[name].get("type") == "bool" and isinstance(value, str) and value.strip().lower() not in BOOLEANS:
            raise refuse(f"{name} is {str(value)!r}", f"Write {name}=true or {name}=false", "extra_variable")
    # Messages name a value's type: the plain one.
    checked = ArgumentSpecValidator(options).validate({name: json.loads(json.dumps(value, default=str)) for name, value in given.items()})
    if checked.error_messages:
        raise refuse("; ".join(checked.error_messages), f"See roles/{verb}/README.md for what each variable takes", "extra_variable")
    values = {name: _seconds(name, value) if value and name.endswith(DURATIONS) else value for name, value in checked.validated_parameters.items()}
    for name, value in values.items():
        numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
        if numeric and not (math.isfinite(value) and (value > 0 or (value == 0 and name.endswith(MAY_BE_ZERO)))):
            raise refuse(f"{name} is {value:g}", f"Give {name} as a {'duration' if name.endswith(DURATIONS) else 'number'} above 0", "extra_variable")
    return values


def _seconds(name: str, value: t.Any) -> float:
    try:
        return durations.seconds(value, name)
    except Failure as failure:
        raise refuse(failure.message, failure.hint, "extra_variable") from None


def _meant(name: str, known: t.Iterable[str]) -> str:
    meant = variables.near(name, known)
    return f"Did you mean {' or '.join(meant)}?" if meant else "Remove it, or see the README for the names that exist"

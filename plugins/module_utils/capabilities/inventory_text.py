# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The text of a drafted inventory: what a person would have written, in few enough lines to be read at once. Asks nobody."""

from __future__ import annotations

import json
import re
import textwrap
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Component, host_names
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse

LINES = 30
COLUMNS = 158
# What is the same for all components of a vendor stands once.
SHARED = ("railway_project", "railway_environment", "vercel_team")
# Names that Ansible has a meaning for.
TAKEN = ("all", "components", "localhost", "ungrouped")
REMARKS = {"saasops_environment": "  # must agree with what every token says", "railway_project": "  # names, not ids", "vercel_team": "  # its slug"}
_PLAIN = re.compile(r"[A-Za-z/][\w./:@+-]*(?<!:)")
_WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")


def scalar(value: str) -> str:
    """As YAML has it; in quotes wherever it could be read as anything but this text."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in json.dumps(value, ensure_ascii=False))


def is_safe(component: Component) -> bool:
    """Whether Ansible would take its variables as they are: what a vendor says must never be run as a template."""
    return not any(_TEMPLATE.search(str(value)) for value in component["variables"].values())


def named(components: t.Sequence[Component]) -> list[Component]:
    """The components with names that can be typed, and with those variables alone that are known."""
    names = host_names([component["name"] for component in components], TAKEN)
    return [
        {**component, "name": name, "variables": {key: value for key, value in component["variables"].items() if value is not None}}
        for name, component in zip(names, components, strict=True)
    ]


def render(system: str, environment: str, components: t.Sequence[Component], given: t.Mapping[str, str], notes: t.Sequence[str]) -> str:
    """At most ``LINES`` lines. ``given`` are variables of the whole environment, ``notes`` what could not be known."""
    shared = _shared(components, environment)
    variables = {"saasops_system": system, "saasops_environment": environment, **shared, **given}
    told = [f"    {name}: {scalar(value)}{REMARKS.get(name, '')}" for name, value in variables.items()]
    hosts = [line for component in components for line in _host(component, environment, shared)]
    head = [f"# {system}/{environment}, as its vendors tell it. It is yours now: change it. What else can be said: docs/inventory.md. No token belongs here."]
    body = ["components:", "  vars:", *told, "  hosts:", *hosts]
    room = LINES - len(head) - len(body)
    if room < bool(notes):
        raise refuse(
            f"{len(components)} components do not fit into the {LINES} lines of an inventory that can be read at once",
            "Name fewer projects with -e init_projects=, or let the vendor list them: docs/inventory.md, Listed by the vendor",
            code="too_many",
        )
    return "\n".join([*head, *_comments(notes, room), *body]) + "\n"


def _shared(components: t.Sequence[Component], environment: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in SHARED:
        said = {component["variables"][name] for component in components if name in component["variables"]}
        # Railway's environment is taken to be called like ours.
        if len(said) == 1 and (name, *said) != ("railway_environment", environment):
            found[name] = said.pop()
    return found


def _host(component: Component, environment: str, shared: t.Mapping[str, str]) -> list[str]:
    own = {"component_vendor": component["vendor"], **component["variables"]}
    own = {name: value for name, value in own.items() if name not in shared and (name, value) != ("railway_environment", environment)}
    # What it is called at its vendor stands before what it is to us.
    own = dict(sorted(own.items(), key=lambda pair: (pair[0] != "component_vendor", pair[0].startswith("component_"))))
    pairs = [f"{name}: {scalar(value)}" for name, value in own.items()]
    begin = f"    {component['name']}: {{"
    if len(begin) + len(", ".join(pairs)) < COLUMNS:
        return [f"{begin}{', '.join(pairs)}}}"]
    return [f"    {component['name']}:", *(f"      {pair}" for pair in pairs)]


def _comments(notes: t.Sequence[str], room: int) -> list[str]:
    lines = [line for note in notes for line in textwrap.wrap(note, COLUMNS - 4, initial_indent="# ! ", subsequent_indent="#   ", break_on_hyphens=False)]
    return lines if len(lines) <= room else [*lines[: room - 1], "# ! and more, which the screen of init told"]

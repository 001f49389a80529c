# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders docs/modules.md, every module with one example, and docs/operations.md, which module asks a vendor what.

What is asked was seen, not declared: ``tests/integration/test_ways.py`` plays every module and passes on the names of the requests.
It also compares the pages; ``SAASOPS_WRITE_GUIDE=1`` makes it write them.
"""

from __future__ import annotations

import collections
import dataclasses
import importlib
import re
import typing as t

import yaml

COLLECTION = "saasops.runbooks"
PACKAGE = f"ansible_collections.{COLLECTION}"
# In the order of the page; the last holds what belongs to no vendor.
VENDORS = {"convex": "Convex", "railway": "Railway", "shopify": "Shopify", "stripe": "Stripe", "vercel": "Vercel", "": "Any vendor"}
HEAD = """# Modules

<!-- Written by tests/tools/modules_guide.py from the modules' documentation and from what was asked of the sandbox. -->

Every module takes its connection from the inventory host it runs for, from its options, or from the vendor's usual environment variables,
and works in check mode. `ansible-doc saasops.runbooks.<module>` has all options, results and further examples. Each example here runs as
printed after `make sandbox`.

*Requests* are those of a task that finds nothing to do; a change adds its own, and what it takes to wait for its end. Where the column is
empty, every task acts. The notes of each module say more. [operations.md](operations.md) tells which module asks a vendor what.
"""
OPERATIONS_HEAD = """# What a vendor is asked, and by which module

<!-- Written by tests/tools/modules_guide.py from the tables of operations and from what was asked of the sandbox. -->

Each operation is declared once, in `plugins/module_utils/vendors/<vendor>/`, and held to the vendor's schema. [modules.md](modules.md) tells how
many requests a module needs.
"""


@dataclasses.dataclass
class Asked:
    """What a module was seen to ask: ``idle`` requests where nothing was to be done (None: it always acts), and the names of all operations."""

    idle: int | None = None
    operations: set[str] = dataclasses.field(default_factory=set)


def pages(asked: t.Mapping[str, Asked]) -> dict[str, str]:
    """Each page of docs/ by its name."""
    modules = [HEAD, *(_vendor(vendor, title, asked) for vendor, title in VENDORS.items() if _of(vendor, asked))]
    return {"modules.md": "\n".join(modules), "operations.md": "\n".join([OPERATIONS_HEAD, *_operations(asked)])}


def _of(vendor: str, modules: t.Iterable[str]) -> list[str]:
    return sorted(name for name in modules if vendor_of(name) == vendor)


def vendor_of(module: str) -> str:
    first = module.split("_")[0]
    return first if first in VENDORS else ""


def _vendor(vendor: str, title: str, asked: t.Mapping[str, Asked]) -> str:
    names = _of(vendor, asked)
    rows = [f"| [`{name}`](#{name}) | {_documentation(name)['short_description']} | {_idle(asked[name])} |" for name in names]
    return "\n".join([f"## {title}", "", "| module | what it does | requests |", "| --- | --- | --- |", *rows, "", *(_example(name) for name in names)])


def _idle(asked: Asked) -> str:
    return "" if asked.idle is None else str(asked.idle)


def _documentation(name: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load(_module(name).DOCUMENTATION))


def _module(name: str) -> t.Any:
    return importlib.import_module(f"{PACKAGE}.plugins.modules.{name}")


def _example(name: str) -> str:
    first = re.split(r"\n\n(?=- )", _module(name).EXAMPLES.strip())[0]
    return f"### {name}\n\n```yaml\n{first}\n```\n"


def _operations(asked: t.Mapping[str, Asked]) -> list[str]:
    """Which operation of a vendor is used by which modules."""
    lines = []
    for vendor, title in VENDORS.items():
        table = _table(vendor)
        users = collections.defaultdict(set)
        for name, seen in asked.items():
            for operation in seen.operations & set(table):
                if vendor_of(name) in ("", vendor):
                    users[operation].add(f"`{name}`")
        if users:
            lines += [f"## {title}", "", "| operation | call | changes | modules |", "| --- | --- | --- | --- |"]
            for operation in sorted(users):
                declared = table[operation]
                call = f"`{declared.method} {declared.path}`" if declared.path else "GraphQL"
                effect = "destroys" if declared.destroys else "yes" if declared.changes else ""
                lines.append(f"| `{operation}` | {call} | {effect} | {', '.join(sorted(users[operation]))} |")
            lines.append("")
    return lines


def _table(vendor: str) -> t.Mapping[str, t.Any]:
    if not vendor:
        return {}
    try:
        return t.cast("t.Mapping[str, t.Any]", importlib.import_module(f"{PACKAGE}.plugins.module_utils.vendors.{vendor}.operations").OPERATIONS)
    except ModuleNotFoundError:
        return {}

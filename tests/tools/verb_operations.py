# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operations of which vendor a verb can come to ask, read from the source: playbook, roles, modules, and whatever these call.

A name is followed to what it stands for. A method whose object is unknown here is taken to be that of every class that the verb makes and that the
asking module can know of: so a table may hold an operation that is never asked. Written to ``capabilities/verb_operations.py`` by
``python -m tests.tools.verb_operations``, and compared by ``tests/unit/test_permissions.py``; the scenarios' plays are held to it by the harness.
"""

from __future__ import annotations

import ast
import collections
import functools
import importlib
import pathlib
import textwrap
import typing as t

import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses
from ansible_collections.saasops.runbooks.plugins.plugin_utils import scheduled_procedures, scheduled_runs

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = "ansible_collections.saasops.runbooks."
COLLECTION = "saasops.runbooks."
UTILS = "plugins.module_utils."
WRITTEN = ROOT / "plugins/module_utils/capabilities/verb_operations.py"
HEAD = '''# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which operations a verb can come to ask of a vendor. Written by tests/tools/verb_operations.py from the source: not to be edited."""

from __future__ import annotations

# fmt: off
VERBS: dict[str, dict[str, tuple[str, ...]]] = {
'''
# It tells what operations need, and asks none of them.
TELLS = (f"{UTILS}capabilities.permissions", "operations")
# Those who are told something, by verbs that change nothing too.
MESSENGERS = ("pagerduty", "slack", "statuspage")
# What other verbs put on around their work, or end because somebody has left it on, needs what this verb needs, and is told there.
TOLD_THERE = "maintenance"
# It takes no lease for what it looks at, and one of its own for what its items may change: these verbs' work.
CHANGES_FOR = {"scheduled": tuple(scheduled_procedures.PROCEDURES)}
# Where the reading of an address begins.
READS_ADDRESS = (f"{UTILS}capabilities.variables", "value")
LONGEST_LINE = 160
# (module, name) of a function, class, method (``Class.method``) or value.
Symbol = tuple[str, str]
Asked = dict[str, tuple[str, ...]]


class Source:
    """One module: what it defines, and what its names stand for."""

    def __init__(self, name: str) -> None:
        self.name = name
        tree = ast.parse((ROOT / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8"))
        self.defined: dict[str, ast.AST] = {}
        self.methods: dict[str, set[str]] = collections.defaultdict(set)
        # Functions may import under one name what is not the same: then it may be either.
        self.imported: dict[str, set[str]] = collections.defaultdict(set)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PREFIX.rstrip(".")):
                for alias in node.names:
                    self.imported[alias.asname or alias.name].add(f"{node.module}.{alias.name}".removeprefix(PREFIX))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.defined[node.name] = node
            for target in [*getattr(node, "targets", []), *([node.target] if isinstance(node, ast.AnnAssign) else [])]:
                self.defined |= {one.id: node for one in ast.walk(target) if isinstance(one, ast.Name)}
            if isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        self.methods[node.name].add(method.name)
                        self.defined[f"{node.name}.{method.name}"] = method


@functools.cache
def source(name: str) -> Source | None:
    """None for what is no module of this collection."""
    return Source(name) if name and (ROOT / f"{name.replace('.', '/')}.py").is_file() else None


@functools.cache
def known_to(name: str) -> frozenset[str]:
    """The modules that one imports, at any remove: what it asks of unknown objects, it asks of theirs."""
    found: set[str] = set()
    left = [name]
    while left:
        here = source(left.pop())
        for dotted in set().union(*here.imported.values()) if here else ():
            for module in (dotted, dotted.rpartition(".")[0]):
                if module not in found and source(module):
                    found.add(module)
                    left.append(module)
    return frozenset(found)


class Reach:
    """Everything that is come to from some symbols."""

    def __init__(self, entries: t.Iterable[Symbol], without: Symbol | None = None) -> None:
        self._without = without
        self.operations: set[Symbol] = set()
        self._found: set[Symbol] = set()
        # The classes that are made; by module, the modules that handed it on as a value; and by module, what it asks of what is not known.
        self._classes: set[Symbol] = set()
        self._handed: dict[str, set[str]] = collections.defaultdict(set)
        self._asked: dict[str, set[str]] = collections.defaultdict(set)
        self._open = list(entries)
        while self._open:
            while self._open:
                self._follow(*self._open.pop())
            self._open = [symbol for symbol in self._by_name() if symbol not in self._found]

    def _by_name(self) -> t.Iterator[Symbol]:
        asking = list(self._asked)
        for module, name in self._classes:
            here = t.cast(Source, source(module))
            family = {other for other, _class in self._family(module, name)}
            private = {asked for other in family & set(asking) for asked in self._asked[other]}
            public = {asked for other in asking if module in known_to(other) for asked in self._asked[other] if not asked.startswith("_")}
            yield from ((module, f"{name}.{method}") for method in here.methods[name] & (public | private | {"__init__", "__post_init__"}))
        for module, by in self._handed.items():
            here = t.cast(Source, source(module))
            asked = {name for other in by for name in self._asked[other]}
            yield from ((module, name) for name in here.defined if name in asked)

    def _family(self, module: str, name: str) -> set[Symbol]:
        """A class, what it is made of, and what is made of it: private names are asked among these."""
        lines = {one: self._line(*one) for one in {*self._classes, (module, name)}}
        return lines[module, name].union(*(line for line in lines.values() if (module, name) in line))

    def _line(self, module: str, name: str) -> set[Symbol]:
        here = source(module)
        node = here.defined.get(name) if here else None
        if here is None or not isinstance(node, ast.ClassDef):
            return set()
        found = {(module, name)}
        for base in node.bases:
            words = ast.unparse(base).split(".")
            for beginning in here.imported.get(words[0]) or {f"{module}.{words[0]}"}:
                above, _dot, word = ".".join([beginning, *words[1:]]).rpartition(".")
                found |= self._line(above, word)
        return found

    def _follow(self, module: str, name: str) -> None:
        here = source(module)
        if here is None or (module, name) in self._found or (module, name) in (self._without, TELLS):
            return
        if name not in here.defined:
            self._names(here, name)
            return
        self._found.add((module, name))
        node = here.defined[name]
        if not isinstance(node, ast.ClassDef):
            self._walk(here, node)
            return
        self._classes.add((module, name))
        for part in [*node.bases, *(part for part in node.body if not isinstance(part, ast.FunctionDef))]:
            self._walk(here, part)

    def _walk(self, here: Source, node: ast.AST) -> None:
        if isinstance(node, ast.Attribute):
            chain = [node.attr]
            inner: ast.AST = node.value
            while isinstance(inner, ast.Attribute):
                chain.insert(0, inner.attr)
                inner = inner.value
            known = here.imported.get(inner.id, set()) if isinstance(inner, ast.Name) and inner.id not in here.defined else set()
            rooms = [dotted for dotted in known if source(dotted)]
            for room in rooms:
                self._name(here, f"{room}.{chain[0]}")
            if not rooms:
                self._walk(here, inner)
            self._asked[here.name] |= set(chain[1:] if rooms else chain)
        elif isinstance(node, ast.Name):
            if node.id in here.defined:
                self._open.append((here.name, node.id))
            else:
                self._names(here, node.id)
        else:
            for part in ast.iter_child_nodes(node):
                self._walk(here, part)

    def _names(self, here: Source, name: str) -> None:
        for dotted in here.imported.get(name, ()):
            self._name(here, dotted)

    def _name(self, here: Source, dotted: str) -> None:
        if source(dotted):
            self._handed[dotted].add(here.name)
            return
        module, _dot, name = dotted.rpartition(".")
        # What an access room tries is what some verb needs: nothing of its own.
        if name == "OPERATIONS" and here.name.endswith(".access"):
            return
        if module.startswith(f"{UTILS}vendors.") and module.endswith("operations"):
            self.operations.add((module, name))
        elif module:
            self._open.append((module, name))


def modules_of(verb: str) -> set[str]:
    """The modules of this collection that a playbook comes to run, its roles' task files included."""
    found: set[str] = set()

    def walk(node: t.Any, role: str) -> None:
        if isinstance(node, list):
            for part in node:
                walk(part, role)
            return
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            name = str(key).removeprefix("ansible.builtin.")
            if name in ("import_role", "include_role"):
                other = str(value["name"]).removeprefix(COLLECTION)
                tasks(other, str(value.get("tasks_from", "main")))
            elif name in ("import_tasks", "include_tasks"):
                tasks(role, str(value["file"] if isinstance(value, dict) else value))
            elif str(key).startswith(COLLECTION):
                found.add(str(key).removeprefix(COLLECTION))
            walk(value, role)

    seen: set[tuple[str, str]] = set()

    def tasks(role: str, name: str) -> None:
        if (role, name) in seen or (role == TOLD_THERE and verb != TOLD_THERE):
            return
        seen.add((role, name))
        # A role that is told only by a variable is one that a schedule may name.
        for one in scheduled_runs.offered() if "{{" in role else [role]:
            path = ROOT / "roles" / one / "tasks" / f"{name.removesuffix('.yml')}.yml"
            if path.is_file():
                walk(yaml.safe_load(path.read_text(encoding="utf-8")), one)

    walk(yaml.safe_load((ROOT / "playbooks" / f"{verb}.yml").read_text(encoding="utf-8")), "")
    return found


def verbs() -> list[str]:
    return sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


def operations_of(verb: str) -> Asked:
    """By vendor, the names of the operations."""
    found, leased = _reached(verb), takes_lease(verb)
    # The address of a database is read of a few vendors alone, though a variable may be of any.
    others = _reached(verb, READS_ADDRESS)
    kept = {
        vendor: sorted(one.name for one in operations if leased or vendor in MESSENGERS or not one.changes)
        for vendor, operations in sorted({**found, **{vendor: others[vendor] for vendor in found if vendor not in addresses.PLACES}}.items())
    }
    for other in CHANGES_FOR.get(verb, ()):
        for vendor, names in operations_of(other).items():
            kept[vendor] = sorted({*kept.get(vendor, []), *names})
    return {vendor: tuple(names) for vendor, names in sorted(kept.items()) if names}


def _reached(verb: str, without: Symbol | None = None) -> dict[str, set[t.Any]]:
    entries = [(f"plugins.modules.{name}", "execute") for name in modules_of(verb) if source(f"plugins.modules.{name}")]
    found: dict[str, set[t.Any]] = collections.defaultdict(set)
    for module, name in Reach(entries, without).operations:
        found[module.removeprefix(f"{UTILS}vendors.").split(".")[0]] |= set(_in(getattr(importlib.import_module(f"{PREFIX}{module}"), name)))
    return found


def takes_lease(verb: str) -> bool:
    """A verb that takes none changes nothing where components live, whatever the modules could do that it looks with."""
    plays = yaml.safe_load((ROOT / "playbooks" / f"{verb}.yml").read_text(encoding="utf-8"))
    guards = [task[f"{COLLECTION}guard"] for play in plays for task in play.get("tasks", []) if f"{COLLECTION}guard" in task]
    return any(guard.get("lease", True) is not False for guard in guards)


def _in(value: t.Any) -> t.Iterator[t.Any]:
    """The operations in a value of a table of operations."""
    if hasattr(value, "changes") and hasattr(value, "name"):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _in(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _in(part)


def rendered() -> str:
    return "\n".join([HEAD.rstrip("\n"), *_lines({verb: operations_of(verb) for verb in verbs()}), "}", ""])


def _lines(table: dict[str, Asked]) -> t.Iterator[str]:
    for verb, asked in table.items():
        if not asked:
            yield f'    "{verb}": {{}},'
            continue
        yield f'    "{verb}": {{'
        for vendor, names in asked.items():
            quoted = ", ".join(f'"{name}"' for name in names)
            line = f'        "{vendor}": ({quoted}{"," if len(names) == 1 else ""}),'
            # Several on a line, for the file to stay small.
            packed = textwrap.wrap(f"{quoted},", LONGEST_LINE, initial_indent=" " * 12, subsequent_indent=" " * 12, break_on_hyphens=False)
            yield from [line] if len(line) <= LONGEST_LINE else [f'        "{vendor}": (', *packed, "        ),"]
        yield "    },"


if __name__ == "__main__":
    WRITTEN.write_text(rendered(), encoding="utf-8")

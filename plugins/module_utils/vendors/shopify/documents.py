# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""GraphQL documents that somebody else has written, read as far as to know what they ask for and whether they change something.

Source: the GraphQL specification (September 2025), "Language". Whether fields and types exist is the vendor's to say.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR

LONGEST, DEEPEST = 100_000, 100
_TOKEN = re.compile(
    r'(?P<ignored>[\s,\ufeff]+|\#[^\n\r]*)|(?P<text>"""(?:\\"""|(?!""").)*"""|"(?!"")(?:\\.|[^"\\\n\r])*"|"")'
    r"|(?P<name>[_A-Za-z][_0-9A-Za-z]*)|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<mark>\.\.\.|[!$&():=@\[\]{}|])",
    re.DOTALL,
)
KINDS = ("query", "mutation", "subscription")


@dataclasses.dataclass(frozen=True)
class Field:
    """``key``: its name in the answer. ``conditional``: it may be left out of the answer."""

    name: str
    key: str
    conditional: bool
    selected: tuple[Selection, ...] = ()


@dataclasses.dataclass(frozen=True)
class Spread:
    """The selections of a fragment: of a named one, or of those that stand here."""

    fragment: str
    selected: tuple[Selection, ...] = ()


Selection = t.Union[Field, Spread]  # noqa: UP007


@dataclasses.dataclass(frozen=True)
class Asked:
    """``name_at``: where the name stands, or would stand, in the document."""

    kind: str
    name: str
    name_at: int
    variables: tuple[str, ...]
    selected: tuple[Selection, ...]


@dataclasses.dataclass(frozen=True)
class Document:
    operations: tuple[Asked, ...]
    fragments: dict[str, tuple[Selection, ...]]

    def fields(self, selected: t.Iterable[Selection], within: tuple[str, ...] = ()) -> t.Iterator[Field]:
        """The fields of a selection, those of its fragments too."""
        for one in selected:
            if isinstance(one, Field):
                yield one
            elif not one.fragment:
                yield from self.fields(one.selected, within)
            elif one.fragment not in self.fragments:
                raise _unreadable(f"there is no fragment {one.fragment}")
            elif one.fragment in within:
                raise _unreadable(f"the fragment {one.fragment} holds itself")
            else:
                yield from self.fields(self.fragments[one.fragment], (*within, one.fragment))


def every_field(document: Document) -> t.Iterator[Field]:
    """Every field that is written in the document, wherever."""
    left: list[Selection] = [
        *(one for asked in document.operations for one in asked.selected),
        *(one for selected in document.fragments.values() for one in selected),
    ]
    while left:
        one = left.pop()
        if isinstance(one, Field):
            yield one
        left += one.selected


def read(text: str) -> Document:
    if len(text) > LONGEST:
        raise _unreadable(f"it is longer than {LONGEST} characters")
    return _Reader(text).document()


def _unreadable(why: str) -> Failure:
    return Failure("invalid", f"query is no GraphQL document: {plain(why, 200)}", "Correct it; Shopify's GraphiQL app shows where a document is wrong", VENDOR)


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise _unreadable(f"what stands at character {at + 1} is not understood: {text[at : at + 20]!r}")
            if found.lastgroup != "ignored":
                self._tokens.append((str(found.lastgroup), found[0], at))
            at = found.end()
        self._at, self._end = 0, len(text)

    # -- tokens
    def _next(self) -> tuple[str, str, int]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "", self._end)

    def _takes(self, mark: str) -> bool:
        kind, text, _at = self._next()
        is_so = kind == "mark" and text == mark
        self._at += is_so
        return is_so

    def _needs(self, mark: str) -> None:
        if not self._takes(mark):
            raise self._strange(f"{mark} is missing")

    def _name(self) -> str:
        kind, text, _at = self._next()
        if kind != "name":
            raise self._strange("a name is missing")
        self._at += 1
        return text

    def _strange(self, why: str) -> Failure:
        _kind, text, at = self._next()
        return _unreadable(f"{why} at character {at + 1}, before {text[:20]!r}")

    # -- definitions
    def document(self) -> Document:
        operations: list[Asked] = []
        fragments: dict[str, tuple[Selection, ...]] = {}
        while self._next()[0] != "end":
            kind, text, at = self._next()
            if kind == "mark" and text == "{":
                operations.append(Asked("query", "", at, (), self._selected(0)))
            elif kind == "name" and text in KINDS:
                operations.append(self._operation())
            elif kind == "name" and text == "fragment":
                self._at += 1
                name = self._name()
                if name in fragments or name == "on" or self._name() != "on":
                    raise self._strange(f"the fragment {name} is not well defined")
                self._name()
                self._directives()
                fragments[name] = self._selected(0)
            else:
                raise self._strange("neither a query, a mutation nor a fragment begins")
        return Document(tuple(operations), fragments)

    def _operation(self) -> Asked:
        kind = self._name()
        _kind, _text, before = self._tokens[self._at - 1]
        name_at, name = before + len(kind), ""
        if self._next()[0] == "name":
            name_at, name = self._next()[2], self._name()
        variables = self._variables() if self._takes("(") else ()
        self._directives()
        return Asked(kind, name, name_at, variables, self._selected(0))

    def _variables(self) -> tuple[str, ...]:
        found = []
        depth = 1
        while depth:
            kind, text, _at = self._next()
            if kind == "end":
                raise self._strange(") is missing")
            self._at += 1
            depth += (kind, text) in (("mark", "("),)
            depth -= (kind, text) == ("mark", ")")
            if (kind, text) == ("mark", "$") and depth == 1:
                found.append(self._name())
        return tuple(found)

    def _arguments(self) -> None:
        if self._takes("("):
            self._variables()

    def _directives(self) -> bool:
        """Whether there are any."""
        is_any = False
        while self._takes("@"):
            is_any = True
            self._name()
            self._arguments()
        return is_any

    def _selected(self, depth: int) -> tuple[Selection, ...]:
        if depth > DEEPEST:
            raise _unreadable("it is too deep")
        self._needs("{")
        found: list[Selection] = []
        while not self._takes("}"):
            found.append(self._fragment(depth) if self._takes("...") else self._field(depth))
        if not found:
            raise self._strange("nothing is selected")
        return tuple(found)

    def _fragment(self, depth: int) -> Spread:
        kind, text, _at = self._next()
        if kind == "name" and text != "on":
            spread = self._name()
            self._directives()
            return Spread(spread)
        if kind == "name":
            self._at += 1
            self._name()
        self._directives()
        return Spread("", self._selected(depth + 1))

    def _field(self, depth: int) -> Field:
        name = key = self._name()
        if self._takes(":"):
            name = self._name()
        self._arguments()
        conditional = self._directives()
        kind, text, _at = self._next()
        return Field(name, key, conditional, self._selected(depth + 1) if (kind, text) == ("mark", "{") else ())

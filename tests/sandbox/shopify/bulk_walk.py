# SPDX-License-Identifier: GPL-3.0-or-later
"""The inner query of a bulk operation: whether it is one, and its objects, one line for each, as many as there are."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .state import Json

if t.TYPE_CHECKING:
    from graphql import FieldNode, GraphQLSchema, SelectionSetNode

MOST_CONNECTIONS, MOST_DEPTH = 5, 2
# Whether it is a root object, and what of it the query asks for.
Line = tuple[bool, Json]


class Unfit(Exception):
    """The message is what ``userErrors`` says."""


@dataclass(frozen=True, slots=True)
class Field:
    """``only``: the types of which it is asked for, by name; None: of all."""

    key: str
    name: str
    arguments: Json
    is_connection: bool
    below: tuple[Field, ...] | None
    only: frozenset[str] | None


def prepared(schema: GraphQLSchema, text: str) -> Field:
    """The root field of a query that can run in bulk."""
    from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse, validate

    try:
        document = parse(text)
    except GraphQLError as wrong:
        raise Unfit(f"Invalid bulk query: {wrong.message}") from wrong
    if errors := validate(schema, document):
        raise Unfit(f"Invalid bulk query: {errors[0].message}")
    definitions = document.definitions
    (operation, *others) = definitions
    if others or not isinstance(operation, OperationDefinitionNode) or operation.operation is not OperationType.QUERY:
        raise Unfit("Invalid bulk query: The document must hold one query and nothing else")
    if operation.variable_definitions:
        raise Unfit("Bulk queries cannot have variables.")
    roots = operation.selection_set.selections
    if len(roots) != 1 or not isinstance(roots[0], FieldNode):
        raise Unfit("Bulk queries must have exactly one top-level field.")
    root = _compiled(schema, schema.query_type, operation.selection_set, None)[0]
    connections, depth = _measured(root, 0)
    if not connections:
        raise Unfit("Bulk queries must contain at least one connection.")
    if connections > MOST_CONNECTIONS:
        raise Unfit(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    if depth > MOST_DEPTH:
        raise Unfit(f"Bulk queries cannot contain connections with a nesting depth greater than {MOST_DEPTH}.")
    return root


def _compiled(schema: GraphQLSchema, parent: t.Any, selections: SelectionSetNode, only: frozenset[str] | None) -> tuple[Field, ...]:
    from graphql import FieldNode, InlineFragmentNode, get_named_type
    from graphql.execution.values import get_argument_values

    found: list[Field] = []
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            kind: t.Any = schema.type_map[node.type_condition.name.value] if node.type_condition else parent
            names = frozenset({kind.name, *(one.name for one in schema.get_possible_types(kind))} if _is_abstract(kind) else {kind.name})
            found += _compiled(schema, kind, node.selection_set, names)
        elif isinstance(node, FieldNode):
            key, name = (node.alias or node.name).value, node.name.value
            if name == "__typename":
                found.append(Field(key, name, {}, False, None, only))
                continue
            definition = parent.fields[name]
            kind = get_named_type(definition.type)
            is_connection = kind.name.endswith("Connection")
            below = None
            if node.selection_set:
                inner = _nodes_of(node) if is_connection else node.selection_set
                of = get_named_type(get_named_type(kind.fields["edges"].type).fields["node"].type) if is_connection else kind
                below = _compiled(schema, of, inner, None)
            found.append(Field(key, name, get_argument_values(definition, node), is_connection, below, only))
    return tuple(found)


def _is_abstract(kind: t.Any) -> bool:
    from graphql import is_abstract_type

    return is_abstract_type(kind)


def _nodes_of(connection: FieldNode) -> SelectionSetNode:
    """What is asked of ``edges { node { … } }``."""
    selections: t.Any = connection.selection_set
    for name in ("edges", "node"):
        selections = next((one.selection_set for one in selections.selections if getattr(getattr(one, "name", None), "value", "") == name), None)
        if selections is None:
            raise Unfit(f"Bulk queries must select {name} of the connection {connection.name.value}.")
    return t.cast("SelectionSetNode", selections)


def _measured(field: Field, depth: int) -> tuple[int, int]:
    """(connections, how deep they lie in each other)."""
    depth += field.is_connection
    found = [_measured(one, depth) for one in field.below or ()]
    return field.is_connection + sum(count for count, _depth in found), max([depth, *(deep for _count, deep in found)])


class Walk:
    """``most``: how many root objects there may be."""

    def __init__(self, root: Field, resolvers: t.Any) -> None:
        self._root = root
        self._value = _asked(getattr(resolvers, root.name), root)
        self.most = int(self._value["most"]) if root.is_connection else 1

    def __iter__(self) -> t.Iterator[list[Line]]:
        """For each root object: itself, then what belongs to it."""
        if not self._root.is_connection:
            if self._value is not None:
                yield list(self._lines(self._value, self._root, None))
            return
        for edge in self._value["edges"]:
            yield list(self._lines(edge["node"], self._root, None))

    def _lines(self, value: Json, field: Field, parent: str | None) -> t.Iterator[Line]:
        later: list[tuple[Field, t.Any]] = []
        record = self._record(value, field, later)
        if parent is not None:
            record["__parentId"] = parent
        yield parent is None, record
        for below, connection in later:
            for edge in connection["edges"]:
                yield from self._lines(edge["node"], below, str(value["id"]))

    def _record(self, value: Json, field: Field, later: list[tuple[Field, t.Any]]) -> Json:
        record: Json = {}
        for one in field.below or ():
            if one.only is not None and value.get("__typename") not in one.only:
                continue
            got = _asked(value.get(one.name), one)
            if one.is_connection:
                later.append((one, got))
            elif one.below is None or got is None:
                record[one.key] = got
            elif isinstance(got, list):
                record[one.key] = [self._record(item, one, later) for item in got]
            else:
                record[one.key] = self._record(got, one, later)
        return record


def _asked(value: t.Any, field: Field) -> t.Any:
    return value(None, **field.arguments) if callable(value) else value


def written(record: Json) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

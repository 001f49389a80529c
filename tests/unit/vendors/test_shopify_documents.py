# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of others are read as GraphQL's own reference reads them: what is an operation, which fields it asks for, and what is none."""

from __future__ import annotations

import random
import typing as t

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import documents
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.operations import OPERATIONS

OWN = [operation.document for operation in OPERATIONS.values() if operation.document]
WRITTEN = [
    "{a}",
    "query{a b,c}",
    'query Q($a: [Int!]! = [1, 2] @d(x: 1), $b: In = {x: "}", y: [{z: 1}]}) @d { a(x: $a, y: {k: [1 2.5e-3 -4]}, z: ENUM) @skip(if: $b) { b } }',
    'mutation M { a: x(t: "quo\\"ted } mutation { y }") { ...F ... on T @d { c } ... { d } } } fragment F on T @d { e f: g { h } }',
    "query mutation { subscription { query fragment on } } query on { a }",
    '{ a(t: """ block " \\""" } { mutation """) # comment } mutation {\n b }',
    "\ufeff# only a comment\r\nsubscription S { a }",
    '{ a(t: "", u: "\\u007d") }',
    "mutation A { a } query B { b } mutation C { c { userErrors { message } } }",
    "query($a: Int) { __typename a: b }",
]
WRONG = [
    "{ a",
    "{ }",
    "a { b }",
    "{ a(x: 1 }",
    '{ a(x: "b) }',
    "{ a: }",
    "{ ... on }",
    "query Q( { a }",
    "fragment on on T { a }",
    "fragment F T { a }",
    "{ a } }",
    "{ a ; }",
    '{ a(t: "b\nc") }',
    "query Q Q { a }",
    "type A { b: Int }",
]


def theirs(text: str) -> list[tuple[str, str, list[t.Any]]]:
    return [
        (one.operation.value, one.name.value if one.name else "", selected_there(one.selection_set.selections))
        for one in parse(text).definitions
        if isinstance(one, OperationDefinitionNode)
    ]


def selected_there(nodes: t.Iterable[t.Any]) -> list[t.Any]:
    found: list[t.Any] = []
    for node in nodes:
        inner = selected_there(node.selection_set.selections) if getattr(node, "selection_set", None) else []
        if isinstance(node, FieldNode):
            found.append((node.name.value, (node.alias or node.name).value, bool(node.directives), inner))
        else:
            found.append((node.name.value if isinstance(node, FragmentSpreadNode) else "", inner))
    return found


def selected_here(selected: t.Iterable[documents.Selection]) -> list[t.Any]:
    return [
        (one.name, one.key, one.conditional, selected_here(one.selected)) if isinstance(one, documents.Field) else (one.fragment, selected_here(one.selected))
        for one in selected
    ]


def here(text: str) -> list[tuple[str, str, list[t.Any]]]:
    return [(one.kind, one.name, selected_here(one.selected)) for one in documents.read(text).operations]


@pytest.mark.parametrize("text", [*OWN, *WRITTEN])
def test_a_document_is_read_as_the_reference_reads_it(text: str) -> None:
    assert here(text) == theirs(text)
    fragments = {one.name.value: selected_there(one.selection_set.selections) for one in parse(text).definitions if isinstance(one, FragmentDefinitionNode)}
    assert {name: selected_here(selected) for name, selected in documents.read(text).fragments.items()} == fragments


@pytest.mark.parametrize("text", [*OWN, *WRITTEN])
def test_variables_and_the_place_of_the_name_are_found(text: str) -> None:
    nodes = [one for one in parse(text).definitions if isinstance(one, OperationDefinitionNode)]
    for mine, node in zip(documents.read(text).operations, nodes, strict=True):
        assert list(mine.variables) == [one.variable.name.value for one in node.variable_definitions or ()]
        assert not mine.name or text[mine.name_at :].startswith(mine.name)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(Failure) as failure:
        documents.read(text)
    assert failure.value.kind == "invalid" and failure.value.hint
    # The reference knows definitions of types too, and its newer releases an empty selection.
    if text not in ("{ }", "type A { b: Int }"):
        with pytest.raises(GraphQLSyntaxError):
            parse(text)


def test_what_was_damaged_is_read_as_the_reference_reads_it_or_not_at_all() -> None:
    """A mutation is never taken for a query, whatever stands around it."""
    chance = random.Random(11)
    pieces = ['"', '"""', "\\", "#", "\n", "{", "}", "(", ")", "mutation", "query ", "...", "$", ":", "@", "é", " "]
    read = 0
    for _number in range(4000):
        text = chance.choice(WRITTEN)
        for _change in range(chance.randint(1, 3)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(pieces) + text[at + chance.randint(0, 2) :]
        try:
            wanted = theirs(text)
        except (GraphQLSyntaxError, RecursionError):
            continue
        try:
            found = here(text)
        except Failure:
            continue
        read += 1
        assert found == wanted, text
    assert read > 300


def test_a_document_that_is_too_large_or_too_deep_is_refused() -> None:
    for text in ("{a}" + " " * documents.LONGEST, "{a" * 200 + "}" * 200):
        with pytest.raises(Failure):
            documents.read(text)


def test_a_fragment_that_holds_itself_is_refused() -> None:
    document = documents.read("{ ...A } fragment A on T { ...B } fragment B on T { ...A }")
    with pytest.raises(Failure, match="holds itself"):
        list(document.fields(document.operations[0].selected))

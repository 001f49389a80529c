# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is meant, which values are equal, and what a search may say: decided without asking anybody."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import customer_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import customers
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import interpret
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import gid


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("7", {"id": "gid://shopify/Customer/7"}),
        (" gid://shopify/Customer/7 ", {"id": "gid://shopify/Customer/7"}),
        ("a@example.com", {"emailAddress": "a@example.com"}),
        ("+4930123456", {"phoneNumber": "+4930123456"}),
    ],
)
def test_who_is_meant(text: str, identifier: dict[str, str]) -> None:
    assert customers.identifier_of(text) == identifier


@pytest.mark.parametrize("text", ["", "a@b", "4930 123", "gid://shopify/Order/7", "gid://shopify/Customer/7/8", "\u0667", "gid://shopify/Customer/x"])
def test_nobody_is_meant(text: str) -> None:
    with pytest.raises(Failure) as caught:
        customers.identifier_of(text)
    assert caught.value.kind == "invalid"


def test_an_id_is_one_of_its_kind() -> None:
    assert gid("Order", 5, "order") == gid("Order", "gid://shopify/Order/5", "order") == "gid://shopify/Order/5"


def held(kind: str, value: str) -> customers.Metafield:
    return customers.Metafield(kind, value, "d")


@pytest.mark.parametrize(
    ("now", "kind", "value", "same"),
    [
        (held("json", '{"a": 1, "b": 2}'), None, '{"b":2,"a":1}', True),
        (held("json", '{"a": 1}'), "json", '{"a": 1.0}', False),
        (held("json", '{"a": true}'), None, '{"a": 1}', False),
        (held("json", "{"), None, "{}", False),
        (held("list.single_line_text_field", '["a"]'), None, '[ "a" ]', True),
        (held("single_line_text_field", "1"), None, "1.0", False),
        (held("single_line_text_field", "[1]"), None, "[ 1 ]", False),
        (held("json", "1"), "number_integer", "1", False),
        (None, None, "1", False),
        (held("json", "[" * 100_000), None, "[]", False),
    ],
)
def test_which_values_are_equal(now: customers.Metafield | None, kind: str | None, value: str, same: bool) -> None:
    assert customers.is_so(now, kind, value) is same


def test_a_search_says_only_what_was_meant() -> None:
    def query(**params: t.Any) -> str | None:
        return customers.query_of({"tags": [], "updated_since": None, **params})

    assert query() is None
    assert query(tags=["it's", "a\\b", "x OR y"], updated_since="2026-11-20") == r"tag:'it\'s' AND tag:'a\\b' AND tag:'x OR y' AND updated_at:>='2026-11-20'"
    for moment in ("now", "2026-11-20' OR id:1", ""):
        with pytest.raises(Failure):
            query(updated_since=moment)


def test_a_metafield_is_written_over_what_was_read() -> None:
    there = customers.Customer("gid://shopify/Customer/7", "", None, "", (), {"a.b.c": held("json", "1")}, "")
    assert customers._written(there, "a.b.c", None, "2") == {
        "ownerId": there.id,
        "namespace": "a.b",
        "key": "c",
        "type": "json",
        "value": "2",
        "compareDigest": "d",
    }
    assert customers._written(there, "a.new", None, "2")["compareDigest"] is None
    assert "type" not in customers._written(there, "a.new", None, "2")


@pytest.mark.parametrize("warning", [{"field": "tagg", "message": "Invalid\x07"}, "odd", {}])
def test_a_search_that_was_ignored_is_no_answer(warning: t.Any) -> None:
    body = {"data": {"customers": {}}, "extensions": {"search": [None, {"warnings": []}, {"warnings": [warning]}]}}
    with pytest.raises(Failure) as caught:
        interpret(op.CUSTOMERS, Reply(200, {}, body, ""))
    assert caught.value.code == "search" and "\x07" not in caught.value.message


@pytest.mark.parametrize("search", [None, [], "odd", [5], [{"warnings": None}]])
def test_a_search_without_warnings_is_one(search: t.Any) -> None:
    body = {"data": {"customers": {}}, "extensions": {"search": search}}
    assert interpret(op.CUSTOMERS, Reply(200, {}, body, "")) == {"customers": {}}

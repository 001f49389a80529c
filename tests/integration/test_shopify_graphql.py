# SPDX-License-Identifier: GPL-3.0-or-later
"""Any query or mutation: what it is is known before it is sent, and no refusal goes by unseen."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_graphql
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

CUSTOMER = "gid://shopify/Customer/7000000001"
ADD = "mutation Add($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } } }"
PRODUCTS = "query P($n: Int = 15, $after: String) { products(first: $n, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"


def ran(store: Store, check: bool = False, **options: t.Any) -> Json:
    result = store.run(shopify_graphql, check, **options)
    assert not result.get("failed"), result["msg"]
    return result


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_graphql, **options)
    assert result["failed"] and result["failure"]["hint"], result
    return t.cast(Json, result["failure"])


# -- queries
@pytest.mark.parametrize(
    "query",
    [
        "{ shop { name } }",
        "query { shop { name } }",
        "query Name { shop { name } }",
        "# mutation { x }\n { shop { name } }",
        "\ufeff{shop{...F}} fragment F on Shop{name}",
    ],
)
def test_a_query_is_sent_as_it_is(store: Store, query: str) -> None:
    result = ran(store, check=True, query=query)
    assert (result["data"], result["changed"], result["changes"]) == ({"shop": {"name": "Example Shop"}}, False, [])
    assert result["operation"] == {"name": "Name" if "Name" in query else "unnamed", "type": "query"} and len(result["steps"]) == 1


def test_one_of_several_is_named(store: Store) -> None:
    both = f"query A {{ shop {{ name }} }} query B {{ shop {{ id }} }} {ADD}"
    assert ran(store, query=both, operation="B")["data"] == {"shop": {"id": "gid://shopify/Shop/70000001"}}
    assert failed(store, query=both)["kind"] == failed(store, query=both, operation="C")["kind"] == "invalid"
    assert failed(store, query=both, operation="Add")["code"] == "changes"


def test_all_pages_are_one_list(store: Store) -> None:
    result = ran(store, query=PRODUCTS, paginate="products")
    assert len(result["steps"]) == 3 and len(result["data"]["products"]["nodes"]) == 40
    assert result["data"]["products"]["pageInfo"]["hasNextPage"] is False
    assert len(ran(store, query=PRODUCTS, variables={"n": 40}, paginate="products")["steps"]) == 1
    inner = "query($id: ID!, $after: String) { customer(id: $id) { orders(first: 1, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } } }"
    data = ran(store, query=inner, variables={"id": CUSTOMER}, paginate="customer.orders")["data"]
    assert [one["name"] for one in data["customer"]["orders"]["nodes"]] == ["#2144"]


def test_a_variable_may_have_any_name(store: Store) -> None:
    query = "query($operation: Int, $self: String) { products(first: $operation, after: $self) { nodes { title } } }"
    assert ran(store, query=query, variables={"operation": 1})["data"]["products"]["nodes"] == [{"title": "Product 000"}]


def test_a_search_that_is_understood_in_part_is_an_error(store: Store) -> None:
    assert failed(store, query='{ products(first: 1, query: "titel:x") { nodes { id } } }')["code"] == "search"


def test_what_the_version_does_not_know_is_the_query_s_fault(store: Store) -> None:
    failure = failed(store, query="{ nosuch }")
    assert (failure["kind"], failure["code"]) == ("invalid", "undefinedField") and "query" in failure["hint"]


# -- mutations
def test_a_mutation_runs_each_time_and_never_in_check_mode(store: Store) -> None:
    wish: Json = {"query": ADD, "changes": True, "variables": {"id": CUSTOMER, "tags": ["gold"]}}
    plan = ran(store, check=True, **wish)
    assert (plan["data"], plan["changed"], store.changes) == ({"known_after": "Add"}, True, [])
    for effect in (True, False):
        done = ran(store, **wish)
        assert done["changes"] == plan["changes"] and done["diff"] == plan["diff"] and asked(done) == ["Add"]
        assert store.changes[-1] == ("tagsAdd", effect)


@pytest.mark.parametrize(("options", "code"), [({}, "changes"), ({"changes": True, "allow": "read"}, "allow")])
def test_a_mutation_needs_a_word(store: Store, options: Json, code: str) -> None:
    assert failed(store, query=ADD, variables={"id": CUSTOMER, "tags": ["x"]}, **options)["code"] == code
    assert store.asked == []
    assert failed(store, query="{ shop { name } }", changes=True)["code"] == "changes"


def test_what_loses_something_needs_a_stronger_word(store: Store) -> None:
    (hook,) = ran(store, query="{ webhookSubscriptions(first: 1, topics: [ORDERS_PAID]) { nodes { id } } }")["data"]["webhookSubscriptions"]["nodes"]
    delete = "mutation D($id: ID!) { ...R } fragment R on Mutation { gone: webhookSubscriptionDelete(id: $id) { userErrors { message } } }"
    wish: Json = {"query": delete, "changes": True, "variables": {"id": hook["id"]}}
    assert failed(store, **wish)["code"] == "allow" and store.changes == []
    assert ran(store, **wish, allow="destroy")["data"] == {"gone": {"userErrors": []}}


@pytest.mark.parametrize(
    "mutation",
    [
        "mutation { tagsAdd(id: 1, tags: []) { node { id } } }",
        "mutation { tagsAdd(id: 1, tags: []) { errors: userErrors { message } } }",
        "mutation { tagsAdd(id: 1, tags: []) { userErrors: node { id } } }",
        "mutation { tagsAdd(id: 1, tags: []) { userErrors @include(if: false) { message } } }",
        "mutation { a: tagsAdd(id: 1, tags: []) { userErrors { message } } b: tagsAdd(id: 1, tags: []) { node { id } } }",
        "mutation { ...M } fragment M on Mutation { tagsAdd(id: 1, tags: []) { ...E } } fragment E on TagsAddPayload { node { id } }",
    ],
)
def test_a_mutation_that_could_be_refused_without_a_word_is_not_sent(store: Store, mutation: str) -> None:
    assert failed(store, query=mutation, changes=True)["code"] == "user_errors"
    assert store.asked == []


def test_what_the_vendor_refuses_is_a_failure(store: Store) -> None:
    failure = failed(store, query=ADD, changes=True, variables={"id": "gid://shopify/Customer/1", "tags": ["x"]})
    assert failure["kind"] == "not_found" and failure["message"] == "id: Customer does not exist"


@pytest.mark.parametrize("name", ["userErrors", "orderCancelUserErrors", "mediaUserErrors"])
def test_errors_are_found_at_any_depth(store: Store, name: str) -> None:
    payload = {"userErrors": [], "job": [{"inner": {name: [{"field": ["a"], "message": "no {{ 7 * 7 }}\x1b[31m", "code": "TAKEN"}]}}]}
    store.sandbox.fault("body", vendor="shopify", changes=True, body={"data": {"tagsAdd": payload}})
    failure = failed(store, query=ADD, changes=True, variables={"id": CUSTOMER, "tags": ["x"]})
    assert (failure["kind"], failure["code"], failure["message"]) == ("conflict", "TAKEN", "a: no {{ 7 * 7 }}?[31m")


@pytest.mark.parametrize(
    "options",
    [
        {"query": ""},
        {"query": "shop { name }"},
        {"query": "{ shop { name }"},
        {"query": "{ }"},
        {"query": "{ shop { name } } }"},
        {"query": '{ shop(name: "x) { name } }'},
        {"query": "subscription { x }"},
        {"query": "fragment F on Shop { name }"},
        {"query": "{ shop { name } } query B { shop { name } }"},
        {"query": "mutation { ...F } fragment F on Mutation { ...F }", "changes": True},
        {"query": "mutation { ...F }", "changes": True},
        {"query": "{ shop { name } } ;"},
        {"query": "{ a " * 200 + "}" * 200},
        {"query": "{ shop { name } }" + "#" * 100_001},
        {"query": "{ shop { name } }", "variables": {"a": 1}},
        {"query": "{ products(first: 1) { nodes { id } } }", "paginate": "products"},
        {"query": PRODUCTS, "paginate": "products..nodes"},
        {"query": ADD, "changes": True, "paginate": "tagsAdd"},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


# -- what goes wrong
LOST = ["lost", "truncated", "reset", "garbage", "status", "timeout_after", "graphql_error", "graphql_error_after"]


@pytest.mark.parametrize("kind", LOST)
def test_a_mutation_whose_answer_is_lost_is_not_sent_again(store: Store, kind: str) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    failure = failed(store, query=ADD, changes=True, variables={"id": CUSTOMER, "tags": ["x"]}, request_timeout="1s")
    assert (failure["kind"], failure["retryable"]) == ("unknown", False)
    assert len(store.changes) == 1


def test_what_was_throttled_was_not_done_and_is_sent_again(store: Store) -> None:
    store.sandbox.fault("graphql_error", vendor="shopify", changes=True, code="THROTTLED", message="Throttled")
    ran(store, query=ADD, changes=True, variables={"id": CUSTOMER, "tags": ["x"]})
    assert [effect for _name, effect in store.changes] == [False, True]


@pytest.mark.parametrize("kind", ["lost", "status", "graphql_error", "rate_limited"])
def test_a_query_is_asked_again(store: Store, kind: str) -> None:
    store.sandbox.fault(kind, vendor="shopify")
    assert ran(store, query="{ shop { name } }")["data"] == {"shop": {"name": "Example Shop"}}


@pytest.mark.parametrize("answer", [{"data": {"products": None}}, {"data": {"products": {"nodes": {}}}}, {"data": {"products": {"nodes": []}}}, {"data": 5}])
def test_a_page_that_is_none_is_told(store: Store, answer: Json) -> None:
    store.sandbox.fault("body", vendor="shopify", body=answer)
    assert failed(store, query=PRODUCTS, paginate="products")["kind"] == "protocol"


def test_a_list_that_repeats_its_page_is_an_error(store: Store) -> None:
    page = {"data": {"products": {"nodes": [{"id": "1"}], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}}}
    store.sandbox.fault("body", vendor="shopify", body=page, times=0)
    assert "repeats" in failed(store, query=PRODUCTS, paginate="products")["message"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Shopify answers as the vendor's schemas and pages say."""

from __future__ import annotations

import typing as t

import pytest
import requests
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, build_client_schema, introspection_from_schema

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.shopify_sandbox import Json, Shopify
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox
from ansible_collections.saasops.runbooks.tests.sandbox.shopify import cost, routes

NEW = {"uri": "https://hooks.example.com/new"}
LIST = "query($first: Int, $after: String) { webhookSubscriptions(first: $first, after: $after) { nodes { id topic } pageInfo { hasNextPage endCursor } } }"
CREATE = """
mutation($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri format filter includeFields metafieldNamespaces apiVersion { handle } }
    userErrors { field message }
  }
}"""
# Built into GraphQL, or into its own description of itself.
BUILT_IN = ("__", "Boolean", "Int", "String", "ID", "Float")


@pytest.fixture
def shopify(running: Sandbox, sandbox: Sandbox) -> Shopify:
    return Shopify(running.run)


# -- the schema
@pytest.mark.parametrize("version", ["2026-01", "2026-10"])
def test_the_sandbox_has_nothing_that_the_vendor_has_not(version: str) -> None:
    theirs = vendor_schemas.shopify()[version]
    own = build_client_schema(introspection_from_schema(routes.schema(version)))
    strange: list[str] = []
    for name, kind in own.type_map.items():
        if name.startswith(BUILT_IN) and (name.startswith("__") or name in BUILT_IN):
            continue
        known = theirs.type_map.get(name)
        if type(known) is not type(kind):
            strange.append(name)
        elif isinstance(kind, GraphQLEnumType):
            strange += [f"{name}.{value}" for value in set(kind.values) - set(known.values)]
        elif isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            strange += _strange_fields(name, kind, known)
    assert not strange


def _strange_fields(name: str, kind: t.Any, known: t.Any) -> list[str]:
    found = []
    for field, mine in kind.fields.items():
        theirs = known.fields.get(field)
        if theirs is None or str(theirs.type) != str(mine.type):
            found.append(f"{name}.{field}")
            continue
        arguments = getattr(mine, "args", {})
        found += [f"{name}.{field}({one})" for one, own in arguments.items() if str(getattr(theirs.args.get(one), "type", None)) != str(own.type)]
        # A default is part of what a client may leave out.
        found += [
            f"{name}.{field}({one}) default" for one, own in arguments.items() if one in theirs.args and theirs.args[one].default_value != own.default_value
        ]
    return found


# -- versions
@pytest.mark.parametrize(
    ("asked", "served"), [("2026-10", "2026-10"), ("2026-01", "2026-01"), ("2027-01", "2027-01"), ("unstable", "unstable"), ("2024-01", "2026-01")]
)
def test_an_ended_version_falls_forward_without_a_word(shopify: Shopify, asked: str, served: str) -> None:
    answer = shopify.post("{ shop { name } }", asked)
    assert (answer.status_code, answer.headers["X-Shopify-API-Version"]) == (200, served)
    assert "errors" not in answer.json()


# -- tokens
def test_client_credentials_give_a_token_for_a_day(shopify: Shopify, member: ClockMember) -> None:
    facts = shopify.facts
    wish = {"grant_type": "client_credentials", "client_id": facts["client_id"], "client_secret": facts["client_secret"]}
    for kind in ("json", "data"):
        answer = requests.post(f"{facts['url']}/admin/oauth/access_token", timeout=10, **t.cast(Json, {kind: wish})).json()
        assert set(answer) == {"access_token", "scope", "expires_in"} and answer["expires_in"] == 86399
        assert set(wish) == set(op.ACCESS_TOKEN.body)
        assert shopify.post("{ shop { name } }", token=answer["access_token"]).status_code == 200
    member.sleep(86400)
    assert shopify.post("{ shop { name } }", token=answer["access_token"]).status_code == 401
    assert shopify.post("{ shop { name } }").status_code == 200


def test_a_foreign_app_is_not_a_wrong_secret(shopify: Shopify) -> None:
    def ask(**facts: str) -> Json:
        wish = {"grant_type": "client_credentials", "client_id": shopify.facts["client_id"], "client_secret": "wrong", **facts}
        return t.cast(Json, requests.post(f"{shopify.facts['url']}/admin/oauth/access_token", json=wish, timeout=10).json())

    assert ask(client_id="0" * 32)["error"] == "shop_not_permitted"
    assert ask()["error"] == "invalid_client"
    assert ask(grant_type="password")["error"] == "unsupported_grant_type"


# -- points
def test_every_answer_tells_its_cost_and_what_is_left(shopify: Shopify, sandbox: Sandbox) -> None:
    first = shopify.post(LIST, first=250).json()["extensions"]["cost"]
    assert first["requestedQueryCost"] == 252 and first["actualQueryCost"] < 10
    assert first["throttleStatus"] == {"maximumAvailable": 2000.0, "currentlyAvailable": 2000 - first["actualQueryCost"], "restoreRate": 100.0}


def test_who_asks_too_much_is_throttled_until_the_bucket_has_filled(running: Sandbox, member: ClockMember) -> None:
    running.scenario("bad-release", scale=5)
    shopify = Shopify(running.run)
    # Time stands still while nobody sleeps.
    answers = [shopify.post(LIST, first=250).json() for _number in range(9)]
    throttled = [answer for answer in answers if "errors" in answer]
    assert throttled and answers.index(throttled[0]) == 7
    assert throttled[0]["errors"][0]["message"] == "Throttled" and throttled[0]["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in throttled[0] and throttled[0]["extensions"]["cost"]["actualQueryCost"] is None
    member.sleep(3)
    assert "errors" not in shopify.post(LIST, first=250).json()


def test_the_reports_app_has_a_bucket_of_its_own(shopify: Shopify) -> None:
    shopify.post(LIST, first=250)
    other = shopify.post(LIST, token=shopify.facts["reports_token"], first=1).json()
    assert other["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] > 1990


def test_too_much_at_once_is_refused(shopify: Shopify) -> None:
    document = "{ webhookSubscriptions(first: 250) { nodes { id apiVersion { handle } metafields { key } } edges { node { apiVersion { handle } } } } }"
    code, message = shopify.error(document)
    assert code == "MAX_COST_EXCEEDED" and str(cost.MOST) in message


# -- lists and refusals
def test_pages_end(running: Sandbox, sandbox: Sandbox) -> None:
    running.scenario("bad-release", scale=2)
    shopify, seen, after = Shopify(running.run), [], None
    for _page in range(10):
        page = shopify.data(LIST, first=50, after=after)["webhookSubscriptions"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 303


@pytest.mark.parametrize("arguments", [{}, {"first": 251}, {"first": -1}, {"first": 1, "after": "nowhere"}])
def test_a_page_that_cannot_be_is_refused(shopify: Shopify, arguments: Json) -> None:
    assert shopify.error(LIST, **arguments)[0] == "BAD_REQUEST"


def test_one_subscription_of_each_topic_address_and_filter(shopify: Shopify) -> None:
    made = shopify.data(CREATE, topic="ORDERS_CREATE", sub=NEW)["webhookSubscriptionCreate"]
    assert made["userErrors"] == [] and made["webhookSubscription"]["apiVersion"] == {"handle": "2026-10"}
    again = shopify.data(CREATE, topic="ORDERS_CREATE", sub=NEW)["webhookSubscriptionCreate"]
    assert again["webhookSubscription"] is None
    assert again["userErrors"] == [{"field": ["webhookSubscription", "uri"], "message": "Address for this topic has already been taken"}]
    other = shopify.data(CREATE, topic="ORDERS_CREATE", sub={**NEW, "filter": "total_price:>=100"})["webhookSubscriptionCreate"]
    assert other["userErrors"] == []


@pytest.mark.parametrize(("topic", "uri"), [("ORDERS_CREATE", "http://hooks.example.com/"), ("FULFILLMENTS_CREATE", NEW["uri"])])
def test_what_is_refused_is_refused_with_200(shopify: Shopify, topic: str, uri: str) -> None:
    payload = shopify.data(CREATE, topic=topic, sub={"uri": uri})["webhookSubscriptionCreate"]
    assert payload["webhookSubscription"] is None and payload["userErrors"][0]["message"]


def test_another_app_s_are_not_there(shopify: Shopify) -> None:
    mine = shopify.data(LIST, first=10)["webhookSubscriptions"]["nodes"]
    delete = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }"
    answer = shopify.post(delete, token=shopify.facts["reports_token"], id=mine[0]["id"]).json()["data"]["webhookSubscriptionDelete"]
    assert answer["userErrors"][0]["message"] == "Webhook subscription does not exist"
    assert shopify.data(LIST, first=10)["webhookSubscriptions"]["nodes"] == mine


def test_wrong_variables_and_unknown_fields_are_told_with_200(shopify: Shopify) -> None:
    assert shopify.error(CREATE, topic="NOTHING", sub=NEW)[0] == "INVALID_VARIABLE"
    answer = requests.post(
        f"{shopify.facts['url']}/admin/api/2026-10/graphql.json",
        json={"query": "{ nosuch }"},
        headers={"X-Shopify-Access-Token": shopify.facts["token"]},
        timeout=10,
    )
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (200, "undefinedField")


def test_a_dead_token_and_another_place_are_told_by_status(shopify: Shopify) -> None:
    dead = shopify.post("{ shop { name } }", token="shpat_dead")
    assert (dead.status_code, dead.json()["errors"][:5]) == (401, "[API]")
    assert requests.get(f"{shopify.facts['url']}/admin/api/2026-10/shop.json", timeout=10).status_code == 404


# -- customers
LOOK = """
query($identifier: CustomerIdentifierInput!) {
  customerByIdentifier(identifier: $identifier) {
    id displayName state tags updatedAt defaultEmailAddress { emailAddress }
    membership: metafield(namespace: "membership", key: "status") { id type value compareDigest updatedAt }
  }
}"""
SET = """
mutation($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { id namespace key type value compareDigest updatedAt }
    userErrors { field message code elementIndex }
  }
}"""
SEARCH = """
query($first: Int, $query: String) {
  customers(first: $first, query: $query, sortKey: UPDATED_AT) {
    nodes { id tags }
    pageInfo { hasNextPage endCursor }
  }
}"""
TAGS = "mutation($id: ID!, $tags: [String!]!) { tags%s(id: $id, tags: $tags) { node { id ... on Customer { tags } } userErrors { field message } } }"


def member(shopify: Shopify, **identifier: str) -> Json:
    return t.cast(Json, shopify.data(LOOK, identifier=identifier or {"emailAddress": "customer-0005@example.com"})["customerByIdentifier"])


def test_a_customer_is_found_in_three_ways(shopify: Shopify) -> None:
    one = member(shopify, emailAddress="Customer-0000@Example.com")
    assert member(shopify, id=one["id"]) == member(shopify, phoneNumber="+49300000000") == one
    assert one["tags"] == ["member", "newsletter"] and one["membership"]["type"] == "json"
    assert member(shopify, emailAddress="nobody@example.com") is None
    assert member(shopify, id="gid://shopify/Order/1") is None


def test_tags_are_a_set_without_case(shopify: Shopify) -> None:
    one = member(shopify)
    added = shopify.data(TAGS % "Add", id=one["id"], tags=["Gold", "gold, silver"])["tagsAdd"]
    assert added["node"]["tags"] == ["Gold", "silver"] and added["userErrors"] == []
    assert shopify.data(TAGS % "Remove", id=one["id"], tags=["GOLD"])["tagsRemove"]["node"]["tags"] == ["silver"]
    assert shopify.data(TAGS % "Add", id="gid://shopify/Customer/1", tags=["x"])["tagsAdd"]["userErrors"]


def test_a_metafield_is_written_over_what_was_read_or_not_at_all(shopify: Shopify) -> None:
    one = member(shopify)
    wish = {"ownerId": one["id"], "namespace": "membership", "key": "status", "type": "json", "value": "{}", "compareDigest": None}

    def write(*wishes: Json) -> Json:
        return t.cast(Json, shopify.data(SET, metafields=list(wishes))["metafieldsSet"])

    made = write(wish)["metafields"][0]
    assert write(wish)["userErrors"][0]["code"] == "INVALID_COMPARE_DIGEST"
    assert write({**wish, "compareDigest": made["compareDigest"], "value": "[1]"})["userErrors"] == []
    assert write({**wish, "compareDigest": made["compareDigest"]})["userErrors"][0]["code"] == "INVALID_COMPARE_DIGEST"
    # Without a digest the last one wins; and all are written, or none.
    good = {**{name: value for name, value in wish.items() if name != "compareDigest"}, "value": "[2]"}
    assert write(good, {**good, "key": "other", "value": "{"})["userErrors"][0]["code"] == "INVALID_VALUE"
    assert member(shopify)["membership"]["value"] == "[1]"
    assert write({**good, "type": "boolean"})["userErrors"][0]["code"] == "INVALID_TYPE"
    assert shopify.error(SET, metafields=[good] * 26)[0] == "MAX_INPUT_SIZE_EXCEEDED"


def test_a_search_finds_what_it_names_and_ignores_what_it_does_not_know(shopify: Shopify) -> None:
    def ask(query: str) -> Json:
        return t.cast(Json, shopify.post(SEARCH, first=250, query=query).json())

    assert len(ask("tag:'newsletter'")["data"]["customers"]["nodes"]) == 250
    assert ask("tag:'NEWSLETTER' AND updated_at:>='2099-01-01'")["data"]["customers"]["nodes"] == []
    assert len(ask("email:customer-0007@example.com")["data"]["customers"]["nodes"]) == 1
    wrong = ask("tagg:'newsletter' state:enabled")
    assert wrong["extensions"]["search"][0]["warnings"] == [{"field": "tagg", "message": "Invalid search field for this query."}]
    assert wrong["data"]["customers"]["pageInfo"]["hasNextPage"] is True


def test_an_app_without_the_scope_is_denied(shopify: Shopify) -> None:
    answer = shopify.post(SEARCH, token=shopify.facts["reports_token"], first=1).json()
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["errors"][0]["extensions"]["requiredAccess"] == "`read_customers` access scope."

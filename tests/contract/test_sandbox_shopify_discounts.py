# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's discounts and subscription contracts answer as the vendor's schemas and pages say."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract.shopify_sandbox import Json, Shopify
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

BY_CODE = """
query($code: String!) {
  codeDiscountNodeByCode(code: $code) {
    id
    codeDiscount {
      __typename
      ... on DiscountCodeBasic { title status startsAt endsAt usageLimit asyncUsageCount codesCount { count } codes(first: 5) { nodes { code } } }
    }
  }
}"""
LIST = """
query($first: Int!, $query: String) {
  discountNodes(first: $first, query: $query) {
    nodes { id discount { __typename ... on DiscountCodeBasic { title status } ... on DiscountAutomaticApp { title status } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
CREATE = """
mutation($input: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $input) { codeDiscountNode { id } userErrors { field message code extraInfo } }
}"""
UPDATE = """
mutation($id: ID!, $input: DiscountCodeBasicInput!) {
  discountCodeBasicUpdate(id: $id, basicCodeDiscount: $input) { codeDiscountNode { id } userErrors { field message code extraInfo } }
}"""
CODE = "mutation($id: ID!) { discountCode%s(id: $id) { codeDiscountNode { id } userErrors { field message code } } }"
AUTOMATIC = "mutation($id: ID!) { discountAutomaticDeactivate(id: $id) { automaticDiscountNode { id } userErrors { field message code } } }"
NEW: Json = {
    "title": "New",
    "code": "NEW",
    "startsAt": "2026-01-01T00:00:00Z",
    "context": {"all": "ALL"},
    "customerGets": {"value": {"percentage": 0.1}, "items": {"all": True}},
}


@pytest.fixture
def shopify(running: Sandbox, sandbox: Sandbox) -> Shopify:
    return Shopify(running.run)


def by_code(shopify: Shopify, code: str) -> Json | None:
    return t.cast("Json | None", shopify.data(BY_CODE, code=code)["codeDiscountNodeByCode"])


def known(shopify: Shopify, code: str) -> Json:
    found = by_code(shopify, code)
    assert found is not None
    return {"id": found["id"], **found["codeDiscount"]}


def made(shopify: Shopify, **facts: t.Any) -> Json:
    return t.cast(Json, shopify.data(CREATE, input={**NEW, **facts})["discountCodeBasicCreate"])


# -- discounts
def test_a_code_is_one_whatever_its_case(shopify: Shopify) -> None:
    assert made(shopify)["userErrors"] == []
    assert known(shopify, "new")["codes"]["nodes"] == [{"code": "NEW"}]
    (error,) = made(shopify, code="New")["userErrors"]
    assert (error["code"], error["field"]) == ("TAKEN", ["basicCodeDiscount", "code"])
    assert by_code(shopify, "NOBODY") is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": None}, "BLANK"),
        ({"startsAt": None}, "BLANK"),
        ({"customerGets": None}, "MISSING_ARGUMENT"),
        ({"code": "X" * 256}, "TOO_LONG"),
        ({"usageLimit": 0}, "GREATER_THAN"),
        ({"endsAt": "2025-01-01T00:00:00Z"}, "END_DATE_BEFORE_START_DATE"),
        ({"customerGets": {"value": {"percentage": 15.0}}}, "VALUE_OUTSIDE_RANGE"),
        ({"customerGets": {"value": {"discountAmount": {"amount": "0"}}}}, "GREATER_THAN"),
        ({"context": {"customers": {"add": ["gid://shopify/Customer/1"]}}}, "INVALID"),
    ],
)
def test_what_is_refused_is_refused_with_200(shopify: Shopify, facts: Json, code: str) -> None:
    payload = made(shopify, **facts)
    assert payload["codeDiscountNode"] is None and [error["code"] for error in payload["userErrors"]] == [code]
    assert by_code(shopify, "NEW") is None


def test_two_contexts_are_no_input(shopify: Shopify) -> None:
    both = {"all": "ALL", "customers": {"add": ["gid://shopify/Customer/7000000001"]}}
    assert shopify.error(CREATE, input={**NEW, "context": both})[0] == "INVALID_VARIABLE"


def test_deactivating_ends_it_and_activating_takes_the_end_away(shopify: Shopify) -> None:
    one = known(shopify, "WELCOME10")
    assert shopify.data(CODE % "Deactivate", id=one["id"])["discountCodeDeactivate"]["userErrors"] == []
    ended = known(shopify, "WELCOME10")
    assert ended["status"] == "EXPIRED" and ended["startsAt"] == one["startsAt"] and ended["endsAt"] is not None
    shopify.data(CODE % "Activate", id=one["id"])
    assert known(shopify, "WELCOME10") == one
    later = known(shopify, "SUMMER20")
    assert later["status"] == "SCHEDULED"
    shopify.data(CODE % "Activate", id=later["id"])
    assert known(shopify, "SUMMER20")["status"] == "ACTIVE"


def test_only_a_basic_one_can_be_updated_so(shopify: Shopify) -> None:
    for code in ("FREESHIP", "LOYALTY", "TWOPLUSONE"):
        payload = shopify.data(UPDATE, id=known(shopify, code)["id"], input={"title": "x"})["discountCodeBasicUpdate"]
        assert payload["userErrors"][0]["code"] == "INVALID"
    assert shopify.data(UPDATE, id="gid://shopify/DiscountCodeNode/1", input={})["discountCodeBasicUpdate"]["userErrors"]


def test_a_discount_can_have_several_codes(shopify: Shopify) -> None:
    one = known(shopify, "partner-0003")
    assert one["codesCount"] == {"count": 3} and one["id"] == known(shopify, "PARTNER-0001")["id"]


def test_every_kind_is_listed(shopify: Shopify) -> None:
    nodes = shopify.data(LIST, first=60)["discountNodes"]["nodes"]
    assert len({node["discount"]["__typename"] for node in nodes}) == 8
    automatic = next(node["id"] for node in nodes if node["discount"]["__typename"] == "DiscountAutomaticBasic")
    assert shopify.data(AUTOMATIC, id=automatic)["discountAutomaticDeactivate"]["automaticDiscountNode"] == {"id": automatic}
    assert shopify.data(CODE % "Deactivate", id=automatic.replace("Automatic", "Code"))["discountCodeDeactivate"]["userErrors"]


def test_a_search_lags_behind_what_is_written(shopify: Shopify, member: ClockMember) -> None:
    def titles(query: str) -> list[str]:
        return [node["discount"].get("title") for node in shopify.data(LIST, first=60, query=query)["discountNodes"]["nodes"]]

    made(shopify)
    shopify.data(CODE % "Deactivate", id=known(shopify, "WELCOME10")["id"])
    assert "New" not in titles("status:active") and "Welcome" in titles("status:active")
    member.sleep(5)
    assert "New" in titles("status:active") and "Welcome" not in titles("status:active")
    warned = shopify.post(LIST, first=1, query="stat:active").json()
    assert warned["extensions"]["search"][0]["warnings"][0]["field"] == "stat"


def test_tags_came_with_a_version(shopify: Shopify) -> None:
    document = {"query": '{ codeDiscountNodeByCode(code: "WELCOME10") { codeDiscount { ... on DiscountCodeBasic { tags } } } }'}
    headers = {"X-Shopify-Access-Token": shopify.facts["token"]}
    for version, is_known in (("2026-01", False), ("2026-04", True), ("2026-10", True), ("unstable", True)):
        answer = requests.post(f"{shopify.facts['url']}/admin/api/{version}/graphql.json", json=document, headers=headers, timeout=10).json()
        assert ("data" in answer) is is_known


def test_an_app_without_the_scope_is_denied(shopify: Shopify) -> None:
    answer = shopify.post(LIST, token=shopify.facts["reports_token"], first=1).json()
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


# -- subscription contracts
CONTRACTS = """
query($first: Int!, $after: String, $query: String) {
  subscriptionContracts(first: $first, after: $after, query: $query) {
    nodes { id status nextBillingDate lastPaymentStatus lastBillingAttemptErrorType updatedAt revisionId customer { id } originOrder { id name } }
    pageInfo { hasNextPage endCursor }
  }
}"""
SWITCH = """
mutation($id: ID!) {
  subscriptionContract%s(subscriptionContractId: $id) { contract { id status revisionId } userErrors { field message code } }
}"""
ATTEMPT = """
mutation($id: ID!, $input: SubscriptionBillingAttemptInput!) {
  subscriptionBillingAttemptCreate(subscriptionContractId: $id, subscriptionBillingAttemptInput: $input) {
    subscriptionBillingAttempt { id idempotencyKey createdAt completedAt }
    userErrors { field message code }
  }
}"""
CYCLE = """
query($input: SubscriptionBillingCycleInput!) {
  subscriptionBillingCycle(billingCycleInput: $input) {
    cycleIndex status skipped cycleStartAt cycleEndAt billingAttempts(first: 5) { nodes { id idempotencyKey completedAt } }
  }
}"""


def contract(place: int) -> str:
    return f"gid://shopify/SubscriptionContract/{26_000_000_000 + place}"


def switched(shopify: Shopify, place: int, how: str) -> Json:
    return t.cast(Json, shopify.data(SWITCH % how, id=contract(place))[f"subscriptionContract{how}"])


def attempted(shopify: Shopify, place: int, key: str, index: int = 100) -> Json:
    wish = {"idempotencyKey": key, "billingCycleSelector": {"index": index}}
    return t.cast(Json, shopify.data(ATTEMPT, id=contract(place), input=wish)["subscriptionBillingAttemptCreate"])


def cycle(shopify: Shopify, place: int, index: int = 100) -> Json:
    return t.cast(Json, shopify.data(CYCLE, input={"contractId": contract(place), "selector": {"index": index}})["subscriptionBillingCycle"])


def state(shopify: Shopify, attempt: str) -> Json:
    """Its state, which came later than the oldest version."""
    document = """query($id: ID!) { node(id: $id) { ... on SubscriptionBillingAttempt { state {
      __typename
      ... on SubscriptionBillingAttemptSuccessState { order { id } }
      ... on SubscriptionBillingAttemptFailedState { error { __typename ... on SubscriptionBillingAttemptPaymentError { code } } }
      ... on SubscriptionBillingAttemptActionRequiredState { action { ... on SubscriptionBillingAttemptPaymentChallenge { nextActionUrl } } }
    } } } }"""
    body = {"query": document, "variables": {"id": attempt}}
    headers = {"X-Shopify-Access-Token": shopify.facts["token"]}
    answer = requests.post(f"{shopify.facts['url']}/admin/api/2026-04/graphql.json", json=body, headers=headers, timeout=10).json()
    return t.cast(Json, answer["data"]["node"]["state"])


def test_an_app_sees_its_own_contracts(shopify: Shopify) -> None:
    page = shopify.data(CONTRACTS, first=200)["subscriptionContracts"]
    ids = [node["id"] for node in page["nodes"]]
    assert contract(49) not in ids and contract(0) in ids and page["pageInfo"]["hasNextPage"] is True
    assert switched(shopify, 49, "Pause")["userErrors"][0]["message"] == "Subscription contract does not exist"
    assert {node["status"] for node in page["nodes"]} == {"ACTIVE", "PAUSED", "CANCELLED", "EXPIRED", "FAILED"}
    assert all((node["nextBillingDate"] is None) is (node["status"] in ("CANCELLED", "EXPIRED")) for node in page["nodes"])


def test_a_contract_is_paused_and_goes_on_until_it_is_cancelled(shopify: Shopify) -> None:
    assert switched(shopify, 0, "Pause")["contract"] == {"id": contract(0), "status": "PAUSED", "revisionId": "2"}
    assert switched(shopify, 0, "Pause")["contract"]["revisionId"] == "2"
    assert switched(shopify, 0, "Activate")["contract"]["status"] == "ACTIVE"
    assert switched(shopify, 0, "Cancel")["contract"]["status"] == "CANCELLED"
    assert switched(shopify, 0, "Activate")["userErrors"][0]["code"] == "CONTRACT_TERMINATED"


def test_one_key_is_one_attempt_and_another_key_another(shopify: Shopify, member: ClockMember) -> None:
    first = attempted(shopify, 0, "a")["subscriptionBillingAttempt"]
    assert attempted(shopify, 0, "a")["subscriptionBillingAttempt"] == first
    assert first["completedAt"] is None and cycle(shopify, 0)["status"] == "UNBILLED"
    assert state(shopify, first["id"])["__typename"] == "SubscriptionBillingAttemptPendingState"
    member.sleep(10)
    assert cycle(shopify, 0)["status"] == "BILLED" and state(shopify, first["id"])["order"]["id"]
    assert attempted(shopify, 0, "a")["subscriptionBillingAttempt"]["id"] == first["id"]
    # Nothing but its key keeps a client from billing twice.
    assert attempted(shopify, 0, "b")["subscriptionBillingAttempt"]["id"] != first["id"]
    assert len(cycle(shopify, 0)["billingAttempts"]["nodes"]) == 2


def test_a_card_can_be_declined_and_a_bank_can_ask(shopify: Shopify, member: ClockMember) -> None:
    declined, asked = (attempted(shopify, place, "a")["subscriptionBillingAttempt"]["id"] for place in (6, 10))
    member.sleep(10)
    assert state(shopify, declined)["error"]["code"] == "INSUFFICIENT_FUNDS" and cycle(shopify, 6)["status"] == "UNBILLED"
    assert state(shopify, asked)["action"]["nextActionUrl"].startswith("https://")
    assert cycle(shopify, 10)["billingAttempts"]["nodes"][0]["completedAt"] is None


@pytest.mark.parametrize(
    ("place", "key", "index", "code"),
    [(13, "a", 5, "CONTRACT_PAUSED"), (15, "a", 5, "CONTRACT_TERMINATED"), (49, "a", 5, "CONTRACT_NOT_FOUND"), (0, " ", 5, "BLANK"), (0, "a", 0, None)],
)
def test_what_cannot_be_billed_is_refused(shopify: Shopify, place: int, key: str, index: int, code: str | None) -> None:
    payload = attempted(shopify, place, key, index)
    assert payload["subscriptionBillingAttempt"] is None
    assert payload["userErrors"][0]["code"] == (code or "CYCLE_INDEX_OUT_OF_RANGE")


def test_a_larger_shop_has_more_of_them(running: Sandbox, sandbox: Sandbox) -> None:
    running.scenario("bad-release", scale=3)
    shopify = Shopify(running.run)
    assert shopify.data(CONTRACTS, first=1, query="id:26000000899")["subscriptionContracts"]["nodes"] == []
    assert shopify.data(CONTRACTS, first=1, query="id:26000000898")["subscriptionContracts"]["nodes"] != []
    assert by_code(shopify, "CAMPAIGN-0119") is not None


# -- what webhook subscriptions got with a version
def test_names_of_webhooks_came_with_a_version(shopify: Shopify) -> None:
    def ask(version: str, name: str) -> Json:
        document = """mutation($s: WebhookSubscriptionInput!) {
          webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: $s) { webhookSubscription { id name uri } userErrors { field message } }
        }"""
        body = {"query": document, "variables": {"s": {"uri": "https://hooks.example.com/named", "name": name}}}
        headers = {"X-Shopify-Access-Token": shopify.facts["token"]}
        return t.cast(Json, requests.post(f"{shopify.facts['url']}/admin/api/{version}/graphql.json", json=body, headers=headers, timeout=10).json())

    assert ask("2026-01", "orders")["errors"][0]["extensions"]["code"] == "undefinedField"
    assert ask("2026-04", "no name!")["data"]["webhookSubscriptionCreate"]["userErrors"][0]["field"] == ["webhookSubscription", "name"]
    assert ask("2026-04", "orders")["data"]["webhookSubscriptionCreate"]["webhookSubscription"]["name"] == "orders"

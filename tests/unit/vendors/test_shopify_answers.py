# SPDX-License-Identifier: GPL-3.0-or-later
"""What Shopify's answers mean, how points are counted, and which names are names."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import webhooks
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import cost_of, interpret
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import nodes, shop_domain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.shop_info import support
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.throttle import MARGIN, Bucket
from tests.harness.still_time import Time

Json = dict[str, t.Any]
CREATE = op.CREATE_WEBHOOK


def reply(body: t.Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, headers, body, "r-1")


def failure(body: t.Any, status: int = 200, operation: t.Any = CREATE) -> Failure:
    with pytest.raises(Failure) as caught:
        interpret(operation, reply(body, status))
    return caught.value


def payload(**facts: t.Any) -> Json:
    return {"data": {CREATE.name: facts}}


# -- answers
def test_data_is_data() -> None:
    good = {"webhookSubscription": {"id": "x"}, "userErrors": []}
    assert interpret(CREATE, reply(payload(**good))) == {CREATE.name: good}
    # A query has no list of errors of its own.
    assert interpret(op.WEBHOOKS, reply({"data": {"webhookSubscriptions": None}})) == {"webhookSubscriptions": None}


@pytest.mark.parametrize("field", ["userErrors", "orderCancelUserErrors"])
def test_every_list_of_user_errors_counts(field: str) -> None:
    errors = [{"field": ["webhookSubscription", "uri"], "message": "Address is {{ bad }}\x1b"}, {"field": None, "message": "and more", "code": "X"}]
    told = failure(payload(**{"userErrors": [], field: errors}))
    assert (told.kind, told.maybe_sent) == ("invalid", False)
    assert told.message == "webhookSubscription.uri: Address is {{ bad }}?; and more"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "Address for this topic has already been taken"}, "conflict"),
        ({"message": "x", "code": "TAKEN"}, "conflict"),
        ({"message": "Webhook subscription does not exist"}, "not_found"),
        ({"message": None}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_what_a_user_error_is(error: Json, kind: str) -> None:
    assert failure(payload(userErrors=[error])).kind == kind


@pytest.mark.parametrize("body", [payload(), {"data": {CREATE.name: None}}, {"data": {}}, payload(userErrors=None), payload(userErrors=["no"]), {}, None, []])
def test_a_change_without_its_list_of_errors_may_have_been_made(body: t.Any) -> None:
    told = failure(body)
    assert (told.kind, told.maybe_sent) == ("protocol", True)


def test_partial_data_beside_errors_is_an_error() -> None:
    body = {**payload(userErrors=[]), "errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "`read_orders` access scope"}}]}
    told = failure(body)
    assert (told.kind, told.maybe_sent, told.retryable) == ("permission", False, False)
    assert "read_orders" in told.message


@pytest.mark.parametrize(("code", "maybe"), [("INTERNAL_SERVER_ERROR", True), ("NEW_ONE", True), ("THROTTLED", False), ("MAX_COST_EXCEEDED", False)])
def test_only_a_known_refusal_proves_that_nothing_happened(code: str, maybe: bool) -> None:
    assert failure({"errors": [{"message": "x", "extensions": {"code": code}}]}).maybe_sent is maybe


@pytest.mark.parametrize("errors", ["Not Found", [], ["x"], [{"message": 5}], {"base": ["x"]}, [{"message": "m", "extensions": []}]])
def test_any_shape_of_errors_is_read(errors: t.Any) -> None:
    assert failure({"errors": errors}, 404).kind == "not_found"


def test_the_token_endpoint_speaks_another_language() -> None:
    told = failure({"error": "invalid_client", "error_description": "no\x07"}, 401, op.ACCESS_TOKEN)
    assert (told.code, told.message) == ("invalid_client", "answered 401: no?")
    assert interpret(op.ACCESS_TOKEN, reply({"access_token": "x"})) == {"access_token": "x"}


# -- points
def cost(wanted: t.Any, left: t.Any, rate: t.Any = 100.0, most: t.Any = 2000.0) -> Json:
    status = {"maximumAvailable": most, "currentlyAvailable": left, "restoreRate": rate}
    return cost_of(reply({"extensions": {"cost": {"requestedQueryCost": wanted, "throttleStatus": status}}}))


def test_nothing_is_waited_for_that_is_there(time: Time) -> None:
    bucket = Bucket()
    assert bucket.seconds_until("a") == 0
    bucket.learn("a", cost(500, 1500))
    assert bucket.seconds_until("a") == 0


def test_what_is_missing_takes_its_time(time: Time) -> None:
    bucket = Bucket()
    bucket.learn("a", cost(500, 100))
    assert bucket.seconds_until("a") == pytest.approx(4 + MARGIN)
    # An operation that was never asked has no known cost.
    assert bucket.seconds_until("b") == 0
    time.sleep(3)
    assert bucket.seconds_until("a") == pytest.approx(1 + MARGIN)
    time.sleep(1)
    assert bucket.seconds_until("a") == 0


def test_more_than_the_bucket_holds_is_not_waited_for(time: Time) -> None:
    bucket = Bucket()
    bucket.learn("a", cost(5000, 1900))
    assert bucket.seconds_until("a") == pytest.approx(1 + MARGIN)


@pytest.mark.parametrize("told", [cost(None, None), cost("500", "1", "x"), cost(500, 0, 0), cost(True, True, True), cost(500, 0, 100, None), {}])
def test_costs_that_are_none_change_little(time: Time, told: Json) -> None:
    bucket = Bucket()
    bucket.learn("a", told)
    assert bucket.seconds_until("a") <= 5 + MARGIN


@pytest.mark.parametrize("body", [None, [], {}, {"extensions": None}, {"extensions": []}, {"extensions": {"cost": 5}}])
def test_an_answer_without_costs_is_read(body: t.Any) -> None:
    assert cost_of(reply(body)) == {}


# -- names
@pytest.mark.parametrize("name", ["example-shop", "EXAMPLE-SHOP.myshopify.com", "https://example-shop.myshopify.com/"])
def test_a_shop_is_its_domain(name: str) -> None:
    assert shop_domain(name) == "example-shop.myshopify.com"


@pytest.mark.parametrize("name", ["", None, "-x", "a.b", "a@b", "a:80", "a.myshopify.com/admin", "a_b"])
def test_another_host_is_no_shop(name: t.Any) -> None:
    with pytest.raises(Failure):
        shop_domain(name)


def test_a_page_has_a_cursor_when_there_is_more() -> None:
    assert nodes({"nodes": [{}], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}, op.WEBHOOKS) == ([{}], "c")
    assert nodes({"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": "c"}}, op.WEBHOOKS) == ([], None)


def test_support_is_counted_in_quarters() -> None:
    versions = {"2025-10": False, "2026-01": True, "2026-04": True, "2026-07": False, "unstable": True}
    assert support(versions, "2026-04") == {"supported": ["2026-01", "2026-04"], "newest": "2026-04", "is_supported": True, "quarters_left": 2}
    assert support({}, "2026-04") == {"supported": [], "newest": None, "is_supported": False, "quarters_left": 0}


# -- webhook subscriptions
def hook(identity: str, text: str) -> webhooks.Subscription:
    settings = {"format": "JSON", "filter": text, "include_fields": [], "metafield_namespaces": []}
    return webhooks.Subscription(identity, "ORDERS_PAID", "https://a/", settings, None, "", "")


def chosen(found: list[webhooks.Subscription], text: str | None, exactly: bool = False) -> str | None:
    one = webhooks.chosen(found, "ORDERS_PAID", "https://a/", text, exactly)
    return one.id if one else None


def test_the_filter_decides_where_it_must() -> None:
    one, other = hook("1", ""), hook("2", "x:1")
    assert chosen([one], None) == chosen([one], "x:2") == "1"
    assert chosen([one, other], "x:1") == "2"
    assert chosen([], "x:1") is None
    # What is removed must be the one that was named.
    assert chosen([one], "x:1", exactly=True) is None
    assert chosen([one, other], "", exactly=True) == "1"
    for text in (None, "x:2"):
        with pytest.raises(Failure) as caught:
            chosen([one, other], text)
        assert caught.value.code == "two_of_one_name"

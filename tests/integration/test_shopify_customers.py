# SPDX-License-Identifier: GPL-3.0-or-later
"""Customers as members: tags and metafields, written once and only over what was read."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_customer, shopify_customer_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

LOOK, LIST = "customerByIdentifier", "customers"
ADD, REMOVE, SET, DELETE = "tagsAdd", "tagsRemove", "metafieldsSet", "metafieldsDelete"
GUEST, MEMBER = "customer-0001@example.com", "customer-0004@example.com"
STATUS = {"namespace": "membership", "key": "status"}
SILVER = '{"level": "silver", "since": 2024}'


def ensure(store: Store, customer: str, **options: t.Any) -> Json:
    return store.both(shopify_customer, customer=customer, **options)


def seen(store: Store, customer: str, **options: t.Any) -> Json:
    result = store.run(shopify_customer_info, customer=customer, metafields=["membership.status"], **options)
    assert not result.get("failed"), result["msg"]
    return t.cast(Json, result["customers"][0])


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_customer, **{"customer": GUEST, "tags": ["member"], **options})
    assert result["failure"]["hint"], result
    return t.cast(Json, result["failure"])


def test_a_guest_becomes_a_member_and_ceases_to_be_one(store: Store) -> None:
    joins = ensure(store, GUEST, tags=["member", "Member", "gold"], metafields=[{**STATUS, "type": "json", "value": SILVER}])
    assert asked(joins) == [LOOK, SET, ADD]
    assert (seen(store, GUEST)["tags"], seen(store, GUEST)["metafields"]) == (["gold", "member"], {"membership.status": SILVER})
    assert joins["customer"] == {"id": "gid://shopify/Customer/7000000001", "tags": ["gold", "member"], "metafields": {"membership.status": SILVER}}
    leaves = ensure(store, GUEST, absent_tags=["MEMBER", "never"], absent_metafields=[STATUS], allow="destroy")
    assert asked(leaves) == [LOOK, REMOVE, DELETE]
    assert (seen(store, GUEST)["tags"], seen(store, GUEST)["metafields"]) == (["gold"], {})
    assert leaves["diff"] == {
        "before": {"tags": ["gold", "member"], "metafields": {"membership.status": SILVER}},
        "after": {"tags": ["gold"], "metafields": {}},
    }


def test_what_is_so_is_one_request(store: Store) -> None:
    same = json.dumps({"since": 2024, "level": "silver"}, separators=(",", ":"))
    result = store.run(shopify_customer, customer=MEMBER, tags=["member"], absent_tags=["trial"], metafields=[{**STATUS, "value": same}])
    assert (result["changed"], asked(result)) == (False, [LOOK])


@pytest.mark.parametrize("who", ["7000000004", "gid://shopify/Customer/7000000004", "Customer-0004@Example.com", " customer-0004@example.com"])
def test_a_customer_has_several_names(store: Store, who: str) -> None:
    assert seen(store, who)["email"] == MEMBER
    assert seen(store, "+49300000005")["name"] == "Customer 0005"


@pytest.mark.parametrize("value", ['{"level": "silver", "since": 2025}', '{"level": "silver", "since": 2024.0}', '{"level": "silver", "since": "2024"}', "[]"])
def test_data_that_differs_is_written_with_the_type_that_is_there(store: Store, value: str) -> None:
    assert asked(ensure(store, MEMBER, metafields=[{**STATUS, "value": value}])) == [LOOK, SET]
    assert seen(store, MEMBER)["metafields"] == {"membership.status": value}


def test_text_is_text(store: Store) -> None:
    field = {"namespace": "membership", "key": "card", "type": "single_line_text_field"}
    ensure(store, MEMBER, metafields=[{**field, "value": "{{ 1 }}"}])
    ensure(store, MEMBER, metafields=[{**field, "value": "1.0"}])
    assert store.run(shopify_customer, customer=MEMBER, metafields=[{**field, "value": "1"}])["changed"]


def test_losing_a_value_needs_a_word_before_anything_is_sent(store: Store) -> None:
    for check in (True, False):
        failure = store.run(shopify_customer, check, customer=MEMBER, tags=["former"], absent_metafields=[STATUS])["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", "allow")
    assert store.changes == []
    assert store.run(shopify_customer, customer=GUEST, absent_metafields=[STATUS])["changed"] is False


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"customer": "nobody@example.com"}, "not_found", "nobody@example.com"),
        ({"customer": "7"}, "not_found", "7"),
        ({"metafields": [{**STATUS, "value": "{}"}]}, "invalid", "Type can't be blank"),
        ({"metafields": [{**STATUS, "type": "json", "value": "{"}]}, "invalid", "JSON"),
        ({"allow": "read"}, "refused", "allow"),
    ],
)
def test_what_the_vendor_refuses_is_told(store: Store, options: Json, kind: str, words: str) -> None:
    failure = failed(store, **options)
    assert failure["kind"] == kind and words in failure["message"]
    assert [name for name, effect in store.changes if effect] == []


@pytest.mark.parametrize(
    "options",
    [
        {"customer": "gid://shopify/Order/7"},
        {"customer": "Customer 1"},
        {"customer": "+49"},
        {"tags": []},
        {"tags": ["a,b"]},
        {"tags": [" "]},
        {"tags": ["x" * 256]},
        {"tags": ["a\x1bb"]},
        {"tags": ["member"], "absent_tags": ["Member"]},
        {"metafields": [{**STATUS, "value": ""}]},
        {"metafields": [{**STATUS, "value": "1"}, {**STATUS, "value": "2"}]},
        {"metafields": [{**STATUS, "value": "1"}], "absent_metafields": [STATUS]},
        {"metafields": [{"namespace": "a.b", "key": "status", "value": "1"}]},
        {"metafields": [{"namespace": "membership", "key": f"key{number}", "value": "1"} for number in range(26)]},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


# -- what goes wrong
FAULTS = ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_whatever_happens_to_a_change_it_has_one_effect(store: Store, kind: str, number: int) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, skip=number, **({"seconds": 2} if kind == "timeout_after" else {}))
    wish = {"customer": MEMBER, "tags": ["gold"], "absent_tags": ["member"], "metafields": [{**STATUS, "value": '{"level": "gold"}'}], "request_timeout": "1s"}
    done = store.run(shopify_customer, **wish)
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert [name for name, effect in store.changes if effect] == [SET, ADD, REMOVE]
    assert seen(store, MEMBER)["tags"] == ["gold"]


def test_somebody_else_s_value_is_not_written_over(store: Store) -> None:
    stale = {"data": {SET: {"metafields": [], "userErrors": [{"field": None, "message": "changed", "code": "STALE_OBJECT"}]}}}
    store.sandbox.fault("body", vendor="shopify", changes=True, body=stale)
    failure = failed(store, customer=MEMBER, metafields=[{**STATUS, "value": '{"level": "gold"}'}])
    assert (failure["kind"], failure["code"]) == ("conflict", "STALE_OBJECT")
    assert seen(store, MEMBER)["metafields"] == {"membership.status": SILVER}


@pytest.mark.parametrize(
    "customer",
    [5, {"id": 5}, {"id": "x", "tags": None}, {"id": "x", "tags": [1]}, {"id": "x", "tags": [], "metafields": {}}],
)
def test_a_customer_that_is_none_is_told(store: Store, customer: t.Any) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, body={"data": {LOOK: customer}}, times=0)
    assert failed(store, metafields=[{**STATUS, "value": "1"}])["kind"] == "protocol"
    assert store.changes == []


# -- lists
def listed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_customer_info, **options)
    assert not result.get("failed"), result["msg"]
    return result


def test_all_customers_are_eight_pages(store: Store) -> None:
    result = listed(store)
    assert len(result["customers"]) == len({one["id"] for one in result["customers"]}) == 2000
    assert asked(result) == [LIST] * 8
    assert result["customers"][0]["metafields"] == {}


def test_members_are_found_by_tag_and_metafields_make_pages_smaller(store: Store) -> None:
    result = listed(store, tags=["MEMBER", "newsletter"], metafields=["membership.status"])
    assert len(result["customers"]) == 250 and asked(result) == ["customersWithMetafields"] * 2
    assert {json.loads(one["metafields"]["membership.status"])["level"] for one in result["customers"]} == {"gold", "silver"}


def test_what_was_changed_since_a_moment(store: Store) -> None:
    now = store.sandbox.clock()["now"]
    moment = datetime.datetime.fromtimestamp(now - 60, datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    assert listed(store, updated_since=moment)["customers"] == []
    ensure(store, GUEST, tags=["it's new"])
    assert [one["email"] for one in listed(store, updated_since=moment)["customers"]] == [GUEST]
    assert [one["email"] for one in listed(store, tags=["it's new"])["customers"]] == [GUEST]


@pytest.mark.parametrize(
    "options", [{"updated_since": "' OR id:*"}, {"updated_since": "yesterday"}, {"metafields": ["status"]}, {"tags": ["a,b"]}, {"customer": "x y"}]
)
def test_a_search_that_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert store.run(shopify_customer_info, **options)["failure"]["kind"] == "invalid"
    assert store.asked == []


def test_a_search_that_is_understood_in_part_is_an_error(store: Store) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": False}}
    search = [{"path": ["customers"], "query": "tag:x", "warnings": [{"field": "tag", "message": "Invalid search field for this query."}]}]
    store.sandbox.fault("body", vendor="shopify", body={"data": {LIST: page}, "extensions": {"search": search}})
    failure = store.run(shopify_customer_info, tags=["x"])["failure"]
    assert (failure["kind"], failure["code"]) == ("invalid", "search")


def test_an_app_without_the_scope_is_told_which(store: Store) -> None:
    failure = store.run(shopify_customer_info, token=store.facts["reports_token"])["failure"]
    assert failure["kind"] == "permission" and "read_customers" in failure["message"]

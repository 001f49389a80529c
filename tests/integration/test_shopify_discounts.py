# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic discount codes: made once, compared as what they mean, opened and closed; and every kind is seen."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_discount_code, shopify_discount_code_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

LOOK, TAGGED, LIST = "codeDiscountNodeByCode", "codeDiscountNodeByCodeWithTags", "discountNodes"
CREATE, UPDATE, DELETE = "discountCodeBasicCreate", "discountCodeBasicUpdate", "discountCodeDelete"
ACTIVATE, DEACTIVATE = "discountCodeActivate", "discountCodeDeactivate"
NEW: Json = {"code": "MEMBER15", "percentage": 0.15}
THERE: Json = {"code": "WELCOME10"}
GONE: Json = {**THERE, "state": "absent", "allow": "destroy"}
CUSTOMERS = [f"gid://shopify/Customer/700000000{number}" for number in range(1, 4)]
ALL: Json = {"all": True, "customers": [], "customer_segments": []}


def ensure(store: Store, **options: t.Any) -> Json:
    return store.both(shopify_discount_code, **options)


def stays(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_discount_code, **options)
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["changes"]) == (False, [])
    return result


def listed(store: Store, **options: t.Any) -> list[Json]:
    result = store.run(shopify_discount_code_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["discounts"])


def seen(store: Store, code: str) -> Json:
    (one,) = listed(store, code=code)
    return one


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_discount_code, **{**NEW, **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


# -- making one
def test_a_new_one_is_two_requests(store: Store) -> None:
    result = ensure(store, **NEW)
    assert asked(result) == [LOOK, CREATE]
    one = seen(store, "member15")
    assert (one["title"], one["percentage"], one["amount"], one["status"], one["context"]) == ("MEMBER15", 0.15, None, "ACTIVE", ALL)
    assert {name: result["discount"][name] for name in one} == one
    assert result["diff"] == {"before": {"discount": None}, "after": {"discount": {"percentage": 0.15, "amount": None}}}


def test_a_plan_knows_all_but_the_id_and_the_start(store: Store) -> None:
    plan = store.run(shopify_discount_code, check=True, **NEW)
    assert plan["discount"]["id"] == plan["discount"]["starts_at"] == {"known_after": CREATE} and store.changes == []
    assert set(plan["discount"]) == set(store.run(shopify_discount_code, **NEW)["discount"])


def test_everything_can_be_said_at_once(store: Store) -> None:
    wish = {
        "code": "THANKS",
        "title": "Thank you",
        "amount": "5.50",
        "currency": "eur",
        "starts_at": "2026-12-01T00:00:00+01:00",
        "ends_at": "2027-01-01T00:00:00Z",
        "usage_limit": 3,
        "once_per_customer": True,
        "context": {"customers": ["7000000001", CUSTOMERS[1]]},
        "minimum_subtotal": "20",
        "tags": ["vip", "sorry"],
    }
    result = ensure(store, **wish)
    assert asked(result) == [TAGGED, CREATE]
    one = result["discount"]
    assert (one["amount"], one["percentage"], one["starts_at"], one["ends_at"]) == ("5.5", None, "2026-11-30T23:00:00Z", "2027-01-01T00:00:00Z")
    assert (one["usage_limit"], one["once_per_customer"], one["minimum_subtotal"], one["tags"]) == (3, True, "20", ["sorry", "vip"])
    assert one["context"] == {"all": False, "customers": CUSTOMERS[:2], "customer_segments": []}
    assert one["status"] == "SCHEDULED"
    # The same, said otherwise.
    stays(store, **{**wish, "amount": "5.5", "starts_at": "2026-11-30T18:00:00-05:00", "ends_at": "2027-01-01T00:00:00.000+00:00", "tags": ["sorry", "vip"]})


@pytest.mark.parametrize("percentage", [0.1, 0.10, 0.1000000001])
def test_what_is_there_is_one_request(store: Store, percentage: float) -> None:
    result = stays(store, code="welcome10", percentage=percentage)
    assert asked(result) == [LOOK] and result["discount"]["code"] == "WELCOME10"


def test_what_the_task_names_is_changed_and_the_rest_stays(store: Store) -> None:
    before = seen(store, "SORRY5")
    result = ensure(store, code="SORRY5", usage_limit=4, context={"customers": [CUSTOMERS[0], CUSTOMERS[2]]})
    assert asked(result) == [LOOK, UPDATE]
    after = seen(store, "SORRY5")
    wanted = {"usage_limit": 4, "context": {"all": False, "customers": [CUSTOMERS[0], CUSTOMERS[2]], "customer_segments": []}}
    assert after == {**before, **wanted}
    assert result["diff"]["before"]["discount"] == {name: before[name] for name in wanted}


def test_a_share_takes_the_place_of_an_amount_and_back(store: Store) -> None:
    ensure(store, code="SORRY5", percentage=0.5)
    assert (seen(store, "SORRY5")["percentage"], seen(store, "SORRY5")["amount"]) == (0.5, None)
    ensure(store, code="SORRY5", amount="7", currency="EUR")
    assert (seen(store, "SORRY5")["percentage"], seen(store, "SORRY5")["amount"]) == (None, "7")


def test_who_can_use_it_can_be_widened_and_narrowed(store: Store) -> None:
    ensure(store, code="SORRY5", context={"all": True})
    ensure(store, code="SORRY5", context={"customer_segments": [610000001]})
    ensure(store, code="SORRY5", context={"customers": [7000000003]})
    assert seen(store, "SORRY5")["context"]["customers"] == [CUSTOMERS[2]]
    assert failed(store, code="SORRY5", context={"customers": [42]})["kind"] == "not_found"


def test_empty_is_not_unset(store: Store) -> None:
    ensure(store, **NEW, ends_at="2030-01-01T00:00:00Z", usage_limit=5)
    stays(store, **NEW)
    ensure(store, **NEW, ends_at="", usage_limit=0)
    assert (seen(store, "MEMBER15")["ends_at"], seen(store, "MEMBER15")["usage_limit"]) == (None, None)


# -- opening and closing it
def test_it_can_be_closed_and_opened(store: Store) -> None:
    assert asked(ensure(store, **THERE, state="inactive")) == [LOOK, DEACTIVATE]
    assert seen(store, "WELCOME10")["status"] == "EXPIRED"
    result = ensure(store, **THERE, state="active")
    assert asked(result) == [LOOK, ACTIVATE] and result["diff"]["after"] == {"discount": {"status": "ACTIVE"}}
    assert (seen(store, "WELCOME10")["status"], seen(store, "WELCOME10")["ends_at"]) == ("ACTIVE", None)


def test_one_of_the_future_can_be_opened_or_closed(store: Store) -> None:
    ensure(store, code="SUMMER20", state="active")
    store.sandbox.scenario("bad-release")
    ensure(store, code="SUMMER20", state="inactive")
    assert seen(store, "SUMMER20")["status"] == "EXPIRED"


def test_settings_and_state_are_three_requests(store: Store) -> None:
    assert asked(ensure(store, code="WINTER25", percentage=0.3, state="active")) == [LOOK, UPDATE, ACTIVATE]
    assert asked(ensure(store, code="WINTER25", percentage=0.2, state="inactive")) == [LOOK, UPDATE, DEACTIVATE]


def test_times_alone_open_and_close_it(store: Store) -> None:
    assert asked(ensure(store, code="WINTER25", ends_at="", state="active")) == [LOOK, UPDATE]
    assert asked(ensure(store, code="WINTER25", ends_at="2026-02-01T00:00:00Z", state="inactive")) == [LOOK, UPDATE]


def test_what_is_not_there_cannot_be_used(store: Store) -> None:
    assert stays(store, **{**NEW, "state": "inactive"})["discount"]["id"] is None
    assert listed(store, code="MEMBER15") == []


def test_it_can_be_removed_by_who_means_it(store: Store) -> None:
    assert failed(store, **{**GONE, "allow": "change"})["code"] == "allow"
    assert asked(ensure(store, **GONE)) == [LOOK, DELETE]
    stays(store, **GONE)


# -- what is refused
@pytest.mark.parametrize("code", ["FREESHIP", "TWOPLUSONE", "LOYALTY"])
@pytest.mark.parametrize("wish", [{"percentage": 0.1}, {"state": "absent", "allow": "destroy"}, {"state": "inactive"}], ids=["present", "absent", "inactive"])
def test_another_kind_is_not_touched(store: Store, code: str, wish: Json) -> None:
    result = store.run(shopify_discount_code, code=code, **wish)
    assert result["failure"]["code"] == "other_kind" and store.changes == []


def test_a_discount_of_several_codes_is_not_touched(store: Store) -> None:
    stays(store, code="PARTNER-0001", percentage=0.1, state="active")
    for wish in ({"percentage": 0.2}, {"state": "inactive"}, {"state": "absent", "allow": "destroy"}):
        assert store.run(shopify_discount_code, code="PARTNER-0001", **wish)["failure"]["code"] == "several_codes"
    assert store.changes == []


@pytest.mark.parametrize("percentage", [15, 1.01, 0, -0.1, float("nan"), float("inf")])
def test_a_percentage_is_a_share(store: Store, percentage: float) -> None:
    failure = failed(store, percentage=percentage)
    assert failure["kind"] == "invalid" and ("0.15" in failure["hint"] or percentage == 1.01 or percentage == float("inf"))
    assert store.asked == []


@pytest.mark.parametrize(
    "options",
    [
        {"code": " "},
        {"code": "A,B"},
        {"code": "A\nB"},
        {"code": "X" * 256},
        {"title": " "},
        {"percentage": None, "amount": "0", "currency": "EUR"},
        {"percentage": None, "amount": "5,00", "currency": "EUR"},
        {"percentage": None, "amount": "{{ 5 }}", "currency": "EUR"},
        {"starts_at": "tomorrow"},
        {"starts_at": ""},
        {"starts_at": "2026-12-01T00:00:00"},
        {"starts_at": "2026-12-02T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"},
        {"ends_at": "2026-01-01T00:00:00Z", "state": "active"},
        {"starts_at": "2036-01-01T00:00:00Z", "state": "active"},
        {"starts_at": "2036-01-01T00:00:00Z", "state": "inactive"},
        {"ends_at": "", "state": "inactive"},
        {"ends_at": "2036-01-01T00:00:00Z", "state": "inactive"},
        {"usage_limit": -1},
        {"minimum_quantity": 0},
        {"context": {"all": False}},
        {"context": {"customers": []}},
        {"context": {"customers": ["gid://shopify/Order/1"]}},
        {"context": {"customer_segments": ["members"]}},
        {"tags": ["a,b"]},
        {"tags": ["vip"], "api_version": "2026-01"},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


def test_what_only_the_shop_can_tell_is_refused_before_the_first_change(store: Store) -> None:
    assert failed(store, percentage=None, amount="5", currency="USD")["code"] == "currency"
    assert failed(store, code="SUMMER20", minimum_quantity=2)["code"] == "minimum"
    assert failed(store, percentage=None)["kind"] == "invalid"
    assert store.changes == []


def test_reading_alone_changes_nothing(store: Store) -> None:
    assert failed(store, allow="read")["code"] == "allow"
    assert failed(store, token=store.facts["reports_token"])["kind"] == "permission"
    assert store.changes == []


def test_an_older_version_knows_all_but_tags(store: Store) -> None:
    result = store.run(shopify_discount_code, **NEW, api_version="2026-01")
    assert result["changed"] and asked(result) == [LOOK, CREATE]


# -- what goes wrong
WISHES = {
    "create": NEW,
    "update": {**THERE, "percentage": 0.2},
    "activate": {"code": "WINTER25", "state": "active"},
    "deactivate": {**THERE, "state": "inactive"},
    "delete": GONE,
}


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"])
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_whatever_happens_to_the_change_it_has_one_effect(store: Store, kind: str, wish: Json) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = store.run(shopify_discount_code, **wish, request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert [effect for _name, effect in store.changes].count(True) == 1
    stays(store, **wish)


def taken(operation: str) -> Json:
    error = {"field": ["basicCodeDiscount", "code"], "message": "Code must be unique. Please try a different code.", "code": "TAKEN"}
    return {"data": {operation: {"codeDiscountNode": None, "userErrors": [error]}}}


def test_a_code_that_is_taken_is_ours_only_when_it_is_as_wanted(store: Store) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=True, body=taken(CREATE))
    assert failed(store)["kind"] == "conflict"
    # Our own request, of which only the refusal of its repetition was heard.
    ensure(store, **NEW)
    nothing = {"data": {"shop": {"currencyCode": "EUR"}, LOOK: None}}
    store.sandbox.fault("body", vendor="shopify", changes=False, body=nothing)
    result = store.run(shopify_discount_code, **NEW)
    assert not result.get("failed"), result["msg"]
    assert result["discount"]["id"].startswith("gid://shopify/DiscountCodeNode/") and [name for name, effect in store.changes if effect] == [CREATE]
    # Somebody else's.
    store.sandbox.fault("body", vendor="shopify", changes=False, body=nothing)
    assert failed(store, percentage=0.3)["kind"] == "conflict"


def test_a_status_that_nobody_knows_is_not_active(store: Store) -> None:
    store.sandbox.fault("unknown_status", vendor="shopify", times=0)
    failure = failed(store, **THERE, state="active", percentage=None)
    assert (failure["kind"], "HIBERNATING" in failure["message"]) == ("failed", True)


@pytest.mark.parametrize(
    "discount",
    [
        None,
        {},
        {"__typename": "DiscountCodeBasic"},
        {"__typename": "DiscountCodeBasic", "title": "x", "status": "ACTIVE", "startsAt": "soon"},
        {"__typename": "DiscountCodeBasic", "title": "x", "status": "ACTIVE", "startsAt": "2026-01-01T00:00:00Z", "usageLimit": "5"},
        {"__typename": "DiscountCodeBasic", "title": "x", "status": "ACTIVE", "startsAt": "2026-01-01T00:00:00Z", "codes": {"nodes": [None]}},
        {"__typename": "DiscountCodeBasic", "title": "x", "status": "ACTIVE", "startsAt": "2026-01-01T00:00:00Z", "customerGets": None},
    ],
)
def test_an_answer_that_is_none_is_told(store: Store, discount: t.Any) -> None:
    body = {"data": {"shop": {"currencyCode": "EUR"}, LOOK: {"id": "gid://shopify/DiscountCodeNode/1", "codeDiscount": discount}}}
    store.sandbox.fault("body", vendor="shopify", changes=False, body=body, times=0)
    assert failed(store)["kind"] == "protocol"
    assert store.changes == []


# -- looking
def test_every_kind_is_listed_and_says_which_it_is(store: Store) -> None:
    every = listed(store)
    assert len(every) == 53 and len({one["id"] for one in every}) == 53
    kinds = {one["kind"] for one in every}
    automatic = {f"automatic_{kind}" for kind in ("basic", "free_shipping", "buy_x_get_y", "app")}
    assert kinds == {"basic", "free_shipping", "buy_x_get_y", "app", *automatic}
    assert all((one["code"] is None) is one["kind"].startswith("automatic_") for one in every)


def test_the_list_can_be_narrowed(store: Store) -> None:
    assert [one["title"] for one in listed(store, status="scheduled")] == ["Next summer"]
    assert {one["kind"] for one in listed(store, method="automatic", status="active")} == {"automatic_basic", "automatic_free_shipping", "automatic_app"}
    assert listed(store, updated_since="2099-01-01") == []
    assert store.run(shopify_discount_code_info, updated_since="yesterday")["failure"]["kind"] == "invalid"


def test_a_search_lags_behind_and_a_code_does_not(store: Store) -> None:
    ensure(store, **NEW)
    assert seen(store, "MEMBER15")["percentage"] == 0.15
    assert "MEMBER15" not in [one["code"] for one in listed(store, status="active")]
    store.sandbox.advance(5)
    assert "MEMBER15" in [one["code"] for one in listed(store, status="active")]


def test_a_list_that_never_ends_is_told(store: Store) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "again"}}
    store.sandbox.fault("body", vendor="shopify", body={"data": {LIST: page}}, times=0)
    assert store.run(shopify_discount_code_info)["failure"]["kind"] == "protocol"


def test_vendor_text_is_plain(store: Store) -> None:
    discount = {"__typename": "Discount{{ x }}\x1b[2J"}
    page = {"nodes": [{"id": "gid://\u202e", "discount": discount}], "pageInfo": {"hasNextPage": False}}
    store.sandbox.fault("body", vendor="shopify", body={"data": {LIST: page}})
    (one,) = listed(store)
    assert (one["id"], one["kind"]) == ("gid://?", "Discount{{ x }}?[2J")

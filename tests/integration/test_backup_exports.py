# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at Shopify and Stripe as parts of a set, to be read: whole, counted, as it came, whatever happens on the way."""

from __future__ import annotations

import collections
import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import backup as shopify
from tests.integration.backup_parts import Place, Stored
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked, sent

FAULTS: list[tuple[str, Json]] = [("lost", {}), ("reset", {}), ("rate_limited", {"retry_after": 2}), ("graphql_error_after", {"message": "Internal error"})]
RUN, FILE = "bulkOperationRunQuery", "GET /bulk-operation-outputs"
STRIPE = "billing/stripe.jsonl"


def lines(stored: Stored) -> list[Json]:
    return [json.loads(line) for line in stored.content.splitlines()]


# -- Shopify
@pytest.fixture
def shop(store: Store) -> Place:
    facts = {"shopify_shop": store.facts["shop"], "shopify_api_url": store.facts["url"]}
    return Place({"name": "store", "component_vendor": "shopify", **facts}, {"token": store.facts["token"], "client_secret": None})


def begun(store: Store) -> int:
    return sum(effect for operation, effect in store.changes if operation == RUN)


def test_a_shop_keeps_what_it_cannot_make_again(shop: Place, store: Store) -> None:
    assert shop.parts() == [(f"store/{name}.jsonl", "shopify") for name in shopify.USUAL]
    shop.component["component_backup"] = {"resources": ["inventory"], "queries": {"places": "{ locations { edges { node { id name } } } }"}}
    assert [name for name, _kind in shop.parts()] == ["store/inventory.jsonl", "store/places.jsonl"]
    assert rooms.restorer("shopify") is None and store.asked == []


@pytest.mark.parametrize("name", shopify.RESOURCES)
def test_each_resource_comes_whole_and_is_counted(shop: Place, store: Store, name: str) -> None:
    shop.component["component_backup"] = {"resources": [name]}
    plan = shop.store(f"store/{name}.jsonl", check=True)
    assert (sent(plan.result), plan.content, begun(store)) == ([RUN], b"", 0)
    stored = shop.store(f"store/{name}.jsonl")
    found = lines(stored)
    below = sum("__parentId" in one for one in found)
    assert found and sum(stored.row["counts"].values()) == len(found)
    assert stored.row["counts"] == {name: len(found) - below, **({f"{name}, what belongs to them": below} if below else {})}
    assert (sent(stored.result), stored.row["kind"], begun(store)) == ([RUN], "shopify", 1)
    assert plan.result["changes"] == stored.result["changes"]


def test_a_query_of_the_shop_s_own(shop: Place) -> None:
    shop.component["component_backup"] = {"resources": [], "queries": {"places": "{ locations { edges { node { id name } } } }"}}
    assert shop.parts() == [("store/places.jsonl", "shopify")]
    stored = shop.store("store/places.jsonl")
    assert [one["name"] for one in lines(stored)] == ["Shop floor", "Warehouse"] and stored.row["counts"] == {"places": 2}


@pytest.mark.parametrize(
    ("tuning", "says"),
    [
        ({"resources": ["order"]}, "Did you mean orders?"),
        ({"resources": "orders"}, "Give resources as a list"),
        ({"queries": {"Orders!": "{ a }"}}, "the name in small letters"),
        ({"queries": {"orders": "{ a }"}}, "none that is a resource already"),
        ({"queries": {"mine": "mutation { a }"}}, "query is no query"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(shop: Place, store: Store, tuning: Json, says: str) -> None:
    shop.component["component_backup"] = tuning
    assert says in shop.store("store/orders.jsonl").result["msg"]
    assert store.asked == []


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[kind for kind, _options in FAULTS])
def test_whatever_happens_to_the_request_one_operation_is_begun(shop: Place, store: Store, kind: str, options: Json) -> None:
    store.sandbox.fault(kind, vendor="shopify", operation=RUN, changes=True, **options)
    stored = shop.store("store/customers.jsonl", request_timeout=1.0)
    assert begun(store) <= 1
    assert (stored.result.get("failed") is None) is (len(lines(stored)) == sum((stored.row.get("counts") or {"": -1}).values())), stored.result


@pytest.mark.parametrize("kind", ["reset", "truncated", "status"])
def test_a_fault_of_the_file_begins_the_part_anew(shop: Place, store: Store, kind: str) -> None:
    whole = shop.store("store/customers.jsonl")
    store.sandbox.fault(kind, vendor="shopify", operation=FILE)
    again = shop.store("store/customers.jsonl")
    assert again.content == whole.content and asked(again.result).count("bulk_result") == 2


def test_a_result_that_is_not_what_shopify_counted_is_no_part(shop: Place, store: Store) -> None:
    store.sandbox.fault("garbage", vendor="shopify", operation=FILE, times=0)
    assert shop.store("store/customers.jsonl").result["failure"]["kind"] in ("protocol", "vendor_down")


# -- Stripe
@pytest.fixture
def billing(sandbox: t.Any) -> Place:
    known = sandbox.run["stripe"]
    facts = {"stripe_api_url": known["url"], "stripe_mode": "live"}
    return Place({"name": "billing", "component_vendor": "stripe", **facts}, {"api_key": known["api_key"]})


def test_an_account_is_one_part_in_which_each_line_says_what_it_is(billing: Place, sandbox: t.Any) -> None:
    billing.component["component_backup"] = {"resources": ["customers", "refunds", "subscriptions"]}
    assert billing.parts() == [(STRIPE, "stripe")] and rooms.restorer("stripe") is None
    assert sandbox.journal(vendor="stripe") == []
    stored = billing.store(STRIPE)
    found = collections.Counter(one["object"] for one in lines(stored))
    assert stored.row["counts"] == {"customers": found["customer"], "refunds": found["refund"], "subscriptions": found["subscription"]}
    assert found["customer"] == 2000 and len({one["id"] for one in lines(stored)}) == sum(found.values())
    assert sent(stored.result) == [] and asked(stored.result) == ["get_account", "list_customers", "list_refunds", "list_subscriptions"]


@pytest.mark.parametrize(
    "fault",
    [{"kind": "reset"}, {"kind": "truncated"}, {"kind": "garbage"}, {"kind": "status", "status": 503}, {"kind": "rate_limited", "retry_after": 2}],
    ids=str,
)
def test_a_fault_changes_nothing(billing: Place, sandbox: t.Any, fault: Json) -> None:
    billing.component["component_backup"] = {"resources": ["customers"]}
    whole = billing.store(STRIPE)
    sandbox.fault(**{"vendor": "stripe", "operation": "GET /v1/customers", "skip": 5, **fault})
    assert billing.store(STRIPE).content == whole.content


def test_a_list_that_ends_early_is_no_part(billing: Place, sandbox: t.Any) -> None:
    billing.component["component_backup"] = {"resources": ["customers"]}
    sandbox.fault("status", vendor="stripe", operation="GET /v1/customers", skip=5, times=0, status=500)
    stored = billing.store(STRIPE)
    assert stored.result.get("failed") and "counts" not in stored.row


@pytest.mark.parametrize(
    ("tuning", "says"),
    [({"resources": ["customer"]}, "Did you mean customers?"), ({"requests_per_second": 0}, "Give 1 to 1000"), ({"rate": 3}, "It may hold:")],
)
def test_what_cannot_be_asked_of_stripe_is_refused_first(billing: Place, sandbox: t.Any, tuning: Json, says: str) -> None:
    billing.component["component_backup"] = tuning
    assert says in billing.store(STRIPE).result["msg"]
    assert sandbox.journal(vendor="stripe") == []

# SPDX-License-Identifier: GPL-3.0-or-later
"""component_webhooks: what is declared is registered, at Shopify and at Stripe, as the plan says, and once; nothing else is touched."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import permissions
from ansible_collections.saasops.runbooks.plugins.modules import component_webhooks, shopify_webhook, stripe_webhook_endpoint
from tests.integration import stripe_shop
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, run, sent

URI = "https://hooks.example.com/after-a-restore"
PAID = {"topic": "orders/paid", "uri": URI}
CHECKOUT: Json = {"name": "checkout", "url": "https://app.example.com/webhooks/stripe", "enabled_events": ["invoice.paid"]}


def at_shop(store: Store, *declared: Json, check: bool = False) -> Json:
    facts = {"shopify_shop": store.facts["shop"], "shopify_api_url": store.facts["url"], "component_webhooks": list(declared)}
    return run(component_webhooks, {"component": {"name": "store", "component_vendor": "shopify", **facts}, "token": store.facts["token"]}, check)


def at_stripe(sandbox: t.Any, *declared: Json, check: bool = False) -> Json:
    known = sandbox.run["stripe"]
    facts = {"stripe_api_url": known["url"], "stripe_mode": "live", "component_webhooks": list(declared)}
    return run(component_webhooks, {"component": {"name": "billing", "component_vendor": "stripe", **facts}, "api_key": known["api_key"]}, check)


def became(result: Json) -> list[str]:
    assert not result.get("failed"), result["msg"]
    return [one["result"] for one in result["webhooks"]["registered"]]


def test_a_subscription_that_shopify_removed_is_made_again(store: Store) -> None:
    other = {"topic": "ORDERS_CREATE", "uri": "https://hooks.example.com/other"}
    assert store.run(shopify_webhook, **other)["changed"]
    changed = {"topic": "PRODUCTS_UPDATE", "uri": URI}
    assert store.run(shopify_webhook, **changed, filter="status:draft")["changed"]
    declared = (PAID, {**changed, "filter": "status:active"})
    plan = at_shop(store, *declared, check=True)
    done = at_shop(store, *declared)
    assert (plan["changes"], sent(done)) == (done["changes"], ["webhookSubscriptionCreate", "webhookSubscriptionUpdate"])
    assert plan["diff"] == done["diff"] and (done["diff"]["before"], len(done["diff"]["after"]["webhooks"])) == ({"webhooks": []}, 2)
    assert (became(done), done["verdict"], done["reason"]) == (["registered", "corrected"], "pass", "1 corrected, 1 registered again")
    again = at_shop(store, *declared)
    assert (again["changed"], again["changes"], became(again)) == (False, [], ["there", "there"])
    assert store.run(shopify_webhook, **other)["changed"] is False


def test_an_endpoint_at_stripe_is_enabled_again_and_none_is_made_without_its_secret(sandbox: t.Any) -> None:
    lacking = at_stripe(sandbox, CHECKOUT)
    assert (lacking["verdict"], became(lacking), sent(lacking)) == ("fail", ["missing"], [])
    assert "signing secret" in lacking["checks"][0]["next"] and "checkout to https://app.example.com" in lacking["reason"]
    assert stripe_shop.run(sandbox, stripe_webhook_endpoint, **CHECKOUT)["changed"]
    assert became(at_stripe(sandbox, CHECKOUT)) == ["there"]
    assert stripe_shop.run(sandbox, stripe_webhook_endpoint, name="checkout", enabled=False)["endpoint"]["status"] == "disabled"
    plan = at_stripe(sandbox, CHECKOUT, check=True)
    done = at_stripe(sandbox, CHECKOUT)
    assert (plan["changes"], sent(done), became(done)) == (done["changes"], ["update_webhook_endpoint"], ["corrected"])
    again = at_stripe(sandbox, CHECKOUT)
    assert (again["changed"], became(again)) == (False, ["there"])


def test_one_that_was_made_by_hand_is_taken_for_it(sandbox: t.Any) -> None:
    known = sandbox.run["stripe"]
    by_hand = {"url": CHECKOUT["url"], "enabled_events[]": "invoice.paid"}
    made = requests.post(f"{known['url']}/v1/webhook_endpoints", by_hand, auth=(known["api_key"], ""), timeout=10)
    assert made.status_code == 200, made.text
    done = at_stripe(sandbox, CHECKOUT)
    assert (sent(done), became(done), became(at_stripe(sandbox, CHECKOUT))) == (["update_webhook_endpoint"], ["corrected"], ["there"])
    assert made.json()["secret"] not in str(done)


@pytest.mark.parametrize(
    ("vendor", "declared", "says"),
    [
        ("shopify", [{"topic": "orders/paid"}], "entry 1 has no uri"),
        ("shopify", [PAID, {**PAID, "topics": []}], "Did you mean topic?"),
        ("shopify", [{**PAID, "include_fields": "id"}], "Give include_fields as a list of texts"),
        ("stripe", {"name": "checkout"}, "Give a list"),
        ("stripe", [{**CHECKOUT, "connect": "yes"}], "Give connect as true or false"),
        ("railway", [PAID], "railway has no webhooks"),
    ],
)
def test_what_is_declared_wrongly_is_refused_before_anything_is_asked(vendor: str, declared: t.Any, says: str, sandbox: t.Any) -> None:
    refused = run(component_webhooks, {"component": {"name": "it", "component_vendor": vendor, "component_webhooks": declared}})
    assert (refused["failure"]["kind"], says in refused["msg"], sandbox.journal()) == ("invalid", True, []), refused["msg"]


def test_where_nothing_is_declared_nothing_is_asked(sandbox: t.Any) -> None:
    found = run(component_webhooks, {"component": {"name": "app", "component_vendor": "vercel"}})
    assert (found["verdict"], found["webhooks"]["declared"], sandbox.journal()) == ("skipped", False, [])


def test_permissions_for_it_are_needed_where_it_is_declared_alone() -> None:
    without = permissions.needed("restore", "stripe", {"name": "billing", "component_vendor": "stripe"})
    declared = {"name": "billing", "component_vendor": "stripe", "component_webhooks": [CHECKOUT]}
    more = set(permissions.needed("restore", "stripe", declared)) - set(without)
    assert more == {"rak_webhook_write"}
    assert "rak_webhook_write" in permissions.needed("restore", "stripe", {**declared, "component_backup": False})
    assert permissions.needed("restore", "stripe", {"name": "billing", "component_vendor": "stripe", "component_backup": False}) == []

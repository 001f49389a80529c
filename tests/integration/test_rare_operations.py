# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vendor is asked only after an answer that is rare; ``tests/tools/modules_guide.py`` names each, with the test here that sees it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import inventory
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import connect
from ansible_collections.saasops.runbooks.plugins.modules import stripe_subscription, stripe_webhook_endpoint, vercel_global_config_item, vercel_production
from tests.integration import stripe_shop as stripe
from tests.integration import vercel_shop as vercel
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json, asked


# -- Railway
def test_the_events_of_a_deployment_tell_why_it_failed(shop: Shop) -> None:
    shop.sandbox.patch("api", deploy_result="FAILED")
    result = shop.deployment(deployment="v1.4.1")
    assert "Healthcheck failed" in result["msg"]
    assert asked(result)[-1] == "deploymentEvents"


def test_a_service_beyond_a_hundred_others_is_looked_for(shop: Shop) -> None:
    shop.sandbox.scenario("fleet", components=220)
    shop.facts = shop.sandbox.run["railway"]
    last = max(name for name in shop.sandbox.run["components"] if name.startswith("api"))
    result = shop.info(service=last)
    assert result["service"]["name"] == last
    assert asked(result) == ["projectToken", "environment", "serviceInstance"]


def test_an_inventory_lists_the_services(shop: Shop) -> None:
    def listed(task: t.Any) -> Json:
        return {"found": inventory.components(connect(task, task.params), "example", "production", [], True)}

    params = {"token": shop.facts["token"], "api_token": None, "api_url": shop.facts["url"], "request_timeout": 10.0, "deadline": 60.0, "allow": "read"}
    result = outcome(listed, params, False)
    assert [one["name"] for one in result["found"]] == ["api"]
    assert asked(result) == ["projectToken", "environmentServices"]


# -- Vercel
@pytest.mark.parametrize(("deployment", "operation"), [("v1.4.1", "list_rollback_aliases"), ("v1.5.0", "list_promote_aliases")])
def test_the_domains_that_a_job_did_not_move_are_named(sandbox: t.Any, deployment: str, operation: str) -> None:
    sandbox.add("app", tag="v1.5.0")
    sandbox.patch("app", failing_aliases=["www.example.com"])
    result = vercel.run(sandbox, vercel_production, deployment=deployment)
    assert "www.example.com" in result["msg"]
    assert operation in asked(result)


def test_where_the_new_name_of_global_config_is_not_known_the_former_one_is_asked(sandbox: t.Any) -> None:
    sandbox.patch("app", edge_config_status=404)
    result = vercel.run(sandbox, vercel_global_config_item, config="shop-flags", items={"maintenance": True})
    former = ["get_edge_configs", "get_edge_config_items", "patch_edge_config_items"]
    assert asked(result) == ["get_global_configs", *former, "get_edge_config_items"]


# -- Stripe
def test_after_an_error_of_stripe_s_own_the_endpoint_is_looked_at(sandbox: t.Any) -> None:
    hook = {"name": "checkout", "url": "https://app.example.com/hook", "enabled_events": ["invoice.paid"]}
    stripe.run(sandbox, stripe_webhook_endpoint, **hook)
    stripe.breaks(sandbox, "after")
    result = stripe.run(sandbox, stripe_webhook_endpoint, name="checkout", enabled=False)
    assert asked(result) == ["list_webhook_endpoints", "update_webhook_endpoint", "get_webhook_endpoint"]


def test_after_an_error_of_stripe_s_own_the_invoice_is_looked_at(sandbox: t.Any) -> None:
    stripe.breaks(sandbox, "after")
    result = stripe.run(sandbox, stripe_subscription, customer="customer-0004@example.com", state="active", pay=True)
    payment = ["list_customers", "list_subscriptions", "list_invoice_payments", "pay_invoice"]
    assert asked(result) == [*payment, "get_invoice", "get_subscription"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver that is down for hours loses its subscription: the next run of the module brings it back, and says so."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.modules import shopify_webhook
from tests.harness.loopback import free_port
from tests.integration.shopify_store import Store
from tests.integration.tasks import sent


def test_a_subscription_that_shopify_removed_is_restored_and_told(store: Store) -> None:
    wish = {"topic": "ORDERS_PAID", "uri": f"https://127.0.0.1:{free_port()}/hook"}
    made = store.both(shopify_webhook, **wish)
    store.sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
    store.sandbox.advance(3600)
    assert not store.run(shopify_webhook, **wish)["changed"]
    store.sandbox.advance(3 * 3600)
    plan, done = store.run(shopify_webhook, check=True, **wish), store.run(shopify_webhook, **wish)
    assert plan["changed"] and sent(plan) == sent(done) == ["webhookSubscriptionCreate"]
    assert (done["diff"]["before"], done["webhook"]["uri"]) == ({"webhook": None}, wish["uri"])
    assert done["webhook"]["id"] != made["webhook"]["id"]
    assert not store.run(shopify_webhook, **wish)["changed"]

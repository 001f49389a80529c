# SPDX-License-Identifier: GPL-3.0-or-later
"""Shopify's answers, field by field. Objects are plain dictionaries whose keys are the vendor's own names."""

from __future__ import annotations

import re
import typing as t

from . import delivering
from .bulk_resolvers import BulkResolvers
from .customers import CustomerResolvers
from .discounts import DiscountResolvers
from .refunds import RefundResolvers
from .state import Json, Webhook, connection, gid, number_of, user_error, when
from .subscriptions import SubscriptionResolvers

NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
# The scope that a topic needs: that of its object.
TOPIC_SCOPES = {
    "CUSTOMERS": "read_customers",
    "DISCOUNTS": "read_discounts",
    "FULFILLMENTS": "read_fulfillments",
    "INVENTORY": "read_inventory",
    "ORDERS": "read_orders",
    "PRODUCTS": "read_products",
    "REFUNDS": "read_orders",
    "SUBSCRIPTION": "read_own_subscription_contracts",
}


class Resolvers(BulkResolvers, DiscountResolvers, SubscriptionResolvers, CustomerResolvers, RefundResolvers):
    """One per request: everything is seen with the rights of the app that asks."""

    # -- the shop and the app
    def shop(self, _info: t.Any) -> Json:
        shopify, domain = self._shopify, "shop.example.com"
        return {
            "id": gid("Shop", 70_000_001),
            "name": "Example Shop",
            "myshopifyDomain": shopify.domain,
            "primaryDomain": {"id": gid("Domain", 70_000_002), "host": domain, "url": f"https://{domain}", "sslEnabled": True},
            "email": "owner@example.com",
            "contactEmail": "service@example.com",
            "currencyCode": "EUR",
            "ianaTimezone": "Europe/Berlin",
            "plan": {"publicDisplayName": shopify.plan.capitalize(), "partnerDevelopment": False, "shopifyPlus": shopify.plan == "plus"},
            "setupRequired": False,
            "checkoutApiSupported": True,
            "createdAt": when(shopify.created),
            "updatedAt": when(shopify.created),
        }

    def publicApiVersions(self, _info: t.Any) -> list[Json]:
        return [self._shopify.version(handle) for handle in (*self._shopify.ended, *self._shopify.supported, self._shopify.candidate, "unstable")]

    def currentAppInstallation(self, _info: t.Any) -> Json:
        app = self._app
        return {
            "id": gid("AppInstallation", 90_000_000 + app.number),
            "accessScopes": [{"handle": handle, "description": handle.replace("_", " ")} for handle in app.granted],
            "app": {
                "id": gid("App", app.number),
                "title": app.title,
                "handle": app.handle,
                "apiKey": self._shopify.client_id,
                "webhookApiVersion": self._shopify.supported[-1],
                "requestedAccessScopes": [{"handle": handle, "description": handle.replace("_", " ")} for handle in app.requested],
            },
        }

    # -- webhook subscriptions
    def webhookSubscription(self, _info: t.Any, id: str) -> Json | None:
        it = self._own(id)
        return self._render(it) if it else None

    def webhookSubscriptions(
        self, _info: t.Any, topics: list[str] | None = None, uri: str | None = None, format: str | None = None, **arguments: t.Any
    ) -> Json:
        found = [it for it in self._shopify.webhooks.values() if it.app == self._app.number]
        found = [it for it in found if (not topics or it.topic in topics) and uri in (None, it.uri) and format in (None, it.format)]
        key = (lambda it: it.number) if arguments.get("sortKey") == "ID" else (lambda it: (it.created, it.number))
        return connection(sorted(found, key=key), self._render, arguments)

    def webhookSubscriptionCreate(self, _info: t.Any, topic: str, webhookSubscription: Json) -> Json:
        now = self._shopify.world.now()
        it = Webhook(self._shopify.next_number(), self._app.number, topic, "", now, now)
        errors = self._settle(it, webhookSubscription)
        if not errors:
            self._shopify.webhooks[it.number] = it
            self._shopify.world.changed()
        return {"webhookSubscription": None if errors else self._render(it), "userErrors": errors}

    def webhookSubscriptionUpdate(self, _info: t.Any, id: str, webhookSubscription: Json) -> Json:
        it = self._own(id)
        if it is None:
            return {"webhookSubscription": None, "userErrors": [user_error("Webhook subscription does not exist", "id")]}
        before = self._render(it)
        errors = self._settle(it, webhookSubscription)
        if not errors and self._render(it) != before:
            it.updated = self._shopify.world.now()
            self._shopify.world.changed()
        return {"webhookSubscription": None if errors else self._render(it), "userErrors": errors}

    def webhookSubscriptionDelete(self, _info: t.Any, id: str) -> Json:
        it = self._own(id)
        if it is None:
            return {"deletedWebhookSubscriptionId": None, "userErrors": [user_error("Webhook subscription does not exist", "id")]}
        del self._shopify.webhooks[it.number]
        delivering.gone(self._shopify, it)
        self._shopify.world.changed()
        return {"deletedWebhookSubscriptionId": id, "userErrors": []}

    def _own(self, identity: str) -> Webhook | None:
        it = self._shopify.webhooks.get(number_of("WebhookSubscription", identity) or 0)
        return it if it is not None and it.app == self._app.number else None

    def _settle(self, it: Webhook, wish: Json) -> list[Json]:
        """Give it the settings of the wish, or say why not; then it is as it was."""
        uri, text = wish.get("uri", it.uri) or "", wish.get("filter", it.filter) or ""
        scope = TOPIC_SCOPES.get(it.topic.split("_")[0])
        if scope and not self._app.may(scope):
            return [user_error(f"You do not have permission to create or update webhooks with {it.topic.lower()} topic")]
        # Plain http as far as the sandbox delivers it.
        if not uri.startswith(("https://", "http://127.0.0.1:", "pubsub://", "arn:aws:events:")):
            return [user_error("Address is invalid", "webhookSubscription", "uri")]
        others = [other for other in self._shopify.webhooks.values() if other.app == it.app and other.number != it.number]
        if any((other.topic, other.uri, other.filter) == (it.topic, uri, text) for other in others):
            return [user_error("Address for this topic has already been taken", "webhookSubscription", "uri")]
        if wish.get("name") is not None and not NAME.fullmatch(wish["name"]):
            return [user_error("Name can hold up to 50 letters, digits, - and _", "webhookSubscription", "name")]
        it.uri, it.filter = uri, text
        it.name = wish.get("name", it.name)
        it.format = wish.get("format") or it.format
        for name, key in (("include_fields", "includeFields"), ("metafield_namespaces", "metafieldNamespaces"), ("metafields", "metafields")):
            if wish.get(key) is not None:
                setattr(it, name, list(wish[key]))
        return []

    def _render(self, it: Webhook) -> Json:
        return {
            "id": gid("WebhookSubscription", it.number),
            "topic": it.topic,
            "uri": it.uri,
            "name": it.name,
            "format": it.format,
            "filter": it.filter or None,
            "includeFields": list(it.include_fields),
            "metafieldNamespaces": list(it.metafield_namespaces),
            "metafields": [{"namespace": one.get("namespace") or "", "key": one["key"]} for one in it.metafields],
            "apiVersion": self._shopify.version(self._shopify.supported[-1]),
            "createdAt": when(it.created),
            "updatedAt": when(it.updated),
        }

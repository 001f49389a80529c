# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sample operation of the vendor's notes is executed by the sandbox, and every answer is what the vendor's schema promises."""

from __future__ import annotations

import re
import typing as t

import pytest
import requests
from graphql import DocumentNode, FieldNode, OperationDefinitionNode, OperationType, parse, print_ast

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.test_sandbox_railway_reference import wrongs
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

Json = dict[str, t.Any]
BLOCK = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
# The last block is the inner query of a bulk operation, which has no name.
SAMPLES, LATER, INNER = BLOCK.findall((vendor_schemas.folder().parent / "api" / "shopify.md").read_text(encoding="utf-8"))
REFERENCE = {
    str(definition.name.value): definition
    for block in (SAMPLES, LATER)
    for definition in parse(block).definitions
    if isinstance(definition, OperationDefinitionNode) and definition.name
}
NEW = "https://hooks.example.com/reference"
CUSTOMER, ORDER, MEMBER = "gid://shopify/Customer/7000000001", "gid://shopify/Order/5500001198", "gid://shopify/Customer/7000000004"
CONTRACT, PAUSED = "gid://shopify/SubscriptionContract/26000000000", "gid://shopify/SubscriptionContract/26000000013"
STATUS = {"ownerId": MEMBER, "namespace": "membership", "key": "status"}
CODE = {"title": "Members", "code": "REFERENCE15", "startsAt": "2026-01-01T00:00:00Z", "customerGets": {"value": {"percentage": 0.15}, "items": {"all": True}}}


class Asker:
    """Executes sample operations by their names."""

    def __init__(self, run: Json, sandbox: Sandbox, member: ClockMember) -> None:
        self.facts, self.sandbox, self.member = run["shopify"], sandbox, member

    def run_operation(self, name: str, /, **variables: t.Any) -> Json:
        document = print_ast(DocumentNode(definitions=(REFERENCE[name],)))
        answer = requests.post(
            f"{self.facts['url']}/admin/api/2026-10/graphql.json",
            json={"query": document, "variables": variables},
            headers={"X-Shopify-Access-Token": self.facts["token"]},
            timeout=20,
        )
        assert answer.status_code == 200 and "errors" not in answer.json(), (name, answer.text)
        return t.cast(Json, answer.json()["data"])

    def variables(self, name: str) -> Json:
        """Plausible values for every variable of the operation; what has to be there first is brought about."""
        declared = [variable.variable.name.value for variable in REFERENCE[name].variable_definitions or ()]
        known = {"first": 20, **getattr(self, f"_{name}", dict)()}
        return {variable: known[variable] for variable in declared if variable in known}

    # -- webhooks
    def _WebhookCreate(self) -> Json:
        return {"topic": "ORDERS_CREATE", "sub": {"uri": NEW, "includeFields": ["id", "updated_at"]}}

    def _WebhookCreateNamed(self) -> Json:
        return {"topic": "ORDERS_CREATE", "sub": {"uri": NEW, "name": "reference"}}

    def _webhook(self) -> str:
        return str(self.run_operation("WebhookCreate", **self._WebhookCreate())["webhookSubscriptionCreate"]["webhookSubscription"]["id"])

    def _WebhookUpdate(self) -> Json:
        return {"id": self._webhook(), "sub": {"uri": NEW, "format": "XML"}}

    def _WebhookDelete(self) -> Json:
        return {"id": self._webhook()}

    # -- customers
    def _CustomerLookup(self) -> Json:
        return {"identifier": {"id": MEMBER}, "ns": "membership", "key": "status"}

    def _CustomersByTag(self) -> Json:
        return {"query": "tag:'member'"}

    def _TagsAdd(self) -> Json:
        return {"id": CUSTOMER, "tags": ["reference"]}

    def _TagsRemove(self) -> Json:
        return {"id": MEMBER, "tags": ["member"]}

    def _MetafieldsSet(self) -> Json:
        return {"metafields": [{**STATUS, "type": "json", "value": '{"level": "gold"}'}]}

    def _MetafieldsDelete(self) -> Json:
        return {"metafields": [STATUS]}

    # -- orders, money, stock
    def _OrdersSince(self) -> Json:
        return {"query": "updated_at:>='2026-01-01T00:00:00Z' financial_status:paid"}

    def _OrdersCount(self) -> Json:
        return {"query": "financial_status:paid"}

    def _EventsSince(self) -> Json:
        return {"query": "created_at:>'2026-01-01T00:00:00Z' subject_type:ORDER"}

    def _RefundPlan(self) -> Json:
        return {"id": ORDER, "lines": [{"lineItemId": f"gid://shopify/LineItem/{ORDER.rpartition('/')[2]}0", "quantity": 1}]}

    def _RefundCreate(self) -> Json:
        suggested = self.run_operation("RefundPlan", **self._RefundPlan())["order"]["suggestedRefund"]["suggestedTransactions"]
        transactions = [
            {
                "orderId": ORDER,
                "parentId": one["parentTransaction"]["id"],
                "gateway": one["gateway"],
                "kind": "REFUND",
                "amount": one["amountSet"]["shopMoney"]["amount"],
            }
            for one in suggested
        ]
        return {"input": {"orderId": ORDER, "note": "reference", "refundLineItems": self._RefundPlan()["lines"], "transactions": transactions}, "key": "one"}

    def _InventoryLow(self) -> Json:
        # More of them would cost more than a query may.
        return {"first": 10}

    def _InventorySet(self) -> Json:
        item = self.run_operation("InventoryLow", first=1, query="sku:'SKU-001-1'")["inventoryItems"]["nodes"][0]
        # The sample asks for the location's name alone.
        quantities = [{"inventoryItemId": item["id"], "locationId": "gid://shopify/Location/2000000001", "quantity": 7, "changeFromQuantity": None}]
        return {"input": {"name": "available", "reason": "correction", "quantities": quantities}, "key": "one"}

    # -- discounts
    def _DiscountByCode(self) -> Json:
        return {"code": "WELCOME10"}

    def _DiscountCreate(self) -> Json:
        return {"input": {**CODE, "context": {"all": "ALL"}}}

    def _code(self) -> str:
        return str(self.run_operation("DiscountByCode", code="WELCOME10")["codeDiscountNodeByCode"]["id"])

    def _DiscountUpdate(self) -> Json:
        return {"id": self._code(), "input": {"title": "Reference"}}

    def _DiscountDeactivate(self) -> Json:
        return {"id": self._code()}

    def _DiscountActivate(self) -> Json:
        self.run_operation("DiscountDeactivate", **self._DiscountDeactivate())
        return {"id": self._code()}

    def _AutoDiscountDeactivate(self) -> Json:
        nodes = self.run_operation("Discounts", first=50, query="method:automatic status:active")["discountNodes"]["nodes"]
        return {"id": nodes[0]["id"].replace("DiscountNode", "DiscountAutomaticNode")}

    # -- subscriptions
    def _ContractPause(self) -> Json:
        return {"id": CONTRACT}

    _ContractCancel = _ContractPause

    def _ContractActivate(self) -> Json:
        return {"id": PAUSED}

    def _BillingAttempt(self) -> Json:
        return {"id": CONTRACT, "input": {"idempotencyKey": "reference", "originTime": "2026-11-20T00:00:00Z"}}

    def _BillingAttemptState(self) -> Json:
        made = self.run_operation("BillingAttempt", **self._BillingAttempt())["subscriptionBillingAttemptCreate"]
        return {"id": made["subscriptionBillingAttempt"]["id"]}

    # -- bulk operations
    def _BulkQuery(self) -> Json:
        return {"query": INNER}

    def _bulk(self) -> str:
        return str(self.run_operation("BulkQuery", **self._BulkQuery())["bulkOperationRunQuery"]["bulkOperation"]["id"])

    def _BulkPoll(self) -> Json:
        return {"id": self._bulk()}

    _BulkCancel = _BulkPoll

    def _BulkList(self) -> Json:
        self._bulk()
        return {"query": "operation_type:query"}

    def _StagedUpload(self) -> Json:
        return {"input": [{"resource": "BULK_MUTATION_VARIABLES", "filename": "tags.jsonl", "mimeType": "text/jsonl", "httpMethod": "POST"}]}

    def _BulkMutation(self) -> Json:
        target = self.run_operation("StagedUpload", **self._StagedUpload())["stagedUploadsCreate"]["stagedTargets"][0]
        parameters = {one["name"]: one["value"] for one in target["parameters"]}
        answer = requests.post(target["url"], data=parameters, files={"file": ("tags.jsonl", f'{{"id": "{CUSTOMER}"}}\n', "text/jsonl")}, timeout=20)
        assert answer.status_code in (200, 201, 204), answer.text
        mutation = 'mutation($id: ID!) { tagsAdd(id: $id, tags: ["bulk"]) { userErrors { field message } } }'
        return {"mutation": mutation, "path": parameters["key"]}


@pytest.fixture
def asker(running: Sandbox, sandbox: Sandbox, member: ClockMember) -> Asker:
    return Asker(running.run, sandbox, member)


@pytest.mark.parametrize("name", REFERENCE)
def test_every_sample_operation_is_executed(asker: Asker, name: str) -> None:
    operation = REFERENCE[name]
    variables = asker.variables(name)
    answer = asker.run_operation(name, **variables)
    vendor = vendor_schemas.shopify()["2026-10"]
    is_change = operation.operation is OperationType.MUTATION
    assert wrongs(vendor.mutation_type if is_change else vendor.query_type, answer, operation.selection_set, name) == []
    (field,) = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    payload = answer[field.name.value]
    assert payload not in (None, [], {}, {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}})
    assert not is_change or payload["userErrors"] == []
    entry = asker.sandbox.journal(vendor="shopify")[-1]
    assert (entry["operation"], entry["changes"], entry["effect"]) == (field.name.value, is_change, is_change)


def test_there_are_as_many_as_were_written() -> None:
    assert len(REFERENCE) >= 38
    assert {name.removeprefix("_") for name in vars(Asker) if re.fullmatch(r"_[A-Z]\w+", name)} <= set(REFERENCE)

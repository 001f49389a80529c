# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own clients see subscriptions, invoices, payouts and disputes of the sandbox, and pay and cancel there."""

from __future__ import annotations

from pathlib import Path

import pytest
import stripe as library

from ansible_collections.saasops.runbooks.tests.contract.test_stripe_client import Shell
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)


@pytest.fixture
def client(sandbox: Sandbox) -> library.StripeClient:
    known = sandbox.run["stripe"]
    return library.StripeClient(known["api_key"], base_addresses={"api": known["url"]}, max_network_retries=2)


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Shell:
    return Shell(npm_clients.install("stripe"), sandbox, tmp_path)


def test_the_library_walks_what_is_billed(client: library.StripeClient) -> None:
    subscriptions = list(client.v1.subscriptions.list({"status": "all", "limit": 100, "expand": ["data.latest_invoice"]}).auto_paging_iter())
    assert len(subscriptions) == len({one.id for one in subscriptions}) == 600
    assert all(isinstance(one.latest_invoice, library.Invoice) for one in subscriptions)
    items = subscriptions[0]["items"]
    assert items.data[0].current_period_end > items.data[0].current_period_start
    assert len(list(client.v1.payouts.list({"limit": 50}).auto_paging_iter())) == 120
    assert len(list(client.v1.disputes.list({"limit": 7}).auto_paging_iter())) == 30
    failed = client.v1.payouts.list({"status": "failed"}).data[0]
    entries = client.v1.balance_transactions.list({"payout": failed.id, "limit": 100}).data
    assert sum(one.net for one in entries if one.type != "payout") == failed.amount
    assert {one.name for one in client.v1.products.list().data} >= {"Starter", "Team"} and client.v1.prices.list().data[0].recurring


def test_the_library_pauses_resumes_and_cancels(client: library.StripeClient) -> None:
    one = client.v1.subscriptions.list({"status": "active", "limit": 1}).data[0].id
    held = client.v1.subscriptions.update(one, {"pause_collection": {"behavior": "void"}})
    assert held.pause_collection is not None and (held.pause_collection.behavior, held.status) == ("void", "active")
    assert client.v1.subscriptions.update(one, {"pause_collection": ""}).pause_collection is None
    assert client.v1.subscriptions.pause(one, {"type": "subscription"}).status == "paused"
    assert client.v1.subscriptions.resume(one, {"billing_cycle_anchor": {"type": "unchanged"}}).status == "active"
    assert client.v1.subscriptions.cancel(one).status == "canceled"
    with pytest.raises(library.InvalidRequestError) as caught:
        client.v1.subscriptions.cancel(one)
    assert caught.value.http_status == 404


def test_the_library_pays_an_invoice_once_and_knows_a_refused_card(sandbox: Sandbox, client: library.StripeClient) -> None:
    past_due = client.v1.subscriptions.list({"status": "past_due", "limit": 100, "expand": ["data.latest_invoice"]}).data
    invoice = past_due[0].latest_invoice
    assert isinstance(invoice, library.Invoice) and invoice.id and invoice.status == "open"
    sandbox.ask("POST", "/world", {"vendor": "stripe", "set": {"cards": "bad"}})
    with pytest.raises(library.CardError) as caught:
        client.v1.invoices.pay(invoice.id)
    assert (caught.value.http_status, caught.value.code) == (402, "card_declined")
    sandbox.ask("POST", "/world", {"vendor": "stripe", "set": {"cards": "good"}})
    sandbox.fault("lost", vendor="stripe", changes=True)
    assert client.v1.invoices.pay(invoice.id).status == "paid"
    assert client.v1.subscriptions.retrieve(past_due[0].id).status == "active"
    assert client.v1.invoice_payments.list({"invoice": invoice.id}).data[0].status == "paid"


def test_the_library_searches(client: library.StripeClient) -> None:
    found = list(client.v1.subscriptions.search({"query": "status:'past_due'", "limit": 20}).auto_paging_iter())
    assert len(found) == 90 and {one.status for one in found} == {"past_due"}
    assert len(client.v1.customers.search({"query": "email:'customer-0007@example.com'"}).data) == 1


def test_the_library_is_told_that_it_asks_too_often(sandbox: Sandbox) -> None:
    sandbox.scenario("bad-release", stripe_rate_limits="second")
    known = sandbox.run["stripe"]
    client = library.StripeClient(known["test_key"], base_addresses={"api": known["url"]}, max_network_retries=0)
    with pytest.raises(library.RateLimitError) as caught:
        for _number in range(26):
            client.v1.balance.retrieve()
    assert caught.value.http_status == 429 and caught.value.json_body["error"]["code"] == "rate_limit"  # type: ignore[index]


def test_the_command_line_lists_what_is_billed(shell: Shell) -> None:
    live = shell.sandbox.run["stripe"]["api_key"]
    past_due = shell.run("subscriptions", "list", "--status", "past_due", "--limit", "3")["data"]
    assert [one["status"] for one in past_due] == ["past_due"]
    assert shell.run("invoices", "list", "--limit", "3")["data"][0]["object"] == "invoice"
    assert shell.run("invoices", "pay", past_due[0]["latest_invoice"])["status"] == "paid"
    assert shell.run("subscriptions", "cancel", past_due[0]["id"], "-c")["status"] == "canceled"
    assert shell.run("payouts", "list", "--limit", "2")["data"][1]["status"] == "in_transit"
    assert shell.run("get", "/v1/disputes", "--live", key=live)["data"][0]["status"] == "needs_response"
    assert shell.run("products", "list")["data"] and shell.run("prices", "list")["data"]
    assert shell.run("get", "/v1/balance_transactions", "-d", "type=payout")["data"]

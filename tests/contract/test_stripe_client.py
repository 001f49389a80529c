# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own ``stripe`` client and its library for Python work against the sandbox, and believe what they see there."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
import stripe as library

from ansible_collections.saasops.runbooks.tests.harness.stripe_hooks import undelivered
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)
Json = dict[str, t.Any]
URL = "https://app.example.com/hook"


# -- the library
@pytest.fixture
def client(sandbox: Sandbox) -> library.StripeClient:
    known = sandbox.run["stripe"]
    return library.StripeClient(known["api_key"], base_addresses={"api": known["url"]}, max_network_retries=2)


def test_the_library_reads_account_and_balance(client: library.StripeClient) -> None:
    assert client.v1.accounts.retrieve_current().charges_enabled is True
    balance = client.v1.balance.retrieve()
    assert balance.livemode and {one.currency for one in balance.available} == {"eur", "usd"}


def test_the_library_makes_changes_and_deletes_an_endpoint(client: library.StripeClient) -> None:
    made = client.v1.webhook_endpoints.create({"url": URL, "enabled_events": ["invoice.paid", "charge.refunded"], "metadata": {"team": "shop"}})
    assert made.secret and made.enabled_events == ["invoice.paid", "charge.refunded"] and made.metadata["team"] == "shop"
    changed = client.v1.webhook_endpoints.update(made.id, {"disabled": True, "metadata": {"team": ""}})
    assert (changed.status, changed.metadata.to_dict()) == ("disabled", {})
    assert client.v1.webhook_endpoints.delete(made.id).deleted
    with pytest.raises(library.InvalidRequestError) as caught:
        client.v1.webhook_endpoints.retrieve(made.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing") and caught.value.request_id


def test_the_library_walks_every_page(client: library.StripeClient) -> None:
    seen = [one.id for one in client.v1.refunds.list({"limit": 25}).auto_paging_iter()]
    assert len(seen) == len(set(seen)) == 60
    expanded = client.v1.payment_intents.list({"limit": 1, "expand": ["data.latest_charge"]}).data[0]
    assert isinstance(expanded.latest_charge, library.Charge) and not expanded.latest_charge.refunded


def test_the_library_refunds_once_when_its_answer_is_lost(sandbox: Sandbox, client: library.StripeClient) -> None:
    payment = client.v1.payment_intents.list({"limit": 1}).data[0]
    sandbox.fault("lost", vendor="stripe", changes=True)
    made = client.v1.refunds.create({"payment_intent": payment.id, "amount": 100})
    assert [one.id for one in client.v1.refunds.list({"payment_intent": payment.id}).data] == [made.id]


def test_the_library_knows_each_refusal(sandbox: Sandbox, client: library.StripeClient) -> None:
    key = {"idempotency_key": "client-1"}
    client.v1.webhook_endpoints.create({"url": URL, "enabled_events": ["*"]}, key)  # type: ignore[arg-type]
    with pytest.raises(library.IdempotencyError):
        client.v1.webhook_endpoints.create({"url": URL, "enabled_events": ["*"], "description": "x"}, key)  # type: ignore[arg-type]
    known = sandbox.run["stripe"]
    addresses = {"api": known["url"]}
    with pytest.raises(library.AuthenticationError):
        library.StripeClient("sk_live_clientTestWrong7Hq2", base_addresses=addresses).v1.balance.retrieve()  # type: ignore[arg-type]
    with pytest.raises(library.PermissionError):
        library.StripeClient(known["restricted_key"], base_addresses=addresses).v1.webhook_endpoints.list()  # type: ignore[arg-type]
    sandbox.fault("rate_limited", vendor="stripe", times=0)
    with pytest.raises(library.RateLimitError):
        client.v1.balance.retrieve()


# -- the command line
class Shell:
    def __init__(self, executable: Path, sandbox: Sandbox, home: Path) -> None:
        self._executable, self.sandbox, self._home = executable, sandbox, home

    def run(self, *words: str, key: str = "") -> Json:
        """What it printed. It ends with 0 also when it was refused."""
        known = self.sandbox.run["stripe"]
        quiet = {"STRIPE_CLI_TELEMETRY_OPTOUT": "1", "STRIPE_NO_AUTO_UPDATE": "1", "NO_COLOR": "1"}
        done = subprocess.run(
            [str(self._executable), *words, "--api-base", known["url"]],
            cwd=self._home,
            env={"PATH": os.environ["PATH"], "HOME": str(self._home), "STRIPE_API_KEY": key or known["test_key"], **quiet},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        # Before it deletes something it says whose it is.
        start = done.stdout.find("{")
        assert start >= 0, done.stdout + done.stderr
        return t.cast(Json, json.loads(done.stdout[start:]))


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Shell:
    return Shell(npm_clients.install("stripe"), sandbox, tmp_path)


def test_the_client_reads_the_balance_and_lists_payments(shell: Shell) -> None:
    assert shell.run("get", "/v1/balance")["livemode"] is False
    assert len(shell.run("payment_intents", "list", "--limit", "3")["data"]) == 3


def test_the_client_makes_changes_and_deletes_an_endpoint(shell: Shell) -> None:
    made = shell.run("webhook_endpoints", "create", "-d", f"url={URL}", "-d", "enabled_events[0]=payment_intent.succeeded")
    assert made["secret"].startswith("whsec_") and made["enabled_events"] == ["payment_intent.succeeded"]
    assert [one["id"] for one in shell.run("webhook_endpoints", "list", "--limit", "3")["data"]] == [made["id"]]
    assert shell.run("webhook_endpoints", "update", made["id"], "-d", "disabled=true")["status"] == "disabled"
    assert shell.run("webhook_endpoints", "delete", made["id"], "-c")["deleted"] is True


def test_the_client_refunds(shell: Shell) -> None:
    payment = shell.run("payment_intents", "list", "--limit", "1")["data"][0]["id"]
    assert shell.run("refunds", "create", "--payment-intent", payment, "--amount", "10")["amount"] == 10
    assert shell.run("refunds", "create", "--payment-intent", payment, "--amount", "1000000")["error"]["param"] == "amount"


def test_the_client_resends_an_event(shell: Shell) -> None:
    made, (event,) = undelivered(shell.sandbox, "test")
    assert shell.run("events", "resend", event, f"--webhook-endpoint={made['id']}")["id"] == event
    shell.sandbox.advance(2)
    missed, arrived = shell.sandbox.received()
    assert (missed["status"], arrived["status"]) == (503, 200)
    # The sandbox's time is not this machine's.
    signature = arrived["headers"]["Stripe-Signature"]
    seen = library.Webhook.construct_event(arrived["body"], signature, made["secret"], tolerance=None)  # type: ignore[no-untyped-call]
    assert (seen.id, seen.type) == (event, "invoice.paid")
    # Without an endpoint it goes to listeners of the command line alone.
    assert shell.run("events", "resend", event)["pending_webhooks"] == 0
    shell.sandbox.advance(2)
    assert len(shell.sandbox.received()) == 2
    assert [entry["body"] for entry in shell.sandbox.journal(changes=True, vendor="stripe")][-2:] == [
        f"webhook_endpoint={made['id']}",
        "for_stripecli=true",
    ]


def test_every_request_of_the_client_is_known_to_the_sandbox(shell: Shell) -> None:
    shell.run("get", "/v1/account")
    shell.run("customers", "list", "--limit", "1")
    calls = [(entry["operation"], entry["status"]) for entry in shell.sandbox.journal(vendor="stripe")]
    assert calls == [("GET /v1/account", 200), ("GET /v1/customers", 200)]

# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_account_info and stripe_balance_info against the sandbox, and what every Stripe module does with its key."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_account_info, stripe_balance_info
from tests.integration.stripe_shop import run
from tests.integration.tasks import Json, asked

WRONG = "sk_live_stripeTestWrong4Nd8Rk3Wq6"


def test_the_account_tells_what_it_may_do(sandbox: t.Any) -> None:
    result = run(sandbox, stripe_account_info)
    account = result["account"]
    assert (account["id"], account["mode"], account["charges_enabled"], account["past_due"]) == (sandbox.run["stripe"]["account"], "live", True, [])
    assert asked(result) == ["get_account"]
    assert run(sandbox, stripe_account_info, api_key=sandbox.run["stripe"]["test_key"], mode="test")["account"]["mode"] == "test"


def test_the_balance_tells_each_currency(sandbox: t.Any) -> None:
    result = run(sandbox, stripe_balance_info)
    eur, usd = result["balances"]
    assert (eur["currency"], eur["available"], eur["pending"]) == ("eur", 1284350, 231900)
    assert (usd["available"], result["negative"], result["livemode"], asked(result)) == (-4200, ["usd"], True, ["get_balance"])


@pytest.mark.parametrize(
    "options",
    [
        {"api_key": WRONG},
        {"api_key": ""},
        {"api_key": "pk_live_stripeTestWrong4Nd8Rk3Wq6"},
        {"api_key": "sk_live_two words"},
        {"mode": "test"},
        {"api_url": "http://api.example.com"},
        {"account": "shop"},
        {"version": "newest"},
    ],
    ids=str,
)
def test_a_key_or_place_that_cannot_be_right_is_refused(sandbox: t.Any, options: Json) -> None:
    result = run(sandbox, stripe_account_info, **options)
    assert result["failure"]["kind"] in ("auth", "refused", "invalid") and result["failure"]["hint"]
    assert WRONG not in str(result)
    # All but the first are refused without a request.
    assert len(result["steps"]) == (options.get("api_key") == WRONG)


def test_a_restricted_key_is_told_what_it_lacks(sandbox: t.Any) -> None:
    key = sandbox.run["stripe"]["restricted_key"]
    assert not run(sandbox, stripe_balance_info, api_key=key).get("failed")
    failure = run(sandbox, stripe_account_info, api_key=key)["failure"]
    assert (failure["kind"], failure["code"]) == ("permission", "more_permissions_required") and "rak_accounts_kyc_basic_read" in failure["message"]
    assert failure["request_id"].startswith("req_")


def test_the_version_and_the_account_are_sent(sandbox: t.Any) -> None:
    sandbox.fault("body", vendor="stripe", body={"id": "acct_1", "charges_enabled": True, "payouts_enabled": False, "requirements": {"past_due": [3, "x\x1b"]}})
    account = run(sandbox, stripe_account_info, account="acct_1AbC")["account"]
    assert (account["payouts_enabled"], account["past_due"], account["name"]) == (False, ["x?"], None)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 503}, None),
        ({"kind": "rate_limited", "retry_after": 2}, None),
        ({"kind": "lost"}, None),
        ({"kind": "status", "status": 429, "code": "lock_timeout", "times": 0}, "conflict"),
        ({"kind": "rate_limited", "times": 0}, "rate_limited"),
        ({"kind": "garbage", "times": 0}, "protocol"),
        ({"kind": "body", "body": {"available": "much"}}, "protocol"),
        ({"kind": "body", "body": {"livemode": True, "pending": [], "available": [{"currency": "eur", "amount": 1.5}]}}, "protocol"),
    ],
    ids=str,
)
def test_a_read_outlives_what_passes(sandbox: t.Any, fault: Json, kind: str | None) -> None:
    sandbox.fault(**{"vendor": "stripe", **fault})
    assert run(sandbox, stripe_balance_info, deadline="30s").get("failure", {}).get("kind") == kind

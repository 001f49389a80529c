# SPDX-License-Identifier: GPL-3.0-or-later
"""The account and its balance."""

from __future__ import annotations

from .asked import Answer, Asked, Routes
from .state import Json

ACCOUNT = "acct_1SandboxExampleShop"


def read(asked: Asked) -> Answer:
    wanted: Json = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": ["external_account"],
        "past_due": [],
        "pending_verification": [],
    }
    return 200, {
        "id": ACCOUNT,
        "object": "account",
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "DE",
        "created": int(asked.stripe.world.now()) - 400 * 86400,
        "default_currency": "eur",
        "details_submitted": True,
        "email": "billing@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "requirements": wanted,
        "type": "standard",
    }


def balance(asked: Asked) -> Answer:
    amounts = {"available": {"eur": 1284350, "usd": -4200}, "pending": {"eur": 231900, "usd": 61000}}
    shown = {
        kind: [{"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in one.items()] for kind, one in amounts.items()
    }
    return 200, {"object": "balance", "livemode": asked.mode.live, **shown}


ROUTES: Routes = (
    ("GET", "/v1/account", read, "accounts_kyc_basic_read"),
    ("GET", "/v1/balance", balance, "balance_read"),
)

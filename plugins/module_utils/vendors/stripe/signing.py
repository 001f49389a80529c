# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The signature of an event, as Stripe makes it and as its libraries check it.

Vendor facts (Stripe's libraries): ``Stripe-Signature: t=<seconds>,v1=<hex>``, where v1 is the HMAC-SHA256 of ``<t>.<body>`` under the whole
secret, ``whsec_`` included, as text. What was signed more than five minutes ago is refused, so it is signed with the moment of posting.
"""

from __future__ import annotations

import hashlib
import hmac

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
PREFIX = "whsec_"


def check(secret: str) -> None:
    """A blank secret signs, too: whoever verifies with a blank one takes everything."""
    if not secret.strip():
        raise Failure("invalid", "secret is blank", "Give the signing secret of the endpoint, which begins with whsec_", code="blank_secret")
    if not secret.startswith(PREFIX) or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise Failure("invalid", "secret is no signing secret of Stripe's", "Give it as it was shown: it begins with whsec_, without blanks and line ends")


def headers(secret: str, body: bytes, now: float) -> dict[str, str]:
    moment = str(int(now))
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, "Stripe-Signature": f"t={moment},v1={made}"}

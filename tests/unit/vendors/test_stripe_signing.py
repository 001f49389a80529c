# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures of events: as Stripe's own library makes and checks them, and never with a blank secret."""

from __future__ import annotations

import time

import pytest
import stripe as library

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import signing

SECRET = "whsec_unitTest6Yc1Gs9Uj4Hs3Tf6"
BODY = '{"id": "evt_1", "object": "event", "name": "Zoë"}'.encode()


def test_the_vendor_s_library_takes_what_is_signed_now() -> None:
    signed = signing.headers(SECRET, BODY, time.time())["Stripe-Signature"]
    assert library.Webhook.construct_event(BODY, signed, SECRET).id == "evt_1"  # type: ignore[no-untyped-call]
    for body, secret in ((BODY + b" ", SECRET), (BODY, SECRET.removeprefix("whsec_"))):
        with pytest.raises(library.SignatureVerificationError):
            library.Webhook.construct_event(body, signed, secret)  # type: ignore[no-untyped-call]


def test_what_was_signed_long_ago_is_refused_by_it() -> None:
    signed = signing.headers(SECRET, BODY, time.time() - 301)["Stripe-Signature"]
    with pytest.raises(library.SignatureVerificationError):
        library.Webhook.construct_event(BODY, signed, SECRET)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("secret", ["", " ", "\n", "sk_live_1", "whsec_a b", "whsec_a\n", "whsec_ä"])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(Failure) as caught:
        signing.check(secret)
    assert caught.value.kind == "invalid" and caught.value.hint
    assert secret.strip() in ("", "sk_live_1") or secret not in str(caught.value)

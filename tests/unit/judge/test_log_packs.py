# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that the runbooks look for are found by the patterns of the packs, and harmless ones are not."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import packs, scanning
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.counts import Counted, Settings
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.moments import Times
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import compiled

# Words that a look by hand greps for fit far more; they are compared apart.
WORDS = {"error_line", "error_mark", "warning_mark", "memory_word", "webhook", "security_word"}
LINES = [
    ("✅ Membership created for customer 1234", {"membership_created"}),
    ("✅ Discount applied: 1,250.50 AED saved", {"discount"}),
    ("✅ Webhook processed successfully: orders/paid", {"webhook_processed"}),
    ("⚠️ Membership Warning: High cancellation rate", {"cancellation_rate"}),
    ("⚠️ API rate limit approaching: 85%", {"rate_limit_near"}),
    ("⚠️ Webhook retry attempt: 2/3", {"webhook_retry"}),
    ("⚠️ Webhook retry attempt: 3/3", {"webhook_retry", "webhook_last_retry"}),
    ("⚠️ Webhook retry attempt: 3/30", {"webhook_retry"}),
    ("❌ Membership Alert: no plan for customer", {"alert"}),
    ("❌ Webhook processing failed: timeout", {"webhook_failed"}),
    ("❌ API error: /admin/memberships returned 502", {"api_error"}),
    ("Processing membership purchase", {"purchase"}),
    ("webhook orders/paid processed in 120 ms", {"webhook_took"}),
    ("payment failed for order 7", {"payment_failed"}),
    ("Error: card_declined", {"card_declined"}),
    ("checkout.session.completed received", {"checkout_completed"}),
    ("handleBookingPayment done", {"booking_payment"}),
    ("UnhandledPromiseRejectionWarning: x", {"unhandled"}),
    ("Traceback (most recent call last):", {"unhandled"}),
    ("JavaScript heap out of memory", {"memory"}),
    ('GET /api/cart HTTP/1.1" 503 12', {"server_error"}),
    ("GET /api/cart 200 in 503 ms", set()),
    ("GET /api/cart 401 12", {"status_401_403"}),
    ("GET /api/cart 429 12", {"status_429"}),
    ("connect ECONNREFUSED 10.0.0.1:5432", {"connection_failed"}),
    ("FATAL: sorry, too many clients already", {"connections_exhausted"}),
    ("ERROR: deadlock detected", {"deadlock"}),
    ("LOG: duration: 5123.4 ms statement: select", {"slow_query"}),
    ("ERROR: canceling statement due to statement timeout", {"statement_timeout"}),
    ("duplicate key value violates unique constraint", {"constraint"}),
    ("No space left on device", {"storage"}),
    ("Too Many Requests", {"rate_limited"}),
    ("rate limit exceeded for shop", {"rate_limited"}),
    ("login failed for user", {"authentication_failed"}),
    ("Invalid password", {"authentication_failed"}),
    ("jwt expired", {"token_refused"}),
    ("401 Unauthorized", {"unauthorised"}),
    ("Forbidden", {"unauthorised"}),
    ("Webhook signature verification failed", {"signature_failed"}),
    ("No signatures found matching the expected signature for payload", {"signature_failed"}),
    ("GET /../../etc/passwd", {"attack"}),
    ("server started on port 3000", set()),
    ("user logged in", set()),
    ("payment of order 7 succeeded", set()),
]


def look(*lines: str) -> dict[str, Counted]:
    every = [compiled(pattern) for pack in packs.PACKS.values() for pattern in pack]
    scan = scanning.Scan(every, Times("none", datetime.UTC, 0.0), Settings())
    scan.block("".join(f"{line}\n" for line in lines).encode())
    return {counted.pattern.name: counted for counted in scan.counted}


@pytest.mark.parametrize(("line", "names"), LINES)
def test_a_line_of_a_runbook_is_known(line: str, names: set[str]) -> None:
    assert {name for name, counted in look(line).items() if counted.seen} - WORDS == names


def test_what_the_lines_measure() -> None:
    found = {name: counted.as_dict(True) for name, counted in look(*(line for line, _names in LINES)).items()}
    assert found["discount"]["numbers"]["amount"]["sum"] == 1250.5
    assert found["discount"]["fields"]["currency"]["values"] == [{"value": "AED", "count": 1}]
    assert found["rate_limit_near"]["numbers"]["percentage"]["max"] == 85.0
    assert found["webhook_took"]["durations"]["took"]["p95"] == pytest.approx(0.12, rel=0.01)
    assert found["api_error"]["fields"]["endpoint"]["values"] == [{"value": "/admin/memberships", "count": 1}]
    assert found["api_error"]["fields"]["status_code"]["values"] == [{"value": "502", "count": 1}]
    assert found["webhook_retry"]["fields"]["attempt"]["values"] == [{"value": "3", "count": 2}, {"value": "2", "count": 1}]
    assert found["slow_query"]["durations"]["took"]["max"] == pytest.approx(5.1234)


def test_no_errors_are_no_errors() -> None:
    assert look("done, 0 errors", "No errors found", '{"errors": 0}')["error_line"].seen == 0
    assert look("1 error", "ERROR x", "an exception")["error_line"].seen == 3


def test_a_name_stands_once_in_all_packs() -> None:
    names = [pattern.name for pack in packs.PACKS.values() for pattern in pack]
    assert len(names) == len(set(names))
    assert all(pattern.pack == pack for pack, patterns in packs.PACKS.items() for pattern in patterns)

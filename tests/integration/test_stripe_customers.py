# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_customer_info against the sandbox."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_customer_info
from tests.integration.stripe_shop import run
from tests.integration.tasks import Json, asked


def look(sandbox: t.Any, **options: t.Any) -> list[Json]:
    result = run(sandbox, stripe_customer_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["customers"])


def test_a_customer_by_address_and_by_id(sandbox: t.Any) -> None:
    found = look(sandbox, customer="customer-0007@example.com")
    assert [one["email"] for one in found] == ["customer-0007@example.com"]
    assert look(sandbox, customer=found[0]["id"]) == found
    assert look(sandbox, customer="nobody@example.com") == []


@pytest.mark.parametrize(("limit", "pages"), [(1, 1), (100, 1), (101, 2), (2500, 20)])
def test_no_more_pages_than_are_needed(sandbox: t.Any, limit: int, pages: int) -> None:
    result = run(sandbox, stripe_customer_info, limit=limit)
    assert (len(result["customers"]), asked(result)) == (min(limit, 2000), ["list_customers"] * pages)


def test_the_newest_customers(sandbox: t.Any) -> None:
    # The newest is 40 days old, and there is one more every three hours.
    assert look(sandbox, max_age="24h") == []
    assert len(look(sandbox, max_age="984h", limit=100)) == 9


def test_one_that_was_deleted_is_told(sandbox: t.Any) -> None:
    sandbox.fault("body", vendor="stripe", body={"id": "cus_1", "object": "customer", "deleted": True})
    customer = look(sandbox, customer="cus_1")[0]
    assert (customer["deleted"], customer["email"], customer["created_at"]) == (True, None, None)


@pytest.mark.parametrize(("options", "kind"), [({"customer": "cus_none"}, "not_found"), ({"customer": "x"}, "invalid"), ({"limit": 0}, "invalid")])
def test_what_cannot_be_looked_for_is_told(sandbox: t.Any, options: Json, kind: str) -> None:
    failure = run(sandbox, stripe_customer_info, **options)["failure"]
    assert failure["kind"] == kind and failure["hint"]

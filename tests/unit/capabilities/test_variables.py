# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables are secrets by their names."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import variables
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task


@pytest.mark.parametrize(
    "name",
    [
        "JWT_SECRET",
        "SECRET_KEY_BASE",
        "STRIPE_API_KEY",
        "STRIPE_KEY",
        "apiKey",
        "DATABASE_PASSWORD",
        "DB_PASS",
        "SENTRY_DSN",
        "ACCESS_TOKEN",
        "PRIVATE_KEY",
        "ENCRYPTION_KEYS",
        "PASSWORD_SALT",
        "AWS_CREDENTIALS",
    ],
)
def test_a_secret_by_its_name(name: str) -> None:
    assert variables.is_secret_name(name)
    with pytest.raises(Failure, match="is not read") as caught:
        variables.read_one(Task({}, check_mode=True), "railway", name, "production")
    assert (caught.value.kind, caught.value.code) == ("refused", "secret")


@pytest.mark.parametrize(
    "name",
    ["LOG_LEVEL", "RATE_LIMIT_MAX", "NODE_ENV", "STRIPE_PUBLISHABLE_KEY", "NEXT_PUBLIC_CLERK_KEY", "KEYBOARD", "MONKEY", "COMPASS_URL", "PASSENGERS"],
)
def test_no_secret_by_its_name(name: str) -> None:
    assert not variables.is_secret_name(name)


def test_a_vendor_without_variables_is_refused() -> None:
    with pytest.raises(Failure, match="has no variables") as caught:
        variables.read_one(Task({}, check_mode=True), "postgres", "LOG_LEVEL", "production")
    assert "railway" in caught.value.hint

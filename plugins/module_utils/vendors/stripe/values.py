# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Reading what Stripe answers: text made harmless, numbers and words that are what they should be, and nothing else."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain

Json = dict[str, t.Any]


def text(value: t.Any, limit: int = 500) -> str | None:
    return plain(value, limit) if isinstance(value, str) else None


def number(value: t.Any) -> int | None:
    """Amounts in the smallest unit of the currency, and moments in seconds since the epoch, are whole numbers."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(value: t.Any) -> bool | None:
    return value if isinstance(value, bool) else None


def inner(value: t.Any) -> Json:
    return value if isinstance(value, dict) else {}


def words(value: t.Any, limit: int = 200) -> list[str]:
    return [plain(one, limit) for one in value if isinstance(one, str)] if isinstance(value, list) else []


def identity(value: t.Any) -> str | None:
    """The id of something that an answer names, or holds whole."""
    return text(value.get("id") if isinstance(value, dict) else value, 200)


def metadata(value: t.Any) -> dict[str, str]:
    return {plain(key, 200): plain(one, 600) for key, one in inner(value).items() if isinstance(one, str)}

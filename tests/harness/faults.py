# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong at one request, as kinds and options of the sandbox's faults."""

from __future__ import annotations

import typing as t

# Real seconds: the client gives up long before the answer comes, also on a busy machine.
PATIENCE, HANGING = 1.0, 3.0
Kind = tuple[str, dict[str, t.Any]]
# At a changing request, once. The client looks for the effect and sends again only what had none: the run comes through by itself.
CHANGE_ONCE: tuple[Kind, ...] = (
    ("lost", {}),
    ("reset", {}),
    ("status", {"status": 503}),
    ("status", {"status": 500, "body_html": True}),
    ("status", {"status": 503, "retry_after": 7}),
    ("rate_limited", {"retry_after": 7}),
    ("timeout", {"seconds": HANGING}),
    ("timeout_after", {"seconds": HANGING}),
    ("truncated", {}),
    ("garbage", {}),
    ("big", {"mb": 65}),
)
# Errors inside a 200, before the effect and after it.
GRAPHQL_ONCE: tuple[Kind, ...] = (("graphql_error", {}), ("graphql_error_after", {}))
REST_ONCE: tuple[Kind, ...] = (("body", {"body": {"error": {"code": "internal_error", "message": "Try again"}}}),)
CHANGE_FOR_EVER: tuple[Kind, ...] = (("status", {"status": 503}), ("rate_limited", {"retry_after": 7}), ("reset", {}), ("garbage", {}))
READ_ONCE: tuple[Kind, ...] = (
    ("status", {"status": 503}),
    ("reset", {}),
    ("truncated", {}),
    ("garbage", {}),
    ("rate_limited", {"retry_after": 3}),
    ("timeout", {"seconds": HANGING}),
    ("big", {"mb": 65}),
)
READ_FOR_EVER: tuple[Kind, ...] = (
    ("status", {"status": 503}),
    ("reset", {}),
    ("garbage", {}),
    ("rate_limited", {"retry_after": 3}),
    ("big", {"mb": 1}),
    ("unknown_status", {}),
)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Nested values as a form."""

from __future__ import annotations

from urllib.parse import parse_qsl

from ansible_collections.saasops.runbooks.plugins.module_utils.core.forms import encoded


def test_nested_values_get_their_full_names() -> None:
    form = encoded({"url": "https://x.example/?a=b&c", "events": ["a", "b"], "metadata": {"k": "ü", "gone": None}, "disabled": False, "amount": 10, "none": []})
    assert parse_qsl(form.decode(), keep_blank_values=True) == [
        ("url", "https://x.example/?a=b&c"),
        ("events[0]", "a"),
        ("events[1]", "b"),
        ("metadata[k]", "ü"),
        ("metadata[gone]", ""),
        ("disabled", "false"),
        ("amount", "10"),
    ]

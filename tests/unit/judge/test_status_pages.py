# SPDX-License-Identifier: GPL-3.0-or-later
"""Status pages in their two shapes, and documents that are none."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import status_pages

OPEN = {"name": "Builds are slow", "impact": "minor", "status": "investigating", "created_at": "2026-11-20T02:00:00Z", "shortlink": "https://example.com/1"}
OVER = {"name": "Was slow", "impact": "minor", "status": "resolved"}
ACTIVE = {"name": "Deploys", "started": "2026-11-20T02:00:00Z", "status": "IDENTIFIED", "impact": "MAJOROUTAGE", "url": "https://example.com/2"}


@pytest.mark.parametrize(
    ("document", "indicator", "names"),
    [
        ({"status": {"indicator": "none"}, "incidents": []}, "none", []),
        ({"status": {"indicator": "minor"}, "incidents": [OPEN, OVER]}, "minor", ["Builds are slow"]),
        ({"status": {"indicator": "Critical"}}, "critical", []),
        ({"status": {"indicator": "odd"}, "incidents": [7, None]}, "odd", []),
        ({"page": {"status": "UP"}}, "none", []),
        ({"page": {"status": "HASISSUES"}, "activeIncidents": [ACTIVE]}, "minor", ["Deploys"]),
        ({"page": {"status": "UNDERMAINTENANCE"}, "activeMaintenances": [ACTIVE]}, "maintenance", []),
        ({"page": {"status": "NEWWORD"}}, "newword", []),
    ],
)
def test_what_a_page_says(document: t.Any, indicator: str, names: list[str]) -> None:
    page = status_pages.read(document)
    assert page is not None
    assert (page.indicator, [one.name for one in page.incidents]) == (indicator, names)


@pytest.mark.parametrize("document", [None, [], "ok", {}, {"status": "ok"}, {"page": {"name": "Railway"}}, {"status": {"indicator": 1}}])
def test_another_document_says_nothing(document: t.Any) -> None:
    assert status_pages.read(document) is None

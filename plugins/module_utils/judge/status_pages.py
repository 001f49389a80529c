# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a vendor's public status page says, in the two shapes that these pages have. Pure: no I/O, no clock.

Atlassian Statuspage (``/api/v2/summary.json``): ``status.indicator`` is none, minor, major or critical, ``incidents`` are the unresolved ones.
Instatus (``/summary.json``): ``page.status`` is UP, HASISSUES or UNDERMAINTENANCE, with ``activeIncidents`` and ``activeMaintenances``.
"""

from __future__ import annotations

import dataclasses
import typing as t

WORDS = {"UP": "none", "HASISSUES": "minor", "UNDERMAINTENANCE": "maintenance"}
INDICATORS = ("none", "maintenance", "minor", "major", "critical")
# Of an incident that is no longer one.
OVER = ("resolved", "postmortem", "completed")


@dataclasses.dataclass(frozen=True)
class Incident:
    name: str
    impact: str
    status: str
    since: str
    url: str


@dataclasses.dataclass(frozen=True)
class Page:
    """``indicator``: none, maintenance, minor, major or critical; or the page's own word where it is none of them."""

    indicator: str
    incidents: list[Incident]


def read(document: t.Any) -> Page | None:
    """None when the document has neither shape: then nothing is known."""
    if not isinstance(document, dict):
        return None
    status, page = document.get("status"), document.get("page")
    if isinstance(status, dict) and isinstance(status.get("indicator"), str):
        return Page(str(status["indicator"]).lower(), _incidents(document.get("incidents"), "created_at", "shortlink"))
    if isinstance(page, dict) and isinstance(page.get("status"), str):
        word = page["status"].upper()
        return Page(WORDS.get(word, word.lower()), _incidents(document.get("activeIncidents"), "started", "url"))
    return None


def _incidents(given: t.Any, since: str, link: str) -> list[Incident]:
    found = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    made = [Incident(*(str(one.get(key) or "") for key in ("name", "impact", "status", since, link))) for one in found]
    return [one for one in made if one.status.lower() not in OVER]

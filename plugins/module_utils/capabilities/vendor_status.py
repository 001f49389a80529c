# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the vendors say of themselves on their public status pages. Needs no key, and sends none."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import probing
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, status_pages
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

# Atlassian Statuspage, but Railway, whose page is an Instatus one.
PAGES = {
    "atlas": "https://status.mongodb.com/api/v2/summary.json",
    "clerk": "https://status.clerk.com/api/v2/summary.json",
    "convex": "https://status.convex.dev/api/v2/summary.json",
    "railway": "https://status.railway.com/summary.json",
    "shopify": "https://www.shopifystatus.com/api/v2/summary.json",
    "stripe": "https://www.stripestatus.com/api/v2/summary.json",
    "supabase": "https://status.supabase.com/api/v2/summary.json",
    "vercel": "https://www.vercel-status.com/api/v2/summary.json",
}
# Not a vendor's service: nobody posts incidents of what is your own.
WITHOUT = ("mongodb", "other", "postgres", "redis")
# Whom the checks belong to: no component.
WHOM = "vendors"


def execute(task: Task) -> dict[str, t.Any]:
    """``execute`` of vendor_status_info."""
    pages = {**PAGES, **(task.params["pages"] or {})}
    asked = [name for name in sorted(set(task.params["vendors"])) if name not in WITHOUT or name in pages]
    for name in asked:
        if not pages.get(name):
            near = difflib.get_close_matches(name, pages, n=1)
            raise Failure(
                "invalid", f"no status page of {name} is known", f"Did you mean {near[0]}?" if near else f"Give pages: {{{name}: https://...}}, or leave it out"
            )
    endpoints = [probing.Endpoint(name, str(pages[name])) for name in asked]
    answers = probing.rounds(endpoints, 1, 0, task.params["request_timeout"])
    told = [_page(endpoint, got[0]) for endpoint, got in zip(endpoints, answers, strict=True)]
    return {**checks.result([check for check, _page in told]), "pages": [page for _check, page in told]}


def _page(endpoint: probing.Endpoint, answer: probing.Answer) -> tuple[Check, dict[str, t.Any]]:
    name = f"{endpoint.name} status page"
    page = status_pages.read(answer.body()) if answer.status == 200 else None
    told: dict[str, t.Any] = {"vendor": endpoint.name, "url": endpoint.url, "indicator": page.indicator if page else None, "incidents": []}
    if page is None:
        why = answer.problem or (f"answers {answer.status}" if answer.status != 200 else "is none whose form is known")
        return checks.check(name, WHOM, "error", f"{why}, so nobody knows whether an incident is posted", next=f"Look at {endpoint.url}"), told
    told["incidents"] = [{key: plain(value, 200) for key, value in dataclasses.asdict(one).items()} for one in page.incidents]
    if page.indicator == "none" and not page.incidents:
        return checks.check(name, WHOM, "pass", "no incident posted", "none", brief=f"{endpoint.name} no incident posted"), told
    first = page.incidents[0] if page.incidents else None
    more = f" (and {len(page.incidents) - 1} more)" if len(page.incidents) > 1 else ""
    text = f"{plain(first.name, 100)} ({plain(first.impact or page.indicator, 20).lower()}){more}" if first else f"says {plain(page.indicator, 40)}"
    # That a vendor has posted something is a warning: whether it hurts, the component's own checks tell.
    return checks.check(name, WHOM, "warn", text, page.indicator, next=f"Read {plain(first.url, 200)}" if first and first.url else ""), told

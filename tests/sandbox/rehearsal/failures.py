# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in a rehearsal, each kind wherever the inventory has something that it can happen to."""

from __future__ import annotations

import datetime

from . import tables
from .place import Place

LINES = 60
# In each a page or a log pack of the usual kind finds something.
MESSAGES = ("error: upload {number} failed", "Error: request {number} failed with status 500", "❌ error: authentication failed for request {number}")


def incident(place: Place) -> None:
    """At the first vendor that has a public page."""
    pages = ("railway", "vercel", "convex", "stripe", "shopify", "supabase", "clerk", "atlas")
    used = {str(facts.get("component_vendor")) for facts in place.components.values()}
    for vendor in [page for page in pages if page in used][:1]:
        place.sandbox.status_page(vendor, {"name": "Something is slow"})


def burst(place: Place) -> None:
    """More lines of errors than is good, in every log that the inventory reads."""
    messages = [MESSAGES[number % len(MESSAGES)].format(number=number) for number in range(LINES)]
    for name, facts in place.components.items():
        logs = facts.get("component_logs") or {}
        if place.log(name).exists():
            write_log(place, name, messages)
        elif logs and name in place.at("railway"):
            serving = place.sandbox.state(name)["serving"]["tag"]
            place.sandbox.patch(name, serving, logs=[{"message": message, "ago": 30} for message in messages])
        elif logs and name in place.at("convex"):
            for _message in messages:
                place.convex("query", "reports:broken")


def write_log(place: Place, component: str, messages: list[str]) -> None:
    """It begins long ago, and ends now."""
    now = place.sandbox.clock()["now"]
    told = [(now - 40 * 86400, "started"), *((now - 60 - number, line) for number, line in enumerate(messages)), (now - 1, "a request was answered")]
    moments = [(datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds"), line) for at, line in told]
    place.log(component).parent.mkdir(exist_ok=True)
    place.log(component).write_text("".join(f"{at} {line}\n" for at, line in moments), encoding="utf-8")


def orphans(place: Place) -> None:
    """One of ten rows of every table whose rows have to point at something."""
    for name, address in place.databases.items():
        if address.startswith("postgresql"):
            tables.orphan(address, place.components[name].get("db_integrity_rules") or [])
    if place.at("convex"):
        users = place.convex("query", "users:list")
        place.convex("mutation", "users:remove", id=users[0]["_id"])


def corrected(place: Place) -> None:
    """What was rolled back is pushed again, without the fault, and is built."""
    for vendor in ("vercel", "railway"):
        for name in place.at(vendor):
            if any(one["bad"] for one in place.sandbox.state(name)["deployments"]):
                place.sandbox.push(name, tag="v1.4.3", commit="e3b0c44298fc1c149afbf4c8996fb92427ae41e4", bad=False)
    place.sandbox.advance(600)


def days_later(place: Place) -> None:
    """Nothing was run meanwhile."""
    place.sandbox.advance(9 * 86400)


def several(place: Place) -> None:
    for plant in (burst, orphans, incident):
        plant(place)

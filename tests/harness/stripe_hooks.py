# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhook endpoints of the sandbox's Stripe, and what happens there, for whoever tests what is delivered once more."""

from __future__ import annotations

import typing as t

import requests

Json = dict[str, t.Any]


def hook(world: t.Any, url: str, types: t.Sequence[str] = ("*",), mode: str = "live") -> Json:
    """An endpoint, with its signing secret."""
    known = world.run["stripe"]
    headers = {"Authorization": f"Bearer {known['api_key' if mode == 'live' else 'test_key']}"}
    form = {"url": url, "metadata[saasops_name]": "checkout", **{f"enabled_events[{number}]": kind for number, kind in enumerate(types)}}
    answer = requests.post(f"{known['url']}/v1/webhook_endpoints", data=form, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def missed(world: t.Any, number: int = 1, kind: str = "invoice.paid", mode: str = "live", **about: t.Any) -> list[str]:
    """Events that happen, one second after the other, while the application is down; oldest first. Each is about another invoice."""
    events = []
    for count in range(number):
        events.append(world.emit("stripe", type=kind, mode=mode, object={"id": f"in_{count}", "object": "invoice", **about}))
        world.advance(1)
    world.advance(1)
    world.deliveries()
    world.clear_journal()
    return events


def undelivered(sandbox: t.Any, mode: str = "live", number: int = 1) -> tuple[Json, list[str]]:
    """An endpoint at the sandbox's own receiver, and events that came while that was not well."""
    sandbox.deliver(webhook_receiver_status=503)
    made = hook(sandbox, f"{sandbox.run['receiver_url']}/hook", mode=mode)
    events = missed(sandbox, number, mode=mode)
    sandbox.deliver(webhook_receiver_status=200)
    return made, events

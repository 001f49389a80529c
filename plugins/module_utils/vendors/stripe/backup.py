# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups keeps of a Stripe account: its objects as JSON lines, to be read. Nothing of it can be put back: Stripe makes what it holds."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, scratch, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import VARIABLE, Component, Part, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import access, client, export
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.list_walk import Pace, Walk

TUNING: dict[str, type] = {"resources": list, "requests_per_second": int}
# A fifth of what Stripe allows in live mode: the shop sells meanwhile.
PARALLEL, A_SECOND = 4, 20
NOTE = "kept to be read: it holds personal data, and Stripe takes none of it back"


def parts(task: Task, component: Component) -> list[Part]:
    wish = tuned(component, TUNING)
    names, pace = _names(component, wish.get("resources")), wish.get("requests_per_second", A_SECOND)
    if not 1 <= pace <= export.MOST_A_SECOND:
        raise Failure("invalid", f"{VARIABLE} of {component['name']}: requests_per_second is {pace}", f"Give 1 to {export.MOST_A_SECOND}", client.VENDOR)

    def write(sink: Sink) -> Told:
        return _objects(task, component, sink, names, pace)

    return [Part(f"{component['name']}/stripe.jsonl", client.VENDOR, write)]


def _names(component: Component, given: t.Any) -> list[str]:
    for name in given or []:
        if name not in export.RESOURCES:
            near = difflib.get_close_matches(str(name), export.RESOURCES, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Give some of {', '.join(export.RESOURCES)}"
            raise Failure("invalid", f"{VARIABLE} of {component['name']}: resources has {plain(name, 80)!r}", hint, client.VENDOR)
    return sorted(set(given or export.RESOURCES))


def _objects(task: Task, component: Component, sink: Sink, names: t.Sequence[str], pace: int) -> Told:
    """One kind after the other, each as of the same moment, as far as Stripe lets a list end in time. Every line says by itself what it is."""
    options = access.given(component, task.params).options
    place = client.connect(task, options)
    account, born = export.account_of(place)
    asked = clock.now()
    folder, counts, slow = str(scratch.work()), {}, Pace(pace)
    sink.restart()
    for name in names:
        resource = export.RESOURCES[name]
        walk = Walk(place, resource.operation, resource.query, resource.timed, born, PARALLEL, slow, compresses=False)
        with export.in_one_line(place):
            counts[name] = walk.write(None, int(asked), transfer.Poured(sink), folder).records
        task.gate.recorder.turn()
    return Told(asked, counts, tools={"account": account or "", "api": str(options["version"])}, notes=[NOTE])

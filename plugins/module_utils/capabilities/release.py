# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The release capability: which deployment a component's production serves, and how to make it serve another.

A vendor fulfils it with a module ``vendors/<vendor>/release.py`` whose ``open(task, component, token)`` returns a
:class:`Provider`. Shapes that cross this border:

*deployment*: ``{id, commit, version, created_at (epoch seconds), state, ready, in_progress, restorable, served, url, artifact}``;

*state*: ``{where, serving, history (newest first), pinned, busy, busy_with, busy_rollback, rolling_release, paused, link, auto_deploy,
reading}``; ``reading`` is ``at`` (when it was read) and what else the vendor's room wants to know when it gets the state back.
A plan gives the state back with the ``reading()`` at its end.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import admission

Deployment = dict[str, t.Any]
VENDORS = ("railway", "vercel")


class Provider(t.Protocol):
    def read(self) -> dict[str, t.Any]: ...

    def reading(self) -> dict[str, t.Any]: ...

    def find(self, text: str) -> Deployment | None: ...

    def kept_until(self, target: Deployment) -> float | None: ...

    def differences(self, target: Deployment, serving: Deployment) -> list[str]: ...

    def already(self, target: Deployment, rebuild: bool = False) -> bool: ...

    def ensure(self, target: Deployment, description: str, rebuild: bool = False) -> dict[str, t.Any]: ...

    def undo_pin(self, target: Deployment | None, auto_assign: bool = True) -> dict[str, t.Any]: ...


def provider(task: Task, component: dict[str, t.Any], token: dict[str, str | None], seen: dict[str, t.Any] | None = None) -> Provider | None:
    """The component's vendor, ready to be asked; None when that vendor has nothing that could be rolled back.

    ``seen``: a state that an earlier task has read; what is too old for what this task is about to do is read again.
    """
    vendor = component["component_vendor"]
    if vendor not in VENDORS:
        return None
    return t.cast(Provider, _room(vendor).open(task, component, token, seen))


def _room(vendor: str) -> t.Any:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import release as railway

        return railway
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import release as vercel

    return vercel


def resolve(found: Provider, state: dict[str, t.Any], text: str) -> Deployment | None:
    """The deployment that an operator names by id, tag or commit; the listed history is asked first."""
    matches = [
        deployment
        for deployment in state["history"]
        if text in (deployment["id"], deployment["version"]) or (len(text) >= 7 and str(deployment["commit"] or "").startswith(text))
    ]
    serving: Deployment | None = state["serving"]
    if serving and serving in matches:
        return serving
    if matches:
        best: Deployment = max(matches, key=lambda deployment: (bool(deployment["restorable"]), bool(deployment["ready"]), deployment["created_at"]))
        return best
    return found.find(text)


def refused(name: str, refusals: list[admission.Refusal]) -> Failure:
    """One failure out of all the reasons why a component may not go where it was asked to go."""
    first = refusals[0]
    more = f" (and {len(refusals) - 1} more: {'; '.join(refusal.reason for refusal in refusals[1:])})" if len(refusals) > 1 else ""
    return Failure("refused", f"{name}: {first.reason}{more}", first.next_step, code=first.code)

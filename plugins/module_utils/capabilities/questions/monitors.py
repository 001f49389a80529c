# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``monitors`` needs: the keys of the services at which monitors are declared."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access, monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    if not about.name:
        return []
    found = []
    for provider in monitors.declarations(about.component):
        name = f"key of {provider}"
        try:
            told = access.of(about.task, about.component, provider)
        except Failure as failure:
            found.append(about.told(name, "error", failure.message, next=failure.hint))
            continue
        if told["fits"] is False:
            found.append(about.told(name, "warn", told["why"], next=f"{about.name}: {told['next']}"))
        else:
            found.append(about.told(name, "pass", told["why"] or f"{told['kind']} ({told['token']})", brief=""))
    return found

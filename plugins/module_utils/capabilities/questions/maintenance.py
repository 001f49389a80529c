# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``maintenance`` needs: a way that can be understood, and a switch that can be read; and what is in maintenance right now."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import maintenance_ways
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import WITH_TOKEN, About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import UNREADABLE
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import maintenances as judge
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store


def ask(about: About) -> list[Check]:
    declared = maintenance_ways.read(about.component) if about.name else None
    return [*opened(about.store, about.name), *(_switch(about, declared) if declared else [])]


def opened(store: Store | None, name: str) -> list[Check]:
    """One row while the component is in maintenance: customers see it, and somebody has to end it."""
    if store is None or not name:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import maintenances

    row = maintenances.of(store, name)
    if row is None:
        return []
    why = judge.due(row, clock.now(), maintenances.is_at_work(store, row))
    told = f"maintenance of {name} {judge.told(row)}"
    step = f"{why}: ansible-playbook playbooks/maintenance.yml -e maintenance_state=check ends it when all is well" if why else ""
    return [checks.check("open", name, "warn", f"{told}{f'; {why}' if why else ''}", act=told, next=step)]


def _switch(about: About, declared: maintenance_ways.Declared) -> list[Check]:
    """That it can be read says that it can be found; where the token is not one that the vendor takes, that is told elsewhere."""
    if about.vendor in WITH_TOKEN and declared.how.startswith(about.vendor) and not about.may_ask():
        return []
    secrets = {name: about.task.params[name] for name in ("token", "api_token", "deploy_key")}
    try:
        switch = maintenance_ways.switch(about.task, declared, about.component, secrets)
        seen = switch.look()
    except Failure as failure:
        return [about.told("switch", "fail", failure.message, next=failure.hint)]
    can = " and ".join(state for state in declared.states if state != "off")
    state = "cannot be read back" if seen.state == UNREADABLE else seen.state
    return [about.told("switch", "pass", f"{switch.where}: {state}; can be {can}", brief=f"maintenance by {declared.how}")]

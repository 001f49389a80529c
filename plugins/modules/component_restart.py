#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_restart."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_restart
short_description: Start what a component runs again, once, and see whether it is well
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Starts the containers of what serves again. Never makes a build, and never changes which release serves.
  - With O(when=breached) it does so only when a remedy of the inventory variable C(component_remedies) is due, by what the ledger remembers of
    the last looks. After the declared number of restarts within an hour it does nothing more, and says that a person is needed.
  - Waits until it runs again, and asks the component's own addresses whether it is well. Look at RV(checks).
notes:
  - Only Railway has something to restart. For Vercel and Convex the result says what to do instead.
  - What there was before is written into the ledger before the restart is asked for. A run that finds this of a killed one looks first, for 15
    minutes, and does not ask again for what has happened. This needs a run with a ledger.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
attributes:
  idempotent:
    support: partial
    details: Within a run with a ledger a second restart within O(cooldown) is not made. Without a ledger every task restarts.
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed. C(component_url), C(component_health) and
        C(component_journeys) say how to see whether it is well, C(component_remedies) what is a reason to restart it.
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - The vendor's token; for Railway a project token.
      - When not set, taken from the inventory variable C(railway_token), else from the environment variable E(RAILWAY_TOKEN).
    type: str
  api_token:
    description:
      - For Railway an account or workspace token, instead of O(token).
      - When not set, taken from the inventory variable C(railway_api_token), else from the environment variable E(RAILWAY_API_TOKEN).
    type: str
  when:
    description:
      - V(asked) restarts. V(breached) restarts only when a remedy is due, and needs a run with a ledger.
    type: str
    choices: [asked, breached]
    default: asked
  cooldown:
    description:
      - With V(asked), what was restarted within so much time is left alone, unless O(force). Remedies have their own.
    type: str
    default: 2m
  force:
    description:
      - Restart although that was done a moment ago.
    type: bool
    default: false
  hold:
    description:
      - Do nothing, for a component before this one did not come back.
    type: bool
    default: false
  reason:
    description:
      - Why, for the result and the ledger.
    type: str
    default: ""
  probe:
    description:
      - How often its addresses are asked afterwards.
    type: dict
    default: {}
    suboptions:
      in_a_row:
        description: So many good probes in a row are well.
        type: int
        default: 3
      interval:
        description: Time between two probes.
        type: str
        default: 5s
      deadline:
        description: Time within which it must be well.
        type: str
        default: 2m
requirements:
  - jmespath
seealso:
  - module: saasops.runbooks.component_release
  - module: saasops.runbooks.component_health
"""

EXAMPLES = r"""
- name: Restart the API, whose cache holds old prices
  saasops.runbooks.component_restart:
    component: "{{ {'name': 'api', 'component_vendor': 'railway', 'railway_service': 'api', 'railway_project': railway_project,
                    'railway_environment': 'production', 'railway_api_url': railway_api_url} }}"
    reason: stale prices
"""

RETURN = r"""
verdict:
  description: V(pass), V(fail) (still failing, or a person is needed), V(warn) (it has to wait), V(inconclusive) or V(skipped).
  returned: success
  type: str
reason: {description: Why it is not a pass., returned: success, type: str}
checks:
  description: One row, as M(saasops.runbooks.component_health) returns them, with the name V(restart).
  returned: success
  type: list
  elements: dict
decision: {description: 'V(restart), V(nothing), V(wait) or V(escalate).', returned: success, type: str}
health: {description: What its own addresses said afterwards; as M(saasops.runbooks.http_probe) returns it., returned: success, type: dict}
changes:
  description: Changes sent, or planned in check mode, as C({vendor, operation, target, sends}).
  returned: always
  type: list
  elements: dict
steps: {description: 'Every request, as C({name, ms, status, request_id}).', returned: always, type: list, elements: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.restart import RESTART_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": RESTART_ARGUMENTS, "supports_check_mode": True}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

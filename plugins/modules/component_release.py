#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_release."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_release
short_description: Make a component's production serve a given release
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Says which release the production of a component serves, whatever vendor it lives at. Asking for what already serves changes nothing.
  - Before it changes anything it looks whether production may go there, and refuses with the reason and the next step that is really possible.
  - Waits until the release serves. What a killed run began is found and waited for, not begun again.
notes:
  - A component of a vendor without releases (a database, a webhook endpoint) is refused.
  - Database migrations are not undone. Record a O(ignore:schema_floor) with M(saasops.runbooks.release) so that releases that no longer fit
    the data are refused.
  - Check mode reads and decides for real, and returns the same RV(changes) as the run.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed, and what that vendor needs to find it,
        such as C(vercel_project) and C(vercel_team), or C(railway_project), C(railway_environment) and C(railway_service).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - The vendor's token. For Railway a project token.
      - When not set, taken from the inventory variable C(vercel_token) or C(railway_token), else from the vendor's usual environment variable
        E(VERCEL_TOKEN) or E(RAILWAY_TOKEN).
    type: str
  api_token:
    description:
      - For Railway an account or workspace token, instead of O(token).
      - When not set, taken from the inventory variable C(railway_api_token), else from the environment variable E(RAILWAY_API_TOKEN).
    type: str
  deployment:
    description:
      - The release that production should serve, as deployment id, tag, or commit of at least 7 characters.
      - When not set, the newest release that the ledger knows as proved, else the newest earlier one that the vendor can return to.
        Never two releases back, what was rolled back once needs a name to go further.
    type: str
  rebuild:
    description:
      - Build the release's commit again, with today's variables, when the vendor can no longer return to the old build.
    type: bool
    default: false
  force:
    description:
      - Go there although the release is marked bad, older than the schema floor, or holds a secret that was rotated since.
      - Does not help against what cannot work, such as a build that failed.
    type: bool
    default: false
  admit:
    description:
      - Whether to look if production may go there. V(false) only puts back what served a moment ago, as an undo does.
    type: bool
    default: true
  seen:
    description:
      - What M(saasops.runbooks.component_release_info) has returned as RV(saasops.runbooks.component_release_info#module:release) for this
        component, or a plan as RV(release.seen), so that the same is not read twice.
      - A plan (check mode) rests on it whatever its age. Before a change, what is older than 5 seconds is read again.
      - When not set, a task of a verb takes what the verb's own steps have registered; V({}) reads anew.
    type: dict
  pinned:
    description:
      - V(true) holds production there (a rollback). V(false) lets new builds go live by themselves again (rolling forward).
    type: bool
    default: true
  auto_assign:
    description:
      - With O(pinned=false) whether new builds get the production domains by themselves, where the vendor knows such a switch.
    type: bool
    default: true
  description:
    description:
      - Why, for the vendor's own records.
    type: str
    default: ""
seealso:
  - module: saasops.runbooks.component_release_info
  - module: saasops.runbooks.vercel_production
  - module: saasops.runbooks.railway_deployment
"""

EXAMPLES = r"""
- name: Return the component of this inventory host to its last good release, whatever vendor it is at
  saasops.runbooks.component_release:
    description: checkout 500s

- name: Return to a named commit, built again because the old build is gone
  saasops.runbooks.component_release:
    deployment: 4d20c7e
    rebuild: true
"""

RETURN = r"""
release:
  description: What serves now, and what is true from now on.
  type: dict
  returned: success
  contains:
    component: {description: Name of the component., type: str}
    vendor: {description: Its vendor., type: str}
    where: {description: 'Where it lives, for people.', type: str}
    link: {description: Address of the vendor's dashboard., type: str}
    from: {description: The deployment that served before., type: dict}
    target: {description: The deployment that was asked for., type: dict}
    serving: {description: The deployment that serves now; in check mode C(id) may be a known_after mark., type: dict}
    how: {description: 'V(domains), V(image), V(rebuild) or V(already).', type: str}
    seconds: {description: How long it took., type: float}
    notes: {description: What is true until it is undone., type: list, elements: str}
    differences: {description: Names of variables whose value differs in the release that serves now., type: list, elements: str}
    pinned_before: {description: Whether production was held before., type: bool}
    auto_deploy: {description: Whether the next push goes live by itself., type: bool}
    seen: {description: 'In check mode, what the plan rests on, for O(seen) of the task that does it; else null.', type: dict}
changes:
  description: The changing operations that were made, or in check mode would be made, in order.
  type: list
  elements: dict
  returned: always
  contains:
    vendor: {description: Who is asked., type: str}
    operation: {description: Name of the operation., type: str}
    target: {description: What it changes., type: str}
    sends: {description: Fingerprint of what is sent., type: str}
steps:
  description: The requests that were sent, in order.
  type: list
  elements: dict
  returned: always
  contains:
    name: {description: Name of the operation., type: str}
    ms: {description: Milliseconds that it took., type: int}
    status: {description: HTTP status; null when no answer came., type: int}
    request_id: {description: The vendor's id of the request., type: str}
failure:
  description: What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
  contains:
    vendor: {description: Who was asked., type: str}
    operation: {description: Name of the operation., type: str}
    kind:
      description:
        - One of V(auth), V(permission), V(not_found), V(conflict), V(rate_limited), V(plan), V(invalid), V(vendor_down), V(timeout),
          V(protocol), V(failed), V(refused), V(unknown).
      type: str
    status: {description: HTTP status; null when no answer came., type: int}
    code: {description: 'The vendor''s own code, or ours for a refusal.', type: str}
    message: {description: What happened., type: str}
    request_id: {description: The vendor's id of the request., type: str}
    retryable: {description: Whether the same may work later., type: bool}
    hint: {description: What to do next., type: str}
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import (
    COMPONENT_ARGUMENTS,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import (
    ensure as execute,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module

SPEC: dict[str, Any] = {
    "argument_spec": {
        **COMPONENT_ARGUMENTS,
        **CHANGE_ARGUMENTS,
        "deployment": {"type": "str"},
        "rebuild": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "admit": {"type": "bool", "default": True},
        "seen": {"type": "dict"},
        "pinned": {"type": "bool", "default": True},
        "auto_assign": {"type": "bool", "default": True},
        "description": {"type": "str", "default": ""},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

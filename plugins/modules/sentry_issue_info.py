#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module sentry_issue_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentry_issue_info
short_description: See which issues Sentry has
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Lists issues with how often, since when, and how bad. Nothing of the persons who met them is returned.
notes:
  - One request for each hundred issues.
  - The token needs the scopes C(event:read) and C(org:read). A name that does not exist in the query is simply not found.
  - Uses Sentry's REST API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.sentry
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_sentry
options:
  query:
    description:
      - What to look for, in Sentry's own words, such as V(is:unresolved level:fatal release:v1.4.2).
    type: str
    default: "is:unresolved"
  since:
    description:
      - How far back, from V(1m) to V(90d).
    type: str
    default: 24h
  start:
    description:
      - Look from this moment on instead of O(since), such as V(2026-11-21T14:00:00Z). With O(end).
    type: str
  end:
    description:
      - Look until this moment.
    type: str
  sort:
    description:
      - What comes first.
    type: str
    choices: [last_seen, first_seen, count, users]
    default: last_seen
  limit:
    description:
      - The most issues, up to 10000.
    type: int
    default: 100
seealso:
  - module: saasops.runbooks.sentry_error_rate_info
"""

EXAMPLES = r"""
- name: See what is fatal and not solved
  saasops.runbooks.sentry_issue_info:
    organization: example-shop
    query: is:unresolved level:fatal
    since: 24h
  register: found

- name: Say so
  ansible.builtin.debug:
    msg: "{{ found.issues | map(attribute='title') }}"

- name: See what went wrong around a payment
  saasops.runbooks.sentry_issue_info:
    organization: example-shop
    query: ""
    start: "2026-11-20T02:45:00Z"
    end: "2026-11-20T03:15:00Z"
"""

RETURN = r"""
issues:
  description: The issues.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: Its number., type: str}
    short_id: {description: 'Its name, such as C(SHOP-1A).', type: str}
    title: {description: What happened., type: str}
    type: {description: 'The type of the error, such as C(TypeError).', type: str}
    level: {description: 'V(fatal), V(error), V(warning), V(info) or V(debug).', type: str}
    status: {description: 'V(unresolved), V(resolved) or V(ignored).', type: str}
    culprit: {description: Where in the code., type: str}
    project: {description: Slug of its project., type: str}
    count: {description: How often., type: int}
    users: {description: How many users met it., type: int}
    first_seen: {description: When it first happened., type: str}
    last_seen: {description: When it last happened., type: str}
    unhandled: {description: Whether nothing caught it., type: bool}
    link: {description: Its page., type: str}
more:
  description: Whether there are more than O(limit).
  returned: success
  type: bool
levels:
  description: How many of RV(issues) there are of each level.
  returned: success
  type: dict
types:
  description: RV(issues) by the type of error, the most urgent first, and of these the most frequent.
  returned: success
  type: list
  elements: dict
  contains:
    type: {description: The type., type: str}
    priority: {description: 'V(P0) when one is fatal, V(P1) when one is an error, else V(P2).', type: str}
    level: {description: The worst level., type: str}
    issues: {description: How many issues., type: int}
    events: {description: How often they happened., type: int}
    users: {description: How many users met the one that most met., type: int}
    trend: {description: 'V(spike), V(steady), V(fading) or V(unknown).', type: str}
    first_seen: {description: When the first one began., type: str}
    last_seen: {description: When it last happened., type: str}
    most_frequent: {description: The most frequent issue., type: str}
    link: {description: Its page., type: str}
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(plan), V(timeout), V(vendor_down) or
      V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.client import SENTRY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.issue_info import SORTS, execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SENTRY_ARGUMENTS,
        "query": {"type": "str", "default": "is:unresolved"},
        "start": {"type": "str"},
        "end": {"type": "str"},
        "since": {"type": "str", "default": "24h"},
        "sort": {"type": "str", "choices": list(SORTS), "default": "last_seen"},
        "limit": {"type": "int", "default": 100},
    },
    "required_together": [("start", "end")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

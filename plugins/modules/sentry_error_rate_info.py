#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module sentry_error_rate_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentry_error_rate_info
short_description: See how many errors Sentry has counted lately
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Counts errors in slots of time, fine enough to watch a release for a quarter of an hour. A share of all requests needs the number of requests, which
    Sentry does not have.
notes:
  - One request.
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
      - What to look for, in Sentry's own words, such as V(is:unresolved level:fatal release:v1.4.2). When empty, all errors.
    type: str
    default: ""
  since:
    description:
      - How far back, from V(1m) to V(90d).
    type: str
    default: 15m
  start:
    description:
      - Look from this moment on instead of O(since), such as V(2026-11-21T14:00:00Z). With O(end).
    type: str
  end:
    description:
      - Look until this moment.
    type: str
  slot:
    description:
      - Length of one slot, from V(1m).
    type: str
    default: 1m
  after:
    description:
      - Compare the errors before this moment with those after it, such as that of a rollback.
    type: str
seealso:
  - module: saasops.runbooks.sentry_issue_info
"""

EXAMPLES = r"""
- name: Count the errors of the last quarter of an hour
  saasops.runbooks.sentry_error_rate_info:
    organization: example-shop
    since: 15m
  register: rate

- name: Say how many there are in a minute
  ansible.builtin.debug:
    msg: "{{ rate.per_minute }}"
"""

RETURN = r"""
errors:
  description: How many errors there were.
  returned: success
  type: int
per_minute:
  description: The same for each minute of O(since).
  returned: success
  type: float
most:
  description: The most in one slot.
  returned: success
  type: int
slots:
  description: The slots with C(at), when each begins, in seconds since the epoch, C(count), and C(incomplete).
  returned: success
  type: list
  elements: dict
incomplete:
  description: Whether a slot still fills.
  returned: success
  type: bool
known:
  description: Whether Sentry returned any slot. Without one RV(errors) says nothing.
  returned: success
  type: bool
trend:
  description: V(spike) when the newest eighth of the time has three times as many as the rest, V(fading) when a third, V(steady), or V(unknown).
  returned: success
  type: str
before_per_minute:
  description: Errors in a minute before O(after); V(null) when no slot is known.
  returned: with O(after)
  type: float
after_per_minute:
  description: Errors in a minute after it.
  returned: with O(after)
  type: float
decreased:
  description: Whether they became fewer; V(null) when that is not known.
  returned: with O(after)
  type: bool
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry.error_rate_info import execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SENTRY_ARGUMENTS,
        "query": {"type": "str", "default": ""},
        "start": {"type": "str"},
        "end": {"type": "str"},
        "since": {"type": "str", "default": "15m"},
        "slot": {"type": "str", "default": "1m"},
        "after": {"type": "str"},
    },
    "required_together": [("start", "end")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_access_token_info
short_description: See until when a Vercel access token holds
version_added: 0.1.0
description:
  - Tells of an access token until when it holds, what it reaches, and whether it was found in public. The token itself is never shown.
notes:
  - One request.
  - That V(current) stands for the token that asks is how Vercel's own client uses it, and is in no document.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel.token
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  token_id:
    description:
      - The id of the token. When not set, the token that asks.
    type: str
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See until when the token of this environment holds
  saasops.runbooks.vercel_access_token_info:
  register: found

- name: Stop when it ends within two weeks, or was found in public
  ansible.builtin.assert:
    that:
      - (found.access_token.days_left or 999) >= 14
      - found.access_token.leaked_at is none
"""

RETURN = r"""
access_token:
  description: The token.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    type:
      description: Its kind.
      type: str
    expires_at:
      description: When it ends, in seconds since the epoch; V(null) when it does not end.
      type: float
    days_left:
      description: Whole days until then, below 0 when it has ended; V(null) when it does not end.
      type: int
    leaked_at:
      description: When it was found in public; V(null) when it was not.
      type: float
    revoked_at:
      description: When it was revoked; V(null) when it was not.
      type: float
    active_at:
      description: When it was last used.
      type: float
    created_at:
      description: When it was made.
      type: float
    scopes:
      description: What it reaches, each with C(type) (V(user) or V(team)), C(team_id), C(origin) and C(expires_at).
      type: list
      elements: dict
  sample:
    id: tok_example
    name: runbooks
    type: oauth2-token
    expires_at: 1766977320.0
    days_left: 40
    leaked_at: null
    revoked_at: null
    active_at: 1763521320.0
    created_at: 1760929320.0
    scopes:
      - type: team
        team_id: team_example
        origin: manual
        expires_at: null
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: get_auth_token
    kind: auth
    status: 403
    code: forbidden
    message: Not authorized
    request_id: cpt1::example-1763521320000-0123456789ab
    retryable: false
    hint: Give a valid token (option token, inventory variable vercel_token, or VERCEL_TOKEN)
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.access_token_info import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import TOKEN_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **TOKEN_ARGUMENTS,
        "token_id": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

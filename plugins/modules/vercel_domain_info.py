#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_domain_info
short_description: See how the domains of a Vercel project are
version_added: 0.1.0
description:
  - Tells of each domain of a project whether it is verified and what is missing for that, whether its DNS points to Vercel, and when its
    certificate ends.
notes:
  - Two requests, one more for each further hundred domains (of O(domains), until all of them are found), and one for each domain with
    O(configuration=true).
  - Certificates are those of the team. Vercel gives the first page of them, which is what its document names.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  domains:
    description:
      - Only these. One that the project does not have is an error.
    type: list
    elements: str
  configuration:
    description:
      - Ask for each domain whether its DNS points to Vercel.
    type: bool
    default: true
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See the domains of the shop
  saasops.runbooks.vercel_domain_info:
    team: example-team
    project: hydrogen
  register: found

- name: Stop when a certificate ends within two weeks, or a domain does not point here
  ansible.builtin.assert:
    that:
      - found.domains | rejectattr('certificate') | length == 0
      - found.domains | map(attribute='certificate') | selectattr('days_left', 'lt', 14) | length == 0
      - found.domains | selectattr('misconfigured') | length == 0
"""

RETURN = r"""
domains:
  description: The domains.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    verified:
      description: Whether Vercel has seen that it belongs to the team.
      type: bool
    verification:
      description: What has to be done for that, each with C(type), C(domain), C(value) and C(reason).
      type: list
      elements: dict
    redirect:
      description: Where it redirects to; V(null) when it does not.
      type: str
    git_branch:
      description: The git branch that it serves; V(null) for production.
      type: str
    misconfigured:
      description: Whether its DNS does not point to Vercel; V(null) with O(configuration=false).
      type: bool
    configured_by:
      description: How it points to Vercel, such as V(A) or V(CNAME); V(null) when it does not.
      type: str
    certificate:
      description: Its certificate that lasts longest, with C(id), C(expires_at) in seconds since the epoch, C(days_left) and C(auto_renew);
        V(null) when there is none.
      type: dict
  sample:
    - name: app.example.com
      verified: true
      verification: []
      redirect: null
      git_branch: null
      misconfigured: false
      configured_by: CNAME
      certificate:
        id: cert_x3k9q2m7t1w8z5c4v6b0
        expires_at: 1768705320.0
        days_left: 60
        auto_renew: true
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(rate_limited), V(timeout), V(vendor_down) or
      V(protocol) (the answer is not what Vercel documents).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: get_project
    kind: not_found
    status: 404
    code: not_found
    message: there is no project hydrogem (Vercel, team example-team)
    request_id: cpt1::example-1763521320000-0123456789ab
    retryable: false
    hint: 'Near or other names here: hydrogen'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.domain_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "domains": {"type": "list", "elements": "str"},
        "configuration": {"type": "bool", "default": True},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module vendor_status_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vendor_status_info
short_description: Tell which incidents vendors have posted on their status pages
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads the public status pages of vendors side by side, and tells unresolved incidents.
  - Never fails because a vendor is unwell. Look at RV(verdict).
notes:
  - Knows pages of Atlassian Statuspage (C(/api/v2/summary.json)) and of Instatus (C(/summary.json)), by their form.
  - A page that does not answer, or has another form, is V(error), never V(pass).
  - One request for each vendor, without a token.
extends_documentation_fragment:
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_all
options:
  vendors:
    description:
      - Whose page to read, such as V(railway) or V(stripe). Known are V(atlas), V(clerk), V(convex), V(railway), V(shopify), V(stripe),
        V(supabase) and V(vercel). V(mongodb), V(postgres), V(redis) and V(other) have none, and are left out.
    type: list
    elements: str
    required: true
  pages:
    description:
      - Addresses by vendor, for others, and instead of the known ones.
    type: dict
    default: {}
  request_timeout:
    description:
      - Time that one request may take, such as V(5s).
    type: str
    default: 5s
requirements:
  - requests
  - jmespath
"""

EXAMPLES = r"""
- name: Has one of our vendors posted an incident
  saasops.runbooks.vendor_status_info:
    vendors: [railway, vercel]
    pages:
      railway: https://status.example.com/railway/summary.json
      vercel: https://status.example.com/vercel/api/v2/summary.json
  register: posted

- name: Say so
  ansible.builtin.debug:
    msg: "{{ posted.reason or 'nothing is posted' }}"
"""

RETURN = r"""
verdict:
  description: The worst of all pages, V(pass), V(warn) (an incident is posted), or V(error) (a page could not be read).
  returned: success
  type: str
reason: {description: That of the worst page; empty when nothing is posted., returned: success, type: str}
checks:
  description: A check for each page.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: The vendor and what was read., type: str}
    component: {description: 'V(vendors). A status page belongs to no component.', type: str}
    verdict: {description: 'V(pass), V(warn) or V(error).', type: str}
    reason: {description: What is posted., type: str}
    value: {description: 'V(none), V(maintenance), V(minor), V(major) or V(critical).', type: raw}
    unit: {description: Empty., type: str}
    limit: {description: Empty., type: str}
    next: {description: Where to read more., type: str}
pages:
  description: What each page says.
  returned: success
  type: list
  elements: dict
  contains:
    vendor: {description: The vendor., type: str}
    url: {description: The address that was read., type: str}
    indicator: {description: The page's own summary; null when it could not be read., type: str}
    incidents:
      description: Unresolved incidents.
      type: list
      elements: dict
      contains:
        name: {description: Its title., type: str}
        impact: {description: How bad the vendor calls it., type: str}
        status: {description: 'How far the vendor is, such as V(investigating).', type: str}
        since: {description: 'When it was posted, as the page writes it.', type: str}
        url: {description: Its address., type: str}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.vendor_status import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {
    "argument_spec": {
        "vendors": {"type": "list", "elements": "str", "required": True},
        "pages": {"type": "dict", "default": {}},
        "request_timeout": {"type": "str", "default": "5s"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

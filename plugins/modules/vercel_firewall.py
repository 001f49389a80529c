#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_firewall
short_description: Say what the firewall of a Vercel project lets through
version_added: 0.1.0
description:
  - States attack mode, rules that deny or challenge addresses, and system bypasses of one project. What is not named stays as it is.
  - Attack mode challenges every visitor. API clients, webhooks and health checks fail while it is on, unless they have a bypass. So it
    always has an end, and bypasses of the same task are made before it begins.
  - A rule is known by its name and always has an end, which is kept in that name at Vercel, as C(name (until 2026-11-22T10:00Z)). Vercel does
    not end it. A run with O(remove_expired=true) removes rules of this module that are past their end.
  - What holds already is left alone. Its end is prolonged when less than half of the asked time is left.
notes:
  - Requests are one for the project, one for the rules, one for each 256 bypasses, and one for each change; where rules changed, one more sees
    that they hold.
  - A system bypass needs the Pro plan. An entry that is there is left as it is until it expires.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document and on the official command-line client.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  attack_mode:
    description:
      - Whether every visitor is challenged. When not set, it is left as it is.
    type: bool
  attack_mode_for:
    description:
      - How long from now, such as V(1h). Needed with O(attack_mode=true); at least V(1m).
    type: str
  rules:
    description:
      - Rules of addresses.
    type: list
    elements: dict
    suboptions:
      name:
        description: Its name. Letters, digits, blanks, dots, colons, slashes, underscores and hyphens, at most 80.
        type: str
        required: true
      addresses:
        description: Addresses and networks. A network wider than /8 (IPv6 /16) is refused.
        type: list
        elements: str
      action:
        description: What happens to visitors from there.
        type: str
        choices: [deny, challenge, log]
        default: deny
      expires_in:
        description: How long from now, such as V(24h). Needed for a rule that shall be there; at least V(1m).
        type: str
      state:
        description: Whether it shall be there.
        type: str
        choices: [present, absent]
        default: present
  bypasses:
    description:
      - Sources that the firewall, attack mode included, lets through.
    type: list
    elements: dict
    suboptions:
      source:
        description: An address or a network.
        type: str
        required: true
      domain:
        description: For this domain of the project alone. When not set, for all of them.
        type: str
      note:
        description: Whose address it is, for those who look at the dashboard. Written when the entry is made.
        type: str
      expires_in:
        description: How long from now, such as V(7d). When not set, it has no end.
        type: str
      state:
        description: Whether it shall be there.
        type: str
        choices: [present, absent]
        default: present
  remove_expired:
    description:
      - Remove the project's rules of this module that are past their end, whatever their names.
    type: bool
seealso:
  - name: Vercel firewall
    description: What Vercel says about it.
    link: https://vercel.com/docs/vercel-firewall
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Challenge every visitor for an hour, and let the webhooks of the payment provider through
  saasops.runbooks.vercel_firewall:
    team: example-team
    project: hydrogen
    attack_mode: true
    attack_mode_for: 1h
    bypasses:
      - source: 203.0.113.7
        note: webhooks of the payment provider

- name: Keep two networks out for a day
  saasops.runbooks.vercel_firewall:
    team: example-team
    project: hydrogen
    rules:
      - name: scrapers
        addresses: [198.51.100.0/24, 192.0.2.7]
        expires_in: 24h

- name: Back to normal, every hour by cron
  saasops.runbooks.vercel_firewall:
    team: example-team
    project: hydrogen
    attack_mode: false
    remove_expired: true
"""

RETURN = r"""
attack_mode:
  description: Attack mode as it is now. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    enabled:
      description: Whether every visitor is challenged.
      type: bool
    until:
      description: When it ends by itself, in seconds since the epoch; V(null) when it is off.
      type: float
  sample:
    enabled: true
    until: 1763524920.0
rules:
  description: What became of each rule, those included that were past their end.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name, without its end.
      type: str
    how:
      description: V(already), V(created), V(edited), V(removed), or V(expired) for one that was past its end and is removed.
      type: str
    action:
      description: What happens to visitors from there; V(null) for a rule that is not there.
      type: str
    addresses:
      description: Its addresses and networks.
      type: list
      elements: str
    until:
      description: Its end, as C(2026-11-22T10:00Z).
      type: str
  sample:
    - name: scrapers
      how: created
      action: deny
      addresses: [192.0.2.7, 198.51.100.0/24]
      until: 2026-11-22T10:00Z
bypasses:
  description: What became of each bypass, in the order of the option.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The address or network.
      type: str
    domain:
      description: The domain that it is for; V(null) for all.
      type: str
    until:
      description: When it ends, in seconds since the epoch; V(null) when it has no end or is not there.
      type: float
    how:
      description: V(already), V(created) or V(removed).
      type: str
  sample:
    - source: 203.0.113.7
      domain: null
      until: null
      how: created
notes:
  description: What is true until attack mode ends, in short sentences.
  returned: success
  type: list
  elements: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(vercel).
      type: str
    operation:
      description: V(add_bypass_ip), V(update_firewall_config), V(update_attack_challenge_mode) or V(remove_bypass_ip).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent, keyed with the token.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(refused) (a rule of that name is of another
      kind), V(plan), V(failed) (it was accepted and does not hold), V(timeout), V(vendor_down), or V(unknown).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: add_bypass_ip
    kind: plan
    status: 402
    code: payment_required
    message: System bypass rules need the Pro plan.
    request_id: cpt1::example-1763521320000-0123456789ab
    retryable: false
    hint: A system bypass needs the Pro plan
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.firewall import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "attack_mode": {"type": "bool"},
        "attack_mode_for": {"type": "str"},
        "rules": {
            "type": "list",
            "elements": "dict",
            "options": {
                "name": {"type": "str", "required": True},
                "addresses": {"type": "list", "elements": "str"},
                "action": {"type": "str", "choices": ["deny", "challenge", "log"], "default": "deny"},
                "expires_in": {"type": "str"},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
        },
        "bypasses": {
            "type": "list",
            "elements": "dict",
            "no_log": False,
            "options": {
                "source": {"type": "str", "required": True},
                "domain": {"type": "str"},
                "note": {"type": "str"},
                "expires_in": {"type": "str"},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
        },
        "remove_expired": {"type": "bool"},
    },
    "required_if": [("attack_mode", True, ("attack_mode_for",))],
    "required_by": {"attack_mode_for": ("attack_mode",)},
    "required_one_of": [("attack_mode", "rules", "bypasses", "remove_expired")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_export
short_description: Bring what is at Stripe into files
version_added: 0.1.0
description:
  - Writes customers, payments, subscriptions and what else there is into a folder, each kind of object into a file of its own, as JSON lines (one object a
    line, as Stripe gives it, newest first) compressed with gzip. A manifest tells for each file the number of records, the sizes and the SHA-256.
  - The files hold personal data such as names, e-mail addresses, addresses and the last digits of cards. Folder and files are for their owner
    alone (0700, 0600). Keep them encrypted, and delete them when they are not needed any more.
  - A file is there whole or not at all. A run that ends early leaves the files that are whole and a manifest that is not C(complete). The same task then goes
    on with the files that are missing, up to the same moment.
notes:
  - "Requests: 1, and for each kind of object 1 for each hundred. Where a list is long, older parts of it are read side by side (O(parallel)),
    which costs a few more."
  - The export holds what was created before the moment at which it began (or before O(created_lt)), and nothing that came later. What changes while it runs
    is as it was when its page was read. Nothing is there twice, and nothing is missed. What is deleted meanwhile may be missing.
  - Stripe lists events of the last 30 days only, customers without those that were deleted, and subscriptions with those that have ended. Products and prices
    are not exported.
  - Memory does not grow with the number of records. The folder needs room for twice the largest file.
  - Ten thousand requests, for a million records, take eight minutes at the default pace. Set O(deadline) accordingly.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_stripe
attributes:
  idempotent:
    support: none
    details: An export that is complete is refused, or with O(overwrite) replaced.
options:
  dest:
    description:
      - The folder, on the host that runs the task. It is made if it is missing; the folder that it lies in must exist.
    type: path
    required: true
  overwrite:
    description:
      - Replace an export that is there. Without it, a folder that holds another or a complete export is refused.
    type: bool
    default: false
  resources:
    description:
      - The kinds of objects. When not set, all of C(balance_transactions), C(charges), C(customers), C(disputes), C(events), C(invoice_payments), C(invoices),
        C(payment_intents), C(payouts), C(refunds), C(subscriptions) and C(webhook_endpoints).
    type: list
    elements: str
  created_gte:
    description:
      - Only what was created at this moment or later, in seconds since the epoch. Endpoints of webhooks are always all exported.
    type: int
  created_lt:
    description:
      - Only what was created before this moment, in seconds since the epoch. When not set, the moment at which the export began.
    type: int
  parallel:
    description:
      - How many parts of a long list are read side by side, 1 to 10.
    type: int
    default: 4
  requests_per_second:
    description:
      - How many requests are begun in a second at most, 1 to 1000. Stripe allows 25 a second of each list, unless it has agreed to more.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.stripe_customer_info
  - module: saasops.runbooks.stripe_event_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Bring everything at Stripe into files
  saasops.runbooks.stripe_export:
    dest: "{{ backup_folder }}/stripe"
    deadline: 2h
  register: backup

- name: Show how many records there are of each kind
  ansible.builtin.debug:
    msg: "{{ dict(backup.export.resources | map(attribute='name') | zip(backup.export.resources | map(attribute='records'))) }}"

- name: Bring the payments of one day into files
  saasops.runbooks.stripe_export:
    dest: "{{ backup_folder }}/stripe-2026-11-18"
    resources: [payment_intents, refunds]
    created_gte: 1794960000
    created_lt: 1795046400
"""

RETURN = r"""
export:
  description: What was exported.
  returned: success
  type: dict
  contains:
    path:
      description: The folder.
      type: str
    manifest:
      description: The manifest.
      type: str
    account:
      description: Id of the account; V(null) when the key may not see it.
      type: str
    created_gte:
      description: The moment from which on things were created; V(null) without one.
      type: int
    created_lt:
      description: The moment before which things were created.
      type: int
    records:
      description: How many records there are in all. C({"known_after":"list_customers"}) in check mode, with the name of the first list that is to be read.
      type: int
    resources:
      description: Each kind of object.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
        file:
          description: The file in the folder.
          type: str
        records:
          description: How many records it has. C({"known_after":"list_customers"}) in check mode, as the next four.
          type: int
        bytes:
          description: Size of the lines before compression.
          type: int
        size:
          description: Size of the file.
          type: int
        sha256:
          description: SHA-256 of the file, in hexadecimal digits.
          type: str
        requests:
          description: How many requests it took.
          type: int
        kept:
          description: Whether an earlier run, which ended early, had written it.
          type: bool
  sample:
    path: /var/backups/stripe
    manifest: /var/backups/stripe/manifest.json
    account: acct_1AbCdEfGhIjKlMnO
    created_gte: null
    created_lt: 1795143720
    records: 2000
    resources:
      - name: customers
        file: customers.jsonl.gz
        records: 2000
        bytes: 901200
        size: 94810
        sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        requests: 20
        kept: false
steps:
  description: The requests of this task, those of one list as one step with their milliseconds added; the same keys as in
    M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks; narrow O(resources)), V(refused)
      (C(code) is V(file_exists), V(busy) or V(mode)), V(invalid) (the folder, or the disk is full), V(rate_limited), V(timeout), V(vendor_down), or
      V(protocol) (a list is not what was asked for).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: ''
    operation: ''
    kind: refused
    status: null
    code: file_exists
    message: /var/backups/stripe holds a whole export
    request_id: ''
    retryable: false
    hint: 'Name another folder, or set overwrite: true to replace it'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.export import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "dest": {"type": "path", "required": True},
        "overwrite": {"type": "bool", "default": False},
        "resources": {"type": "list", "elements": "str"},
        "created_gte": {"type": "int"},
        "created_lt": {"type": "int"},
        "parallel": {"type": "int", "default": 4},
        "requests_per_second": {"type": "int", "default": 20},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

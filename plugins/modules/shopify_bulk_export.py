#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_bulk_export
short_description: Bring what a bulk query finds in a Shopify shop into a file
version_added: 0.1.0
description:
  - Has Shopify run a query over all objects, waits until it is complete, and brings the result to a compressed file of JSON lines that only
    its owner may read.
  - The file is there whole or not at all. It is compressed in pieces as it comes, so memory does not grow with it. A download that breaks
    off goes on where it broke off. Bytes, objects and root objects are compared with what Shopify has counted before the file gets its
    name.
  - Beside the file, a manifest tells what it holds. It is written last.
  - Shopify does the query once. One of the same text that is running, for example because an earlier run was killed, is taken over or
    refused, and never doubled.
notes:
  - Three requests (what is there, the beginning, the file), and one for each look while it is made. With O(operation) and with a result that is
    young enough, two. One more for each further 250 bulk operations of the app in ten days, and with client credentials one for the token.
  - An app may have five bulk operations at a time in a shop. When there are so many, the task waits for room until its O(deadline).
  - Each line is one object. What belongs to another object, such as a metafield to its customer, is a line of its own that names the other's
    id in C(__parentId). It may stand far from that line, so read all lines before you join them.
  - The result is fetched from the vendor's storage without the token. Its address opens it for seven days for whoever has it, so it is shown
    nowhere.
  - A bulk query does not use up the points of the app.
  - Needs version 2026-01 of the API or a later one. Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
attributes:
  idempotent:
    support: none
    details: Each run writes the file. With O(max_age), runs that follow each other share one result.
options:
  query:
    description:
      - The query, with one field at its top that is a connection, without variables. There may be five connections in it, two levels deep,
        each with C(edges { node { ... } }). Leave a blank between braces, for Ansible takes two of them as its own. Pages are not asked for.
      - What its filter names and Shopify does not know is left out of the filter without a word, so that more is exported than was meant. Try the
        filter first, with a module that lists these objects.
      - In check mode Shopify does not look at it. What cannot run in bulk is refused when it is sent.
      - One of O(query) and O(operation) is needed.
    type: str
  operation:
    description:
      - The id of a bulk operation that was begun before, or its number. Its result is waited for and fetched, and nothing is begun.
    type: str
  dest:
    description:
      - The file to write, on the host that runs the task, compressed as by C(gzip). Its folder must exist. The manifest has the same name with
        C(.manifest.json) after it.
    type: path
    required: true
  overwrite:
    description:
      - Replace O(dest) when it exists. Without it, a file that is there is refused before the first request.
    type: bool
    default: false
  in_progress:
    description:
      - What happens when the same query is running. V(adopt) waits for that one and fetches its result. V(refuse) fails.
      - The same is what has the same text, but for blanks around it.
    type: str
    choices: [adopt, refuse]
    default: adopt
  max_age:
    description:
      - Fetch the result of the same query again, instead of beginning another, when that was begun no longer ago. Durations are seconds, or
        such as V(90s), V(15m), V(24h).
    type: str
    default: 0s
  stalled_after:
    description:
      - Stop waiting when the number of objects has not changed for so long.
    type: str
    default: 30m
  cancel_on_timeout:
    description:
      - Cancel the operation when the O(deadline) passes or it stalls, if this task has begun it. One that was taken over is never cancelled.
        Without it, it goes on at Shopify, and the next run takes it over.
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.shopify_customer_info
  - name: Shopify bulk operations
    description: What a bulk query may ask, and what its result looks like.
    link: https://shopify.dev/docs/api/usage/bulk-operations/queries
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Bring all customers into a file
  saasops.runbooks.shopify_bulk_export:
    query: "{ customers { edges { node { id tags updatedAt defaultEmailAddress { emailAddress } } } } }"
    dest: "{{ backup_folder }}/customers.jsonl.gz"
    deadline: 1h
  register: customers

- name: Show how many there are
  ansible.builtin.debug:
    var: customers.export.records

- name: Make sure that there is a file of the members and their levels, made today
  saasops.runbooks.shopify_bulk_export:
    query: |
      {
        customers(query: "tag:'member'") {
          edges { node { id tags metafields(namespace: "membership") { edges { node { key value } } } } }
        }
      }
    dest: "{{ backup_folder }}/members.jsonl.gz"
    max_age: 24h
    deadline: 2h
    cancel_on_timeout: true

- name: Fetch the first result once more
  saasops.runbooks.shopify_bulk_export:
    operation: "{{ customers.export.id }}"
    dest: "{{ backup_folder }}/customers-again.jsonl.gz"
"""

RETURN = r"""
export:
  description: The result. What only the apply can tell is C({"known_after":"bulkOperationRunQuery"}) in check mode, or with another name.
  returned: success
  type: dict
  contains:
    adopted:
      description: Whether the operation was there or running already, so that none was begun.
      type: bool
    id:
      description: The operation's id.
      type: str
    created_at:
      description: When it was begun, in seconds since the epoch.
      type: float
    completed_at:
      description: When it was complete, in seconds since the epoch.
      type: float
    expires_at:
      description: Until when Shopify keeps the result, in seconds since the epoch.
      type: float
    path:
      description: The file.
      type: str
    manifest:
      description: The file that tells of it.
      type: str
    records:
      description: How many lines it has, which are as many objects.
      type: int
    root_records:
      description: How many of them belong to no other.
      type: int
    bytes:
      description: How many bytes the lines have.
      type: int
    size:
      description: How many bytes the compressed file has.
      type: int
    sha256:
      description: The compressed file's SHA-256 digest, in hexadecimal digits.
      type: str
  sample:
    adopted: false
    id: gid://shopify/BulkOperation/1000000042
    created_at: 1795143721.0
    completed_at: 1795143740.0
    expires_at: 1795748540.0
    path: /var/backups/customers.jsonl.gz
    manifest: /var/backups/customers.jsonl.gz.manifest.json
    records: 2000
    root_records: 2000
    bytes: 301500
    size: 41230
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
api:
  description: The version of the API.
  returned: success
  type: dict
  contains:
    requested:
      description: The version that was asked for.
      type: str
    served:
      description: The version that answered; V(null) when no answer said so.
      type: str
    deprecated:
      description: What was used of the API and is about to go, in the vendor's words.
      type: list
      elements: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(shopify).
      type: str
    operation:
      description: V(bulkOperationRunQuery), or V(bulkOperationCancel) when it took too long.
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.shopify_shop_info).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (the file is there already, or the query is running), V(invalid) (no bulk query, or no
      file can be written there), V(conflict) (too many are running), V(failed) (the operation did not end well, or its result has expired),
      V(timeout) (with the code V(stalled) when it did not grow any more), V(protocol) (what came is not what Shopify has counted),
      V(permission) or V(auth).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: ''
    kind: timeout
    status: null
    code: 'stalled'
    message: the bulk operation does not grow any more (RUNNING, 500 objects, the same for 1800 s)
    request_id: ''
    retryable: true
    hint: 'Run the same command again to wait on. cancel_on_timeout ends one that this task has begun, bulkOperationCancel any other'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.bulk_export import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "query": {"type": "str"},
        "operation": {"type": "str"},
        "dest": {"type": "path", "required": True},
        "overwrite": {"type": "bool", "default": False},
        "in_progress": {"type": "str", "choices": ["adopt", "refuse"], "default": "adopt"},
        "max_age": {"type": "str", "default": "0s"},
        "stalled_after": {"type": "str", "default": "30m"},
        "cancel_on_timeout": {"type": "bool", "default": False},
    },
    "mutually_exclusive": [("query", "operation")],
    "required_one_of": [("query", "operation")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

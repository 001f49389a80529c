#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_env
short_description: Say which environment variables a Vercel project has
version_added: 0.1.0
description:
  - States environment variables of one project, several in one task. Variables that are not named stay as they are.
  - One key may have several values at Vercel, one for each place. A place is a target, the target preview for one git branch, or a
    custom environment. Each named place is looked at by itself. A stored variable that serves other places too goes on serving those.
  - The value of a sensitive variable never comes back from Vercel. What value it has is told by a fingerprint, or by O(variables[].version),
    which this module puts at the end of the variable's comment, as C([saasops hash:...]). A sensitive variable without such a mark is written once.
  - Values are never shown, neither in results nor in differences.
notes:
  - A change has no effect on what is deployed already. It holds from the next deployment on. A rollback brings the old values back.
  - Requests are one list, one for each stored variable that changes, one for all that are removed, and one for all that are new.
    A run that changes nothing is one request. Custom environments cost one more, and so does a value that the list leaves encrypted.
  - Vercel cannot change the type of a stored variable. That needs O(variables[].replace=true) and O(allow=destroy), for it is deleted and
    made anew, and is not there for that moment. To make a sensitive variable readable again, remove it first.
  - A variable that is stored as sensitive where O(variables[].type) says less is left so. A policy of the team may have made it so.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document and on the official command-line client.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
attributes:
  diff_mode:
    support: full
    details: Values are shown as fingerprints.
options:
  variables:
    description:
      - The variables, each key once for each place. The whole option is kept out of every output.
    type: list
    elements: dict
    required: true
    suboptions:
      key:
        description: Its name.
        type: str
        required: true
      value:
        description:
          - Its value, as text. Numbers and words such as C(true) want quotes.
          - When not set, the value stays as it is, and only O(variables[].comment) is looked at.
        type: str
      target:
        description:
          - For which targets. Each is a place of its own. This or O(variables[].custom_environments) is needed.
        type: list
        elements: str
        choices: [production, preview, development]
      git_branch:
        description: For this git branch alone. Only with O(variables[].target=preview).
        type: str
      custom_environments:
        description: For these custom environments, by name or id.
        type: list
        elements: str
      type:
        description:
          - How Vercel keeps it. V(sensitive) is never shown to anybody again, V(encrypted) can be read by members of the team, V(plain) is
            not encrypted.
          - When not set, a stored variable keeps its type, and a new one is V(sensitive), for development V(encrypted), as Vercel's own client does.
          - Vercel has no V(sensitive) for development.
        type: str
        choices: [plain, encrypted, sensitive]
      comment:
        description:
          - What it is for, at most 420 characters. When not set, it is left as it is.
        type: str
      version:
        description:
          - A name for this value. A sensitive variable is written when it carries another version.
          - When not set, a fingerprint of the value does the same, keyed with O(fingerprint_key).
        type: str
      state:
        description:
          - V(absent) removes it from the named places. Where nothing is left of it, it is deleted, which needs O(allow=destroy).
        type: str
        choices: [present, absent]
        default: present
      replace:
        description: Delete it and make it anew where its type must change. Needs O(allow=destroy).
        type: bool
        default: false
  fingerprint_key:
    description:
      - What fingerprints are keyed with, so that nobody can guess values until one fits.
      - When not set, it is the token. Another token then writes every sensitive variable once more, so give a key where several tokens are in use.
    type: str
seealso:
  - module: saasops.runbooks.vercel_env_info
  - name: Vercel environment variables
    description: What Vercel says about them.
    link: https://vercel.com/docs/environment-variables
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Set the address of the API and a key
  saasops.runbooks.vercel_env:
    team: example-team
    project: hydrogen
    variables:
      - key: PUBLIC_API_URL
        value: https://api.example.com
        target: [production, preview]
        type: plain
        comment: Where the API is
      - key: PAYMENT_KEY
        value: "{{ lookup('ansible.builtin.password', '/dev/null', length=32) }}"
        version: "2026-11"
        target: [production]

- name: Give one branch another address
  saasops.runbooks.vercel_env:
    team: example-team
    project: hydrogen
    variables:
      - key: PUBLIC_API_URL
        value: https://next.example.com
        target: [preview]
        git_branch: feature/next
        type: plain

- name: Remove a variable from preview, and go on having it in production
  saasops.runbooks.vercel_env:
    team: example-team
    project: hydrogen
    allow: destroy
    variables:
      - key: PUBLIC_API_URL
        target: [preview]
        state: absent
"""

RETURN = r"""
variables:
  description: What became of each variable at each place, in the order of the option.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Its name.
      type: str
    target:
      description: V(production), V(preview) or V(development); V(null) for a custom environment.
      type: str
    git_branch:
      description: The git branch that it is for; V(null) for all.
      type: str
    custom_environment:
      description: The custom environment that it is for; V(null) for a target.
      type: str
    id:
      description:
        - Vercel's id of the stored variable, which may serve other places too; V(null) when there is none.
        - C({"known_after":"create_project_env"}) in check mode for one that is new.
      type: str
    type:
      description: How Vercel keeps it; V(null) when it is absent.
      type: str
    comment:
      description: Its comment without this module's mark; V(null) when it is absent.
      type: str
    how:
      description: V(already) when nothing had to be done, V(created), V(edited), V(replaced) or V(removed).
      type: str
  sample:
    - key: PAYMENT_KEY
      target: production
      git_branch: null
      custom_environment: null
      id: Xk3pQ9sVt2LmYb7w
      type: sensitive
      comment: ''
      how: created
notes:
  description: What is true from now on, and what is stored otherwise than it was asked for, in short sentences.
  returned: success
  type: list
  elements: str
  sample:
    - no running deployment sees this: it holds from the next one on
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
      description: V(edit_project_env), V(batch_remove_project_env) or V(create_project_env).
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
    - Why the task failed. C(kind) is for example V(invalid), V(auth) (also when Vercel wants a person to confirm at a browser), V(permission),
      V(not_found), V(conflict), V(plan), V(refused) (this module's own guard), V(failed) (Vercel took some of the new variables and not
      others; the message says which), V(timeout), V(vendor_down), or V(unknown).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: create_project_env
    kind: invalid
    status: 201
    code: KEY_RESERVED
    message: 'Vercel took 1 of 2 new variables, and not VERCEL_URL (production): The name `VERCEL_URL` is reserved.'
    request_id: ''
    retryable: false
    hint: 'The key belongs to Vercel or to AWS: use another one'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.env import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "variables": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "key": {"type": "str", "required": True, "no_log": False},
                "value": {"type": "str"},
                "target": {"type": "list", "elements": "str", "choices": ["production", "preview", "development"]},
                "git_branch": {"type": "str"},
                "custom_environments": {"type": "list", "elements": "str"},
                "type": {"type": "str", "choices": ["plain", "encrypted", "sensitive"]},
                "comment": {"type": "str"},
                "version": {"type": "str"},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
                "replace": {"type": "bool", "default": False},
            },
        },
        "fingerprint_key": {"type": "str", "no_log": True},
    },
    "supports_check_mode": True,
}
# With no_log, Ansible would mask each value wherever it occurs: "production" and "1" too.
HIDDEN = ("variables",)


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()

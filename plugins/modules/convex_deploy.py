#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_deploy
short_description: Push an app's code to a Convex deployment
version_added: 0.1.0
description:
  - Runs Convex's own command-line client, C(convex deploy), in the folder of the app. There is no other way to push source to Convex.
  - In check mode the client runs with C(--dry-run). It bundles, checks the types and asks the deployment what would change, and pushes
    nothing.
  - The deploy key is given to the client in its environment and never on its command line. What leads the client to another deployment
    (C(CONVEX_DEPLOYMENT) and its like) is taken out of that environment.
  - The client and everything that it started are ended when O(deadline) passes. Whether it had deployed is then not known, and the task
    fails with the kind V(unknown).
  - To roll back, check the older revision out and deploy it. Convex keeps no older code, and data is not rolled back. A schema that does
    not fit the data of today is refused.
notes:
  - Needs Node.js, and the package C(convex) installed in O(project_dir). Pin its version. A self-hosted backend must fit it.
  - The deploy key needs the permission C(deployment:deploy).
  - Set environment variables that the code reads while it is pushed before (M(saasops.runbooks.convex_env)).
  - Facts rest on Convex's command-line client.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
attributes:
  check_mode:
    support: full
    details: Runs the client with C(--dry-run).
  diff_mode:
    support: full
    details: Tells that something is deployed, not what differs.
  idempotent:
    support: none
    details: Each run pushes. What is pushed twice is the same afterwards.
options:
  project_dir:
    description:
      - The folder of the app's C(package.json), on the host that runs the task.
    type: path
    required: true
  command:
    description:
      - How the client is started. By default the one that is installed in O(project_dir). Nothing is downloaded.
    type: list
    elements: str
    default: [npx, --no-install, convex]
  push_message:
    description:
      - What is kept beside the push in the deployment's audit log.
    type: str
  typecheck:
    description:
      - Whether types are checked first. With V(try), a check that cannot run stops nothing.
    type: str
    choices: [enable, try, disable]
    default: try
  codegen:
    description:
      - Whether the client writes the generated code in C(convex/_generated).
    type: str
    choices: [enable, disable]
    default: enable
  cmd:
    description:
      - A command that the client runs before it pushes, such as C(npm run build). The client does not run it in check mode.
    type: str
  cmd_url_env_var_name:
    description:
      - The environment variable in which O(cmd) finds the deployment's address.
    type: str
  api_url:
    description:
      - Where the management API is, which the client asks where a deployment of the cloud is.
      - If not set, taken from the inventory variable C(convex_api_url).
    type: str
    default: https://api.convex.dev/v1
seealso:
  - module: saasops.runbooks.convex_env
  - name: Convex command-line client
    description: What C(convex deploy) does.
    link: https://docs.convex.dev/cli
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See whether the code could be deployed
  saasops.runbooks.convex_deploy:
    project_dir: "{{ shop_folder }}"
    typecheck: disable
  check_mode: true

- name: Deploy it
  saasops.runbooks.convex_deploy:
    project_dir: "{{ shop_folder }}"
    typecheck: disable
    push_message: release v1.5.0
    deadline: 10m
"""

RETURN = r"""
deploy:
  description: What the client did.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name.
      type: str
    dry_run:
      description: Whether it ran with C(--dry-run).
      type: bool
    seconds:
      description: How long it ran.
      type: float
    output:
      description: The last 100 lines that it wrote, of at most 500 characters each, without secrets.
      type: list
      elements: str
  sample:
    deployment: happy-animal-123
    dry_run: false
    seconds: 6.2
    output:
      - Deployed Convex functions to https://happy-animal-123.convex.cloud
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(convex).
      type: str
    operation:
      description: V(deploy).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task itself, of which there is none. Those of the client are not shown.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The operation.
      type: str
    ms:
      description: Milliseconds until its answer was read.
      type: int
    status:
      description: The HTTP status; V(null) when no answer came.
      type: int
    request_id:
      description: Convex's id of the request, where it gives one.
      type: str
failure:
  description:
    - Why the task failed. C(kind) is for example V(failed) (the client refused, with its last lines), V(invalid) (there is no client or no
      app), V(refused), V(auth), or V(unknown) (it took too long).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: deploy
    kind: failed
    status: null
    code: 'exit_1'
    message: 'the client ended with 1, Schema validation failed'
    request_id: ''
    retryable: false
    hint: 'Read what the client says, and run it by hand in this folder with --dry-run. A push is made whole or not at all'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.deploy import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.management import API_URL

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "project_dir": {"type": "path", "required": True},
        "command": {"type": "list", "elements": "str", "default": ["npx", "--no-install", "convex"]},
        "push_message": {"type": "str"},
        "typecheck": {"type": "str", "choices": ["enable", "try", "disable"], "default": "try"},
        "codegen": {"type": "str", "choices": ["enable", "disable"], "default": "enable"},
        "cmd": {"type": "str"},
        "cmd_url_env_var_name": {"type": "str"},
        "api_url": {"type": "str", "default": API_URL},
    },
    "required_by": {"cmd_url_env_var_name": ("cmd",)},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

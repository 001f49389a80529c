#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module app_command."""

from __future__ import annotations

DOCUMENTATION = r"""
module: app_command
short_description: Run a command of the application and judge how it went
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Runs one command in the folder of the application, without a shell, and makes a check of its exit code and of the JSON that it prints.
  - Commands are declared in the inventory (C(component_commands)) and called by their names, or given with O(argv).
  - Never fails because the command did. Look at RV(verdict). A command that cannot be started is an error.
  - What it started is ended with it when O(timeout) passes. Its verdict is then V(error).
notes:
  - The command gets an environment of its own. It has E(PATH), E(HOME), E(LANG), E(LC_ALL), E(TMPDIR), E(TZ) and E(USER), E(CI) and
    E(NO_COLOR) set to V(1), and what O(pass_environment) names. Nothing else of the caller's is seen by it.
  - Values of O(pass_environment) whose names end in C(TOKEN), C(SECRET), C(PASSWORD), C(KEY), C(DSN) or C(CREDENTIALS), and passwords within addresses,
    are taken out of what is shown. What the command prints of other secrets is not known to anybody.
extends_documentation_fragment:
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
attributes:
  check_mode:
    support: full
    details: Runs nothing, unless O(reads_only=true).
  diff_mode:
    support: full
    details: Tells that something is run, not what differs.
  idempotent:
    support: none
    details: Each task runs the command. With O(reads_only=true) nothing changes.
options:
  component:
    description:
      - The component whose command it is, as its inventory variables say it (C(component_commands), C(component_folder)).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
  command:
    description:
      - Name of a command that the component declares. The options below stand in its declaration under the same names. What the task says goes before it.
      - When the declaration has no O(argv), it is C(npm run --silent) and the name.
    type: str
  argv:
    description:
      - The program and its arguments, each a word of its own. No shell reads them.
    type: list
    elements: str
  name:
    description:
      - Name of the check. The name of the command, or of the program, when not set.
    type: str
  chdir:
    description:
      - The folder in which it runs. C(component_folder) of the inventory when not set, else the folder that Ansible works in.
    type: path
  exit_codes:
    description:
      - The exit codes that are good. V([0]) when not set.
    type: list
    elements: int
  conditions:
    description:
      - JMESPath expressions that must be true of the JSON that the command prints. Lines before it, such as those of npm, are passed over.
    type: list
    elements: str
  value:
    description:
      - JMESPath expression for a number in that JSON, for the trend.
    type: str
  unit:
    description:
      - What O(value) is counted in.
    type: str
  changed_if:
    description:
      - JMESPath expression that is true of that JSON when the command has changed something. When not set, a command that does not only read has.
    type: str
  reads_only:
    description:
      - Whether the command changes nothing. It then runs in check mode too. V(false) when not set.
    type: bool
  pass_environment:
    description:
      - Names of environment variables that the command gets. One that is not set is an error.
    type: list
    elements: str
  timeout:
    description:
      - Time that the command may take. V(5m) when not set.
    type: str
requirements:
  - jmespath
"""

EXAMPLES = r"""
- name: Ask the application whether its payments work
  saasops.runbooks.app_command:
    component:
      name: app
      component_folder: "{{ app_folder }}"
      component_commands:
        payment:health-check: {argv: [sh, health.sh], reads_only: true, conditions: ["status == 'ok'"], value: failed, unit: payments}
    command: payment:health-check
  register: payments
  failed_when: payments.verdict != 'pass' or payments.checks[0].value != 0

- name: Clear expired sessions
  saasops.runbooks.app_command:
    component: {name: app}
    argv: [sh, clear.sh, expired]
    chdir: "{{ app_folder }}"
    changed_if: removed > `0`
    timeout: 15m
  register: cleared
  changed_when: cleared is changed
"""

RETURN = r"""
verdict:
  description: V(pass), V(fail) (exit code or conditions), V(error) (had to be stopped), V(inconclusive) (no JSON, or not run in check mode).
  returned: success
  type: str
reason: {description: Why it is not a pass., returned: success, type: str}
checks:
  description: The one check, as every look makes it.
  returned: success
  type: list
  elements: dict
command:
  description: The run of the command. What it printed may hold personal data, as the application prints it.
  returned: success
  type: dict
  contains:
    name: {description: Name of the check., type: str}
    exit_code: {description: Its exit code; null when it was stopped or not run., type: int}
    seconds: {description: How long it ran., type: float}
    reads_only: {description: Whether it was said to change nothing., type: bool}
    output: {description: 'The last 100 lines that it wrote, of at most 500 characters each, without the secrets that are known.', type: list, elements: str}
    errors: {description: The same of what it complained., type: list, elements: str}
changes:
  description: The command, when it may change something and was run, or in check mode would be.
  returned: always
  type: list
  elements: dict
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.app_command import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        "allow": {"type": "str", "choices": ["read", "change", "destroy"], "default": "change"},
        "component": {"type": "dict"},
        "command": {"type": "str"},
        "argv": {"type": "list", "elements": "str"},
        "name": {"type": "str"},
        "chdir": {"type": "path"},
        "exit_codes": {"type": "list", "elements": "int"},
        "conditions": {"type": "list", "elements": "str"},
        "value": {"type": "str"},
        "unit": {"type": "str"},
        "changed_if": {"type": "str"},
        "reads_only": {"type": "bool"},
        "pass_environment": {"type": "list", "elements": "str", "no_log": False},
        "timeout": {"type": "str"},
    },
    "mutually_exclusive": [("command", "argv")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

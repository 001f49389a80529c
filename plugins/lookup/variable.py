# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup variable."""

from __future__ import annotations

DOCUMENTATION = r"""
name: variable
short_description: Read a variable of a component that is no secret
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Returns the value of a variable as the code of the component finds it at its vendor (Convex, Railway or Vercel), such as a log level, a
    limit or a feature switch.
  - The component is that of the inventory host, with its tokens.
  - Secrets are refused. A variable is one when its name says so (such as C(JWT_SECRET), C(STRIPE_API_KEY) or C(DATABASE_PASSWORD)), when the
    vendor keeps its value from everybody (sealed at Railway, sensitive at Vercel), or when its value is an address with a password.
notes:
  - Each lookup asks the vendor. What a playbook needs more than once is looked up once and kept.
options:
  _terms:
    description: Names of variables.
    required: true
    type: list
    elements: str
  target:
    description: Which of Vercel's targets is meant.
    type: str
    default: production
  request_timeout:
    description: Time that one request may take.
    type: str
    default: 10s
  deadline:
    description: Time that all requests may take.
    type: str
    default: 1m
"""

EXAMPLES = r"""
- name: Say how many requests the service lets through
  ansible.builtin.debug:
    msg: "{{ lookup('saasops.runbooks.variable', 'RATE_LIMIT_MAX') }}"
"""

RETURN = r"""
_raw:
  description: The values, in the order of the names.
  type: list
  elements: str
"""

import os
import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import variables as capability
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.plugin_utils import variables as inventory

# Where the vendors' modules look, too. Convex's room looks by itself.
FROM_ENVIRONMENT = {"railway": {"token": "RAILWAY_TOKEN", "api_token": "RAILWAY_API_TOKEN"}, "vercel": {"token": "VERCEL_TOKEN"}}


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(self, terms: list[t.Any], variables: t.Any = None, **options: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=options)
        known = variables or {}
        vendor = str(self._value(known, "component_vendor") or "")
        params = {"request_timeout": self.get_option("request_timeout"), "deadline": self.get_option("deadline"), **self._connection(vendor, known)}
        task = None
        try:
            task = Task(params, check_mode=True)
            return [capability.read_one(task, vendor, str(name), self.get_option("target")) for name in terms]
        except Failure as failure:
            raise AnsibleLookupError(redaction.scrub(str(failure))) from None
        finally:
            if task:
                task.close()
            clock.close()
            redaction.forget()

    def _connection(self, vendor: str, known: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The vendor's options, each out of the inventory variable of its name."""
        names = inventory.VENDOR.get(vendor, frozenset())
        given = {name.removeprefix(f"{vendor}_"): self._value(known, name) for name in names}
        if not any(given.get(option) for option in inventory.TOKENS):
            given |= {option: os.environ.get(name) for option, name in FROM_ENVIRONMENT.get(vendor, {}).items()}
        return {**given, "environment": given.get("environment") or self._value(known, "saasops_environment"), "shared": False}

    def _value(self, known: t.Mapping[str, t.Any], name: str) -> t.Any:
        return self._templar.template(known[name]) if name in known else None

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The inventory plugin vercel."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vercel
short_description: The projects of a Vercel team as components
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Lists the projects of a Vercel team, and makes each of them a component of one environment, in the groups C(components), C(vercel) and
    that of the environment's name.
  - The file's name ends with C(vercel.yml). Put it beside the other files of the inventory's folder, which can add to each host what the
    vendor does not know, such as C(component_health).
  - The token is never written into the inventory. The modules take it from where they always do.
notes:
  - One request for each hundred projects. Uses Vercel's REST API, U(https://vercel.com/docs/rest-api).
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [saasops.runbooks.vercel]
  token:
    description: A token of the team.
    type: str
    env:
      - name: VERCEL_TOKEN
  team:
    description: The team, as slug or C(team_) id.
    type: str
  api_url:
    description: Address of the API.
    type: str
    default: https://api.vercel.com
  system:
    description: Becomes C(saasops_system).
    type: str
    required: true
  environment:
    description: Becomes C(saasops_environment), for what these projects' production serves.
    type: str
    required: true
  projects:
    description: Only these projects, by name. Without it, all of the team.
    type: list
    elements: str
    default: []
  request_timeout:
    description: Time that one request may take.
    type: str
    default: 10s
  deadline:
    description: Time that the whole list may take.
    type: str
    default: 2m
"""

EXAMPLES = r"""
# inventories/production/vercel.yml
plugin: saasops.runbooks.vercel
team: example-team
system: shop
environment: production
projects: [hydrogen, dashboard]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/saasops
cache_timeout: 600
"""

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import client, inventory
from ansible_collections.saasops.runbooks.plugins.plugin_utils.vendor_inventory import Found, VendorInventory


class InventoryModule(VendorInventory):
    NAME = "saasops.runbooks.vercel"
    VENDOR = "vercel"

    def list_components(self, task: Task) -> list[Found]:
        params = {option: self.get_option(option) for option in ("token", "team", "api_url")}
        return inventory.components(client.connect(task, params), params["team"], self.get_option("projects"))

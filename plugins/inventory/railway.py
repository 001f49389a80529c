# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The inventory plugin railway."""

from __future__ import annotations

DOCUMENTATION = r"""
name: railway
short_description: The services of a Railway environment as components
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Lists the services of one environment of a Railway project, and makes each of them a component, in the groups C(components), C(railway)
    and that of the environment's name.
  - The file's name ends with C(railway.yml). Put it beside the other files of the inventory's folder, which can add to each host what the
    vendor does not know, such as C(component_health).
  - The token is never written into the inventory. The modules take it from where they always do.
notes:
  - One request for the token, or one for each name that must be looked up, and one for each hundred services. Uses Railway's public API,
    U(https://docs.railway.com/integrations/api).
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [saasops.runbooks.railway]
  token:
    description: A project token. It is one environment of one project.
    type: str
    env:
      - name: RAILWAY_TOKEN
  api_token:
    description: An account or workspace token, instead of O(token).
    type: str
    env:
      - name: RAILWAY_API_TOKEN
  api_url:
    description: Address of the API.
    type: str
    default: https://backboard.railway.com/graphql/v2
  project:
    description: The project's name or id. A project token knows it.
    type: str
  railway_environment:
    description: The environment's name or id at Railway. When not set, it is called like O(environment).
    type: str
  system:
    description: Becomes C(saasops_system).
    type: str
    required: true
  environment:
    description: Becomes C(saasops_environment).
    type: str
    required: true
  services:
    description: Only these services, by name. Without it, all of the environment.
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
# inventories/production/railway.yml
plugin: saasops.runbooks.railway
project: example
system: shop
environment: production
keyed_groups:
  - key: railway_project
    prefix: project
"""

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import client, inventory
from ansible_collections.saasops.runbooks.plugins.plugin_utils.vendor_inventory import Found, VendorInventory


class InventoryModule(VendorInventory):
    NAME = "saasops.runbooks.railway"
    VENDOR = "railway"

    def list_components(self, task: Task) -> list[Found]:
        params = {option: self.get_option(option) for option in ("token", "api_token", "api_url")}
        environment = self.get_option("railway_environment") or self.get_option("environment")
        connected = client.connect(task, params)
        return inventory.components(connected, self.get_option("project"), environment, self.get_option("services"), bool(params["token"]))

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module inventory_draft."""

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_draft
short_description: Write a first inventory out of what the vendors tell
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Asks every vendor of whom there is a token what it knows, and writes one inventory file of at most 30 lines. Names stand in it, not ids, and never a
    secret. The address of a database becomes C(component_dsn_from).
  - What could not be known stands in the file as a comment, and in RV(notes).
  - A file that is there is never changed. When it says the same, there is nothing to do. When it says anything else, the task fails.
  - As part of a run (O(run)), remembers in the ledger what serves at each component as adopted, which is less than proved.
notes:
  - Nothing is changed at any vendor. Tokens that only read are enough.
  - Requests to Railway are those of the inventory plugin, one for the variables of each database, and with O(run) those that read each service.
  - Requests to Vercel are one for the teams, one for each hundred projects, and with O(run) those that read each project.
  - Requests to Convex, Shopify and Stripe are one or two.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
attributes:
  diff_mode:
    support: full
options:
  system:
    description:
      - Becomes C(saasops_system). Projects that are called like it are taken to belong to it.
    type: str
    required: true
  environment:
    description:
      - Becomes C(saasops_environment).
    type: str
    required: true
  path:
    description:
      - The file. Its folders are made.
    type: path
    required: true
  projects:
    description:
      - The projects that belong to the system, by name, of all vendors together. Without it, the only project of a vendor is taken, or those that are
        called like O(system). When there is none of these, the task fails and names them.
    type: list
    elements: str
    default: []
  railway:
    description:
      - How Railway is asked. When not set, taken from the inventory variables C(railway_token) and so on.
    type: dict
    suboptions:
      token:
        description: A project token, which is one environment. If no token is set, taken from the environment variable E(RAILWAY_TOKEN).
        type: str
      api_token:
        description: A token of an account or workspace instead, else E(RAILWAY_API_TOKEN).
        type: str
      api_url:
        description: Address of the API.
        type: str
      project:
        description: The project. A project token knows it.
        type: str
      environment:
        description: The environment's name at Railway, when it is not called like O(environment).
        type: str
  vercel:
    description:
      - How Vercel is asked. When not set, taken from the inventory variables C(vercel_token) and so on.
    type: dict
    suboptions:
      token:
        description: A token, else E(VERCEL_TOKEN).
        type: str
      api_url:
        description: Address of the API.
        type: str
      team:
        description: Slug of the team. Without it, the only team of the token, or the one that is called like O(system).
        type: str
  convex:
    description:
      - How Convex is asked. When not set, taken from the inventory variables C(convex_deploy_key) and so on.
    type: dict
    suboptions:
      deploy_key:
        description: A deploy key, which names its deployment. If no secret is set, taken from E(CONVEX_DEPLOY_KEY).
        type: str
      token:
        description: A token of the team, which tells the addresses of deployments, else E(CONVEX_OVERRIDE_ACCESS_TOKEN).
        type: str
      api_url:
        description: Address of the management API.
        type: str
      deployment:
        description: Name of the deployment, for a key that does not tell it.
        type: str
      url:
        description: Address of the deployment. A deploy key does not tell it.
        type: str
  shopify:
    description:
      - How Shopify is asked. When not set, taken from the inventory variables C(shopify_token) and so on.
    type: dict
    suboptions:
      token:
        description: An access token. If no secret is set, taken from E(SHOPIFY_ACCESS_TOKEN).
        type: str
      client_id:
        description: The app's client id, else E(SHOPIFY_API_KEY).
        type: str
      client_secret:
        description: The app's client secret, else E(SHOPIFY_API_SECRET).
        type: str
      api_url:
        description: Where the shop's API is, when not at the shop.
        type: str
      api_version:
        description: The version of the API.
        type: str
      shop:
        description: The shop, as C(example-shop.myshopify.com). A token does not tell it.
        type: str
  stripe:
    description:
      - How Stripe is asked. When not set, taken from the inventory variables C(stripe_api_key) and so on.
    type: dict
    suboptions:
      api_key:
        description: A secret or restricted key, else E(STRIPE_API_KEY).
        type: str
      account:
        description: A connected account.
        type: str
      api_url:
        description: Address of the API.
        type: str
      mode:
        description: V(live) or V(test). A key of the other mode is refused.
        type: str
      version:
        description: Version of the API.
        type: str
seealso:
  - plugin: saasops.runbooks.railway
    plugin_type: inventory
  - plugin: saasops.runbooks.vercel
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Write an inventory of what the vendors know
  saasops.runbooks.inventory_draft:
    system: shop
    environment: production
    path: inventories/shop/production.yml
    projects: [example, hydrogen, dashboard]
"""

RETURN = r"""
file:
  description: The file.
  returned: success
  type: str
written:
  description: Whether it was not there, and is written, or would be in check mode.
  returned: success
  type: bool
text:
  description: What it says.
  returned: success
  type: str
components:
  description: The components, each with C(name), C(vendor) and C(variables).
  returned: success
  type: list
  elements: dict
adopted:
  description: What serves and was not in the ledger, each with C(component), C(id), C(commit), C(version) and C(created_at).
  returned: success
  type: list
  elements: dict
notes:
  description: What could not be known, and what was left out.
  returned: success
  type: list
  elements: str
diff:
  description: The file, before and after.
  returned: success
  type: dict
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.inventory_draft import DRAFT_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": DRAFT_ARGUMENTS, "supports_check_mode": True}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

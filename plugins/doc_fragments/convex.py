# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every module that talks to a Convex deployment."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  deploy_key:
    description:
      - A deploy key of the deployment, whole, with its type and the sign C(|), or a token of its team. The admin key of a self-hosted one.
      - If not set, taken from the inventory variable C(convex_deploy_key), else from the environment variable E(CONVEX_DEPLOY_KEY) (or
        E(CONVEX_DEPLOYMENT_TOKEN)).
      - When the address is that of E(CONVEX_SELF_HOSTED_URL), or when there is no other address, E(CONVEX_SELF_HOSTED_ADMIN_KEY) is used.
    type: str
  url:
    description:
      - The address of the deployment, as its settings in the dashboard show it. The key is sent to this host only; plain V(http://) is
        accepted for loopback only.
      - If not set, taken from the inventory variable C(convex_url), else from the environment variable E(CONVEX_SELF_HOSTED_URL). It is not
        made from the deployment's name, because regions and custom domains differ.
    type: str
  deployment:
    description:
      - The deployment's name, for example V(happy-animal-123). When the key names another deployment, the task is refused.
      - If not set, taken from the inventory variable C(convex_deployment).
    type: str
"""

    MANAGEMENT = r"""
options:
  token:
    description:
      - A token for Convex's management API, of the team or of a person. A deploy key cannot manage keys.
      - If not set, taken from the inventory variable C(convex_token), else from the environment variable
        E(CONVEX_OVERRIDE_ACCESS_TOKEN), as Convex's own client takes it.
    type: str
  api_url:
    description:
      - Where the management API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(convex_api_url).
    type: str
    default: https://api.convex.dev/v1
  deployment:
    description:
      - The deployment's name, for example V(happy-animal-123).
      - If not set, taken from the inventory variable C(convex_deployment).
    type: str
    required: true
"""

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every MongoDB Atlas module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  client_id:
    description:
      - The id of a service account that may see and make backups of the project.
      - If not set, taken from the inventory variable C(atlas_client_id), else from the environment variable E(ATLAS_CLIENT_ID).
    type: str
  client_secret:
    description:
      - Its secret. Each task gets a token for an hour with it.
      - If not set, taken from the inventory variable C(atlas_client_secret), else from the environment variable E(ATLAS_CLIENT_SECRET).
    type: str
  api_url:
    description:
      - Where Atlas is. The secret is sent to this host only; plain V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(atlas_api_url).
    type: str
    default: https://cloud.mongodb.com
  project:
    description:
      - The id of the project, which Atlas also calls a group.
      - If not set, taken from the inventory variable C(atlas_project).
    type: str
    required: true
  cluster:
    description:
      - The name of the cluster.
      - If not set, taken from the inventory variable C(atlas_cluster).
    type: str
    required: true
"""

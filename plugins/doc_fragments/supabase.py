# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every Supabase module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  token:
    description:
      - A personal access token. It sees all projects of its owner.
      - If not set, taken from the inventory variable C(supabase_token), else from the environment variable E(SUPABASE_ACCESS_TOKEN).
    type: str
  api_url:
    description:
      - Where the Management API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(supabase_api_url).
    type: str
    default: https://api.supabase.com
  project:
    description:
      - The ref of the project, which are 20 small letters in the dashboard's address.
      - If not set, taken from the inventory variable C(supabase_project).
    type: str
    required: true
"""

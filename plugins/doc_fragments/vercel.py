# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every module that talks to Vercel."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  token:
    description:
      - A Vercel access token that reaches the team and the project. One that is limited to the project is the safest.
      - If not set, the value of the environment variable E(VERCEL_TOKEN) is used.
    type: str
  api_url:
    description:
      - Where the Vercel REST API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
    type: str
    default: https://api.vercel.com
  team:
    description:
      - Slug or C(team_) id of the team that owns the project.
      - When not set, the token's own default scope is used; what belongs to another team is then not found.
    type: str
  project:
    description:
      - Name or C(prj_) id of the project.
    type: str
    required: true
"""

    ACCOUNT = r"""
options:
  token:
    description:
      - A Vercel access token that reaches the team.
      - If not set, the value of the environment variable E(VERCEL_TOKEN) is used.
    type: str
  api_url:
    description:
      - Where the Vercel REST API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
    type: str
    default: https://api.vercel.com
  team:
    description:
      - Slug or C(team_) id of the team.
      - When not set, the token's own default scope is used; what belongs to another team is then not found.
    type: str
"""

    TOKEN = r"""
options:
  token:
    description:
      - A Vercel access token.
      - If not set, the value of the environment variable E(VERCEL_TOKEN) is used.
    type: str
  api_url:
    description:
      - Where the Vercel REST API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
    type: str
    default: https://api.vercel.com
"""

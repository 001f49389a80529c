# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every module that talks to Railway."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  token:
    description:
      - A Railway project token. It reaches one environment of one project, which makes it the safest.
      - If not set, the value of the environment variable E(RAILWAY_TOKEN) is used.
      - Only one of O(token) and O(api_token) may be there, wherever they come from.
    type: str
  api_token:
    description:
      - A Railway account or workspace token. It reaches everything that its owner reaches.
      - If not set, the value of the environment variable E(RAILWAY_API_TOKEN) is used.
    type: str
  api_url:
    description:
      - Where the Railway public API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
    type: str
    default: https://backboard.railway.com/graphql/v2
  project:
    description:
      - Name or id of the project.
      - With O(token) it may be left out. When it is given, it must be the project of the token, else the task is refused.
    type: str
  environment:
    description:
      - Name or id of the environment, for example V(production).
      - With O(token) it may be left out. When it is given, it must be the environment of the token, else the task is refused.
    type: str
"""

    SERVICE = r"""
options:
  service:
    description:
      - Name or id of the service. Railway does not keep names unique; when two services share one, the id is needed.
    type: str
    required: true
"""

    OPTIONAL_SERVICE = r"""
options:
  service:
    description:
      - Name or id of the service. Railway does not keep names unique; when two services share one, the id is needed.
    type: str
"""

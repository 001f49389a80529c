# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every UptimeRobot module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - The account's main API key. A read-only key is enough for what only looks.
      - If not set, taken from the inventory variable C(uptimerobot_api_key), else from the environment variable E(UPTIMEROBOT_API_KEY).
    type: str
  api_url:
    description:
      - Where the UptimeRobot API is. The key is sent to this host only; plain V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(uptimerobot_api_url).
    type: str
    default: https://api.uptimerobot.com/v3
"""

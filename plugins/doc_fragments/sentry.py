# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every Sentry module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  token:
    description:
      - An organisation's or a person's auth token.
      - If not set, taken from the inventory variable C(sentry_token), else from the environment variable E(SENTRY_AUTH_TOKEN).
    type: str
  api_url:
    description:
      - Where the organisation lives, such as V(https://de.sentry.io), or the address of a Sentry of your own. The token is sent to this host only; plain
        V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(sentry_api_url).
    type: str
    default: https://us.sentry.io
  organization:
    description:
      - Slug of the organisation. If not set, taken from the inventory variable C(sentry_organization).
    type: str
    required: true
  projects:
    description:
      - Only of these projects, by their numbers.
    type: list
    elements: int
  environments:
    description:
      - Only of these environments, as the application names them.
    type: list
    elements: str
"""

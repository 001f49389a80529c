# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every Datadog module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - An API key of the organisation. Datadog wants both keys.
      - If not set, taken from the inventory variable C(datadog_api_key), else from the environment variable E(DD_API_KEY) or E(DATADOG_API_KEY).
    type: str
  app_key:
    description:
      - An application key with the scopes C(monitors_read), C(monitors_write) to change monitors, and C(monitors_downtime) to hold alerts back.
      - If not set, taken from the inventory variable C(datadog_app_key), else from the environment variable E(DD_APP_KEY) or E(DATADOG_APP_KEY).
    type: str
  site:
    description:
      - The site of Datadog where the organisation is. The keys are sent to its host only.
      - If not set, taken from the inventory variable C(datadog_site), else from the environment variable E(DD_SITE).
    type: str
    choices:
      - datadoghq.com
      - us3.datadoghq.com
      - us5.datadoghq.com
      - ap1.datadoghq.com
      - ap2.datadoghq.com
      - uk1.datadoghq.com
      - datadoghq.eu
      - ddog-gov.com
      - us2.ddog-gov.com
    default: datadoghq.com
  api_url:
    description:
      - Where a simulated Datadog is, on loopback. Any other host than Datadog's own is refused.
      - If not set, taken from the inventory variable C(datadog_api_url).
    type: str
"""

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of modules that reach the services at which the monitors of a component are declared."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  uptimerobot_api_key:
    description:
      - The account's main API key. A read-only key is enough to look.
      - If not set, taken from the inventory variable of this name, else from the environment variable E(UPTIMEROBOT_API_KEY).
    type: str
  uptimerobot_api_url:
    description:
      - Where the UptimeRobot API is. If not set, taken from the inventory variable of this name.
    type: str
  uptimerobot_zone:
    description:
      - The zone that is set in the UptimeRobot account, such as V(Europe/Berlin). If not set, taken from the inventory variable of this name, else UTC.
    type: str
  datadog_api_key:
    description:
      - An API key. If not set, taken from the inventory variable of this name, else from the environment variable E(DD_API_KEY) or E(DATADOG_API_KEY).
    type: str
  datadog_app_key:
    description:
      - An application key. If not set, taken from the inventory variable of this name, else from the environment variable E(DD_APP_KEY) or
        E(DATADOG_APP_KEY).
    type: str
  datadog_site:
    description:
      - The site of Datadog. If not set, taken from the inventory variable of this name, else from the environment variable E(DD_SITE), else
        V(datadoghq.com).
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
  datadog_api_url:
    description:
      - Where a simulated Datadog is. If not set, taken from the inventory variable of this name.
    type: str
  sentry_token:
    description:
      - An auth token. If not set, taken from the inventory variable of this name, else from the environment variable E(SENTRY_AUTH_TOKEN).
    type: str
  sentry_organization:
    description:
      - Slug of the organisation. If not set, taken from the inventory variable of this name.
    type: str
  sentry_api_url:
    description:
      - Where the organisation lives. If not set, taken from the inventory variable of this name.
    type: str
"""

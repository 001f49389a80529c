# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every module that talks to a shop at Shopify."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  shop:
    description:
      - The shop, as V(example-shop.myshopify.com) or V(example-shop). Not the address that customers see.
      - If not set, taken from the inventory variable C(shopify_shop).
    type: str
    required: true
  token:
    description:
      - An access token of an app in the shop, as the admin showed it once when the app was made there.
      - If not set, taken from the inventory variable C(shopify_token), else from the environment variable E(SHOPIFY_ACCESS_TOKEN).
      - An offline token that expires, as public apps have it, lives for an hour. It is used as it is and not refreshed, for a refresh token is
        replaced at each use, and this collection keeps no secrets. The app that keeps the refresh token has to hand out a live access token at
        the start of a run, for example through a lookup plugin; a refresh token in its place is refused.
      - An app's token sees what the app's access scopes let it see, and the webhook subscriptions of that app alone.
    type: str
  client_id:
    description:
      - The id of an app of the Dev Dashboard. With O(client_secret) it takes the place of O(token), and each task fetches a token of its own,
        which lives for 24 hours.
      - It works only where the app is installed in the shop and belongs to the organisation that owns the shop.
      - If not set, taken from the inventory variable C(shopify_client_id), else from the environment variable E(SHOPIFY_API_KEY).
    type: str
  client_secret:
    description:
      - The app's secret. Setting it beside O(token) is an error.
      - If not set, taken from the inventory variable C(shopify_client_secret), else from the environment variable E(SHOPIFY_API_SECRET).
    type: str
  api_version:
    description:
      - The version of the API, a year and the first month of a quarter, or V(unstable). There is a new one each quarter, and each is served
        for a year. Only its form is checked.
      - If not set, taken from the inventory variable C(shopify_api_version).
    type: str
    default: 2026-10
  api_version_mismatch:
    description:
      - What to do when another version answers. Shopify answers a request for a version that has ended with the oldest that it still serves,
        and says so in a header only.
      - V(fail) stops before anything is changed. V(warn) goes on, with a warning.
    type: str
    choices: [fail, warn]
    default: fail
  api_url:
    description:
      - Where the shop's API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(shopify_api_url), else made from O(shop).
    type: str
"""

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every Stripe module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - A secret key (C(sk_)) or, safer, a restricted key (C(rk_)) with the permissions that the module needs.
      - If not set, taken from the inventory variable C(stripe_api_key), else from the environment variable E(STRIPE_API_KEY).
    type: str
  api_url:
    description:
      - Where the Stripe API is. The key is sent to this host only; plain V(http://) is accepted for loopback only.
      - If not set, taken from the inventory variable C(stripe_api_url).
    type: str
    default: https://api.stripe.com
  version:
    description:
      - The version of Stripe's API that shapes requests and answers. It is always sent, so that the account's own default does not matter.
      - If not set, taken from the inventory variable C(stripe_version).
    type: str
    default: 2026-10-28.endive
  account:
    description:
      - Id (C(acct_)) of the connected account to act for. When not set, the key's own account.
      - If not set, taken from the inventory variable C(stripe_account).
    type: str
  mode:
    description:
      - The mode that the key must be of. A key of the other mode is refused before the first request. When not set, any key is taken.
      - If not set, taken from the inventory variable C(stripe_mode).
    type: str
    choices: [live, test]
"""
